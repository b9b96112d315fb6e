"""The client against a helpdesk that misbehaves: every ending is an answer, Refused or Unreachable."""

import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import structlog
from responses.matchers import header_matcher, json_params_matcher

from complaint_gift.client import (
    Basic,
    Bearer,
    Client,
    Limits,
    read_patience,
)
from complaint_gift.plugin import PluginError, Refused, Unreachable

URL = "https://desk.example.com/api"
NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as web:
        yield web


@pytest.fixture
def client() -> Client:
    return Client(URL, source="desk", credentials=Bearer("s3cret"))


def fails(error: type[PluginError], ask: Callable[[], Any]) -> Any:
    with pytest.raises(error) as caught:
        ask()
    sentence = str(caught.value)
    assert sentence.startswith("desk: ")
    assert "\n" not in sentence
    assert "s3cret" not in sentence
    return caught.value


def test_answers_come_as_json_and_requests_carry_credentials(web: Any, client: Client) -> None:
    sent = [header_matcher({"Authorization": "Bearer s3cret"})]
    web.get(f"{URL}/t/1?include=users", json={"t": 1}, match=sent)
    web.put(f"{URL}/t/1", json={"t": 2}, match=[*sent, json_params_matcher({"t": {"a": "ё"}})])
    web.delete(f"{URL}/t/1", status=204, match=sent)
    assert client.get("/t/1", {"include": "users"}) == {"t": 1}
    assert client.put("/t/1", {"t": {"a": "ё"}}) == {"t": 2}
    assert client.delete("/t/1") is None


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (404, {"error": "RecordNotFound", "description": "No"}, "RecordNotFound", "RecordNotFound: No"),
        (403, {"error": {"title": "Forbidden", "message": "Go."}}, "Forbidden", "Forbidden: Go"),
        (400, {"errors": [{"code": "InvalidInput", "title": "x", "detail": "bad"}]}, "InvalidInput", "bad"),
        (409, {"error": "UpdateConflict", "description": "Safe\nUpdate"}, "UpdateConflict", "Safe Update"),
        (404, {"errorMessages": ["Issue does not exist"], "errors": {}}, "", "Issue does not exist"),
        (400, {"errorMessages": [], "errors": {"priority": "is not there"}}, "", "priority: is not"),
        (403, {"errorMessage": "You may not comment.", "i18nErrorMessage": {}}, "", "You may not comment"),
        (422, {"error": "Invalid", "details": {"a": [{"description": "closed"}]}}, "Invalid", "closed"),
        (418, {"error": ["?"]}, "", "418"),
        (400, [1, 2], "", "400"),
        (400, "<html>", "", "400"),
        (302, {}, "", "leads elsewhere"),
    ],
)  # fmt: skip
def test_refusals_keep_status_code_and_words(
    web: Any, client: Client, status: int, body: Any, code: str, words: str
) -> None:
    web.get(f"{URL}/t", status=status, body=body if isinstance(body, str) else json.dumps(body))
    error = fails(Refused, lambda: client.get("/t"))
    assert (error.status, error.code) == (status, code)
    assert words in str(error)


@pytest.mark.parametrize("status", [401, 408, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_unreachable(web: Any, client: Client, status: int) -> None:
    web.get(f"{URL}/t", status=status, body="down", headers={"Retry-After": "17"})
    error = fails(Unreachable, lambda: client.get("/t"))
    assert error.retry_after == (60 if status == 401 else 17)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sat, 31 Jan 2026 09:01:30 GMT"}, 90),
        ({"retry-after": "Sat, 31 Jan 2026 08:00:00 GMT"}, 0),
        ({"retry-after": "99999999"}, 86_400),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "NaN"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sat, 31 Jan 2026 09:01:30"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "41"}, 41),
        ({"ratelimit-remaining": "9", "ratelimit-reset": "41"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-01-31T09:00:41Z"}, 41),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1769850000"}, None),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "2026-01-31T09:00:41Z"}, None),
        ({"zendesk-ratelimit-per-ticket-updates": "total=30; remaining=0; resets=468"}, 468),
        ({"zendesk-rate-limit-tickets-update": "total=100;remaining=0;resets=7"}, 7),
        ({"zendesk-ratelimit-tickets-index": "total=100; remaining=10; resets=7"}, None),
        ({"retry-after": "3", "ratelimit-remaining": "0", "ratelimit-reset": "41"}, 3),
    ],
)
def test_patience_is_read_from_every_header_that_tells_it(headers: dict[str, str], seconds: float) -> None:
    assert read_patience(headers, NOW) == seconds


@pytest.mark.parametrize("body", ["<html>Please log in</html>", "{", "[" * 200_000])
def test_success_that_is_no_json_is_unreachable(web: Any, client: Client, body: str) -> None:
    web.get(f"{URL}/t", body=body)
    assert "not JSON" in str(fails(Unreachable, lambda: client.get("/t")))


@pytest.mark.parametrize(
    ("error", "ends", "words"),
    [
        (requests.ConnectTimeout(), Unreachable, "no whole answer"),
        (requests.ReadTimeout(), Unreachable, "no whole answer"),
        (requests.ConnectionError(), Unreachable, "connection failed"),
        (requests.exceptions.SSLError(), Unreachable, "certificate"),
        (requests.exceptions.ProxyError(), Unreachable, "connection failed"),
        (requests.exceptions.ContentDecodingError(), Unreachable, "broke in the middle"),
        (requests.exceptions.InvalidURL(), Refused, "check the address"),
    ],
)
def test_failures_of_the_network_are_typed(
    web: Any, client: Client, error: Exception, ends: type[PluginError], words: str
) -> None:
    web.get(f"{URL}/t", body=error)
    assert words in str(fails(ends, lambda: client.get("/t")))


