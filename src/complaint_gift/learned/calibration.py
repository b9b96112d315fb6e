"""Raw logits to scores whose dividing line is 0.5 for every head, in every language.

The line of a head lies where its out-of-fold scores part best; it differs from head to head. Moving it here
lets a playbook write one threshold, and lets weights change without a word in any playbook.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Limits = Mapping[str, Mapping[str, float]]
LANGUAGES = ("en", "ru")


def language_of(text: str) -> str:
    """`ru` where Cyrillic letters outnumber the Latin ones, else `en`: a vote of the alphabet."""
    cyrillic = sum("\u0400" <= character <= "\u04ff" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    return "ru" if cyrillic > latin else "en"


class Calibration:
    """`limits` holds raw scores, head -> language -> score; a head without one keeps its raw score."""

    def __init__(self, heads: Sequence[str], limits: Limits) -> None:
        self._shifts = {
            language: [_logit(limits.get(head, {}).get(language, 0.5)) for head in heads]
            for language in LANGUAGES
        }

    def scores(self, logits: "NDArray[np.float32]", texts: Sequence[str]) -> Any:
        """(units, heads) logits of these texts to scores of the same shape."""
        import numpy as np

        shifts = np.array([self._shifts[language_of(text)] for text in texts], np.float32)
        return 1 / (1 + np.exp(-np.clip(logits - shifts, -30, 30)))


def _logit(score: float) -> float:
    score = min(max(score, 0.001), 0.999)
    return math.log(score / (1 - score))
