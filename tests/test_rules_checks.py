"""The kinds of rules, each on the smallest situations that tell right from wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from complaint_gift.domain import Layer
from complaint_gift.rules import (
    Account,
    Address,
    Amount,
    Cancelled,
    Check,
    Context,
    Disclosure,
    Fault,
    Forbid,
    Limit,
    Order,
    Points,
    Recall,
    Require,
    RequireIf,
    Similar,
    Situation,
    TakenBack,
    Wanted,
    joined,
)
from complaint_gift.rules.phrases import Classes
from complaint_gift.rules.signals import Hit, Part, Phrase, SignalFinder, by_signal
from complaint_gift.text import Text

WORDS = {
    "sorry": "sorry",
    "blame": "your fault",
    "remedy": "refund*",
    "fake": "sorry if",
    "ask": "prove",
    "why": "because",
    "denial": "that is false",
    "told": "we told you",
}
FINDER = SignalFinder([Part(name, "en", (Phrase(words, Classes()),)) for name, words in WORDS.items()])


def faults(check: Check, text: str, context: Mapping[str, Any] | None = None) -> list[Fault]:
    read = Text(text)
    return joined(check.find(Situation(read, by_signal(FINDER.find(read)), Context.parse(context or {}))))


def quotes(check: Check, text: str, context: Mapping[str, Any] | None = None) -> list[str | None]:
    return [None if f.start is None else text[f.start : f.end] for f in faults(check, text, context)]


def test_forbid_shows_every_hit_and_joins_what_overlaps() -> None:
    check = Forbid((Wanted("sorry"), Wanted("fake"), Wanted("blame")))
    assert quotes(check, "Sorry if it hurt. It is your fault.") == ["Sorry if", "your fault"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is your fault.", True),
        ("It is your fault. We refund you.", False),
        ("We refund you. It is your fault.", False),
        ("It is your fault. One. Two. Three. We refund you.", True),
    ],
)
def test_forbid_is_cancelled_by_a_signal_nearby(text: str, found: bool) -> None:
    check = Forbid((Wanted("blame"),), cancelled_by=Cancelled(("remedy",), 2))
    assert bool(faults(check, text)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("That is false.", True),
        ("You ask. That is false.", True),
        ("We told you to ask. One. That is false.", True),
        ("We told you to ask. That is false.", False),
        ("We told you it is your fault. That is false.", False),
        ("We told you it is your fault.", True),
        ("We told you to ask. That is false. It is your fault.", True),
    ],
)
def test_forbid_lets_us_take_back_what_we_had_told(text: str, found: bool) -> None:
    check = Forbid((Wanted("denial"), Wanted("blame")), taken_back=TakenBack(("denial",), ("told",)))
    assert bool(faults(check, text)) is found


def test_forbid_knows_company_and_exceptions_and_counts() -> None:
    assert not faults(Forbid((Wanted("why", after=("sorry",), within=1),)), "Because of rain.")
    assert faults(Forbid((Wanted("why", after=("sorry",), within=1),)), "Sorry. Because of rain.")
    assert not faults(Forbid((Wanted("why", after=("sorry",), within=1),)), "Sorry. One. Because of rain.")
    assert faults(Forbid((Wanted("why", before=("sorry",), within=1),)), "Because of rain. Sorry.")
    assert not faults(Forbid((Wanted("why", without=("sorry",)),)), "Sorry because of rain.")
    assert not faults(Forbid((Wanted("why", beside=("sorry",)),)), "Because of rain.")
    assert not faults(
        Forbid((Wanted("blame"),), unless=("remedy",)), "A refund. One. Two. Three. Your fault."
    )
    assert not faults(Forbid((Wanted("ask"),), at_least=2), "Please prove it.")
    assert len(faults(Forbid((Wanted("ask"),), at_least=2), "Please prove it. Prove that.")) == 2
    assert not faults(Forbid((Wanted("sorry"), Wanted("fake")), at_least=2), "Sorry if it hurt.")


def test_require_wants_a_signal_that_nothing_revokes() -> None:
    check = Require((("sorry",),), revoked_by=("fake",))
    assert faults(check, "Hello.")[0].missing
    assert not faults(check, "We are sorry.")
    assert faults(check, "We are sorry if it hurt.")
    assert not faults(check, "We are sorry if it hurt. And sorry it did.")


def test_halves_of_one_clause_are_one_fault() -> None:
    raw = "You should have read the contract, then called. Next time"
    halves = [Fault(0, 20), Fault(21, 33), Fault(35, 46), Fault(48, 57)]
    assert [(f.start, f.end) for f in joined(halves, raw)] == [(0, 46), (48, 57)]
    assert len(joined(halves)) == 4


def test_require_names_which_of_several_is_missing() -> None:
    check = Require((("sorry",), ("remedy", "ask")))
    assert faults(check, "We are sorry.")[0].params == {"missing": "remedy"}
    assert not faults(check, "We are sorry. Please prove it.")
    close = Require((("sorry",), ("remedy",)), within=1)
    assert faults(close, "We are sorry. One. Two. A refund.")
    assert not faults(close, "We are sorry. A refund.")


def test_words_do_not_stand_in_for_what_the_learned_layer_alone_decides() -> None:
    check = Require((("remedy", "ask"),))
    text = Text("Please prove it.")
    hits = by_signal(FINDER.find(text))
    assert not joined(check.find(Situation(text, hits, Context())))
    assert joined(check.find(Situation(text, hits, Context(), decided=frozenset({"remedy"}))))
    assert not joined(check.find(Situation(text, hits, Context(), decided=frozenset({"sorry"}))))


def test_words_that_the_learned_layer_has_confirmed_count_beside_what_it_alone_decides() -> None:
    check = Require((("remedy", "ask"),))
    text = Text("Please prove it.")
    hits = by_signal(FINDER.find(text))

    def found(confirmed: str) -> list[Fault]:
        remedy, asked = frozenset({"remedy"}), frozenset({confirmed})
        return list(check.find(Situation(text, hits, Context(), decided=remedy, confirmed=asked)))

    assert not found("ask")
    assert found("sorry")


def test_all_of_several_signals_together_may_make_up_for_what_is_missing() -> None:
    check = Require((("ask",),), unless_all=("sorry", "remedy"))
    assert faults(check, "We are sorry.")
    assert faults(check, "A refund is on its way.")
    assert not faults(check, "We are sorry. A refund is on its way.")


def test_require_may_ask_for_it_early() -> None:
    check = Require((("sorry",),), first_third=True)
    assert not faults(check, "We are sorry. " + "Word after word. " * 60)
    assert faults(check, "Word after word. " * 60 + "We are sorry.")


def test_require_if_order_and_limit() -> None:
    needs = RequireIf(("ask",), ("remedy",), within=1)
    assert quotes(needs, "Please prove it.") == ["prove"]
    assert not faults(needs, "Please prove it. We refund you.")
    order = Order(("sorry",), ("why",))
    assert quotes(order, "It is late because of rain. Sorry.") == ["because"]
    assert not faults(order, "Sorry. It is late because of rain.")
    assert not faults(order, "It is late because of rain.")
    always = Order(("sorry",), ("why",), always=True)
    assert quotes(always, "It is late because of rain.") == ["because"]
    assert not faults(always, "Sorry. It is late because of rain.")
    assert faults(Limit(("why",), most=1), "because because")[0].params["count"] == "2"
    assert not faults(Limit(("why",), most=2), "because because")
    assert not faults(Limit(("sorry", "fake"), most=1), "Sorry if it hurt."), "the same word twice"
    assert quotes(Limit((), longest_sentence=3), "One two three. One two three four.") == [
        "One two three four"
    ]


def test_a_bare_text_is_judged_by_itself_once_the_layer_has_spoken() -> None:
    known = Context.parse({"channel": "email"})

    def found(check: Check, words: str, context: Context, *, heard: bool) -> bool:
        text = Text(words)
        return bool(list(check.find(Situation(text, by_signal(FINDER.find(text)), context, heard=heard))))

    wanted = RequireIf(("ask",), ("remedy",), by_itself=True)
    open_ended = Require((("ask",),), unless=("remedy",), by_itself=True)
    excused = RequireIf(("remedy",), ("ask",), unless=("remedy",), by_itself=True)
    refund = "Here is your refund."
    for check, words in ((wanted, "Thank you."), (open_ended, refund), (excused, refund)):
        assert found(check, words, Context(), heard=True)
        assert not found(check, words, Context(), heard=False)
        assert not found(check, words, known, heard=True)
    assert not found(wanted, "Here is your refund.", Context(), heard=True)
    assert not found(RequireIf(("ask",), ("remedy",)), "Thank you.", Context(), heard=True)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("The lift had to wait for a part, sorry.", ["The lift had to wait for a part"]),
        ("Hello Ann. The lift had to wait for a part. Sorry.", ["The lift had to wait for a part"]),
        ("Dear Ann, the lift had to wait for a part, sorry.", ["the lift had to wait for a part"]),
        ("We refund all that you have paid for it. Sorry.", []),
        ("Good morning Ms Farrow, we are truly sorry.", []),
        ("We are sorry", []),
        ("Oh, sorry. The part came late and the van was full.", []),
        ("The lift had to wait for a part.", []),
    ],
)
def test_order_shows_what_stands_in_the_place_that_the_layer_misses(words: str, shown: list[str]) -> None:
    text = Text(words)
    check = Order(("sorry",), ("why",), unless=("in-order",), may_precede=("remedy",))

    def found(decided: frozenset[str], hits: Mapping[str, Any]) -> list[str]:
        faults = check.find(Situation(text, hits, Context(), heard=True, decided=decided))
        return [words[fault.start : fault.end] for fault in faults]

    hits = by_signal(FINDER.find(text))
    assert found(frozenset({"in-order"}), hits) == shown
    assert found(frozenset(), hits) == []
    in_order = [Hit("in-order", 0, 5, 0, Layer.LEARNED, 0.9)]
    assert found(frozenset({"in-order"}), {**hits, "in-order": in_order}) == []


def test_one_sentence_of_the_learned_layer_is_a_fault_of_its_own() -> None:
    text = Text("because we say so")
    words, layer = Hit("why", 0, 7, 0), Hit("why", 0, 17, 0, Layer.LEARNED, 0.9)
    check = Limit(("why",), most=2)
    assert not list(check.find(Situation(text, {"why": [words]}, Context())))
    (fault,) = check.find(Situation(text, {"why": [words, layer]}, Context(), heard=True))
    assert (fault.end, fault.layer, fault.params) == (17, Layer.LEARNED, {})


@pytest.mark.parametrize(
    ("author", "about", "found"),
    [
        (None, ["Anna Lowe"], False),
        ({"company": True, "name": "Marta Gil"}, ["Luis"], False),
        ({"company": False, "name": "Marta Gil"}, [], True),
        ({"company": True, "name": "Anna Lowe"}, ["waitress Anna Lowe"], True),
        ({"company": True, "name": "Anna Petrie"}, ["Anna Lowe"], False),
        ({"company": True, "name": "Anna Petrie"}, ["Anna"], False),
        ({"name": "Anna Petrie"}, ["Anna"], True),
        ({"company": True, "account": "@anna_l"}, ["@Anna_L"], True),
        ({"company": True, "id": "77"}, ["77"], True),
    ],
)
def test_account_works_on_what_is_known_about_the_writer(author: Any, about: list[str], found: bool) -> None:
    result = faults(Account(), "We are sorry.", {"author": author, "about_employee": about})
    assert bool(result) is found
    assert all(fault.layer is Layer.METADATA and fault.start is None for fault in result)


def test_recall_and_points_are_silent_without_the_complaint() -> None:
    assert not faults(Recall(), "We value your feedback.")
    assert not faults(Points(), "We value your feedback.")


COMPLAINT = "The soup was cold, and the waiter shouted at my daughter."


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("We value your feedback and take it very seriously.", True),
        ("The soup should have been hot, and no waiter shouts at a daughter of ours.", False),
        ("> the soup was cold, the waiter shouted\nWe value your feedback.", True),
        ("Nobody should eat a lukewarm broth or be yelled at beside their child.", False),
    ],
)
def test_recall_asks_whether_the_complaint_was_read(text: str, missing: bool) -> None:
    assert bool(faults(Recall(), text, {"complaint_text": COMPLAINT})) is missing


def test_points_name_the_grievance_that_is_left_open() -> None:
    found = faults(Points(), "We heat every soup now.", {"complaint_text": COMPLAINT})
    assert "waiter" in found[0].params["missing"]
    assert not faults(
        Points(), "We heat every soup now. The waiter knows he must not shout.", {"complaint_text": COMPLAINT}
    )


@pytest.mark.parametrize(
    ("complaint", "open_"),
    [
        ("The soup was cold, which the waiter noticed.", False),
        ("Суп был холодный, о чём официант знал.", False),
        ("The soup was cold, and the waiter shouted.", True),
        ("The soup was cold. Which waiter shouts at children?", True),
    ],
)
def test_a_clause_that_hangs_on_a_grievance_is_none_of_its_own(complaint: str, open_: bool) -> None:
    reply = "We heat every soup now." if complaint.isascii() else "Суп теперь греем."
    assert bool(faults(Points(), reply, {"complaint_text": complaint})) is open_


@pytest.mark.parametrize(("more", "missing"), [(0, True), (2, True), (6, False)])
def test_many_answers_in_other_words_count_for_one_open_point(more: int, missing: bool) -> None:
    text = Text("We heat every soup now. " + "Our man met his manager today and signed a pledge. " * more)
    situation = Situation(
        text,
        {},
        Context.parse({"complaint_text": COMPLAINT}),
        heard=True,
        decided=frozenset({"taken-up"}),
    )
    assert bool(list(Points(signals=("taken-up",)).find(situation))) is missing


@pytest.mark.parametrize("check", [Recall(signals=("taken-up",)), Points(signals=("taken-up",))])
@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("We serve every bowl hot now. Our man knows that he must not raise his voice.", True),
        ("We heat every soup now. The waiter knows he must not shout.", False),
    ],
)
def test_the_learned_layer_decides_where_the_words_do_not(check: Check, words: str, missing: bool) -> None:
    text = Text(words)
    context = Context.parse({"complaint_text": COMPLAINT})

    def ask(hits: Mapping[str, list[Hit]], decided: frozenset[str]) -> list[Fault]:
        return list(check.find(Situation(text, hits, context, heard=True, decided=decided)))

    heard = frozenset({"taken-up"})
    assert not ask({}, frozenset())
    assert bool(ask({}, heard)) is missing
    assert not ask({"taken-up": [Hit("taken-up", 0, 23, 0, Layer.LEARNED, 0.9)]}, heard)


@pytest.mark.parametrize(
    ("text", "earlier", "found"),
    [
        ("Hello Ann, thank you for your letter about room 12, we will look into it today.",
         "Hello Bob, thank you for your letter about room 7, we will look into it today.", True),
        ("Hello Ann, thank you for your letter about room 12, we will look into it today.",
         "Hello Bob, the radiator in your bathroom is repaired and the money is on its way.", False),
        ("Hi, sorry.", "Hi, sorry.", False),
    ],
)  # fmt: skip
def test_similar_finds_templates_filled_anew(text: str, earlier: str, found: bool) -> None:
    assert bool(faults(Similar(), text, {"previous_replies": [earlier]})) is found


@pytest.mark.parametrize(
    ("text", "context", "reason"),
    [
        ("Мы уже ищем ваш чемодан.", {"complaint_text": "My suitcase did not arrive with me."}, "language"),
        (
            "Wir suchen Ihren Koffer und melden uns, die Sache ist nicht gut.",
            {"complaint_text": "My suitcase did not arrive with me."},
            "language",
        ),
        (
            "Шановна Олено, повернемо кошти за квиток, дякуємо за терпіння.",
            {"complaint_text": "Прошу вернуть деньги за автобус."},
            "language",
        ),
        ("Dear Mr Brown, we are sorry.", {"customer_name": "Theo Marsh"}, "name"),
        ("Dear Mr Quinn, we are sorry.", {"customer_name": "Ms Rebecca Quinn"}, "name"),
        ("The pump is exchanged today.", {"customer_name": "Theo Marsh"}, "name"),
        ("Dear Mr Marsh, we are sorry.", {"customer_name": "Theo Marsh"}, None),
        ("Hi Theo, we are sorry.", {"customer_name": "Theo Marsh"}, None),
        ("Good morning, we are sorry.", {}, None),
        ("Good morning, we are sorry.", {"customer_name": "user_4417"}, None),
        ("Good morning, we are sorry.", {"customer_name": "maria.petrova"}, None),
        ("Добрый день! Простите нас.", {"customer_name": "ООО Ромашка"}, None),
        ("Hi Mike, we are sorry.", {"customer_name": "Michael Brown"}, None),
        ("Hello Jose, we are sorry.", {"customer_name": "José García"}, None),
        ("Hi Ivan, we are sorry.", {"customer_name": "Иван Петров"}, None),
        ("Сергей, здравствуйте! Простите нас.", {"customer_name": "Sergey Ivanov"}, None),
        ("Катя, здравствуйте! Простите нас.", {"customer_name": "Екатерина"}, None),
        ("Здравствуйте, Мария! Простите нас.", {"customer_name": "Петрова М. С."}, None),
        ("Здравствуйте, Марина! Простите нас.", {"customer_name": "Мария"}, "name"),
        ("Hi Marina, we are sorry.", {"customer_name": "Maria Lopez"}, "name"),
        (
            "Здравствуйте, Елена, простите нас.",
            {"customer_name": "Елена Рудь", "complaint_text": "Где мои деньги за билет?"},
            None,
        ),
        (
            "Простите нас, деньги за билет вернём завтра.",
            {"complaint_text": "Курьер Олексій нагрубил и не отдал заказ, верните деньги."},
            None,
        ),
        (
            "Простите нас, деньги за билет завтра вернёт Вікторія Іванівна.",
            {"complaint_text": "Где мои деньги за билет?"},
            None,
        ),
        (
            "Перепрошуємо за затримку. Замовлення буде завтра.",
            {"complaint_text": "Де моє замовлення? Чекаю вже тиждень."},
            None,
        ),
        (
            "Вибачте, гроші за квиток повернемо завтра.",
            {"complaint_text": "Где мои деньги за билет?"},
            "language",
        ),
        (
            "Простите нас, деньги за билет вернём завтра.",
            {
                "complaint_text": "Где мои деньги?\n\nOn 4 May 2026 at 10:00 Shop <a@shop.example> wrote:\n"
                "> Thank you for writing to us. We have your request and will be in touch with you soon."
            },
            None,
        ),
    ],
)
def test_address_looks_at_language_and_name(text: str, context: dict[str, Any], reason: str | None) -> None:
    found = faults(Address(), text, context)
    assert [fault.params["reason"] for fault in found] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We tried you on 07700 900461 three times.", ["07700 900461"]),
        ("You can reach us on 0800 555 0100.", []),
        ("Звоните нам по номеру +7 495 555-01-00.", []),
        ("Мы звонили вам на +7 912 555-01-00.", ["+7 912 555-01-00"]),
        ("Your card 4111 1111 1111 1111 was charged.", ["4111 1111 1111 1111"]),
        ("Your order 4111 1111 1111 1112 was sent.", []),
        ("We have sent the new password to ivy.larch@mailbox.example.", ["ivy.larch@mailbox.example"]),
        ("Паспорт 4510 123456 получен.", ["Паспорт 4510 123456"]),
        ("Курьер был по адресу ул. Ленина, д. 5, кв. 12.", ["ул. Ленина, д. 5, кв. 12"]),
        ("We delivered to 14 Maple Street on Monday.", ["14 Maple Street"]),
        ("The money will be there by 12.05.2026 at 18:00.", []),
        ("Refunded 1 500 000 roubles.", []),
        ("Your order number 2026-0301-55512 is on its way.", []),
        ("Tracking: JD014600006281230512", []),
        ("Заказ 4000123456789017 найден.", []),
        ("Паспорт серии 45 09 № 123456 принят.", ["Паспорт серии 45 09 № 123456"]),
        ("Паспорт МР1234567", ["Паспорт МР1234567"]),
        ("Паспорт MP1234567", ["Паспорт MP1234567"]),
        ("You live at 221B Baker Street, London NW1 6XE", ["221B Baker Street, London NW1 6XE"]),
        ("We delivered to SW1A 1AA, house 10", ["SW1A 1AA, house 10"]),
        ("Р/с 40817810099910004312", ["Р/с 40817810099910004312"]),
        ("Ваша дата рождения 12.05.1983", ["дата рождения 12.05.1983"]),
        ("Your DOB 12/05/1983 is on file", ["DOB 12/05/1983"]),
        ("Ваш паспорт 4509 123456 мы увидели на скане.", ["паспорт 4509 123456"]),
        ("Your card ending in 4242 was charged twice by mistake.", ["card ending in 4242"]),
        ("Your passport no. AB 1234567 was left at the desk.", ["passport no. AB 1234567"]),
        ("Ваш загранпаспорт 71 1234567 у нас на стойке.", ["паспорт 71 1234567"]),
        ("Паспорт: серия 4510, номер 654321, получили.", ["Паспорт: серия 4510, номер 654321"]),
        ("Паспорт гражданина РФ 45 10 654321 получили.", ["Паспорт гражданина РФ 45 10 654321"]),
        ("СНИЛС 112-233-445 95 внесён.", ["112-233-445 95"]),
        ("Your card 4242 4242 4242 4242 was charged twice.", ["4242 4242 4242 4242"]),
        ("Вернули на карту, оканчивающуюся на 4242.", ["карту, оканчивающуюся на 4242"]),
        ("Your IBAN GB82 WEST 1234 5698 7654 32 is correct.", ["GB82 WEST 1234 5698 7654 32"]),
        ("Деньги ушли на BY13NBRB3600900000002Z00AB00.", ["BY13NBRB3600900000002Z00AB00"]),
        ("Номер счёта 40817 810 0 9991 0004312 указан верно.", ["Номер счёта 40817 810 0 9991 0004312"]),
        ("Лицевой счёт 42301810500000000123 закрыт.", ["Лицевой счёт 42301810500000000123"]),
        ("You were born on 3 May 1983, so the card is valid.", ["born on 3 May 1983"]),
        ("Вы родились 03.05.1983, поэтому скидка действует.", ["родились 03.05.1983"]),
        ("Your date of birth, 12 May 1983, is wrong in our list.", ["date of birth, 12 May 1983"]),
        ("Ваш адрес: г. Минск, ул. Сурганова, д. 57, кв. 12.", ["ул. Сурганова, д. 57, кв. 12"]),
        ("The parcel went to 10 Downing Street, London SW1A 2AA.", ["10 Downing Street, London SW1A 2AA"]),
        ("Your postcode M1 1AE is outside our area.", ["postcode M1 1AE"]),
        ("We tried you on 07700 900461 twice.", ["07700 900461"]),
        ("Order no. 4242 4242 4242 4242 has left the warehouse.", []),
        ("Отправление RA123456785RU уже в пути.", []),
        ("Ваш заказ № 2026-0301-55512 едет.", []),
        ("Your reference 100-2345-678901 is at the top of the letter.", []),
        ("Tracking number GB29NWBK60161331926818 is live.", []),
        ("Наша горячая линия: 8 800 555-35-35.", []),
        ("Our hotline is +44 20 7946 0958.", []),
        ("The warranty runs until 12.05.2028.", []),
        ("Артикул 4607001234567 снова в наличии.", []),
        ("Version 10.0.19045.3803 mends this.", []),
        ("The sofa is 221 cm wide and 95 cm deep.", []),
        ("Наш расчётный счёт 40702810900000012345, реквизиты на сайте.", []),
        ("The price was £1,299.00 and is now £999.00.", []),
        ("Серийный номер SN12345678 проверили.", []),
        ("Come to our shop at 14 Maple Street, we are open until nine.", []),
        ("Приходите к нам на ул. Ленина, 5.", []),
        ("Our shop opened on 12.05.1983.", []),
        ("Model B12 3CD is out of stock.", []),
        ("The flight BA 1234567 does not exist.", []),
        ("Flight SU 1234 leaves at 10:45.", []),
        ("Your passport number is KB1234567.", ["passport number is KB1234567"]),
        ("Серия 4509 номер 123456 указана неверно.", ["Серия 4509 номер 123456"]),
        ("Ваш паспорт КН 1234567 у администратора.", ["паспорт КН 1234567"]),
        ("Паспорт 45 09 №123456 лежит у нас.", ["Паспорт 45 09 №123456"]),
        ("Your flat is at 12B Elm Court, Leeds LS1 4DY.", ["12B Elm Court, Leeds LS1 4DY"]),
        ("You live in Bristol, BS1 5TR, don't you?", ["live in Bristol, BS1 5TR"]),
        ("Flat 7, Oxford OX1 2JD is where we went.", ["Flat 7, Oxford OX1 2JD"]),
        ("Вы живёте на ул. Мира, д. 12Б, кв. 4.", ["ул. Мира, д. 12Б, кв. 4"]),
        ("Перевели на счёт 42305810100000001234.", ["счёт 42305810100000001234"]),
        ("Account no. 40820810900000012345 is yours.", ["Account no. 40820810900000012345"]),
        ("Д.р. 01.02.1990 внесли в карту.", ["Д.р. 01.02.1990"]),
        ("Клиент 12.05.1983 года рождения, всё верно.", ["12.05.1983 года рождения"]),
        ("Иванов 12.05.1983 г.р. записан на приём.", ["12.05.1983 г.р."]),
        ("You were born 1983-05-12, we see.", ["born 1983-05-12"]),
        ("Your birthday, May 12, 1983, is in our file.", ["birthday, May 12, 1983"]),
        ("Refunded to Visa xxxx 1234.", ["xxxx 1234"]),
        ("We paid to IBAN DE89 3704 0044 0532 0130 00 today.", ["DE89 3704 0044 0532 0130 00"]),
        ("Your IBAN: FR14 2004 1010 0505 0001 3M02 606.", ["FR14 2004 1010 0505 0001 3M02 606"]),
        ("Мы звонили вам на +375 29 123-45-67.", ["+375 29 123-45-67"]),
        ("Your parcel 4000123456789017 is at the depot.", []),
        ("Tracking no. 4000 1234 5678 9017 is live.", []),
        ("Трек-номер 4000123456789017 обновится вечером.", []),
        ("4000123456789017 is your order number.", []),
        ("Заказ №4000123456789017 едет.", []),
        ("Номер заказа: 4000-1234-5678-9017.", []),
        ("EAN 4006381333931 is back.", []),
        ("Shipment LV12ABCD34567890123 left Riga.", []),
        ("Отправление CDEK 1234567890 у курьера.", []),
        ("Our IBAN is on the invoice.", []),
        ("We have 221 shops.", []),
        ("Рейс SU 1234 вылетает 12.05.2026.", []),
        ("The fridge was made on 12.05.2023.", []),
        ("Our company was born on 1 May 1998.", []),
        ("Позвоните нам: +7 (495) 555-01-00.", []),
        ("Firmware 2.10.4512 is out.", []),
        ("Size 42, article 123-456-789.", []),
        ("Размер 50-52, артикул 112-233-445.", []),
        ("The concert is on 14 June 2026 at Park Hall.", []),
        ("Паспорт изделия 123456789 приложен.", []),
    ],
)
def test_personal_data_of_others_must_not_be_public(text: str, found: list[str]) -> None:
    assert quotes(Disclosure(), text) == found
    assert not quotes(Disclosure(), text, {"visibility": "private"})


@pytest.mark.parametrize(
    ("text", "currency", "found"),
    [
        ("We are sending you a 60-euro voucher.", "EUR", True),
        ("We will refund EUR60 today.", "EUR", True),
        ("Вернём вам 5к сегодня.", "RUB", True),
        ("We will pay you 500 zł.", "PLN", True),
        ("Вернём вам 500 бел. руб.", "BYN", True),
        ("You get a hundred pounds from us.", "GBP", True),
        ("We offer you compensation of 60.", "EUR", True),
        ("Вернём вам 1,5 млн рублей.", "RUB", True),
        ("Выплатим вам миллион рублей.", "RUB", True),
        ("We will send you 5,000 rupees.", "INR", True),
        ("We refund 120 Fr. to your card.", "CHF", True),
        ("We cannot give you the 500 euros you ask for.", "EUR", False),
        ("Your order of £900 will arrive on Friday.", "GBP", False),
        ("We will send you a 75-pound voucher.", "GBP", True),
        ("Here is a €75-voucher for you.", "EUR", True),
        ("Take this 100 dollar gift card.", "USD", True),
        ("We refund USD 250 to your card.", "USD", True),
        ("We'll credit 0.5k euros.", "EUR", True),
        ("Вернём 10к на карту.", "RUB", True),
        ("Выплатим 2 млн руб.", "RUB", True),
        ("Начислим 5 тыс. р. на ваш счёт.", "RUB", True),
        ("We pay you 1.5 million euros.", "EUR", True),
        ("You will get half a million pounds.", "GBP", True),
        ("Вернём вам полмиллиона рублей.", "RUB", True),
        ("A thousand euros is on its way to you.", "EUR", True),
        ("Вернём тысячу евро.", "EUR", True),
        ("Вернём вам сто евро.", "EUR", True),
        ("Компенсация 5000 уже на вашей карте.", "RUB", True),
        ("Your refund of 120 is on its way.", "EUR", True),
        ("A voucher worth 80 is in your inbox.", "EUR", True),
        ("Дарим сертификат на 7000.", "RUB", True),
        ("Выплатим вам 300 BYN.", "BYN", True),
        ("Вернём 200 тенге... нет, 20 000 тенге.", "KZT", True),
        ("We are unable to refund the 300 euros.", "EUR", False),
        ("Unfortunately we can't pay you £500.", "GBP", False),
        ("Мы не можем вернуть вам 50 000 рублей.", "RUB", False),
        ("Не сможем выплатить 10 000 рублей, которые вы просите.", "RUB", False),
        ("Ваш заказ на 12 000 рублей приедет в пятницу.", "RUB", False),
        ("Your invoice of €900 is attached.", "EUR", False),
        ("The ticket costs 250 euros in summer.", "EUR", False),
        ("Билет стоит 5 000 рублей.", "RUB", False),
        ("Your refund of order 5512 will arrive on Friday.", "EUR", False),
        ("Компенсация придёт до 2027 года.", "RUB", False),
        ("The discount of 60% is valid today.", "EUR", False),
        ("Скидка 60 процентов действует сегодня.", "RUB", False),
        ("We will refund you by 2026.", "EUR", False),
        ("Compensation takes 60 days.", "EUR", False),
        ("Возврат займёт 5000 секунд.", "RUB", False),
        ("We lost your 500-gram parcel.", "EUR", False),
        ("Update 60 fixes the voucher page.", "EUR", False),
        ("Article 5000-12 is refunded.", "EUR", False),
        ("We give you 20 euros, not a hundred apologies.", "EUR", False),
        ("Размер 60 заменим на 62.", "RUB", False),
        ("We'll pay you 1k euros.", "EUR", True),
        ("A 200-dollar refund is on its way.", "USD", True),
        ("GBP 75 is back on your card.", "GBP", True),
        ("Here are 90 € for the taxi.", "EUR", True),
        ("Переведём вам 5 000р. сегодня.", "RUB", True),
        ("Вернём 4500р на карту.", "RUB", True),
        ("Начислим 10 тысяч рублей.", "RUB", True),
        ("Подарим сертификат номиналом 5000.", "RUB", True),
        ("Возместим вам 60 белорусских рублей.", "BYN", True),
        ("You get two hundred Swiss francs.", "CHF", True),
        ("Compensation of 250 will be paid today.", "EUR", True),
        ("We cannot give you more than 500 euros.", "EUR", True),
        ("We cannot turn back time, but we will refund 500 euros.", "EUR", True),
        ("We will refund your order of £900.", "GBP", True),
        ("Вернём деньги за заказ на 12 000 рублей.", "RUB", True),
        ("Не можем вернуть вечер, но вернём 10 000 рублей.", "RUB", True),
        ("We'll make it 350.", "EUR", True),
        ("Выплатим компенсацию в размере 9000.", "RUB", True),
        ("Another hundred euros goes to your friend.", "EUR", True),
        ("Мы не только извинимся, но и выплатим 5 тысяч рублей.", "RUB", True),
        ("We don't refund 300 euros for a late dinner.", "EUR", False),
        ("We won't be able to pay the £400.", "GBP", False),
        ("К сожалению, вернуть 50 000 рублей мы не можем.", "RUB", False),
        ("Your £900 order is on the van.", "GBP", False),
        ("Счёт на 15 000 рублей отправили вам на почту.", "RUB", False),
        ("The room is 300 euros a night.", "EUR", False),
        ("Цена билета — 5 000 рублей.", "RUB", False),
        ("You will get a thousand apologies.", "EUR", False),
        ("Тысяча извинений!", "RUB", False),
        ("We serve two thousand guests a day.", "EUR", False),
        ("Наш магазин работает с 2005 года.", "RUB", False),
        ("Voucher 4711 is in your inbox.", "EUR", False),
        ("Вернём деньги до 15 мая.", "RUB", False),
        ("The refund comes within 14 days.", "EUR", False),
        ("We refund 100% of the price.", "EUR", False),
        ("We give you 500 bonus points.", "EUR", False),
        ("Начислим 5000 баллов.", "RUB", False),
        ("Версия 5.000 рублёвого прайса обновлена.", "RUB", False),
        ("Call 112 or 8 800 555 35 35.", "EUR", False),
        ("You get a size 60 frame.", "EUR", False),
    ],
)
def test_sums_are_read_however_they_are_written_and_only_where_they_are_promised(
    text: str, currency: str, found: bool
) -> None:
    context = {"remedy_limit": {"amount": 3000 if currency in ("RUB", "KZT") else 50, "currency": currency}}
    assert bool(faults(Amount(), text, context)) is found


@pytest.mark.parametrize(
    ("text", "currency", "found"),
    [
        ("I'm putting 120 euros back on your card.", "EUR", True),
        ("I'm putting 60 euros back on your card.", "EUR", False),
        ("30 off the dinner, 25 for the taxi and another 60 towards cleaning.", "EUR", True),
        ("Ten vouchers worth 15 euros each are yours.", "EUR", True),
        ("You get two hundred and fifty euros.", "EUR", True),
        ("You paid 1,400 euros for the course, we know.", "EUR", False),
        ("Half of the 1,400 you paid is coming back.", "EUR", True),
        ("We send you $500.", "EUR", False),
        ("Вернём полторы тысячи за такси.", "RUB", True),
        ("Переведём вам 900 рублей.", "BYN", True),
        ("Вы просили 400 рублей, вернём 50 рублей.", "RUB", False),
        ("За каждый из четырёх дней начислим по 30 рублей.", "RUB", True),
        ("Your ticket 4711 is in room 350.", "EUR", False),
        ('You wrote "pay me 500 euros".', "EUR", False),
        ("If you want, we pay you 5000 euros.", "EUR", True),
        ("If you want we refund 5000 euros today.", "EUR", True),
        ("Если вы просите, потребуется день, вернём 50000 рублей", "RUB", True),
        ("You wanted the 5000 euros by Friday.", "EUR", False),
        ("You asked for a refund of 5000 euros.", "EUR", False),
        ("Вы попросили вернуть 50000 рублей.", "RUB", False),
    ],
)
def test_amounts_above_the_limit_are_found(text: str, currency: str, found: bool) -> None:
    context = {"remedy_limit": {"amount": 100, "currency": currency}}
    assert bool(faults(Amount(), text, context)) is found
    assert not faults(Amount(), text)
