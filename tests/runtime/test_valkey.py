"""The embedded server, for real: it keeps what it took, has one owner, and never outlives it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from processes import is_alive, wait_until

from complaint_gift.runtime import valkey
from complaint_gift.runtime.valkey import EmbeddedValkey, ValkeyNotUsable, ValkeyOwned

OWNER = """
import sys, time
from pathlib import Path
from complaint_gift.runtime.valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start() -> Iterator[Callable[[Path], EmbeddedValkey]]:
    started: list[EmbeddedValkey] = []

    def go(folder: Path) -> EmbeddedValkey:
        server = EmbeddedValkey(folder)
        started.append(server)
        server.start()
        return server

    yield go
    for server in started:
        server.stop()


def ask(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def test_data_folder_with_spaces_and_cyrillic_works(tmp_path: Path, start) -> None:
    server = start(tmp_path / "my данные 'quoted'" / "valkey")
    with ask(server) as client:
        assert client.ping()
        assert client.config_get("appendonly", "maxmemory-policy", "appendfsync") == {
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "appendfsync": "everysec",
        }


def test_what_was_written_survives_kill_nine_of_the_server(tmp_path: Path, start) -> None:
    server = start(tmp_path / "valkey")
    with ask(server) as client:
        for number in range(200):
            client.rpush("jobs", number)
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: server.poll() is not None)
    server.start()
    with ask(server) as client:
        assert client.llen("jobs") == 200


def test_second_owner_of_a_folder_is_refused_in_words(tmp_path: Path, start) -> None:
    first = start(tmp_path / "data" / "valkey")
    with pytest.raises(ValkeyOwned) as refused:
        start(tmp_path / "data" / "valkey")
    assert str(tmp_path / "data") in str(refused.value)
    assert str(first.pid) in str(refused.value)
    assert "set DATA" in str(refused.value)
    first.stop()
    assert start(tmp_path / "data" / "valkey").pid


def test_server_goes_with_an_owner_that_was_killed(tmp_path: Path, start) -> None:
    folder = tmp_path / "valkey"
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert is_alive(pid)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert wait_until(lambda: not is_alive(pid))

    def took_over() -> bool:
        try:
            return start(folder).pid != pid
        except ValkeyOwned:  # its other threads may hold the lock for a moment longer
            return False

    assert wait_until(took_over)


def test_long_path_gets_a_short_private_socket(tmp_path: Path, start) -> None:
    deep = tmp_path / ("x" * 90) / ("y" * 90)
    server = start(deep)
    assert len(os.fsencode(server.socket)) <= valkey.LONGEST_SOCKET
    assert server.socket.parent.stat().st_mode & 0o077 == 0
    with ask(server) as client:
        assert client.ping()


def test_folder_is_closed_to_other_users(tmp_path: Path, start) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir(mode=0o755)
    server = start(folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert server.socket.stat().st_mode & 0o077 == 0


def test_server_that_cannot_start_says_where_to_look(tmp_path: Path, start) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir()
    (folder / "appendonlydir").write_text("a file where a folder should be")
    with pytest.raises(ValkeyNotUsable, match=r"(?s)did not start.*valkey\.log.*REDIS_URL"):
        start(folder)


def test_machine_without_a_binary_is_told_to_bring_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "find_spec", lambda name: None)
    with pytest.raises(ValkeyNotUsable, match="REDIS_URL"):
        valkey.find_binary()
