"""What two texts have in common: the words that carry meaning, and how alike whole texts are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from complaint_gift.rules.frequency import is_common
from complaint_gift.rules.kinds import kinds_of
from complaint_gift.text import Text, Word, lemmas, words_of
from complaint_gift.text.listing import listed

# Words every reply uses, whatever the complaint is about.
_EMPTY = listed(
    """situation issue problem inconvenience experience service customer client guest company team
    feedback complaint review message comment matter case reply answer question thing time day today
    yesterday tomorrow week month year hour minute please dear hello thank sorry apologise apologize
    apology regret understand help contact write tell know want need get take give make do say go come
    see look think use work try find really much many good bad well even still already always never
    again once twice one two three first last next long little great nice best ситуация вопрос
    проблема неудобство обращение сервис клиент гость компания команда отзыв жалоба сообщение
    комментарий случай ответ время день сегодня вчера завтра неделя месяц год час минута пожалуйста
    здравствуйте добрый уважаемый спасибо извинить простить извинение прощение понимать помочь помощь
    связаться написать сказать знать хотеть нужно взять дать сделать быть мочь прийти видеть думать
    очень хороший плохой хорошо плохо даже ещё еще уже всегда никогда снова опять раз один два три
    первый последний следующий долго большой качество работа принять меры мера обратиться ваш наш свой
    этот который весь всё такой сам другой просто вообще какой потому поэтому тоже также если когда
    где чтобы или либо после перед через между"""
)
_SHORTEST = 3
_SLOT = "\0"
_SIGNS = re.compile(r"\s+")


def meaning(text: Text, stop: frozenset[str] = frozenset(), *, own_words: bool = True) -> dict[str, set[int]]:
    """Lemmas, numbers and names that say what a text is about, each with the positions where it stands.

    With `own_words` quoted words are left out.
    """
    found: dict[str, set[int]] = {}
    for position, word in enumerate(text.words):
        if word is None or (own_words and text.quotes and text.is_quoted(position)):
            continue
        for key in keys_of(word):
            if key not in stop:
                found.setdefault(key, set()).add(position)
    return found


@lru_cache(maxsize=20_000)
def keys_of(word: Word) -> frozenset[str]:
    """The lemmas under which a word counts as content; none for words without meaning of their own."""
    form = word.form
    if word.kind == "number":
        return frozenset((re.sub(r"\D", "", form) or form,))
    if word.kind != "word" or len(form) < _SHORTEST or is_common(form) or form in _EMPTY:
        return frozenset()
    heads = lemmas(form)
    if heads & _EMPTY or any(is_common(head) for head in heads if head != form):
        return frozenset()
    return frozenset(_stem(head) for head in heads - {form} or heads)


def _stem(lemma: str) -> str:
    """Close words count as the same: deliver and delivery, опоздать and опоздание."""
    return lemma[: max(4, min(6, len(lemma) - 2))] if len(lemma) > 5 else lemma


def words_key(words: Iterable[str]) -> frozenset[str]:
    """The keys of a list of words, for stop lists."""
    return frozenset(key for raw in words for word in words_of(raw) for key in (*keys_of(word), word.form))


@lru_cache(maxsize=2_000)
def shingles(text: str) -> frozenset[tuple[str, str]]:
    """Pairs of neighbouring words with names and numbers blanked, so that filled templates look alike."""
    pairs: set[tuple[str, str]] = set()
    for sentence in _blanked(text):
        pairs.update(pairwise(("^", *sentence, "$")))
    return frozenset(pairs)


def _blanked(raw: str) -> Iterator[list[str]]:
    text = Text(raw)
    sentence: list[str] = []
    for word in text.words:
        if word is None:
            yield sentence
            sentence = []
            continue
        blank = word.kind in ("number", "url", "mail", "mention") or "name" in kinds_of(word)
        if not blank:
            sentence.append(word.form)
        elif not sentence or sentence[-1] != _SLOT:
            sentence.append(_SLOT)


def likeness(one: str, other: str) -> float:
    """0 to 1: the share of word pairs that two texts have in common, names and numbers apart."""
    a, b = shingles(one), shingles(other)
    if not a or not b:
        return 0.0
    return len(a & b) / len(a | b)
