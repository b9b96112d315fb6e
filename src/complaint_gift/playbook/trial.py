"""Running the examples that rules and signals carry: the tests of a playbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from complaint_gift.domain import Finding, Scope
from complaint_gift.playbook.book import Playbook
from complaint_gift.playbook.rule import Example, Rule, SignalExample
from complaint_gift.rules import Context
from complaint_gift.rules.signals import Dropped, Hit
from complaint_gift.text import Text


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """One example of a rule and what came out."""

    rule: Rule
    example: Example
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether the rule did what the example says."""
        return bool(self.findings) is self.example.fires


@dataclass(frozen=True, slots=True)
class SignalTrial:
    """One example of a signal, the hits, and the near-hits with what silenced them."""

    example: SignalExample
    hits: tuple[Hit, ...]
    dropped: tuple[Dropped, ...]

    @property
    def passed(self) -> bool:
        """Whether the signal is there, or not, as the example says."""
        return bool(self.hits) is self.example.found


def try_rules(playbook: Playbook, only: frozenset[str] = frozenset()) -> Iterator[RuleTrial]:
    """Every example of every rule, whatever its profiles."""
    for rule in playbook.rules.values():
        if not only or rule.id in only:
            yield from (try_example(playbook, rule, example) for example in rule.examples)


def try_example(playbook: Playbook, rule: Rule, example: Example) -> RuleTrial:
    """One example, seen by its rule alone."""
    scope = example.scope or next(scope for scope in Scope if scope in rule.scopes)
    context = Context.parse(example.context)
    return RuleTrial(rule, example, tuple(playbook.ask(rule, example.text, scope, context)))


def try_signals(playbook: Playbook, only: frozenset[str] = frozenset()) -> Iterator[SignalTrial]:
    """Every example of every signal."""
    for document in playbook.documents:
        for example in document.examples:
            if not only or example.signal in only:
                yield try_signal(playbook, example)


def try_signal(playbook: Playbook, example: SignalExample) -> SignalTrial:
    """One example of a signal."""
    dropped: list[Dropped] = []
    hits = playbook.hits(Text(example.text), None, language=example.language, dropped=dropped)
    return SignalTrial(
        example,
        tuple(hit for hit in hits if hit.signal == example.signal),
        tuple(near for near in dropped if near.hit.signal == example.signal),
    )
