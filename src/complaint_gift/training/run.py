"""The whole training: out-of-fold scores, the final model, its files."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from complaint_gift.learned.tokenizer import Tokenizer
from complaint_gift.training.corpus import FOLDS, Document, read_corpus, read_lines
from complaint_gift.training.examples import States, noisy
from complaint_gift.training.learning import Model, Plan, Scores, score, train
from complaint_gift.training.network import Context, Embedding, load_layer
from complaint_gift.training.source import PackedEncoder, unpack
from complaint_gift.training.vocabulary import prune

FROZEN = 6


@dataclass
class Ground:
    """What every run shares: texts, their cached states, the untrained model."""

    source: PackedEncoder
    kept: torch.Tensor
    embedding: Embedding
    frozen: nn.ModuleList
    states: States
    noise: dict[str, str]
    neutral: dict[str, list[str]]
    documents: list[Document]
    model: Model
    tokenizer: Tokenizer


def prepare(folder: Path, frozen_layers: int = FROZEN) -> Ground:
    torch.manual_seed(1)
    began = time.monotonic()
    documents = read_corpus(folder)
    neutral: dict[str, list[str]] = {"en": [], "ru": []}
    for row in read_lines(folder / "neutral.jsonl"):
        neutral[row["lang"]].append(row["text"])
    units = [unit for document in documents for unit in document.units]
    source = PackedEncoder()
    kept = prune(source.pieces, source.scores, (unit.text for unit in units))
    tokenizer = Tokenizer([source.pieces[i] for i in kept], source.scores[kept].tolist())
    blocks = source.packed("emb.word").reshape(len(source.pieces) + 35, -1, 18)[kept]
    words = torch.from_numpy(unpack(blocks.reshape(-1, 18)).reshape(len(kept), -1))
    layers = [load_layer(source, number).eval() for number in range(source.size.layers)]
    embedding = Embedding(source).eval()
    print(
        f"{len(documents)} documents, {len(units)} units, {len(kept)} pieces",
        flush=True,
    )
    states = States(tokenizer, words, embedding, layers[:frozen_layers])
    dice = random.Random(3)
    noise = {
        unit.text: noisy(unit.text, dice)
        for document in documents
        if document.source in {"corpus", "extra", "message"}
        for unit in document.units
    }
    states.add(units)
    states.add([type(units[0])(text, 0) for text in noise.values()])
    states.add([type(units[0])(text, 0) for texts in neutral.values() for text in texts])
    print(f"frozen states {time.monotonic() - began:.0f} s", flush=True)
    model = Model(nn.ModuleList(layers[frozen_layers:]), Context(source.size))
    return Ground(
        source,
        torch.from_numpy(kept),
        embedding,
        nn.ModuleList(layers[:frozen_layers]),
        states,
        noise,
        neutral,
        documents,
        model,
        tokenizer,
    )


def out_of_fold(ground: Ground, plan: Plan, folds: range = range(FOLDS)) -> list[Scores]:
    """Every document scored by a model that has not seen it."""
    found: list[Scores] = []
    for fold in folds:
        model = ground.model.fresh()
        seen = [document for document in ground.documents if document.fold != fold]
        unseen = [document for document in ground.documents if document.fold == fold]
        train(model, seen, ground.states, ground.noise, ground.neutral, plan)
        found += score(model, unseen, ground.states)
        print(f"fold {fold} done", flush=True)
    return found


def final(ground: Ground, plan: Plan) -> Model:
    model = ground.model.fresh()
    train(model, ground.documents, ground.states, ground.noise, ground.neutral, plan)
    return model
