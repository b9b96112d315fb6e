"""Who has the word: turns of our side, and customers who wait."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from complaint_gift.domain import Role, Visibility
from complaint_gift.service.lexicon import fold
from complaint_gift.service.records import StoredMessage
from complaint_gift.service.vocabulary import vocabulary

_WORD = re.compile(r"\w+")
_MOST_THANKS = 12
OURS = frozenset((Role.AGENT, Role.MANAGER))
THEIRS = frozenset((Role.CUSTOMER, Role.BYSTANDER))


@dataclass(frozen=True, slots=True)
class Turn:
    """All public messages of people of ours since somebody outside last wrote.

    `before` are the messages they answer, `is_over` says that somebody outside has written since.
    """

    messages: tuple[StoredMessage, ...]
    before: tuple[StoredMessage, ...]
    is_first: bool
    is_over: bool

    @property
    def last(self) -> StoredMessage:
        return self.messages[-1]

    @property
    def text(self) -> str:
        """What the customer got as one answer."""
        return "\n\n".join(m.message.text for m in self.messages if m.message.text.strip())

    @property
    def reply_to(self) -> str:
        """`customer` or `bystander`."""
        roles = [m.message.author.role for m in self.before]
        return "bystander" if roles and roles[-1] is Role.BYSTANDER else "customer"


def is_public(stored: StoredMessage) -> bool:
    """Unknown counts as public when we check."""
    return stored.message.visibility is not Visibility.INTERNAL


def split_turns(messages: Sequence[StoredMessage]) -> list[Turn]:
    """The turns in order; automatic messages belong to nobody and interrupt nothing."""
    runs: list[tuple[bool, list[StoredMessage]]] = []
    for stored in messages:
        role = stored.message.author.role
        if not is_public(stored) or role not in OURS | THEIRS:
            continue
        ours = role in OURS
        if not runs or runs[-1][0] is not ours:
            runs.append((ours, []))
        runs[-1][1].append(stored)
    turns = []
    for index, (ours, run) in enumerate(runs):
        if ours:
            before = runs[index - 1][1] if index else []
            turns.append(Turn(tuple(run), tuple(before), index <= 1, index < len(runs) - 1))
    return turns


def find_waiting(messages: Sequence[StoredMessage]) -> StoredMessage | None:
    """The customer's first public message since a person of ours last answered.

    Nobody waits who only said thank you for an answer.
    """
    waiting, answered = None, False
    for stored in messages:
        if not is_public(stored):
            continue
        if stored.message.author.role in OURS:
            waiting, answered = None, True
            continue
        is_content = answered and is_mere_thanks(stored.message.text)
        if stored.message.author.role is Role.CUSTOMER and waiting is None and not is_content:
            waiting = stored
    return waiting


def is_mere_thanks(text: str) -> bool:
    """A few words of thanks that ask for nothing and take nothing back."""
    words, known = _WORD.findall(fold(text)), vocabulary().words
    is_short = 0 < len(words) <= _MOST_THANKS and "?" not in text
    if not is_short or not known["turns", "but"].isdisjoint(words):
        return False
    thanks = tuple(known["turns", "thanks"])
    return any(word.startswith(thanks) for word in words)


def last_answer(messages: Sequence[StoredMessage]) -> datetime | None:
    """When a person of ours last answered in public."""
    times = [m.message.sent_at for m in messages if is_public(m) and m.message.author.role in OURS]
    return max(times, default=None)
