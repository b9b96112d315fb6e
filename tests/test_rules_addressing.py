"""How a suggestion speaks to a customer whose name is known as a helpdesk shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.rules.addressing import called, is_signed


@pytest.mark.parametrize(
    ("shown", "spoken"),
    [
        ("Людмила Петровна Зимина", "Людмила Петровна"),
        ("Зимина Людмила Петровна", "Людмила Петровна"),
        ("Зимина, Людмила Петровна", "Людмила Петровна"),
        ("ЗИМИНА ЛЮДМИЛА ПЕТРОВНА", "Людмила Петровна"),
        ("г-жа Зимина Людмила Петровна", "Людмила Петровна"),
        ("Роман Аркадьевич Абрамович", "Роман Аркадьевич"),
        ("Абрамович Роман Аркадьевич", "Роман Аркадьевич"),
        ("Фёдор Ильич Кузнецов", "Фёдор Ильич"),
        ("Мамедов Рашид Гасан оглы", "Рашид Гасан оглы"),
        ("Олена Іванівна Кравець", "Олена Іванівна"),
        ("Юлия Сергеевна", "Юлия Сергеевна"),
    ],
)
def test_patronymic_is_found_wherever_the_surname_stands(shown: str, spoken: str) -> None:
    assert called(shown) == spoken


@pytest.mark.parametrize(
    ("shown", "spoken"),
    [
        ("Ann Lee", "Ann"),
        ("Lee, Ann", "Ann"),
        ("Ann K. Lee", "Ann"),
        ("Ann Lee (via Facebook)", "Ann"),
        ("MARIA", "Maria"),
        ("Ирина 🌸", "Ирина"),
        ("kevin o'brien", "Kevin"),
        ("Зимина Людмила", "Людмила"),
        ("катя смирнова", "Катя"),
        ("Анна-Мария Ковальчук", "Анна-Мария"),
        ("Dmitry Petrov", "Dmitry"),
    ],
)
def test_first_name_is_used_where_it_is_known_as_one(shown: str, spoken: str) -> None:
    assert called(shown) == spoken


@pytest.mark.parametrize(
    ("shown", "spoken"),
    [("Dr. Ann Lee", "Dr. Lee"), ("Mrs Ruth Okafor", "Mrs Okafor"), ("Smith, Mr John", "Mr Smith")],
)
def test_title_goes_with_the_surname(shown: str, spoken: str) -> None:
    assert called(shown) == spoken


@pytest.mark.parametrize(
    "shown",
    [
        "Nagy Eszter",
        "Aminata Thomas",
        "Mary Ann Smith",
        "Ким Роман Мария",
        "Роман Мария",
        "Ann & Tom Lee",
        "Prof Ludwig van Beethoven",
        "г-жа Соколова",
        "Mr",
    ],
)
def test_name_stays_as_it_is_where_nobody_can_tell(shown: str) -> None:
    assert called(shown) == shown


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "jane.doe88",
        "user_81",
        "ООО «Ромашка»",
        "«Ромашка»",
        "Acme Ltd",
        "Гость",
        "Bright Side Plumbing",
        "Sunrise Bakery",
        "Кофейня Уют",
    ],
)
def test_accounts_and_firms_are_called_nothing(shown: str) -> None:
    assert called(shown) == ""


@pytest.mark.parametrize("shown", ["Петрова М. С.", "М.С. Петрова", "J. Smith"])
def test_nobody_is_called_by_initials(shown: str) -> None:
    assert called(shown) == ""


@given(st.text(max_size=60))
def test_any_name_can_be_called(name: str) -> None:
    assert len(called(name)) <= 2 * len(name)


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("Nobody came, for the second time. Anil Kapoor, Reading", True),
        ("Do you even read the form?\n\nRegards,\nAnna", True),
        ("Грязно, и никто не убрал. Марина Петровна", True),
        ("Nobody came. Never again!", False),
        ("Nobody came on Monday.", False),
        ("Сломалось. Помогите", False),
        ("Nobody came. A\ud800a", True),
        ("", False),
    ],
)
def test_a_message_that_ends_with_a_name_is_signed(text: str, signed: bool) -> None:
    assert is_signed(text) is signed
