"""What counts as money promised, and whose contacts are nobody's secret: sentences of replies."""

from __future__ import annotations

import pytest

from complaint_gift.rules.amounts import Amount
from complaint_gift.rules.context import Context
from complaint_gift.rules.overlap import likeness
from complaint_gift.rules.privacy import Disclosure
from complaint_gift.rules.situation import Situation
from complaint_gift.text import Text


def promises(text: str, limit: float, currency: str) -> bool:
    context = Context.parse({"remedy_limit": {"amount": limit, "currency": currency}})
    return any(True for _ in Amount().find(Situation(Text(text), {}, context)))


def disclosed(text: str, complaint: str = "") -> list[str]:
    situation = Situation(Text(text), {}, Context.parse({"complaint_text": complaint}))
    return [text[fault.start : fault.end] for fault in Disclosure().find(situation)]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        # What something costs, what was quoted, spent or charged.
        ("You were billed £180 for a treatment you never had.", "GBP"),
        ("The menu lists the steak at £162, and the waiter should have told you.", "GBP"),
        ("You spent £180 and left hungry.", "GBP"),
        ("Out of the £180 you paid we return £40.", "GBP"),
        ("Из 12 000 рублей, что вы заплатили, вернём 40.", "RUB"),
        ("The courier insures parcels up to £500.", "GBP"),
        ("Комиссия 450 рублей указана в договоре мелким шрифтом.", "RUB"),
        ("За 800 рублей вы вправе ждать чистых простыней.", "RUB"),
        # Bare numbers that are rooms, flights, hours.
        ("We have refunded 95 euros, and the courier comes between 8 and 12.", "EUR"),
        ("You were moved between rooms 214 and 215.", "GBP"),
        ("Верно, рейс 412.", "RUB"),
        ("Half the 250 seats were broken.", "GBP"),
        # Asked for, or refused.
        ("I have asked my manager to approve the refund of £300.", "GBP"),
        ("We have to decline the refund of £400.", "GBP"),
        ("Unfortunately the £400 cannot be refunded.", "GBP"),
        ("The £400 you asked for is not something I can decide.", "GBP"),
        ("В возврате 8000 рублей вынуждены отказать.", "RUB"),
        ("8000 рублей вернуть не можем, чек не наш.", "RUB"),
        # The same money again, one of two, a share.
        ("We have refunded £60. The £60 will be on your card by Friday.", "GBP"),
        ("You can have £60 back on your card, or a £70 voucher if you prefer.", "GBP"),
        ("Вернули 90 рублей. Эти 90 рублей придут до пятницы.", "RUB"),
        ("We will refund 20% of the £400 you paid.", "GBP"),
        ("Вернём 20% от 400 рублей.", "RUB"),
    ],
)
def test_sums_that_are_no_promise_are_left_alone(text: str, currency: str) -> None:
    assert not promises(text, 100, currency)


@pytest.mark.parametrize(
    ("text", "limit", "currency"),
    [
        ("We will refund you $500.", 100, "CAD"),
        ("We will refund you 500 kronor.", 100, "SEK"),
        ("Вернём 350 р на карту.", 300, "BYN"),
        ("Вернём 3500 тг на карту.", 300, "KZT"),
        ("Вернём 3500 грн на карту.", 300, "UAH"),
        ("Вернём одиннадцать тысяч рублей.", 10_000, "RUB"),
        ("Вернём вам до пятисот рублей.", 300, "RUB"),
        ("We will refund sixteen hundred euros.", 1000, "EUR"),
    ],
)
def test_sums_in_other_money_and_other_words_are_read(text: str, limit: float, currency: str) -> None:
    assert promises(text, limit, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("The charge of £140 has been reversed.", "GBP"),
        ("The quote stays at £900, and £140 of it is our treat.", "GBP"),
        ("Your costs were £140, and we shall bear them: a refund of £140 is on its way.", "GBP"),
        ("We refund £60 for the room and £60 for the taxi.", "GBP"),
        ("Штраф 1 400 рублей отменили.", "RUB"),
        ("Стоимость ремонта, 1 400 рублей, берём на себя.", "RUB"),
        ("Вернём 60 рублей за номер и ещё 60 рублей за такси.", "RUB"),
    ],
)
def test_what_is_given_counts_even_where_its_price_is_told(text: str, currency: str) -> None:
    assert promises(text, 100, currency)


@pytest.mark.parametrize(
    ("text", "complaint", "found"),
    [
        ("Order 12345678 is on its way.", "where is order 12345678?", []),
        ("Заказ 12345678 уже едет.", "где заказ 12345678?", []),
        ("0800 555 0100 is our helpline.", "I rang 0800 555 0100 five times!", []),
        ("Наша линия 8 800 555-35-35 снова работает.", "Звонила на 8 800 555-35-35 весь день", []),
        ("I will ring +44 7700 900123 at five.", "My number is 07700 900123", ["+44 7700 900123"]),
        ("Перезвоню на +7 912 345-67-89.", "мой номер 8 912 345 67 89", ["+7 912 345-67-89"]),
    ],
)
def test_what_the_customer_wrote_is_theirs_unless_it_is_ours(
    text: str, complaint: str, found: list[str]
) -> None:
    assert disclosed(text, complaint) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thank you for your review of the café at 14 High Street.", []),
        ("Пункт выдачи на ул. Ленина, 5 работает до 21:00.", []),
        ("For your convenience call 0800 555 0100.", []),
        ("Ваш менеджер Ольга: 8 029 123-45-67.", []),
        ("Your stay of 12-03-2026 was on us.", []),
        ("Ваш абонемент 2025-2026 действует.", []),
        ("Your contract ending 2026 stays as it is.", []),
        ("Your mobile, 07700 900123, was switched off.", ["07700 900123"]),
        ("Мы набрали 8 029 123-45-67, телефон выключен.", ["8 029 123-45-67"]),
        ("Привезём: Невский проспект, 25.", ["Невский проспект, 25"]),
        ("Refund goes to Visa *4242.", ["Visa *4242"]),
        ("Деньги придут на карту с последними цифрами 4242.", ["последними цифрами 4242"]),
    ],
)
def test_places_and_numbers_of_the_company_are_no_secret(text: str, found: list[str]) -> None:
    assert disclosed(text) == found


def test_a_short_earlier_reply_inside_a_long_one_is_no_copy() -> None:
    own = (
        "Hello Anna, I am sorry the parcel came wet. The depot left it in the rain for two hours on Tuesday, "
        "and a new box with the same blue lamp leaves today with a courier who rings first. "
    )
    ending = (
        "I have written to you in private with the tracking link. Kind regards, Meg from the Lampshop team."
    )
    assert likeness(own + ending, f"Hello Tom, {ending}") < 0.5
    assert likeness(f"Hello Anna, {ending} See you soon.", f"Hello Tom, {ending}") > 0.8
