"""Stock words of customers' messages: what speaks without a model, and what supports it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from complaint_gift.learned.heads import KINDS

_FOLDER: Final = Path(__file__).parent / "messages"
_NAME: Final = r"[A-ZА-ЯЁ][a-zа-яё’'-]+"
_INITIAL: Final = r"[A-ZА-ЯЁ]\."
_FULL_NAME: Final = rf"{_NAME}(?: {_NAME}| {_INITIAL}){{0,2}}"
# "Priya at the desk", "Dean from your branch": the place makes the name a colleague's.
_AT_WORK: Final = re.compile(
    rf"\b({_NAME}) (?:at|from|on|in) (?:the|your) (?:\w+ )?"
    r"(?:desk|branch|till|phone|counter|chat|shop|store|office|team|reception)"
)
_YOUR: Final = re.compile(rf"\b(?:your|ваш\w{{0,3}}|сотрудни\w+) ({_FULL_NAME})")
_TITLED: Final = re.compile(
    rf"\b((?:Mr|Mrs|Ms|Miss|Dr)\.? {_FULL_NAME}|{_NAME} [А-ЯЁ][а-яё]+(?:ович|евич|овна|евна|ична)\b)"
)
_INSIDE: Final = re.compile(rf"(?<=[a-zа-яё,;:] )({_FULL_NAME})(?![\w&])")
_NO_NAMES: Final = frozenset(
    [
        "The",
        "I",
        "It",
        "We",
        "You",
        "They",
        "He",
        "She",
        "My",
        "Your",
        "Our",
        "This",
        "That",
        "Он",
        "Она",
        "Они",
        "Мы",
        "Вы",
        "Я",
        "Это",
    ]
)


@dataclass(frozen=True)
class Words:
    """Compiled expressions of one language."""

    kinds: dict[str, re.Pattern[str]]
    triggers: dict[str, re.Pattern[str]]
    sure: dict[str, re.Pattern[str]]
    role: re.Pattern[str]


@lru_cache(maxsize=1)
def words() -> tuple[Words, ...]:
    """English and Russian, both are always asked: people mix."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.yaml")))


def _read(path: Path) -> Words:
    read = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf8"))
    return Words(
        {kind: _whole_words(read[kind]) for kind in KINDS},
        {trigger: _whole_words(expressions) for trigger, expressions in read["triggers"].items()},
        {trigger: _whole_words(expressions) for trigger, expressions in read["sure"].items()},
        re.compile(rf"(?i:\b(?:{read['roles']})(?:{read['role_endings']})\b)(?:(?: \w+)?? ({_FULL_NAME}))?"),
    )


def _whole_words(expressions: list[str]) -> re.Pattern[str]:
    joined = "|".join(expression.replace("ё", "е") for expression in expressions)
    return re.compile(
        rf"(?<!\w)(?:{joined})(?!\w)|\?" if r"\?" in joined else rf"(?<!\w)(?:{joined})(?!\w)", re.I
    )


def triggers(text: str) -> frozenset[str]:
    """Triggers whose stock words occur."""
    plain = text.replace("ё", "е").replace("Ё", "Е")
    found = {name for each in words() for name, pattern in each.triggers.items() if pattern.search(plain)}
    if any(name[:1].isupper() for name in employees(text)):
        found.add("names-employee")
    return frozenset(found)


def sure_triggers(text: str) -> frozenset[str]:
    """Triggers said so plainly that a model need not agree."""
    plain = text.replace("ё", "е").replace("Ё", "Е")
    return frozenset(name for each in words() for name, pattern in each.sure.items() if pattern.search(plain))


def kind(text: str) -> tuple[str, float]:
    """Kind by counting stock words, and a modest score; a complaint wins a draw."""
    plain = text.replace("ё", "е").replace("Ё", "Е")
    counts = {
        name: len({hit.group().lower() for each in words() for hit in each.kinds[name].finditer(plain)})
        for name in KINDS
    }
    if counts["complaint"] and counts["complaint"] >= counts["other"]:
        return "complaint", min(0.9, 0.55 + 0.1 * counts["complaint"])
    best = max(("other", "praise", "question"), key=lambda name: counts[name])
    return (best, 0.6) if counts[best] else ("other", 0.4)


def employees(text: str) -> tuple[str, ...]:
    """Colleagues a message surely points at: by name where there is one, else by their role."""
    found: dict[str, None] = {}
    for pattern in (_AT_WORK, _YOUR, _TITLED):
        for hit in pattern.finditer(text):
            _remember(hit.group(1), found)
    for each in words():
        for hit in each.role.finditer(text):
            _remember(hit.groups()[-1], found)
    if not found:
        roles = [hit.group().strip() for each in words() for hit in each.role.finditer(text)]
        found.update(dict.fromkeys(roles[:1]))
    return tuple(found)


def likely_names(text: str) -> tuple[str, ...]:
    """Capitalised words inside sentences that look like names, for a message known to name somebody."""
    found: dict[str, None] = {}
    for hit in _INSIDE.finditer(text):
        _remember(hit.group(1), found)
    return tuple(found)[:3]


def _remember(name: str | None, found: dict[str, None]) -> None:
    if name and name.split()[0] not in _NO_NAMES and not any(name in known for known in found):
        found.setdefault(name)
