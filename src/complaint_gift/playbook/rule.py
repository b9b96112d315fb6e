"""A rule as it was written: what it checks, when, how bad it is, and the words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from complaint_gift.domain import Scope, Severity
from complaint_gift.rules import Check, Context, Situation
from complaint_gift.rules.writer import script
from complaint_gift.text import fold
from complaint_gift.text.once import Once

PROFILES = ("minimal", "standard", "full")
_ONE_OF = ("visibility", "reply_to", "channel", "severity", "brand", "source")


@dataclass(frozen=True)  # without slots, which `Once` could not write into
class When:
    """Conditions that all have to hold; None or empty means that it does not matter."""

    complaint: bool | None = None
    first_reply: bool | None = None
    visibility: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    not_channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    complaint_signal: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    @Once
    def _asked(self) -> tuple[str, ...]:
        return tuple(key for key in _ONE_OF if getattr(self, key))

    def holds(self, context: Context, text: str) -> bool:
        """Whether a rule with these conditions speaks, whatever the customer's words are."""
        return next(self.unmet(context, text), None) is None

    def unmet(self, context: Context, text: str) -> Iterator[str]:
        """The keys that keep the rule from speaking, whatever the customer's words are."""
        if self.complaint not in (None, context.complaint):
            yield "complaint"
        if not self.again and self.first_reply not in (None, context.first_reply):
            yield "first_reply"
        for key in self._asked:
            if not _is_among(getattr(context, key), getattr(self, key)):
                yield key
        if self.not_channel and _is_among(context.channel, self.not_channel):
            yield "not_channel"
        if self.language and (context.language or script(text)) not in self.language:
            yield "language"

    def speaks(self, situation: Situation) -> bool:
        """Whether a rule with these conditions speaks about this text."""
        holds = self.holds(situation.context, situation.text.raw)
        return holds and next(self.unanswered(situation), None) is None

    def unanswered(self, situation: Situation) -> Iterator[str]:
        """The keys that the customer's words do not meet.

        Who has to complain again is owed what the first reply owed: `again` lets a later reply count as one.
        """
        if self.complaint_signal and not situation.complained(self.complaint_signal):
            yield "complaint_signal"
        late = self.first_reply not in (None, situation.context.first_reply)
        if late and not (self.again and situation.complained(self.again)):
            yield "again"


def _is_among(said: str, names: tuple[str, ...]) -> bool:
    """Whether a helpdesk and an admin mean the same: Email is email."""
    return fold(said) in map(fold, names)


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule has to fire on, or to leave alone. `todo` marks a known gap that does not fail."""

    text: str
    language: str
    fires: bool
    context: Mapping[str, object] = field(default_factory=dict)
    todo: bool = False
    line: int = 0
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a playbook. Texts are by language; `file` and `line` say where it is written."""

    id: str
    kind: str
    severity: Severity
    scopes: frozenset[Scope]
    profiles: frozenset[str]
    check: Check
    when: When = When()
    enforces: Mapping[str, str] = field(default_factory=dict)
    message: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, str] = field(default_factory=dict)
    suggestion: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    source: tuple[str, ...] = ()
    shadow: bool = False
    block: bool = False
    file: str = ""
    line: int = 0

    def aim(self, language: str) -> str:
        """What it enforces, in a line; in English where it is not written in this language.

        Where nobody wrote it at all, what the writer should do.
        """
        for said in (self.enforces, self.message):
            if told := said.get(language) or said.get("en"):
                return told
        return next(iter(self.message.values()), "")

    def names(self) -> frozenset[str]:
        """The signals of the reply that the rule asks about."""
        return frozenset(self.check.names())


@dataclass(frozen=True, slots=True)
class SignalExample:
    """A text in which a signal has to be found, or not."""

    signal: str
    text: str
    language: str
    found: bool
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a finding in one language; "" where a rule has none."""

    message: str
    why: str = ""
    reading: str = ""
    suggestion: str = ""
