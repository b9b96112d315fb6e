"""Reads policy.yaml: `extends: default`, every problem with file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from complaint_gift.domain import Reason
from complaint_gift.service import lexicon
from complaint_gift.service.document import DocumentError, Place, Spot, merge, read_document
from complaint_gift.service.hours import Hours, Span
from complaint_gift.service.policy import (
    ASSIGNEE,
    LANGUAGES,
    Changes,
    Limits,
    Notes,
    Person,
    Policy,
    Promises,
    RemedyLimit,
    Rung,
    Signs,
    Urgency,
)
from complaint_gift.service.reading import (
    Reading,
    one_of,
    read_amount,
    read_count,
    read_flag,
    read_placed,
    read_span,
    read_text,
    read_tries,
    read_words,
)
from complaint_gift.service.records import Kept

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PRIORITIES = ("", "low", "normal", "high", "urgent")
_KEPT = {
    "delivery_bodies": Kept.DELIVERY_BODY,
    "deliveries": Kept.DELIVERY,
    "texts": Kept.TEXT,
    "quiet_texts": Kept.QUIET_TEXT,
    "draft_reviews": Kept.DRAFT_REVIEW,
    "actions": Kept.ACTION,
    "own_writes": Kept.OWN_WRITE,
    "escalations": Kept.ESCALATION,
    "sightings": Kept.SIGHTING,
    "outgoing": Kept.OUTGOING,
}
T = TypeVar("T")


class PolicyError(DocumentError):
    """A policy that cannot be used; `problems` has everything that is wrong with it."""


def load_policy(path: Path | None = None) -> Policy:
    """The shipped policy, or a file of the admin's on top of it. Raises PolicyError."""
    try:
        shipped = files("complaint_gift").joinpath("policies", "default.yaml")
        tree = read_document(Path("policies/default.yaml"), shipped.read_text("utf-8"))
        reading = Reading()
        if path is not None:
            tree = _extend(read_document(path), tree, reading)
        policy = _read_policy(reading, tree)
    except DocumentError as exc:
        raise PolicyError(exc.problems) from None
    if reading.problems:
        raise PolicyError(sorted(reading.problems, key=lambda p: (p.file, p.line, p.column)))
    assert policy is not None  # noqa: S101 - without problems everything was read
    return policy


def _extend(ours: Spot, default: Spot, reading: Reading) -> Spot:
    if not isinstance(ours.value, dict):
        reading.say(ours.place, "a policy is a mapping", "begin the file with `extends: default`")
        return default
    base = ours.value.pop("extends", None)
    if base is None:
        return ours
    if base.value != "default":
        reading.say(base.place, f"there is no policy {base.value!r}", "write `extends: default`")
    return merge(ours, default)


def _read_policy(reading: Reading, tree: Spot) -> Policy | None:
    parts = reading.fields(tree, _SECTIONS, "the policy")
    if reading.problems or parts is None:
        return None
    urgencies = _pick_urgencies(reading, parts["escalations"], parts["ladder"])
    for rung, place in parts["ladder"]:
        if rung.to != ASSIGNEE and rung.to not in parts["people"]:
            known = ", ".join((ASSIGNEE, *parts["people"]))
            reading.say(place, f"nobody is called {rung.to!r}", f"write one of {known}")
    return Policy(
        hours=parts["calendar"],
        signs=parts["complaint"],
        triggers=parts["triggers"],
        reply_within=parts["reply"]["within"],
        quiet=parts["reply"]["quiet"],
        urgencies=urgencies,
        ladder=tuple(rung for rung, _ in parts["ladder"]),
        finish_within=parts["finish_within"],
        people=parts["people"],
        changes=Changes(**parts["helpdesk"]),
        notes=parts["notes"],
        language=parts["language"],
        limits=Limits(**parts["limits"]),
        promises=Promises(**parts["promises"]),
        remedy_limits=tuple(parts["remedy_limits"]),
        keep={_KEPT[name]: span for name, span in parts["keep"].items()},
    )


def _pick_urgencies(reading: Reading, wanted: Mapping[Reason, Any], ladder: Any) -> dict[Reason, Urgency]:
    steps = [rung.to for rung, _ in ladder]
    found = {}
    for reason, entry in wanted.items():
        if entry is None:
            continue
        due, (start, place) = entry["due"], entry["start"]
        if start not in steps:
            reading.say(place, f"the ladder has no step {start!r}", f"write one of {', '.join(steps)}")
            continue
        found[reason] = Urgency(due, steps.index(start))
    return found


