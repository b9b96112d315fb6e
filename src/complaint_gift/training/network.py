"""The network: a sentence encoder, a light layer over the sentences of one text, and the heads."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from complaint_gift.learned.heads import HEADS, KINDS, MOST_UNITS, SEVERITIES, TRIGGERS
from complaint_gift.training.source import PackedEncoder, Size

MESSAGE_OUTPUTS = len(KINDS) + len(SEVERITIES) + len(TRIGGERS)


class Layer(nn.Module):
    """One transformer layer, normalised after each half as in BERT."""

    def __init__(self, size: Size, dropout: float = 0.1) -> None:
        super().__init__()
        width = size.width
        self.heads = size.heads
        self.q, self.k, self.v, self.ao = (nn.Linear(width, width) for _ in range(4))
        self.aln, self.oln = nn.LayerNorm(width, size.epsilon), nn.LayerNorm(width, size.epsilon)
        self.fi, self.fo = nn.Linear(width, size.inner), nn.Linear(size.inner, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        rows, length, width = x.shape

        def parted(y: Tensor) -> Tensor:
            return y.view(rows, length, self.heads, width // self.heads).transpose(1, 2)

        # Spelt out: torch's own attention takes three times as long backwards on sentences of this length.
        queries, keys, values = parted(self.q(x)), parted(self.k(x)), parted(self.v(x))
        likeness = queries @ keys.transpose(2, 3) * (width // self.heads) ** -0.5
        mixed = torch.softmax(likeness + bias.to(likeness.dtype), dim=-1) @ values
        x = self.aln(x + self.dropout(self.ao(mixed.transpose(1, 2).reshape(rows, length, width))))
        return self.oln(x + self.dropout(self.fo(functional.gelu(self.fi(x)))))


def load_layer(source: PackedEncoder, number: int) -> Layer:
    layer = Layer(source.size)
    for name, module in layer.named_children():
        if not isinstance(module, nn.Linear | nn.LayerNorm):
            continue
        for part in ("w", "b"):
            target = module.weight if part == "w" else module.bias
            loaded = torch.from_numpy(source.tensor(f"l{number}.{name}.{part}"))
            target.data = loaded.view(target.shape)
    return layer


class Embedding(nn.Module):
    """Embedded pieces plus positions, normalised: (rows, length, width)."""

    def __init__(self, source: PackedEncoder) -> None:
        super().__init__()
        width = source.size.width
        self.position = nn.Parameter(torch.from_numpy(source.tensor("emb.pos")).view(-1, width))
        self.sort = nn.Parameter(torch.from_numpy(source.tensor("emb.type"))[:width])
        self.norm = nn.LayerNorm(width, source.size.epsilon)
        self.norm.weight.data = torch.from_numpy(source.tensor("emb.ln.w"))
        self.norm.bias.data = torch.from_numpy(source.tensor("emb.ln.b"))

    def forward(self, words: Tensor) -> Tensor:
        length = words.shape[1]
        return self.norm(words + self.position[:length] + self.sort)


def attention_bias(present: Tensor) -> Tensor:
    """(rows, length) of ones and zeros to the additive mask of attention."""
    return (1.0 - present[:, None, None, :]) * -1e4


def pooled(x: Tensor, present: Tensor) -> Tensor:
    return (x * present[..., None]).sum(1) / present.sum(1, keepdim=True)


class Context(nn.Module):
    """Sentences of one text look at each other and at the complaint.

    Takes units (texts, units, width), their kind and position (texts, units) and which exist (ones and
    zeros); gives logits of reply heads (texts, units, heads) and of messages (texts, units, outputs).
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        inner = Size(size.width, 1, 6, size.width, 1e-5)
        self.mix = Layer(inner, dropout=0.2)
        self.kind = nn.Embedding(2, size.width)
        self.place = nn.Embedding(MOST_UNITS, size.width)
        self.gate = nn.Parameter(torch.full((size.width,), 0.1))
        self.dropout = nn.Dropout(0.1)
        self.alone = nn.Linear(size.width, len(HEADS))
        self.together = nn.Linear(size.width, len(HEADS))
        self.message = nn.Linear(size.width, MESSAGE_OUTPUTS)
        for embedding in (self.kind, self.place):
            nn.init.normal_(embedding.weight, std=0.02)
        nn.init.zeros_(self.together.weight)

    def forward(self, units: Tensor, kind: Tensor, place: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.dropout(units)
        mixed = self.mix(units + self.kind(kind) + self.place(place), attention_bias(present))
        return self.alone(seen) + self.together(self.dropout(mixed)), self.message(seen)
