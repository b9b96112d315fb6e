"""What a customer's message is: the model says it where it answers, stock words where it does not."""

from dataclasses import dataclass
from typing import Protocol

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classification, Classifier
from complaint_gift.learned.heads import KINDS


class Ears(Protocol):
    """Asks the inference process; `learned.client.Client` is one."""

    def classify(self, text: str) -> Classification | None:
        """None while the process does not answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A classification, and who made it; `words` are those of a complaint that decided without a model."""

    kind: str
    score: float
    severity: str
    triggers: tuple[str, ...]
    employees: tuple[str, ...]
    is_learned: bool
    words: str = ""


class Listener:
    """Has `classify` and always an answer. Without `ears` the stock words speak alone."""

    def __init__(self, ears: Ears | None = None) -> None:
        self._ears = ears
        self._words = Classifier()

    def classify(self, text: str) -> Heard:
        """Whatever the text is."""
        found = self._ears.classify(text) if self._ears is not None else None
        is_learned = found is not None
        said = found if found is not None else self._words.classify(text)
        words = "" if is_learned or said.kind != KINDS[0] else _deciding_words(text)
        return Heard(said.kind, said.score, said.severity, said.triggers, said.employees, is_learned, words)


def _deciding_words(text: str) -> str:
    """The first stock words of a complaint as they stand in the text, "" for none."""
    return next(iter(lexicon.complaining_words(text)), "")
