"""The admin's policy as plain values: clocks, ladder, people, notes, limits. Loaded by `policyfile`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from complaint_gift.domain import Author, Reason, Role
from complaint_gift.service.hours import Hours, Span
from complaint_gift.service.records import Kept

LANGUAGES = ("en", "ru")
ASSIGNEE = "assignee"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Signs:
    """By what a complaint is known; phrases are in all languages at once."""

    tags: frozenset[str]
    not_tags: frozenset[str]
    forms: frozenset[str]
    ratings: frozenset[str]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of ours whom messages may reach. `accounts` identify them, case does not matter."""

    name: str
    accounts: tuple[str, ...] = ()
    email: str = ""
    webhooks: tuple[str, ...] = ()
    helpdesk_id: str = ""

    @property
    def identities(self) -> frozenset[str]:
        """All by which they may be named, folded."""
        told = (self.name, self.email, self.helpdesk_id, *self.accounts)
        return frozenset(one.casefold() for one in told if one)

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """(channel, address) pairs that reach them."""
        mail = (("email", self.email),) if self.email else ()
        return (*mail, *((name, self.name) for name in self.webhooks))


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: `assignee` or a group of `people`, and how long it has."""

    to: str
    wait: Span


@dataclass(frozen=True, slots=True)
class Urgency:
    """By when somebody must have taken an escalation, and the index of the rung it starts on."""

    due: Span
    start: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What an escalation changes in the helpdesk; "" changes nothing."""

    complaint_tag: str
    escalated_tag: str
    priority: str
    group: str
    reassign_accused: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """Words of internal notes: language -> reason (or `default`) -> text."""

    write: bool
    texts: Mapping[str, Mapping[str, str]]

    def text(self, reason: Reason, language: str) -> str:
        """The words for this reason in a language we have, English otherwise."""
        words = self.texts.get(language) or self.texts["en"]
        return words.get(reason.value) or words["default"]


@dataclass(frozen=True, slots=True)
class RemedyLimit:
    """How much one reply may promise unasked; "" for role, source or brand means: any. "" currency: any."""

    amount: float
    currency: str = ""
    role: str = ""
    source: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Promises:
    """How promises are watched. `remind_before` None: only once they are broken.

    `kept_by_reply`: words (a later reply with one of the phrases), any (any later reply) or off.
    """

    remind_before: Span | None
    kept_by_reply: str
    kept_tags: frozenset[str]
    kept_phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how often."""

    notes: int
    notes_apart: Span
    attempts: int
    poison_attempts: int
    first_retry: Span
    longest_retry: Span
    lease: Span
    overdue: Span
    reconcile: Span
    look_back: Span
    repeated_within: Span


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the use cases ask the admin about."""

    hours: Hours
    signs: Signs
    triggers: Mapping[Reason, tuple[str, ...]]
    reply_within: Mapping[str, Span]
    quiet: Span
    urgencies: Mapping[Reason, Urgency]
    ladder: tuple[Rung, ...]
    finish_within: Span
    people: Mapping[str, tuple[Person, ...]]
    changes: Changes
    notes: Notes
    language: str
    limits: Limits
    keep: Mapping[Kept, Span]
    promises: Promises
    remedy_limits: tuple[RemedyLimit, ...] = ()

    def remedy_limit(self, source: str, brand: str, author: Author) -> RemedyLimit | None:
        """The first that fits this author there, None where the company has set none."""
        given = {"source": source.casefold(), "brand": brand.casefold(), "role": self.role_of(author)}
        for limit in self.remedy_limits:
            wanted = {"source": limit.source, "brand": limit.brand, "role": limit.role}
            if all(not value or value.casefold() == given[key] for key, value in wanted.items()):
                return limit
        return None

    def role_of(self, author: Author) -> str:
        """`manager` for those the helpdesk calls so and for all who stand above the staff; else `agent`."""
        person = self.person(author.id, author.account)
        above = (group for name, group in self.people.items() if name != STAFF)
        is_above = person is not None and any(person in group for group in above)
        return (Role.MANAGER if author.role is Role.MANAGER or is_above else Role.AGENT).value

    def reply_due(self, channel: str, since: datetime) -> datetime:
        """By when somebody of ours must have answered a message that came at `since` (aware)."""
        span = self.reply_within.get(channel.casefold()) or self.reply_within["default"]
        return self.hours.after(since, span)

    def everybody(self) -> tuple[Person, ...]:
        """All people that are configured, each once."""
        return tuple(dict.fromkeys(person for group in self.people.values() for person in group))

    def person(self, *identities: str) -> Person | None:
        """Whom one of these names, addresses or ids belongs to."""
        wanted = {one.casefold() for one in identities if one}
        return next((person for person in self.everybody() if person.identities & wanted), None)
