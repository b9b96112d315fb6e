"""Haste and goodbyes said so plainly that no doubt of a model takes them away, and what only sounds alike."""

import numpy as np
import pytest

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.heads import KINDS, SEVERITIES, TRIGGERS

LIMITS = {"complaint": 0.6, "triggers": {trigger: [1.5, 0.0, 0.0] for trigger in TRIGGERS}}


def judged(text: str, kind: str, sure: float) -> tuple[str, tuple[str, ...]]:
    """By a model that hears a kind and no trigger at all."""
    row = [-9.0] * (len(KINDS) + len(SEVERITIES) + len(TRIGGERS))
    row[: len(KINDS)] = [sure if name == kind else 0.0 for name in KINDS]
    found = Classifier(None, LIMITS).judge(text, lexicon.triggers(text), np.array([row]))
    return found.kind, found.triggers


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Our site is down and the product launch is in three hours", "deadline-near"),
        ("the cake for tonight's party has somebody else's name on it", "deadline-near"),
        ("My wedding is on Saturday and the dress does not close.", "deadline-near"),
        ("We get married in two days and the rings are the wrong size", "deadline-near"),
        ("guests arrive in an hour and the cook is not here", "deadline-near"),
        ("Сайт лежит, а запуск через три часа", "deadline-near"),
        ("торт на сегодняшний юбилей привезли с чужим именем", "deadline-near"),
        ("Послезавтра сделка, а вы до сих пор не перевели деньги.", "deadline-near"),
        ("Юбилей мамы завтра, торта нет.", "deadline-near"),
        ("гости через час, а повара нет", "deadline-near"),
        ("уходим к тем, кто берёт трубку", "leaving"),
        ("Перехожу в другой банк, надоело.", "leaving"),
    ],
)
def test_plain_haste_stands_against_every_doubt(text: str, trigger: str) -> None:
    assert trigger in judged(text, "complaint", 5.0)[1]


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("My flight on Tuesday was cancelled and nobody told us.", "deadline-near"),
        ("Your app wished me a happy birthday today.", "deadline-near"),
        ("Our wedding was in May.", "deadline-near"),
        ("The concert last night was cut short.", "deadline-near"),
        ("Рейс в субботу отменили, деньги не вернули.", "deadline-near"),
        ("Операция в среду прошла, спасибо хирургам.", "deadline-near"),
        ("Свадьба была в мае, фото всё ещё нет.", "deadline-near"),
        ("Не хочу уходить к другому.", "leaving"),
        ("Перехожу к другому вопросу.", "leaving"),
        ("Она ушла к другой кассе.", "leaving"),
    ],
)
def test_what_is_over_or_only_sounds_like_it_is_not_certain(text: str, trigger: str) -> None:
    assert trigger not in lexicon.certain_triggers(text)


@pytest.mark.parametrize("text", ["Свадьба завтра, успеете?", "Перехожу в другой банк, как закрыть счёт?"])
def test_a_question_in_haste_stays_a_question(text: str) -> None:
    assert lexicon.certain_triggers(text)
    assert judged(text, "question", 1.6) == ("question", ())


def test_somebody_insulted_outweighs_a_model_that_hears_praise() -> None:
    assert judged("Тренер Мартынов орёт на детей.", "praise", 2.0)[0] == "complaint"
