"""What two texts have in common: the words that carry meaning, and how alike whole texts are."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    очень хороший плохой хорошо плохо даже еще уже всегда никогда снова опять раз один два три первый
    последний следующий долго большой качество работа принять меры мера обратиться ваш наш свой этот
    который весь все такой сам другой просто вообще какой потому поэтому тоже также если когда где
    чтобы или либо после перед через между moment aim achieve upset upsetting disappoint disappointed
    disappointment standard fall short expectation expect quality level mention regard regarding
    letter examine inform outcome concern concerned important importance treat care discuss meeting
    pass share value valuable valued strive continue improve improvement action measure responsible
    responsibility department colleague staff employee management manager director head forward
    internal investigate investigation seriously note noted raise effort possible convenience hope
    welcome future opportunity chance appreciate honest openness sincere sincerely deeply unpleasant
    occur happen cause disruption frustration frustrating frustrate unhappy dissatisfaction attention
    ensure promise personal personally reach call email mail line direct follow soon shortly check
    process request register assign specialist expert receive wish pleasant stay visit folk thx msg
    result keep high right people everyone point agree agreement difference different smile leave
    person file news over важный мнение найти визит неприятный осадок обязательно вывод постараться
    огорчать огорчить возмущение нервы нерв тратить потратить специалист выяснять выяснить произойти
    происходить заниматься дело звать зовут имя соответствие несоответствие обслуживание ожидание
    уровень беседа провести персонал планерка разобрать разобраться надеяться понимание дальнейший
    сотрудничество существо факт проверять проверить проверка результат сообщить сообщать
    дополнительно прочитать внимательный внимание больно полезный обоснованный ответственный лицо
    привлечь дисциплинарный руководство пожелать желать обратный связь доверие чувство эмоция искренне
    приносить принести расследование сотрудник отдел коллега менеджер руководитель директор
    подразделение передать зарегистрировать рассмотреть вернуться стараться улучшать улучшить
    улучшение развиваться стремиться ценить дорожить конкретный изложить остаться оставить сожалеть
    сожаление хотеться обещать каждый никто ничто любой новый должен необходимый возможный ближайший
    кратчайший срок приятный лично личный"""
)
# Numbers in words that say something; one to three are in every text.
_TEENS = """four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty"""
_RUSSIAN_TEENS = """четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать
    четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать"""
_TENS = {"thirty": "30", "тридцать": "30", "forty": "40", "сорок": "40", "fifty": "50", "пятьдесят": "50"}
_COUNTS = _TENS | {
    word: str(number) for words in (_TEENS, _RUSSIAN_TEENS) for number, word in enumerate(words.split(), 4)
}
_SHORTEST = 3
_STEM = 5
_SLOT = "\0"
_LONG_ENOUGH = 9  # pairs


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
    if form in _COUNTS:
        return frozenset((_COUNTS[form],))
    if word.kind != "word" or len(form) < _SHORTEST or is_common(form) or form in _EMPTY:
        return frozenset()
    heads = lemmas(form)
    if heads & _EMPTY or any(is_common(head) for head in heads if head != form):
        return frozenset()
    return frozenset(_stem(head) for head in heads - {form} or heads)


def _stem(lemma: str) -> str:
    """Close words count as the same: deliver and delivery, опоздать and опоздание."""
    return lemma[:_STEM]


def specifics(text: Text, stop: frozenset[str]) -> set[str]:
    """The words of a reply that say something about this very case; names do not."""
    found: set[str] = set()
    for position, word in enumerate(text.words):
        if word is not None and "name" not in kinds_of(word) and not text.is_quoted(position):
            found.update(key for key in keys_of(word) if key not in stop)
    return found


def words_key(words: Iterable[str]) -> frozenset[str]:
    """The keys of a list of words, for stop lists."""
    return frozenset(key for raw in words for word in words_of(raw) for key in (*keys_of(word), word.form))


@lru_cache(maxsize=2_000)
def shingles(text: str) -> frozenset[tuple[str, str]]:
    """Pairs of neighbouring words with names and numbers blanked, so that filled templates look alike."""
    return frozenset(pairwise(_blanked(text)))


def _blanked(raw: str) -> list[str]:
    forms: list[str] = []
    for word in Text(raw).words:
        if word is None:
            continue
        if word.kind in ("number", "url", "mail", "mention") or "name" in kinds_of(word):
            if forms and forms[-1] == _SLOT:
                continue
            forms.append(_SLOT)
        else:
            forms.append(word.form)
    return forms


def likeness(one: str, other: str) -> float:
    """0 to 1: the share of word pairs that two texts have in common, names and numbers apart.

    Where a longer reply that makes up half of `one` is inside it, the share of that reply counts.
    """
    a, b = shingles(one), shingles(other)
    if not a or not b:
        return 0.0
    common = len(a & b)
    whole = common / len(b) if len(b) >= max(_LONG_ENOUGH, len(a) / 2) else 0.0
    return max(common / len(a | b), whole)
