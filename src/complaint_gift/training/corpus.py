"""The committed texts as documents: units of text with what is known about them."""

import hashlib
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from complaint_gift.learned.heads import COMPLAINT, REPLY
from complaint_gift.learned.passages import passages
from complaint_gift.learned.sentences import split
from complaint_gift.rules.heads import SHAPES

# Each learns from nine tenths, nearly what the shipped weights learn from: the scores of either are alike.
FOLDS = 10
# Never measured, so every fold learns from them.
SEEN_BY_ALL = -1
# Of the rest, on which only thresholds are chosen, a part is enough: the more a fold learns from, the more
# alike are what is measured and what is shipped.
MEASURED = frozenset(
    {
        "catalogue",
        "corpus",
        "context",
        "extra-replies",
        "whole-replies",
        "ru-replies",
        "messages",
        "sentences",
    }
)
SOURCES = {"corpus": "corpus", **{f"extra-near-{number}": "near" for number in (1, 2, 3, 4)}}
# How sure a label is: a quoted sentence is a positive, the rest of a reply that lacks the thing a negative.
QUOTED, ABSENT, ELSEWHERE = 1.0, 0.15, {"element": 0.03, "fault": 0.1}
# A text that passes its own check seldom commits another fault, but nobody looked.
UNLOOKED = 0.02
# LABELS.md words that mean the same as a check; the others differ in their definition.
SAME_MEANING = {
    "thanks_for_feedback": "thank-for-the-complaint",
    "owns_fault": "own-the-mistake",
    "remedy": "offer-concrete-remedy",
    "direct_line": "open-a-direct-line",
    "sends_customer_away": "no-effort-back-to-customer",
    "blames_customer": "no-blame-customer",
    "demands_proof": "no-demand-for-proof",
    "hides_behind_rules": "no-hiding-behind-rules",
    "minimises": "no-minimising",
    "vague_promise": "no-vague-promise",
    "sells": "no-selling-in-a-complaint",
    "dead_end": "no-dead-end",
}
# What one sentence without its complaint and its neighbours cannot tell.
UNTOLD = frozenset(
    {
        "name-the-problem",
        "answer-every-point",
        "apology-before-explanation",
        "same-language-and-address",
        "reply-from-company-account",
        "refuse-with-reason-and-alternative",
        "plain-human-words",
        "no-copy-paste",
    }
)
ABSENCE_ONLY = {
    "apology": ("apologise-explicitly", "no-fake-apology"),
    "next_step_when_who": ("promise-what-when-who",),
    "argues": ("no-proving-right", "no-polite-contradiction"),
}


@dataclass(frozen=True)
class Unit:
    text: str
    kind: int  # REPLY or COMPLAINT
    start: int = 0


@dataclass
class Document:
    """`bag`: head -> (truth, weight) of the whole text; `units_known`: (unit, head) -> (truth, weight);
    `file`: the name of the file without its ending."""

    name: str
    source: str
    lang: str
    units: list[Unit]
    bag: dict[str, tuple[float, float]] = field(default_factory=dict)
    units_known: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
    message: dict[str, Any] | None = None
    check: str = ""
    fires: bool = False
    complaint: str = ""
    fold: int = SEEN_BY_ALL
    file: str = ""


def reply_units(text: str, complaint: str = "") -> list[Unit]:
    units = [Unit(text[a:b], REPLY, a) for a, b in split(text)]
    return units + [Unit(complaint[a:b], COMPLAINT, a) for a, b in passages(complaint)[:2]]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def read_corpus(folder: Path, folds: int) -> list[Document]:
    """Every document of the folder, told apart by shape: texts of one check, whole replies, marked
    sentences, replies by ear, messages. `neutral.jsonl` is something else and left out."""
    documents: list[Document] = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem == "neutral":
            continue
        for row in read_lines(path):
            if found := _document(row, path.stem):
                found.fold = _fold(found, path.stem in MEASURED, folds)
                found.file = path.stem
                documents.append(found)
    documents = [document for document in documents if document.units]
    return documents + _composed([each for each in documents if each.source == "sentence"], folds)


def _fold(document: Document, is_measured: bool, folds: int) -> int:
    """By the text, so that the same text under two checks is in one fold."""
    if document.source == "near":
        return SEEN_BY_ALL
    number = int(hashlib.sha256(document.name.encode()).hexdigest(), 16)
    if is_measured:
        return number % folds
    part = number % (folds + 1)
    return part if part < folds else SEEN_BY_ALL


def _document(row: dict[str, Any], stem: str) -> Document | None:
    if "check" in row:
        return _in_context(row) if stem == "context" else _short(row, SOURCES.get(stem, "extra"))
    if "kind" in row:
        return _message(row)
    if "faults" in row:
        return _whole(row)
    if "sentences" in row:
        return _marked(row)
    return _by_ear(row) if "reply" in row else _sentence(row)


def _truth(check: str, fires: bool) -> float:
    return float(fires == (SHAPES[check] == "fault"))


def _short(row: dict[str, Any], source: str) -> Document:
    check, fires = row["check"], row["label"] == "fires"
    complaint = (row.get("context") or {}).get("complaint_text", "")
    units = reply_units(row["text"], complaint)
    found = Document(row["text"], source, row["lang"], units, check=check, fires=fires, complaint=complaint)
    if not fires and not check.startswith(("note-", "manager-")):
        faults = (head for head in SHAPES if head.startswith("no-") and head not in UNTOLD)
        found.bag.update(dict.fromkeys(faults, (0.0, UNLOOKED)))
    found.bag[check] = (_truth(check, fires), 1.0)
    return found


