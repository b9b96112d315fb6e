"""Prunes the vocabulary to what Russian and English texts use: frequent words first, then our own corpora."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from wordfreq import top_n_list, word_frequency

from complaint_gift.learned.tokenizer import UNKNOWN, Tokenizer

SIZE = 30_000
WORDS = {"en": 60_000, "ru": 120_000}
OWN_WEIGHT = 2e-6  # a piece seen once in our texts counts like a word of this frequency


def prune(pieces: list[str], scores: np.ndarray, texts: Iterable[str], size: int = SIZE) -> np.ndarray:
    """Positions of the kept pieces, the four special ones first, the rest in their old order."""
    whole = Tokenizer(pieces, scores.tolist())
    weight: dict[int, float] = defaultdict(float)
    for language, count in WORDS.items():
        for word in top_n_list(language, count):
            frequency = word_frequency(word, language)
            for form in {word, word.capitalize(), word.upper() if len(word) < 5 else word}:
                for piece in whole.ids(form)[1:-1]:
                    weight[piece] += frequency if form == word else frequency / 10
    for text in texts:
        for piece in whole.ids(text, 10_000)[1:-1]:
            weight[piece] += OWN_WEIGHT
    # Single characters keep every unseen word readable.
    for number, letters in enumerate(pieces):
        if len(letters.lstrip("\u2581")) <= 1 and _ours(letters):
            weight[number] += 1.0
    kept = sorted(_heaviest(weight, size - UNKNOWN - 1))
    return np.array([*range(UNKNOWN + 1), *kept])


def _heaviest(weight: dict[int, float], count: int) -> list[int]:
    plain = (number for number in weight if number > UNKNOWN)
    return sorted(plain, key=lambda number: (-weight[number], number))[:count]


def _ours(piece: str) -> bool:
    """Latin, Cyrillic, digits, punctuation, currency, emoji: no CJK, Arabic, Indic letters."""
    return all(
        ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x2C00 or 0x1F000 <= ord(c) < 0x1FB00 or c == "\ufe0f"
        for c in piece
    )
