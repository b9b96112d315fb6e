"""Thresholds chosen on out-of-fold scores: two a head and language, three a trigger."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from complaint_gift.learned import lexicon
from complaint_gift.learned.calibration import UNKNOWN
from complaint_gift.learned.heads import KINDS, REPLY, SEVERITIES, TRIGGERS
from complaint_gift.rules.heads import HEADS, SHAPES
from complaint_gift.training.learning import Scores

GRID = np.round(np.arange(0.10, 0.951, 0.01), 2)
ALARM_COST = 1.4  # an element that is heard and is not there, against one that is missed
# The same of short texts, nearly all of them hard: 95 of 100 caught at 5 alarms is the aim. An element that
# is heard where it is not keeps a rule silent, so there the cost is the other way round.
SHORT_COST = {"fault": 0.7, "element": 2.5}
RARE_ALARM_COST = 1.5  # in whole replies, where a false word is read among many true ones
FEW = 6  # faults: fewer say too little
SMOOTH = 4  # neighbours of a threshold that must be good as well
OTHER_LENGTH = 0.1
AS_GOOD = 0.004  # of F1: less tells two limits apart by chance
REPLIES = frozenset({"whole", "marked"})

Pairs = list[tuple[float, bool]]


def limits_of(scores: Sequence[Scores]) -> dict[str, Any]:
    return {"heads": _heads(scores), "messages": _messages(scores)}


def _heads(scores: Sequence[Scores]) -> dict[str, dict[str, tuple[float, float]]]:
    """Of a short text and of a whole reply, see complaint_gift.learned.calibration."""
    short: dict[tuple[str, str], Pairs] = defaultdict(list)
    whole: dict[tuple[str, str], Pairs] = defaultdict(list)
    for each in scores:
        document = each.document
        replies = [number for number, unit in enumerate(document.units) if unit.kind == REPLY]
        best = torch.sigmoid(each.units[replies].max(0).values).tolist() if replies else []
        if document.check:
            truth = document.fires == (SHAPES[document.check] == "fault")
            short[document.check, document.lang].append((best[HEADS.index(document.check)], truth))
        elif document.source in REPLIES:
            held: dict[str, bool] = defaultdict(bool)
            for (_, head), (truth_of, _) in document.units_known.items():
                held[head] |= truth_of > 0.5
            for head, truth in held.items():
                whole[head, document.lang].append((best[HEADS.index(head)], truth))
    return {
        head: {lang: _best(head, short[head, lang], whole[head, lang]) for lang in ("en", "ru")}
        for head in HEADS
    }


def _best(head: str, short: Pairs, whole: Pairs) -> tuple[float, float]:
    """For either length the middle of the best stretch of thresholds; 0.5 where nothing is known.

    Most replies hold a given element, few hold a given fault: there an alarm is counted in faults. Either
    length listens to the other a little: a few dozen texts alone would set the line by chance.
    """
    if not short and not whole:
        return UNKNOWN
    shape = SHAPES[head]
    brief = _worth(short, SHORT_COST[shape])
    long = _rare(whole) if shape == "fault" else _worth(whole, ALARM_COST)
    return _peak(brief + OTHER_LENGTH * long), _peak(long + OTHER_LENGTH * brief)


def _peak(value: np.ndarray) -> float:
    padded = np.pad(value, SMOOTH, mode="edge")
    smooth = np.convolve(padded, np.ones(2 * SMOOTH + 1) / (2 * SMOOTH + 1), mode="valid")
    return float(GRID[int(smooth.argmax())])


def _worth(pairs: Pairs, cost: float) -> np.ndarray:
    """Heard where it is less `cost` times heard where it is not, for every threshold of the grid."""
    score, truth = np.array([s for s, _ in pairs]), np.array([t for _, t in pairs], bool)
    over = score[None] >= GRID[:, None]
    caught = over[:, truth].sum(1) / max(1, truth.sum())
    return np.asarray(caught - cost * over[:, ~truth].sum(1) / max(1, (~truth).sum()))


def _rare(pairs: Pairs) -> np.ndarray:
    """Caught less the cost of alarms, both counted in faults: these are few, an alarm is no small share."""
    score, truth = np.array([s for s, _ in pairs]), np.array([t for _, t in pairs], bool)
    over = score[None] >= GRID[:, None]
    caught, alarms = over[:, truth].sum(1), over[:, ~truth].sum(1)
    return np.asarray((caught - RARE_ALARM_COST * alarms) / max(FEW, truth.sum()))


def _messages(scores: Sequence[Scores]) -> dict[str, Any]:
    """`complaint`: least share of the kind; `triggers`: logits needed, see _triggers."""
    known = [each for each in scores if each.document.message is not None]
    truth = np.array([each.document.message["kind"] == KINDS[0] for each in known if each.document.message])
    shares = torch.stack([torch.softmax(each.message.mean(0)[: len(KINDS)], 0)[0] for each in known]).numpy()
    grid = np.arange(0.5, 0.801, 0.02)
    f1 = [2 * ((shares >= at) & truth).sum() / ((shares >= at).sum() + truth.sum()) for at in grid]
    smooth = np.convolve(np.pad(f1, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    # Lower limits take plain questions for complaints, higher ones miss the quiet: the middle of the best.
    as_good = grid[smooth >= smooth.max() - AS_GOOD]
    chosen = as_good[len(as_good) // 2]
    return {"complaint": round(float(chosen), 2), "triggers": _triggers(known)}


def _triggers(known: Sequence[Scores]) -> dict[str, tuple[float, ...]]:
    """The least logit of each trigger: alone, with a stock word, with words that are sure."""
    known = [each for each in known if (each.document.message or {}).get("triggers") is not None]
    heard = [lexicon.triggers(each.document.name) for each in known]
    sure = [lexicon.sure_triggers(each.document.name) for each in known]
    found: dict[str, tuple[float, ...]] = {}
    for at, trigger in enumerate(TRIGGERS):
        column = len(KINDS) + len(SEVERITIES) + at
        logits = np.array([each.message[:, column].max().item() for each in known])
        truth = np.array([trigger in ((each.document.message or {}).get("triggers") or ()) for each in known])
        supported = np.array([trigger in words for words in heard])
        plain = np.array([trigger in words for words in sure])
        found[trigger] = _trio(logits, truth, supported, plain)
    return found


def _trio(
    logits: np.ndarray, truth: np.ndarray, supported: np.ndarray, plain: np.ndarray
) -> tuple[float, float, float]:
    best, chosen = -1.0, (0.0, -1.0, -1.0)
    for alone in np.arange(-2.0, 6.01, 0.25):
        for helped in np.arange(-5.0, alone + 0.01, 0.25):
            for sure in np.arange(-8.0, helped + 0.01, 1.0):
                over = logits >= np.where(plain, sure, np.where(supported, helped, alone))
                value = _exact(over, truth)
                if value > best + 1e-6:
                    best = value
                    chosen = (round(float(alone), 2), round(float(helped), 2), round(float(sure), 2))
    return chosen


def _exact(over: np.ndarray, truth: np.ndarray) -> float:
    """F measure in which precision weighs more."""
    hits = (over & truth).sum()
    precision, recall = hits / max(1, over.sum()), hits / max(1, truth.sum())
    return float(1.2 * precision * recall / max(1e-9, 0.2 * precision + recall))
