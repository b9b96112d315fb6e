"""Takes a document apart: each reader gives a value and says what is wrong, in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from complaint_gift.service.document import Place, Problem, Spot
from complaint_gift.service.hours import Span

REPLIES_TO_EMPTY = "write a value, or leave the line out to keep the default"
T = TypeVar("T")


class Reading:
    """Takes a tree apart and collects what is wrong; what cannot be read is None."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, place: Place, text: str, remedy: str) -> None:
        """Note a problem, told as `file:line:column: text; remedy`: both begin small and have no stop."""
        self.problems.append(place.problem(text, remedy))

    def fields(self, spot: Spot, readers: Mapping[str, Callable[[Reading, Spot], Any]], what: str) -> Any:
        """A mapping with exactly these keys; None when it is none."""
        if not isinstance(spot.value, dict):
            self.say(spot.place, f"{what} is a mapping", f"give it the keys {', '.join(readers)}")
            return None
        for name, child in spot.value.items():
            if name not in readers:
                self.say(child.place, f"{what} has no key {name!r}", f"use one of {', '.join(readers)}")
        found = {}
        for name, reader in readers.items():
            if name in spot.value:
                found[name] = reader(self, spot.value[name])
            else:
                self.say(
                    spot.place, f"{what} lacks {name!r}", "add it, or begin the file with `extends: default`"
                )
        return found if len(found) == len(readers) else None

    def each(self, spot: Spot, reader: Callable[[Reading, Spot], T]) -> list[T]:
        """The members of a list."""
        if not isinstance(spot.value, list):
            self.say(spot.place, "a list is expected here", "write [one, two] or lines that begin with -")
            return []
        return [reader(self, child) for child in spot.value]

    def named(self, spot: Spot, reader: Callable[[Reading, Spot], T]) -> dict[str, T]:
        """A mapping with keys of the admin's choice."""
        if not isinstance(spot.value, dict):
            self.say(spot.place, "a mapping is expected here", "write lines as `name: value`")
            return {}
        return {name: reader(self, child) for name, child in spot.value.items()}


def read_text(reading: Reading, spot: Spot) -> str:
    """Any single value as text, numbers and flags too; "" after a complaint."""
    if isinstance(spot.value, (dict, list)) or spot.value is None:
        reading.say(spot.place, "a text is expected here", REPLIES_TO_EMPTY)
        return ""
    return str(spot.value)


def read_placed(reading: Reading, spot: Spot) -> tuple[str, Place]:
    """For a text that can be judged only when the rest of the file is known: its place, to complain there."""
    return read_text(reading, spot), spot.place


def read_flag(reading: Reading, spot: Spot) -> bool:
    """YAML's true or false and nothing like them; the value's own truth after a complaint."""
    if not isinstance(spot.value, bool):
        reading.say(spot.place, f"{spot.value!r} is neither true nor false", "write true or false")
    return bool(spot.value)


def read_count(reading: Reading, spot: Spot) -> int:
    """A whole number from 0 to 1000; 0 after a complaint."""
    if isinstance(spot.value, bool) or not isinstance(spot.value, int) or not 0 <= spot.value <= 1000:
        reading.say(spot.place, f"{spot.value!r} is no number from 0 to 1000", "write a whole number")
        return 0
    return int(spot.value)


def read_tries(reading: Reading, spot: Spot) -> int:
    """How often something is tried, which is once at least: with none nothing at all would be done."""
    count = read_count(reading, spot)
    if type(spot.value) is int and spot.value == 0:
        reading.say(spot.place, "0 would try nothing at all", "write 1 to try once and not again")
    return count


def read_amount(reading: Reading, spot: Spot) -> float:
    """Money in whole units of its currency (49.90), below 1e12; 0.0 after a complaint."""
    if isinstance(spot.value, bool) or not isinstance(spot.value, int | float) or not 0 <= spot.value < 1e12:
        reading.say(spot.place, f"{spot.value!r} is no amount of money", "write a number, as 50 or 49.90")
        return 0.0
    return float(spot.value)


def read_span(reading: Reading, spot: Spot) -> Span:
    """What `Span.parse` takes, such as `4 working h`; one minute after a complaint."""
    try:
        return Span.parse(str(spot.value))
    except ValueError as exc:
        reading.say(spot.place, str(exc), "correct the length of time")
        return Span(1, "min")


def one_of(*known: str) -> Callable[[Reading, Spot], str]:
    """A reader for one of these words ("" may be one); after a complaint it gives the text as it is."""

    def read(reading: Reading, spot: Spot) -> str:
        value = read_text(reading, spot)
        if value not in known:
            shown = ", ".join(one or '""' for one in known)
            reading.say(spot.place, f"{value!r} is not known here", f"write one of {shown}")
        return value

    return read


def read_words(reading: Reading, spot: Spot) -> frozenset[str]:
    """A list of texts, folded, so that upper and lower case compare as equal."""
    return frozenset(word.casefold() for word in reading.each(spot, read_text))
