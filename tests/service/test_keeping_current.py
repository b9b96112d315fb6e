"""What stands in the helpdesk stays true: notes after an edit, facts of the case, what leaked or is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_world import AGENT, SOURCE, DeskPlugin, World

from complaint_gift.domain import ActionKind
from complaint_gift.plugin import Can, Published

NOTE, FACTS, ESCALATE = ActionKind.NOTE, ActionKind.FACTS, ActionKind.ESCALATE


@pytest.fixture
def able(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A helpdesk that can change a note, keep facts and escalate."""
    monkeypatch.setattr(DeskPlugin, "can", DeskPlugin.can | {Can.EDIT, Can.FACTS, Can.ESCALATE})
    return world


def edit(world: World, name: str, text: str) -> None:
    world.desk.edit("1", name, text=text)
    world.send(("MessageEdited", {"conversation": "1", "actor_id": AGENT.id, "message": name}))
    world.work()


def notes(world: World) -> list[Any]:
    return world.desk.done(NOTE)


def test_edited_reply_renews_its_note_instead_of_a_second_one(able: World) -> None:
    able.complain()
    name = able.reply("It is your own fault.")
    first = notes(able)[-1]
    assert "replaces" not in first
    edit(able, name, "Thank you for telling us, we are sorry.")
    renewed = notes(able)[-1]
    assert len(notes(able)) == 2
    assert "changed after this note" in renewed["text"]
    assert len(renewed["replaces"]) == 1
    edit(able, name, "Thank you, yet it is your fault.")
    again = notes(able)[-1]
    assert again["text"] == first["text"]
    assert len(again["replaces"]) == 2


def test_edit_that_changes_nothing_leaves_the_note_alone(able: World) -> None:
    able.complain()
    name = able.reply("It is your own fault.")
    edit(able, name, "It is all your own fault.")
    assert len(notes(able)) == 1
    assert able.reasons() == ["violation-sent"]


def test_helpdesk_that_cannot_change_notes_gets_no_second_one(world: World) -> None:
    world.complain()
    name = world.reply("It is your own fault.")
    edit(world, name, "Thank you for telling us, we are sorry.")
    assert len(notes(world)) == 1


def test_facts_are_told_when_they_change_and_only_then(able: World) -> None:
    able.complain()
    able.tell()
    able.work()
    (opened,) = [one["facts"] for one in able.desk.done(FACTS)]
    assert opened["complaint"] is True
    assert opened["ok"] is True
    able.reply("It is your own fault.")
    wrong = able.desk.done(FACTS)[-1]["facts"]
    assert (wrong["ok"], wrong["errors"], wrong["stage"]) == (False, 1, "answered")


def test_resolving_the_escalation_says_so_in_the_facts(able: World) -> None:
    able.complain()
    able.reply("It is your own fault.")
    (waiting,) = able.service.list_escalations()
    able.service.resolve(waiting.id, "Olga", "talked to the customer")
    able.work()
    assert able.desk.done(FACTS)[-1]["facts"]["ok"] is True


def test_what_was_so_before_is_told_again(able: World) -> None:
    able.complain()
    for status in ("solved", "open", "solved", "open"):
        able.reply("Thank you for telling us.")
        able.desk.change("1", status=status)
        able.tell()
        able.work()
    stages = [one["facts"]["stage"] for one in able.desk.done(FACTS)]
    assert stages[-4:] == ["closed", "answered", "closed", "answered"]


def test_nothing_is_told_about_what_is_no_complaint(able: World) -> None:
    able.complain("When do you open?")
    assert able.desk.done(FACTS) == []


def test_escalation_is_handed_to_the_helpdesk_once(able: World) -> None:
    able.complain("I will see you in court, I want to complain.")
    able.tell()
    able.work()
    (wish,) = able.desk.done(ESCALATE)
    assert wish["reason"] == "court"
    assert wish["title"]
    assert wish["due_at"].endswith("+00:00")


def test_note_that_was_published_is_raised_as_a_leak(world: World) -> None:
    def publish(step: str) -> None:
        if step == "before perform":
            raise Published("desk: the helpdesk PUBLISHED our note; it has been deleted again.")

    world.desk.trouble = publish
    world.complain()
    world.reply("It is your own fault.")
    world.work()
    assert "internal-leak" in world.reasons()
    assert "delivery-failed" not in world.reasons()


@pytest.mark.parametrize("whole", [True, False])
def test_message_gone_from_a_whole_conversation_is_redacted(world: World, whole: bool) -> None:
    world.complain()
    name = world.reply("It is your own fault.")
    kept = world.desk.conversations["1"]
    world.desk.conversations["1"] = replace(kept, messages=kept.messages[:1], is_whole=whole)
    world.tell()
    world.work()
    with world.store.reading() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        found = {stored.message.id: stored for stored in tx.messages(row.id)}
    assert found[name].redacted is whole
    assert found[name].message.text == ("" if whole else "It is your own fault.")
