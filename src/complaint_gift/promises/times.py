"""Expressions of time in a sentence, resolved against the moment it was sent."""

from __future__ import annotations

import calendar as months_of
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from complaint_gift.promises.calendar import Calendar
from complaint_gift.promises.vocabulary import Vocabulary, vocabularies

_NEAR = 24  # code points between a day and its time of day: "on Thursday, as I said, at five"
_FOLD = str.maketrans({"ё": "е", "Ё": "е", "’": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class When:
    """A time that was named: `due` is the last moment meant, aware, in UTC."""

    start: int
    end: int
    due: datetime


@dataclass(frozen=True, slots=True)
class _Named:
    start: int
    end: int
    day: date | None = None
    clock: time | None = None
    moment: datetime | None = None
    is_part: bool = False


def find_times(text: str, sent_at: datetime, calendar: Calendar) -> list[When]:
    """Every time named in `text` (one sentence), in its order; a day and its hour become one.

    `sent_at` is aware. What lies in the past, or is only a length ("open for two hours"), is left out.
    """
    folded = text.lower().translate(_FOLD)
    if len(folded) != len(text):  # a letter that grows in lower case would move every offset
        folded = "".join(char.lower() if len(char.lower()) == 1 else char for char in text).translate(_FOLD)
    now = sent_at.astimezone(calendar.zone)
    found: list[_Named] = []
    for words in vocabularies():
        found.extend(_days(folded, words, now, calendar))
        if not any(word in words.past for word in re.findall(r"\w+", folded)):
            found.extend(_clocks(folded, words))
        else:
            # "yesterday at five" is no promise: without a day of its own an hour belongs to the past one.
            found.extend(clock for clock in _clocks(folded, words) if _has_day_near(clock, found))
    return [when for when in _merge(_widest(found), now, calendar) if when.due >= sent_at]


def _has_day_near(clock: _Named, days: list[_Named]) -> bool:
    return any(min(abs(clock.start - d.end), abs(d.start - clock.end)) <= _NEAR for d in days)


def _days(text: str, words: Vocabulary, now: datetime, calendar: Calendar) -> Iterator[_Named]:
    for pattern in words.times:
        for match in pattern.find.finditer(text):
            if _is_past(text, match, words):
                continue
            named = _resolve(match, pattern.meaning, words, now, calendar)
            if named is not None:
                yield named


def _is_past(text: str, match: re.Match[str], words: Vocabulary) -> bool:
    before = re.findall(r"\w+", text[max(0, match.start() - 16) : match.start()])[-1:]
    after = re.findall(r"\w+", text[match.end() : match.end() + 16])[:1]
    return any(word in words.past for word in (*before, *after))


def _resolve(
    match: re.Match[str], meaning: Mapping[str, Any], words: Vocabulary, now: datetime, calendar: Calendar
) -> _Named | None:
    groups = match.groupdict()
    start, end = match.span()
    start += len(match.group()) - len(match.group().lstrip())
    if "span" in meaning:
        return _Named(start, end, moment=_after(groups, words, now, calendar))
    if "days" in meaning:
        day: date | None = now.date() + timedelta(days=int(meaning["days"]))
    elif "weekday" in meaning:
        day = _weekday(words.days[groups["day"]], now.date(), bool(groups.get("next")))
    elif "end" in meaning:
        day = _end_of(str(meaning["end"]), now.date())
    else:
        day = _date(groups, words, now.date())
    if day is None:
        return None
    if (groups.get("limit") or "") in words.before:
        opening = datetime.combine(day, time(9), calendar.zone)
        return _Named(start, end, day=day, clock=opening.timetz().replace(tzinfo=None))
    part = words.parts.get(groups.get("part") or "")
    return _Named(start, end, day=day, clock=_clock(part) if part else None, is_part=bool(part))


def _after(
    groups: Mapping[str, str | None], words: Vocabulary, now: datetime, calendar: Calendar
) -> datetime:
    spelled = groups.get("n") or "1"
    count = float(spelled) if spelled.isdigit() else words.numbers[spelled]
    unit = words.units[groups["unit"] or "day"]
    if groups.get("working"):
        if unit == "hour":
            return calendar.after_working_hours(now, count)
        return calendar.after_working_days(now, round(count * (5 if unit == "week" else 1)))
    if unit == "month":
        return calendar.close_of(_months_later(now.date(), round(count)))
    if unit in ("day", "week"):
        return calendar.close_of(now.date() + timedelta(days=round(count * (7 if unit == "week" else 1))))
    return now + (timedelta(hours=count) if unit == "hour" else timedelta(minutes=count))


def _weekday(number: int, today: date, is_next: bool) -> date:
    ahead = (number - today.weekday()) % 7
    if is_next:  # "next Friday" is the Friday of the next week
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + number)
    return today + timedelta(days=ahead or 7)  # for today people say "today"


def _end_of(what: str, today: date) -> date:
    friday = today + timedelta(
        days=max(0, 4 - today.weekday()) if today.weekday() < 5 else 6 - today.weekday()
    )
    if what == "week":
        return friday
    if what == "next-week":
        return today - timedelta(days=today.weekday()) + timedelta(days=11)
    later = _months_later(today, 1 if what == "next-month" else 0)
    return later.replace(day=months_of.monthrange(later.year, later.month)[1])


def _months_later(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _date(groups: Mapping[str, str | None], words: Vocabulary, today: date) -> date | None:
    number = int(groups.get("dom") or groups.get("dom2") or 0)
    if groups.get("month"):
        month = words.months[groups["month"] or ""]
    elif groups.get("monthnumber"):
        month = int(groups["monthnumber"] or 0)
    else:
        return _next_such_day(number, today)
    try:
        if groups.get("year"):
            year = int(groups["year"] or 0)
            return date(year + 2000 if year < 100 else year, month, number)
        this_year = date(today.year, month, number)
        # A date of the last months is a memory, one that is further back means the year to come.
        return date(today.year + 1, month, number) if (today - this_year).days > 182 else this_year
    except ValueError:
        return None


def _next_such_day(number: int, today: date) -> date | None:
    for ahead in range(3):
        first = _months_later(today.replace(day=1), ahead)
        if 1 <= number <= months_of.monthrange(first.year, first.month)[1]:
            found = first.replace(day=number)
            if found >= today:
                return found
    return None


def _clocks(text: str, words: Vocabulary) -> Iterator[_Named]:
    for match in words.clocks.finditer(text):
        yield _Named(*match.span(), clock=_clock(words.clock_times[match["clock"]]), is_part=True)
    for pattern in words.hours:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            start = groups.get("hour") or groups.get("hour2") or ""
            half = groups.get("half") or groups.get("tohalf")
            if groups.get("to"):
                clock = _hour(groups["to"] or "", groups.get("tominute"), half, words)
            else:
                clock = _hour(start, groups.get("minute") or groups.get("minute2"), half, words)
            if clock is not None:
                yield _Named(*match.span(), clock=clock)


def _hour(spelled: str, minute: str | None, half: str | None, words: Vocabulary) -> time | None:
    hour = (
        int(spelled) if spelled.isdigit() else int(words.numbers.get(spelled, words.numbers.get("один", 1)))
    )
    if half in words.afternoon and hour < 12:
        hour += 12
    elif half is None and minute is None and 1 <= hour <= 6:
        hour += 12  # nobody at work promises something for five in the morning
    if hour > 24 or int(minute or 0) > 59:
        return None
    return time(23, 59) if hour == 24 else time(hour, int(minute or 0))


def _clock(written: str) -> time:
    hour, minute = (int(part) for part in written.split(":"))
    return time(23, 59) if hour == 24 else time(hour, minute)


def _widest(found: list[_Named]) -> list[_Named]:
    """In order; where several read the same words, the longest reading."""
    kept: list[_Named] = []
    for named in sorted(found, key=lambda one: (-(one.end - one.start), one.is_part)):
        if all(named.end <= other.start or other.end <= named.start for other in kept):
            kept.append(named)
    return sorted(kept, key=lambda one: one.start)


def _merge(found: list[_Named], now: datetime, calendar: Calendar) -> Iterator[When]:
    """A day takes the time of day beside it; a time of day alone means its next occurrence."""
    taken: set[int] = set()
    for index, named in enumerate(found):
        if index in taken:
            continue
        if named.moment is not None:
            yield When(named.start, named.end, named.moment.astimezone(UTC))
            continue
        other = _beside(found, index)
        start, end, clock = named.start, named.end, named.clock
        if other is not None:
            taken.add(other)
            partner = found[other]
            start, end = min(start, partner.start), max(end, partner.end)
            clock = _sharper(named, partner)
        day = named.day or (found[other].day if other is not None else None)
        yield When(start, end, _moment(day, clock, now, calendar).astimezone(UTC))


def _beside(found: list[_Named], index: int) -> int | None:
    after = index + 1
    if after >= len(found) or found[after].moment is not None:
        return None
    one, other = found[index], found[after]
    if other.start - one.end > _NEAR:
        return None
    if (one.day is None) != (other.day is None):
        return after
    return None


def _sharper(one: _Named, other: _Named) -> time | None:
    exact = [n.clock for n in (one, other) if n.clock is not None and not n.is_part]
    rough = [n.clock for n in (one, other) if n.clock is not None]
    return next(iter((*exact, *rough)), None)


def _moment(day: date | None, clock: time | None, now: datetime, calendar: Calendar) -> datetime:
    if day is None:
        assert clock is not None  # noqa: S101 - a named time has a day, a clock or a moment
        today = datetime.combine(now.date(), clock, calendar.zone)
        return today if today >= now else today + timedelta(days=1)
    if clock is None:
        closes = calendar.close_of(day)
        # "Today", said after work, still means today.
        return closes if closes >= now else datetime.combine(day, time(23, 59), calendar.zone)
    return datetime.combine(day, clock, calendar.zone)
