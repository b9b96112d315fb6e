"""What was promised to a customer is watched until somebody says that it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from small_world import AGENT, CUSTOMER, SOURCE, World

from complaint_gift.domain import ActionKind, Escalation, EscalationState, Visibility
from complaint_gift.service import EscalationFilter, NotFound
from complaint_gift.service.records import KeptPromise, PromiseState

MakeWorld = Callable[..., World]
PROMISE = "Thank you. I will call you tomorrow."  # Monday 10:00; tomorrow is over on Tuesday at 18:00
PEOPLE = """
extends: default
people:
  owner: [{name: Olga Owner, email: owner@example.com}]
  staff: [{name: Dana Whitfield, accounts: [a1, dana@example.com], email: dana@example.com}]
"""
TO_REMINDER = 29.5  # hours to Tuesday 15:30
TO_BREACH = 32.5  # hours to Tuesday 18:30


def promised(world: World) -> KeptPromise:
    (found,) = world.service.case_facts(SOURCE, "1").promises
    return found


def promise(world: World, text: str = PROMISE) -> None:
    world.complain()
    world.reply(text)


def resolved(world: World) -> list[Escalation]:
    return world.service.list_escalations(EscalationFilter(frozenset((EscalationState.RESOLVED,))))


def test_promise_is_told_before_its_time_to_who_gave_it(world: World) -> None:
    promise(world)
    world.settle(hours=TO_REMINDER)
    assert world.reasons() == []
    world.settle(hours=1)
    (found,) = world.service.list_escalations()
    assert (found.reason.value, found.summary) == ("promise-due", "2026-03-03 18:00 UTC")
    (mail,) = world.post.to("dana@example.com")
    assert "Promised by 3 March, 18:00 (UTC): “I will call you tomorrow.”" in mail.text
    assert world.desk.done(ActionKind.PRIORITY) == [], "a reminder changes no priority"
    world.settle(hours=1)
    assert world.reasons() == ["promise-due"]


def test_mail_says_dates_as_its_reader_does(make_world: MakeWorld) -> None:
    world = make_world(PEOPLE + "language: ru\n")
    promise(world)
    world.settle(hours=TO_REMINDER + 1)
    (mail,) = world.post.to("dana@example.com")
    assert "Возьмите, пожалуйста, в работу до 3 марта, " in mail.text
    assert "Обещано до 3 марта, 18:00 (UTC): «I will call you tomorrow.»" in mail.text
    assert "О чём речь" not in mail.text  # the promise itself says it


def test_reminder_counts_working_hours(make_world: MakeWorld) -> None:
    world = make_world(PEOPLE + "promises: {remind_before: 12 working h}\n")
    promise(world)
    assert world.clock.now() == datetime(2026, 3, 2, 10, tzinfo=UTC)
    world.settle(hours=4.5)
    assert world.reasons() == []
    world.settle(hours=20)  # half of the time, Tuesday 02:00, is later than twelve working hours before
    assert world.reasons() == ["promise-due"]


def test_promise_that_was_not_kept_escalates_once(world: World) -> None:
    promise(world)
    world.settle(hours=TO_REMINDER + 1)
    world.settle(hours=2)
    assert world.reasons() == ["promise-broken"], "the reminder has had its time"
    assert [one.resolved_by for one in resolved(world)] == ["complaint-gift"]
    assert promised(world).state is PromiseState.BROKEN
    assert world.post.to("owner@example.com")
    assert world.desk.done(ActionKind.PRIORITY) == [{"priority": "high"}]
    world.settle(hours=24)
    assert world.reasons() == ["promise-broken"]


def test_promise_is_watched_after_the_ticket_is_solved(world: World) -> None:
    promise(world)
    world.desk.change("1", status="solved")
    world.tell()
    world.work()
    world.settle(hours=TO_BREACH)
    assert world.reasons() == ["promise-broken"]


def test_policy_switches_both_off(make_world: MakeWorld) -> None:
    world = make_world(PEOPLE + "escalations: {promise-due: off, promise-broken: off}\n")
    promise(world)
    world.settle(hours=TO_REMINDER + 1)
    world.settle(hours=40)
    assert world.reasons() == []
    assert promised(world).state is PromiseState.BROKEN, "the case says so all the same"


def test_policy_switches_the_reminder_off(make_world: MakeWorld) -> None:
    world = make_world(PEOPLE + "promises: {remind_before: off}\n")
    promise(world)
    world.settle(hours=TO_REMINDER + 1)
    assert world.reasons() == []


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("We have sent the money back.", PromiseState.KEPT),
        ("As promised: the lamp is on its way.", PromiseState.KEPT),
        ("Мы вернули деньги.", PromiseState.KEPT),
        ("Спасибо за разговор, деньги отправлены.", PromiseState.KEPT),
        ("The number is 123.", PromiseState.OPEN),
        ("We have not sent it yet.", PromiseState.OPEN),
        ("Мы пока не вернули деньги.", PromiseState.OPEN),
        ("I need more time, I will call you on Thursday.", PromiseState.MOVED),
    ],
)
def test_later_reply_says_what_became_of_it(world: World, text: str, state: PromiseState) -> None:
    promise(world)
    world.clock.turn(hours=3)
    world.reply(text)
    first = world.service.case_facts(SOURCE, "1").promises[0]
    assert first.state is state
    world.settle(hours=TO_BREACH - 3)
    assert ("promise-broken" in world.reasons()) is (state is PromiseState.OPEN)


def test_words_beside_the_promise_do_not_keep_it(world: World) -> None:
    promise(world, "Thank you. We have sent you a new lamp. I will call you tomorrow.")
    world.reply("PS: we have sent it by mail.")
    assert promised(world).state is PromiseState.OPEN


def test_note_or_customer_does_not_keep_it(world: World) -> None:
    promise(world)
    world.clock.turn(hours=3)
    world.desk.say("1", CUSTOMER, "As promised?")
    world.desk.say("1", AGENT, "I have called her.", visibility=Visibility.INTERNAL)
    world.tell()
    world.work()
    assert promised(world).state is PromiseState.OPEN


def test_any_later_reply_keeps_it_if_the_policy_says_so(make_world: MakeWorld) -> None:
    for setting, state in (("any", PromiseState.KEPT), ("off", PromiseState.OPEN)):
        world = make_world(PEOPLE + f"promises: {{kept_by_reply: {setting}}}\n")
        promise(world)
        world.clock.turn(hours=3)
        world.reply("As promised, here I am.")
        assert promised(world).state is state


def test_kept_promise_takes_its_reminder_along_and_late_it_stays_for_a_person(world: World) -> None:
    promise(world)
    world.settle(hours=TO_REMINDER + 1)
    world.reply("As promised, I have called you.")
    assert world.reasons() == []
    assert [(one.resolved_by, one.resolution) for one in resolved(world)] == [
        ("complaint-gift", "promise kept")
    ]
    world.complain(number="2")
    world.reply(PROMISE, number="2")
    world.settle(hours=60)
    world.reply("As promised, I have called you.", number="2")
    assert world.service.case_facts(SOURCE, "2").promises[0].state is PromiseState.KEPT
    assert "promise-broken" in world.reasons()


def test_tag_keeps_what_was_promised_before_and_is_taken_off(world: World) -> None:
    promise(world)
    world.clock.turn(hours=3)
    world.desk.say("1", AGENT, "I will write to you on Thursday.")
    world.desk.change("1", tags=world.desk.conversations["1"].tags | {"promise_kept"})
    world.tell()
    world.work()
    states = [one.state for one in world.service.case_facts(SOURCE, "1").promises]
    assert states == [PromiseState.KEPT, PromiseState.OPEN]
    assert "promise_kept" not in world.desk.conversations["1"].tags
    with world.store.reading() as tx:
        assert "promise-kept" in repr(tx.audit(0, 100))


def test_tag_that_comes_when_all_is_kept_keeps_no_later_promise(world: World) -> None:
    promise(world)
    for day in ("Thursday", "Friday"):
        world.clock.turn(hours=3)
        world.reply("As promised, I have called you.")
        world.desk.change("1", tags=world.desk.conversations["1"].tags | {"promise_kept"})
        world.tell()
        world.work()
        assert "promise_kept" not in world.desk.conversations["1"].tags
        world.clock.turn(hours=3)
        world.reply(f"Thank you. I will write to you on {day}.")
        world.tell()
        world.work()
        assert world.service.case_facts(SOURCE, "1").promises[-1].state is PromiseState.OPEN


def test_tag_is_taken_off_again_after_a_click_has_taken_it_back(world: World) -> None:
    promise(world)
    for _ in range(2):
        world.clock.turn(hours=1)
        world.desk.change("1", tags=world.desk.conversations["1"].tags | {"promise_kept"})
        world.tell()
        world.work()
        assert promised(world).state is PromiseState.KEPT
        assert "promise_kept" not in world.desk.conversations["1"].tags
        world.service.settle_promise(SOURCE, "1", promised(world).id, False, "Dana")


def test_one_click_keeps_it_and_resolves_what_waits(world: World) -> None:
    promise(world)
    world.settle(hours=TO_BREACH)
    assert world.reasons() == ["promise-broken"]
    done = world.service.settle_promise(SOURCE, "1", promised(world).id, True, "Dana")
    assert (done.state, done.settled_by) == (PromiseState.KEPT, "agent:Dana")
    assert promised(world).state is PromiseState.KEPT
    assert world.reasons() == []
    assert [one.resolved_by for one in resolved(world)][-1] == "Dana"


def test_click_is_taken_back_and_holds_against_words(world: World) -> None:
    promise(world)
    world.clock.turn(hours=3)
    world.reply("As promised, I have called you.")
    world.service.settle_promise(SOURCE, "1", promised(world).id, False, "Dana")
    world.tell()
    world.work()
    assert promised(world).state is PromiseState.OPEN
    world.settle(hours=TO_BREACH)
    assert world.reasons() == ["promise-broken"]


def test_unknown_promise_is_said(world: World) -> None:
    promise(world)
    with pytest.raises(NotFound, match="no promise 77 in conversation 1"):
        world.service.settle_promise(SOURCE, "1", 77, True, "Dana")
    with pytest.raises(NotFound):
        world.service.settle_promise(SOURCE, "9", 1, True, "Dana")


def test_edited_reply_keeps_what_became_of_the_same_promise(world: World) -> None:
    world.complain()
    name = world.reply(PROMISE)
    before = promised(world)
    world.service.settle_promise(SOURCE, "1", before.id, True, "Dana")
    world.desk.edit("1", name, text="Thanks. I will call you tomorrow.")
    world.send(("MessageEdited", {"conversation": "1", "message": name}))
    world.work()
    assert (promised(world).id, promised(world).state) == (before.id, PromiseState.KEPT)


def test_promise_of_a_reply_made_private_is_not_watched(world: World) -> None:
    world.complain()
    name = world.reply(PROMISE)
    world.desk.edit("1", name, visibility=Visibility.INTERNAL)
    world.send(("MessageEdited", {"conversation": "1", "message": name}))
    world.work()
    world.settle(hours=TO_BREACH)
    assert "promise-broken" not in world.reasons()


def test_promise_moves_on_with_a_merged_conversation(world: World) -> None:
    promise(world)
    world.desk.open("2")
    world.desk.say("2", CUSTOMER, "One more thing about it.")
    world.desk.change("1", status="closed")
    world.send(("ConversationMerged", {"conversation": "1", "into": "2"}))
    world.work()
    (moved,) = world.service.case_facts(SOURCE, "2").promises
    assert moved.what == "I will call you tomorrow."
    world.settle(hours=TO_BREACH)
    told = {
        one.conversation for one in world.service.list_escalations() if one.reason.value == "promise-broken"
    }
    assert told == {"2"}


def test_reply_that_is_no_answer_to_a_complaint_promises_nothing_to_watch(world: World) -> None:
    world.complain("Where is the lid?")
    world.reply(PROMISE)
    world.settle(hours=TO_BREACH)
    assert world.reasons() == []
