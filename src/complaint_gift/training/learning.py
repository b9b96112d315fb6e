"""One training run of the layers that are trained and of the heads, and the scores of a trained model."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from complaint_gift.learned.heads import HEADS, KINDS, REPLY, SEVERITIES, TRIGGERS
from complaint_gift.training.corpus import Document, Unit
from complaint_gift.training.examples import (
    Batch,
    States,
    bag_targets,
    batches,
    gather,
    unit_targets,
)
from complaint_gift.training.network import Context, attention_bias, places_of

REPLY_HEADS = [head for head in HEADS if not head.startswith(("note-", "manager-"))]
NEUTRAL_SURE = 0.05
KIND_WEIGHT = 2.0


@dataclass
class Model:
    upper: nn.ModuleList
    context: Context

    def parts(self) -> list[nn.Module]:
        return [self.upper, self.context]

    def encode(self, states: Sequence[Tensor]) -> Tensor:
        """(units, width): the mean of the pieces of each."""
        lengths = torch.tensor([len(state) for state in states])
        present = (torch.arange(int(lengths.max()))[None] < lengths[:, None]).float()
        bias, places = attention_bias(present), places_of(present)
        x = torch.cat(list(states)).float()
        for layer in self.upper:
            x = layer(x, bias, places)
        units = torch.arange(len(states)).repeat_interleave(lengths)
        return torch.zeros(len(states), x.shape[1]).index_add(0, units, x.float()) / lengths[:, None]

    def __call__(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):  # once a batch: it remembers the cast weights
            vectors = self.encode(batch.units)
        rows = [len(states) for states in batch.states]
        units = nn.utils.rnn.pad_sequence(list(vectors.split(rows)), batch_first=True)
        return self.context(units, batch.kind, batch.place, batch.present)


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
    for row, document in enumerate(batch.documents):
        if document.message is not None:
            total = total + message_loss(message[row, : len(document.units)], document.message)
    return total / len(batch.documents)


def message_loss(logits: Tensor, known: dict[str, object]) -> Tensor:
    """`logits` (passages, outputs): kind and severity by the mean passage, triggers by the strongest."""
    mean, best = logits.mean(0), logits.max(0).values
    kinds, severities = len(KINDS), len(SEVERITIES)
    loss = KIND_WEIGHT * functional.cross_entropy(
        mean[None, :kinds], torch.tensor([KINDS.index(str(known["kind"]))]), label_smoothing=0.05
    )
    if known.get("severity"):
        wanted = torch.tensor([SEVERITIES.index(str(known["severity"]))])
        loss = loss + 0.5 * functional.cross_entropy(
            mean[None, kinds : kinds + severities], wanted, label_smoothing=0.05
        )
    if known.get("triggers") is not None:
        truth = trigger_truth(known["triggers"])
        each = functional.binary_cross_entropy_with_logits(
            best[kinds + severities :], truth * 0.95 + 0.02, pos_weight=torch.tensor(5.0), reduction="none"
        )
        loss = loss + 0.4 * each.sum()
    return loss


def trigger_truth(named: object) -> Tensor:
    return torch.tensor([float(trigger in set(named)) for trigger in TRIGGERS])  # type: ignore[call-overload]


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
    epochs: int = 3
    rate: float = 7e-5
    head_rate: float = 1e-3
    warm_up: float = 0.06
    seed: int = 7


def train(
    model: Model,
    documents: list[Document],
    states: States,
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
    rounds = [list(batches(documents, dice)) for _ in range(plan.epochs)]
    steps = sum(map(len, rounds))
    optimiser = _optimiser(model, plan)

    def pace(step: int) -> float:
        return min((step + 1) / (plan.warm_up * steps), max(0.0, (steps - step) / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    began = time.monotonic()
    for number, groups in enumerate(rounds):
        total = 0.0
        for count, group in enumerate(groups):
            some = [surrounded(document, neutral, dice) for document in group]
            texts = [_mistyped(document, noise, dice) for document in some]
            loss = loss_of(model, gather(some, states, texts))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(
                [weight for part in model.parts() for weight in part.parameters()], 1.0, foreach=True
            )
            optimiser.step()
            schedule.step()
            total += loss.item()
            if count % 100 == 0:
                print(
                    f"run {name} epoch {number} step {count}/{len(groups)} loss {total / (count + 1):.3f}"
                    f" {time.monotonic() - began:.0f} s",
                    flush=True,
                )
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
    bag: Tensor  # (heads,) logits
    units: Tensor  # (units, heads) logits
    message: Tensor  # (units, outputs) logits


@torch.no_grad()
def score(model: Model, documents: list[Document], states: States) -> list[Scores]:
    for part in model.parts():
        part.eval()
    found = []
    for group in batches(documents, random.Random(0), 1500):
        batch = gather(group, states, [[unit.text for unit in document.units] for document in group])
        logits, message = model(batch)
        bags = bag_logits(logits, batch)
        for row, document in enumerate(group):
            count = len(document.units)
            found.append(Scores(document, bags[row], logits[row, :count], message[row, :count]))
    return found
