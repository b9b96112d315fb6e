"""The acknowledgement as a mail: from the company, in the thread, to people only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import Sink

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Can, Refused, Source, Unreachable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.message import read_mail
from complaint_gift_email.settings import EmailSettings

NAME = "abcdefghijklmnop"


def a_source(port: int, **more: Any) -> Source:
    told = {
        "transport": "lmtp",
        "lmtp": {},
        "address": "support@shop.test",
        "acknowledge": True,
        "smtp": {"host": "127.0.0.1", "port": port, "security": "none"},
    }
    return Source("mail", "email", dict(EmailSettings().load({**told, **more})))


def an_action(**more: str) -> Action:
    payload = {
        "to": "Marta@Example.net",
        "subject": "Суп",
        "answers": "1@example.net",
        "language": "ru",
        **more,
    }
    return Action(1, ActionKind.ACKNOWLEDGE, "mail", NAME, payload, "cg-acknowledge-1")


def send(source: Source, action: Action) -> Any:
    plugin = EmailPlugin()
    return plugin.perform(action, source, plugin.connect(source))


def test_a_customer_reads_it_in_the_thread(sink: Sink) -> None:
    receipt = send(a_source(sink.port), an_action())
    (mail,) = sink.mails
    text = mail.decode()
    assert "MAIL FROM:<>" in sink.heard
    assert "RCPT TO:<marta@example.net>" in sink.heard
    for line in (
        "From: support@shop.test",
        "Auto-Submitted: auto-replied",
        "In-Reply-To: <1@example.net>",
        "X-Complaint-Gift-Loop: mail",
        f"Message-ID: <{receipt.external_ids[0]}>",
    ):
        assert line in text.split("\r\n")
    again = send(a_source(sink.port), an_action())
    assert again.external_ids == receipt.external_ids, "a mailbox shows a repetition once"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_company_may_say_it_in_its_own_words(sink: Sink, language: str) -> None:
    source = a_source(sink.port, acknowledgement={"en": "We have it.", "ru": "Pismo u nas."})
    send(source, an_action(language=language))
    assert ("We have it." if language == "en" else "Pismo u nas.").encode() in sink.mails[0]


@pytest.mark.parametrize("to", ["no-reply@bank.test", "mailer-daemon@x.test", "support@shop.test"])
def test_machines_and_ourselves_get_nothing(sink: Sink, to: str) -> None:
    assert "nobody reads" in send(a_source(sink.port), an_action(to=to)).detail
    assert sink.heard == []


def test_a_russian_domain_is_written_as_mail_servers_understand_it(sink: Sink) -> None:
    source = a_source(sink.port, address="support@магазин.рф", notes_to=["lead@магазин.рф"])
    send(source, an_action(to="marta@почта.рф"))
    note = Action(2, ActionKind.NOTE, "mail", NAME, {"text": "Не возвращать деньги"}, "cg-note-1")
    send(source, note)
    ours, theirs = ("xn--80aairftm.xn--p1ai", "xn--80a1acny.xn--p1ai")
    assert [line for line in sink.heard if line.startswith("RCPT")] == [
        f"RCPT TO:<marta@{theirs}>",
        f"RCPT TO:<lead@{ours}>",
    ]
    for raw, to in zip(sink.mails, (f"marta@{theirs}", f"lead@{ours}"), strict=True):
        mail = read_mail(raw)
        assert mail.headers.get("from") == f"support@{ours}"
        assert mail.headers.get("to") == to
    assert read_mail(sink.mails[1]).subject == f"Заметка о жалобе: Не возвращать деньги [#{NAME}]"


def test_trouble_is_told_apart(sink: Sink) -> None:
    sink.answers["RCPT"] = "550 5.1.1 no such user"
    with pytest.raises(Refused, match="no such user"):
        send(a_source(sink.port), an_action())
    sink.answers["RCPT"] = "451 4.7.1 later"
    with pytest.raises(Unreachable):
        send(a_source(sink.port), an_action())
    with pytest.raises(Refused, match="no mail address"):
        send(a_source(sink.port), an_action(to="nobody"))
    sink.answers = {"DATA": None}
    assert "may have sent it" in send(a_source(sink.port), an_action()).detail


def test_it_is_done_only_where_it_is_configured(sink: Sink) -> None:
    plugin = EmailPlugin()
    assert Can.ACKNOWLEDGE in plugin.able(a_source(sink.port))
    assert Can.ACKNOWLEDGE not in plugin.able(a_source(sink.port, acknowledge=False))
    with pytest.raises(Exception, match="needs a mail server"):
        a_source(sink.port, smtp=None)


def test_no_header_can_be_put_in(sink: Sink) -> None:
    send(a_source(sink.port), an_action(subject="a\r\nBcc: evil@x.test", answers="1@x>\r\nBcc: <e@x.test"))
    assert not any(line.startswith(b"Bcc:") for line in sink.mails[0].splitlines())
