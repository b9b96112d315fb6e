"""Customers' messages: is it a complaint, and what makes it urgent? Out-of-fold where it is learned.

    python tests/quality/messages.py [--zero-shot N]

With ../shared also zero-shot on texts of other people: N of each set, by the shipped weights (they have not
seen them either).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tallies import Tally, table
from texts import CORPUS, SCORES, SHARED, rows

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classification, Classifier
from complaint_gift.learned.encoder import Encoder, available

OTHERS = SHARED.parent / "data"
Judge = Callable[[str], Classification]


def out_of_fold() -> Judge | None:
    """The classifier with stored scores by models that had not seen the text; None where there are none."""
    import numpy as np

    if not SCORES.exists():
        return None
    stored = json.loads(SCORES.read_text(encoding="utf-8")).get("messages", {})
    classifier = Classifier(None, Encoder().limits.get("messages", {}) if available() else {})

    def judge(text: str) -> Classification:
        key = hashlib.sha256(f"{text}\n".encode()).hexdigest()[:16]
        found = stored.get(key)
        if found is None:
            return Classifier().classify(text)
        return classifier.judge(text, lexicon.triggers(text), np.array([[*found["mean"], *found["best"]]]))

    return judge


def own(judge: Judge, path: Path = CORPUS / "messages.jsonl") -> dict[str, dict[str, float | int]]:
    """Kind and triggers on the messages of a file, each language."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in rows(path):
        found = judge(row["text"])
        tallies[f"complaint {row['lang']}"].add(row["kind"] == "complaint", found.kind == "complaint")
        for trigger in {*row["triggers"], *found.triggers}:
            tallies[f"triggers {row['lang']}"].add(trigger in row["triggers"], trigger in found.triggers)
            tallies[f"  {trigger}"].add(trigger in row["triggers"], trigger in found.triggers)
    return _shown(tallies)


def zero_shot(judge: Judge, most: int) -> dict[str, dict[str, float | int]]:
    """Complaint or not, on other people's texts."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    sets: dict[str, Callable[[dict[str, Any]], bool | None]] = {
        "complaints_acl19_en": lambda row: row["label"] == "complaint",
        "sentirueval_banks_ru": lambda row: row["label"] == "negative",
        "sentirueval_telecom_ru": lambda row: row["label"] == "negative",
        "wb_reviews_balanced_ru": lambda row: _stars(row.get("rating")),
    }
    for name, label in sets.items():
        kept = [(row["complaint"], label(row)) for row in rows(OTHERS / f"{name}.jsonl") if row["complaint"]]
        for text, complains in _sample([one for one in kept if one[1] is not None], most):
            tallies[name].add(bool(complains), judge(text).kind == "complaint")
    return _shown(tallies)


def _stars(rating: Any) -> bool | None:
    return None if rating in (None, 3, 4) else int(rating) <= 2


def _sample(pairs: list[Any], most: int) -> Iterable[Any]:
    return random.Random(1).sample(pairs, most) if len(pairs) > most else pairs


def _shown(tallies: dict[str, Tally]) -> dict[str, dict[str, float | int]]:
    lines = [
        (name, f"{t.f1:.2f}", f"{t.precision:.2f}", f"{t.recall:.2f}", str(t.fires))
        for name, t in sorted(tallies.items(), key=lambda pair: pair[0].strip())
    ]
    if lines:
        print(table(("messages", "F1", "precision", "recall", "cases"), lines))
    return {name.strip(): tally.as_json() for name, tally in tallies.items()}


def show(most: int = 0) -> dict[str, Any]:
    """Print everything that can be measured here; returns the figures."""
    result: dict[str, Any] = {}
    judges: dict[str, Judge | None] = {"lexical": Classifier().classify, "both layers": out_of_fold()}
    for name, judge in judges.items():
        if judge is not None:
            print(f"\n== messages.jsonl, {name} ==")
            result[name] = own(judge)
    if most and available() and OTHERS.exists():
        print(f"\n== other people's texts, {most} of each at most, both layers ==")
        result["zero-shot"] = zero_shot(Classifier(Encoder()).classify, most)
    elif most:
        print("\n(no zero-shot: needs ../shared and the weights)")
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--zero-shot", type=int, default=0, metavar="N")
    show(parser.parse_args().zero_shot)
