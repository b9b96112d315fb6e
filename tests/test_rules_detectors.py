"""Detectors and regular expressions: right on examples, harmless on anything."""

from __future__ import annotations

import time

import pytest
from hostile_texts import CATASTROPHIC
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.rules.detectors import DETECTORS, passes_luhn
from complaint_gift.rules.regexes import BadRegex, compile_regex


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("mail", "write to a.b@c.example.", ["a.b@c.example"]),
        ("url", "see https://a.example/b?c=1 or t.me/shop", ["https://a.example/b?c=1", "t.me/shop"]),
        ("phone", "+44 20 7946 0958 or 12.05.2026", ["+44 20 7946 0958"]),
        (
            "card",
            "card ending 1234, IBAN DE89 3704 0044 0532 0130 00",
            ["ending 1234", "DE89 3704 0044 0532 0130 00"],
        ),
        ("passport", "passport AB1234567", ["passport AB1234567"]),
        ("address", "живёт на проспекте Мира, 12", ["проспекте Мира, 12"]),
        (
            "placeholder",
            "Dear {{name}}, [ORDER NUMBER], <имя>, {first_name}, XXXX",
            ["{{name}}", "[ORDER NUMBER]", "<имя>", "{first_name}", "XXXX"],
        ),
        ("placeholder", "We (the team) <3 you and array[0]", []),
        ("placeholder", "Please fill in the form (describe what happened)", []),
        ("placeholder", "(enter the date of purchase in field 3)", []),
        ("placeholder", "the label (product) with the invoice (amount)", []),
        ("placeholder", "(указать дату можно от руки)", []),
        ("placeholder", "Which date format, DD-MM or MM/DD, is on the box?", []),
        ("placeholder", "Macro 3: the plug-in that crashed is fixed.", []),
        ("placeholder", "Hi, ... sorry for the long silence.", []),
        ("placeholder", "Нам стыдно. (сюда вписать, что случилось)", ["(сюда вписать, что случилось)"]),
        (
            "placeholder",
            "[INSERT REASON FOR DELAY], {{name}}, [describe the issue], *product*",
            ["[INSERT REASON FOR DELAY]", "{{name}}", "[describe the issue]", "*product*"],
        ),
        ("placeholder", "Hello undefined, sorry", ["Hello undefined"]),
        ("placeholder", "Dear (name), it was (PRODUCT) on (date)", ["(name)", "(PRODUCT)", "(date)"]),
        ("placeholder", "Уважаемый (имя), вернём за (товар)", ["(имя)", "(товар)"]),
        ("placeholder", "I call by DD.MM.YYYY.", ["DD.MM.YYYY"]),
        ("placeholder", "Напишем до ДД.ММ", ["ДД.ММ"]),
        ("placeholder", "<DD/MM>", ["DD/MM"]),
        ("placeholder", "Template 4:\nDear ... thanks", ["Template 4:", "Dear ..."]),
        ("placeholder", "Здравствуйте, ...!", ["Здравствуйте, ..."]),
        ("amount", "45 euros, €3.50, 1 500 руб.", ["45 euros", "€3.50", "1 500 руб."]),
        ("date", "3 May or 12.05.2026 or 2026-05-12", ["3 May", "12.05.2026", "2026-05-12"]),
        ("caps", "STOP SHOUTING at the USA", ["STOP SHOUTING"]),
    ],
)
def test_detector_finds(name: str, text: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in DETECTORS[name](text)] == found


def test_luhn_knows_real_card_numbers() -> None:
    assert passes_luhn("4111 1111 1111 1111")
    assert not passes_luhn("4111 1111 1111 1112")
    assert not passes_luhn("0000 0000 0000 0000")
    assert not passes_luhn("411111")


@pytest.mark.parametrize("name", DETECTORS)
@given(
    text=st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("0123456789@.-+{}[]<>XулRUEUR€ \ud800")),
        max_size=80,
    )
)
@settings(max_examples=60, deadline=None)
def test_detectors_accept_any_string_and_stay_inside_it(name: str, text: str) -> None:
    for start, end in DETECTORS[name](text):
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize(
    "piece", ["1 ", "a@", "12-", "{", "<", "[A", "1 Aa ", "ул. А ", "a.b.", "€1", "X", "+1 ("]
)
def test_detectors_stay_linear_on_hostile_text(name: str, piece: str) -> None:
    started = time.process_time()
    for _ in zip(range(1000), DETECTORS[name](piece * (65_536 // len(piece))), strict=False):
        pass
    assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\bвернём\b", "Мы вернем, вернёмся.", ["вернем"]),
        (r"\bref\w+", "Refunds and refs, xref", ["Refunds", "refs"]),
        (r"order #?\d{4,}", "order #12345", ["order #12345"]),
        ("(?i)vip", "VIP", ["VIP"]),
        (r"[\w.]+!", "Ой, больно!", ["больно!"]),
        ("b", "😀b", ["b"]),
    ],
)
def test_regex_knows_letters_of_every_alphabet(pattern: str, text: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in compile_regex(pattern)(text)] == found


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "(",
        "[a",
        "a*",
        "(?=x)y",
        r"(a)\1",
        r"a\bb",
        r"[\W]",
        "a{1001}",
        "x" * 2000,
        "*",
        "(?<name",
        r"\q",
    ],
)
def test_regex_that_cannot_be_used_is_refused_with_a_remedy(pattern: str) -> None:
    with pytest.raises(BadRegex) as caught:
        compile_regex(pattern)
    assert caught.value.remedy


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_catastrophic_patterns_do_no_harm(pattern: str) -> None:
    try:
        finder = compile_regex(pattern)
    except BadRegex as error:
        assert error.remedy  # noqa: PT017
        return
    started = time.process_time()
    for text in ("a" * 65_536, "ab" * 32_768, "a.a" * 20_000, "foo fo " * 9_000):
        list(finder(text))
    assert time.process_time() - started < 3