def _in_context(row: dict[str, Any]) -> Document | None:
    if row["check"] == "reply-from-company-account" and not row["context"].get("author", {}).get("company"):
        return None  # the account decides these, not the words
    if row["check"] in {"no-copy-paste", "no-unauthorised-promise", "same-language-and-address"}:
        return None  # decided by numbers and comparison
    return _short(row, "context")


def _whole(row: dict[str, Any]) -> Document:
    complaint = row.get("complaint") or ""
    units = reply_units(row["reply"], complaint)
    found = Document(row["reply"], "whole", row["lang"], units, complaint=complaint)
    quotes: dict[str, list[str]] = {}
    for mark in row["faults"] + row["present"]:
        quotes.setdefault(mark["check"], []).append(mark["quote"])
    faults = {mark["check"] for mark in row["faults"]}
    for head, shape in SHAPES.items():
        if head.startswith(("note-", "manager-")):
            continue
        if shape == "element":
            _mark_quotes(found, row["reply"], head, quotes.get(head, []))
        elif head.startswith("no-"):
            _mark_quotes(found, row["reply"], head, quotes.get(head, []) if head in faults else [])
        else:
            found.bag[head] = (float(head in row["missing"]), 0.5)
    return found


def _mark_quotes(found: Document, reply: str, head: str, quotes: list[str]) -> None:
    spans = [(reply.find(quote), reply.find(quote) + len(quote)) for quote in quotes]
    for number, unit in enumerate(found.units):
        if unit.kind != REPLY:
            continue
        end = unit.start + len(unit.text)
        overlap = max((min(end, b) - max(unit.start, a) for a, b in spans), default=0)
        if overlap >= 0.5 * min(len(unit.text), max((b - a for a, b in spans), default=1)):
            found.units_known[number, head] = (1.0, QUOTED)
        elif overlap <= 0:
            found.units_known[number, head] = (0.0, ELSEWHERE[SHAPES[head]] if quotes else ABSENT)


def _by_ear(row: dict[str, Any]) -> Document:
    units = reply_units(row["reply"], row["complaint"])
    found = Document(row["reply"], "by-ear", row["lang"], units, complaint=row["complaint"])
    for label, head in SAME_MEANING.items():
        if row["labels"].get(label) is not None:
            found.bag[head] = (float(row["labels"][label]), 0.5)
    for label, heads in ABSENCE_ONLY.items():
        if row["labels"].get(label) == 0:
            found.bag.update(dict.fromkeys(heads, (0.0, 0.5)))
    return found


def _marked(row: dict[str, Any]) -> Document:
    """A reply of which every sentence names all its heads; what it does not name is absent."""
    units, at = [], 0
    for sentence in row["sentences"]:
        units.append(Unit(sentence["text"], REPLY, at))
        at += len(sentence["text"]) + 1
    name = " ".join(unit.text for unit in units)
    complaint = row.get("complaint") or ""
    found = Document(name, "marked", row["lang"], units, complaint=complaint)
    found.units += [Unit(complaint, COMPLAINT)] if complaint else []
    for number, sentence in enumerate(row["sentences"]):
        for head in SHAPES:
            if head.startswith(("note-", "manager-")) or head in row.get("unsure", ()):
                continue
            if head in sentence.get("heads", ()):
                found.units_known[number, head] = (1.0, QUOTED)
            elif head not in sentence.get("unsure", ()):
                found.units_known[number, head] = (0.0, ABSENT)
    return found


def _message(row: dict[str, Any]) -> Document:
    units = [Unit(row["text"][a:b], COMPLAINT, a) for a, b in passages(row["text"])]
    labels = {"kind": row["kind"], "severity": row.get("severity"), "triggers": row.get("triggers")}
    return Document(row["text"], "message", row["lang"], units, message=labels)


def _sentence(row: dict[str, Any]) -> Document:
    """One sentence with all its labels; heads that need the complaint or the whole reply stay unknown."""
    found = Document(row["text"], "sentence", row["lang"], [Unit(row["text"], REPLY)])
    for head in SHAPES:
        if head not in UNTOLD and not head.startswith(("note-", "manager-")):
            known = (1.0, QUOTED) if head in row["labels"] else (0.0, ABSENT)
            found.units_known[0, head] = known
    return found


def _composed(sentences: list[Document], folds: int) -> list[Document]:
    """Replies put together from labelled sentences of one language and one fold."""
    dice = random.Random(11)
    found: list[Document] = []
    for lang, fold in itertools.product(("en", "ru"), range(folds)):
        ours = [each for each in sentences if each.lang == lang and each.fold == fold]
        for number in range(len(ours) // 2):
            some = dice.sample(ours, min(len(ours), dice.randint(3, 7)))
            reply = Document(f"{lang} {fold} {number}", "composed", lang, [], fold=fold)
            for at, each in enumerate(some):
                reply.units.append(each.units[0])
                reply.units_known.update({(at, head): known for (_, head), known in each.units_known.items()})
            found.append(reply)
    return found
