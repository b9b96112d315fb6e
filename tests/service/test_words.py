"""Time, names and phrases: the small parts that decide."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from growth import require_linear_in
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.service import people
from complaint_gift.service.hours import Hours, Span
from complaint_gift.service.language import guess_language
from complaint_gift.service.lexicon import check, has_any
from complaint_gift.service.patience import describe, retry_at
from complaint_gift.service.people import find_named
from complaint_gift.service.policyfile import load_policy
from complaint_gift.service.records import hash_text

OFFICE = ((time(9), time(18)),)
WEEK = Hours(ZoneInfo("Europe/Berlin"), (OFFICE,) * 5 + ((), ()), frozenset({date(2026, 1, 1)}))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        (berlin(2026, 3, 2, 10), "4 working h", berlin(2026, 3, 2, 14)),
        (berlin(2026, 3, 2, 16), "4 working h", berlin(2026, 3, 3, 11)),
        (berlin(2026, 3, 6, 17), "4 working h", berlin(2026, 3, 9, 12)),
        (berlin(2026, 3, 7, 3), "30 working min", berlin(2026, 3, 9, 9, 30)),
        (berlin(2025, 12, 31, 17, 30), "1 working h", berlin(2026, 1, 2, 9, 30)),
        (berlin(2026, 3, 2, 10), "1 working d", berlin(2026, 3, 3, 18)),
        (berlin(2026, 3, 6, 10), "2 working d", berlin(2026, 3, 10, 18)),
        (berlin(2026, 3, 28, 10), "2 d", berlin(2026, 3, 30, 11)),
        (berlin(2026, 3, 2, 10), "90 s", berlin(2026, 3, 2, 10, 1) + timedelta(seconds=30)),
    ],
)
def test_span_ends_by_the_calendar(start: datetime, span: str, end: datetime) -> None:
    assert WEEK.after(start, Span.parse(span)) == end.astimezone(UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(1, 5000))
def test_working_time_never_ends_before_wall_time_and_lies_in_hours(start: datetime, minutes: int) -> None:
    end = WEEK.after(start.replace(tzinfo=UTC), Span(minutes, "min", working=True))
    assert end - start.replace(tzinfo=UTC) >= timedelta(minutes=minutes)
    local = end.astimezone(WEEK.zone)
    assert local.weekday() < 5
    assert time(9) < local.time() <= time(18)


@pytest.mark.parametrize(
    ("end", "span", "start"),
    [
        (berlin(2026, 3, 2, 14), "4 working h", berlin(2026, 3, 2, 10)),
        (berlin(2026, 3, 3, 11), "4 working h", berlin(2026, 3, 2, 16)),
        (berlin(2026, 3, 9, 12), "4 working h", berlin(2026, 3, 6, 17)),
        (berlin(2026, 3, 7, 3), "30 working min", berlin(2026, 3, 6, 17, 30)),
        (berlin(2026, 1, 2, 9, 30), "1 working h", berlin(2025, 12, 31, 17, 30)),
        (berlin(2026, 3, 10, 12), "2 working d", berlin(2026, 3, 6, 18)),
        (berlin(2026, 3, 30, 11), "2 d", berlin(2026, 3, 28, 10)),
    ],
)
def test_span_begins_by_the_calendar(end: datetime, span: str, start: datetime) -> None:
    assert WEEK.before(end, Span.parse(span)) == start.astimezone(UTC)


@given(st.datetimes(datetime(2026, 2, 1), datetime(2027, 1, 1)), st.integers(1, 5000))
def test_span_that_begins_in_time_ends_in_time(end: datetime, minutes: int) -> None:
    span = Span(minutes, "min", working=True)
    start = WEEK.before(end.replace(tzinfo=UTC), span)
    assert WEEK.after(start, span) <= end.replace(tzinfo=UTC)
    assert WEEK.after(start + timedelta(minutes=1), span) >= WEEK.after(start, span)


def test_calendar_of_promises_follows_the_week() -> None:
    friday = berlin(2026, 3, 6, 17)
    assert WEEK.close_of(date(2026, 3, 7)) == berlin(2026, 3, 7, 18)
    assert WEEK.after_working_days(friday, 0) == berlin(2026, 3, 6, 18)
    assert WEEK.after_working_days(friday, 1) == berlin(2026, 3, 9, 18)
    assert WEEK.after_working_hours(friday, 1.5) == berlin(2026, 3, 9, 9, 30)


def test_office_that_never_opens_counts_wall_time() -> None:
    never = Hours(ZoneInfo("UTC"), ((),) * 7)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    assert never.after(start, Span(2, "h", working=True)) == start + timedelta(hours=2)
    assert never.before(start, Span(2, "h", working=True)) == start - timedelta(hours=2)


@pytest.mark.parametrize("text", ["", "soon", "4", "4 weeks", "-1 h", "1.5 h", "999999 h"])
def test_length_of_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write 30 min"):
        Span.parse(text)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("complain*", "I am COMPLAINING now", True),
        ("complain", "complaints", False),
        ("(go|see you) _2 court", "See you soon, in court!", True),
        ("go _2 court", "go away. Court is closed", False),
        ("еще раз", "Ещё раз пишу", True),
        ("не работает", "Лампа не\tработает", True),
        ("don't know", "I don’t know", True),
        ("суд", "судно", False),
    ],
)
def test_phrase_matches_words_in_a_row(phrase: str, text: str, found: bool) -> None:
    assert has_any(text, (phrase,)) is found


@pytest.mark.parametrize("phrase", ["", " ", "(a|)", "(a", "_3", "a _3", "(a (b))"])
def test_phrase_that_is_none_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"phrase|choice"):
        check(phrase)


def test_hostile_text_is_read_quickly_by_every_shipped_phrase() -> None:
    policy = load_policy()
    phrases = [policy.signs.phrases, *policy.triggers.values()]
    for text in ("a " * 30_000, "-'" * 30_000, "не " * 20_000, "not never " * 10_000, "\ud800" * 1000):
        require_linear_in(lambda given: [has_any(given, some) for some in phrases], text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Yesterday Dana shouted at me.", True),
        ("Dana's answer was rude and short.", True),
        ("Hello Dana, I have been waiting for a week.", False),
        ("Thanks to Dana we found it.", False),
        ("I waited.\nDana", False),
        ("The bandana was torn when it came.", False),
        ("We went to danas house for tea.", False),
        ("Dana, where is my refund by now?", False),
        ("Dana, it was Dana who shouted at me.", True),
        ("Yesterday Dana, your courier, shouted at me.", True),
        ("My name is Dana and I ordered a lamp.", False),
        ("I'm Dana, a customer of yours since May.", False),
        ("I am so angry with Dana by now.", True),
        ("I waited.\nKind regards, Dana Mary Smith", False),
        ("Hello, your courier Dana shouted at me.", True),
        ("Dear Sir, I complain about Dana.", True),
    ],
)
def test_english_name_is_found_in_the_story_only(text: str, named: bool) -> None:
    assert bool(find_named([text], ["Dana Whitfield"])) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Вчера Ольга на меня накричала.", True),
        ("Я жалуюсь на Ольгу из вашего салона.", True),
        ("Разговаривать с Ольгой больше не хочу.", True),
        ("Здравствуйте, Ольга, когда будет ответ?", False),
        ("Спасибо Ольге за терпение.", False),
        ("Ольхон мы видели в прошлом году.", False),
        ("Ольга, вы обещали вернуть деньги вчера.", False),
        ("Ольга Петровна, добрый день, где мой заказ?", False),
        ("Вчера Ольга, ваш администратор, на меня накричала.", True),
        ("Доброго дня, Ольга, где мой заказ?", False),
        ("Меня зовут Ольга, я заказала у вас лампу.", False),
        ("Я, Ольга Смирнова, заказала у вас лампу.", False),
        ("Я в шоке от того, как Ольга со мной говорила.", True),
        ("Здравствуйте, ваш администратор Ольга на меня накричала.", True),
        ("Добрый день, Ольга, ваш администратор на меня накричал.", False),
        ("Ждал неделю.\nС уважением, Ольга Петровна Смирнова", False),
    ],
)
def test_russian_name_is_found_in_any_case(text: str, named: bool) -> None:
    assert bool(find_named([text], ["Ольга Литвин"])) is named


def test_many_names_are_not_compared_with_every_word(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(people, "_is_form", lambda word, form: bool(compared.append(word)))
    letters = "abcdefghij"
    names = [f"{a}{b}{c}{a}" for a in letters for b in letters for c in letters]
    find_named(["we met " + " and ".join(name.capitalize() for name in names)], names)
    assert len(compared) == len(names), "each with the one that begins as it does"


def test_hash_of_a_text_survives_what_a_helpdesk_does_to_white_space() -> None:
    assert hash_text("a  b\n\nc ") == hash_text("a b c")
    assert hash_text("a b") != hash_text("ab")
    assert hash_text("\ud800")


def test_language_is_the_one_most_is_written_in() -> None:
    assert guess_language(["Привет, hello"], "en") == "ru"
    assert guess_language(["Hello, Привет world"], "ru") == "en"
    assert guess_language(["12345"], "ru") == "ru"


def test_waiting_doubles_up_to_its_limit_and_honours_a_wish() -> None:
    limits = load_policy().limits
    now = datetime(2026, 3, 2, tzinfo=UTC)
    waits = [(retry_at(now, limits, n) - now).total_seconds() for n in (1, 3, 50)]
    assert 12 <= waits[0] <= 18
    assert 48 <= waits[1] <= 72
    assert 1440 <= waits[2] <= 2160
    assert 3600 <= (retry_at(now, limits, 1, 3600) - now).total_seconds() <= 4320


def test_what_went_wrong_is_told_without_its_words() -> None:
    try:
        raise KeyError("words of a customer")
    except KeyError as exc:
        told = describe(exc)
    assert told.startswith("KeyError at test_words.py:")
