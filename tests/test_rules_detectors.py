"""Detectors and regular expressions: right on examples, harmless on anything."""

from __future__ import annotations

import pytest
from growth import require_linear_in
from hostile_texts import CATASTROPHIC
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.rules.detectors import DETECTORS, passes_luhn
from complaint_gift.rules.regexes import any_of, compile_regex
from complaint_gift.rules.regexfaults import BadRegex

PIECES = [
    "1 ", "a@", "12-", "{", "<", "[A", "1 Aa ", "ул. А ", "a.b.", "€1", "X", "+1 (", "111 ",
    "паспорт 1", "DE89 ", "Dear a ", "уважаемый а ", "a.a/",
    "/{a} ", "%s ", "40817", "house 10, Aa ", "SW1A 1AA ", "card, x", "_",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("mail", "write to a.b@c.example.", ["a.b@c.example"]),
        ("url", "see https://a.example/b?c=1 or t.me/shop", ["https://a.example/b?c=1", "t.me/shop"]),
        ("phone", "+44 20 7946 0958 or 12.05.2026", ["+44 20 7946 0958"]),
        (
            "card",
            "card ending 1234, IBAN DE89 3704 0044 0532 0130 00",
            ["card ending 1234", "DE89 3704 0044 0532 0130 00"],
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
        ("placeholder", "Мастер приедет (дата), простите.", ["(дата)"]),
        ("placeholder", "I will call you at six. (your name)", ["(your name)"]),
        ("placeholder", "We cannot: (reason). My number is (number).", ["(reason)", "(number)"]),
        ("placeholder", "Hello <insert name here>, <вставить имя>", ["<insert name here>", "<вставить имя>"]),
        ("placeholder", "We send it <24 hours from now, in time> as agreed", []),
        ("placeholder", "Dear Customer Name, thanks.", ["Customer Name"]),
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
        ("placeholder", "Dear {0}, we are sorry.", ["{0}"]),
        ("placeholder", "Dear @FirstName, we are sorry.", ["Dear @FirstName"]),
        ("placeholder", "Dear customer_name, we are sorry.", ["Dear customer_name"]),
        ("placeholder", "Ваш заказ №___ уже в пути.", ["___"]),
        ("placeholder", "Уважаемый клиент (имя), простите нас.", ["Уважаемый клиент (имя)"]),
        ("placeholder", "Please open https://shop.example/orders/{id}/refund to see it.", []),
        ("placeholder", "Dear {1}, thank you.", ["{1}"]),
        ("placeholder", "Hello {customer.firstName}, thank you.", ["{customer.firstName}"]),
        ("placeholder", "Hi @first_name, thank you.", ["Hi @first_name"]),
        ("placeholder", "Hello first_name, thank you.", ["Hello first_name"]),
        ("placeholder", "Dear CustomerName, thank you.", ["Dear CustomerName"]),
        ("placeholder", "Здравствуйте, имя_клиента!", ["Здравствуйте, имя_клиента"]),
        ("placeholder", "Здравствуйте, @Имя!", ["Здравствуйте, @Имя"]),
        ("placeholder", "Заказ № ____ отменён.", ["____"]),
        ("placeholder", "Ваш заказ №___, простите.", ["___"]),
        ("placeholder", "Order no. ___ has left.", ["___"]),
        ("placeholder", "Уважаемая покупательница (ФИО), простите.", ["Уважаемая покупательница (ФИО)"]),
        ("placeholder", "Dear customer (name), we are sorry.", ["Dear customer (name)"]),
        ("placeholder", "Dear guest [name], we are sorry.", ["[name]"]),
        ("placeholder", "Уважаемый {0}!", ["{0}"]),
        ("placeholder", "Your order {1} has left.", ["{1}"]),
        ("placeholder", "Dear %s, thank you.", ["%s"]),
        ("placeholder", "Уважаемый %s!", ["%s"]),
        ("placeholder", "Your order #{{order_id}} has left.", ["{{order_id}}"]),
        ("placeholder", "Dear <<name>>, thank you.", ["<name>"]),
        ("placeholder", "Call GET https://api.example/users/{0}/orders to see.", []),
        ("placeholder", "See www.example.com/{lang}/help for more.", []),
        ("placeholder", "Hello @anna_k, thank you for the photo.", []),
        ("placeholder", "Hello @FirstDates, thank you for the tag.", []),
        ("placeholder", "The file customer_name.csv is damaged.", []),
        ("placeholder", "Поле customer_name в выгрузке пустое.", []),
        ("placeholder", "Наш менеджер (имя вы знаете) позвонит.", []),
        ("placeholder", "Please write your name (first and last).", []),
        ("placeholder", "Размер XXL снова есть.", []),
        ("placeholder", "Размер XXXL есть на складе.", []),
        ("placeholder", "Use the pattern a{2} in the search.", []),
        ("placeholder", "The set {1, 2, 3} is complete.", []),
        ("placeholder", "The size is 60_70.", []),
        ("placeholder", "It is 50% off today.", []),
        ("placeholder", "Скидка 20% с сегодняшнего дня.", []),
        ("placeholder", "The price is $15 for you.", []),
        ("placeholder", "We write snake_case names in our API.", []),
        ("placeholder", "Dear Mr O'Neill_Jones, thank you.", []),
        ("placeholder", "Клиент (Иван Петров) прав.", []),
        ("placeholder", "Dear customer (you know who you are), we are sorry.", []),
        ("placeholder", "Dear {name}, thanks.", ["{name}"]),
        ("placeholder", "Hello {user1}, thanks.", ["{user1}"]),
        ("placeholder", "Good morning @customer_name, thanks.", ["Good morning @customer_name"]),
        ("placeholder", "Hi username, thanks.", ["Hi username"]),
        ("placeholder", "Hey lastName, thanks.", ["Hey lastName"]),
        ("placeholder", "Добрый день, имя_клиента!", ["Добрый день, имя_клиента"]),
        ("placeholder", "Дорогой клиент (имя), простите.", ["Дорогой клиент (имя)"]),
        ("placeholder", "Здравствуйте, {0}!", ["{0}"]),
        ("placeholder", "Your booking no. ___ is safe.", ["___"]),
        ("placeholder", "Договор №_____ расторгнут.", ["_____"]),
        ("placeholder", "Сумма: ___ рублей.", ["___"]),
        ("placeholder", "Hello %s!", ["%s"]),
        ("placeholder", "Hello %1$s!", ["%1$s"]),
        ("placeholder", "Уважаемая {{name}}!", ["{{name}}"]),
        ("placeholder", "Dear guest (first name), we are sorry.", ["Dear guest (first name)"]),
        ("placeholder", "Your order %order_id% is here.", ["%order_id%"]),
        ("placeholder", "Dear Mr {surname}, thanks.", ["{surname}"]),
        ("placeholder", "Ваш менеджер: [ИМЯ].", ["[ИМЯ]"]),
        ("placeholder", "Hi ???, thanks.", ["Hi ???"]),
        ("placeholder", "Dear @client.name, thanks.", ["Dear @client.name"]),
        ("placeholder", "GET /users/{id}/orders returns 404.", []),
        ("placeholder", "Open shop.example/{lang}/help.", []),
        ("placeholder", "Write to @shop_support or @anna.", []),
        ("placeholder", "Mail name@example.com please.", []),
        ("placeholder", "Column first_name is empty in your file.", []),
        ("placeholder", "Hello Anna (the second), thanks.", []),
        ("placeholder", "Дорогие гости (и соседи), простите.", []),
        ("placeholder", "Dear customer (and family), sorry.", []),
        ("placeholder", "The regex \\d{3} fails.", []),
        ("placeholder", "The file is my__init__.py.", []),
        ("placeholder", "Size XXL is back.", []),
        ("placeholder", "100 %s are gone", []),
        ("placeholder", "Use ___bold___ for bold.", []),
        ("placeholder", "20%d0%b0 is in the link", []),
        ("placeholder", "Размер 50_52 есть.", []),
        ("placeholder", "Hi Name-Day guests, thanks.", []),
        ("placeholder", "Version v{2} was never out.", []),
        ("placeholder", "See https://a.example/x?id={id} for the format.", []),
        ("placeholder", "The hashtag #FirstName is ours.", []),
        ("placeholder", "Hello Firstborn family, thanks.", []),
        ("placeholder", "I will call you by (time).", ["(time)"]),
        ("placeholder", "Sorry about (what happened).", ["(what happened)"]),
        ("placeholder", "Вы пишете, что (что случилось).", ["(что случилось)"]),
        ("placeholder", "Позвоню до (время).", ["(время)"]),
        ("placeholder", "Пришлите ФИО и номер заказа в личные сообщения.", []),
        ("placeholder", "Please send us your ORDER NUMBER in private.", []),
        ("placeholder", "С уважением, ФИО", ["ФИО"]),
        ("placeholder", "See [order 4471](https://shop.example/o/4471), Jane.", []),
        ("placeholder", "Вот [номер заказа](https://shop.example/o/4471).", []),
        ("placeholder", "See the terms [PDF].", []),
        ("placeholder", "We will refund [X] euros on [day].", ["[X]", "[day]"]),
        ("placeholder", "Вернём вам ХХ рублей, [подпись]", ["ХХ", "[подпись]"]),
        ("placeholder", "Dear , we are sorry.", ["Dear ,"]),
        ("amount", "3500 тг, 350 грн", ["3500 тг", "350 грн"]),
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
@pytest.mark.parametrize("piece", PIECES)
def test_detectors_stay_linear_on_hostile_text(name: str, piece: str) -> None:
    require_linear_in(lambda text: list(DETECTORS[name](text)), piece * (65_536 // len(piece)))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\bвернём\b", "Мы вернем, вернёмся.", ["вернем"]),
        (r"\bref\w+", "Refunds and refs, xref", ["Refunds", "refs"]),
        (r"order #?\d{4,}", "order #12345", ["order #12345"]),
        ("(?i)vip", "VIP", ["VIP"]),
        (r"[\w.]+!", "Ой, больно!", ["больно!"]),
        ("b", "😀b", ["b"]),
        (r"\bасап\b", "😀 Асап асап, асапище асап", ["Асап", "асап", "асап"]),
        (r"\b(?:lol|ха)\b", "ха lol ха", ["ха", "lol", "ха"]),
    ],
)
def test_regex_knows_letters_of_every_alphabet(pattern: str, text: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in compile_regex(pattern)(text)] == found


@pytest.mark.parametrize(
    ("pattern", "fault", "remedy"),
    [
        ("", "an empty pattern", "what to look for"),
        (" ", "an empty pattern", "what to look for"),
        ("(открыт|закрыт", "a ( that nothing closes", r"write \("),
        ("[а-я", "a [ that nothing closes", r"write \["),
        ("refund)", "a ) that nothing has opened", r"write \)"),
        ("a)(b", "a ) that nothing has opened", r"write \)"),
        ("refund\\", "a backslash at its end", r"write \\"),
        ("+7", "`+` with nothing before it", r"write \+"),
        ("a**", "`**`, a repetition of a repetition", "Keep one"),
        ("a{3,1}", "`{3,1}`, which repeats too often or", "smaller number first"),
        ("a{1001}", "`{1001}`, which repeats too often or", "1000 is the most"),
        ("[z-a]", "`z-a`, a range that runs backwards", "lower end first"),
        (r"\p{Cyrilic}", r"`\p{Cyrilic}`, a kind of letters", r"\p{Cyrillic}"),
        ("[[:rus:]]", "`[:rus:]`, a kind of signs", "[a-zа-яё]"),
        ("(?<!не )верн", "a look-around, `(?<!`", "under `unless`"),
        ("refund(?! now)", "a look-around, `(?!`", "under `unless`"),
        ("(?<=не )верн", "a look-around, `(?<=`", "into the pattern itself"),
        ("refund(?= now)", "a look-around, `(?=`", "into the pattern itself"),
        ("(?>a)b", "an atomic group", "(?:"),
        (r"(\w+) \1", r"a back-reference, `\1`", "a second time"),
        ("(?P<x>a)(?P=x)", "a back-reference", "a second time"),
        ("(?x)a", "`(?x`, which is not known", "(?i)"),
        ("(?<name", "`(?<name`, which is not known", "(?P<name>...)"),
        (r"end\Z", r"`\Z`, which is not known", "Write $"),
        (r"\q", r"`\q`, which is not known", "without the backslash"),
        (r"[\p{L}]{1000}", "repetitions that make it too large", "Repeat less"),
        (r"a\bb", r"a \b in the middle", "the first and the last place"),
        (r"[\W]", r"a \W inside [ ]", "Write out"),
        (r"\d*", "matches the empty text", "one sign compulsory"),
        ("refund|", "matches the empty text", "one sign compulsory"),
        ("x" * 2000, "a pattern of 2000 characters", "several"),
        ("\bref", "a sign that nobody can see", "single quotes"),
        ("/refund/i", "between slashes", "`refund` alone"),
        ("$100", "goes on behind the end", r"\$"),
    ],
)
def test_what_is_wrong_with_a_regex_is_told_with_its_own_remedy(
    pattern: str, fault: str, remedy: str
) -> None:
    with pytest.raises(BadRegex) as caught:
        compile_regex(pattern)
    assert fault in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("pattern", [r"/wa\.me/", "/api/", r"[$]5", r"\$5", "(a|b$)", "a$|b", "[])$]5"])
def test_a_sign_that_is_meant_as_such_is_no_fault_of_a_regex(pattern: str) -> None:
    assert compile_regex(pattern)


@pytest.mark.timeout(60)  # seconds; each takes a few hundredths of one, or for ever
@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_catastrophic_patterns_do_no_harm(pattern: str) -> None:
    try:
        finder = compile_regex(pattern)
    except BadRegex as error:
        assert error.remedy  # noqa: PT017
        return
    for text in ("a" * 65_536, "ab" * 32_768, "a.a" * 20_000, "foo fo " * 9_000):
        list(finder(text))


def test_no_text_is_passed_over_that_one_of_many_regexes_finds() -> None:
    regexes = [compile_regex(pattern) for pattern in (r"\bTODO\b", "№ (NN|XX)", "ёж")]
    may_hold = any_of([*regexes, DETECTORS["placeholder"]])
    assert all(map(may_hold, ("a todo list", "заказ № xx", "Еж!")))
    assert not any(map(may_hold, ("nothing", "{name}", "")))
    assert may_hold("nothing " * 1_000)  # too long to be told in one go


def test_regexes_that_are_too_large_together_are_asked_one_by_one() -> None:
    large = [compile_regex(rf"{letter}\w{{100}}") for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert any_of(large)("nothing")
