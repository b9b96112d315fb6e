"""Text to pieces: the unigram tokenizer of the encoder, small enough to own."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
SPACE = "\u2581"
LONGEST_WORD = 64
UNKNOWN_PENALTY = 10.0

# Where the encoder's own table differs from plain NFKC: invisible characters become a space or nothing.
_TO_SPACE = [0x9, 0xA, 0xC, 0xD, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD]
_TO_NOTHING = [*range(0x1, 0x9), 0xB, *range(0xE, 0x20), 0x7F, 0x8F, 0x9F]
_ODD = {**dict.fromkeys(map(chr, _TO_SPACE), " "), **dict.fromkeys(map(chr, _TO_NOTHING), "")}


@lru_cache(maxsize=4096)
def _normal(character: str) -> str:
    odd = _ODD.get(character)
    return unicodedata.normalize("NFKC", character) if odd is None else odd


def normalise(text: str) -> str:
    """The text as the encoder saw texts when it learned to read: compatibility forms, single spaces."""
    return " ".join("".join(map(_normal, text)).split())


class Tokenizer:
    """Splits text into the most probable pieces of a fixed vocabulary.

    `pieces` and `scores` (log probabilities) run in parallel; ids are positions in them. The first four
    pieces are begin, pad, end and unknown.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._known = {
            piece: (number, float(scores[number])) for number, piece in enumerate(pieces) if number > UNKNOWN
        }
        self._longest = max(map(len, self._known), default=1)
        self._unknown_score = min((score for _, score in self._known.values()), default=0.0) - UNKNOWN_PENALTY
        # No piece spans a space, so words can be remembered one by one.
        self._split = lru_cache(maxsize=20_000)(self._best_pieces)

    def ids(self, text: str, limit: int = 128) -> list[int]:
        """Ids of the pieces with begin and end, at most `limit` in all."""
        found: list[int] = []
        for word in normalise(text).split(" "):
            for at in range(0, len(word), LONGEST_WORD):
                found.extend(self._split(("" if at else SPACE) + word[at : at + LONGEST_WORD]))
            if len(found) >= limit - 2:
                break
        return [BEGIN, *found[: limit - 2], END]

    def _best_pieces(self, word: str) -> tuple[int, ...]:
        size = len(word)
        best = [0.0] + [float("-inf")] * size
        came_by = [(0, UNKNOWN)] * (size + 1)
        for start in range(size):
            for end in range(start + 1, min(size, start + self._longest) + 1):
                known = self._known.get(word[start:end])
                if known is not None and best[start] + known[1] > best[end]:
                    best[end], came_by[end] = best[start] + known[1], (start, known[0])
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], came_by[start + 1] = best[start] + self._unknown_score, (start, UNKNOWN)
        found: list[int] = []
        end = size
        while end:
            end, piece = came_by[end]
            found.append(piece)
        return tuple(reversed(found))
