"""A customer who complains hears at once that it has come: once, a day at most, and only where wished."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import AGENT, CUSTOMER, DeskPlugin, World

from complaint_gift.domain import ActionKind
from complaint_gift.plugin import Can


@pytest.fixture
def asked(world: World) -> World:
    """A world whose helpdesk acknowledges."""
    plugin: Any = DeskPlugin(world.desk)
    plugin.can = plugin.can | {Can.ACKNOWLEDGE}
    world.service.means.plugins["desk"] = plugin  # type: ignore[index]
    return world


def told(world: World) -> list[Any]:
    return world.desk.done(ActionKind.ACKNOWLEDGE)


def test_a_complaint_is_acknowledged_once(asked: World) -> None:
    name = asked.complain("I want to complain: nobody has come back to me.")
    (payload,) = told(asked)
    assert (payload["to"], payload["answers"], payload["language"]) == ("marta@example.net", name, "en")
    asked.desk.say("1", CUSTOMER, "I want to complain again.")
    asked.tell("1")
    asked.work()
    assert len(told(asked)) == 1


def test_a_second_complaint_of_the_same_day_is_not_acknowledged(asked: World) -> None:
    asked.complain()
    asked.complain(number="2")
    assert len(told(asked)) == 1
    asked.clock.turn(hours=25)
    asked.complain(number="3")
    assert len(told(asked)) == 2


def test_what_is_answered_or_no_complaint_is_not_acknowledged(asked: World) -> None:
    asked.desk.open("1")
    asked.desk.say("1", CUSTOMER, "When do you open?")
    asked.desk.open("2")
    asked.desk.say("2", CUSTOMER, "I want to complain.")
    asked.desk.say("2", AGENT, "Thank you, we are on it.")
    for number in "12":
        asked.tell(number)
    asked.work()
    assert told(asked) == []


def test_nothing_goes_out_unasked(world: World) -> None:
    world.complain()
    assert told(world) == []
