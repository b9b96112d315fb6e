"""Documents as tensors: pieces, batches of similar length, targets."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from complaint_gift.learned.heads import COMPLAINT, MOST_UNITS, PASSAGE_PIECES, REPLY, SENTENCE_PIECES
from complaint_gift.learned.tokenizer import Tokenizer
from complaint_gift.rules.heads import HEADS
from complaint_gift.training.corpus import Document, Unit
from complaint_gift.training.network import Embedding

SHORTEST = 45  # padded pieces that even the shortest document is counted with
HEAD_AT = {head: number for number, head in enumerate(HEADS)}


class Pieces:
    """Every text in its pieces, embedded where it is asked for: `ids` holds two bytes a piece."""

    def __init__(
        self, ids: dict[str, bytes], words: Tensor, embedding: Embedding, device: torch.device
    ) -> None:
        self.device = device
        self._ids = ids
        self._words = words.to(device)
        self._embedding = embedding.eval().to(device)

    @torch.no_grad()
    def embedded(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """(pieces, width) of all texts, one behind the other, and how many pieces each has (on the CPU)."""
        each = [np.frombuffer(self._ids[text], np.uint16) for text in texts]
        lengths = torch.tensor([len(ids) for ids in each])
        places = np.concatenate([np.arange(len(ids)) for ids in each])
        ids = torch.from_numpy(np.concatenate(each).astype(np.int64)).to(self.device)
        return self._embedding(self._words[ids], torch.from_numpy(places).to(self.device)), lengths


def ids_of(units: Iterable[Unit], tokenizer: Tokenizer) -> dict[str, bytes]:
    """What `Pieces` reads."""
    limit = {REPLY: SENTENCE_PIECES, COMPLAINT: PASSAGE_PIECES}
    return {
        unit.text: np.array(tokenizer.ids(unit.text, limit[unit.kind]), np.uint16).tobytes() for unit in units
    }


@dataclass
class Batch:
    documents: list[Document]
    pieces: Tensor  # (pieces, width), embedded
    lengths: Tensor  # (units,) pieces of each unit
    rows: list[int]  # units of each document
    kind: Tensor  # (documents, units)
    place: Tensor
    present: Tensor

    @property
    def device(self) -> torch.device:
        return self.pieces.device


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


def batches(documents: Sequence[Document], dice: random.Random, budget: int) -> Iterator[list[Document]]:
    """Groups of documents of similar length; `budget` bounds padded pieces, roughly."""

    def size(document: Document) -> float:
        return max(len(unit.text) for unit in document.units) * dice.uniform(0.85, 1.15)

    keyed = sorted(((size(document), document) for document in documents), key=lambda pair: pair[0])
    groups: list[list[Document]] = [[]]
    pieces = 0.0
    for length, document in keyed:
        cost = length / 3.5 * len(document.units)
        if groups[-1] and (pieces + cost > budget or len(groups[-1]) >= budget // SHORTEST):
            groups.append([])
            pieces = 0.0
        groups[-1].append(document)
        pieces += cost
    dice.shuffle(groups)
    yield from groups


def gather(documents: list[Document], pieces: Pieces, texts: list[list[str]]) -> Batch:
    """`texts`: the units of every document as they are written this time."""
    most = max(len(units) for units in texts)
    kind = torch.zeros(len(documents), most, dtype=torch.long)
    place = torch.zeros_like(kind)
    present = torch.zeros(len(documents), most)
    for row, (document, units) in enumerate(zip(documents, texts, strict=True)):
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
    embedded, lengths = pieces.embedded([text for units in texts for text in units])
    there = (each.to(pieces.device) for each in (kind, place, present))
    return Batch(documents, embedded, lengths, [len(units) for units in texts], *there)


def unit_targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Truth and weight, (documents, units, heads)."""
    both = np.zeros((2, *batch.present.shape, len(HEADS)), np.float32)
    for row, document in enumerate(batch.documents):
        for (unit, head), known in document.units_known.items():
            both[:, row, unit, HEAD_AT[head]] = known
    truth, weight = torch.from_numpy(both).to(batch.device)
    return truth, weight


def bag_targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Truth and weight, (documents, heads)."""
    both = np.zeros((2, len(batch.documents), len(HEADS)), np.float32)
    for row, document in enumerate(batch.documents):
        for head, known in document.bag.items():
            both[:, row, HEAD_AT[head]] = known
    truth, weight = torch.from_numpy(both).to(batch.device)
    return truth, weight
