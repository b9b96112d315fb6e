"""The playbook in use: reviews a text and finds the words for what it found. Immutable, shared by threads."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from complaint_gift.domain import Decision, Finding, Layer, Scope, Severity, Signal, Verdict
from complaint_gift.playbook.languages import Languages
from complaint_gift.playbook.rendering import render
from complaint_gift.playbook.rule import Rule, When, Words
from complaint_gift.playbook.signal_files import SignalDocument
from complaint_gift.rules import Context, Fault, Situation, joined
from complaint_gift.rules.addressing import called
from complaint_gift.rules.checks import needed
from complaint_gift.rules.learned import TAUGHT, ByLanguage, Learned, confirmed, decided, merged
from complaint_gift.rules.signals import Dropped, Hit, Part, SignalFinder, by_signal, in_order
from complaint_gift.text import Text
from complaint_gift.text.building import building

_NOTHING = Context()
_MOST_FINDINGS = 200
_SLOTS = ("customer_name", "order", "event_date")


class Playbook:
    """Rules of one profile. `rules` holds every rule of the folder, `active` those that speak.

    `blocks`: whether any of those may keep a text back until a lead releases it.
    """

    def __init__(
        self, rules: Sequence[Rule], signals: Sequence[SignalDocument], *, profile: str, digest: str
    ) -> None:
        self.profile = profile
        self.hash = digest
        self.rules: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in rules})
        self.active = tuple(rule for rule in rules if profile in rule.profiles)
        self._asked = {scope: self._in_scope(scope) for scope in Scope}
        self.blocks = any(rule.block and not rule.shadow for rule in self.active)
        self.documents = tuple(signals)
        self.languages = Languages(document.part for document in signals)
        self._finders: dict[tuple[Scope | None, frozenset[str]], SignalFinder] = {}
        self._lock = threading.Lock()

    def review(
        self,
        text: str,
        *,
        scope: Scope = Scope.PUBLIC_REPLY,
        context: Context = _NOTHING,
        learned: Learned | None = None,
        asked: bool = False,
        shadow: list[Finding] | None = None,
    ) -> Verdict:
        """Review a plain text of any length and content.

        `learned` are the scores of the learned layer; with `asked` and no scores the verdict is incomplete.
        Findings of shadow rules go to `shadow` if it is given, and never into the verdict.
        """
        situation = self.read(text, scope, context, learned)
        findings: list[Finding] = []
        decision = Decision.PASS
        for rule, finding in self._findings(situation, scope):
            if rule.shadow:
                if shadow is not None:
                    shadow.append(finding)
                continue
            findings.append(finding)
            decision = max(decision, _decision(rule, finding), key=_DECISIONS.index)
        findings.sort(key=_reading_order)
        hits = in_order(hit for found in situation.hits.values() for hit in found)
        signals = tuple(Signal(hit.signal, hit.start, hit.end, hit.layer, hit.score) for hit in hits)
        complete = not (asked and learned is None and self.listens(text, context))
        return Verdict(decision, tuple(findings[:_MOST_FINDINGS]), signals, self.hash, complete)

    def read(
        self,
        text: str,
        scope: Scope,
        context: Context = _NOTHING,
        learned: Learned | None = None,
        dropped: list[Dropped] | None = None,
    ) -> Situation:
        """A text as its rules see it; near-hits go to `dropped` if given."""
        read = Text(text)
        language = self.languages.told(read, context.language)
        learned = learned if _is_taught(language) else None
        hits = self.hits(read, scope, learned, language, dropped)
        situation = self._situation(read, hits, context, language, heard=learned is not None)
        if learned:
            speaks = self.speaks(read, scope, language)
            situation.decided = decided(learned, speaks, read)
            situation.confirmed = confirmed(learned, speaks, read)
        return situation

    def listens(self, text: str, context: Context = _NOTHING) -> bool:
        """Whether the learned layer has a say about this text: it was never taught other languages.

        Whoever reviews may spare itself the question; `review` passes over what the layer would answer.
        """
        return _is_taught(self.languages.told(Text(text), context.language))

    def speaks(self, text: Text, scope: Scope, language: str = "") -> Mapping[str, ByLanguage]:
        """How the learned layer speaks for each signal that the rules of this scope ask about."""
        return self._finder(scope, self.languages.of(text, language)).learned

    def hits(
        self,
        text: Text,
        scope: Scope | None,
        learned: Learned | None = None,
        language: str = "",
        dropped: list[Dropped] | None = None,
    ) -> list[Hit]:
        """Every signal that counts; None as scope looks for all signals of the playbook."""
        finder = self._finder(scope, self.languages.of(text, language))
        hits = finder.find(text, dropped)
        return merged(hits, learned, finder.learned, text, dropped) if learned else hits

    def signals(self, text: str, learned: Learned | None = None) -> tuple[Signal, ...]:
        """All signals of the playbook in a text, whatever the rules ask about."""
        read = Text(text)
        language = self.languages.told(read)
        hits = self.hits(read, None, learned if _is_taught(language) else None, language)
        return tuple(Signal(hit.signal, hit.start, hit.end, hit.layer, hit.score) for hit in hits)

    def words(self, finding: Finding, language: str) -> Words:
        """The words of a finding, slots filled. Falls back to English, then to any language."""
        rule = self.rules.get(finding.rule)
        if rule is None:
            return Words(finding.rule)
        return render(rule, finding.params, language)

    def ask(self, rule: Rule, text: str, scope: Scope, context: Context) -> list[Finding]:
        """What one rule says about a text, whatever the profile."""
        read = Text(text)
        language = self.languages.told(read, context.language)
        hits = self.hits(read, None, language=language)
        # An example says what the rule means, so it is judged as if every layer had spoken.
        situation = self._situation(read, hits, context, language, heard=True)
        if scope not in rule.scopes:
            return []
        return list(_as_findings(rule, self.faults(rule, situation), text, context))

    def _findings(self, situation: Situation, scope: Scope) -> Iterable[tuple[Rule, Finding]]:
        foreign: str | None = None
        for rule, faults in self._faulty(situation, scope):
            for finding in _as_findings(rule, faults, situation.text.raw, situation.context):
                if finding.start is None:
                    foreign = self.languages.foreign(situation.text) if foreign is None else foreign
                    if foreign and not self.languages.reads(rule.names(), foreign):
                        continue  # nobody can say that it is missing who cannot read the language
                yield rule, finding

    def _faulty(self, situation: Situation, scope: Scope) -> Iterable[tuple[Rule, Sequence[Fault]]]:
        """The rules of a scope that find something, with what they find."""
        speaking: dict[int, bool] = {}
        for rule, signals, conditions in self._asked[scope]:
            if signals is not None and not situation.has(signals):
                continue  # so are most rules of most texts
            if conditions not in speaking:
                speaking[conditions] = rule.when.speaks(situation)
            if speaking[conditions] and (faults := _found(rule, situation)):
                yield rule, faults

    def _in_scope(self, scope: Scope) -> tuple[tuple[Rule, frozenset[str] | None, int], ...]:
        """The rules about such texts, the signals that they need, and a number for those that speak alike."""
        numbers: dict[When, int] = {}
        return tuple(
            (rule, needed(rule.check), numbers.setdefault(rule.when, len(numbers)))
            for rule in self.active
            if scope in rule.scopes
        )

    def faults(self, rule: Rule, situation: Situation) -> Sequence[Fault]:
        """What a rule finds where its conditions hold, in whatever language the text is."""
        return _found(rule, situation) if rule.when.speaks(situation) else ()

    def _situation(
        self, text: Text, hits: Sequence[Hit], context: Context, language: str, *, heard: bool
    ) -> Situation:
        def listen(complaint: Text) -> list[Hit]:
            return self.hits(complaint, None, language=context.language)

        # `when: {language: ...}` is asked about the text, and most callers do not say what it is in.
        return Situation(
            text, by_signal(hits), replace(context, language=language), heard=heard, listen=listen
        )

    def _finder(self, scope: Scope | None, languages: frozenset[str]) -> SignalFinder:
        key = scope, languages
        finder = self._finders.get(key)
        if finder is None:
            with self._lock:
                finder = self._finders.get(key)
                if finder is None:
                    finder = self._finders[key] = self._made(scope, languages)
        return finder

    @building()
    def _made(self, scope: Scope | None, languages: frozenset[str]) -> SignalFinder:
        parts = [
            part if part.language in languages else self.languages.reduced(part)
            for part in self._parts(scope)
        ]
        return SignalFinder(parts, self.languages.latin(languages))

    def idle_signals(self) -> list[SignalDocument]:
        """The first document of every signal that no rule asks for: mostly a name that was mistyped."""
        asked = {name for rule in self.rules.values() for name in (*rule.names(), *rule.when.again)}
        parts = [document.part for document in self.documents]
        asked |= {name for part in parts if part.learned for name in part.learned.spared_by}
        named = {document.part.signal: document for document in reversed(self.documents)}
        return [document for name, document in named.items() if name not in asked]

    def _parts(self, scope: Scope | None) -> list[Part]:
        if scope is None:
            return [document.part for document in self.documents]
        asked = {name for rule in self.active if scope in rule.scopes for name in rule.names()}
        parts = [document.part for document in self.documents]
        asked |= {
            name for part in parts if part.learned and part.signal in asked for name in part.learned.spared_by
        }
        return [part for part in parts if part.signal in asked]


def _found(rule: Rule, situation: Situation) -> Sequence[Fault]:
    return joined(rule.check.find(situation), situation.text.raw)


def _is_taught(language: str) -> bool:
    """Whether the learned layer knows a language; "" is one of its own, or a mixture."""
    return not language or language in TAUGHT


_DECISIONS = (Decision.PASS, Decision.WARN, Decision.HOLD, Decision.BLOCK)


def _decision(rule: Rule, finding: Finding) -> Decision:
    """Only an error with its words, or an account finding, holds; only the admin's policy blocks."""
    if finding.severity is Severity.INFO:
        return Decision.PASS
    if finding.severity is Severity.WARNING or (finding.missing and Scope.PUBLIC_REPLY in rule.scopes):
        return Decision.WARN
    return Decision.BLOCK if rule.block else Decision.HOLD


