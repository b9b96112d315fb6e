"""Whose address it is, and what From, Sender and Reply-To of a reply say about who answers."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from complaint_gift.domain import Severity
from complaint_gift_email.accounts import Accounts, Kind, judge_accounts
from complaint_gift_email.message import read_mail

ACCOUNTS = Accounts.of(
    {
        "address": "support@shop.ru",
        "accounts": ["care-*@shop.ru", "help+*@shop.ru", "Shop@mail.ru"],
        "domains": ["shop.ru", "магазин.рф"],
        "freemail": ["own.example"],
        "staff": {"ivanov": ["ivan@shop.ru", "i.ivanov@gmail.com"]},
    }
)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("support@shop.ru", Kind.COMPANY),
        ("Support+cg.x@SHOP.RU", Kind.COMPANY),
        ("care-7@shop.ru", Kind.COMPANY),
        ("help+7@shop.ru", Kind.COMPANY),
        ("help@shop.ru", Kind.COMPANY),
        ("shop@mail.ru", Kind.COMPANY),
        ("ivan@shop.ru", Kind.STAFF),
        ("i.ivanov@gmail.com", Kind.STAFF),
        ("petrova@shop.ru", Kind.DOMAIN),
        ("box@" + "магазин.рф".encode("idna").decode(), Kind.DOMAIN),
        ("somebody@gmail.com", Kind.FREEMAIL),
        ("somebody@own.example", Kind.FREEMAIL),
        ("client@example.net", Kind.OTHER),
        ("evil@shop.ru.example.net", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_an_address_is_of_one_kind(address: str, kind: Kind) -> None:
    assert ACCOUNTS.kind(address) is kind


def test_a_login_leads_to_a_person_and_a_mailbox() -> None:
    assert (ACCOUNTS.person("Ivanov"), ACCOUNTS.mailbox("ivanov")) == ("ivanov", "ivan@shop.ru")
    assert (ACCOUNTS.person("i.ivanov@gmail.com"), ACCOUNTS.mailbox("x@shop.ru")) == ("ivanov", "x@shop.ru")
    assert (ACCOUNTS.person("nobody"), ACCOUNTS.mailbox("nobody")) == ("", "")


def found(accounts: Accounts = ACCOUNTS, **headers: str) -> dict[str, Severity]:
    mail = EmailMessage()
    for name, value in {"From": "Shop <support@shop.ru>", **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Thank you.")
    return {one.rule: one.severity for one in judge_accounts(read_mail(mail.as_bytes()), accounts)}


@pytest.mark.parametrize(
    ("headers", "rules"),
    [
        ({}, {}),
        ({"Reply_To": "care-1@shop.ru", "Sender": "support@shop.ru"}, {}),
        ({"From": "Ivan <i.ivanov@gmail.com>"}, {"account-personal-address": Severity.ERROR}),
        ({"From": "x@example.net"}, {"account-personal-address": Severity.ERROR}),
        ({"From": "Ivan <ivan@shop.ru>"}, {"account-personal-mailbox": Severity.WARNING}),
        ({"From": "petrova@shop.ru"}, {"account-personal-mailbox": Severity.WARNING}),
        ({"Sender": "ivan@shop.ru"}, {"account-shown-sender": Severity.WARNING}),
        ({"Reply_To": "ivan@gmail.com"}, {"account-other-reply-to": Severity.ERROR}),
        ({"From": '"boss@bank.test" <support@shop.ru>'}, {"account-name-shows-address": Severity.WARNING}),
    ],
)
def test_what_the_headers_say(headers: dict[str, str], rules: dict[str, Severity]) -> None:
    assert found(**headers) == rules


def test_nothing_is_said_where_no_company_account_is_named() -> None:
    assert found(Accounts(), From="x@gmail.com") == {}


def test_findings_bring_words_in_both_languages() -> None:
    mail = read_mail(b"From: x@gmail.com\r\n\r\nHello\r\n")
    (finding,) = judge_accounts(mail, ACCOUNTS)
    for language in ("en", "ru"):
        assert "x@gmail.com" in finding.params[f"say_{language}"]
