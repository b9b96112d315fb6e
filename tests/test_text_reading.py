"""Sentences, words, places and marks of a text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.text import Text, fold, lemmas, words_of


def forms(text: str) -> list[list[str]]:
    """The folded words of every sentence."""
    sentences: list[list[str]] = [[]]
    for word in Text(text).words:
        if word is None:
            sentences.append([])
        else:
            sentences[-1].append(word.form)
    return sentences[:-1]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We are sorry. We failed you.", 2),
        ("Вернём 1 500 руб. за доставку.", 1),
        ("Вернём 1 500 руб. Деньги придут завтра.", 2),
        ("Вернём в теч. 2 раб. дней. Спасибо.", 2),
        ("Это наша ошибка, т.е. вины вашей нет.", 1),
        ("Приедет Иванов И. И. до 12.05. Ждите.", 2),
        ("Mr. Brandt, e.g. our foreman, will call. Thanks.", 2),
        ("See https://help.example/a.b?c=d. Thank you!", 2),
        ("Really?! We had no idea…", 2),
        ("«Где заказ?» — спросили вы.", 1),
        ("Dear Denise,\nthank you for writing.", 2),
        ("sorry about that\nwe will refund you", 2),
        ("no full stop and no capital letter", 1),
        ("- first point\n- second point", 2),
        ("Sorry.We forgot.", 2),
        ("Итого 12.05.2026 и 3.14 кг.", 1),
        ("Sorry 😔 We forgot.", 2),
        ("Это не наш уровень 🙈 Приходите завтра", 2),
        ("Время не важно, просто не приходите) Осмотр бесплатный))) Ждём :) Анна", 4),
        ("Наш мастер (смена до шести) Олег позвонит 🙂 сегодня, 😊 Марина", 1),
        ("", 0),
        (" \n\t ", 0),
        ("?!…", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len(forms(text)) == count


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("don't", ("do", "not")),
        ("can’t", ("can", "not")),
        ("cannot", ("can", "not")),
        ("It's", ("it", "is")),
        ("customer's", ("customer", "s")),
        ("we'll", ("we", "will")),
        ("dont", ("do", "not")),
        ("ёлка", ("елка",)),
        ("пoмощь", ("помощь",)),  # a Latin o
        ("apоlogy", ("apology",)),  # a Cyrillic о
        ("воз\u00adврат", ("возврат",)),
        ("re\u200bfund", ("refund",)),
        ("ﬁne", ("fine",)),
        ("e-mail", ("e-mail",)),
        ("всё-таки", ("все-таки",)),
        ("o'clock", ("o", "clock")),
        ("Sory", ("sorry",)),
        ("извените", ("извините",)),
        ("немогу", ("не", "могу")),
    ],
)
def test_words_are_folded_to_one_spelling(raw: str, expected: tuple[str, ...]) -> None:
    assert tuple(word.form for word in words_of(raw)) == expected


def test_places_are_code_points_of_the_original_text() -> None:
    text = "😀 Мы не\u00adправы, don't worry."
    read = Text(text)
    pieces = [text[read.starts[p] : read.ends[p]] for p, word in enumerate(read.words) if word is not None]
    assert pieces == ["Мы", "не\u00adправы", "don't", "don't", "worry"]


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("вернём", "вернуть"),
        ("деньгами", "деньга"),
        ("обещанного", "обещать"),
        ("refunded", "refund"),
        ("children", "child"),
    ],
)
def test_lemmas_hold_the_dictionary_form(form: str, head: str) -> None:
    assert head in lemmas(fold(form))


@pytest.mark.parametrize("form", ["us", "would", "our", "thanks"])
def test_english_function_words_mean_only_themselves(form: str) -> None:
    assert lemmas(form) == {form}


@pytest.mark.parametrize(
    ("text", "word", "negated"),
    [
        ("We will not refund you.", "refund", True),
        ("We won't refund you.", "refund", True),
        ("Not only will we refund you.", "refund", False),
        ("No doubt we refund you.", "refund", False),
        ("It is not late, we refund you.", "refund", False),
        ("We do not know but refund you.", "refund", False),
        ("Мы не возвращаем деньги.", "деньги", True),
        ("Никто не возвращает деньги.", "деньги", True),
        ("Не можем не извиниться.", "извиниться", False),
        ("Не можем не поблагодарить вас за письмо.", "письмо", False),
        ("Мы не получали и не читали вашего письма.", "письма", True),
        ("Не только вернём деньги.", "деньги", False),
        ("Мы не спорим, вернём деньги.", "деньги", False),
        ("Thank you for not keeping silent.", "silent", False),
        ("Оставили вас без всяких извинений.", "извинений", True),
        ("За два дня без воды вернём плату.", "вернем", False),
        ("Без доплаты заменим насос.", "заменим", False),
    ],
)
def test_negation_reaches_as_far_as_it_does_in_speech(text: str, word: str, negated: bool) -> None:
    read = Text(text)
    place = next(p for p, w in enumerate(read.words) if w is not None and w.form == word)
    assert (read.is_negated(place) is not None) is negated


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Вы пишете: «сами виноваты».", True),
        ('You wrote "sorry" twice.', True),
        ("You wrote “sorry” twice.", True),
        ("„sorry“, you wrote", True),
        ("> sorry about that\nThanks.", True),
        ("We are sorry.", False),
        ('It is 5" wide, sorry.', False),
        ('The 32" TV broke, sorry. The 40" TV did not.', False),
        ("You wrote 'I'm not sorry' twice.", True),
        ("You wrote ‘I’m not sorry’ twice.", True),
        ("It's the drivers' fault; we're sorry. The customers' money is back.", False),
        ("In the '90s we were sorry about the drivers' manners.", False),
    ],
)
def test_quotations_are_not_the_writers_words(text: str, quoted: bool) -> None:
    read = Text(text)
    place = next(p for p, w in enumerate(read.words) if w is not None and w.form in ("sorry", "виноваты"))
    assert read.is_quoted(place) is quoted


def test_marks_see_conditions_what_would_have_been_and_questions() -> None:
    assert Text("If you call we refund it").is_conditional(3)
    assert not Text("If you call, we refund it").is_conditional(4)
    assert Text("Мы бы вернули деньги").is_counterfactual(2)
    assert Text("We would have paid").is_counterfactual(3)
    assert not Text("We would pay").is_counterfactual(2)
    assert Text("Could you wait? We come.").is_question(0)
    assert not Text("Could you wait? We come.").is_question(5)


def test_a_capital_letter_at_a_sentence_start_is_no_name_unless_the_word_is_none() -> None:
    titles = [
        word.title for word in Text("Thank you. Zyxanna calls. Ирина позвонит. Спасибо вам.").words if word
    ]
    assert titles == [False, False, True, False, True, False, False, False]


HOSTILE = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\ud800\udfff\u200b\u202e\n\t >«»\"'.-@/{}*()0אب😀")),
    max_size=300,
)


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_any_string_is_read_and_places_are_in_order(text: str) -> None:
    read = Text(text)
    previous = (0, 0)
    for word, start, end in zip(read.words, read.starts, read.ends, strict=True):
        if word is None:
            assert start == end == previous[1]
        else:
            assert previous[1] <= start < end <= len(text) or (start, end) == previous
            previous = start, end
    assert len(read.sentence_starts) == max(1, read.words.count(None))
    for place in range(len(read.words)):
        if read.words[place] is not None:
            read.is_negated(place)
            read.is_quoted(place)
            read.is_conditional(place)
            read.is_question(place)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_folding_twice_changes_nothing(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


@pytest.mark.timeout(60)
def test_a_large_text_of_one_character_is_read_at_once() -> None:
    chance = random.Random(7)
    for text in (
        "a" * 100_000,
        "\n" * 100_000,
        "«" * 100_000,
        "." * 100_000,
        "".join(chance.choices("ab .\n", k=100_000)),
    ):
        read = Text(text)
        assert len(read.sentences) == len(read.words)
        assert all(0 <= start <= end <= len(text) for start, end in [*read.sentence_spans, *read.quotes])
