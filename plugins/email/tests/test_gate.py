"""The gate between a client and a mail server: what each of them hears, and that no mail is lost."""

from __future__ import annotations

import smtplib
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import DOWN, ScriptedDesk, Sink, a_gate, a_mail, wait_until

from complaint_gift.plugin import Fate, PluginError


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


def send(port: int, mail: bytes, **options: Any) -> tuple[int, str]:
    """What the client hears at the end."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        try:
            client.sendmail("support@shop.test", ["client@example.test"], mail, **options)
        except smtplib.SMTPResponseException as exc:
            return exc.smtp_code, str(exc.smtp_error.decode())
        except smtplib.SMTPRecipientsRefused as exc:
            ((code, text),) = exc.recipients.values()
            return code, text.decode()
    return 250, ""


def test_a_good_reply_goes_on_as_it_came(sink: Sink, desk: ScriptedDesk) -> None:
    mail = a_mail("Спасибо!\n\n.one dot\n..two\nend.")
    with a_gate(desk, sink.port, trusted=["127.0.0.0/8"]) as port:
        assert send(port, mail, mail_options=["BODY=8BITMIME"])[0] == 250
    (got,) = sink.mails
    assert got.partition(b"complaint-gift with ESMTP")[0].startswith(b"Received: from ")
    assert got.endswith(b"\r\n" + mail)
    assert any(
        line.startswith("MAIL FROM:<support@shop.test>") and "BODY=8BITMIME" in line for line in sink.heard
    )
    assert desk.asked[0].recipients == ("<client@example.test>",)


def test_the_upstream_answer_is_passed_through(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("a@shop.test")
        client.rcpt("b@example.test")
        assert client.data(a_mail())[1] == b"2.0.0 taken as 4711"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("MAIL", "452 4.3.1 no room"),
        ("MAIL", "550 5.1.0 not you"),
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "450 4.2.0 greylisted"),
        ("354", "554 5.7.1 no more"),
        ("DATA", "451 4.7.1 try later"),
        ("DATA", "554 5.7.1 spam"),
        ("DATA", "550-5.7.1 two\r\n550 5.7.1 lines"),
    ],
)
def test_a_refusal_reaches_the_client_word_for_word(
    sink: Sink, desk: ScriptedDesk, command: str, answer: str
) -> None:
    sink.answers[command] = answer
    with a_gate(desk, sink.port) as port:
        code, text = send(port, a_mail("MISSING"))
        assert code == int(answer[:3])
        assert (
            text.split()
            == answer.replace("550-5.7.1", "5.7.1")
            .replace("\r\n550 ", " ")
            .split()[0 if "\n" in answer else 1 :]
        )
        assert not sink.mails
        if command in ("354", "DATA"):
            assert wait_until(lambda: desk.forgotten == [1])
        sink.answers.clear()
        assert send(port, a_mail("MISSING"))[0] == 250
    assert len(sink.mails) == 1


def test_a_held_reply_is_kept_before_its_250(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port, on_error="hold") as port:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("a@shop.test")
            client.rcpt("b@example.test")
            code, text = client.data(a_mail("FAULT"))
        assert (code, text) == (
            250,
            b"2.0.0 Held until a lead has read it, number 1; https://cg.example.com/held/1",
        )
        desk.trouble["keep"] = DOWN
        assert send(port, a_mail("FAULT again"))[0] == 451
    assert not sink.mails
    (kept,) = desk.kept.values()
    assert kept.raw.endswith(b"FAULT\r\n")
    assert kept.envelope["sender"] == "<a@shop.test>"


def test_a_rejected_reply_says_why_in_ascii(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port, on_error="reject") as port:
        code, text = send(port, a_mail("FAULT"))
    assert code == 550
    assert text.isascii()
    assert "Not sent: Do not blame. (no-blame)" in text
    assert "https://cg.example.com/held/1" in text
    assert not sink.mails


def test_by_default_everything_passes_and_is_told(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail("FAULT"))[0] == 250
        assert wait_until(lambda: desk.confirmed == [1])
    assert len(sink.mails) == 1


def test_without_the_database_the_client_keeps_its_mail(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port:
        for step in ("memory", "rule", "keep"):
            desk.trouble = {step: DOWN}
            assert send(port, a_mail("MISSING"))[0] == 451
        assert not sink.mails
        desk.trouble = {}
        assert send(port, a_mail("MISSING"))[0] == 250
    assert len(sink.mails) == 1


def test_a_fault_of_ours_holds_no_mail_up(sink: Sink, desk: ScriptedDesk) -> None:
    desk.trouble = {"rule": RuntimeError("a bug")}
    with a_gate(desk, sink.port, on_error="hold") as port:
        assert send(port, a_mail("FAULT"))[0] == 250
    assert len(sink.mails) == 1


def test_an_upstream_that_is_away_is_451(desk: ScriptedDesk, sink: Sink) -> None:
    sink.stop()
    with a_gate(desk, sink.port) as port:
        code, text = send(port, a_mail())
        assert (code, "does not answer" in text) == (451, True)


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_an_upstream_that_hangs_up_is_451(sink: Sink, desk: ScriptedDesk, command: str) -> None:
    sink.answers[command] = None
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 451


def test_a_lost_answer_to_the_mail_is_451_and_never_250(sink: Sink, desk: ScriptedDesk) -> None:
    sink.answers["DATA"] = None
    with a_gate(desk, sink.port) as port:
        code, text = send(port, a_mail("MISSING"))
        assert (code, "it may have the mail" in text) == (451, True)
    assert desk.forgotten == []


def test_connections_to_the_mail_server_are_used_again(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port:
        for _ in range(5):
            assert send(port, a_mail())[0] == 250
        assert sink.connections == 1
        for link in sink._links:
            link.shutdown(socket.SHUT_RDWR)
        assert send(port, a_mail())[0] == 250
    assert (sink.connections, len(sink.mails)) == (2, 6)


def test_xforward_reaches_the_mail_server_for_each_mail(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        assert "xforward" in client.esmtp_features
        for name in ("one.example", "two.example"):
            assert client.docmd("XFORWARD", f"NAME={name} ADDR=192.0.2.1 PROTO=ESMTP HELO={name}")[0] == 250
            client.mail("a@shop.test")
            assert client.docmd("XFORWARD", "NAME=late")[0] == 503
            client.rcpt("b@example.test")
            assert client.data(a_mail())[0] == 250
        assert client.docmd("XFORWARD", "NAME=a\tb")[0] == 501
        client.mail("a@shop.test")
        client.rcpt("b@example.test")
        client.data(a_mail())
    told = [line for line in sink.heard if line.startswith("XFORWARD")]
    assert [line.split()[1] for line in told] == ["NAME=one.example", "NAME=two.example"]
    assert [mail.startswith(b"Received: from") for mail in sink.mails] == [False, False, True]


def test_who_logged_in_at_postfix_is_the_author(sink: Sink, desk: ScriptedDesk) -> None:
    mail = b"Received: from pc (pc [192.0.2.7])\r\n (Authenticated sender: ivanov)\r\n by mail\r\n" + a_mail()
    own = {"accounts": ["support@shop.test"], "staff": {"ivanov": ["i.ivanov@shop.test"]}, "domains": []}
    with a_gate(desk, sink.port, own=own) as port:
        send(port, mail)
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.docmd("XFORWARD", "ADDR=192.0.2.7")
            client.sendmail("support@shop.test", ["b@example.test"], mail)
    plain, forwarded = desk.asked
    assert (plain.author.id, plain.tell) == ("support@shop.test", "support@shop.test")
    assert (forwarded.author.id, forwarded.author.name, forwarded.tell) == (
        "ivanov",
        "ivanov",
        "i.ivanov@shop.test",
    )
    assert forwarded.author.company is True


def test_only_the_new_part_is_judged(sink: Sink, desk: ScriptedDesk) -> None:
    intro = "On Mon, 2 Mar 2026, Marta <m@example.test> wrote:"
    text = f"Thank you for telling us.\n\n{intro}\n> It is your FAULT!\n"
    with a_gate(desk, sink.port, on_error="reject") as port:
        assert send(port, a_mail(text))[0] == 250
    assert "FAULT" not in desk.asked[0].text
    assert desk.asked[0].history == "It is your FAULT!"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.shop.test>"},
        {"X_Complaint_Gift_Loop": "here"},
    ],
)
def test_what_a_machine_sends_is_not_judged(sink: Sink, desk: ScriptedDesk, headers: dict[str, str]) -> None:
    with a_gate(desk, sink.port, on_error="reject") as port:
        assert send(port, a_mail("FAULT", **headers))[0] == 250
    assert desk.asked == []


def test_every_mail_is_a_reply_where_only_a_helpdesk_sends(sink: Sink, desk: ScriptedDesk) -> None:
    mail = a_mail("Hello", Subject="[support-1] Cold soup (Updated)", In_Reply_To="")
    for every in (False, True):
        with a_gate(desk, sink.port, every_mail=every) as port:
            assert send(port, mail)[0] == 250
    assert [one.is_reply for one in desk.asked] == [False, True]


def test_a_bounce_passes(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port, on_error="reject") as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", ["b@example.test"], a_mail("FAULT"))
    assert any(line.startswith("MAIL FROM:<>") for line in sink.heard)
    assert desk.asked == []


def test_the_same_mail_has_the_same_key_whatever_was_put_on_top(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port, on_error="hold") as port:
        send(port, b"Received: from a by b; one\r\n" + a_mail("FAULT"))
        send(port, b"Received: from a by b; two\r\n" + a_mail("FAULT"))
        send(port, a_mail("FAULT!"))
    assert len(desk.kept) == 2


def test_dsn_and_utf8_are_passed_on_where_they_are_understood(desk: ScriptedDesk) -> None:
    for offers, sender, recipient in (
        (
            ("DSN", "SMTPUTF8", "8BITMIME", "SIZE"),
            " SMTPUTF8 RET=HDRS ENVID=Ab1",
            " NOTIFY=NEVER ORCPT=rfc822;b@x",
        ),
        ((), "", ""),
    ):
        sink = Sink(offers=offers)
        sink.start()
        with a_gate(desk, sink.port) as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            options = ["SMTPUTF8", "RET=HDRS", "ENVID=Ab1"]
            client.command_encoding = "utf-8"
            assert client.docmd("MAIL", "FROM:<почта@магазин.рф> SMTPUTF8")[0] == 250
            client.docmd("RSET")
            assert client.docmd(f"MAIL FROM:<a@shop.test> {' '.join(options)}")[0] == 250
            assert client.docmd("RCPT TO:<b@example.test> NOTIFY=NEVER ORCPT=rfc822;b@x")[0] == 250
            assert client.docmd("RCPT TO:<b@example.test> STRANGE=1")[0] == 555
        assert sink.heard[1].startswith("MAIL FROM:<почта@магазин.рф>")
        assert f"MAIL FROM:<a@shop.test>{sender}" in sink.heard
        assert f"RCPT TO:<b@example.test>{recipient}" in sink.heard
        sink.stop()


def test_a_mail_that_is_too_large_is_refused_and_the_session_lives_on(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port, largest_mb=1) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        assert client.docmd("MAIL FROM:<a@shop.test> SIZE=2000000")[0] == 552
        client.docmd("MAIL FROM:<a@shop.test>")
        client.rcpt("b@example.test")
        assert client.data(b"Subject: x\r\n\r\n" + b"a long line. " * 100_000)[0] == 552
        client.sendmail("a@shop.test", ["b@example.test"], a_mail())
    assert len(sink.mails) == 1


def test_a_lone_line_feed_ends_no_mail(sink: Sink, desk: ScriptedDesk) -> None:
    """Otherwise what follows would be a second mail on a server that thinks so (SMTP smuggling)."""
    with a_gate(desk, sink.port) as port:
        raw = socket.create_connection(("127.0.0.1", port), timeout=10)
        with raw, raw.makefile("rb") as lines:
            lines.readline()
            for told in (b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<c@d.test>", b"DATA"):
                raw.sendall(told + b"\r\n")
                while lines.readline()[3:4] == b"-":
                    pass
            raw.sendall(b"Subject: x\r\n\r\none\n.\r\nMAIL FROM:<evil@b.test>\r\n\r.\r\nend\r\n.\r\n")
            assert lines.readline().startswith(b"250 2.0.0 taken")
    (mail,) = sink.mails
    assert b"MAIL FROM:<evil@b.test>" in mail
    assert b"one\r\n.\r\n" in mail, "the sink has taken the doubled dot off"
    assert not any("evil" in line for line in sink.heard)


def test_strangers_need_a_password(sink: Sink, desk: ScriptedDesk) -> None:
    users = [{"name": "helpdesk", "password": "right"}]
    with (
        a_gate(desk, sink.port, trusted=["192.0.2.0/24"], users=users) as port,
        smtplib.SMTP("127.0.0.1", port) as client,
    ):
        client.ehlo()
        assert "xforward" not in client.esmtp_features
        assert client.docmd("XFORWARD", "NAME=a")[0] == 550
        assert client.mail("a@shop.test")[0] == 530
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("helpdesk", "wrong")
        client.login("helpdesk", "right")
        client.sendmail("a@shop.test", ["b@example.test"], a_mail())
    assert desk.asked[0].author.id == "helpdesk"
    assert len(sink.mails) == 1


def test_three_wrong_passwords_end_the_session(
    sink: Sink, desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaint_gift_email.gate.door.FAILURE_SECONDS", 0.0)
    users = [{"name": "helpdesk", "password": "right"}]
    with a_gate(desk, sink.port, trusted=[], users=users) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        for _ in range(3):
            assert client.docmd("AUTH PLAIN AGhlbHBkZXNrAHdyb25n")[0] == 535
        assert client.getreply()[0] == 421
        client.close()


def test_a_taken_port_is_told_in_a_sentence(sink: Sink, desk: ScriptedDesk) -> None:
    with (
        a_gate(desk, sink.port) as port,
        pytest.raises(PluginError, match=rf"nobody can listen on 127\.0\.0\.1:{port}"),
        a_gate(desk, sink.port, port=port),
    ):
        pass


def test_a_gate_that_closes_lets_the_mail_under_way_end(sink: Sink, desk: ScriptedDesk) -> None:
    with a_gate(desk, sink.port) as port:
        client = smtplib.SMTP("127.0.0.1", port)
        client.ehlo()
        idle = smtplib.SMTP("127.0.0.1", port)
        client.mail("a@shop.test")
        client.rcpt("b@example.test")
        assert client.data(a_mail())[0] == 250
    assert idle.getreply()[0] == 421
    idle.close()
    client.close()
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", port)


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_of_the_configuration_is_known(fate: Fate, sink: Sink) -> None:
    from smtp_world import gate_settings

    if fate is Fate.PASS:
        with pytest.raises(Exception, match="on_error"):
            gate_settings(sink.port, on_error=fate.value)
    else:
        assert gate_settings(sink.port, on_error=fate.value)["on_error"] == fate.value
