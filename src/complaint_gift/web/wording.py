"""Dates, spans of time and counts as people write them, in English and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from complaint_gift.text.plurals import choose_plural

LANGUAGES = ("en", "ru")

_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня",
           "июля", "августа", "сентября", "октября", "ноября", "декабря"),
}  # fmt: skip
# "Через минуту", "просрочено на минуту": both take the accusative.
_UNITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "minute": ("minute", "minutes"),
        "hour": ("hour", "hours"),
        "day": ("day", "days"),
    },
    "ru": {
        "minute": ("минуту", "минуты", "минут"),
        "hour": ("час", "часа", "часов"),
        "day": ("день", "дня", "дней"),
    },
}


def say_span(span: timedelta, language: str) -> str:
    """A length of time in its largest unit: "3 hours", «3 часа»; less than a minute is one."""
    minutes = max(int(abs(span).total_seconds()) // 60, 1)
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes >= size:
            count = minutes // size
            return f"{count} {choose_plural(count, language, _UNITS[language][unit])}"
    raise AssertionError("a minute is the smallest unit")


def say_moment(moment: datetime, language: str, zone: tzinfo, now: datetime) -> str:
    """25 November, 14:05; the year only where it is another one than now."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    month = _MONTHS[language][local.month - 1]
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {month}{year}, {local:%H:%M}"


def choose_language(wanted: str, accepted: str) -> str:
    """The language asked for, else the best of an Accept-Language header, else English."""
    if wanted in LANGUAGES:
        return wanted
    best: tuple[float, str] = (0.0, "en")
    for part in accepted.lower().split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        short = name.partition("-")[0]
        if short in LANGUAGES and weight > best[0]:
            best = (weight, short)
    return best[1]


def check_complete(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Raise KeyError unless every language has every text; called once when texts are loaded."""
    for language in LANGUAGES:
        missing = set(texts["en"]) ^ set(texts[language])
        if missing:
            raise KeyError(f"texts that not every language has: {sorted(missing)}")
