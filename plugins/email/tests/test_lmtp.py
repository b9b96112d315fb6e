"""The port that takes mail from a mail server: nothing is lost between its answer and the disk."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from complaint_gift.plugin import Unreachable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors.lmtp import MailPort


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Desk:
    """The inbox, in memory."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.is_away = False

    def take(self, source: str, key: str, headers: Any, body: bytes) -> bool:
        if self.is_away:
            raise Unreachable("the database is away")
        self.taken.append((headers, body))
        return True


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_port_says_250_only_for_what_is_kept(kit: Any, protocol: str) -> None:
    port, desk = free_port(), Desk()
    source = kit.make_source(transport="lmtp", secrets=[], lmtp={"port": port, "protocol": protocol})
    (door,) = EmailPlugin().listeners(source, desk)  # type: ignore[arg-type]
    assert isinstance(door, MailPort)
    door.start()
    try:
        client = (smtplib.LMTP if protocol == "lmtp" else smtplib.SMTP)("127.0.0.1", port, timeout=20)
        raw = kit.make_mail("Суп был холодный.")
        assert client.sendmail("anna@customer.test", [kit.ADDRESS], raw, ["BODY=8BITMIME"]) == {}
        desk.is_away = True
        with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)) as caught:
            client.sendmail("anna@customer.test", [kit.ADDRESS], raw)
        assert "451" in str(caught.value)
        client.quit()
    finally:
        door.stop()
    ((headers, body),) = desk.taken
    assert body == raw
    assert headers["x-email-mail-from"] == "anna@customer.test"
    assert headers["x-email-door"] == "lmtp"


@pytest.fixture
def port_of(kit: Any) -> Iterator[Any]:
    doors: list[MailPort] = []

    def open_port(desk: Desk, **wish: Any) -> socket.socket:
        port = free_port()
        source = kit.make_source(transport="lmtp", secrets=[], lmtp={"port": port, **wish})
        doors.append(MailPort(source, desk))  # type: ignore[arg-type]
        doors[-1].start()
        return socket.create_connection(("127.0.0.1", port), timeout=20)

    yield open_port
    for door in doors:
        door.stop()


def talk(connection: socket.socket, *lines: bytes) -> list[bytes]:
    """The last lines of all answers until the server has closed."""
    connection.sendall(b"".join(line + b"\r\n" for line in (*lines, b"QUIT")))
    with connection, connection.makefile("rb") as answers:
        return [line[:3] for line in answers if line[3:4] == b" "]


RECIPIENTS = [b"RCPT TO:<%s@shop.test>" % name for name in (b"support", b"complaints", b"care")]


@pytest.mark.parametrize("is_away", [False, True])
def test_lmtp_answers_for_each_recipient(kit: Any, port_of: Any, is_away: bool) -> None:
    desk = Desk()
    desk.is_away = is_away
    said = talk(port_of(desk), b"LHLO mx.test", b"MAIL FROM:<anna@customer.test>", *RECIPIENTS, b"DATA",
                kit.make_mail() + b".", b"NOOP")  # fmt: skip
    verdict = b"451" if is_away else b"250"
    assert said == [b"220", b"250", b"250", b"250", b"250", b"250", b"354", *[verdict] * 3, b"250", b"221"]
    assert len(desk.taken) == (0 if is_away else 1)


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_port_takes_lines_that_no_program_breaks(kit: Any, port_of: Any, protocol: str) -> None:
    desk, hello = Desk(), b"LHLO mx.test" if protocol == "lmtp" else b"EHLO mx.test"
    raw = kit.make_mail("Где мои деньги? " * 5000)
    said = talk(
        port_of(desk, protocol=protocol), hello, b"MAIL FROM:<a@b.test>", RECIPIENTS[0], b"DATA", raw + b"."
    )
    assert said[-2:] == [b"250", b"221"]
    assert desk.taken[0][1] == raw
