"""What the use cases need from the world: a store, a bell, somebody who tells people, a clock.

`complaint_gift.store` implements Store and Transaction, `complaint_gift.runtime` the Bell,
`complaint_gift.notify` the Notifier. Tests may use anything of the same shape.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from complaint_gift.domain import Finding, Scope, Signal, Verdict
from complaint_gift.service.records import NewDelivery
from complaint_gift.service.transaction import Transaction

__all__ = [
    "Bell",
    "Book",
    "Classifier",
    "Clock",
    "Heard",
    "Links",
    "Notice",
    "Notifier",
    "Store",
    "StoreUnavailable",
    "Transaction",
]


class StoreUnavailable(Exception):
    """The database cannot be reached, is full, read-only or locked for too long. Nothing was written."""


class Store(Protocol):
    """Where everything is kept. Safe to share between threads; each transaction is one thread's."""

    def keep_delivery(self, delivery: NewDelivery) -> tuple[int, bool]:
        """Insert it durably (committed and flushed when this returns); gives (id, whether it is new).

        A second one with the same (source, key) gives the first one's id and False. Its own door because
        it is the hot path: an implementation may commit several callers' rows together.
        Raises StoreUnavailable.
        """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One unit of work: commits when the block ends, rolls everything back when it raises.

        A writer from its first statement (SQLite: BEGIN IMMEDIATE). Raises StoreUnavailable on entering,
        inside and on commit.
        """

    def reading(self) -> AbstractContextManager[Transaction]:
        """What is stored at one moment. Waits for no writer (SQLite: a plain BEGIN); write nothing in it."""

    def scrub(self) -> None:
        """After an erasure: leave no deleted byte behind in free pages and write-ahead logs.

        Rewrites everything, and whoever wants to write waits for it.
        """

    def empty_log(self) -> bool:
        """After a clean-up: what was deleted leaves the write-ahead log too, if nobody reads it just now."""


class Bell(Protocol):
    """Says that there is work. The rows are the truth: a lost ring costs time until the next sweep."""

    def ring(self, kind: Literal["delivery", "action"], row_id: int) -> None:
        """Never raises and never waits long, whatever is down."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person. `channel` is `email` or the name of a configured webhook."""

    channel: str
    to: str
    subject: str
    text: str


class Links(Protocol):
    """Addresses of our own pages for people who have not signed in."""

    def to_message(self, number: int, reader: str, *, may_decide: bool) -> str:
        """A signed link to an outgoing message, "" where there is no page; `reader` signs what is decided."""


class Notifier(Protocol):
    """Tells people outside the helpdesk."""

    def notify(self, notice: Notice, mark: str) -> str:
        """Send it once for this mark as far as the channel can; gives one line for the log.

        Raises plugin.Refused for good (unknown channel, bad address, a forbidden host) and
        plugin.Unreachable(retry_after) for now.
        """


class Book(Protocol):
    """What the use cases need of a playbook; `complaint_gift.playbook.Playbook` is one."""

    @property
    def hash(self) -> str:
        """Changes with every rule."""

    @property
    def blocks(self) -> bool:
        """Whether any rule may keep a text back until a lead releases it."""

    def review(
        self,
        text: str,
        *,
        scope: Scope = ...,
        context: Any = ...,
        learned: Any = None,
        asked: bool = False,
        shadow: list[Finding] | None = None,
    ) -> Verdict:
        """Pure and quick; `text` is plain. `asked` without `learned` gives an incomplete verdict.

        What rules in shadow found is added to `shadow`, never to the verdict.
        """

    def listens(self, text: str, context: Any = ...) -> bool:
        """Whether the learned layer knows the language of this text."""

    def signals(self, text: str, learned: Any = None) -> tuple[Signal, ...]:
        """The speech acts alone."""

    def words(self, finding: Finding, language: str) -> Any:
        """message, why, reading, suggestion for a reader of this language."""


class Heard(Protocol):
    """What a classifier hears in a customer's message; `score` is how sure the kind is, 0 to 1."""

    @property
    def kind(self) -> str:
        """complaint, wish, question, praise, mixed, other ..."""

    @property
    def is_learned(self) -> bool:
        """False where no model spoke and stock words had to do."""

    @property
    def words(self) -> str:
        """Without a model: the words of the message that make it a complaint, "" for none."""

    @property
    def score(self) -> float: ...

    @property
    def severity(self) -> str:
        """low, normal, high, critical, "" for unknown."""

    @property
    def triggers(self) -> tuple[str, ...]:
        """Values of domain.Reason; others are passed over."""

    @property
    def employees(self) -> tuple[str, ...]:
        """Whom of ours it names, in the words of the message."""


class Classifier(Protocol):
    """May say what a customer's words are."""

    def classify(self, text: str) -> Heard | None:
        """None while it has nothing to say. Never raises and never waits long."""


class Clock(Protocol):
    """What time it is; tests bring their own."""

    def now(self) -> datetime:
        """Timezone-aware UTC."""
