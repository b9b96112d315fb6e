"""The inference process as web and workers meet it: started, asked, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.learned.client import PATIENCE_S, PAUSE_S, Client
from complaint_gift.learned.server import accept, listening
from complaint_gift.learned.wire import LARGEST, Broken, receive, send
from complaint_gift.rules.heads import HEADS

Start = Callable[[Path], subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(path: Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "complaint_gift.learned", str(path)])
        started.append(process)
        patient = Client(path, patience=5, clock=lambda: 0.0)
        patient._not_before = -1e9
        until = time.monotonic() + 60
        while time.monotonic() < until:
            patient._not_before = -1e9
            if patient.ready():
                patient.close()
                return process
            time.sleep(0.05)
        pytest.fail("the inference process did not answer within a minute")

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_process_tags_and_classifies_dies_and_comes_back(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "learned.sock"
    now = [0.0]
    client = Client(path, patience=20, clock=lambda: now[0])
    process = start(path)
    tags = client.tag("We are so sorry. The refund of 40 euros went out today.", "Where is my money?")
    assert tags is not None
    assert set(tags) == set(HEADS)
    found = client.classify("Верните деньги, подаю в суд!")
    assert found is not None
    assert found.kind == "complaint"
    assert "court" in found.triggers
    answer = client.is_complaint("Спасибо, всё отлично!")
    assert answer is not None
    assert answer[0] is False

    process.kill()
    process.wait()
    assert client.tag("We are sorry.") is None
    start(path)
    now[0] += PAUSE_S + 0.1
    assert client.tag("We are sorry.") is not None
    client.close()


@pytest.mark.slow
def test_process_leaves_with_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "learned.sock"
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'complaint_gift.learned', {str(path)!r}])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    _wait(path.exists)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _wait(lambda: not _alive(child))


@pytest.mark.slow
def test_process_says_goodbye_and_leaves_no_socket(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "learned.sock"
    process = start(path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not path.exists()


def test_nobody_there_is_none_at_once_and_asked_again_after_a_pause(tmp_path: Path) -> None:
    now = [0.0]
    client = Client(tmp_path / "nobody.sock", clock=lambda: now[0])
    assert client.tag("Hello") is None
    with listening(tmp_path / "nobody.sock") as listener:
        thread = threading.Thread(target=accept, args=(listener, {"ping": lambda _: "pong"}), daemon=True)
        thread.start()
        assert not client.ready()  # within the pause nobody is asked
        now[0] += PAUSE_S
        assert client.ready()
        client.close()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.alone
def test_a_slow_answer_is_none_in_time(tmp_path: Path) -> None:
    path = tmp_path / "slow.sock"
    with listening(path) as listener:
        client = Client(path)
        began = time.monotonic()
        assert client.tag("Hello") is None
        assert time.monotonic() - began < 10 * PATIENCE_S
        listener.close()


@pytest.mark.parametrize(
    "answer", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{]", b"\x00\x00\x00\x05[1,2]", b""]
)
def test_nonsense_is_none(tmp_path: Path, answer: bytes) -> None:
    path = tmp_path / "odd.sock"
    with listening(path) as listener:

        def speak() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                connection.recv(4096)
                connection.sendall(answer)
                connection.close()

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        client = Client(path, patience=5)
        assert client.tag("Hello") is None
        client.close()
        thread.join(0.1)


def test_a_bad_question_gets_a_problem_and_the_connection_stays() -> None:
    from complaint_gift.learned.server import _answer

    assert "problem" in _answer({"do": "dance"}, {})
    assert "problem" in _answer("tag", {"tag": lambda ask: ask["text"]})
    assert _answer({"do": "tag", "text": "x"}, {"tag": lambda ask: ask["text"]}) == {"answer": "x"}


def test_half_a_surrogate_pair_travels() -> None:
    left, right = socket.socketpair()
    with left, right:
        send(left, {"text": "\ud83d oops 😀"})
        assert receive(right) == {"text": "\ud83d oops 😀"}


def test_an_announced_flood_is_refused_before_it_is_read() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall((LARGEST + 1).to_bytes(4, "big"))
        with pytest.raises(Broken, match="at most"):
            receive(right)


def test_a_text_of_a_million_letters_silences_nobody(tmp_path: Path) -> None:
    path, heard = tmp_path / "learned.sock", []

    def count(ask: dict[str, Any]) -> dict[str, Any]:
        heard.append(len(ask["text"]) + len(ask["complaint"]))
        return {}

    client = Client(path, patience=20)
    with listening(path) as listener:
        threading.Thread(target=accept, args=(listener, {"tag": count}), daemon=True).start()
        assert client.tag("ж" * 1_000_000, "ж" * 1_000_000) == {}
        assert client.tag("We are sorry.") == {}
    client.close()
    assert heard == [40_000, 13]


def test_client_does_not_talk_on_its_parents_connection(tmp_path: Path) -> None:
    path = tmp_path / "fork.sock"
    with listening(path) as listener:
        threading.Thread(target=accept, args=(listener, {"ping": lambda _: "pong"}), daemon=True).start()
        client = Client(path, patience=5)
        assert client.ready()
        kept = client._idle[:]
        client._owner = os.getpid() + 1  # as if this were the child
        assert client.ready()
        assert not set(client._idle) & set(kept)
        client.close()
        for each in kept:
            each.close()
        listener.shutdown(socket.SHUT_RDWR)


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
