"""Expressions of time in a sentence, resolved against the moment it was sent."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from complaint_gift.promises.calendar import Calendar
from complaint_gift.promises.resolving import Named, Resolver, clock_of
from complaint_gift.promises.vocabulary import TimePattern, Vocabulary, is_verb, vocabularies

_NEAR = 24  # code points between a day and its time of day: "on Thursday, as I said, at five"
_NEXT = 6  # between two names of one day: "on Thursday, 5 March"
_BESIDE = 2  # between a weekday and its week: "on Monday, next week", but not "on Monday or next week"
_OPENING = time(9)
_LATE = time(9)  # an earlier hour is rarely that of tomorrow
_FOLD = str.maketrans(
    {
        "ё": "е",
        "Ё": "е",
        "’": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "–": "-",
        "—": "-",
        "‑": "-",
        "‐": "-",
        "\t": " ",
    }
)
_TOKEN = re.compile(r"[^\W\d_]+|\d")
_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[,;:()!?]|\s-\s")
_FOLLOWING = re.compile(r" (\w+)")


@dataclass(frozen=True, slots=True)
class When:
    """A time that was named: `due` is the last moment meant, aware, in UTC; a length is counted from now."""

    start: int
    end: int
    due: datetime
    day: date | None = None
    is_length: bool = False


def find_times(text: str, sent_at: datetime, calendar: Calendar, near: date | None = None) -> list[When]:
    """Every time named in `text` (one sentence), in its order; a day and its hour become one.

    `sent_at` is aware; a stretch of hours without a day belongs to `near`. What lies in the past, or is only
    a length ("open for two hours"), is left out, and so is what only tells one thing from others ("the
    Friday team") or could be one of two days.
    """
    folded = fold(text)
    try:
        now = sent_at.astimezone(calendar.zone)
    except (OverflowError, ValueError):
        return []
    said = frozenset(token if not token.isdigit() else "\\d" for token in _TOKEN.findall(folded))
    found: list[Named] = []
    scripts = [words for words in vocabularies() if words.script.search(folded)]
    for words in scripts:
        resolver = Resolver(words, now, calendar, is_month_first=len(scripts) == 1)
        found.extend(_days(folded, said, resolver))
    days = [one for one in found if one.day is not None]
    for words in scripts:
        for clock in _clocks(folded, Resolver(words, now, calendar)):
            # "yesterday at five" is no promise: without a day of its own an hour belongs to the past one.
            if not _is_in_past(folded, clock, words) or _has_day_near(folded, clock, days):
                found.append(clock)
    joiners = frozenset[str]().union(*(words.grammar.joiners for words in scripts))
    named = _parted(_one_day(_widest(found)), folded, joiners)
    return [when for when in _merge(named, now, calendar, near) if when.due >= sent_at]


def fold(text: str) -> str:
    """Lower case and one spelling, every letter in its place."""
    folded = text.lower().translate(_FOLD)
    if len(folded) != len(text):  # a letter that grows in lower case would move every offset
        folded = "".join(char.lower() if len(char.lower()) == 1 else char for char in text).translate(_FOLD)
    return folded


def _has_day_near(text: str, clock: Named, days: list[Named]) -> bool:
    """Whether a day stands beside an hour, in the same clause."""
    return any(
        min(abs(clock.start - d.end), abs(d.start - clock.end)) <= _NEAR
        and not _BREAK.search(text, min(clock.end, d.end), max(clock.start, d.start))
        for d in days
    )


def _is_in_past(text: str, clock: Named, words: Vocabulary) -> bool:
    """Whether the clause around an hour speaks of what was."""
    first = max((gap.end() for gap in _BREAK.finditer(text, 0, clock.start)), default=0)
    last = _BREAK.search(text, clock.end)
    clause = text[first : last.start() if last else len(text)]
    return any(word in words.past for word in _WORD.findall(clause))


def _days(text: str, said: frozenset[str], resolver: Resolver) -> Iterator[Named]:
    for pattern in resolver.words.times:
        if pattern.needs and not pattern.needs & said:
            continue
        for match in pattern.find.finditer(text):
            if not _is_past(text, match, resolver.words):
                yield _resolve(text, match, pattern, resolver)


def _is_past(text: str, match: re.Match[str], words: Vocabulary) -> bool:
    before = _WORD.findall(text[max(0, match.start() - 16) : match.start()])[-1:]
    after = _WORD.findall(text[match.end() : match.end() + 16])[:1]
    return any(word in words.past for word in (*before, *after))


def _resolve(text: str, match: re.Match[str], pattern: TimePattern, resolver: Resolver) -> Named:
    groups, meaning, words = match.groupdict(), pattern.meaning, resolver.words
    start, end = match.span()
    start += len(match.group()) - len(match.group().lstrip())
    nothing = Named(start, end)
    try:
        if "span" in meaning:
            if words.counted_from.match(text, end):  # within 5 days of receiving it: nobody knows when
                return nothing
            return Named(start, end, moment=resolver.moment(groups, meaning), is_length=True)
        if "none" in meaning or _is_no_deadline(text, match, pattern, words):
            return nothing
        day = resolver.day(groups, meaning)
    except (OverflowError, ValueError):  # after the year 9999
        return nothing
    if day is None:
        return nothing
    is_weekday, is_week = "weekday" in meaning, meaning.get("end") in ("week", "next-week")
    limit = (groups.get("limit") or "").strip()
    if limit in words.before:
        return Named(start, end, day=day, clock=_OPENING, is_weekday=is_weekday)
    part = meaning.get("part") or words.parts.get(groups.get("part") or "")
    clock = _clock(part) if part else None
    return Named(start, end, day, clock, is_part=bool(part), is_weekday=is_weekday, is_week=is_week)


def _is_no_deadline(text: str, match: re.Match[str], pattern: TimePattern, words: Vocabulary) -> bool:
    """A day that something comes after or is about, or that tells one thing from others."""
    if not pattern.meaning.keys() & {"weekday", "date"}:
        return False
    groups = match.groupdict()
    limit = (groups.get("limit") or "").strip()
    before = _WORD.findall(text[max(0, match.start() - 24) : match.start()])
    last = limit or (before[-1] if before else "")
    if limit in words.after or last in words.about:
        return True
    if last in words.booked and not words.booking.search(text):
        return True
    first = _WORD.findall(match.group())[:1]
    if not {*first, *before[-1:]} & words.determiners:
        return False
    following = _FOLLOWING.match(text, match.end())
    return following is not None and following[1] not in words.follows and not following[1].isdigit()


def _clocks(text: str, resolver: Resolver) -> Iterator[Named]:
    words = resolver.words
    for match in words.clocks.finditer(text):
        said = match["clock"]
        clock = _clock(words.clock_times[said])
        yield Named(*match.span(), clock=clock, is_part=True, is_morning=said in words.mornings)
    for pattern in words.spoken:
        for match in pattern.find.finditer(text):
            groups = match.groupdict()
            yield Named(*match.span(), clock=resolver.spoken(groups, pattern.meaning))
    for hours in words.hours:
        for match in hours.finditer(text):
            yield _hours(match, resolver)


def _hours(match: re.Match[str], resolver: Resolver) -> Named:
    """One hour, or the later of two."""
    groups, words = match.groupdict(), resolver.words
    start = groups.get("hour") or groups.get("hour2") or ""
    half = groups.get("half") or groups.get("tohalf")
    minute = groups.get("minute") or groups.get("minute2")
    clock = resolver.hour(start, minute, half)
    if words.told_at.search(match.string[max(0, match.start() - _NEAR) : _hour_at(match)]):
        return Named(*match.span())
    limit = (groups.get("limit") or "").strip()
    to = groups.get("to") or groups.get("to2")
    if to:
        first = clock
        tominute = groups.get("tominute") or groups.get("tominute2")
        clock = resolver.hour(to, tominute, groups.get("tohalf") or None)
        is_overnight = False
        if first and clock and clock <= first:
            clock, is_overnight = _later(first, clock, int(resolver.number(to)), bool(groups.get("tohalf")))
        return Named(*match.span(), clock=clock, is_range=True, is_overnight=is_overnight)
    if limit in words.start:  # the report from ten on
        return Named(*match.span())
    if limit in words.after:
        return Named(*match.span(), clock=clock, is_after=True)
    is_either = half is None and words.is_either_half(start, minute)
    return Named(*match.span(), clock=clock, is_either=is_either)


def _later(first: time, last: time, said: int, is_told: bool) -> tuple[time, bool]:
    """The hour that a stretch ends at which is not behind its beginning, and whether that is the next day."""
    if not is_told and last.hour < 12 and last.replace(hour=last.hour + 12) > first:
        return last.replace(hour=last.hour + 12), False
    if not is_told and said == 12:  # from nine in the evening till twelve
        return time(23, 59), False
    return last if is_told or said > 12 else last.replace(hour=last.hour % 12), True


def _hour_at(match: re.Match[str]) -> int:
    """Where the hour begins: behind "at"."""
    return match.start("hour") if match["hour"] else match.start("hour2")


def _clock(written: str) -> time:
    hour, minute = (int(part) for part in written.split(":"))
    return clock_of(hour * 60 + minute)


def _widest(found: list[Named]) -> list[Named]:
    """In order; where several read the same words, the longest reading."""
    kept: list[Named] = []  # in order, never overlapping: only the last that begins before the end can touch
    for named in sorted(found, key=lambda one: (-(one.end - one.start), one.is_part, one.is_nothing)):
        at = bisect_left(kept, named.end, key=lambda one: one.start)
        if not at or kept[at - 1].end <= named.start:
            kept.insert(at, named)
    return kept


def _one_day(found: list[Named]) -> list[Named]:
    """Two names of one day in a row are one: on Thursday, 5 March; on Monday next week.

    The date, or the week, decides which Thursday.
    """
    joined: list[Named] = []
    for named in found:
        last = joined[-1] if joined else None
        if last and last.day and named.day and named.start - last.end <= _NEXT and _is_one_day(last, named):
            clock, is_part = (named.clock, named.is_part) if named.clock else (last.clock, last.is_part)
            day = _day_of_both(last, named)
            joined[-1] = replace(last, end=named.end, day=day, clock=clock, is_part=is_part)
        else:
            joined.append(named)
    return joined


def _parted(found: list[Named], text: str, joiners: frozenset[str]) -> list[Named]:
    """By five, and I write to you tomorrow: these are two times."""
    parted = found[:1]
    for one, other in pairwise(found):
        words = _WORD.findall(text[one.end : other.start])
        behind = (words[at + 1 :] for at, word in enumerate(words) if word in joiners)
        # Not "with Ewa and Piotr, between ten and eleven".
        is_apart = any(len(rest) > 1 or (rest and is_verb(rest[0])) for rest in behind)
        parted.append(replace(other, is_apart=is_apart))
    return parted


def _is_one_day(one: Named, other: Named) -> bool:
    if one.day is None or other.day is None:
        return False
    if one.is_weekday != other.is_weekday and one.is_week != other.is_week:
        return other.start - one.end <= _BESIDE
    is_named_twice = one.is_weekday != other.is_weekday and one.day.weekday() == other.day.weekday()
    return one.day == other.day or is_named_twice


def _day_of_both(one: Named, other: Named) -> date | None:
    weekday, exact = (one, other) if one.is_weekday else (other, one)
    if exact.is_week and exact.day is not None and weekday.day is not None:
        return exact.day + timedelta(days=weekday.day.weekday() - exact.day.weekday())
    return exact.day


def _merge(found: list[Named], now: datetime, calendar: Calendar, near: date | None) -> Iterator[When]:
    """A day takes the time of day beside it; a time of day alone means its next occurrence."""
    taken: set[int] = set()
    for index, named in enumerate(found):
        if index in taken or named.is_nothing or _is_of_nothing(found, index):
            continue
        pair = [named]
        other = _beside(found, index) if named.moment is None else None
        if other is not None:
            taken.add(other)
            pair.append(found[other])
        elif named.day is None and named.moment is None:
            pair = [replace(named, day=_day_said_before(named, found[:index], near, now))]
        try:
            due = named.moment or _moment(pair, now, calendar)
            day = next((one.day for one in pair if one.day), None)
            yield When(pair[0].start, pair[-1].end, due.astimezone(UTC), day, named.is_length)
        except (OverflowError, ValueError):  # after the year 9999
            continue


def _day_said_before(named: Named, before: list[Named], near: date | None, now: datetime) -> date | None:
    """The day that an hour belongs to: on Friday he fits it, and I ring you at five."""
    day = next((one.day for one in reversed(before) if one.day), None)
    if named.is_range:
        return day or near
    if day != now.date() or named.clock is None:
        return day
    # By six, said behind "tonight", is tomorrow.
    return None if named.is_morning or named.clock < now.time() else day


def _is_of_nothing(found: list[Named], index: int) -> bool:
    """The hour of a day that nothing is due on: "your table for Friday at 7 pm"."""
    named = found[index]
    if named.clock is None or named.day is not None:
        return False
    before = found[index - 1] if index else None
    after = found[index + 1] if index + 1 < len(found) else None
    is_behind = before is not None and before.is_nothing and named.start - before.end <= _NEXT
    return is_behind or (after is not None and after.is_nothing and after.start - named.end <= _NEXT)


def _beside(found: list[Named], index: int) -> int | None:
    after = index + 1
    if after >= len(found) or found[after].moment is not None or found[after].is_nothing:
        return None
    one, other = found[index], found[after]
    if other.start - one.end > _NEAR or other.is_apart:
        return None
    if (one.day is None) == (other.day is None):
        return None
    # An hour between two days belongs to the nearer one.
    later = found[after + 1] if after + 1 < len(found) else None
    if one.day and later and later.day and later.start - other.end < other.start - one.end:
        return None
    return after


def _moment(pair: list[Named], now: datetime, calendar: Calendar) -> datetime:
    day: date | None = next((one.day for one in pair if one.day is not None), None)
    clocks = [one for one in pair if one.clock is not None]
    clocks.sort(key=lambda one: one.is_part)
    clock = clocks[0].clock if clocks else None
    if clock is not None and not clocks[0].is_after:
        said = datetime.combine(day or now.date(), clock, calendar.zone)
        # "By seven", said at eleven, is this evening; "today at ten" as well.
        if clocks[0].is_either and said < now and said.date() == now.date() and (day or clock < _LATE):
            later = said + timedelta(hours=12)
            return later if later >= now else said + timedelta(days=1)
        if clocks[0].is_overnight and day:
            return said + timedelta(days=1)
        is_over = said < now or (clocks[0].is_morning and now.time() >= _OPENING)
        return said + timedelta(days=1) if is_over and not day else said
    # "Today", said after work, still means today; "after six" has the rest of its day.
    day = day or now.date()
    closes = calendar.close_of(day)
    opens = datetime.combine(day, clock, calendar.zone) if clock else now
    return closes if closes > opens and closes >= now else datetime.combine(day, time(23, 59), calendar.zone)