def _phrase(reading: Reading, spot: Spot) -> str:
    phrase = read_text(reading, spot)
    try:
        lexicon.check(phrase)
    except ValueError as exc:
        reading.say(spot.place, str(exc), "correct the phrase")
    return phrase


def _phrases(reading: Reading, spot: Spot) -> tuple[str, ...]:
    found = reading.named(spot, lambda r, s: r.each(s, _phrase))
    for language, child in spot.items():
        if language not in LANGUAGES:
            reading.say(child.place, f"phrases in {language!r} are not read", f"use {', '.join(LANGUAGES)}")
    return tuple(phrase for phrases in found.values() for phrase in phrases)


def _reasons(reading: Reading, spot: Spot, reader: Callable[[Reading, Spot], T]) -> dict[Reason, T]:
    known = {reason.value: reason for reason in Reason}
    found = {}
    for name, child in spot.items():
        if name in known:
            found[known[name]] = reader(reading, child)
        else:
            reading.say(child.place, f"there is no reason {name!r}", f"use one of {', '.join(known)}")
    return found


def _triggers(reading: Reading, spot: Spot) -> dict[Reason, tuple[str, ...]]:
    return _reasons(reading, spot, _phrases)


def _urgency(reading: Reading, spot: Spot) -> Any:
    if spot.value == "off":
        return None
    return reading.fields(spot, {"due": read_span, "start": read_placed}, "an escalation") or {
        "due": Span(1, "h"),
        "start": ("", spot.place),
    }


def _calendar(reading: Reading, spot: Spot) -> Hours | None:
    readers = {"timezone": _zone, "week": _week, "holidays": lambda r, s: frozenset(r.each(s, _holiday))}
    parts = reading.fields(spot, readers, "the calendar")
    return parts and Hours(parts["timezone"], parts["week"], parts["holidays"])


def _zone(reading: Reading, spot: Spot) -> ZoneInfo:
    try:
        return ZoneInfo(read_text(reading, spot))
    except (ValueError, OSError, LookupError):
        reading.say(spot.place, f"there is no time zone {spot.value!r}", "write one as Europe/Berlin")
        return ZoneInfo("UTC")


def _week(reading: Reading, spot: Spot) -> tuple[tuple[tuple[time, time], ...], ...]:
    days = reading.fields(spot, dict.fromkeys(DAYS, _stretches), "the week") or {}
    return tuple(days.get(day, ()) for day in DAYS)


def _stretches(reading: Reading, spot: Spot) -> tuple[tuple[time, time], ...]:
    return tuple(sorted(reading.each(spot, _stretch)))


def _stretch(reading: Reading, spot: Spot) -> tuple[time, time]:
    start, _, end = str(spot.value).partition("-")
    try:
        opens = time.fromisoformat(start.strip())
        closes = time() if end.strip() == "24:00" else time.fromisoformat(end.strip())
        if closes <= opens and closes != time():
            raise ValueError
    except ValueError:
        reading.say(spot.place, f"{spot.value!r} is no stretch of a day", 'write it as "09:00-18:00"')
        return time(), time()
    return opens, closes


def _holiday(reading: Reading, spot: Spot) -> date:
    try:
        return date.fromisoformat(str(spot.value))
    except ValueError:
        reading.say(spot.place, f"{spot.value!r} is no date", "write it as 2027-01-31")
        return date.min


def _signs(reading: Reading, spot: Spot) -> Signs | None:
    readers: dict[str, Any] = dict.fromkeys(("tags", "not_tags", "forms", "ratings"), read_words)
    parts = reading.fields(spot, readers | {"phrases": _phrases}, "complaint")
    return parts and Signs(**parts)


def _within(reading: Reading, spot: Spot) -> dict[str, Span]:
    found = {name.casefold(): span for name, span in reading.named(spot, read_span).items()}
    if "default" not in found:
        reading.say(spot.place, "reply: within lacks 'default'", "add `default: 4 working h`")
    return found


def _rung(reading: Reading, spot: Spot) -> tuple[Rung, Place]:
    parts = reading.fields(spot, {"to": read_text, "wait": read_span}, "a step of the ladder")
    return (Rung(parts["to"], parts["wait"]) if parts else Rung(ASSIGNEE, Span(1, "h"))), spot.place


