"""Texts made to hurt: reading them grows with their length and no faster, and nothing in them is an error."""

from datetime import UTC, datetime

import pytest
from growth import require_linear_in
from hostile_texts import REPEATED

from complaint_gift.domain import Scope
from complaint_gift.playbook import Context, Playbook, load_playbook
from complaint_gift.promises import find_promises
from complaint_gift.text import Text
from complaint_gift.text.history import new_part
from complaint_gift.text.quotations import quotations

LENGTH = 16_384
NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    playbook = load_playbook(profile="full")
    for text in ("We are sorry.", "Простите нас.", "We are sorry. Простите нас.", "1", "שלום"):
        playbook.review(text)
    return playbook


@pytest.mark.parametrize("bit", REPEATED, ids=ascii)
def test_a_review_of_one_thing_again_and_again_grows_with_its_length(playbook: Playbook, bit: str) -> None:
    def review(text: str) -> None:
        playbook.review(text, scope=Scope.PUBLIC_REPLY, context=Context())

    require_linear_in(review, bit * (LENGTH // len(bit)))


def test_sentences_that_all_differ_grow_with_their_number(playbook: Playbook) -> None:
    text = "".join(f"We are sorry if you were number {n}, but you should have asked. " for n in range(320))
    require_linear_in(lambda given: playbook.review(given), text)


def test_promises_grow_with_the_times_that_are_named() -> None:
    find_promises("We will call you tomorrow.", sent_at=NOW)
    text = "We will call you " + "до пятницы " * 2_000
    require_linear_in(lambda given: find_promises(given, sent_at=NOW), text)


@pytest.mark.parametrize("text", ["a\n" + " " * LENGTH + ".b", "«a». " * 4_000, "ß" * LENGTH, "'s" * LENGTH])
def test_a_text_is_read_in_time_that_grows_with_its_length(text: str) -> None:
    require_linear_in(Text, text)


def test_spaces_behind_the_title_of_a_history_cost_no_more_the_more_there_are() -> None:
    require_linear_in(new_part, "a\n-- Original Message" + " " * LENGTH + "b")


def test_a_contraction_of_contractions_is_read() -> None:
    words = [word.form for word in Text("it's's's " + "x's" * 40_000).words if word is not None]
    assert words[:2] == ["it", "is"]


def test_a_word_longer_than_any_word_keeps_its_place() -> None:
    text = Text("a " + "ж" * 5_000 + " b")
    assert text.starts[:3] == [0, 2, 5_003]
    assert text.ends[1] == 5_002


def test_quotations_of_a_sentence_are_those_that_touch_it() -> None:
    text = Text("«a b». c «d» e «f. g» h")
    for start in range(len(text.raw)):
        for end in range(start + 1, len(text.raw) + 1):
            wanted = [one for one in quotations(text.raw) if one[0] < end and start < one[1]]
            assert text.quotes_in(start, end) == wanted


def test_sentences_that_are_the_same_are_found_at_every_place(playbook: Playbook) -> None:
    once = playbook.review("We are sorry. ").signals
    thrice = playbook.review("We are sorry. We are sorry. We are sorry. ").signals
    places = [
        (signal.name, signal.start + 14 * at, signal.end + 14 * at) for at in range(3) for signal in once
    ]
    assert sorted((s.name, s.start, s.end) for s in thrice if s.end) == sorted(places)
