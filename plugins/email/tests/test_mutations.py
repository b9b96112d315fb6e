"""Mutated mail and mutated posts of providers: never anything but typed errors, and always an answer."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_gift.domain import Conversation, Event
from complaint_gift.plugin import NotAuthentic, Request, UnknownEvent, Unreadable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.attachments import LONGEST_NAME
from complaint_gift_email.message import Mail, read_mail
from complaint_gift_email.quoting import Split

MUTATIONS = 10_000
TRANSPORTS = ("postmark", "mailgun", "sendgrid", "ses", "post")
TOPIC = "arn:aws:sns:us-east-1:111111111111:SES_Inbound"
SNIPPETS = (
    b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"=?utf-8?B?", b"?=", b"--B", b"--B--",
    b"Content-Type: multipart/mixed; boundary=B",
    b"Content-Transfer-Encoding: base64", b"=", b"From: ", b"Bcc: x@y.test", b"<", b">", b'"', b"\\", b"(",
    b"&#x110000;",
    b"<blockquote>", b"charset=utf-16", b"charset=hex", b"filename*0*=x''%", b"../", b"=\xd0",
    b"\xed\xa0\x80", b"{", b"\\ud800",
    "От: ".encode(), "написал:".encode("cp1251"), b"On 1 wrote:\r\n> x", b"\r", b"\x1b[2J",
    b"\xe2\x80\xae", b"1e999", b"[[[[",
)  # fmt: skip
SEED = (
    b"From: =?koi8-r?B?6dfBzg==?= <a@b.test>\r\nTo: support@shop.test\r\nSubject: =?utf-8?Q?=D0=A1?=\r\n"
    b"Message-ID: <x@y>\r\nReferences: <a@b> <c@d>\r\nDate: Sat, 31 Jan 2026 08:59:00 +0000\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
    b"Content-Type: multipart/alternative; boundary=C\r\n\r\n"
    b"--C\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n\xc4\xe0\r\n> quote\r\n\r\n--C\r\n"
    b"Content-Type: text/html\r\n\r\n"
    b"<div>x<blockquote>y</blockquote></div>\r\n--C--\r\n--B\r\n"
    b"Content-Type: application/pdf; name=a.pdf\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%D0%A7.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--B--\r\n"
)


def check(mail: Mail) -> None:
    """What holds for every mail, whatever bytes it was made of."""
    for text in (
        mail.subject,
        mail.id,
        mail.text,
        mail.new,
        mail.judged,
        mail.quoted,
        mail.sender.name,
        mail.sender.address,
    ):
        text.encode()
        assert "\x00" not in text
    assert not {"\r", "\n"} & set(mail.subject + mail.id + mail.sender.address + mail.sender.name)
    for one in mail.attachments:
        assert one.name
        assert len(one.name) <= LONGEST_NAME
        assert not set(one.name) & set("/\\\r\n\x00")
        assert not one.name.startswith(".")
        one.content()
    split = Split.of(mail.text)
    assert len(split.lines) == len(split.kinds)


def mutate(body: bytes, chance: random.Random) -> bytes:
    """A few cuts, flips, repetitions and insertions."""
    made = bytearray(body)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(5):
            case 0:
                del made[place : place + chance.randrange(1, 60)]
            case 1:
                made[place:place] = chance.choice(SNIPPETS)
            case 2 if place < len(made):
                made[place] ^= 1 << chance.randrange(8)
            case 3:
                end = place + chance.randrange(1, 200)
                made[place:place] = made[place:end] * chance.randrange(1, 4)
            case _:
                other = chance.randrange(len(made) + 1)
                made[place:place] = made[other : other + 40]
    return bytes(made)


def through(kit: Any, plugin: EmailPlugin, source: Any, body: bytes, kind: str) -> None:
    """The whole way of one post: proof, key, events, conversation."""
    request = Request("POST", "/hooks/mail-main", {"content-type": (kind,)}, body, kit.NOW)
    with pytest.raises(NotAuthentic):
        plugin.verify(request, source)
    key = plugin.key(request)
    assert key
    assert len(key) <= 255
    delivery = kit.store(body, {"content-type": kind})
    try:
        events = plugin.parse(delivery, source)
        found = plugin.read(delivery, source, kit.Remembered(), None) if events else ()
    except (Unreadable, UnknownEvent) as exc:
        said = str(exc)
    else:
        said = ""
    if said:
        assert "mail-main" in said
        return
    assert all(isinstance(event, Event) for event in events)
    for one in found:
        assert isinstance(one, Conversation)
        json.dumps([one.id, one.subject, [m.text for m in one.messages], one.requester_id]).encode()


@pytest.mark.slow
@pytest.mark.needs_shared
@pytest.mark.timeout(900)
def test_mutated_posts_of_providers_end_in_nothing_but_typed_errors(kit: Any, shared: Path) -> None:
    chance, plugin = random.Random(6), EmailPlugin()
    metas = sorted((shared / "fixtures" / "email").glob("*.meta.json"))
    for number in range(MUTATIONS):
        meta = metas[number % len(metas)]
        name = meta.name.removesuffix(".meta.json")
        transport = "ses" if name.startswith("amazon") else name.partition("__")[0]
        source = kit.make_source(transport=transport, topics=[TOPIC])
        body = mutate(meta.with_name(f"{name}.body").read_bytes(), chance)
        through(kit, plugin, source, body, json.loads(meta.read_text("utf-8"))["content_type"])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_mutated_mails_are_read_all_the_same(kit: Any) -> None:
    chance, plugin, source = random.Random(7), EmailPlugin(), kit.make_source()
    for number in range(MUTATIONS):
        raw = mutate(SEED, chance)
        check(read_mail(raw))
        if number % 5 == 0:
            through(kit, plugin, source, raw, "message/rfc822")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=2000), st.lists(st.sampled_from(SNIPPETS), max_size=60).map(b"".join)))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(read_mail(raw))
    check(read_mail(SEED[:300] + raw))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_split_without_loss(text: str) -> None:
    split = Split.of(text)
    assert len(split.lines) == len(split.kinds)
    assert split.written.strip() or split.history or split.without_history or not "".join(split.lines).strip()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=600), kind=st.sampled_from(("", "application/json",
"multipart/form-data; boundary=B", "text/plain")),
       transport=st.sampled_from(TRANSPORTS))  # fmt: skip
def test_any_bytes_are_answered_by_every_door(kit: Any, body: bytes, kind: str, transport: str) -> None:
    through(kit, EmailPlugin(), kit.make_source(transport=transport, topics=[TOPIC]), body, kind)


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(depth)
    )
    return (
        opening
        + b"Content-Type: text/plain\r\n\r\nhi\r\n"
        + b"".join(b"--b%d--\r\n" % i for i in reversed(range(depth)))
    )


BOMB = b"UEsDBBQAAAAIAA==" * 200_000
LARGE = {
    "3,000 nested parts": nested(3000),
    "3,000 parts": b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B\r\n\r\nhello\r\n" * 3000,
    "40 MB attachment": b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    b"--B\r\n\r\nhello\r\n--B\r\nContent-Type: application/zip\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJDREVGR0g=\r\n" * 2_900_000 + b"--B--\r\n",
    "40 MB text": b"Subject: x\r\n\r\n" + b"hello world\n" * 3_400_000,
    "30 MB boundary": b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B" * 10_000_000,
    "30 MB headers": b"X: y\r\n" * 5_000_000,
    "100,000 divs": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"x",
    "blockquotes": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 1_400 + b"x",
    "parameters": b"Content-Type: text/plain" + b"; a*0=x" * 100_000 + b"\r\n\r\nx",
    "spaces": b"A:" + b" " * 3_000_000 + b"\r\n\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nx",
    "angle brackets": b"From: " + b"<" * 1_000_000 + b"\r\n\r\nx",
    "zip bomb": b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + BOMB,
    "references": b"References: " + b"<a@b> " * 500_000 + b"\r\n\r\nx",
}  # fmt: skip


@pytest.mark.timeout(60)  # seconds; each takes one at most
@pytest.mark.parametrize("name", LARGE)
def test_large_and_deep_mails_are_read_and_cut(name: str) -> None:
    mail = read_mail(LARGE[name])
    assert mail.new is not None
    assert len(mail.text) <= 1_000_001
    assert len(mail.attachments) <= 301
