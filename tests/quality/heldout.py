"""Texts on which nothing was trained, tuned or worded: what a stranger's text meets in the shipped product.

    python tests/quality/heldout.py [--words-only]

The short texts stand bare, without their complaint (but for the checks that compare with it): three rules
that elsewhere speak only where something calls for them then speak wherever it is missing, see
`by_itself`. In whole replies `plain-human-words` and `apology-before-explanation` are not labelled, and
an element that a rule asks for only on occasion does not count as missing. Whoever changes words,
thresholds or weights by these texts moves them into the corpus and has new ones written.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from typing import Any

import messages
from tallies import Tally, by_check, macro
from texts import HELD_OUT, marked_replies, samples

from complaint_gift.domain import Scope
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.encoder import Encoder, available
from complaint_gift.learned.tagger import Tagger
from complaint_gift.playbook import Context, Playbook, load_playbook
from complaint_gift.rules import Require, RequireIf
from complaint_gift.rules.heads import SHAPES

LANGUAGES = ("en", "ru")


class HeldOut:
    """One playbook on the held-out texts, with the shipped weights or by words alone."""

    def __init__(self, playbook: Playbook, tagger: Tagger | None) -> None:
        self.playbook = playbook
        self.tagger = tagger
        self.active = {rule.id: rule for rule in playbook.active}

    def rules(self, text: str, scope: str, context: dict[str, Any]) -> set[str]:
        """The rules that speak."""
        given = Context.parse(context)
        learned = self.tagger.tag(text, given) if self.tagger else None
        verdict = self.playbook.review(text, scope=Scope(scope), context=given, learned=learned)
        return {finding.rule for finding in verdict.findings}

    def short(self) -> dict[tuple[str, str], Tally]:
        """Texts of one check each."""
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for sample in samples(("short",), HELD_OUT):
            if sample.check not in self.active:
                continue
            found = self.rules(sample.text, sample.scope, dict(sample.context))
            tallies[sample.check, sample.language].add(sample.fires, sample.check in found)
        return dict(tallies)

    def whole(self) -> dict[tuple[str, str], Tally]:
        """Replies marked sentence by sentence: faults and missing elements of each language."""
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for reply in marked_replies(HELD_OUT):
            found = self.rules(reply.text, "public-reply", {"complaint_text": reply.complaint})
            for check, shape in SHAPES.items():
                if check in reply.unsure or check not in self.active:
                    continue
                if check.startswith("no-"):
                    tallies["faults", reply.language].add(check in reply.checks, check in found)
                elif shape == "element" and not self.is_occasional(check):
                    tallies["missing", reply.language].add(check not in reply.checks, check in found)
        return dict(tallies)

    def is_occasional(self, check: str) -> bool:
        """Whether the rule asks for it only where something calls for it, or not of public replies."""
        rule = self.active[check]
        found = rule.check
        return (
            Scope.PUBLIC_REPLY not in rule.scopes
            or isinstance(found, RequireIf)
            or (isinstance(found, Require) and bool(found.unless))
        )


def show(playbook: Playbook, *, words_only: bool = False) -> dict[str, Any]:
    """Print everything; returns the figures, none where there is no text."""
    encoder = None if words_only or not available() else Encoder()
    measure = HeldOut(playbook, Tagger(encoder) if encoder else None)
    tallies = measure.short()
    if not tallies:
        return {}
    print(f"\n== held out, {'both layers' if encoder else 'lexical'} ==\n{by_check(tallies, LANGUAGES)}")
    whole = measure.whole()
    for language in LANGUAGES:
        faults, missing = whole["faults", language], whole["missing", language]
        print(
            f"held-out {language}: faults' precision {faults.precision:.2f} recall {faults.recall:.2f}"
            f", missing caught {missing.recall:.2f} alarms {missing.alarm_rate:.2f}"
        )
    print()
    found = messages.own(Classifier(encoder).classify, HELD_OUT / "messages.jsonl")
    return {
        "short": {
            lang: [round(x, 4) for x in macro(t for (_, spoken), t in tallies.items() if spoken == lang)]
            for lang in LANGUAGES
        },
        "whole": {f"{what} {language}": tally.as_json() for (what, language), tally in whole.items()},
        "messages": found,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--words-only", action="store_true")
    show(load_playbook(profile="full"), words_only=parser.parse_args().words_only)