def _ladder(reading: Reading, spot: Spot) -> list[tuple[Rung, Place]]:
    rungs = reading.each(spot, _rung)
    if not rungs:
        reading.say(spot.place, "the ladder has no step", "add `- {to: owner, wait: 2 h}`")
    return rungs


def _person(reading: Reading, spot: Spot) -> Person:
    optional = {
        "accounts": Spot([], spot.place),
        "email": Spot("", spot.place),
        "webhooks": Spot([], spot.place),
        "helpdesk_id": Spot("", spot.place),
    }
    whole = Spot(optional | spot.value, spot.place) if isinstance(spot.value, dict) else spot
    readers: dict[str, Callable[[Reading, Spot], Any]] = {
        "name": read_text,
        "accounts": lambda r, s: tuple(r.each(s, read_text)),
        "email": read_text,
        "webhooks": lambda r, s: tuple(r.each(s, read_text)),
        "helpdesk_id": read_text,
    }
    parts = reading.fields(whole, readers, "a person")
    return Person(**parts) if parts else Person("")


def _people(reading: Reading, spot: Spot) -> dict[str, tuple[Person, ...]]:
    return {
        name: tuple(group) for name, group in reading.named(spot, lambda r, s: r.each(s, _person)).items()
    }


def _remedy_limit(reading: Reading, spot: Spot) -> RemedyLimit | None:
    optional = {name: Spot("", spot.place) for name in ("currency", "role", "source", "brand")}
    whole = Spot(optional | spot.value, spot.place) if isinstance(spot.value, dict) else spot
    readers: dict[str, Callable[[Reading, Spot], Any]] = {
        "amount": read_amount,
        "currency": lambda r, s: read_text(r, s).upper(),
        "role": one_of("", "agent", "manager"),
        "source": read_text,
        "brand": read_text,
    }
    parts = reading.fields(whole, readers, "a limit of remedies")
    return parts and RemedyLimit(**parts)


def _note_texts(reading: Reading, spot: Spot) -> dict[str, str]:
    known = {reason.value for reason in Reason} | {"default"}
    texts = reading.named(spot, read_text)
    for name, child in spot.items():
        if name not in known:
            reading.say(
                child.place, f"there is no reason {name!r}", "use a reason of `escalations` or default"
            )
    if not texts.get("default", "").strip():
        reading.say(spot.place, "the notes lack 'default'", "add `default: ...`, one short sentence")
    return texts


def _notes(reading: Reading, spot: Spot) -> Notes | None:
    readers: dict[str, Any] = {"write": read_flag} | dict.fromkeys(LANGUAGES, _note_texts)
    parts = reading.fields(spot, readers, "notes")
    return parts and Notes(parts["write"], {language: parts[language] for language in LANGUAGES})


def _section(
    what: str, readers: Mapping[str, Callable[[Reading, Spot], Any]]
) -> Callable[[Reading, Spot], Any]:
    return lambda reading, spot: reading.fields(spot, readers, what)


_SECTIONS: Mapping[str, Callable[[Reading, Spot], Any]] = {
    "calendar": _calendar,
    "complaint": _signs,
    "triggers": _triggers,
    "reply": _section("reply", {"within": _within, "quiet": read_span}),
    "escalations": lambda r, s: _reasons(r, s, _urgency),
    "ladder": _ladder,
    "finish_within": read_span,
    "people": _people,
    "helpdesk": _section(
        "helpdesk",
        {
            "complaint_tag": read_text,
            "escalated_tag": read_text,
            "priority": one_of(*PRIORITIES),
            "group": read_text,
            "reassign_accused": read_flag,
        },
    ),
    "notes": _notes,
    "language": one_of(*LANGUAGES),
    "limits": _section(
        "limits",
        {"notes": read_count, "attempts": read_tries, "poison_attempts": read_tries}
        | dict.fromkeys(
            (
                "notes_apart",
                "first_retry",
                "longest_retry",
                "lease",
                "overdue",
                "reconcile",
                "look_back",
                "repeated_within",
            ),
            read_span,
        ),
    ),
    "promises": _section(
        "promises",
        {
            "remind_before": lambda r, s: None if s.value == "off" else read_span(r, s),
            "kept_by_reply": one_of("words", "any", "off"),
            "kept_tags": read_words,
            "kept_phrases": _phrases,
        },
    ),
    "remedy_limits": lambda r, s: [limit for limit in r.each(s, _remedy_limit) if limit],
    "keep": _section("keep", dict.fromkeys(_KEPT, read_span)),
}
