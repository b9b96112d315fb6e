"""How deliveries end: never lost, never twice, never silently."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from small_world import AGENT, BOT, CUSTOMER, SOURCE, World, be_away, refuse
from structlog.testing import capture_logs

from complaint_gift.domain import Action, ActionKind, EscalationState, Visibility
from complaint_gift.plugin import Receipt
from complaint_gift.service import EscalationFilter
from complaint_gift.service.records import DeliveryState


def state_of(world: World) -> tuple[DeliveryState, str]:
    row = world.service.deliveries()[0]
    return row.state, row.error


def test_unreadable_body_is_visible_with_its_sentence(world: World) -> None:
    world.send(body=b"{")
    world.work()
    state, error = state_of(world)
    assert state is DeliveryState.UNREADABLE
    assert error.startswith("desk: the body is not JSON")


def test_reopened_delivery_is_worked_on_again(world: World) -> None:
    world.send(body=b"{")
    world.work()
    (row,) = world.service.deliveries()
    world.service.reopen_delivery(row.id, "admin")
    assert world.bell.rings == [("delivery", row.id)]


def test_helpdesk_away_is_tried_again_and_ends_well(world: World) -> None:
    world.desk.open("1")
    world.desk.trouble = be_away("fetch", retry_after=3600)
    world.tell()
    world.work()
    assert state_of(world)[0] is DeliveryState.NEW
    world.desk.trouble = lambda what: None
    world.settle(hours=0.5)
    assert state_of(world)[0] is DeliveryState.NEW, "the helpdesk asked for an hour of patience"
    world.settle(hours=1)
    assert state_of(world)[0] is DeliveryState.DONE


def test_helpdesk_away_for_long_fails_loudly_once(world: World) -> None:
    world.desk.open("1")
    world.desk.trouble = be_away("fetch")
    world.tell()
    world.tell()
    world.work()
    for _ in range(30):
        world.settle(hours=0.6)
    assert {row.state for row in world.service.deliveries()} == {DeliveryState.FAILED}
    assert world.reasons() == ["delivery-failed"]
    assert world.post.to("owner@example.com")


def test_refused_fetch_fails_at_once(world: World) -> None:
    world.desk.trouble = refuse("fetch")
    world.tell()
    world.work()
    assert state_of(world)[0] is DeliveryState.FAILED
    assert world.reasons() == ["delivery-failed"]
    assert world.desk.effects == [], "a helpdesk that refuses us is not written to"


def test_poison_fails_after_a_few_attempts_and_tells_no_text(world: World) -> None:
    def explode(what: str) -> None:
        raise ValueError("secret words of a customer")

    world.desk.trouble = explode
    with capture_logs() as logs:
        world.tell()
        world.work()
        for _ in range(8):
            world.settle(hours=1)
    state, error = state_of(world)
    assert state is DeliveryState.FAILED
    assert error.startswith("ValueError at")
    assert world.service.deliveries()[0].attempts == 5
    assert "secret words" not in json.dumps(logs, default=str) + world.service.list_escalations()[0].summary


def test_worker_that_dies_each_time_ends_in_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.desk.open("1")
    world.tell()

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("complaint_gift.service.processing._work", die)
        for _ in range(14):
            with pytest.raises(KeyboardInterrupt):
                world.service.process(1)
            world.clock.turn(minutes=3)
    world.settle()
    assert state_of(world)[0] is DeliveryState.FAILED


def test_second_worker_leaves_a_claimed_delivery_alone(world: World) -> None:
    world.desk.open("1")
    world.tell()
    world.desk.trouble = lambda what: world.service.process(1)
    world.work()
    assert world.desk.fetches == 1
    assert state_of(world)[0] is DeliveryState.DONE


def test_worker_that_lost_its_lease_changes_nothing(world: World) -> None:
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I want to complain: nobody has come back.")
    world.tell()

    def be_slow(what: str) -> None:
        world.desk.trouble = lambda what: None
        world.clock.turn(minutes=5)
        world.service.process(1)

    world.desk.trouble = be_slow
    world.work()
    assert state_of(world)[0] is DeliveryState.DONE
    assert len(world.desk.done(ActionKind.TAGS)) == 1


def test_newer_state_saved_meanwhile_is_fetched_again(world: World) -> None:
    world.complain()

    def be_overtaken(what: str) -> None:
        world.desk.trouble = lambda what: None
        world.tell("1", message="late")
        world.service.process(world.bell.rings.pop()[1])

    world.desk.trouble = be_overtaken
    before = world.desk.fetches
    world.tell()
    world.work()
    assert world.desk.fetches == before + 2, "what the later one brought is what the earlier one announced"


def test_newer_state_asked_for_before_we_heard_is_fetched_again(world: World) -> None:
    world.complain()
    world.tell()
    (early,) = world.bell.rings
    world.bell.rings.clear()

    def be_overtaken(what: str) -> None:
        """While the early one asks, a second one comes; then the early one is overtaken by a look."""
        world.desk.trouble = lambda what: None
        with world.store.transaction() as tx:
            row = tx.lock_conversation(SOURCE, "1")
            tx.save_conversation(row.id, row.snapshot, fetched_after=early[1] - 1)

    world.desk.trouble = be_overtaken
    before = world.desk.fetches
    world.service.process(early[1])
    assert world.desk.fetches == before + 2
    assert state_of(world)[0] is DeliveryState.DONE


def test_deliveries_of_one_action_cause_one_fetch(world: World) -> None:
    world.complain()
    before = world.desk.fetches
    world.desk.say("1", AGENT, "Thank you, we are on it.")
    for _ in range(3):
        world.tell()
    world.work()
    assert world.desk.fetches == before + 1
    assert {row.state for row in world.service.deliveries()} == {DeliveryState.DONE}
    assert world.service.case_facts(SOURCE, "1").stage.value == "answered"


def test_delivery_that_came_during_a_fetch_is_fetched_for(world: World) -> None:
    world.complain()

    def write_late(what: str) -> None:
        """The helpdesk had answered already when this was written."""
        world.desk.trouble = lambda what: None
        world.tell()

    world.desk.trouble = write_late
    before = world.desk.fetches
    world.tell()
    world.work()
    assert world.desk.fetches == before + 2


def test_merge_is_looked_at_even_when_both_sides_are_known(world: World) -> None:
    world.complain()
    world.desk.open("2")
    world.desk.say("2", CUSTOMER, "One more thing about it.")
    world.desk.change("1", status="closed")
    world.tell("2")
    world.send(("ConversationMerged", {"conversation": "1", "into": "2"}))
    world.work()
    assert world.service.case_facts(SOURCE, "2").why == "merged:1"


def test_redaction_among_deliveries_of_one_action_is_done(world: World) -> None:
    world.complain()
    world.desk.say("1", CUSTOMER, "My card is 4000 1234.")
    world.tell()
    world.send(("MessageRedacted", {"conversation": "1", "message": "1-2"}))
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        assert [m.message.text for m in tx.messages(row.id)][1] == ""


@pytest.mark.parametrize(
    "event",
    [
        {"actor_id": BOT},
        {"visibility": Visibility.INTERNAL.value},
        {"message": "w1"},
    ],
    ids=["our bot", "an internal note", "our own write"],
)
def test_echo_of_ours_is_ignored_with_its_reason(world: World, event: dict[str, str]) -> None:
    world.complain()
    assert world.desk.made, "the tag is our first write, w1"
    fetches = world.desk.fetches
    world.tell(**event)
    world.work()
    state, why = state_of(world)
    assert (state, world.desk.fetches) == (DeliveryState.IGNORED, fetches)
    assert why in ("written by our own account", "an internal note", "one of our own writes")


def test_notes_stop_at_the_cap_even_when_every_guard_fails(world: World) -> None:
    world.complain()
    plugin = world.service.means.plugins["desk"]
    perform = plugin.perform

    def echo(action: Action, source: object, client: object) -> Receipt:
        receipt = perform(action, source, client)  # type: ignore[arg-type]
        if action.kind is ActionKind.NOTE:
            # The worst helpdesk: our note comes back as a public reply of a person.
            world.desk.say("1", AGENT, "It was your fault. " + action.payload["text"])
            world.tell()
        return receipt

    plugin.perform = echo  # type: ignore[method-assign, assignment]
    world.reply("It was your fault.")
    for _ in range(40):
        world.settle(hours=0.25)
    assert 1 <= len(world.desk.done(ActionKind.NOTE)) <= 6


def test_redacted_words_are_gone_even_when_the_helpdesk_is_away(world: World) -> None:
    world.complain("I want to complain, my card is 4000 1234.")
    world.desk.trouble = be_away("fetch")
    world.send(("MessageRedacted", {"conversation": "1", "message": "1-1"}))
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        (stored,) = tx.messages(row.id)
    assert (stored.message.text, stored.redacted) == ("", True)


def test_redacted_words_do_not_come_back(world: World) -> None:
    world.complain("I want to complain, my card is 4000 1234.")
    world.send(("MessageRedacted", {"conversation": "1", "message": "1-1"}))
    world.work()
    world.tell()
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        assert [m.message.text for m in tx.messages(row.id)] == [""]


def test_deleted_conversation_leaves_no_word_and_its_escalation(world: World) -> None:
    world.complain()
    world.reply("It was your fault.")
    del world.desk.conversations["1"]
    for _ in range(2):
        world.send(("ConversationDeleted", {"conversation": "1"}))
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        assert row.deleted_at is not None
        assert {m.message.text for m in tx.messages(row.id)} == {""}
        assert [e.entry.what for e in tx.audit(0, 100)].count("escalation-annotated") == 1
    (found,) = world.service.list_escalations()
    assert found.summary == "no-blame (the conversation was deleted)"
    world.settle(hours=30)
    assert world.reasons() == ["violation-sent"], "nobody waits for an answer to what is gone"
    told = world.post.to("owner@example.com") + world.post.to("director@example.com")
    assert any("the conversation was deleted" in mail.text for mail in told), "the ladder goes on"


def test_deletion_is_said_in_the_language_of_the_policy(make_world: Callable[..., World]) -> None:
    world = make_world("extends: default\nlanguage: ru\n")
    world.complain("My lawyer will write to you.")
    del world.desk.conversations["1"]
    world.tell()
    world.work()
    (found,) = world.service.list_escalations()
    assert found.summary == "обращение удалено"


def test_spam_resolves_what_waits_in_our_name_and_audits_it(world: World) -> None:
    world.complain("My lawyer will write to you.")
    world.reply("It was your fault.")
    world.complain("My lawyer will write to you.", number="2")
    assert sorted(one.conversation for one in world.service.list_escalations()) == ["1", "1", "2", "2"]
    world.send(("ConversationDeleted", {"conversation": "1", "reason": "spam"}))
    world.work()
    assert {one.conversation for one in world.service.list_escalations()} == {"2"}
    done = world.service.list_escalations(EscalationFilter(frozenset((EscalationState.RESOLVED,))))
    assert {(one.resolved_by, one.resolution) for one in done} == {("complaint-gift", "spam")}
    with world.store.reading() as tx:
        entries = [e.entry for e in tx.audit(0, 100) if e.entry.what == "escalation-resolved"]
    assert [(e.who, e.detail["why"]) for e in entries] == [("complaint-gift", "spam")] * 2
    assert world.service.check_audit() is None


def test_conversation_that_is_gone_when_fetched_is_forgotten(world: World) -> None:
    world.complain()
    del world.desk.conversations["1"]
    world.tell()
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        assert row.deleted_at is not None


def test_merged_complaint_lives_on_in_the_other_conversation(world: World) -> None:
    world.complain()
    world.desk.open("2")
    world.desk.say("2", CUSTOMER, "One more thing about it.")
    world.desk.change("1", status="closed")
    world.send(("ConversationMerged", {"conversation": "1", "into": "2"}))
    world.work()
    assert world.service.case_facts(SOURCE, "2").why == "merged:1"
    world.settle(hours=48)
    assert [e.conversation for e in world.service.list_escalations()] == ["2"], "only there somebody waits"


def test_reply_made_private_is_an_answer_no_more(world: World) -> None:
    world.complain()
    name = world.reply("Thank you, we are on it.")
    world.desk.edit("1", name, visibility=Visibility.INTERNAL)
    world.send(("MessageEdited", {"conversation": "1", "message": name}))
    world.work()
    assert world.service.case_facts(SOURCE, "1").stage.value == "open"


def test_edited_reply_is_judged_again(world: World) -> None:
    world.complain()
    name = world.reply("Thank you, we are on it.")
    world.desk.edit("1", name, text="It was your fault.")
    world.send(("MessageEdited", {"conversation": "1", "message": name}))
    world.work()
    assert world.reasons() == ["violation-sent"]


def test_erased_person_leaves_no_trace(world: World) -> None:
    world.complain("I want to complain. Marta Lind, marta@example.net")
    world.send(("PersonErased", {"conversation": "", "person": "c1"}))
    world.work()
    with world.store.transaction() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        told = repr(tx.messages(row.id))
    assert "Marta" not in told
    assert "marta@" not in told


def test_logs_hold_no_words_of_a_message(world: World) -> None:
    with capture_logs() as logs:
        world.complain("I want to complain about zebras in the salon.")
        world.reply("It was your fault, zebras bite.")
        world.settle(hours=9)
    told = json.dumps(logs, default=str)
    assert "zebra" not in told
    assert "fault" not in told
    assert "Marta" not in told