def _severity(rule: Rule, fault: Fault) -> Severity:
    """What the learned layer alone only thinks is at most a warning."""
    unsure = rule.severity is Severity.ERROR and not fault.sure
    return Severity.WARNING if unsure else rule.severity


def _as_findings(rule: Rule, faults: Sequence[Fault], raw: str, context: Context) -> Iterable[Finding]:
    known = _known(rule, context)
    counted: dict[str, int] = {}
    for fault in faults:
        quote = raw[fault.start : fault.end] if fault.start is not None else None
        place = quote if quote is not None else "missing " + fault.params.get("missing", "")
        print_ = hashlib.blake2s(place.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
        number = counted[print_] = counted.get(print_, 0) + 1
        again = f"-{number}" if number > 1 else ""
        layer = (
            fault.layer
            if fault.layer is not Layer.LEXICAL or quote is not None or fault.missing
            else Layer.METADATA
        )
        yield Finding(
            id=f"{rule.id}:{print_}{again}",
            rule=rule.id,
            severity=_severity(rule, fault),
            layer=layer,
            missing=fault.missing,
            start=fault.start,
            end=fault.end,
            quote=quote,
            params={**known, **fault.params},
        )


def _known(rule: Rule, context: Context) -> dict[str, str]:
    """What is known for the slots of a rule's suggestion."""
    told = {name: value for name in _SLOTS if (value := getattr(context, name))}
    known = {
        name: called(value) if name == "customer_name" else value
        for name, value in told.items()
        if any(f"{{{name}}}" in text for text in rule.suggestion.values())
    }
    return {name: value for name, value in known.items() if value}


def _reading_order(finding: Finding) -> tuple[int, bool, int]:
    """Errors first; in one severity the words in text order, then what is missing."""
    return finding.severity.rank, finding.missing, finding.start or 0
