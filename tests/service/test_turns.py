"""Who has the word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from small_world import AGENT, COLLEAGUE, CUSTOMER, MORNING, ROBOT, SOURCE, World

from complaint_gift.domain import Author, Message, Role, Visibility
from complaint_gift.service.records import StoredMessage, Subject
from complaint_gift.service.turns import find_waiting, split_turns

GUEST = Author("g", Role.BYSTANDER)


def talk(*said: tuple[Author, str] | tuple[Author, str, Visibility]) -> list[StoredMessage]:
    return [
        StoredMessage(
            n,
            Message(
                str(n),
                one[0],
                one[1],
                one[2] if len(one) > 2 else Visibility.PUBLIC,
                MORNING + timedelta(minutes=n),
            ),
            n,
        )
        for n, one in enumerate(said)
    ]


def test_turn_is_all_we_say_until_they_write_again() -> None:
    turns = split_turns(
        talk((CUSTOMER, "a"), (AGENT, "b"), (ROBOT, "x"), (COLLEAGUE, "c"), (CUSTOMER, "d"), (AGENT, "e"))
    )
    assert [turn.text for turn in turns] == ["b\n\nc", "e"]
    assert [(turn.is_first, turn.is_over) for turn in turns] == [(True, True), (False, False)]
    assert [m.message.text for m in turns[1].before] == ["d"]


def test_internal_notes_belong_to_no_turn() -> None:
    turns = split_turns(talk((CUSTOMER, "a"), (AGENT, "note", Visibility.INTERNAL), (AGENT, "b")))
    assert [turn.text for turn in turns] == ["b"]


def test_unknown_visibility_counts_as_public() -> None:
    assert [t.text for t in split_turns(talk((CUSTOMER, "a"), (AGENT, "b", Visibility.UNKNOWN)))] == ["b"]


def test_answer_to_a_bystander_is_known_as_one() -> None:
    turns = split_turns(talk((CUSTOMER, "a"), (AGENT, "b"), (GUEST, "me too"), (AGENT, "c")))
    assert [turn.reply_to for turn in turns] == ["customer", "bystander"]


def test_customer_waits_from_the_first_message_after_our_last() -> None:
    messages = talk((CUSTOMER, "a"), (AGENT, "b"), (CUSTOMER, "c"), (CUSTOMER, "d"), (ROBOT, "auto"))
    waiting = find_waiting(messages)
    assert waiting is not None
    assert waiting.message.text == "c"
    assert find_waiting(messages[:2]) is None


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("Thanks, that is kind of you!", False),
        ("Большое спасибо 🙏", False),
        ("Thanks for nothing, but where is my money", True),
        ("Thank you. When will it come?", True),
        ("Спасибо, но ничего не работает", True),
        ("Thanks, please call me", True),
        ("Спасибо, жду звонка", True),
        ("👍", True),
    ],
)
def test_thanks_for_an_answer_waits_for_none(text: str, waits: bool) -> None:
    assert (find_waiting(talk((CUSTOMER, "a"), (AGENT, "b"), (CUSTOMER, text))) is not None) is waits
    assert find_waiting(talk((CUSTOMER, text))) is not None, "before an answer everybody waits"


def missing_of(world: World, name: str) -> list[str] | None:
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        stored = next(m for m in tx.messages(row.id) if m.message.id == name)
        verdict = tx.verdict(stored.version_id, Subject.TURN)
    return None if verdict is None else [f.rule for f in verdict.findings]


def test_missing_thanks_waits_for_the_turn_to_come_to_rest(world: World) -> None:
    world.complain()
    hello = world.reply("Hello Marta, one moment.")
    world.settle(hours=0.1)
    assert missing_of(world, hello) is None
    rest = world.reply("And thank you for telling us.")
    world.settle(hours=0.2)
    assert missing_of(world, rest) == []
    assert missing_of(world, hello) is None


def test_missing_thanks_is_found_after_the_quiet_time(world: World) -> None:
    world.complain()
    hello = world.reply("Hello Marta, one moment.")
    world.settle(hours=0.2)
    assert missing_of(world, hello) == ["thanks"]
    assert world.reasons() == [], "what is missing never wakes anybody"


def test_turn_is_judged_at_once_when_the_customer_writes_again(world: World) -> None:
    world.complain()
    hello = world.reply("Hello Marta, one moment.")
    world.desk.say("1", CUSTOMER, "Yes?")
    world.tell()
    world.work()
    assert missing_of(world, hello) == ["thanks"]
