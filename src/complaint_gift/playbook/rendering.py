"""Texts for people: slots filled with what is known, optional parts dropped where something is not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from complaint_gift.playbook.rule import Rule, Words
from complaint_gift.playbook.vocabulary import vocabulary

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.S)
# The first letter of a text and of a sentence: a dropped part may have stood before it.
_SENTENCE = re.compile(r"(?:^|(?<=[.!?] ))[^\W\d_]")
_SLOT = re.compile(r"\{(\w+)\}")
# As programs write a day, with or without its time: 2026-05-03, 2026-05-03T09:30:00Z.
_ISO_DAY = re.compile(r"\d{4}-(\d\d)-(\d\d)(?:[T ]\d\d:.*)?")


def render(rule: Rule, params: Mapping[str, str], language: str) -> Words:
    """The words of a rule in one language."""
    return Words(
        *(_text(texts, params, language) for texts in (rule.message, rule.why, rule.reading, rule.suggestion))
    )


def _text(texts: Mapping[str, str], params: Mapping[str, str], language: str) -> str:
    chosen = texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
    return fill(chosen, params, language)


def fill(text: str, params: Mapping[str, str], language: str) -> str:
    """Fill slots; a part in [[ ]] vanishes whole when a slot in it is not known."""

    def part(match: re.Match[str]) -> str:
        inner = match.group(1)
        return inner if all(params.get(slot) for slot in _SLOT.findall(inner)) else ""

    def slot(match: re.Match[str]) -> str:
        name = match.group(1)
        return _as_said(params.get(name, ""), language) or _told("rendering", name, language)

    filled = _SLOT.sub(slot, _OPTIONAL.sub(part, text)).strip()
    return _SENTENCE.sub(lambda match: match.group().upper(), filled)


def _as_said(value: str, language: str) -> str:
    """A day as people say it: 3 May, 3 мая; anything else as it is."""
    months = _told("dates", "months", language).split()
    if (day := _ISO_DAY.fullmatch(value)) and 1 <= int(day[1]) <= len(months):
        return _told("dates", "day", language).format(day=int(day[2]), month=months[int(day[1]) - 1])
    return value


def _told(part: str, name: str, language: str) -> str:
    """Words of words/<language>.yaml, such as a reader sees where a slot has to be filled by hand."""
    told = vocabulary().shown.get((part, name), {})
    return told.get(language) or told.get("en") or "…"
