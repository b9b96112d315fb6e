"""What the playbook catches and where it cries wolf: a table per check and language, JSON beside it.

    python tests/quality/measure.py [--profile full] [--words-only] [--check ID ...] [--show]

`fires` counts as caught when the finding of that rule appears. For what is learned, stored out-of-fold scores
are used, so that no text is measured by a model that has seen it; what other people wrote trained nothing and
is read by the shipped weights.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import baselines
import goodreplies
import heldout
import messages
from tallies import Tally, by_check, macro, table
from texts import FOLDER, OutOfFold, Reply, Sample, labelled, samples, whole_replies

from complaint_gift.domain import Decision, Scope, Severity
from complaint_gift.learned.encoder import Encoder, available
from complaint_gift.learned.tagger import Tagger
from complaint_gift.playbook import Context, Playbook, load_playbook

LANGUAGES = ("en", "ru")
OTHERS = "real-replies"  # measures only, trains nothing
# Labels of LABELS.md and the rules of which a finding (or, for what has to be there, its absence) means them.
LABELS = {
    "apology": (("apologise-explicitly",), False),
    "thanks_for_feedback": (("thank-for-the-complaint",), False),
    "direct_line": (("open-a-direct-line",), False),
    "remedy": (("offer-concrete-remedy",), False),
    "next_step_when_who": (("promise-what-when-who",), False),
    "owns_fault": (("own-the-mistake",), False),
    "fake_apology": (("no-fake-apology",), True),
    "sends_customer_away": (("no-effort-back-to-customer",), True),
    "argues": (("no-proving-right", "no-polite-contradiction", "no-doubting-the-story"), True),
    "blames_customer": (("no-blame-customer",), True),
    "demands_proof": (("no-demand-for-proof",), True),
    "hides_behind_rules": (("no-hiding-behind-rules",), True),
    "minimises": (("no-minimising",), True),
    "vague_promise": (("no-vague-promise",), True),
    "sells": (("no-selling-in-a-complaint",), True),
    "dead_end": (("no-dead-end", "refuse-with-reason-and-alternative"), True),
    "canned": (("no-copy-paste", "name-the-problem"), True),
}


class Measure:
    """One playbook, one choice of layers."""

    def __init__(self, playbook: Playbook, scores: OutOfFold | None, only: set[str], show: bool) -> None:
        self.playbook = playbook
        self.scores = scores
        self.only = only
        self.show = show
        self.others: Tagger | None = None
        self.active = {rule.id for rule in playbook.active}

    def verdict(self, text: str, scope: str, context: dict[str, Any]) -> Any:
        parsed = Context.parse(context)
        learned = self.scores.of(text, parsed.complaint_text) if self.scores else None
        if learned is None and self.scores and self.others:
            learned = self.others.tag(text, parsed)
        return self.playbook.review(text, scope=Scope(scope), context=parsed, learned=learned)

    def wanted(self, check: str) -> bool:
        return check in self.active and (not self.only or check in self.only)

    def corpus(self) -> dict[tuple[str, str], Tally]:
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for sample in samples():
            if not self.wanted(sample.check):
                continue
            findings = self.verdict(sample.text, sample.scope, dict(sample.context)).findings
            found = [finding for finding in findings if finding.rule == sample.check]
            tallies[sample.check, sample.language].add(sample.fires, bool(found))
            if self.show and bool(found) != sample.fires:
                self._explain(sample, found)
        return dict(tallies)

    def _explain(self, sample: Sample, found: list[Any]) -> None:
        kind = "MISSED" if sample.fires else "ALARM "
        why = "; ".join(repr(f.quote) if f.quote else f"missing {f.params.get('missing', '')}" for f in found)
        given = f"  {dict(sample.context)}" if sample.context else ""
        print(f"{kind} {sample.check} {sample.language}: {sample.text}  <- {why or 'nothing'}{given}")

    def whole(self) -> dict[str, Any]:
        """Faults and missing elements of whole replies, all active checks together and one by one."""
        result: dict[str, Any] = {}
        for language in LANGUAGES:
            faults: dict[str, Tally] = defaultdict(Tally)
            missing: dict[str, Tally] = defaultdict(Tally)
            overlaps, hits, held, errors, replies = 0, 0, 0, 0, 0
            for reply in whole_replies():
                if reply.language != language:
                    continue
                verdict = self.verdict(reply.text, "public-reply", dict(reply.context))
                replies += 1
                held += verdict.decision in (Decision.HOLD, Decision.BLOCK)
                errors += any(f.severity is Severity.ERROR for f in verdict.findings)
                a, b = self._compare(reply, verdict.findings, faults, missing)
                overlaps, hits = overlaps + a, hits + b
            total = Tally(
                *(
                    sum(getattr(t, key) for t in faults.values())
                    for key in ("caught", "fires", "alarms", "passes")
                )
            )
            gone = Tally(
                *(
                    sum(getattr(t, key) for t in missing.values())
                    for key in ("caught", "fires", "alarms", "passes")
                )
            )
            result[language] = {
                "replies": replies,
                "held": round(held / max(1, replies), 3),
                "faults": total.as_json(),
                "missing": gone.as_json(),
                "marked words overlap": round(overlaps / max(1, hits), 3),
                "by check": {check: t.as_json() for check, t in sorted({**faults, **missing}.items())},
            }
        return result

    def _compare(
        self, reply: Reply, findings: Any, faults: dict[str, Tally], missing: dict[str, Tally]
    ) -> tuple[int, int]:
        by_rule = defaultdict(list)
        for finding in findings:
            by_rule[finding.rule].append(finding)
        overlaps = hits = 0
        for check in self.active:
            if not self.wanted(check):
                continue
            found = by_rule.get(check, [])
            if check in reply.missing or check in reply.present:
                missing[check].add(check in reply.missing, bool(found))
            elif check.startswith("no-"):
                faults[check].add(check in reply.faults, bool(found))
                if check in reply.faults and found:
                    hits += 1
                    overlaps += any(
                        _overlap(reply.text, f, quote) for f in found for quote in reply.faults[check]
                    )
                if self.show and bool(found) != (check in reply.faults):
                    said = reply.faults.get(check) or [f.quote for f in found]
                    print(f"{'MISSED' if check in reply.faults else 'ALARM '} {check} {reply.id}: {said}")
        return overlaps, hits

    def labels(self, name: str) -> dict[str, dict[str, Any]]:
        """F1 per label of replies by real hands."""
        result: dict[str, dict[str, Any]] = {}
        replies = labelled(name)
        self.others = Tagger(Encoder()) if name == OTHERS and self.scores and available() else None
        for label, (checks, present) in LABELS.items():
            if not any(map(self.wanted, checks)):
                continue
            tally = Tally()
            for reply in replies:
                value = reply.labels.get(label)
                if value is None:
                    continue
                verdict = self.verdict(reply.text, "public-reply", {"complaint_text": reply.complaint})
                found = any(finding.rule in checks for finding in verdict.findings)
                tally.add(bool(value), found is present)
            if tally.fires + tally.passes:
                result[label] = tally.as_json()
        return result


def _overlap(text: str, finding: Any, quote: str) -> bool:
    at = text.find(quote)
    if at < 0 or finding.start is None:
        return bool(finding.quote and (finding.quote in quote or quote in finding.quote))
    return finding.start < at + len(quote) and at < finding.end


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", default="full", choices=("minimal", "standard", "full"))
    parser.add_argument("--playbook", type=Path, default=None)
    parser.add_argument("--words-only", action="store_true", help="the lexical layer alone")
    parser.add_argument("--check", action="append", default=[], help="only this check")
    parser.add_argument("--show", action="store_true", help="print every text that was judged wrongly")
    parser.add_argument("--corpus-only", action="store_true", help="leave whole replies out")
    parser.add_argument(
        "--zero-shot", type=int, default=150, metavar="N", help="of each set of other people's messages"
    )
    parser.add_argument("--out", type=Path, default=FOLDER / "measured.json")
    asked = parser.parse_args()
    scores = OutOfFold()
    layers = {"lexical": None} if asked.words_only or not scores else {"lexical": None, "both layers": scores}
    result: dict[str, Any] = {"profile": asked.profile}
    for name, learned in layers.items():
        measure = Measure(
            load_playbook(asked.playbook, profile=asked.profile), learned, set(asked.check), asked.show
        )
        result[name] = _run(measure, name, corpus_only=asked.corpus_only)
    if not (asked.corpus_only or asked.check):
        result["messages"] = messages.show(asked.zero_shot)
        playbook = load_playbook(asked.playbook, profile=asked.profile)
        result["held out"] = heldout.show(playbook, words_only=asked.words_only)
        result["good replies"] = goodreplies.show("standard", words_only=asked.words_only)
        result["plain lists"] = baselines.show()
    asked.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwritten: {asked.out}")


def _run(measure: Measure, name: str, *, corpus_only: bool) -> dict[str, Any]:
    tallies = measure.corpus()
    print(f"\n== corpus, {name}, profile {measure.playbook.profile} ==\n{by_check(tallies, LANGUAGES)}")
    result: dict[str, Any] = {
        "corpus": {
            f"{check} {language}": tally.as_json() for (check, language), tally in sorted(tallies.items())
        },
        "macro": {
            lang: [round(x, 4) for x in macro(t for (_, spoken), t in tallies.items() if spoken == lang)]
            for lang in LANGUAGES
        },
    }
    if corpus_only:
        return result
    result["whole replies"] = whole = measure.whole()
    for language, part in whole.items():
        f, m = part["faults"], part["missing"]
        print(f"whole replies {language}: faults precision {f['precision']:.2f} recall {f['caught']:.2f}, "
              f"missing caught {m['caught']:.2f} alarms {m['alarms']:.2f}, "
            f"words overlap {part['marked words overlap']:.2f}, "
              f"held {part['held']:.2f}")  # fmt: skip
    for source in (OTHERS, "ru-replies"):
        result[source] = labels = measure.labels(source)
        lines = [
            (label, f"{v['f1']:.2f}", f"{v['precision']:.2f}", f"{v['caught']:.2f}", str(v["fires"]))
            for label, v in labels.items()
        ]
        print(f"\n== {source}, {name} ==\n{table(('label', 'F1', 'precision', 'recall', 'cases'), lines)}")
    return result


if __name__ == "__main__":
    main()
