"""Who does what a sentence promises: somebody it names, or whoever writes."""

from __future__ import annotations

import re
from functools import cache

from complaint_gift.promises.vocabulary import is_verb, people, vocabularies
from complaint_gift.rules.naming import is_first_name
from complaint_gift.text import Text, fold
from complaint_gift.text.lemmas import bearers, future, is_cyrillic, is_dictionary_word

_SUBJECT = 4  # words at the beginning of a clause among which it says "I" or "we"
_FROM = 4  # words before a name among which it says that something is to come from there
_CUT = re.compile(r"[,;:!(–—\n]|\s-\s")


def who_of(read: Text, first: int, last: int, author: str, own: int) -> str:
    """A name in the sentence that is not whom it is written to; the author for "I" from `own` on."""
    # I've asked Paul, and I will call you: not Paul
    speaks = own > first and any(_is_ours(read, at) for at in range(own, min(own + _SUBJECT, last)))
    is_mine, at = False, first
    while at < last:
        end = at
        while end < last and _is_name(read, end, first) and (end == at or not _is_cut(read, end)):
            end += 1
        if end > at and _acts(read, at, end, first, last) and not (end <= own and speaks):
            return " ".join(_bearer(_raw(read, one)) for one in range(at, end))
        is_mine = is_mine or (at >= own and _is_mine(read, at))
        at = max(end, at + 1)
    return author if is_mine else ""


def _is_name(read: Text, position: int, first: int) -> bool:
    """A capital letter inside a sentence; its first word has to be a known name or needs a surname behind."""
    word, after = read.words[position], read.words[position + 1]
    if word is None or word.kind != "word" or word.form in _not_names():
        return False
    if position > first:
        return word.title and not read.is_quoted_at(read.starts[position])
    is_capital = read.raw[read.starts[first] : read.starts[first] + 1].isupper()
    if not is_capital or after is None:
        return False
    if word.form in people("names") or is_first_name(word.form):
        acts = after.form in people("of_team") | people("beside") or _is_other(after.form)
        return acts or after.title or _is_cut(read, first + 1)
    is_followed = after.title and after.form not in _not_names() and not _is_cut(read, first + 1)
    return is_followed and not _is_verb(word.form)


def _acts(read: Text, at: int, end: int, first: int, last: int) -> bool:
    """Whether a name is neither whom something goes to nor a thing: Hi Mark; Anna, we will; by PayPal."""
    before = read.words[at - 1] if at > first else None
    if before is not None and before.form in people("nobody") and not _is_cut(read, at):
        return False
    if not _is_known(read, at, end) and _is_thing(read, at, end, first, last):
        return False
    if _is_object(read, at, end, first):
        behind = [word.form for word in read.words[end:last] if word is not None]
        of_team = bool(behind) and behind[0] in people("of_team")  # asked Hugo in dispatch to ring
        asked = behind[: _FROM if of_team else 1]
        return any(form in people("he") for form in behind) or any(map(_is_to_do, asked))
    is_apart = at == first or _is_cut(read, at) or (before is not None and before.form in people("greetings"))
    if not is_apart or not (end == last or _is_cut(read, end)):
        return True
    # Otto Lind, tells you; Sandra Pike, who runs the depot, will ring you
    cuts = [end, *(one for one in range(end + 1, min(end + 6, last)) if _is_cut(read, one))]
    forms = [word.form for one in cuts[:2] if one < last and (word := read.words[one]) is not None]
    return any(_is_other(form) or _is_to_do(form) for form in forms)


def _is_known(read: Text, at: int, end: int) -> bool:
    """Whether a first name, a father's name or a title is among the words."""
    said = {word.form for word in read.words[at:end] if word is not None}
    if said & (people("names") | people("titles")):
        return True
    return any(is_first_name(form) for form in said) or any(
        bearers(_raw(read, one)) for one in range(at, end)
    )


