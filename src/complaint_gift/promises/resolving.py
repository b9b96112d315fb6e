"""What a matched expression of time means: a day, an hour of the day, or a moment."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from complaint_gift.promises.calendar import Calendar
from complaint_gift.promises.vocabulary import Vocabulary

_HOURS = {"minute": 1 / 60, "hour": 1, "full-day": 24}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_WORKING = {"full-day": 1, "day": 1, "week": 5, "fortnight": 10, "month": 21}
_SOON = 120  # days within which "10/03" is looked for when it can be read in two ways
_JUST_OVER = 3  # months
_DAWN = 7  # nobody at work promises something for an hour before
Groups = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Named:
    """A time that was named. Without day, clock and moment it only takes its words: nothing is due."""

    start: int
    end: int
    day: date | None = None
    clock: time | None = None
    moment: datetime | None = None
    is_part: bool = False
    is_after: bool = False
    is_weekday: bool = False
    is_week: bool = False
    is_range: bool = False
    is_overnight: bool = False  # the range ends on the day after
    is_length: bool = False
    is_morning: bool = False
    is_either: bool = False  # half of the day is not said
    is_apart: bool = False  # something else begins between it and the one before

    @property
    def is_nothing(self) -> bool:
        """Whether it names no time that could be over."""
        return self.day is None and self.clock is None and self.moment is None


@dataclass(frozen=True, slots=True)
class Resolver:
    """The meaning of the words of one language, said at `now`."""

    words: Vocabulary
    now: datetime
    calendar: Calendar
    is_month_first: bool = False

    def moment(self, groups: Groups, meaning: Mapping[str, Any]) -> datetime:
        """The end of a length of time that starts now; of "3-5 days" the later end."""
        words, calendar, now = self.words, self.calendar, self.now
        unit = str(meaning.get("unit") or words.units[groups.get("unit") or "day"])
        count = float(meaning.get("n") or self._count(groups))
        if groups.get("working"):
            if unit in ("hour", "minute"):
                return calendar.after_working_hours(now, count / (60 if unit == "minute" else 1))
            return calendar.after_working_days(now, round(count * _WORKING[unit]))
        if unit == "month":
            whole = int(count)
            later = months_later(now.date(), whole) + timedelta(days=round((count - whole) * 30))
            return calendar.close_of(later)
        if unit in _DAYS:
            return calendar.close_of(now.date() + timedelta(days=round(count * _DAYS[unit])))
        minutes = self.number(groups.get("more") or "0")
        # Hours pass while the clock on the wall is put forward or back.
        return now.astimezone(UTC) + timedelta(hours=count * _HOURS[unit], minutes=minutes)

    def _count(self, groups: Groups) -> float:
        count = max(self.number(groups.get("n") or "1"), self.number(groups.get("most") or "0"))
        return count + (0.5 if groups.get("half") else 0)

    def number(self, spelled: str) -> float:
        """In digits or in words."""
        return float(spelled.replace(",", ".")) if spelled[:1].isdigit() else self.words.numbers[spelled]

    def day(self, groups: Groups, meaning: Mapping[str, Any]) -> date | None:
        """The day that is meant; None for one that does not exist or may be either of two."""
        today, words = self.now.date(), self.words
        if "days" in meaning:
            return today + timedelta(days=int(meaning["days"]))
        if "weekday" in meaning:
            found = weekday(words.days[groups["day"] or ""], today, is_next=bool(groups.get("next")))
            if groups.get("week") or groups.get("week2"):  # "Monday week", "a week on Monday"
                found += timedelta(days=7)
            last = groups.get("day2")
            return weekday(words.days[last], found, is_next=False) if last else found
        if "on" in meaning:
            month, number = str(meaning["on"]).split("-")
            return this_or_next(today, int(month), int(number), None)
        if "end" in meaning:
            return end_of(str(meaning["end"]), today)
        if "month" in meaning:
            return self._in_month(
                words.months[groups["month"] or ""], groups.get("year"), int(meaning["month"])
            )
        if groups.get("one"):
            return self._slashed(int(groups["one"] or 0), int(groups["other"] or 0), groups.get("year"))
        return self._date(groups)

    def _in_month(self, month: int, said: str | None, number: int) -> date | None:
        """The last day meant of a month; one that is just over, said without its year, is a memory."""
        today = self.now.date()
        if not said and 0 < (today.month - month) % 12 <= _JUST_OVER:
            return None
        year = int(said or today.year + (month < today.month))
        return date(year, month, min(number, months_of.monthrange(year, month)[1]))

    def _slashed(self, one: int, other: int, year: str | None) -> date | None:
        """10/03 as it is written on either side of the ocean, if only one of the two makes sense."""
        today = self.now.date()
        read = (this_or_next(today, month, day, year) for day, month in ((one, other), (other, one)))
        found = {day for day in read if day is not None}
        if not self.is_month_first:
            return this_or_next(today, other, one, year)
        if len(found) > 1:
            found = {day for day in found if 0 <= (day - today).days <= _SOON}
        return found.pop() if len(found) == 1 else None

    def _date(self, groups: Groups) -> date | None:
        spelled = groups["dom"] or "0"
        number = int(spelled) if spelled.isdigit() else self.words.ordinals[spelled]
        if groups.get("month"):
            return this_or_next(
                self.now.date(), self.words.months[groups["month"] or ""], number, groups.get("year")
            )
        if groups.get("monthnumber"):
            return this_or_next(self.now.date(), int(groups["monthnumber"] or 0), number, groups.get("year"))
        return _next_such_day(number, self.now.date())

    def hour(self, spelled: str, minute: str | None, half: str | None) -> time | None:
        """An hour of the clock with its "pm"; an early one without it is in the afternoon."""
        hour = int(spelled) if spelled.isdigit() else int(self.words.numbers[spelled])
        if half in self.words.afternoon and hour < 12:
            hour += 12
        elif half and hour == 12 and half not in self.words.afternoon:
            hour = 0 if int(minute or 0) else 24  # by 12 am: the end of the day before
        elif half is None and 1 <= hour < _DAWN and (minute is None or self.words.is_informal):
            hour += 0 if spelled.startswith("0") else 12
        if hour > 24 or int(minute or 0) > 59:
            return None
        return time(23, 59) if hour == 24 else time(hour, int(minute or 0))

    def spoken(self, groups: Groups, meaning: Mapping[str, Any]) -> time | None:
        """Half past three, без четверти пять: an hour and what is added to it."""
        spelled = groups["hour"] or ""
        hour = self.words.ordinals.get(spelled) if meaning.get("ordinal") else None
        hour = int(self.number(spelled)) if hour is None else hour
        minutes = hour * 60 + int(meaning.get("add", 0))
        if groups.get("fraction"):
            fraction = groups["fraction"] or ""
            minutes += int(meaning.get("sign", 1)) * int(self.number(fraction))
        if not 0 <= hour <= 24:
            return None
        half = groups.get("half")
        is_late = half in self.words.afternoon or (half is None and minutes < _DAWN * 60)
        return clock_of(minutes + (12 * 60 if is_late and minutes < 12 * 60 else 0))


def clock_of(minutes: int) -> time:
    """Minutes since midnight as a time of day; the end of the day is its last minute."""
    return time(23, 59) if minutes >= 24 * 60 else time(minutes // 60, minutes % 60)


def weekday(number: int, today: date, *, is_next: bool) -> date:
    """The next day of this name: for today people say "today"."""
    ahead = (number - today.weekday()) % 7
    if is_next:  # "next Friday" is the Friday of the next week
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + number)
    return today + timedelta(days=ahead or 7)


def end_of(what: str, today: date) -> date:
    """The last day of a week, a weekend, a month or a year."""
    monday = today - timedelta(days=today.weekday())
    if what == "week":
        return monday + timedelta(days=4 if today.weekday() < 5 else 6)
    if what == "before-weekend":
        return monday + timedelta(days=4 if today.weekday() < 5 else 11)
    if what == "weekend":
        return monday + timedelta(days=6)
    if what == "after-weekend":
        return monday + timedelta(days=7)
    if what == "next-week":
        return monday + timedelta(days=11)
    if what == "year":
        return date(today.year, 12, 31)
    later = months_later(today, 1 if what == "next-month" else 0)
    return later.replace(day=months_of.monthrange(later.year, later.month)[1])


def months_later(day: date, count: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def this_or_next(today: date, month: int, number: int, year: str | None) -> date | None:
    """A date of this year; one that is long over means the year to come."""
    try:
        if year:
            return date(int(year) + (2000 if int(year) < 100 else 0), month, number)
        # A date of the last months is a memory, one that is further back means the year to come.
        is_past = (today - date(today.year, month, 1)).days + 1 - number > 182
        return date(today.year + is_past, month, number)
    except ValueError:
        return None


def _next_such_day(number: int, today: date) -> date | None:
    for ahead in range(3):
        first = months_later(today.replace(day=1), ahead)
        if 1 <= number <= months_of.monthrange(first.year, first.month)[1]:
            found = first.replace(day=number)
            if found >= today:
                return found
    return None
