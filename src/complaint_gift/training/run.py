"""The runs of a training: one a fold for the out-of-fold scores, one on everything for the weights."""

import os
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from complaint_gift.learned.tokenizer import Tokenizer
from complaint_gift.training.corpus import Document, Unit, read_corpus, read_lines
from complaint_gift.training.examples import Pieces, ids_of, noisy
from complaint_gift.training.learning import Model, Plan, Scores, score, train
from complaint_gift.training.network import Context, Embedding, Layer, load_layer
from complaint_gift.training.source import BLOCK, BLOCK_BYTES, PackedEncoder, unpack
from complaint_gift.training.vocabulary import prune

NOISY = frozenset({"corpus", "near", "extra", "message"})


@dataclass
class Ground:
    """What every run shares; `folder` keeps it between processes."""

    folder: Path
    documents: list[Document]
    noise: dict[str, str]
    neutral: dict[str, list[str]]
    kept: list[int]
    folds: int
    ids: dict[str, bytes]  # see Pieces

    def save(self) -> None:
        (self.folder / "ground.pickle").write_bytes(pickle.dumps(self))


def prepare(corpus: Path, folder: Path, folds: int, kept: list[int] | None = None) -> Ground:
    """Reads the texts, prunes the vocabulary (or keeps to `kept`), cuts every text into pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("scores-*.pickle"):  # of a training with other folds
        left.unlink()
    documents = read_corpus(corpus, folds)
    neutral: dict[str, list[str]] = {"en": [], "ru": []}
    for row in read_lines(corpus / "neutral.jsonl"):
        neutral[row["lang"]].append(row["text"])
    units = [unit for document in documents for unit in document.units]
    dice = random.Random(3)
    noise = {
        unit.text: noisy(unit.text, dice)
        for document in documents
        if document.source in NOISY
        for unit in document.units
    }
    source = PackedEncoder()
    kept = kept or prune(source.pieces, source.scores, (unit.text for unit in units)).tolist()
    print(f"{len(documents)} documents, {len(units)} units, {len(kept)} pieces", flush=True)
    tokenizer = Tokenizer([source.pieces[at] for at in kept], source.scores[kept].tolist())
    units += [Unit(text, 0) for text in [*noise.values(), *neutral["en"], *neutral["ru"]]]
    ground = Ground(folder, documents, noise, neutral, kept, folds, ids_of(units, tokenizer))
    ground.save()
    print("the texts are ready", flush=True)
    return ground


def pieces_of(ground: Ground, source: PackedEncoder, device: torch.device) -> Pieces:
    width = source.size.width
    blocks = source.packed("emb.word").reshape(-1, width // BLOCK, BLOCK_BYTES)[ground.kept]
    words = torch.from_numpy(unpack(blocks.reshape(-1, BLOCK_BYTES)).reshape(-1, width))
    return Pieces(ground.ids, words, Embedding(source), device)


def fresh_model(source: PackedEncoder) -> Model:
    torch.manual_seed(1)
    # Four bits blunt every layer of the source: the more of them are trained, the more is caught.
    layers = [load_layer(source, number) for number in range(source.size.layers)]
    return Model(nn.ModuleList(layers), Context(source.size))


def run_all(ground: Ground, plan: Plan) -> None:
    """The final run and every fold, each in a process of one thread, one a processor at once."""
    command = [sys.executable, "-m", "complaint_gift.training", "--work", str(ground.folder)]
    command += ["--epochs", str(plan.epochs), "--run"]
    names = ["final", *map(str, range(ground.folds))]
    with ThreadPoolExecutor(os.cpu_count()) as abreast:
        ended = abreast.map(lambda name: subprocess.run([*command, name], check=False).returncode, names)
        failed = [name for name, code in zip(names, ended, strict=True) if code]
    if failed:
        raise SystemExit(f"these runs failed: {', '.join(failed)}")


def run(folder: Path, name: str, plan: Plan) -> None:
    """One run; leaves NAME.pt, for a fold scores-N.pickle too."""
    torch.set_num_threads(1)
    ground: Ground = pickle.loads((folder / "ground.pickle").read_bytes())
    source = PackedEncoder()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pieces = pieces_of(ground, source, device)
    model = fresh_model(source).to(device)
    seen = [each for each in ground.documents if name == "final" or each.fold != int(name)]
    train(model, seen, pieces, ground.noise, ground.neutral, plan, name)
    keep(model, folder / f"{name}.pt")
    if name == "final":
        return
    unseen = [each for each in ground.documents if each.fold == int(name)]
    (folder / f"scores-{name}.pickle").write_bytes(pickle.dumps(score(model, unseen, pieces)))


def keep(model: Model, path: Path) -> None:
    torch.save((model.upper.state_dict(), model.context.state_dict()), path)


def scores_of(folder: Path) -> list[Scores]:
    """Every document scored by a model that has not seen it."""
    found: list[Scores] = []
    for path in sorted(folder.glob("scores-*.pickle")):
        found += pickle.loads(path.read_bytes())
    return found


def final_model(folder: Path, source: PackedEncoder) -> tuple[list[Layer], Context]:
    """The trained layers and the rest."""
    model = fresh_model(source)
    upper, context = torch.load(folder / "final.pt", map_location="cpu")
    model.upper.load_state_dict(upper)
    model.context.load_state_dict(context)
    return list(model.upper), model.context
