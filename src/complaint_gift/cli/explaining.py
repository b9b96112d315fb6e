"""Why a playbook says what it says about a text, and why it does not say more."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from complaint_gift.cli.explainwords import EXPLAINED
from complaint_gift.cli.report import closing, language_of, plain
from complaint_gift.domain import Finding, Layer, Scope
from complaint_gift.playbook import Context, Learned, Playbook, Rule
from complaint_gift.playbook.silence import Silence, accused, silences, uncredited, wanted
from complaint_gift.rules import ANYWHERE, Fault
from complaint_gift.rules.learned import Opinion, nearest, opinion
from complaint_gift.rules.signals import Dropped, Hit

_WIDTH = (60, 100, 120)  # at least, where there is no terminal, at most
_MOST = 12  # of what is no finding, without --all
_WORDS = 3  # shown for one reason
_SHORTEST = 24  # quote
_TOLD = ("reason", "data")  # of what a finding is about
_TOGETHER = ("when", "suspect", "by_itself", "language")  # silence many rules at once


class Explanation:
    """What one text is for one playbook: signals, near-hits, silent rules, findings; line by line."""

    def __init__(
        self,
        playbook: Playbook,
        text: str,
        scope: Scope,
        context: Context,
        learned: Learned | None = None,
        *,
        language: str | None = None,
        everything: bool = False,
    ) -> None:
        self.playbook, self.text, self.scope = playbook, text, scope
        self.language = language or language_of(text)
        self.words = EXPLAINED[self.language]
        self.most = sys.maxsize if everything else _MOST
        self.width = _width()
        self.dropped: list[Dropped] = []
        self.situation = playbook.read(text, scope, context, learned, self.dropped)
        self.learned = (learned or {}) if self.situation.heard else {}
        self.speaks = playbook.speaks(self.situation.text, scope, self.situation.context.language)
        self.shadow: list[Finding] = []
        self.verdict = playbook.review(
            text, scope=scope, context=context, learned=learned, shadow=self.shadow
        )
        self.rules = [rule for rule in playbook.active if scope in rule.scopes]

    def lines(self) -> Iterator[str]:
        """Everything there is to tell, the findings last."""
        found = sorted(
            (hit for hits in self.situation.hits.values() for hit in hits),
            key=lambda hit: (hit.start, -hit.end),
        )
        yield from self._section("signals", [self._hit(hit) for hit in found], always=True)
        yield from self._section("near", [self._near(near) for near in self._missed()])
        yield from self._section("silenced", list(self._silenced()))
        yield from self._section("findings", [self._finding(f) for f in self.verdict.findings], always=True)
        yield from self._section("shadow", [self._finding(finding) for finding in self.shadow])
        if not self.situation.heard:
            yield self.words["unheard"]
        yield closing(self.verdict, self.language)

    def _section(self, name: str, blocks: Sequence[Iterable[str]], *, always: bool = False) -> Iterator[str]:
        if not blocks and not always:
            return
        yield click.style(self.words[name], bold=True)
        most = len(blocks) if name in ("findings", "shadow") else self.most
        for block in blocks[:most]:
            yield from block
        if not blocks:
            yield f"  {self.words['none']}"
        elif len(blocks) > most:
            yield f"  {self._say('more', count=str(len(blocks) - most))}"
        yield ""

    def _say(self, key: str, /, **values: str) -> str:
        return self.words[key].format(**values)

    def _quote(self, start: int, end: int, room: int) -> str:
        """Words of the text in marks, on one line and no longer than there is room."""
        return f"«{_cut(plain(self.text[start:end]), max(room - 2, _SHORTEST))}»"

    def _headed(self, head: str, shown: str, start: int, end: int, tail: str) -> str:
        """`  name «words» - tail` within the width; `shown` is the head with its colours."""
        return f"  {shown} {self._quote(start, end, self.width - len(head) - len(tail) - 6)} - {tail}"

    def _hit(self, hit: Hit) -> Iterator[str]:
        name = click.style(hit.signal, fg="green")
        yield self._headed(hit.signal, name, hit.start, hit.end, self._origin(hit))
        yield self._written(hit)

    def _origin(self, hit: Hit) -> str:
        """Which layer a hit is from."""
        told = self._opinion(hit)
        if told is None:
            return self.words["words"]
        return self._say("alone" if hit.layer is Layer.LEARNED else "confirmed", **_figures(told))

    def _opinion(self, hit: Hit) -> Opinion | None:
        return opinion(hit, self.learned, self.speaks, self.situation.text)

    def _written(self, hit: Hit) -> str:
        """The phrase that found it, or what the learned layer is told about the signal."""
        told = self._opinion(hit)
        if hit.layer is Layer.LEARNED and told is not None:
            return f"    {self._said(told)}"
        if hit.phrase is None:
            return f"    {self.words['detector']}"
        where = f"    {hit.phrase.file}:{hit.phrase.line}  "
        return where + _cut(hit.phrase.text, max(self.width - len(where), _SHORTEST))

    def _said(self, told: Opinion) -> str:
        how = told.how
        return self._say("learned", file=how.file, at=str(how.line), key=told.key, line=f"{told.line:g}")

    def _missed(self) -> Iterator[Dropped]:
        """Near-hits, other than those whose words count all the same."""
        for near in self.dropped:
            hit = near.hit
            kept = self.situation.hits.get(hit.signal, ())
            same = [one for one in kept if one.start < hit.end and hit.start < one.end]
            if near.mark != "doubted":
                same = [one for one in same if (one.start, one.end) == (hit.start, hit.end)]
            if not same:
                yield near

    def _near(self, near: Dropped) -> Iterator[str]:
        hit, told = near.hit, self._opinion(near.hit)
        if near.mark == "doubted" and told is not None:
            why = self._say("replaced" if told.how.decides == "alone" else "doubted", **_figures(told))
        elif near.mark == "spared":
            why = self._say("spared", by=near.by)
        else:
            told = None
            why = self.words[near.mark] + (f": {near.by}" if near.by and near.mark == "negated" else "")
        name = click.style(hit.signal, fg="yellow")
        yield self._headed(hit.signal, name, hit.start, hit.end, why)
        yield self._written(hit)
        if near.mark == "unless":
            yield f"    {_cut(f'unless: {near.by}', self.width - 4)}"
        if told is not None:
            yield f"    {self._said(told)}"
        asking = [rule.id for rule in self.rules if hit.signal in rule.names()]
        yield f"    {_cut(self._say('asked_by', rules=', '.join(asking)), self.width - 4)}"

    def _silenced(self) -> Iterator[Iterable[str]]:
        """Rules that would have spoken; those that one condition silences stand together."""
        every = [one for rule in self.rules for one in silences(rule, self.situation)]
        every += self._unread()
        single = [one for one in every if one.key not in _TOGETHER or not one.faults[0].missing]
        rest = [one for one in every if one not in single]
        single.sort(key=lambda one: (one.rule.severity.rank, one.rule.id))
        for _, same in groupby(single, key=lambda one: (one.rule.id, self._reason(one))):
            yield self._silence(list(same))
        for reason, same in groupby(sorted(rest, key=self._reason), key=self._reason):
            yield self._together(reason, [one.rule for one in same])

    def _unread(self) -> Iterator[Silence]:
        """What is not called missing, since the playbook has no words of the language of the text."""
        languages = self.playbook.languages
        foreign = languages.foreign(self.situation.text)
        unread = (rule for rule in self.rules if foreign and not languages.reads(rule.names(), foreign))
        for rule in unread:
            said = self.playbook.faults(rule, self.situation)
            missing = tuple(fault for fault in said if fault.start is None)
            if missing:
                yield Silence(rule, "language", missing)

    def _together(self, reason: str, rules: Sequence[Rule]) -> Iterator[str]:
        yield from self._wrapped(", ".join(rule.id for rule in rules), "  ")
        yield from self._wrapped(reason)

    def _wrapped(self, text: str, indent: str = "    ") -> list[str]:
        wrapper = textwrap.TextWrapper(
            self.width,
            indent,
            indent,
            break_on_hyphens=False,
            break_long_words=False,
            replace_whitespace=False,
        )
        return wrapper.wrap(text)

    def _silence(self, same: Sequence[Silence]) -> Iterator[str]:
        rule = same[0].rule
        for fault in [fault for one in same for fault in one.faults][:_WORDS]:
            yield self._accusation(rule.severity.value, rule, self._fault(fault, rule))
        yield from self._wrapped(self._reason(same[0]))
        yield self._place(rule)

    def _fault(self, fault: Fault, rule: Rule) -> str:
        if fault.start is None or fault.end is None:
            told = [fault.params.get("missing", "") or ", ".join(wanted(rule.check, ()))]
            told += [f"{key}: {value}" for key, value in fault.params.items() if key in _TOLD]
            return self._say("missing", names=", ".join(one for one in told if one)).rstrip()
        return self._quote(fault.start, fault.end, self.width - len(rule.id) - 12)

    def _reason(self, silence: Silence) -> str:
        by = ", ".join(self._named(hit) for hit in silence.by[:_WORDS])
        names, several = self.words["or"].join(silence.lacking), silence.key.split(", ")
        if len(several) > 1:
            return self._say("key:several", by=by, names=self.words["and"].join(several))
        if silence.key == "when":
            names = ", ".join(self._condition(silence.rule, key) for key in silence.lacking)
        return self._say(f"key:{silence.key}", by=by, names=names, within=self._distance(silence.within))

    def _named(self, hit: Hit) -> str:
        return f"{hit.signal} {self._quote(hit.start, hit.end, self.width // 2)}"

    def _distance(self, within: int) -> str:
        key = "-1" if within >= ANYWHERE else str(within) if within < 2 else "n"
        return self._say(f"within:{key}", count=str(within))

    def _condition(self, rule: Rule, key: str) -> str:
        """A condition of `when` that does not hold, and what is so instead."""
        value = getattr(rule.when, key)
        if key in ("complaint_signal", "again"):
            return self._say("unsaid", key=key, wanted=_yaml(value))
        known = getattr(self.situation.context, "channel" if key == "not_channel" else key)
        here = _yaml(known) if known not in ("", None) else self.words["unknown"]
        return self._say("here", key=key, wanted=_yaml(value), here=here)

    def _accusation(self, severity: str, rule: Rule, what: str) -> str:
        return f"  {severity} {click.style(rule.id, bold=True)}: {what}"

    def _finding(self, finding: Finding) -> Iterator[str]:
        rule = self.playbook.rules[finding.rule]
        fault = Fault(finding.start, finding.end, finding.missing, params=finding.params)
        if finding.start is None and not finding.missing:
            what = ", ".join(f"{key}: {value}" for key, value in finding.params.items())
        else:
            what = self._fault(fault, rule)
        yield self._accusation(finding.severity.value, rule, what)
        for ground in self._missing(rule, finding) if finding.missing else self._grounds(rule, finding):
            yield from self._wrapped(ground)
        yield self._place(rule)

    def _grounds(self, rule: Rule, finding: Finding) -> Iterator[str]:
        """The words that a finding rests on, each with its layer."""
        start, end = finding.start or 0, finding.end or 0
        hits = [
            hit
            for name in dict.fromkeys(accused(rule.check))
            for hit in self.situation.hits.get(name, ())
            if start <= hit.start and hit.end <= end
        ]
        for hit in hits[:_WORDS]:
            whole = (hit.start, hit.end) == (start, end)
            origin = self._origin(hit)
            quote = (
                ""
                if whole
                else " " + self._quote(hit.start, hit.end, self.width - len(origin + hit.signal) - 8)
            )
            yield f"{hit.signal}{quote} - {origin}"
        if not hits:
            judged = finding.layer is Layer.LEARNED
            yield self.words["judged"] if judged else self._say("own", kind=rule.kind) + _figured(finding)
        if finding.severity is not rule.severity:
            yield self.words["softened"]
        if finding.params.get("missing"):
            yield from self._missing(rule, finding)

    def _missing(self, rule: Rule, finding: Finding) -> Iterator[str]:
        """What came nearest to what is missing, and what is there and does not help."""
        for name in wanted(rule.check, finding.params.get("missing", "").split(", ")):
            told = nearest(name, self.learned, self.speaks, self.situation.text)
            if told is None:
                if name not in self.situation.hits:
                    yield self._say("lexical", signal=name)
                continue
            if told.score >= told.line:
                continue
            if told.end == 0:
                yield self._say("nothing", signal=name, line=_figure(told.line))
                continue
            best = self._say("best", signal=name, **_figures(told))
            where = f" ({told.how.file}:{told.how.line})"
            room = self.width - len(best) - len(where) - 6
            if room < _SHORTEST:
                where, room = "", room + len(where)
            yield f"{best} {self._quote(told.start, told.end, room)}{where}"
        for one in list(uncredited(rule.check, self.situation))[:_WORDS]:
            by = self._named(one.by) if one.by is not None else ""
            yield self._say(f"un:{one.key}", hit=self._named(one.hit), by=by)

    def _place(self, rule: Rule) -> str:
        names = ", ".join(sorted(rule.names())) or self.words["no_signals"]
        told = self._say("where", kind=rule.kind, file=rule.file, line=str(rule.line), names=names)
        return click.style(f"    {_cut(told, self.width - 4)}", dim=True)


def _figured(finding: Finding) -> str:
    told = ", ".join(f"{key} {value}" for key, value in finding.params.items())
    return f": {told}" if told else ""


def _figures(told: Opinion) -> dict[str, str]:
    """Score and line as they are shown: what is below the line never looks as if it reached it."""
    close = (told.score < told.line) != (round(told.score, 2) < round(told.line, 2))
    return {"score": f"{told.score:.3f}" if close else _figure(told.score), "line": _figure(told.line)}


def _figure(number: float) -> str:
    return f"{number:.2f}"


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(value[0]) if len(value) == 1 else f"[{', '.join(map(str, value))}]"
    return str(value)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def _width() -> int:
    least, usual, most = _WIDTH
    if not sys.stdout.isatty():
        return usual
    return min(max(shutil.get_terminal_size().columns, least), most)
