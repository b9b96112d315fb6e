"""More rounds for the shipped weights, lightly: new texts beside a part of those they have learned from.

A whole training from the source is minutes on a GPU and a night without one; a few thousand new texts need no
such thing. The out-of-fold scores and the thresholds stay those of the last whole training.
"""

import random
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import torch

from complaint_gift.training.corpus import FOLDS, Document
from complaint_gift.training.learning import Model, Plan, train
from complaint_gift.training.outcome import write_weights
from complaint_gift.training.run import keep, pieces_of, prepare
from complaint_gift.training.shipped import shipped_model, shipped_pieces
from complaint_gift.training.source import PackedEncoder

LIGHTLY = Plan(epochs=2, budget=1800, rate=5e-5, head_rate=5e-4, seed=21)
TWICE = 2  # new texts are few: a round sees each so often
AGAIN = 0.5  # of the texts that are known, messages excepted
AGAIN_MESSAGES = 0.8
STRIDE = 0.5  # of the way from the old weights to the new: half of it keeps more of what they could


def train_further(
    corpus: Path, folder: Path, weights: Path, files: Collection[str], epochs: int, stride: float
) -> None:
    """`files`: names of the corpus without their ending, whose texts are new; writes over `weights`."""
    missing = [name for name in files if not (corpus / f"{name}.jsonl").exists()]
    if missing:
        raise SystemExit(f"not in {corpus}: {', '.join(missing)}; name files without .jsonl")
    source = PackedEncoder()
    ground = prepare(corpus, folder, FOLDS, shipped_pieces(weights, source))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, before = shipped_model(weights, source).to(device), shipped_model(weights, source).to(device)
    documents = _mixed(ground.documents, files, random.Random(LIGHTLY.seed))
    print(f"{len(documents)} documents a round", flush=True)
    plan = replace(LIGHTLY, epochs=epochs)
    pieces = pieces_of(ground, source, device)
    train(model, documents, pieces, ground.noise, ground.neutral, plan, "further")
    _step_back(model, before, 1.0 - stride)
    keep(model, folder / "final.pt")
    write_weights(ground, weights)


def _mixed(documents: list[Document], files: Collection[str], dice: random.Random) -> list[Document]:
    chosen: list[Document] = []
    for each in documents:
        if each.file in files:
            chosen += [each] * TWICE
        elif dice.random() < (AGAIN if each.message is None else AGAIN_MESSAGES):
            chosen.append(each)
    dice.shuffle(chosen)
    return chosen


@torch.no_grad()
def _step_back(model: Model, before: Model, share: float) -> None:
    for part, old in zip(model.parts(), before.parts(), strict=True):
        for weight, was in zip(part.parameters(), old.parameters(), strict=True):
            weight.lerp_(was, share)
