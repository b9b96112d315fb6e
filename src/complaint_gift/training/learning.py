"""One training run of the layers that are trained and of the heads, and the scores of a trained model."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from complaint_gift.learned.heads import KINDS, REPLY, SEVERITIES, TRIGGERS
from complaint_gift.rules.heads import HEADS
from complaint_gift.training.corpus import Document, Unit
from complaint_gift.training.examples import (
    Batch,
    Pieces,
    bag_targets,
    batches,
    gather,
    unit_targets,
)
from complaint_gift.training.network import Context, attention_bias, places_of

REPLY_HEADS = [head for head in HEADS if not head.startswith(("note-", "manager-"))]
NEUTRAL_SURE = 0.05
KIND_WEIGHT = 2.0
IGNORED = -100  # a place in no list: costs nothing


@dataclass
class Model:
    upper: nn.ModuleList
    context: Context

    def parts(self) -> list[nn.Module]:
        return [self.upper, self.context]

    def to(self, device: torch.device) -> "Model":
        for part in self.parts():
            part.to(device)
        return self

    def encode(self, batch: Batch) -> Tensor:
        """(units, width): the mean of the pieces of each."""
        lengths = batch.lengths
        present = (torch.arange(int(lengths.max()))[None] < lengths[:, None]).float()
        places = places_of(present).to(batch.device)
        bias = attention_bias(present.to(batch.device))
        x = batch.pieces
        for layer in self.upper:
            x = layer(x, bias, places)
        units = torch.arange(len(lengths)).repeat_interleave(lengths).to(batch.device)
        total = torch.zeros(len(lengths), x.shape[1], device=batch.device).index_add(0, units, x.float())
        return total / lengths[:, None].to(batch.device)

    def __call__(self, batch: Batch) -> tuple[Tensor, Tensor]:
        # Once a batch: it remembers the cast weights.
        with torch.autocast(batch.device.type, dtype=torch.bfloat16, enabled=halves(batch.device)):
            vectors = self.encode(batch)
        units = nn.utils.rnn.pad_sequence(list(vectors.split(batch.rows)), batch_first=True)
        return self.context(units, batch.kind, batch.place, batch.present)


@cache
def halves(device: torch.device) -> bool:
    """Whether 16 bits are faster there: a processor that only imitates them takes three times as long."""
    return device.type != "cpu" or bool(torch.cpu._is_avx512_bf16_supported())


def bag_logits(logits: Tensor, batch: Batch) -> Tensor:
    """(documents, heads): the strongest sentence speaks for the text, softly."""
    replies = ((batch.kind == REPLY) & (batch.present > 0))[..., None]
    share = torch.softmax(logits.masked_fill(~replies, -1e4), dim=1)
    return (share * logits).sum(1)


def loss_of(model: Model, batch: Batch) -> Tensor:
    logits, message = model(batch)
    truth, weight = unit_targets(batch)
    each = functional.binary_cross_entropy_with_logits(logits, truth * 0.97 + 0.01, reduction="none")
    total = (each * weight).sum() * 0.5
    truth, weight = bag_targets(batch)
    each = functional.binary_cross_entropy_with_logits(
        bag_logits(logits, batch), truth * 0.9 + 0.05, reduction="none"
    )
    total = total + (each * weight).sum()
    rows = [row for row, document in enumerate(batch.documents) if document.message is not None]
    if rows:
        known = [document.message for document in batch.documents if document.message is not None]
        total = total + message_loss(message[rows], batch.present[rows] > 0, known)
    return total / len(batch.documents)


def message_loss(logits: Tensor, present: Tensor, known: list[dict[str, Any]]) -> Tensor:
    """`logits` (messages, passages, outputs): kind and severity by the mean passage, triggers by the
    strongest; what is not known of a message costs nothing."""
    there = present[..., None]
    mean = (logits * there).sum(1) / there.sum(1)
    best = logits.masked_fill(~there, -1e4).max(1).values
    kinds, severities = len(KINDS), len(SEVERITIES)

    def told(name: str, names: Sequence[str]) -> Tensor:
        places = [names.index(each[name]) if each.get(name) else IGNORED for each in known]
        return torch.tensor(places, device=logits.device)

    cross = partial(functional.cross_entropy, reduction="sum", ignore_index=IGNORED, label_smoothing=0.05)
    loss = KIND_WEIGHT * cross(mean[:, :kinds], told("kind", KINDS))
    loss = loss + 0.5 * cross(mean[:, kinds : kinds + severities], told("severity", SEVERITIES))
    labelled = [row for row, each in enumerate(known) if each.get("triggers") is not None]
    truth = torch.tensor(
        [[float(trigger in known[row]["triggers"]) for trigger in TRIGGERS] for row in labelled],
        device=logits.device,
    ).view(-1, len(TRIGGERS))
    each = functional.binary_cross_entropy_with_logits(
        best[labelled, kinds + severities :],
        truth * 0.95 + 0.02,
        pos_weight=torch.tensor(5.0, device=logits.device),
        reduction="sum",
    )
    return loss + 0.4 * each


def surrounded(document: Document, neutral: dict[str, list[str]], dice: random.Random) -> Document:
    """A short text between the greetings and signatures of a whole reply, which say nothing themselves."""
    if document.source not in {"corpus", "near", "extra", "context"} or dice.random() > 0.35:
        return document
    if document.check.startswith(("note-", "manager-")):
        return document
    before = [Unit(dice.choice(neutral[document.lang]), REPLY)] if dice.random() < 0.7 else []
    after = [Unit(dice.choice(neutral[document.lang]), REPLY)] if dice.random() < 0.7 else []
    replies = [unit for unit in document.units if unit.kind == REPLY]
    rest = [unit for unit in document.units if unit.kind != REPLY]
    known = {
        (number, head): (0.0, NEUTRAL_SURE)
        for number in [
            *range(len(before)),
            *range(len(before) + len(replies), len(before) + len(replies) + len(after)),
        ]
        for head in REPLY_HEADS
    }
    return replace(document, units=[*before, *replies, *after, *rest], units_known=known)


@dataclass(frozen=True)
class Plan:
    epochs: int = 7
    budget: int = 3600  # pieces a step, see batches
    rate: float = 1.5e-4
    head_rate: float = 1.4e-3
    warm_up: float = 0.06
    seed: int = 7


def train(
    model: Model,
    documents: list[Document],
    pieces: Pieces,
    noise: dict[str, str],
    neutral: dict[str, list[str]],
    plan: Plan,
    name: str,
) -> None:
    """Trains `model` in place; `name` stands in the lines of progress."""
    torch.manual_seed(plan.seed)
    dice = random.Random(plan.seed)
    for part in model.parts():
        part.train()
    rounds = [list(batches(documents, dice, plan.budget)) for _ in range(plan.epochs)]
    steps = sum(map(len, rounds))
    optimiser = _optimiser(model, plan)

    def pace(step: int) -> float:
        return min((step + 1) / (plan.warm_up * steps), max(0.0, (steps - step) / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    began = time.monotonic()
    for number, groups in enumerate(rounds):
        total = torch.zeros((), device=pieces.device)
        for count, group in enumerate(groups):
            some = [surrounded(document, neutral, dice) for document in group]
            texts = [_mistyped(document, noise, dice) for document in some]
            loss = loss_of(model, gather(some, pieces, texts))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(
                [weight for part in model.parts() for weight in part.parameters()], 1.0, foreach=True
            )
            optimiser.step()
            schedule.step()
            total += loss.detach()
            if count % 100 == 0:
                mean = float(total) / (count + 1)
                where = f"run {name} epoch {number} step {count}/{len(groups)}"
                print(f"{where} loss {mean:.3f} {time.monotonic() - began:.0f} s", flush=True)
    for part in model.parts():
        part.eval()


def _optimiser(model: Model, plan: Plan) -> torch.optim.AdamW:
    groups = [
        {"params": model.upper.parameters(), "lr": plan.rate},
        {"params": model.context.parameters(), "lr": plan.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def _mistyped(document: Document, noise: dict[str, str], dice: random.Random) -> list[str]:
    """Its sentences, a quarter of those that have a mistyped twin replaced by it."""
    return [
        noise[unit.text] if unit.text in noise and dice.random() < 0.25 else unit.text
        for unit in document.units
    ]


@dataclass
class Scores:
    document: Document
    units: Tensor  # (units, heads) logits
    message: Tensor  # (units, outputs) logits


@torch.no_grad()
def score(model: Model, documents: list[Document], pieces: Pieces) -> list[Scores]:
    for part in model.parts():
        part.eval()
    found = []
    for group in batches(documents, random.Random(0), 1500):
        batch = gather(group, pieces, [[unit.text for unit in document.units] for document in group])
        logits, message = model(batch)
        logits, message = logits.cpu(), message.cpu()
        for row, document in enumerate(group):
            count = len(document.units)
            found.append(Scores(document, logits[row, :count], message[row, :count]))
    return found
