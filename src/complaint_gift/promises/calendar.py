"""When a promised time is over: days of a calendar and hours of a day, in the company's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Calendar(Protocol):
    """What resolving a promise asks of a company's calendar; every answer is aware."""

    @property
    def zone(self) -> tzinfo:
        """The zone in which "tomorrow at twelve" is meant."""

    def close_of(self, day: date) -> datetime:
        """When work ends on that day; a day off has its usual end too, somebody promised it."""

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """The close of business `days` working days after the day of `moment`."""

    def after_working_hours(self, moment: datetime, hours: float) -> datetime:
        """When that many hours of work have passed."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Monday to Friday, the same hours every day: for texts that come without a company's calendar."""

    zone: tzinfo = UTC
    start: time = time(9)
    end: time = time(18)

    def close_of(self, day: date) -> datetime:
        """The end of the working hours."""
        return datetime.combine(day, self.end, self.zone)

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """Counts Monday to Friday."""
        day = moment.astimezone(self.zone).date()
        while days > 0:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        return self.close_of(day)

    def after_working_hours(self, moment: datetime, hours: float) -> datetime:
        """Counts the hours between `start` and `end`, Monday to Friday."""
        now, left = moment.astimezone(self.zone), timedelta(hours=hours)
        while True:
            opens = datetime.combine(now.date(), self.start, self.zone)
            closes = self.close_of(now.date())
            begin = max(opens, now)
            if now.weekday() < 5 and begin < closes:
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
            now = datetime.combine(now.date() + timedelta(days=1), time(), self.zone)
