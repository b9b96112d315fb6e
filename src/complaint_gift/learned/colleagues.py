"""Colleagues in customers' messages: who is meant, by name or by role, and whether they are blamed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from complaint_gift.text.lemmas import headword, is_cyrillic, is_dictionary_word, lemmas

_FILE: Final = Path(__file__).parent / "people.yaml"
_NAME: Final = r"[A-ZА-ЯЁ][a-zа-яё’'-]+"
_INITIAL: Final = r"[A-ZА-ЯЁ]\."
_FULL_NAME: Final = rf"{_NAME}(?: {_NAME}| {_INITIAL}){{0,2}}"
_TITLED: Final = re.compile(
    rf"(?<!Dear )(?<!Hi )(?<!\w)((?:Mr|Mrs|Ms|Miss|Dr|Sister|Nurse|Officer|Professor)\.? {_FULL_NAME}"
    rf"|{_NAME} [А-ЯЁ][а-яё]+(?:[ое]вич[ауе]?|(?:[ое]в|ич)н(?:[аыеу]|ой))(?!\w))"
)
_INSIDE: Final = re.compile(rf"(?<=[a-zа-яё,;:] )({_FULL_NAME})(?![\w&])")
_SENTENCE_END: Final = re.compile(
    r"(?<=[.!?…])(?<![\s.][A-ZА-ЯЁ]\.)(?<!Dr\.)(?<!Mr\.)(?<!Mrs\.)(?<!Ms\.)\s+|\n+"
)
_MOST: Final = 3
_NEAR: Final = 50  # characters behind a role in which it is blamed
_NOT_OURS: Final = (
    r"(?<!\ba )(?<!\ban )(?<!\bno )(?<!\bany )(?<!\bmy )(?<!\bour )(?<!\bмой )(?<!\bмоя )(?<!\bнаш )(?<!\bк )"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Words of the message; `is_blamed`: not praised, and named or in a sentence about bad work.

    `is_rude`: right behind the name stands that they insulted somebody.
    """

    name: str
    is_named: bool
    is_blamed: bool
    is_rude: bool = False


@dataclass(frozen=True)
class _People:
    roles: re.Pattern[str]
    at_work: re.Pattern[str]
    acting: re.Pattern[str]
    blame: re.Pattern[str]
    rude: re.Pattern[str]
    praise: re.Pattern[str]
    private: re.Pattern[str]
    nobody: frozenset[str]


@lru_cache(maxsize=1)
def _people() -> _People:
    read = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf8"))

    def choice(*parts: str) -> str:
        words = "|".join(re.sub(r"\s*\|\s*", "|", read[part].strip()) for part in parts)
        return re.sub(r"\((?!\?)", "(?:", re.sub(r"(?<=[а-яёa-z])\*", r"\\w*", words))

    role = rf"(?:{choice('en-roles')})s?|(?:{choice('ru-roles')})(?:{read['ru-endings']})?"
    place = rf"(?i:{choice('en-places', 'ru-places')})"
    whole = r"(?<!\w)(?i:{})(?!\w)"
    acts = rf"(?: [a-z]+ly)? (?i:{choice('en-acts', 'ru-acts')})(?!\w)"
    return _People(
        re.compile(
            rf"{_NOT_OURS}(?<!\w)((?i:{role})(?!\w)(?: {place}(?!\w))?)(?:,? (?:[a-zа-яё]+ )?({_FULL_NAME}))?"
        ),
        re.compile(rf"(?<!\w)({_NAME}(?: {_NAME}| {_INITIAL})?) {place}(?!\w)"),
        re.compile(rf"(?<![\w&@])(?<!\b(?:на|по|из|in|at) )(?<!\b[вс] )({_FULL_NAME}),?{acts}"),
        re.compile(whole.format(choice("en-blame", "ru-blame"))),
        re.compile(rf" *,?(?: [\w’'-]+){{0,3}} (?i:{choice('en-rude', 'ru-rude')})(?!\w)"),
        re.compile(whole.format(choice("en-praise", "ru-praise"))),
        re.compile(rf"(?<!\w)(?i:{choice('private')}),? ({_FULL_NAME})"),
        frozenset(read["nobody"].split()),
    )


