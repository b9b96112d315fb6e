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
        return params.get(name) or _blank(name, language)

    filled = _SLOT.sub(slot, _OPTIONAL.sub(part, text)).strip()
    return _SENTENCE.sub(lambda match: match.group().upper(), filled)


def _blank(slot: str, language: str) -> str:
    """What a reader sees where a slot of a skeleton has to be filled by hand."""
    told = vocabulary().shown.get(("rendering", slot), {})
    return told.get(language) or told.get("en") or "…"
