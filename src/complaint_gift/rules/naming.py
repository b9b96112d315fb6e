"""Names of people: which words of a name are one, and whether two spellings are one person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from complaint_gift.rules.vocabulary import Vocabulary, vocabulary
from complaint_gift.text import fold
from complaint_gift.text.lemmas import is_dictionary_word

_NAME = re.compile(r"[^\W\d_]{3,}")
_LETTERS = re.compile(r"[^\W\d_]+")
# What nobody is called: an account, a mailbox, a phone number.
_ACCOUNT = re.compile(r"[@\d_/]|^\S+\.\S+$")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_](?=\.)")
_PREFIX = 3
_FIRM_WORDS = 3
# Letters, not words: as passports and mailboxes write them, as far as the spellings agree.
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэіўґ", "abvgdeziiklmnoprstufhyeiug", strict=True))
    | {"ё": "e", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu"}
    | {"я": "ia", "є": "e", "ї": "i"}
)
_ONE_SOUND = (
    (re.compile(r"^y(?=e)|^j(?=e)"), ""), (re.compile(r"yo|jo"), "e"), (re.compile(r"shch|sch"), "sh"),
    (re.compile(r"kh"), "h"), (re.compile(r"ph"), "f"), (re.compile(r"x"), "ks"), (re.compile(r"[yj]"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


def is_person(name: str) -> bool:
    """Whether a name is somebody's, and not an account, a firm or a stranger's: "user_81", "Visitor"."""
    words = _LETTERS.findall(fold(name))
    is_nobody = not vocabulary().words["writer", "nobody"].isdisjoint(words)
    return not (_ACCOUNT.search(name.strip()) or is_nobody or _is_firm(words))


def _is_firm(words: Sequence[str]) -> bool:
    """Whether a row of words is nobody's name and all of it in a dictionary: Bright Side Plumbing.

    Of two words that says nothing: Faith Hill, Otto Stone.
    """
    titles = vocabulary().words["writer", "titles"]
    return len(words) >= _FIRM_WORDS and all(
        word not in titles and is_dictionary_word(word) and not is_first_name(word) for word in words
    )


def name_parts(name: str) -> frozenset[str]:
    """The folded parts of a name without titles and roles."""
    titles = vocabulary().words["writer", "titles"]
    return frozenset(part for part in _NAME.findall(fold(name)) if part not in titles)


def initials(name: str) -> frozenset[str]:
    """The letters that stand for names in it: Петрова М. С."""
    return frozenset(_INITIAL.findall(fold(name)))


def is_one(one: str, other: str) -> bool:
    """Whether two spellings are surely one name: other letters, a short form that is known."""
    return one == other or not _full(_spelt(one)).isdisjoint(_full(_spelt(other)))


def may_be_one(one: str, other: str) -> bool:
    """Whether two spellings can be one name: endings and slips of the pen as well."""
    a, b = _spelt(one), _spelt(other)
    return is_one(one, other) or (len(a) >= _PREFIX and a[:_PREFIX] == b[:_PREFIX])


def is_other(one: str, other: str) -> bool:
    """Whether two spellings are surely two names: no more than may be one, or both known and not of one."""
    if not may_be_one(one, other):
        return True
    known = _full_names(vocabulary())
    a, b = _spelt(one), _spelt(other)
    return a in known and b in known and known[a].isdisjoint(known[b])


def is_first_name(word: str) -> bool:
    """Whether a word is known as a first name, in whatever spelling, or as short for one."""
    return _spelt(word) in _full_names(vocabulary()) or _spelt(word) in _first_names(vocabulary())


def _full(name: str) -> frozenset[str]:
    return _full_names(vocabulary()).get(name, frozenset((name,)))


@cache
def _full_names(words: Vocabulary) -> dict[str, frozenset[str]]:
    """What a name may be short for, itself included: both Александр and Александра are Саша."""
    found: dict[str, frozenset[str]] = {}
    for short, full in words.meanings["writer", "short_names"].items():
        names = _all_spelt(full.split())
        found[_spelt(short)] = found.get(_spelt(short), frozenset()) | names
        for name in names:
            found[name] = found.get(name, frozenset()) | {name}
    return found


@cache
def _first_names(words: Vocabulary) -> frozenset[str]:
    return _all_spelt(words.words["writer", "first_names"])


def _all_spelt(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_spelt, names))


@cache
def _spelt(name: str) -> str:
    """A name in plain Latin letters, whatever it was written in: Сергей, Sergey and Sergei are one."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", fold(name).translate(_LATIN)) if char.isalpha()
    )
    for pattern, sound in _ONE_SOUND:
        plain = pattern.sub(sound, plain)
    return plain