def _is_thing(read: Text, at: int, end: int, first: int, last: int) -> bool:
    """Whether words that nobody is known by are a firm, a place or what was bought.

    Royal Mail will; a colleague from Leeds; the new Bosch dishwasher; холодильник Samsung.
    """
    if is_dictionary_word(fold(_raw(read, end - 1))):
        return True
    near = {word.form for word in read.words[max(first, at - _FROM) : at] if word is not None}
    before, after = read.words[at - 1] if at > first else None, read.words[end] if end < last else None
    if before is not None and before.form in people("of_team") and not near & people("news"):
        return True
    if is_cyrillic(fold(_raw(read, at))) != is_cyrillic(fold(_raw(read, first))):
        return True
    is_bare = after is None or _is_cut(read, end) or after.form in _behind_names() or _is_verb(after.form)
    return not is_bare and after is not None and is_dictionary_word(after.form)


def _is_object(read: Text, at: int, end: int, first: int) -> bool:
    """Whether something is done to the person: speak to Paul; передам Ирине, but «ждите Антона»."""
    before = read.words[at - 1] if at > first else None
    if before is not None and before.form in people("to") and not _is_cut(read, at):
        return True
    near = {word.form for word in read.words[max(first, at - _FROM) : at] if word is not None}
    bent = any(_bearer(raw) != raw for raw in (_raw(read, one) for one in range(at, end)))
    return bent and not near & people("news")


def _bearer(name: str) -> str:
    """A name as its bearer is called: Ирине is Ирина's."""
    found = bearers(name)
    return next((one for one in found if fold(one) in people("names")), found[0] if found else name)


def _is_to_do(form: str) -> bool:
    """Whether the word behind a name tells what was asked: asked Paul to call; попрошу Павла позвонить."""
    return any(words.infinitive.fullmatch(form) for words in vocabularies())


def _raw(read: Text, position: int) -> str:
    return read.raw[read.starts[position] : read.ends[position]]


def _is_cut(read: Text, position: int) -> bool:
    """Whether a comma or a dash stands before the word."""
    return _CUT.search(read.gaps.get(position, "")) is not None


def _is_verb(form: str) -> bool:
    """Whether it tells what was done or is to be done: "Передала Марку", "Text Mark"."""
    return is_verb(form) or any(words.grammar.past_verb.fullmatch(form) for words in vocabularies())


def _is_ours(read: Text, at: int) -> bool:
    word = read.words[at]
    return _is_mine(read, at) or (word is not None and word.form in people("us"))


def _is_mine(read: Text, at: int) -> bool:
    """I, "from me", «моего звонка»."""
    word, after = read.words[at], read.words[at + 1]
    if word is None:
        return False
    is_act = word.form in _acts_of_one() or (future(word.form) == "first" and _is_of_one(word.form))
    is_from_me = after is not None and f"{word.form} {after.form}" in people("from_me")
    return word.form in people("me") or is_act or is_from_me


def _is_of_one(form: str) -> bool:
    """Whether a verb of the first person says «I» by its ending: вернусь, but not вернёмся."""
    return any(words.mine.fullmatch(form) for words in vocabularies())


def _is_other(form: str) -> bool:
    """Whether it tells that somebody else acts: will, calls, позвонит."""
    return form in _others() or future(form) == "third"


@cache
def _acts_of_one() -> frozenset[str]:
    acts = (word.replace("ё", "е") for words in vocabularies() for word in words.classes["act"])
    return frozenset(filter(_is_of_one, acts))


@cache
def _others() -> frozenset[str]:
    they = {word.replace("ё", "е") for words in vocabularies() for word in words.classes.get("they", ())}
    return people("acting") | they


@cache
def _behind_names() -> frozenset[str]:
    """What may stand behind a name where the person acts: will, tomorrow, from the workshop."""
    small = {word for words in vocabularies() for word in (*words.follows, *words.days, *words.start)}
    return _others() | people("of_team") | people("no_names") | people("us") | small


@cache
def _not_names() -> frozenset[str]:
    days = {word for words in vocabularies() for word in (*words.days, *words.months)}
    return people("no_names") | people("greetings") | people("nobody") | people("news") | days
