"""Words and model together: what a sure word still needs."""

import numpy as np
import pytest

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.heads import KINDS, SEVERITIES, TRIGGERS

SURE, NONE = "Подаю на вас в суд!", "Ждём ответа"


def logits(kind: str, court: float) -> np.ndarray:
    """One passage whose only opinions are a kind and a court."""
    row = np.full(len(KINDS) + len(SEVERITIES) + len(TRIGGERS), -9.0)
    row[KINDS.index(kind)] = 5.0
    row[len(KINDS) + len(SEVERITIES) + TRIGGERS.index("court")] = court
    return np.array([row])


@pytest.mark.parametrize(
    ("text", "kind", "court", "limits", "is_court"),
    [
        (SURE, "complaint", -9.0, (0.0, -1.0), True),  # weights that know no third limit
        (SURE, "complaint", -9.0, (0.0, -1.0, -4.0), False),
        (SURE, "complaint", -3.0, (0.0, -1.0, -4.0), True),
        (SURE, "other", -3.0, (0.0, -1.0, -4.0), False),
        (NONE, "complaint", -0.5, (0.0, -1.0, -4.0), False),
        (NONE, "complaint", 0.5, (0.0, -1.0, -4.0), True),
    ],
)
def test_a_sure_word_needs_least_of_the_model(
    text: str, kind: str, court: float, limits: tuple[float, ...], is_court: bool
) -> None:
    classifier = Classifier(None, {"triggers": {"court": limits}})
    found = classifier.judge(text, lexicon.triggers(text), logits(kind, court))
    assert ("court" in found.triggers) == is_court


def test_a_court_makes_a_complaint_critical() -> None:
    found = Classifier(None, {}).judge(SURE, lexicon.triggers(SURE), logits("complaint", 3.0))
    assert (found.kind, found.severity) == ("complaint", "critical")
