"""A held mail with another text: what stays of it, and what must not."""

from __future__ import annotations

import pytest

from complaint_gift.domain import Author, Role
from complaint_gift.plugin import Outgoing, Refused
from complaint_gift_email.editing import rewrite
from complaint_gift_email.message import Mail, read_mail
from complaint_gift_email.quoting import Split

OLD, NEW = "It is your own fault.", "Thank you for telling us. We are sorry."
HEAD = "From: Дана <dana@shop.test>\nTo: m@x.test\nSubject: x\nDKIM-Signature: v=1\nMIME-Version: 1.0\n"
HTML = f"Content-Type: text/html; charset=utf-8\n\n<p>{OLD}</p>"
PLAIN = f"Content-Type: text/plain; charset=utf-8\n\n{OLD}"
LOGO = "Content-Type: image/png; name=logo.png\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\nUE5H"
# Apple Mail shows files in between the words, so it calls them inline.
PDF = (
    "Content-Type: application/pdf; name=contract.pdf\nContent-Disposition: inline; filename=contract.pdf\n"
    "Content-Transfer-Encoding: base64\n\nUERG"
)
SHEET = "Content-Type: text/csv; name=sums.csv\nContent-Disposition: attachment; filename=sums.csv\n\n1,2"
LETTER = "Content-Type: message/rfc822\n\nSubject: before\n\nhello"


def many(kind: str, *parts: str) -> str:
    mark = f"{kind}-{len(parts)}-{sum(map(len, parts))}"
    inner = "".join(f"--{mark}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n{inner}--{mark}--'


def edit(body: str, history: str = "") -> Mail:
    raw = (HEAD + body).replace("\n", "\r\n").encode()
    held = Outgoing("mail", "k", Author("dana", Role.AGENT), OLD, raw, {}, history=history)
    return read_mail(rewrite(held, NEW))


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (PLAIN, []),
        (many("alternative", PLAIN, HTML), []),
        (many("related", HTML, LOGO), []),
        (many("mixed", PLAIN, PDF), ["contract.pdf"]),
        (many("mixed", many("alternative", PLAIN, many("related", HTML, LOGO)), PDF), ["contract.pdf"]),
        (many("mixed", many("mixed", HTML, SHEET), PLAIN), ["sums.csv"]),
        (many("mixed", PLAIN, PDF, PLAIN), ["contract.pdf"]),
        (many("alternative", PLAIN, many("mixed", HTML, PDF, HTML)), ["contract.pdf"]),
        (many("mixed", PLAIN, LETTER), ["message.eml"]),
    ],
)
def test_files_stay_and_nothing_of_the_old_words(body: str, files: list[str]) -> None:
    mail = edit(body)
    assert mail.text.strip() == NEW
    assert [one.name for one in mail.attachments] == files
    assert (mail.sender.name, "dkim-signature" in mail.headers) == ("Дана", False)


INTRO = "On Mon, 2 Mar 2026 at 10:00, Marta <m@example.test> wrote:"
BLOCK = (
    "From: Marta <m@example.test>\nSent: Monday, March 2, 2026 10:00 AM\nTo: Shop\nSubject: x\n\n"
    "It came broken."
)


@pytest.mark.parametrize("quoted", [f"{INTRO}\n> It came broken.\n>\n> > Older.", BLOCK])
def test_what_it_quotes_stays_as_it_was(quoted: str) -> None:
    mail = edit(f"{PLAIN}\n\n{quoted}\n", history="It came broken.")
    assert mail.text.strip() == f"{NEW}\n\n{quoted}"
    assert (mail.new, Split.of(mail.text).history) == (NEW, quoted)


def test_a_signed_mail_is_left_alone() -> None:
    with pytest.raises(Refused, match="signed") as refused:
        edit(many("signed", PLAIN, PDF))
    assert refused.value.code == "sealed", "the page of held replies says it in the reader's language"
