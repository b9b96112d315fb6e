"""Credentials: who shares a cache shares one token, renewed in time; plain words when there is none."""

import errno
import multiprocessing
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from responses.matchers import header_matcher, json_params_matcher

from complaint_gift.client import Client, ClientCredentials, FileCache, MemoryCache, Token
from complaint_gift.plugin import Unreachable

URL = "https://desk.example.com/api"


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as web:
        yield web


def unreachable(ask: Any) -> str:
    with pytest.raises(Unreachable, match=r"^desk: ") as caught:
        ask()
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


class Moment:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def log_in(cache: Any = None, clock: Any = time.time, **changes: Any) -> ClientCredentials:
    client = Client(URL, source="desk")
    named = {"client_id": "us", "client_secret": "s3cret", "scope": "read tickets:write"} | changes
    return ClientCredentials(client, "/oauth/tokens", cache=cache, clock=clock, **named)


GRANT = {
    "grant_type": "client_credentials",
    "client_id": "us",
    "client_secret": "s3cret",
    "scope": "read tickets:write",
}


def give(web: Any, token: str = "t1", **changes: Any) -> None:
    answer = {
        "access_token": token,
        "token_type": "bearer",
        "scope": "read tickets:write",
        "expires_in": 7200,
    }
    web.post(
        f"{URL}/oauth/tokens", json=answer | changes, match=[json_params_matcher(GRANT, strict_match=False)]
    )


def test_token_is_asked_for_once_and_again_before_it_expires(web: Any) -> None:
    clock = Moment()
    credentials = log_in(clock=clock)
    give(web)
    assert {credentials.header() for _ in range(5)} == {"Bearer t1"}
    clock.now += 7200 - 61
    assert credentials.header() == "Bearer t1"
    clock.now += 2
    give(web, "t2")
    assert credentials.header() == "Bearer t2"
    assert len(web.calls) == 2


def test_rejected_token_is_replaced_once(web: Any) -> None:
    client = Client(URL, source="desk", credentials=log_in())
    give(web, "old")
    give(web, "new")
    web.get(f"{URL}/t", status=401, match=[header_matcher({"Authorization": "Bearer old"})])
    web.get(f"{URL}/t", json={}, match=[header_matcher({"Authorization": "Bearer new"})])
    assert client.get("/t") == {}


def test_rejection_of_every_token_ends(web: Any) -> None:
    client = Client(URL, source="desk", credentials=log_in())
    give(web, "a")
    give(web, "b")
    web.get(f"{URL}/t", status=401)
    web.get(f"{URL}/t", status=401)
    assert "check the credentials" in unreachable(lambda: client.get("/t"))
    assert len(web.calls) == 4


def test_token_replaced_by_somebody_else_is_not_forgotten() -> None:
    cache = MemoryCache()
    credentials = log_in(cache)
    cache.write(Token("new", 2e10, credentials._made_for))
    assert credentials.renew("Bearer old")
    assert credentials.header() == "Bearer new"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 401, "json": {"error": "invalid_client"}}, "check the credentials"),
        ({"status": 400, "json": {"error": "unsupported_grant_type"}}, "check client_id"),
        ({"json": {"access_token": "t", "scope": "read"}}, "lacks tickets:write"),
        ({"json": {"access_token": "t", "scope": ""}}, "lacks read, tickets:write"),
        ({"json": {"access_token": ""}}, "no access token"),
        ({"json": ["t"]}, "no access token"),
        ({"status": 503}, "put off"),
    ],
)
def test_no_usable_token_is_unreachable_and_says_why(web: Any, answer: Any, words: str) -> None:
    web.post(f"{URL}/oauth/tokens", **answer)
    assert words in unreachable(log_in().header)


def test_wider_scope_than_asked_for_is_enough(web: Any) -> None:
    give(web, scope="read write")
    assert log_in().header() == "Bearer t1"


def test_file_cache_serves_the_next_process_and_is_private(web: Any, tmp_path: Path) -> None:
    path = tmp_path / "tokens" / "desk.json"
    give(web)
    assert log_in(FileCache(path)).header() == "Bearer t1"
    assert log_in(FileCache(path)).header() == "Bearer t1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "s3cret" not in path.read_text()
    web.post(f"{URL}/oauth/tokens", json={"access_token": "t2"})
    assert log_in(FileCache(path), scope="read").header() == "Bearer t2"


@pytest.mark.parametrize(
    "content", ["", "{", '{"value": 1}', "[]", '{"value": "t", "expires_at": 1, "x": 2}']
)
def test_spoiled_cache_counts_as_empty(web: Any, tmp_path: Path, content: str) -> None:
    (tmp_path / "desk.json").write_text(content)
    give(web)
    assert log_in(FileCache(tmp_path / "desk.json")).header() == "Bearer t1"


def test_cache_that_cannot_be_written_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be kept" in unreachable(log_in(FileCache(tmp_path / "file" / "t.json")).header)


def test_a_full_disk_is_said_without_a_file_that_nobody_named(web: Any, tmp_path: Path) -> None:
    class Full(FileCache):
        def write(self, token: Token | None) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    give(web)
    told = unreachable(log_in(Full(tmp_path / "t.json")).header)
    assert "the access token cannot be kept: No space left on device." in told


def _count_up(path: Path, times: int) -> None:
    cache = FileCache(path)
    for _ in range(times):
        with cache.locked():
            kept = cache.read() or Token("0", 0, "")
            cache.write(Token(str(int(kept.value) + 1), 0, ""))


@pytest.mark.slow
def test_processes_never_hold_the_cache_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    crew = [multiprocessing.get_context("spawn").Process(target=_count_up, args=(path, 50)) for _ in range(3)]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    kept = FileCache(path).read()
    assert kept is not None
    assert kept.value == "150"


def test_threads_ask_for_one_token() -> None:
    asked = []

    class Slow(Client):
        def post(self, path: str, body: Any) -> Any:
            asked.append(path)
            time.sleep(0.05)
            return {"access_token": "t", "expires_in": 60}

    credentials = ClientCredentials(Slow(URL, source="desk"), "/t", client_id="a", client_secret="b")
    threads = [threading.Thread(target=credentials.header) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
