"""A rule as it was written: what it checks, when, how bad it is, and the words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from complaint_gift.domain import Scope, Severity
from complaint_gift.rules import Check, Context, Situation
from complaint_gift.rules.writer import script

PROFILES = ("minimal", "standard", "full")


@dataclass(frozen=True, slots=True)
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

    def holds(self, context: Context, text: str) -> bool:
        """Whether a rule with these conditions speaks, whatever the customer's words are."""
        return (
            self.complaint in (None, context.complaint)
            and (bool(self.again) or self.first_reply in (None, context.first_reply))
            and (not self.visibility or context.visibility in self.visibility)
            and (not self.reply_to or context.reply_to in self.reply_to)
            and (not self.channel or context.channel in self.channel)
            and context.channel not in self.not_channel
            and (not self.language or (context.language or script(text)) in self.language)
            and (not self.severity or context.severity in self.severity)
            and (not self.brand or context.brand in self.brand)
            and (not self.source or context.source in self.source)
        )

    def answers(self, situation: Situation) -> bool:
        """Whether the customer's words are such as the rule is for.

        Who has to complain again is owed what the first reply owed: `again` lets a later reply count as one.
        """
        if self.complaint_signal and not situation.complained(self.complaint_signal):
            return False
        in_time = self.first_reply in (None, situation.context.first_reply)
        return in_time or (bool(self.again) and situation.complained(self.again))


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
        """What it enforces, in a line; in English where it is not written in this language."""
        return self.enforces.get(language) or self.enforces.get("en", "")

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