def test_log_holds_no_credentials_bodies_or_queries(web: Any, client: Client) -> None:
    web.post(f"{URL}/t", json={"answer": "private"}, status=422)
    with structlog.testing.capture_logs() as lines:
        fails(Refused, lambda: client.send("POST", "/t", params={"q": "private"}, body={"text": "private"}))
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("POST", "/t", 422)]
    assert not {"private", "s3cret"} & set(repr(lines).replace("'", " ").split())
    assert "s3cret" not in repr(lines)
    assert "private" not in repr(lines)


class Desk:
    """A server on 127.0.0.1 that says what a test tells it, byte by byte."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.say: Callable[[BaseHTTPRequestHandler], None] = lambda answer: None
        desk = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                desk.seen.append(dict(self.headers) | {"path": self.path})
                desk.say(self)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.server.shutdown()
    desk.server.server_close()


def test_half_an_answer_is_unreachable(desk: Desk) -> None:
    desk.say = lambda answer: answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}")
    client = Client(desk.url, source="desk", limits=Limits(read=2))
    assert "broke in the middle" in str(fails(Unreachable, lambda: client.get("/t")))


def test_a_dropped_connection_is_unreachable(desk: Desk) -> None:
    desk.say = lambda answer: answer.connection.shutdown(socket.SHUT_RDWR)
    client = Client(desk.url, source="desk")
    assert "connection failed" in str(fails(Unreachable, lambda: client.get("/t")))


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{free.getsockname()[1]}", source="desk")
        assert "connection failed" in str(fails(Unreachable, lambda: client.get("/t")))


@pytest.mark.parametrize("token", ["abc\u200b", "аbc", "\u201cabc\u201d", "ab\nc"])
def test_credentials_that_no_header_takes_are_said(desk: Desk, token: str) -> None:
    client = Client(desk.url, source="desk", credentials=Bearer(token))
    error = fails(Unreachable, lambda: client.get("/t"))
    assert "check them in the configuration" in str(error)
    assert (error.retry_after, token in str(error)) == (60, False)


@pytest.mark.alone
@pytest.mark.parametrize("size", [1, 70_000])
@pytest.mark.parametrize("framing", ["Content-Length: 9999999", "Content-Encoding: gzip", "X: until the end"])
def test_an_answer_that_trickles_ends_with_its_time(desk: Desk, size: int, framing: str) -> None:
    def trickle(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
        packed = zlib.compressobj(level=0, wbits=31)
        try:
            for _ in range(100):
                sent = b" " * size
                if "gzip" in framing:
                    sent = packed.compress(sent) + packed.flush(zlib.Z_SYNC_FLUSH)
                answer.wfile.write(sent)
                time.sleep(0.05)
        except OSError:
            pass

    desk.say = trickle
    started = time.monotonic()
    client = Client(desk.url, source="desk", limits=Limits(read=5, total=0.2))
    fails(Unreachable, lambda: client.get("/t"))
    assert time.monotonic() - started < 2


def test_a_silent_server_is_left_after_its_time(desk: Desk) -> None:
    desk.say = lambda answer: time.sleep(1)
    client = Client(desk.url, source="desk", limits=Limits(read=0.1))
    assert "within 0.1 seconds" in str(fails(Unreachable, lambda: client.get("/t")))


def test_an_answer_beyond_its_size_is_not_read(desk: Desk) -> None:
    def flood(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            for _ in range(1000):
                answer.wfile.write(b"[" * 100_000)
        except OSError:
            pass

    desk.say = flood
    client = Client(desk.url, source="desk", limits=Limits(size=200_000))
    assert "larger than 200000 bytes" in str(fails(Refused, lambda: client.get("/t")))


def test_redirects_are_not_followed_and_netrc_is_not_read(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login thief password wrong\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    desk.say = lambda answer: answer.wfile.write(
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    client = Client(desk.url, source="desk", credentials=Bearer("s3cret"))
    client.session.trust_env = True
    fails(Refused, lambda: client.get("/t"))
    assert [(seen["path"], seen["Authorization"]) for seen in desk.seen] == [("/t", "Bearer s3cret")]


def test_cookies_are_neither_kept_nor_sent(desk: Desk) -> None:
    desk.say = lambda answer: answer.wfile.write(
        b"HTTP/1.1 204 No Content\r\nSet-Cookie: session=theirs; Path=/\r\nConnection: close\r\n\r\n"
    )
    client = Client(desk.url, source="desk")
    client.get("/t")
    client.get("/t")
    assert "Cookie" not in desk.seen[1]


def test_connections_are_not_shared_with_a_forked_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The desk closes after each answer and says so: a connection kept for the next call would race with that.
    desk.say = lambda answer: answer.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    client = Client(desk.url, source="desk")
    client.get("/t")
    before = client.session
    client.get("/t")
    assert client.session is before
    monkeypatch.setattr("complaint_gift.client.asking.os.getpid", lambda: -1)
    client.get("/t")
    assert client.session is not before


def test_basic_sends_user_and_password(desk: Desk) -> None:
    desk.say = lambda answer: answer.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    assert Client(desk.url, source="desk", credentials=Basic("оля/token", "т")).get("/t") is None
    assert desk.seen[0]["Authorization"] == "Basic 0L7Qu9GPL3Rva2VuOtGC"
