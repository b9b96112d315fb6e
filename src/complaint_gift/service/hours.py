"""Working time: when the clocks of a company run, and when a span of time is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 24 * 3600}
_SPAN = re.compile(r"(\d{1,5})\s*(working\s+)?(s|min|h|d)")
_MOST_DAYS = 3700
_SIX = time(18)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time such as `30 min`, `4 working h` or `2 working d`."""

    count: int
    unit: str
    working: bool = False

    @classmethod
    def parse(cls, text: str) -> Span:
        """Raises ValueError with a sentence that shows how to write it."""
        found = _SPAN.fullmatch(text.strip().lower())
        if not found:
            raise ValueError(f"{text!r} is not a length of time; write 30 min, 4 h, 2 d or 4 working h")
        return cls(int(found[1]), found[3], bool(found[2]))

    @property
    def wall(self) -> timedelta:
        """Its length if every hour counted."""
        return timedelta(seconds=self.count * SECONDS[self.unit])

    def __str__(self) -> str:
        return f"{self.count} {'working ' if self.working else ''}{self.unit}"


@dataclass(frozen=True, slots=True)
class Hours:
    """The week of a company. `week` has seven days from Monday, each with its open (from, to) stretches."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[time, time], ...], ...]
    holidays: frozenset[date] = frozenset()

    def after(self, moment: datetime, span: Span) -> datetime:
        """When `span` is over if it starts at `moment` (aware); the answer is UTC."""
        if not span.working or not any(self.week):
            return moment.astimezone(UTC) + span.wall
        if span.unit == "d":
            return self._after_days(moment, span.count)
        return self._after_minutes(moment, span.wall)

    def before(self, moment: datetime, span: Span) -> datetime:
        """When `span` has to start to be over at `moment` (aware); the answer is UTC."""
        if not span.working or not any(self.week):
            return moment.astimezone(UTC) - span.wall
        if span.unit == "d":
            return self._before_days(moment, span.count)
        return self._before_minutes(moment, span.wall)

    def close_of(self, day: date) -> datetime:
        """When work ends on that day; a day off has the usual end, somebody may promise it all the same."""
        usual = [stretches[-1] for stretches in self.week if stretches]
        start, end = (self.week[day.weekday()] or usual or [(time(), _SIX)])[-1]
        until = day if end > start else day + timedelta(days=1)
        return datetime.combine(until, end, self.zone).astimezone(UTC)

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """The close of business `days` working days after the day of `moment`; today's for none."""
        if days <= 0:
            return self.close_of(moment.astimezone(self.zone).date())
        return self.after(moment, Span(days, "d", working=True))

    def after_working_hours(self, moment: datetime, hours: float) -> datetime:
        """When that many hours of work have passed."""
        return self.after(moment, Span(round(hours * 3600), "s", working=True))

    def _open(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches of a day in UTC; arithmetic in UTC is right on days when the clock is changed."""
        if day in self.holidays:
            return []
        return [
            (
                datetime.combine(day, start, self.zone).astimezone(UTC),
                datetime.combine(day, end, self.zone).astimezone(UTC)
                if end > start
                else datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC),
            )
            for start, end in self.week[day.weekday()]
        ]

    def _after_minutes(self, moment: datetime, left: timedelta) -> datetime:
        day = moment.astimezone(self.zone).date()
        now = moment.astimezone(UTC)
        for _ in range(_MOST_DAYS):
            for start, end in self._open(day):
                begin = max(start, now)
                if begin >= end:
                    continue
                if end - begin >= left:
                    return begin + left
                left -= end - begin
            day += timedelta(days=1)
        return moment.astimezone(UTC) + left  # a calendar of nothing but holidays

    def _before_minutes(self, moment: datetime, left: timedelta) -> datetime:
        day = moment.astimezone(self.zone).date()
        now = moment.astimezone(UTC)
        for _ in range(_MOST_DAYS):
            for start, end in reversed(self._open(day)):
                finish = min(end, now)
                if finish <= start:
                    continue
                if finish - start >= left:
                    return finish - left
                left -= finish - start
            day -= timedelta(days=1)
        return moment.astimezone(UTC) - left

    def _before_days(self, moment: datetime, days: int) -> datetime:
        """The close of business `days` working days earlier."""
        day = moment.astimezone(self.zone).date()
        for _ in range(_MOST_DAYS):
            day -= timedelta(days=1)
            stretches = self._open(day)
            days -= bool(stretches)
            if stretches and days <= 0:
                return stretches[-1][1]
        return moment.astimezone(UTC) - timedelta(days=days)

    def _after_days(self, moment: datetime, days: int) -> datetime:
        """The close of business `days` working days later."""
        day = moment.astimezone(self.zone).date()
        for _ in range(_MOST_DAYS):
            day += timedelta(days=1)
            stretches = self._open(day)
            if not stretches:
                continue
            days -= 1
            if days <= 0:
                return stretches[-1][1]
        return moment.astimezone(UTC) + timedelta(days=days)