def people(text: str) -> tuple[Person, ...]:
    """Named ones first, in the order of the message; nobody is there twice."""
    found: dict[str, Person] = {}
    for sentence in _SENTENCE_END.split(text):
        private = {word for hit in _people().private.finditer(sentence) for word in hit.group(1).split()}
        is_praised = bool(_people().praise.search(sentence))
        for words, is_named in _mentions(sentence.strip()):
            if private & set(words.split()) or any(words in known for known in found):
                continue
            is_blamed = is_named or _is_followed_by_blame(sentence, words)
            is_rude = is_named and not is_praised and _is_followed_by_rudeness(sentence, words)
            found[words] = Person(words, is_named, is_blamed and not is_praised, is_rude)
    return tuple(sorted(found.values(), key=lambda one: not one.is_named))


def employees(text: str) -> tuple[str, ...]:
    """Colleagues a message surely points at: by name where there is one, else by their role."""
    found = people(text)
    named = [one.name for one in found if one.is_named]
    roles = [one.name for one in found if one.is_blamed] or [one.name for one in found]
    return tuple((named or roles[:1])[:_MOST])


def likely_names(text: str) -> tuple[str, ...]:
    """Capitalised words inside sentences that look like names, for a message known to name somebody."""
    names = (hit.group(1) for hit in _INSIDE.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name.split()[0] not in _people().nobody))[:_MOST]


def is_somebody_meant(text: str) -> bool:
    """Whether a colleague is mentioned at all."""
    return any(one.is_named or one.is_blamed for one in people(text))


def is_somebody_blamed(text: str) -> bool:
    """Whether a colleague is mentioned in a sentence that speaks of bad work."""
    return any(one.is_blamed for one in people(text))


def is_somebody_insulted_by(text: str) -> bool:
    """Whether a colleague with a name is said to have insulted or attacked somebody."""
    return any(one.is_rude for one in people(text))


def _mentions(sentence: str) -> Iterator[tuple[str, bool]]:
    yield from ((hit.group(1).strip(), True) for hit in _TITLED.finditer(sentence))
    for hit in _people().roles.finditer(sentence):
        name = hit.groups()[-1]
        if name and name.split()[0] not in _people().nobody:
            yield _nominative(name.strip()), True
        else:
            yield hit.group(1), False
    for pattern in (_people().at_work, _people().acting):
        for hit in pattern.finditer(sentence):
            if _is_name(hit.group(1), hit.start() == 0 and pattern is _people().acting):
                yield _nominative(hit.group(1).strip()), True


def _is_name(words: str, is_first: bool) -> bool:
    """At the start of a sentence every word is capitalised: there a word of the dictionary is no name."""
    first = words.split()[0]
    return first not in _people().nobody and not (is_first and is_dictionary_word(first.lower()))


def _nominative(name: str) -> str:
    """ "Мариной" as "Марина" where only one given name can be meant, everything else as written."""
    if " " in name or not is_cyrillic(name):
        return name
    form = name.lower()
    heads = lemmas(form, "ru") - {form}
    is_plain = len(heads) == 1 and not headword(form, "ru") and not is_dictionary_word(form)
    return next(iter(heads)).capitalize() if is_plain else name


def _is_followed_by_rudeness(sentence: str, name: str) -> bool:
    """Whether the next words say so; a name in another case than it is written here is passed over."""
    at = sentence.find(name)
    return at >= 0 and _people().rude.match(sentence, at + len(name)) is not None


def _is_followed_by_blame(sentence: str, role: str) -> bool:
    """Whether what follows a role speaks of bad work: what stands before it was done by somebody else."""
    at = sentence.find(role) + len(role)
    return bool(_people().blame.search(sentence, at, at + _NEAR))
