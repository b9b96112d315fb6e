"""Which `learned:` line serves each signal best, by out-of-fold scores: printed, or written into the signals.

    python tests/quality/tune.py [--write] [--check ID ...]

For every rule whose signal has a head of the rule's name, all ways of deciding are tried in each language on
the texts of that rule and on the whole replies. Short texts ask for caught and few alarms alike; in whole
replies faults are rare, so a false alarm costs more than a miss there. Words were written along most texts
and look better there than they are: texts that no author of words has read count for more.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measure import LABELS
from texts import OutOfFold, labelled, marked_replies, samples, whole_replies

from complaint_gift.domain import Scope
from complaint_gift.playbook import Context, Playbook, load_playbook
from complaint_gift.playbook.rule import Rule
from complaint_gift.rules.heads import SHAPES
from complaint_gift.rules.learned import decided, merged
from complaint_gift.rules.signals import SURE, Hit
from complaint_gift.rules.signals import Learned as Speaks
from complaint_gift.text import Text

ALARM_COST = 1.1
FRESH = ("extra-short", "extra-short-2", "extra-short-3")
KNOWN_WORTH = 0.5  # of texts along which words were written, where there are fresh ones
PEAK, PEAK_COST = 0.1, 3.0  # no check may cry wolf so often, whatever it catches
WHOLE_ALARM_COST = 1.1
FEW = 6  # fewer faults than these say too little to be weighed one by one
SIMPLE = 0.01  # what a more intricate line has to win
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.93, 0.97)
VETOES = (0.1, 0.15, 0.2)  # below them only words that the layer is sure are none of it
KEEPS = (0.0, 0.1, 0.25)
# Below it the layer may confirm words, never speak alone. (An error that is heard alone is but a warning.)
LEAST_ALONE = 0.3


PARTS = ("known", "fresh", "whole")
Counts = dict[str, list[int]]


@dataclass(frozen=True)
class Case:
    """A text read once: its hits by words, its scores, and whether the rule has to fire."""

    text: Text
    hits: list[Hit]
    learned: Mapping[str, Any]
    speaks: Mapping[str, Mapping[str, Speaks]]
    context: Context
    fires: bool
    whole: bool
    fresh: bool = False


def cases_of(playbook: Playbook, scores: OutOfFold) -> dict[tuple[str, str], list[Case]]:
    """Cases by rule and language."""
    found: dict[tuple[str, str], list[Case]] = {}
    for sample in (*samples(), *samples(FRESH)):
        case = read(playbook, scores, sample.text, sample.scope, dict(sample.context))
        if case is not None:
            one = replace(case, fires=sample.fires, fresh=sample.origin in FRESH)
            found.setdefault((sample.check, sample.language), []).append(one)
    for reply in (*whole_replies(), *whole_replies("extra-whole")):
        case = read(playbook, scores, reply.text, "public-reply", dict(reply.context))
        if case is None:
            continue
        for rule in playbook.rules.values():
            if Scope.PUBLIC_REPLY not in rule.scopes:
                continue
            fault = rule.id.startswith("no-")
            fires = rule.id in (reply.faults if fault else reply.missing)
            if fault or fires or rule.id in reply.present:
                one = replace(case, fires=fires, whole=True)
                found.setdefault((rule.id, reply.language), []).append(one)
    for rule_id, language, one in by_real_hands(playbook, scores):
        found.setdefault((rule_id, language), []).append(one)
    for rule_id, language, one in by_sentences(playbook, scores):
        found.setdefault((rule_id, language), []).append(one)
    return found


def by_sentences(playbook: Playbook, scores: OutOfFold) -> Iterator[tuple[str, str, Case]]:
    """Replies that are marked sentence by sentence: what is not marked is not there."""
    for reply in marked_replies():
        case = read(playbook, scores, reply.text, "public-reply", {"complaint_text": reply.complaint})
        for rule in playbook.rules.values() if case is not None else ():
            if rule.id in SHAPES and Scope.PUBLIC_REPLY in rule.scopes and rule.id not in reply.unsure:
                fires = (rule.id in reply.checks) == (SHAPES[rule.id] == "fault")
                yield rule.id, reply.language, replace(case, fires=fires, whole=True)


def by_real_hands(playbook: Playbook, scores: OutOfFold) -> Iterator[tuple[str, str, Case]]:
    """Labelled replies, for the rules that their labels mean."""
    for reply in labelled("ru-replies"):
        case = read(playbook, scores, reply.text, "public-reply", {"complaint_text": reply.complaint})
        for label, (rules, present) in LABELS.items():
            value = reply.labels.get(label)
            if case is not None and value is not None and len(rules) == 1:
                yield rules[0], reply.language, replace(case, fires=bool(value) is present, whole=True)


def read(playbook: Playbook, scores: OutOfFold, raw: str, scope: str, context: dict[str, Any]) -> Case | None:
    given = Context.parse(context)
    learned = scores.of(raw, given.complaint_text)
    if learned is None:
        return None
    text = Text(raw)
    finder = playbook._finder(Scope(scope), playbook.languages.of(text, given.language))
    return Case(text, finder.find(text), learned, finder.learned, given, False, False)


class Trial:
    """One rule on its texts, everything fixed but the way one of its signals hears the learned layer."""

    def __init__(self, playbook: Playbook, rule: str, signal: str, language: str, cases: list[Case]) -> None:
        self.playbook = playbook
        self.rule = playbook.rules[rule]
        self.signal = signal
        self.language = language
        self.cases = cases
        self._others = [self._fixed(case) for case in cases]
        self._known: dict[tuple[int, bool, tuple[Hit, ...]], bool] = {}

    def _fixed(self, case: Case) -> list[Hit]:
        hits = [hit for hit in case.hits if hit.signal != self.signal]
        speaks = {name: how for name, how in case.speaks.items() if name != self.signal}
        return merged(hits, case.learned, speaks, case.text)

    def fired(self, number: int, how: Speaks) -> bool:
        case = self.cases[number]
        own = [hit for hit in case.hits if hit.signal == self.signal]
        heard = {how.head: case.learned[how.head]} if how.head in case.learned else {}
        speaks = {**case.speaks, self.signal: {**case.speaks.get(self.signal, {}), self.language: how}}
        mine = tuple(merged(own, heard, {self.signal: speaks[self.signal]}, case.text))
        key = number, how.decides == "alone", mine
        known = self._known.get(key)
        if known is None:
            hits = sorted((*self._others[number], *mine), key=lambda hit: (hit.start, -hit.end, hit.signal))
            situation = self.playbook._situation(
                case.text, hits, case.context, case.context.language, heard=True
            )
            situation.decided = decided(case.learned, speaks, case.text)
            known = self._known[key] = bool(self.playbook._said(self.rule, situation))
        return known

    def counts(self, how: Speaks) -> Counts:
        """Caught, fires, alarms, passes on known texts, on fresh ones and on whole replies."""
        counts = {part: [0, 0, 0, 0] for part in PARTS}
        for number, case in enumerate(self.cases):
            tally = counts["whole" if case.whole else "fresh" if case.fresh else "known"]
            tally[1 if case.fires else 3] += 1
            tally[0 if case.fires else 2] += self.fired(number, how)
        return counts


def value(rule: str, counts: Counts) -> float:
    """What a way of deciding is worth."""
    short = worth(counts["known"])
    if counts["fresh"][1]:
        short = (worth(counts["fresh"]) + KNOWN_WORTH * short) / (1 + KNOWN_WORTH)
    return short + (in_whole(counts["whole"]) if rule.startswith("no-") else worth(counts["whole"]))


def worth(tally: list[int]) -> float:
    caught, fires, alarms, passes = tally
    share = alarms / max(1, passes)
    return caught / max(1, fires) - ALARM_COST * share - PEAK_COST * max(0.0, share - PEAK)


def in_whole(tally: list[int]) -> float:
    """Faults are rare in whole replies: a wrong word there costs more than one that is missed."""
    caught, fires, alarms, _ = tally
    return (caught - WHOLE_ALARM_COST * alarms) / max(FEW, fires)


def ways(rule: Rule) -> Iterator[Speaks]:
    """All ways of deciding, the plain ones first."""
    head = rule.id
    fault = SHAPES[head] == "fault" and Scope.PUBLIC_REPLY in rule.scopes
    least = LEAST_ALONE if fault else 0.0
    for threshold in (*VETOES, *THRESHOLDS):
        yield Speaks(head, threshold, "confirms")
    for threshold in THRESHOLDS:
        if threshold >= least:
            yield Speaks(head, threshold, "either")
            yield from (Speaks(head, threshold, "either", keeps) for keeps in KEEPS[1:] if keeps < threshold)
        if not fault:
            yield Speaks(head, threshold, "alone")


def best(trial: Trial) -> Speaks:
    found: list[tuple[float, Speaks]] = []
    for how in ways(trial.rule):
        found.append((value(trial.rule.id, trial.counts(how)) - price(how), how))
    return max(found, key=lambda pair: pair[0])[1]


def price(how: Speaks) -> float:
    """What an intricate line costs."""
    return SIMPLE * (bool(how.keeps) + 0.5 * abs(how.threshold - 0.5))


def line(how: Speaks) -> str:
    keeps = f", keeps: {how.keeps:g}" if how.keeps else ""
    sure = f", sure: {how.sure:g}" if how.sure != SURE else ""
    return f"learned: {{head: {how.head}, threshold: {how.threshold:g}, decides: {how.decides}{keeps}{sure}}}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="append", default=[])
    parser.add_argument("--write", action="store_true", help="put the lines into the files of the signals")
    asked = parser.parse_args()
    playbook = load_playbook(profile="full")
    cases = cases_of(playbook, OutOfFold())
    for document in playbook.documents:
        part = document.part
        how = part.learned
        key = how.head if how else "", part.language
        if how is None or key not in cases or (asked.check and how.head not in asked.check):
            continue
        trial = Trial(playbook, how.head, part.signal, part.language, cases[key])
        before, chosen = value(how.head, trial.counts(how)), best(trial)
        counts = trial.counts(chosen)
        after = value(how.head, counts)
        gain = f"{before:6.2f} -> {after:5.2f}"
        print(f"{part.language} {part.signal:24} {gain}  {figures(counts):50} {line(chosen)}", flush=True)
        if asked.write and (
            after > before + SIMPLE or replace(how, sure=SURE, file="", line=0) not in list(ways(trial.rule))
        ):
            kept = replace(chosen, sure=how.sure)
            rewrite(Path(__file__).parents[2], part.signal, part.language, kept)


def figures(counts: Counts) -> str:
    """Caught/fires and alarms/passes: known | fresh | whole replies."""
    return " | ".join("{}/{} {}/{}".format(*counts[part]) for part in PARTS)


def rewrite(root: Path, signal: str, language: str, how: Speaks) -> None:
    """Replaces the `learned:` line of one signal; comments and everything else stay."""
    folder = root / "src/complaint_gift/playbooks/default/signals" / language
    for path in folder.glob("*.yaml"):
        documents = re.split(r"(?m)(^---\s*$\n)", path.read_text(encoding="utf-8"))
        for number, text in enumerate(documents):
            if re.search(rf"(?m)^signal: {re.escape(signal)}\s*$", text):
                documents[number] = re.sub(r"(?m)^learned:.*$", line(how), text, count=1)
        path.write_text("".join(documents), encoding="utf-8")


if __name__ == "__main__":
    main()
