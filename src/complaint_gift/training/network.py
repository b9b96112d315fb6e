"""The network: a sentence encoder, a light layer over the sentences of one text, and the heads."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from complaint_gift.learned.heads import KINDS, MOST_UNITS, SEVERITIES, TRIGGERS
from complaint_gift.rules.heads import HEADS
from complaint_gift.training.source import PackedEncoder, Size

MESSAGE_OUTPUTS = len(KINDS) + len(SEVERITIES) + len(TRIGGERS)


class Dropout(nn.Module):
    """Dropout with masks out of one long random row: drawing each anew would take a tenth of a step."""

    LENGTH = 1 << 22

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self._kept: dict[tuple[torch.dtype, torch.device], Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        key = x.dtype, x.device
        if key not in self._kept:
            kept = torch.rand(self.LENGTH, device=x.device) >= self.share
            self._kept[key] = kept.to(x.dtype) / (1 - self.share)
        first = int(torch.randint(self.LENGTH - x.numel(), (1,)))
        return x * self._kept[key][first : first + x.numel()].view(x.shape)


class Layer(nn.Module):
    """One transformer layer, normalised after each half as in BERT."""

    def __init__(self, size: Size, dropout: float = 0.1) -> None:
        super().__init__()
        width = size.width
        self.heads = size.heads
        self.q, self.k, self.v, self.ao = (nn.Linear(width, width) for _ in range(4))
        self.aln, self.oln = nn.LayerNorm(width, size.epsilon), nn.LayerNorm(width, size.epsilon)
        self.fi, self.fo = nn.Linear(width, size.inner), nn.Linear(size.inner, width)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor, places: Tensor) -> Tensor:
        """`x` (pieces, width): the pieces of all rows without padding; `places`: where each stands in
        (rows, length) laid out flat; `bias` (rows, 1, 1, length)."""
        rows, length, width = len(bias), bias.shape[-1], x.shape[-1]
        asked = functional.linear(
            x,
            torch.cat([self.q.weight, self.k.weight, self.v.weight]),
            torch.cat([self.q.bias, self.k.bias, self.v.bias]),
        )
        padded = asked.new_zeros(rows * length, 3 * width).index_copy(0, places, asked)
        parted = padded.view(rows, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        queries, keys, values = parted.unbind()
        # Spelt out: torch's own attention takes three times as long backwards on sentences of this length.
        likeness = queries @ keys.transpose(2, 3) * (width // self.heads) ** -0.5
        mixed = torch.softmax(likeness + bias.to(likeness.dtype), dim=-1) @ values
        mixed = mixed.transpose(1, 2).reshape(rows * length, width)[places]
        x = self.aln(x + self.dropout(self.ao(mixed)))
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
    """Embedded pieces plus positions, normalised: `words` (pieces, width), `places` (pieces,)."""

    def __init__(self, source: PackedEncoder) -> None:
        super().__init__()
        width = source.size.width
        self.position = nn.Parameter(torch.from_numpy(source.tensor("emb.pos")).view(-1, width))
        self.sort = nn.Parameter(torch.from_numpy(source.tensor("emb.type"))[:width])
        self.norm = nn.LayerNorm(width, source.size.epsilon)
        self.norm.weight.data = torch.from_numpy(source.tensor("emb.ln.w"))
        self.norm.bias.data = torch.from_numpy(source.tensor("emb.ln.b"))

    def forward(self, words: Tensor, places: Tensor) -> Tensor:
        return self.norm(words + self.position[places] + self.sort)


def places_of(present: Tensor) -> Tensor:
    """(rows, length) of ones and zeros to the places of the ones, laid out flat."""
    return present.flatten().nonzero()[:, 0]


def attention_bias(present: Tensor) -> Tensor:
    """(rows, length) of ones and zeros to the additive mask of attention."""
    return (1.0 - present[:, None, None, :]) * -1e4


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
        self.dropout = nn.Dropout(0.1)
        self.alone = nn.Linear(size.width, len(HEADS))
        self.together = nn.Linear(size.width, len(HEADS))
        self.message = nn.Linear(size.width, MESSAGE_OUTPUTS)
        for embedding in (self.kind, self.place):
            nn.init.normal_(embedding.weight, std=0.02)
        nn.init.zeros_(self.together.weight)

    def forward(self, units: Tensor, kind: Tensor, place: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.dropout(units)
        placed = units + self.kind(kind) + self.place(place)
        places = places_of(present)
        flat = self.mix(placed.flatten(0, 1)[places], attention_bias(present), places)
        mixed = torch.zeros_like(units).flatten(0, 1).index_copy(0, places, flat).view(units.shape)
        return self.alone(seen) + self.together(self.dropout(mixed)), self.message(seen)
