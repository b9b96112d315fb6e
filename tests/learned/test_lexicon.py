"""Stock words of messages: what they hear, and what they leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.learned import lexicon
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.heads import KINDS, TRIGGERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See you in small claims court.", {"court"}),
        ("Подаю на вас в суд!", {"court"}),
        ("Жалоба в Роспотребнадзор уже отправлена", {"regulator"}),
        ("I have written to the Ombudsman", {"regulator"}),
        ("Журналисты приедут в среду", {"press"}),
        ("Get me a supervisor", {"asks-manager"}),
        ("Ребёнка увезла скорая, у него отёк", {"health"}),
        ("The charger caught fire", {"safety"}),
        ("В кабинете чужие паспорта", {"data-leak"}),
        ("Somebody else's statement shows up", {"data-leak"}),
        ("I was charged twice", {"money-lost"}),
    ],
)
def test_stock_words_are_heard(text: str, expected: set[str]) -> None:
    assert expected <= lexicon.triggers(text)


@pytest.mark.parametrize(
    "text", ["Рассудите сами", "The courtyard is lovely", "Посудная лавка", "pressure cooker", ""]
)
def test_words_inside_words_are_not_heard(text: str) -> None:
    assert not lexicon.triggers(text) & {"court", "press"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Консультант Алина на Пушкинской нахамила", ("Алина",)),
        ("Priya at the front desk was rude", ("Priya",)),
        ("Your supervisor Brent hung up", ("Brent",)),
        ("Врач Самойлов даже не посмотрел", ("Самойлов",)),
        ("кондуктор высадил ребёнка", ("кондуктор",)),
        ("Dr. Pell was late", ("Dr. Pell",)),
        ("It rains", ()),
    ],
)
def test_colleagues_are_named_as_the_customer_names_them(text: str, expected: tuple[str, ...]) -> None:
    assert lexicon.employees(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Приложение не работает второй день", "complaint"),
        ("Thank you, lovely service", "praise"),
        ("Во сколько вы закрываетесь?", "question"),
        ("Please unsubscribe me", "other"),
        ("Где мои деньги? Подаю в суд.", "complaint"),
        ("", "other"),
    ],
)
def test_words_alone_tell_plain_kinds(text: str, kind: str) -> None:
    assert Classifier().classify(text).kind == kind


@given(st.text(max_size=300))
def test_any_text_is_classified(text: str) -> None:
    found = Classifier().classify(text)
    assert found.kind in KINDS
    assert set(found.triggers) <= set(TRIGGERS)
    assert 0 <= found.score <= 1
