"""Documents as tensors: pieces, cached embeddings, batches of similar length."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from complaint_gift.learned.heads import (
    COMPLAINT,
    HEADS,
    MOST_UNITS,
    PASSAGE_PIECES,
    REPLY,
    SENTENCE_PIECES,
)
from complaint_gift.learned.tokenizer import PAD, Tokenizer
from complaint_gift.training.corpus import Document, Unit
from complaint_gift.training.network import Embedding, places_of

HEAD_AT = {head: number for number, head in enumerate(HEADS)}


class States:
    """Embedded pieces of every unit: computed once, kept on disk, shared by all runs.

    `folder` holds states.bin (half precision) and index.json (text -> first row, rows).
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._rows = torch.from_file(
            str(folder / "states.bin"),
            size=(folder / "states.bin").stat().st_size // 2,
            dtype=torch.bfloat16,
        ).view(-1, width)
        self._index: dict[str, tuple[int, int]] = json.loads((folder / "index.json").read_text("utf8"))

    def __getitem__(self, text: str) -> Tensor:
        first, count = self._index[text]
        return self._rows[first : first + count]


@torch.no_grad()
def write_states(
    folder: Path,
    units: Sequence[Unit],
    tokenizer: Tokenizer,
    words: Tensor,
    embedding: Embedding,
) -> None:
    """Computes what `States` reads."""
    limit = {REPLY: SENTENCE_PIECES, COMPLAINT: PASSAGE_PIECES}
    pieces = {unit.text: tokenizer.ids(unit.text, limit[unit.kind]) for unit in units}
    order = sorted(pieces, key=lambda text: len(pieces[text]))
    index: dict[str, tuple[int, int]] = {}
    rows = 0
    with (folder / "states.bin").open("wb") as out:
        for at in range(0, len(order), 64):
            some = [pieces[text] for text in order[at : at + 64]]
            ids = nn.utils.rnn.pad_sequence(
                [torch.tensor(each) for each in some], batch_first=True, padding_value=PAD
            )
            present = (ids != PAD).float()
            x = embedding(words[ids]).flatten(0, 1)[places_of(present)]
            out.write(x.to(torch.bfloat16).contiguous().view(torch.int16).numpy().tobytes())
            for text in order[at : at + 64]:
                index[text] = (rows, len(pieces[text]))
                rows += len(pieces[text])
    (folder / "index.json").write_text(json.dumps(index), encoding="utf8")


@dataclass
class Batch:
    documents: list[Document]
    states: list[list[Tensor]]
    kind: Tensor  # (documents, units)
    place: Tensor
    present: Tensor

    @property
    def units(self) -> list[Tensor]:
        return [state for states in self.states for state in states]


def noisy(text: str, dice: random.Random) -> str:
    """The text as a person in a hurry types it."""
    if dice.random() < 0.5:
        text = text.lower()
    if dice.random() < 0.5:
        text = text.rstrip(".!")
    if dice.random() < 0.5:
        text = text.replace("ё", "е").replace("’", "").replace("'", "")
    for _ in range(dice.choice((0, 1, 1, 2))):
        at = dice.randrange(len(text)) if text else 0
        if text[at : at + 1].isalpha():
            change = dice.choice(("drop", "swap", "twice"))
            pair = text[at : at + 2]
            new = {"drop": pair[1:], "swap": pair[::-1], "twice": pair[:1] + pair}[change]
            text = text[:at] + new + text[at + 2 :]
    return text or "."


def batches(
    documents: Sequence[Document], dice: random.Random, budget: int = 900
) -> Iterator[list[Document]]:
    """Groups of documents of similar length; `budget` bounds padded pieces, roughly."""

    def size(document: Document) -> float:
        return max(len(unit.text) for unit in document.units) * dice.uniform(0.85, 1.15)

    keyed = sorted(((size(document), document) for document in documents), key=lambda pair: pair[0])
    groups: list[list[Document]] = [[]]
    pieces = 0.0
    for length, document in keyed:
        cost = length / 3.5 * len(document.units)
        if groups[-1] and (pieces + cost > budget or len(groups[-1]) >= 20):
            groups.append([])
            pieces = 0.0
        groups[-1].append(document)
        pieces += cost
    dice.shuffle(groups)
    yield from groups


def gather(documents: list[Document], states: States, texts: list[list[str]]) -> Batch:
    most = max(len(units) for units in texts)
    kind = torch.zeros(len(documents), most, dtype=torch.long)
    place = torch.zeros_like(kind)
    present = torch.zeros(len(documents), most)
    found: list[list[Tensor]] = []
    for row, (document, units) in enumerate(zip(documents, texts, strict=True)):
        found.append([states[text] for text in units])
        kinds = [unit.kind for unit in document.units]
        kind[row, : len(units)] = torch.tensor(kinds)
        starts = [number for number, each in enumerate(kinds) if each == COMPLAINT][:1] or [0]
        place[row, : len(units)] = torch.tensor(
            [
                min(MOST_UNITS - 1, number - (starts[0] if each == COMPLAINT else 0))
                for number, each in enumerate(kinds)
            ]
        )
        present[row, : len(units)] = 1
    return Batch(documents, found, kind, place, present)


def unit_targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Truth and weight, (documents, units, heads)."""
    both = np.zeros((2, *batch.present.shape, len(HEADS)), np.float32)
    for row, document in enumerate(batch.documents):
        for (unit, head), known in document.units_known.items():
            both[:, row, unit, HEAD_AT[head]] = known
    truth, weight = torch.from_numpy(both)
    return truth, weight


def bag_targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Truth and weight, (documents, heads)."""
    both = np.zeros((2, len(batch.documents), len(HEADS)), np.float32)
    for row, document in enumerate(batch.documents):
        for head, known in document.bag.items():
            both[:, row, HEAD_AT[head]] = known
    truth, weight = torch.from_numpy(both)
    return truth, weight
