"""The gate as a milter: what a mail server hears, and a real Postfix that asks."""

from __future__ import annotations

import smtplib
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError
from postfix import Ports

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import DOWN, ScriptedDesk, Sink, a_mail, gate_settings, wait_until

from complaint_gift.plugin import PluginError, Source
from complaint_gift_email.gate.milter import MilterListener
from complaint_gift_email.gate.settings import GateSettings

EVERYTHING = 0x1FFFFF


@contextmanager
def a_milter(desk: ScriptedDesk, place: str, **more: Any) -> Iterator[str]:
    settings = gate_settings(1, milter=place, **more)
    listener = MilterListener(Source("mail", "email", {"thread_secret": "", "gate": settings}), desk)
    listener.start()
    try:
        yield place
    finally:
        listener.stop()


class Server:
    """The mail server's side, by hand."""

    def __init__(self, path: Path, steps: int = EVERYTHING) -> None:
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(20)
        self.link.connect(str(path))
        self.say(b"O", struct.pack("!III", 6, 0x1FF, steps))
        command, told = self.hear()
        assert command == b"O"
        self.version, self.actions, self.steps = struct.unpack("!III", told)

    def say(self, command: bytes, told: bytes = b"") -> None:
        self.link.sendall(struct.pack("!I", 1 + len(told)) + command + told)

    def hear(self) -> tuple[bytes, bytes]:
        (length,) = struct.unpack("!I", self._read(4))
        told = self._read(length)
        return told[:1], told[1:]

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self.link.recv(count - len(found))
            if not piece:
                raise ConnectionError("the milter has hung up")
            found += piece
        return found

    def show(self, mail: bytes, *, login: str = "") -> tuple[bytes, bytes]:
        """A whole mail as Postfix shows it; gives the answer to its end."""
        head, _, body = mail.partition(b"\r\n\r\n")
        steps = [(b"M", b"<support@shop.test>\0BODY=8BITMIME\0"), (b"R", b"<client@example.test>\0")]
        if login:
            self.say(b"D", b"M{auth_type}\0PLAIN\0{auth_authen}\0" + login.encode() + b"\0")
        for line in head.replace(b"\r\n ", b"\n ").split(b"\r\n"):
            name, _, value = line.partition(b":")
            kept = value if self.steps & 0x100000 else value.lstrip(b" ")
            steps.append((b"L", name + b"\0" + kept + b"\0"))
        steps += [(b"N", b""), (b"B", body[:40]), (b"B", body[40:])]
        for command, told in steps:
            self.say(command, told)
            if (
                not self.steps
                & {b"M": 0x4000, b"R": 0x8000, b"L": 0x80, b"N": 0x40000, b"B": 0x80000}[command]
            ):
                assert self.hear() == (b"c", b"")
        self.say(b"E")
        return self.hear()


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


@pytest.fixture
def dial(path: Path) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def dial(steps: int = EVERYTHING) -> Server:
        made.append(Server(path, steps))
        return made[-1]

    yield dial
    for server in made:
        server.link.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "milter.sock"


@pytest.mark.parametrize("steps", [EVERYTHING, 0], ids=["postfix", "sendmail-of-old"])
def test_the_mail_is_judged_as_it_was_written(
    desk: ScriptedDesk, path: Path, dial: Callable[..., Server], steps: int
) -> None:
    mail = a_mail("Спасибо!\n\nLine two.", Subject="Re: " + "a long subject " * 12)
    with a_milter(desk, f"unix:{path}"):
        server = dial(steps)
        assert (server.version, server.actions) == (6, 0)
        assert server.show(mail, login="dana") == (b"c", b"")
        (asked,) = desk.asked
        assert asked.raw == mail
        assert asked.recipients == ("<client@example.test>",)
        assert asked.envelope["login"] == "dana"
        assert asked.envelope["options"] == ["BODY=8BITMIME"]
        # The next mail of the same connection, and one that was broken off.
        server.say(b"M", b"<other@shop.test>\0")
        if not steps:
            server.hear()
        server.say(b"A")
        assert server.show(mail) == (b"c", b"")
        assert desk.asked[1].raw == mail
        server.say(b"Q")


def test_verdicts_are_those_of_the_gate(desk: ScriptedDesk, path: Path, dial: Callable[..., Server]) -> None:
    with a_milter(desk, f"unix:{path}"):
        assert dial().show(a_mail("FAULT"))[0] == b"c"
        assert wait_until(lambda: desk.confirmed == [1])
    with a_milter(desk, f"unix:{path}", on_error="hold"):
        assert dial().show(a_mail("FAULT", Message_ID="<2@shop.test>")) == (b"d", b"")
        assert len(desk.kept) == 2
    with a_milter(desk, f"unix:{path}", on_error="reject"):
        command, told = dial().show(a_mail("FAULT", Message_ID="<3@shop.test>"))
        assert command == b"y"
        assert told.startswith(b"550-5.7.1 Not sent: Do not blame. (no-blame)\r\n550 5.7.1 Why")
        desk.trouble["rule"] = DOWN
        command, told = dial().show(a_mail("FAULT"))
        assert (command, told[:9]) == (b"y", b"451 4.3.0")


