"""The texts that are measured on, as one shape."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from complaint_gift.learned.calibration import LANGUAGES, Calibration, language_of, logit
from complaint_gift.learned.encoder import WEIGHTS
from complaint_gift.learned.sentences import split
from complaint_gift.rules.heads import HEADS

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
HELD_OUT = FOLDER / "held-out"
SHARED = FOLDER.parents[2] / "shared" / "playbook"
SCORES = FOLDER / "learned-oof.json"


@dataclass(frozen=True)
class Sample:
    """A text for one check: `fires` says whether the check has to raise a finding."""

    check: str
    language: str
    fires: bool
    scope: str
    text: str
    context: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "corpus"


@dataclass(frozen=True)
class Reply:
    """A whole reply: faults with their words, missing checks, present checks (whole-replies.jsonl)."""

    id: str
    language: str
    text: str
    context: Mapping[str, Any]
    faults: Mapping[str, list[str]]
    missing: frozenset[str]
    present: frozenset[str]


@dataclass(frozen=True)
class Labelled:
    """A reply with yes/no labels (LABELS.md); None where readers differed."""

    id: str
    language: str
    text: str
    complaint: str
    labels: Mapping[str, int | None]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; nothing where it is absent."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def samples(
    names: tuple[str, ...] = ("corpus", "context", "catalogue", "extra-replies"), folder: Path = CORPUS
) -> list[Sample]:
    """Every text with a label for one check, of scopes that are texts."""
    found = []
    for name in names:
        for row in rows(folder / f"{name}.jsonl"):
            if row["scope"] == "case-process":
                continue
            context = row.get("context") or {}
            if "note" in context:  # the situation is told in words, for people
                continue
            found.append(
                Sample(
                    row["check"],
                    row["lang"],
                    row["label"] == "fires",
                    row["scope"],
                    row["text"],
                    context,
                    name,
                )
            )
    return found


def whole_replies(name: str = "whole-replies") -> list[Reply]:
    """Replies labelled for all checks."""
    found = []
    for row in rows(CORPUS / f"{name}.jsonl"):
        context = {
            "complaint_text": row["complaint"],
            "first_reply": row.get("first_reply", True),
            **row.get("context", {}),
        }
        faults: dict[str, list[str]] = {}
        for fault in row["faults"]:
            faults.setdefault(fault["check"], []).append(fault["quote"])
        present = frozenset(one["check"] for one in row["present"])
        found.append(
            Reply(row["id"], row["lang"], row["reply"], context, faults, frozenset(row["missing"]), present)
        )
    return found


@dataclass(frozen=True)
class Marked:
    """A reply of which every sentence names its checks; `unsure` are those that nobody can tell."""

    language: str
    text: str
    complaint: str
    checks: frozenset[str]
    unsure: frozenset[str]


def marked_replies(folder: Path = CORPUS) -> list[Marked]:
    """Everyday replies and replies full of faults, sentence by sentence."""
    found = []
    for path in sorted(folder.glob("*marked*.jsonl")):
        for row in rows(path):
            sentences = row["sentences"]
            unsure = {check for one in sentences for check in one.get("unsure", ())}
            found.append(
                Marked(
                    row["lang"],
                    " ".join(one["text"] for one in sentences),
                    row.get("complaint") or "",
                    frozenset(check for one in sentences for check in one.get("heads", ())),
                    frozenset(unsure | set(row.get("unsure", ()))),
                )
            )
    return found


def labelled(name: str) -> list[Labelled]:
    """ru-replies of the repository, or real-replies where ../shared is there."""
    path = CORPUS / f"{name}.jsonl" if (CORPUS / f"{name}.jsonl").exists() else SHARED / f"{name}.jsonl"
    return [Labelled(r["id"], r["lang"], r["reply"], r["complaint"], r["labels"]) for r in rows(path)]


class OutOfFold:
    """Learned scores by models that had not seen the text; empty where none are stored.

    They were stored beside the lines of that training; whoever moves a line of the shipped weights
    (`thresholds.json`) moves what is measured with it.
    """

    def __init__(self, path: Path = SCORES, limits: Path = WEIGHTS / "thresholds.json") -> None:
        stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        now = json.loads(limits.read_text(encoding="utf-8"))["heads"] if limits.exists() else {}
        self._scores = stored.get("replies", {})
        self._then = Calibration(HEADS, stored.get("lines", {}))
        self._now = Calibration(HEADS, now)

    def __bool__(self) -> bool:
        return bool(self._scores)

    def of(self, text: str, complaint: str = "") -> Mapping[str, list[tuple[int, int, float]]] | None:
        """Scores of a text, None where it was never scored."""
        key = hashlib.sha256(f"{text}\n{complaint}".encode()).hexdigest()[:16]
        found = self._scores.get(key)
        if found is None:
            return None
        sentences = len(split(text))
        then, now = self._then.lines(sentences), self._now.lines(sentences)
        moved = {language: now[language] - then[language] for language in LANGUAGES}

        def score(at: int, start: int, end: int, stored: float) -> tuple[int, int, float]:
            by = float(moved[language_of(text[start:end])][at])
            return start, end, round(1 / (1 + math.exp(by - logit(stored))), 2)

        # What is not stored scored next to nothing; the layer itself names every head.
        return {head: [score(at, *span) for span in found.get(head, ())] for at, head in enumerate(HEADS)}
