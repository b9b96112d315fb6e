"""Replies as an excellent agent writes them: whatever the playbook says of them in earnest is a false alarm.

    python tests/quality/goodreplies.py [--profile standard] [--words-only] [--show]

`good-replies.jsonl` was written by people who knew what each check means and none of its words. Nothing is
trained on it; what it showed has been mended, so that it tells what has come back. Those of `held-out/` are
not read before they are counted.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tallies import table
from texts import FOLDER, HELD_OUT, rows

from complaint_gift.domain import Decision, Severity
from complaint_gift.learned.encoder import Encoder, available
from complaint_gift.learned.tagger import Tagger
from complaint_gift.playbook import Context, Playbook, load_playbook

LANGUAGES = ("en", "ru")
SETS = {"mended by": FOLDER / "good-replies.jsonl", "held out": HELD_OUT / "good-replies.jsonl"}
KEYS = ("replies", "held", "faults", "asked")
HELD = (Decision.HOLD, Decision.BLOCK)


def judged(path: Path, playbook: Playbook, tagger: Tagger | None) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each good reply of a file with its verdict."""
    for row in rows(path):
        context = Context.parse({"complaint_text": row["complaint"]})
        learned = tagger.tag(row["reply"], context) if tagger else None
        yield row, playbook.review(row["reply"], context=context, learned=learned)


def counted(
    path: Path, playbook: Playbook, tagger: Tagger | None, *, shown: bool = False
) -> dict[str, Counter[str]]:
    """By language: replies, those held, faults told and elements asked for; hints are not counted."""
    counts: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for row, verdict in judged(path, playbook, tagger):
        earnest = [f for f in verdict.findings if f.severity is not Severity.INFO]
        counts[row["lang"]] += Counter(
            replies=1,
            held=int(verdict.decision in HELD),
            faults=sum(not f.missing for f in earnest),
            asked=sum(f.missing for f in earnest),
        )
        for finding in earnest if shown else ():
            print(f"ALARM  {finding.rule} {row['lang']}: {finding.quote or 'missing'}  <- {row['reply']}")
    return counts


def show(profile: str, *, words_only: bool = False, shown: bool = False) -> dict[str, Any]:
    """Print the table; returns its figures."""
    playbook = load_playbook(profile=profile)
    layers: dict[str, Tagger | None] = {"lexical": None}
    if available() and not words_only:
        layers["both layers"] = Tagger(Encoder())
    last = list(layers)[-1]
    found = {
        (which, name): counted(path, playbook, tagger, shown=shown and name == last and which != "held out")
        for which, path in SETS.items()
        for name, tagger in layers.items()
    }
    lines = [
        (which, language, name, *(str(counts[language][key]) for key in KEYS))
        for (which, name), counts in found.items()
        for language in LANGUAGES
    ]
    head = ("texts", "", "layer", "replies", "held", "faults told", "elements asked for")
    print(f"\n== good replies, profile {profile} ==\n{table(head, lines)}")
    return {
        f"{which}, {name}": {lang: dict(c) for lang, c in counts.items()}
        for (which, name), counts in found.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", default="standard", choices=("minimal", "standard", "full"))
    parser.add_argument("--words-only", action="store_true", help="the lexical layer alone")
    parser.add_argument("--show", action="store_true", help="print every finding")
    asked = parser.parse_args()
    show(asked.profile, words_only=asked.words_only, shown=asked.show)