def test_nobody_writes_under_the_login_of_whoever_was_there_before(
    desk: ScriptedDesk, path: Path, dial: Callable[..., Server]
) -> None:
    with a_milter(desk, f"unix:{path}"):
        server = dial()
        server.show(a_mail(), login="anna@shop.test")
        server.say(b"K")
        server.show(a_mail("We are sorry."))
    assert [mail.author.id for mail in desk.asked] == ["anna@shop.test", "support@shop.test"]


def test_a_mail_that_is_too_large_is_refused(
    desk: ScriptedDesk, path: Path, dial: Callable[..., Server]
) -> None:
    with a_milter(desk, f"unix:{path}", largest_mb=1):
        server = dial()
        for command, told in ((b"M", b"<a@b>\0"), (b"R", b"<c@d>\0"), (b"L", b"Subject\0 x\0"), (b"N", b"")):
            server.say(command, told)
        for _ in range(20):
            server.say(b"B", b"x" * 65_535)
        server.say(b"E")
        assert server.hear()[1].startswith(b"552 5.3.4")
    assert not desk.asked


@pytest.mark.parametrize(
    "told", [b"\xff\xff\xff\xffO", b"\0\0\0\0", b"\0\0\0\x05O\0", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_whoever_speaks_something_else_is_left(
    desk: ScriptedDesk, path: Path, dial: Callable[..., Server], told: bytes
) -> None:
    with a_milter(desk, f"unix:{path}"):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(20)
            link.connect(str(path))
            link.sendall(told)
            link.shutdown(socket.SHUT_WR)
            assert link.recv(100) == b""
        assert dial().show(a_mail())[0] == b"c"


def test_a_socket_that_was_left_behind_is_taken_and_a_living_one_is_not(
    desk: ScriptedDesk, path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path))
    with (
        a_milter(desk, f"unix:{path}"),
        pytest.raises(PluginError, match="nobody can listen on unix:"),
        a_milter(desk, f"unix:{path}"),
    ):
        pass


@pytest.mark.parametrize("place", ["/run/x.sock", "unix:x.sock", "inet:127.0.0.1", "inet:0.0.0.0:8899"])
def test_a_place_that_is_none_or_not_ours_alone_is_refused(place: str) -> None:
    with pytest.raises(ValidationError):
        GateSettings().load({"upstream": {"host": "127.0.0.1"}, "milter": place})


def send(port: int, text: str, number: int) -> tuple[int, str]:
    mail = a_mail(text, Message_ID=f"<{number}@shop.test>", Subject=f"Re: {text}")
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.sendmail("support@shop.test", ["client@example.test"], mail)
    except smtplib.SMTPResponseException as exc:
        return exc.smtp_code, exc.smtp_error.decode()
    except smtplib.SMTPRecipientsRefused as exc:
        ((code, said),) = exc.recipients.values()
        return code, said.decode()
    return 250, ""


@pytest.mark.slow
def test_postfix_asks_and_does_what_it_hears(desk: ScriptedDesk, ports: Ports) -> None:
    boxes = Sink(port=ports.sink, offers=())
    boxes.start()
    place = f"inet:127.0.0.1:{ports.milter}"
    try:
        with a_milter(desk, place):
            assert send(ports.asking, "Thank you.", 1)[0] == 250
            assert send(ports.asking, "FAULT told", 2)[0] == 250
            assert wait_until(lambda: desk.confirmed == [1])
        assert wait_until(lambda: len(boxes.mails) == 2, 30)
        assert desk.asked[0].raw.endswith(b"\r\n\r\nThank you.\r\n")
        with a_milter(desk, place, on_error="reject"):
            code, said = send(ports.asking, "FAULT refused", 3)
            assert (code, said[:27]) == (550, "5.7.1 Not sent: Do not blam")
            assert "https://cg.example.com/held/" in said
        with a_milter(desk, place, on_error="hold"):
            assert send(ports.asking, "FAULT held", 4)[0] == 250
            assert any(kept.raw.endswith(b"FAULT held\r\n") for kept in desk.kept.values())
            desk.trouble["rule"] = DOWN
            assert send(ports.asking, "FAULT later", 5)[0] == 451
        # Without us nothing passes unread.
        assert send(ports.asking, "Thank you.", 6)[0] == 451
        assert len(boxes.mails) == 2
    finally:
        boxes.stop()
