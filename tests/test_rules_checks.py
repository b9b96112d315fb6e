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


def test_require_wants_a_signal_that_nothing_revokes() -> None:
    check = Require((("sorry",),), revoked_by=("fake",))
    assert faults(check, "Hello.")[0].missing
    assert not faults(check, "We are sorry.")
    assert faults(check, "We are sorry if it hurt.")
    assert not faults(check, "We are sorry if it hurt. And sorry it did.")


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
    for check, words in ((wanted, "Thank you."), (open_ended, "Here is your refund.")):
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


@pytest.mark.parametrize("check", [Recall(signals=("taken-up",)), Points(signals=("taken-up",))])
def test_what_the_learned_layer_alone_decides_needs_no_words(check: Check) -> None:
    text = Text("We heat every soup now. The waiter knows he must not shout.")
    context = Context.parse({"complaint_text": COMPLAINT})

    def ask(hits: Mapping[str, list[Hit]], decided: frozenset[str]) -> list[Fault]:
        return list(check.find(Situation(text, hits, context, heard=True, decided=decided)))

    heard = frozenset({"taken-up"})
    assert not ask({}, frozenset())
    assert [fault.missing for fault in ask({}, heard)] == [True]
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
        (
            "Здравствуйте, Елена, простите нас.",
            {"customer_name": "Елена Рудь", "complaint_text": "Где мои деньги за билет?"},
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
    ],
)
def test_personal_data_of_others_must_not_be_public(text: str, found: list[str]) -> None:
    assert quotes(Disclosure(), text) == found
    assert not quotes(Disclosure(), text, {"visibility": "private"})


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
