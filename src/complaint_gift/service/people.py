"""Who a complaint is about, and whether two mentions are one person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from complaint_gift.service.lexicon import fold
from complaint_gift.service.policy import Person, Policy
from complaint_gift.service.vocabulary import Shape, vocabulary
from complaint_gift.text.wordfiles import Vocabulary

_GREETING = Shape("people", r"\s*{greeting}\b")
_SENTENCE = re.compile(r"[^.!?…\n]+")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\s*[^\W\d_]+(?: [^\W\d_]+){0,2},")
_SHORTEST = 3
_MOST_MORE = 3  # letters of a case behind the stem


def find_named(texts: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that the texts mention outside greetings, thanks and signatures.

    A first name is enough, in any Russian case or with an English 's. Who is spoken to is not spoken about:
    what stands before the first comma of a sentence is passed over where it begins with one of the names.
    """
    known = tuple(dict.fromkeys(names))
    told = [_split_address(one) for text in texts for one in _telling_sentences(text)]
    first = _by_beginning(address[0] for address, _ in told if address)
    spoken_to = {word for name in known for word in _mentions(name, first)}
    said = _by_beginning(
        word
        for address, words in told
        for word in (words if address and address[0] in spoken_to else (*address, *words))
    )
    return tuple(name for name in known if any(_mentions(name, said)))


def is_same(policy: Policy, one: str, about: Iterable[str]) -> bool:
    """Whether an id, account or name belongs to somebody in `about`."""
    wanted = {name.casefold() for name in about if name}
    if one.casefold() in wanted:
        return bool(one)
    person = policy.person(one)
    return person is not None and bool(person.identities & wanted)


def is_about(person: Person, about: Iterable[str]) -> bool:
    """Whether the complaint is about this person of ours."""
    return bool(person.identities & {name.casefold() for name in about if name})


def _telling_sentences(text: str) -> Iterator[str]:
    greeting = _GREETING.pattern()
    for sentence in _SENTENCE.findall(text):
        greets = greeting.match(sentence) is not None
        # Who is greeted stands before the first comma.
        told = sentence.partition(",")[2] if greets else sentence
        words = _WORD.findall(told)
        # A line of one or two words is a signature, not a story, as is a name of any length after a greeting.
        if len(words) > 2 and not (greets and all(word[0].isupper() for word in words)):
            yield told


def _split_address(sentence: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words in capitals by which somebody may be spoken to, and those of the rest."""
    address = _ADDRESS.match(sentence)
    end = address.end() if address else 0
    return _capitals(sentence[:end]), _capitals(sentence[end:])


def _capitals(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _WORD.findall(text) if word[0].isupper())


def _by_beginning(words: Iterable[str]) -> Mapping[str, set[str]]:
    """Hundreds of names are not compared with every word of a story."""
    found: dict[str, set[str]] = {}
    for word in words:
        found.setdefault(word[:_SHORTEST], set()).add(word)
    return found


def _mentions(name: str, said: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for form in _forms(vocabulary(), name):
        yield from (word for word in said.get(form.whole[0][:_SHORTEST], ()) if _is_form(word, form))


@dataclass(frozen=True, slots=True)
class _Form:
    """A word of a name: spelt as one of `whole`, or the stem with a few of the letters behind it."""

    whole: tuple[str, ...]
    stem: str
    letters: frozenset[str]


@lru_cache(maxsize=1000)
def _forms(words: Vocabulary, name: str) -> tuple[_Form, ...]:
    """A language tells the cases of names in its own script."""
    forms = []
    for part in (fold(part) for part in _WORD.findall(name) if len(part) >= _SHORTEST):
        behind, ending, case_ending = (
            [one for one in words.words["people", key] if _is_cyrillic(one) is _is_cyrillic(part)]
            for key in ("behind_name", "ending", "case_ending")
        )
        stem = part.rstrip("".join(ending)) if len(part) > _SHORTEST else part
        letters = frozenset("".join(ending + case_ending))
        forms.append(_Form((part, *(part + one for one in behind)), stem, letters))
    return tuple(forms)


def _is_form(word: str, form: _Form) -> bool:
    if word in form.whole:
        return True
    more = len(word) - len(form.stem)
    is_close = more <= _MOST_MORE and len(form.stem) >= _SHORTEST and word.startswith(form.stem)
    return is_close and form.letters.issuperset(word[len(form.stem) :])


def _is_cyrillic(word: str) -> bool:
    return "а" <= word[0] <= "я"
