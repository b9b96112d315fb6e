"""Mail and webhooks, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from complaint_gift.notify import is_public, make_notifier
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift.service.ports import Notice

NOTICE = Notice("chat", "Olga", "A <customer> waits", "Take it & read it")


class Chat(HTTPServer):
    """Answers as told and remembers what it got."""

    answer: tuple[int, dict[str, str]] = (200, {})

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ChatDoor)
        self.got: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/secret-path"


class ChatDoor(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def chat() -> Iterator[Chat]:
    server = Chat()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def call(chat: Chat, **more: Any) -> str:
    entry = {"name": "chat", "url": chat.url, "private": True} | more
    return make_notifier({"webhooks": [entry]}).notify(NOTICE, "m1")


def test_webhook_gets_slack_text_with_markup_escaped(chat: Chat) -> None:
    assert call(chat) == "webhook chat answered 200"
    assert chat.got == ['{"text": "*A &lt;customer&gt; waits*\\nTake it &amp; read it"}']


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "224.0.0.1",
        "255.255.255.255", "::",
    ],
)  # fmt: skip
def test_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_outer_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0177.0.0.1", "2130706433", "127.1"])
def test_webhook_to_the_inside_is_refused_before_a_byte_is_sent(chat: Chat, host: str) -> None:
    with pytest.raises(Refused, match="is not public"):
        call(chat, url=f"http://{host}:{chat.server_port}/x", private=False)
    assert chat.got == []


def test_name_that_changes_its_mind_is_caught_at_the_socket(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", chat.server_port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: inside)
    with pytest.raises(Refused, match="is not public"):
        call(chat, url=f"http://chat.example:{chat.server_port}/x", private=False)
    assert chat.got == []


def test_redirect_is_not_followed(chat: Chat) -> None:
    chat.answer = (302, {"Location": "http://169.254.169.254/"})
    with pytest.raises(Refused, match="answered 302"):
        call(chat)


@pytest.mark.parametrize(("status", "patience"), [(429, 30.0), (500, 30.0), (503, 30.0)])
def test_busy_webhook_is_unreachable_with_its_patience(chat: Chat, status: int, patience: float) -> None:
    chat.answer = (status, {"Retry-After": "30"})
    with pytest.raises(Unreachable) as caught:
        call(chat)
    assert caught.value.retry_after == patience


def test_dead_webhook_address_never_shows_its_secret() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    entry = {"name": "chat", "url": f"http://127.0.0.1:{port}/secret-path", "private": True}
    with pytest.raises(Unreachable) as caught:
        make_notifier({"webhooks": [entry]}).notify(NOTICE, "m1")
    assert "secret-path" not in str(caught.value)


def test_unknown_channel_names_the_known_ones() -> None:
    with pytest.raises(Refused, match="no channel 'chat', configured are: none"):
        make_notifier({}).notify(NOTICE, "m1")


def test_other_addresses_need_the_extra() -> None:
    entry = {"name": "chat", "url": "tgram://bot/room"}
    with pytest.raises(Refused, match=r"complaint-gift\[apprise\]"):
        make_notifier({"webhooks": [entry]}).notify(NOTICE, "m1")


class Mailbox(threading.Thread):
    """An SMTP server of a few lines; `refusal` is what it says to RCPT, `farewell` to QUIT."""

    def __init__(self, refusal: str = "250 ok") -> None:
        super().__init__()
        self.refusal, self.farewell = refusal, "221 bye"
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.mail, self.recipient = "", ""

    def run(self) -> None:
        visitor, _ = self.door.accept()
        with visitor, visitor.makefile("rw", newline="\r\n", encoding="utf-8") as talk:

            def say(line: str) -> None:
                talk.write(line + "\r\n")
                talk.flush()

            say("220 here")
            for line in talk:
                verb = line[:4].upper()
                if verb == "DATA":
                    say("354 go on")
                    self.mail = "".join(iter(talk.readline, ".\r\n"))
                    say("250 taken")
                elif verb == "QUIT":
                    say(self.farewell)
                    return
                else:
                    self.recipient = line.strip() if verb == "RCPT" else self.recipient
                    say(self.refusal if verb == "RCPT" else "250 ok")


def mail(box: Mailbox, to: str = "olga@example.com") -> str:
    email = {
        "host": "127.0.0.1", "port": box.port, "security": "none", "sender": "gift@example.com",
        "user": "", "password": "",
    }  # fmt: skip
    notice = Notice("email", to, "Клиент\r\nBcc: all@example.com", "Возьмите, пожалуйста")
    return make_notifier({"email": email}).notify(notice, "mark-1")


@pytest.fixture
def box(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    mailbox = Mailbox(getattr(request, "param", "250 ok"))
    mailbox.start()
    yield mailbox
    mailbox.join(5)
    mailbox.door.close()


def test_mail_carries_the_mark_and_no_smuggled_header(box: Mailbox) -> None:
    assert mail(box) == "mail given to 127.0.0.1"
    box.join(5)
    assert "Message-ID: <mark-1@complaint-gift.invalid>" in box.mail
    assert "\nBcc:" not in box.mail


def test_mail_reaches_a_domain_in_any_script(box: Mailbox) -> None:
    assert mail(box, "olga@компания.рф") == "mail given to 127.0.0.1"
    box.join(5)
    assert box.recipient == "rcpt TO:<olga@xn--80aqeigdi5k.xn--p1ai>"
    assert "\nTo: olga@xn--80aqeigdi5k.xn--p1ai\n" in box.mail.replace("\r", "")


def test_what_the_mail_server_cannot_do_is_said(box: Mailbox) -> None:
    with pytest.raises(Unreachable, match=r"cannot take it: .* SMTPUTF8 capability; check `notify: email`"):
        mail(box, "ольга@example.com")


def test_mail_that_was_taken_is_sent_whatever_the_server_says_to_good_bye(box: Mailbox) -> None:
    box.farewell = "421 too busy"
    assert mail(box) == "mail given to 127.0.0.1"


@pytest.mark.parametrize("box", ["550 no such user"], indirect=True)
def test_address_that_does_not_exist_is_refused(box: Mailbox) -> None:
    with pytest.raises(Refused, match="does not take mail for this address"):
        mail(box)


@pytest.mark.parametrize("box", ["451 later"], indirect=True)
def test_busy_mail_server_is_unreachable(box: Mailbox) -> None:
    with pytest.raises(Unreachable):
        mail(box)


def test_mail_server_that_is_away_is_unreachable() -> None:
    box = Mailbox()
    box.door.close()
    with pytest.raises(Unreachable, match="cannot be reached"):
        mail(box)
