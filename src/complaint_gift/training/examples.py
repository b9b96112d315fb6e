"""Documents as tensors: pieces, cached states of the frozen layers, batches of similar length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from complaint_gift.learned.heads import (
    COMPLAINT,
    HEADS,
    MOST_UNITS,
    PASSAGE_PIECES,
    SENTENCE_PIECES,
)
from complaint_gift.learned.tokenizer import Tokenizer
from complaint_gift.training.corpus import Document, Unit
from complaint_gift.training.network import Embedding, Layer, attention_bias

HEAD_AT = {head: number for number, head in enumerate(HEADS)}


class States:
    """States of every unit after the frozen layers, computed once; half precision, on the CPU."""

    def __init__(
        self, tokenizer: Tokenizer, words: Tensor, embedding: Embedding, frozen: Sequence[Layer]
    ) -> None:
        self._tokenizer, self._words, self._embedding, self._frozen = tokenizer, words, embedding, frozen
        self._of: dict[str, Tensor] = {}

    def __getitem__(self, text: str) -> Tensor:
        return self._of[text]

    @torch.no_grad()
    def add(self, units: Sequence[Unit]) -> None:
        wanted = {unit.text: unit.kind for unit in units if unit.text not in self._of}
        pieces = {
            text: self._tokenizer.ids(text, PASSAGE_PIECES if kind == COMPLAINT else SENTENCE_PIECES)
            for text, kind in wanted.items()
        }
        order = sorted(pieces, key=lambda text: len(pieces[text]))
        for at in range(0, len(order), 64):
            some = order[at : at + 64]
            length = max(len(pieces[text]) for text in some)
            ids = torch.ones(len(some), length, dtype=torch.long)
            present = torch.zeros(len(some), length)
            for row, text in enumerate(some):
                ids[row, : len(pieces[text])] = torch.tensor(pieces[text])
                present[row, : len(pieces[text])] = 1
            x = self._embedding(self._words[ids])
            for layer in self._frozen:
                x = layer(x, attention_bias(present))
            for row, text in enumerate(some):
                self._of[text] = x[row, : len(pieces[text])].to(torch.bfloat16).clone()


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
    documents: Sequence[Document], dice: random.Random, budget: int = 1800
) -> Iterator[list[Document]]:
    """Groups of documents of similar length; `budget` bounds padded pieces, roughly."""

    def size(document: Document) -> float:
        return max(len(unit.text) for unit in document.units) * dice.uniform(0.85, 1.15)

    keyed = sorted(((size(document), document) for document in documents), key=lambda pair: pair[0])
    groups: list[list[Document]] = [[]]
    pieces = 0.0
    for length, document in keyed:
        cost = length / 3.5 * len(document.units)
        if groups[-1] and (pieces + cost > budget or len(groups[-1]) >= 40):
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
    shape = (*batch.present.shape, len(HEADS))
    truth, weight = torch.zeros(shape), torch.zeros(shape)
    for row, document in enumerate(batch.documents):
        for (unit, head), (value, sure) in document.units_known.items():
            truth[row, unit, HEAD_AT[head]], weight[row, unit, HEAD_AT[head]] = value, sure
    return truth, weight


def bag_targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Truth and weight, (documents, heads)."""
    truth, weight = (
        torch.zeros(len(batch.documents), len(HEADS)),
        torch.zeros(len(batch.documents), len(HEADS)),
    )
    for row, document in enumerate(batch.documents):
        for head, (value, sure) in document.bag.items():
            truth[row, HEAD_AT[head]], weight[row, HEAD_AT[head]] = value, sure
    return truth, weight
