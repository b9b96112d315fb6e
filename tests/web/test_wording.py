"""Dates and numbers as people of each language write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaint_gift.web.wording import choose_language, say_moment, say_span

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "english", "russian"),
    [
        (timedelta(seconds=5), "1 minute", "1 минуту"),
        (timedelta(minutes=-22), "22 minutes", "22 минуты"),
        (timedelta(hours=1, minutes=59), "1 hour", "1 час"),
        (timedelta(hours=5), "5 hours", "5 часов"),
        (timedelta(days=3, hours=5), "3 days", "3 дня"),
        (timedelta(days=11), "11 days", "11 дней"),
    ],
)
def test_span_is_said_in_its_largest_unit(span: timedelta, english: str, russian: str) -> None:
    assert (say_span(span, "en"), say_span(span, "ru")) == (english, russian)


def test_moment_is_local_and_names_another_year() -> None:
    assert say_moment(NOW, "en", MOSCOW, NOW) == "25 November, 12:05"
    assert say_moment(NOW, "ru", MOSCOW, NOW) == "25 ноября, 12:05"
    assert say_moment(NOW.replace(year=2025), "ru", MOSCOW, NOW) == "25 ноября 2025, 12:05"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [("ru", "en", "ru"), ("de", "ru", "ru"), ("", "de,ru;q=0.3,en;q=0.2", "ru"), ("", "*", "en"),
     ("", "", "en"), ("", "en;q=0.1,ru;q=x", "en"), ("", "EN-us,en;q=0.9,ru;q=0.8", "en")],
)  # fmt: skip
def test_language_is_the_best_we_have(wanted: str, accepted: str, language: str) -> None:
    assert choose_language(wanted, accepted) == language
