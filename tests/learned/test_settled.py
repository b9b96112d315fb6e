"""Messages of customers who say that it is over are no complaints, whatever words of trouble they hold."""

import pytest

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.encoder import Encoder, available

OVER = (
    "works again after the update, ticket can be closed",
    "all sorted now, thanks for the quick fix!",
    "The refund came through this morning, thank you.",
    "it's fine now, turned out the cable was loose on my side, sorry",
    "всё заработало, спасибо большое",
    "посылка нашлась у соседа, отбой, извините за беспокойство",
    "Обновление помогло, ошибки больше нет, тикет можно закрыть",
    "Деньги вернулись, спасибо",
    "ok got it, the double charge is gone. have a nice evening",
    "Got the money back, cheers",
)
NOT_OVER = (
    "it works again but only until I close the app",
    "The refund came through, minus a fee of 40 pounds.",
    "You say the issue is resolved. It still leaks.",
    "Заявку закрыли, а батареи холодные.",
    "Деньги вернули за вычетом 800 рублей.",
    "Всё заработало и через час опять погасло.",
)


@pytest.mark.parametrize("text", OVER)
def test_what_is_over_is_known(text: str) -> None:
    assert lexicon.is_settled(text)


@pytest.mark.parametrize("text", NOT_OVER)
def test_what_is_taken_back_is_not_over(text: str) -> None:
    assert not lexicon.is_settled(text)


@pytest.mark.skipif(not available(), reason="needs onnxruntime and the weights")
@pytest.mark.parametrize("text", OVER)
def test_what_is_over_is_no_complaint(text: str) -> None:
    assert Classifier(Encoder()).classify(text).kind != "complaint"
