"""Whose address it is, and what the account of a reply says about who answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML

from complaint_gift.domain import Finding, Layer, Severity
from complaint_gift_email.addresses import Address, in_unicode
from complaint_gift_email.message import Mail

_SHOWN = re.compile(r"[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]{1,190}\.[^\s@<>\"(),:;]{2,63}")
FREEMAIL = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com",
    "me.com", "aol.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "bk.ru",
    "list.ru", "inbox.ru", "internet.ru", "yandex.ru", "ya.ru", "yandex.com", "rambler.ru", "ukr.net",
    "mail.com",
)  # fmt: skip


class Kind(StrEnum):
    """Whose an address is, as far as the configuration tells."""

    COMPANY = "company"  # speaks for the company
    STAFF = "staff"  # a person of ours, wherever the mailbox is
    DOMAIN = "domain"  # some mailbox at a domain of ours
    FREEMAIL = "freemail"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The lists of one source. `accounts` may hold `*` before the @ or `@` alone for a whole domain."""

    accounts: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()
    freemail: frozenset[str] = frozenset(FREEMAIL)
    staff: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Accounts:
        """From the settings of a source: address, accounts, domains, freemail, staff."""
        own = [one for one in (settings.get("address") or "", *(settings.get("accounts") or ())) if one]
        staff = {
            str(name): tuple(normal(one) for one in addresses)
            for name, addresses in (settings.get("staff") or {}).items()
        }
        return cls(
            tuple(normal(one) for one in own),
            frozenset(domain_of(f"@{one}") for one in settings.get("domains") or ()),
            frozenset(domain_of(f"@{one}") for one in (*FREEMAIL, *(settings.get("freemail") or ()))),
            staff,
        )

    def kind(self, address: str) -> Kind:
        """`accounts` always win: a small company may live on a free mailbox."""
        plain = normal(address)
        if any(fnmatchcase(plain, pattern) for pattern in self.accounts):
            return Kind.COMPANY
        if any(plain in addresses for addresses in self.staff.values()):
            return Kind.STAFF
        domain = domain_of(plain)
        if domain in self.domains:
            return Kind.DOMAIN
        return Kind.FREEMAIL if domain in self.freemail else Kind.OTHER

    def is_ours(self, address: str) -> bool:
        """Whether whoever writes from there is one of us."""
        return self.kind(address) in (Kind.COMPANY, Kind.STAFF, Kind.DOMAIN)

    def person(self, login: str) -> str:
        """Whose login or address this is, by the staff list; "" for nobody's."""
        wanted, folded = normal(login), login.casefold()
        for name, addresses in self.staff.items():
            if name.casefold() == folded or wanted in addresses:
                return name
        return ""

    def mailbox(self, login: str) -> str:
        """Where a person of ours is reached: the staff list's first address, else a login that is one."""
        name = self.person(login)
        if name and self.staff[name]:
            return self.staff[name][0]
        return login if "@" in login else ""


def normal(address: str) -> str:
    """Lower case, Unicode domain, without what follows a plus sign; a pattern too."""
    local, at, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local}{at}{in_unicode(domain)}" if at else domain


def domain_of(address: str) -> str:
    """What stands after the last @, in Unicode."""
    return in_unicode(address.strip().lower().rpartition("@")[2])


def judge_accounts(mail: Mail, accounts: Accounts) -> tuple[Finding, ...]:
    """What From, Sender, Reply-To and the shown name say; nothing where no company account is configured."""
    return tuple(_find(mail, accounts)) if accounts.accounts else ()


def _find(mail: Mail, accounts: Accounts) -> Iterator[Finding]:
    for author in mail.authors:
        kind = accounts.kind(author.address)
        if kind in (Kind.FREEMAIL, Kind.OTHER) or (kind is Kind.STAFF and _is_foreign(author, accounts)):
            yield _finding("personal-address", Severity.ERROR, author.address)
        elif kind is not Kind.COMPANY:
            yield _finding("personal-mailbox", Severity.WARNING, author.address)
        yield from _shown_address(author)
    sender = mail.on_behalf.address
    if sender and normal(sender) not in {normal(one.address) for one in mail.authors}:
        yield _finding("shown-sender", Severity.WARNING, sender)
    yield from _astray(mail.reply_to, accounts)


def _is_foreign(author: Address, accounts: Accounts) -> bool:
    return domain_of(author.address) not in accounts.domains


def _shown_address(author: Address) -> Iterator[Finding]:
    shown = _SHOWN.search(author.name)
    if shown and normal(shown[0]) != normal(author.address):
        yield _finding("name-shows-address", Severity.WARNING, shown[0])


def _astray(reply_to: Iterable[Address], accounts: Accounts) -> Iterator[Finding]:
    for one in reply_to:
        if one.address and accounts.kind(one.address) is not Kind.COMPANY:
            yield _finding("other-reply-to", Severity.ERROR, one.address)


def _finding(what: str, severity: Severity, address: str) -> Finding:
    shown = address[:120]
    params = {f"say_{language}": text.format(address=shown) for language, text in _words()[what].items()}
    return Finding(
        f"account-{what}:{shown}", f"account-{what}", severity, Layer.METADATA, False, params=params
    )


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    path = resources.files("complaint_gift_email") / "words" / "accounts.yaml"
    found: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return found
