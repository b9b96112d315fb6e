"""Raw logits to scores whose dividing line is 0.5 for every head, in every language, at every length.

The line of a head lies where its out-of-fold scores part best; it differs from head to head. Moving it here
lets a playbook write one threshold, and lets weights change without a word in any playbook.

The more sentences a reply has, the likelier one of them sounds like a fault by mistake: for faults the line
of a whole reply mostly lies higher than that of a sentence or two. Between the two it moves evenly.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# head -> language -> raw scores on the line: of a short text, of a whole reply.
Limits = Mapping[str, Mapping[str, Sequence[float]]]
LANGUAGES = ("en", "ru")
SHORT, WHOLE = 2, 4  # sentences: at most, at least
UNKNOWN = (0.5, 0.5)


def language_of(text: str) -> str:
    """`ru` where Cyrillic letters outnumber the Latin ones, else `en`: a vote of the alphabet."""
    cyrillic = sum("\u0400" <= character <= "\u04ff" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    return "ru" if cyrillic > latin else "en"


def wholeness(sentences: int) -> float:
    """0 for a short text, 1 for a whole reply."""
    return min(max((sentences - SHORT) / (WHOLE - SHORT), 0.0), 1.0)


class Calibration:
    """A head without `limits` keeps its raw score."""

    def __init__(self, heads: Sequence[str], limits: Limits) -> None:
        self._lines = {
            language: [
                [logit(score) for score in limits.get(head, {}).get(language, UNKNOWN)] for head in heads
            ]
            for language in LANGUAGES
        }

    def lines(self, sentences: int) -> "dict[str, NDArray[np.float32]]":
        """language -> (heads,) logits on the line, in a reply of so many sentences."""
        import numpy as np

        share = wholeness(sentences)
        weights = np.array([1 - share, share], np.float32)
        return {language: np.array(both, np.float32) @ weights for language, both in self._lines.items()}

    def scores(self, logits: "NDArray[np.float32]", texts: Sequence[str]) -> Any:
        """(sentences, heads) logits of all sentences of one reply to scores of the same shape."""
        import numpy as np

        lines = self.lines(len(texts))
        shifts = np.stack([lines[language_of(text)] for text in texts])
        return 1 / (1 + np.exp(-np.clip(logits - shifts, -30, 30)))


def logit(score: float) -> float:
    score = min(max(score, 0.001), 0.999)
    return math.log(score / (1 - score))
