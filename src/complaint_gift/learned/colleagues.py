"""Colleagues in customers' messages: who is meant, by name or by role, and whether they are blamed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from complaint_gift.learned.vocabulary import PLACE, vocabulary
from complaint_gift.text.lemmas import headword, is_cyrillic, is_dictionary_word, lemmas
from complaint_gift.text.wordfiles import BadWords, Vocabulary, any_of

_PART: Final = "colleagues"
_CLASS: Final = re.compile(r"\[[^\[\]]+\]")
_MOST: Final = 3
_NEAR: Final = 50  # characters behind a role in which it is blamed


@dataclass(frozen=True, slots=True)
class Person:
    """Words of the message; `is_blamed`: not praised, and named or in a sentence about bad work.

    `is_rude`: right behind the name or role stands that they insulted somebody.
    """

    name: str
    is_named: bool
    is_blamed: bool
    is_rude: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What the files of all languages say together, as patterns."""

    sentence_end: re.Pattern[str]
    inside: re.Pattern[str]
    titled: re.Pattern[str]
    roles: re.Pattern[str]
    at_work: re.Pattern[str]
    acting: re.Pattern[str]
    blame: re.Pattern[str]
    rude: re.Pattern[str]
    praise: re.Pattern[str]
    private: re.Pattern[str]
    nobody: frozenset[str]


def _known() -> _Known:
    return _compiled(vocabulary())


@cache
def _compiled(words: Vocabulary) -> _Known:
    lists = {name: entries for (part, name), entries in words.lists.items() if part == _PART}
    said = {name: any_of(entries) for name, entries in lists.items()}
    capital, small = _letters(lists, "capitals"), _letters(lists, "small")
    name = rf"{capital}(?:{small}|[’'-])+"
    full = rf"{name}(?: {name}| {capital}\.){{0,2}}"
    ours = _not_behind(words.words[_PART, "not_ours"], r"\b")
    doing = _not_behind(words.words[_PART, "not_doing"], r"\b")
    addressed = _not_behind(lists["addressed"])
    abbreviated = _not_behind(lists["abbreviated"], behind=r"\.")
    place = rf"(?i:{said['places']})"
    role = rf"(?i:{said['roles']})(?!\w)(?: {place}(?!\w))?"
    acts = rf"(?: {said['adverbs']})? (?i:{said['acts']})(?!\w)"
    patterns = {
        "sentence_end": rf"(?<=[.!?…])(?<![\s.]{capital}\.){abbreviated}\s+|\n+",
        "inside": rf"(?<=(?:{small}|[,;:]) )({full})(?![\w&])",
        "titled": rf"{addressed}(?<!\w)({said['titles']}\.? {full}|{name} {said['patronymics']}(?!\w))",
        "roles": rf"{ours}(?<!\w)({role})(?:,? (?:{small}+ )?({full}))?",
        "at_work": rf"(?<!\w)({name}(?: {name}| {capital}\.)?) {place}(?!\w)",
        "acting": rf"(?<![\w&@]){doing}({full}),?{acts}",
        "blame": rf"(?<!\w)(?i:{said['blame']})(?!\w)",
        "rude": rf" *,?(?: [\w’'-]+){{0,3}} (?i:{said['rude']})(?!\w)",
        "praise": rf"(?<!\w)(?i:{said['praise']})(?!\w)",
        "private": rf"(?<!\w)(?i:{said['private']}),? (?P<name>{full})",
    }
    compiled = {name: re.compile(pattern) for name, pattern in patterns.items()}
    return _Known(**compiled, nobody=frozenset(lists["nobody"]))


def _letters(lists: Mapping[str, Sequence[str]], name: str) -> str:
    """Raises BadWords for more than one character: they stand in what looks behind, too."""
    for entry in lists[name]:
        if not _CLASS.fullmatch(entry):
            raise BadWords(
                f"{PLACE}, {_PART}.{name}: {entry!r} has to be letters in brackets such as '[a-z]'"
            )
    return any_of(lists[name])


def _not_behind(words: Iterable[str], before: str = "", behind: str = " ") -> str:
    return "".join(rf"(?<!{before}{re.escape(word)}{behind})" for word in sorted(words))


def people(text: str) -> tuple[Person, ...]:
    """Named ones first, in the order of the message; nobody is there twice."""
    known, found = _known(), dict[str, Person]()
    for sentence in known.sentence_end.split(text):
        private = {word for hit in known.private.finditer(sentence) for word in hit["name"].split()}
        is_praised = bool(known.praise.search(sentence))
        for words, is_named in _mentions(sentence.strip()):
            if private & set(words.split()) or any(words in other for other in found):
                continue
            is_blamed = is_named or _is_followed_by_blame(sentence, words)
            is_rude = not is_praised and _is_followed_by_rudeness(sentence, words)
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
    names = (hit.group(1) for hit in _known().inside.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name.split()[0] not in _known().nobody))[:_MOST]


def is_somebody_meant(text: str) -> bool:
    """Whether a colleague is mentioned at all."""
    return any(one.is_named or one.is_blamed for one in people(text))


def is_somebody_blamed(text: str) -> bool:
    """Whether a colleague is mentioned in a sentence that speaks of bad work."""
    return any(one.is_blamed for one in people(text))


def is_somebody_insulted_by(text: str) -> bool:
    """Whether a colleague is said to have insulted or attacked somebody."""
    return any(one.is_rude for one in people(text))


def _mentions(sentence: str) -> Iterator[tuple[str, bool]]:
    known = _known()
    yield from ((hit.group(1).strip(), True) for hit in known.titled.finditer(sentence))
    for hit in known.roles.finditer(sentence):
        name = hit.groups()[-1]
        if name and name.split()[0] not in known.nobody:
            yield _nominative(name.strip()), True
        else:
            yield hit.group(1), False
    for pattern in (known.at_work, known.acting):
        for hit in pattern.finditer(sentence):
            if _is_name(hit.group(1), hit.start() == 0 and pattern is known.acting):
                yield _nominative(hit.group(1).strip()), True


def _is_name(words: str, is_first: bool) -> bool:
    """At the start of a sentence every word is capitalised: there a word of the dictionary is no name."""
    first = words.split()[0]
    return first not in _known().nobody and not (is_first and is_dictionary_word(first.lower()))


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
    return at >= 0 and _known().rude.match(sentence, at + len(name)) is not None


def _is_followed_by_blame(sentence: str, role: str) -> bool:
    """Whether what follows a role speaks of bad work: what stands before it was done by somebody else."""
    at = sentence.find(role) + len(role)
    return bool(_known().blame.search(sentence, at, at + _NEAR))
