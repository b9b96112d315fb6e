"""What a customer's message is: complaint, praise, question or other; how grave; what makes it urgent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from complaint_gift.learned import colleagues, lexicon
from complaint_gift.learned.heads import COMPLAINT, KINDS, SEVERITIES, TRIGGERS
from complaint_gift.learned.passages import passages
from complaint_gift.learned.tagger import LONGEST

if TYPE_CHECKING:
    from complaint_gift.learned.encoder import Encoder

_HARM: Final = frozenset({"health", "safety", "discrimination", "data-leak"})
CRITICAL: Final = _HARM | {"court", "regulator", "press", "deadline-near"}
RARE: Final = frozenset({"court", "regulator", "press"})  # hardly a complaint mentions one by the way
HIGH: Final = frozenset({"second-failure", "asks-manager", "leaving", "large-audience"})
CROSS: Final = _HARM | {"court", "regulator", "second-failure", "asks-manager", "money-lost"}
CALM: Final = frozenset({"deadline-near", "leaving"})  # a question says them as plainly as a complaint
CROSS_WORTH: Final = 1.5  # what a word such as "court" adds to the logit of a complaint
CERTAIN_WORTH: Final = 3.0  # the same of words that no doubt takes away
SETTLED_WORTH: Final = 3.0  # what "all sorted now, thanks" takes from it
SETTLED: Final = 200  # characters; whoever tells more may have more to tell than that
BRIEF: Final = 80  # characters
BRIEF_LIMIT: Final = 0.4  # of a complaint, where stock words say the same
PLAIN: Final = 0.7  # what stock words have to say to decide


@dataclass(frozen=True, slots=True)
class Classification:
    """`score` is how sure the kind is, 0 to 1; `employees` are the words of the message."""

    kind: str
    score: float
    severity: str
    triggers: tuple[str, ...] = ()
    employees: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Classification":
        return cls(
            str(found["kind"]),
            float(found["score"]),
            str(found["severity"]),
            tuple(found["triggers"]),
            tuple(found["employees"]),
        )


class Classifier:
    """Without an encoder the stock words decide alone, less sharply. `limits`: those of the weights."""

    def __init__(self, encoder: "Encoder | None" = None, limits: Mapping[str, Any] | None = None) -> None:
        self._encoder = encoder
        if limits is None:
            limits = encoder.limits.get("messages", {}) if encoder is not None else {}
        self._limits = limits

    def classify(self, text: str) -> Classification:
        """Whatever the text is, empty and hostile ones too."""
        text = text[:LONGEST]
        if self._encoder is None or not text.strip():
            return by_words(text)
        heard = lexicon.triggers(text)
        spans = passages(text)
        units = [(text[a:b], COMPLAINT) for a, b in spans]
        _, logits = self._encoder.logits(self._encoder.vectors(units), [COMPLAINT] * len(units))
        return self.judge(text, heard, logits)

    def is_complaint(self, text: str) -> tuple[bool, float]:
        """The answer and how sure it is, 0 to 1."""
        found = self.classify(text)
        return found.kind == KINDS[0], found.score

    def judge(self, text: str, heard: frozenset[str], logits: Any) -> Classification:
        """`logits` (passages, outputs): kind and severity by the mean passage, triggers by the strongest."""
        mean, best = logits.mean(axis=0), logits.max(axis=0)
        certain = lexicon.certain_triggers(text)
        sure = lexicon.sure_triggers(text)
        kinds = mean[: len(KINDS)].copy()
        kinds[0] += CERTAIN_WORTH if certain - CALM else CROSS_WORTH * bool(CROSS & sure)
        is_settled = len(text) <= SETTLED and not certain and lexicon.is_settled(text)
        kinds[0] -= SETTLED_WORTH * is_settled
        chances = _shares(kinds)
        complaint = float(chances[0])
        if self._is_complaint(text, chances, is_settled):
            kind, score = KINDS[0], max(complaint, 0.5)
        else:
            at = 1 + int(chances[1:].argmax())
            kind, score = KINDS[at], float(chances[at])
        of_triggers = best[len(KINDS) + len(SEVERITIES) :].tolist()
        named = tuple(
            trigger
            for trigger, logit in zip(TRIGGERS, of_triggers, strict=True)
            if (trigger in certain and kind == KINDS[0])
            or logit >= self._limit(trigger, trigger in heard, trigger in sure and kind == KINDS[0])
        )
        learned = int(mean[len(KINDS) : len(KINDS) + len(SEVERITIES)].argmax())
        return _complete(text, kind, score, severity_of(kind, named, SEVERITIES[learned]), named)

    def _is_complaint(self, text: str, chances: Any, is_settled: bool) -> bool:
        """`chances` (kinds,): in a few words the stock ones ("terrible service") say more than the model.

        It has learned from messages that tell something; of the rest "other" speaks for nothing.
        """
        complaint, praise, question, _ = chances.tolist()
        kind, sure = lexicon.kind(text) if len(text) <= BRIEF and not is_settled else ("", 0.0)
        if kind == KINDS[0] and sure >= PLAIN:
            return bool(praise + question < 0.5)
        limit = float(self._limits.get("complaint", 0.5))
        return bool(complaint >= (min(limit, BRIEF_LIMIT) if kind == KINDS[0] else limit))

    def _limit(self, trigger: str, heard: bool, sure: bool) -> float:
        """The least logit; weights that know two limits only let a sure word stand alone."""
        alone, supported, *doubted = self._limits.get("triggers", {}).get(trigger, (0.0, -1.5))
        if sure:
            return float(doubted[0]) if doubted else float("-inf")
        return float(supported if heard else alone)


def severity_of(kind: str, named: tuple[str, ...], learned: str = SEVERITIES[1]) -> str:
    """What a reason to hurry is worth; without one the model says how grave a complaint is."""
    if kind != KINDS[0]:
        return SEVERITIES[0]
    if CRITICAL & set(named):
        return SEVERITIES[3]
    if HIGH & set(named):
        return SEVERITIES[2]
    if "money-lost" in named and learned in SEVERITIES[2:]:
        return SEVERITIES[2]
    return SEVERITIES[1] if named or learned != SEVERITIES[0] else SEVERITIES[0]


def by_words(text: str) -> Classification:
    """What can be said without a model: only triggers that are said plainly, or whose words are rare."""
    sure = lexicon.sure_triggers(text) | lexicon.triggers_among(text, RARE)
    kind, score = lexicon.kind(text, bool(CROSS & sure))
    named = tuple(trigger for trigger in TRIGGERS if trigger in sure and kind == KINDS[0])
    return _complete(text, kind, score, severity_of(kind, named), named)


def _complete(text: str, kind: str, score: float, severity: str, named: tuple[str, ...]) -> Classification:
    people: tuple[str, ...] = ()
    if "names-employee" in named:
        people = colleagues.employees(text) or colleagues.likely_names(text)
    return Classification(kind, round(score, 3), severity, named, people)


def _shares(logits: Any) -> Any:
    import numpy as np

    powers = np.exp(logits - logits.max())
    return powers / powers.sum()
