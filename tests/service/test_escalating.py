"""Who hears of what, when, and who is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from small_world import AGENT, COLLEAGUE, CUSTOMER, MORNING, ROBOT, World, be_away, refuse

from complaint_gift.domain import (
    ActionKind,
    Decision,
    Escalation,
    EscalationState,
    Finding,
    Layer,
    Reason,
    Severity,
    Verdict,
)
from complaint_gift.service import AlreadyResolved, NotFound, sweeping
from complaint_gift.service.records import ActionState, EscalationFilter

ACCUSED_OWNER = """
extends: default
people:
  owner: [{name: Kevin Brooks, accounts: [a2, kevin@example.com], email: kevin@example.com, helpdesk_id: a2}]
  director: [{name: Dora Director, email: director@example.com, helpdesk_id: dir}]
"""


def test_unanswered_complaint_reaches_the_owner_when_its_time_is_over(world: World) -> None:
    world.complain()
    world.settle(hours=3.9)
    assert world.reasons() == []
    world.settle(hours=0.2)
    (found,) = world.service.list_escalations()
    assert found.reason is Reason.UNANSWERED
    assert found.due_at == world.clock.now() + timedelta(hours=1)
    assert len(world.post.to("owner@example.com")) == 1


def test_time_for_an_answer_runs_in_working_hours(world: World) -> None:
    world.clock.moment = MORNING + timedelta(days=4, hours=7)  # Friday 17:00
    world.complain()
    world.settle(hours=60)  # Monday 05:01
    assert world.reasons() == []
    world.settle(hours=7)  # Monday 12:02: one hour on Friday, three on Monday
    assert world.reasons() == ["unanswered"]


def test_automatic_reply_is_no_answer(world: World) -> None:
    world.complain()
    world.reply("Thank you, we have received your message.", author=ROBOT)
    world.settle(hours=5)
    assert world.reasons() == ["unanswered"]


def test_answer_in_time_keeps_it_quiet_and_a_new_question_starts_the_clock(world: World) -> None:
    world.complain()
    world.clock.turn(hours=1)
    world.reply("Thank you, I am looking into it.")
    world.settle(hours=2)
    world.desk.say("1", CUSTOMER, "And now?")
    world.tell()
    world.work()
    world.settle(hours=3.5)
    assert world.reasons() == []
    world.settle(hours=1)
    assert world.reasons() == ["unanswered"]


def test_late_answer_that_no_webhook_told_of_is_seen_before_anybody_is_woken(world: World) -> None:
    world.complain()
    world.desk.say("1", AGENT, "Thank you, done.")
    world.settle(hours=5)
    assert world.reasons() == []


def test_helpdesk_away_does_not_hide_a_waiting_customer(world: World) -> None:
    world.complain()
    world.desk.trouble = be_away("fetch", "before perform", "poll")
    world.settle(hours=5)
    assert world.reasons() == ["unanswered"]
    assert world.post.to("owner@example.com")


def test_one_wait_opens_one_escalation_even_after_it_was_resolved(world: World) -> None:
    world.complain()
    world.settle(hours=5)
    (found,) = world.service.list_escalations()
    world.service.resolve(found.id, "Olga", "I rang her")
    world.tell()
    world.work()
    world.settle(hours=5)
    assert world.reasons() == []


def test_nobody_takes_it_and_the_ladder_is_climbed_to_the_top_and_on(world: World) -> None:
    world.complain("I will sue you in court, this is unacceptable.")
    owner, director = "owner@example.com", "director@example.com"
    assert (len(world.post.to(owner)), len(world.post.to(director))) == (1, 0)
    world.settle(hours=2)
    assert (len(world.post.to(owner)), len(world.post.to(director))) == (1, 1)
    for _ in range(3):
        world.settle(hours=8)
    assert len(world.post.to(director)) >= 3, "the last step hears again"
    court = [e for e in world.service.list_escalations() if e.reason is Reason.COURT]
    assert [e.state for e in court] == [EscalationState.OPEN]


def test_taken_escalation_is_quiet_until_it_should_be_finished(world: World) -> None:
    world.complain("My lawyer will write to you.")
    (found,) = world.service.list_escalations()
    taken = world.service.acknowledge(found.id, "Olga")
    assert (taken.acknowledged_by, taken.state) == ("Olga", EscalationState.ACKNOWLEDGED)
    world.reply("Thank you for your patience.")
    world.settle(hours=40)
    assert len(world.post.sent) == 1
    world.settle(hours=9)
    assert len(world.post.to("owner@example.com")) == 2


def test_resolved_escalation_leaves_with_who_and_how(world: World) -> None:
    world.complain("My lawyer will write to you.")
    (found,) = world.service.list_escalations()
    done = world.service.resolve(found.id, "Olga", "We met")
    assert (done.resolved_by, done.resolution, done.acknowledged_by) == ("Olga", "We met", "Olga")
    assert world.service.list_escalations() == []
    everything = world.service.list_escalations(EscalationFilter())
    assert [e.state for e in everything] == [EscalationState.RESOLVED]
    world.work()
    assert "complaint_escalated" not in world.desk.conversations["1"].tags
    with pytest.raises(AlreadyResolved, match="by Olga"):
        world.service.acknowledge(found.id, "Kevin")
    with pytest.raises(NotFound):
        world.service.resolve(999, "Kevin")


def test_two_causes_change_the_helpdesk_once(world: World) -> None:
    world.complain("My lawyer and the ombudsman will write to you.")
    assert world.reasons() == ["court", "regulator"]
    assert world.desk.done(ActionKind.PRIORITY) == [{"priority": "high"}]
    assert world.desk.done(ActionKind.TAGS)[1:] == [{"add": ["complaint_escalated"], "remove": []}]


def test_same_threat_twice_is_one_open_escalation(world: World) -> None:
    world.complain("My lawyer will write to you.")
    world.desk.say("1", CUSTOMER, "My lawyer is ready.")
    world.tell()
    world.work()
    assert world.reasons() == ["court"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I will report you to trading standards.", "regulator"),
        ("Мы напишем в Роспотребнадзор.", "regulator"),
        ("I am calling a journalist about this.", "press"),
        ("He ended up in hospital after your fish.", "health"),
        ("Увидимся в суде.", "court"),
        ("The kettle caught fire.", "safety"),
        ("I will find you and hurt you.", "employee-threatened"),
        ("Нашу дочь с инвалидностью: инвалида просто не пустили в зал.", "discrimination"),
        ("My passport data leaked from your shop.", "data-leak"),
        ("Позовите директора, поговорить с директором хочу.", "asks-manager"),
    ],
)
def test_words_that_must_not_wait_escalate(world: World, text: str, reason: str) -> None:
    world.complain(text)
    assert reason in world.reasons()


def test_second_complaint_of_a_customer_is_a_second_failure(world: World) -> None:
    world.complain(number="1")
    world.reply("Thank you.", number="1")
    world.complain(number="2")
    assert [(e.reason, e.conversation) for e in world.service.list_escalations()] == [
        (Reason.SECOND_FAILURE, "2")
    ]


def test_accused_assignee_is_taken_off_and_not_told(world: World) -> None:
    world.complain("I want to complain about Dana Whitfield, she shouted at me.")
    assert world.reasons() == ["accused-handles"]
    assert world.desk.done(ActionKind.ASSIGN) == [{"assignee_id": "own"}]
    assert world.post.to("owner@example.com")
    assert world.post.to("dana@example.com") == []


def test_greeting_a_person_does_not_accuse_them(world: World) -> None:
    world.complain("Hello Dana Whitfield,\nI want to complain: nobody has come back to me.")
    assert world.reasons() == []


def test_speaking_to_a_person_does_not_accuse_them(world: World) -> None:
    world.complain()
    world.reply("Thank you, I will look into it.")
    world.desk.say("1", CUSTOMER, "Dana, where is my refund by now?")
    world.tell()
    world.work()
    assert "accused-handles" not in world.reasons()
    assert world.desk.done(ActionKind.ASSIGN) == []


def test_complaint_about_a_manager_goes_to_the_director(make_world: Callable[..., World]) -> None:
    world = make_world(ACCUSED_OWNER)
    world.complain("Kevin Brooks shouted at me, I will go to court.")
    assert "court" in world.reasons()
    assert world.post.to("kevin@example.com") == []
    assert world.post.to("director@example.com")


def test_accused_owner_is_left_out_on_every_later_step(make_world: Callable[..., World]) -> None:
    world = make_world(ACCUSED_OWNER)
    world.complain("Kevin Brooks shouted at me, I will go to court.")
    for _ in range(5):
        world.settle(hours=9)
    assert world.post.to("kevin@example.com") == []


def test_accused_owner_is_not_told_of_what_could_not_be_delivered(make_world: Callable[..., World]) -> None:
    world = make_world(ACCUSED_OWNER)
    world.complain("Kevin Brooks shouted at me, I will go to court.")
    world.desk.trouble = refuse("before perform")
    world.reply("It is your own fault.")
    world.work()
    assert "delivery-failed" in world.reasons()
    assert world.post.to("kevin@example.com") == []


def test_who_is_accused_later_is_left_out_from_then_on(world: World) -> None:
    world.complain("My lawyer will write to you.")
    world.desk.say("1", CUSTOMER, "And Dora Director herself shouted at me yesterday.")
    world.tell()
    world.work()
    for _ in range(3):
        world.settle(hours=8)
    assert world.post.to("director@example.com") == []
    assert len(world.post.to("owner@example.com")) > 2, "rather than nobody"


def test_violation_of_a_colleague_is_told_to_its_author_only(world: World) -> None:
    world.complain()
    world.reply("It was your fault.", author=COLLEAGUE)
    told = {notice.to for notice in world.post.sent.values()}
    assert told == {"dana@example.com"}, "the assignee's step; the author has no address in the policy"


def test_each_escalation_quotes_the_reply_it_is_about(world: World) -> None:
    def review(text: str, **_: Any) -> Verdict:
        found = [
            Finding(rule, rule, Severity.ERROR, Layer.LEXICAL, False, 0, len(text), text)
            for rule in ("fault", "policy")
            if rule in text
        ]
        return Verdict(Decision.HOLD if found else Decision.PASS, tuple(found), (), "book")

    world.book.review = review  # type: ignore[assignment]
    world.complain()
    world.reply("Your fault, that is our policy.")
    world.reply("Again your fault.")
    quoted = {
        one.summary: {f.quote for f in world.service.look_behind(one.id).findings}
        for one in world.service.list_escalations()
    }
    assert quoted == {
        "fault, policy": {"Your fault, that is our policy."},
        "fault": {"Again your fault."},
    }


def test_policy_can_switch_a_reason_off(make_world: Callable[..., World]) -> None:
    world = make_world("extends: default\nescalations: {court: off}\n")
    world.complain("My lawyer will write to you.")
    assert world.reasons() == []


def test_nobody_configured_still_shows_in_helpdesk_and_list(make_world: Callable[..., World]) -> None:
    world = make_world("extends: default\n")
    world.complain()
    world.reply("It was your fault.")
    assert world.reasons() == ["violation-sent"]
    assert world.desk.done(ActionKind.NOTE)
    assert world.post.sent == {}


def test_old_conversations_seen_for_the_first_time_wake_nobody(world: World) -> None:
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I will go to court.", sent_at=MORNING - timedelta(days=30))
    world.desk.say("1", AGENT, "It was your fault.", sent_at=MORNING - timedelta(days=29))
    world.tell()
    world.work()
    world.settle(hours=5)
    assert world.reasons() == []


def test_refused_note_is_visible_and_escalates(world: World) -> None:
    world.complain()
    world.desk.trouble = refuse("before perform")
    world.reply("It was your fault.")
    assert world.reasons() == ["delivery-failed", "violation-sent"]
    refused = world.service.actions(state=ActionState.REFUSED)
    assert {row.error for row in refused} == {"desk: this is not allowed; ask its admin"}


def test_refused_action_can_be_tried_again(world: World) -> None:
    world.complain()
    world.desk.trouble = refuse("before perform")
    world.reply("It was your fault.")
    world.desk.trouble = lambda what: None
    (note,) = [
        r for r in world.service.actions(state=ActionState.REFUSED) if r.action.kind is ActionKind.NOTE
    ]
    world.service.retry_action(note.action.id, "admin")
    world.work()
    assert len(world.desk.done(ActionKind.NOTE)) == 1


def test_mail_that_cannot_be_sent_says_so_once(world: World) -> None:
    world.post.trouble = refuse("email")
    world.complain("My lawyer will write to you.")
    world.complain("My lawyer will write to you.", number="2")
    assert world.reasons().count("delivery-failed") == 1
    world.settle(hours=10)
    assert world.reasons().count("delivery-failed") == 1


def test_nobody_is_asked_to_take_what_was_resolved_while_the_mail_waited(world: World) -> None:
    world.post.trouble = be_away("email")
    world.complain("My lawyer will write to you.")
    (found,) = world.service.list_escalations()
    world.service.resolve(found.id, "Olga", "We met")
    world.post.trouble = lambda what: None
    world.settle(hours=1)
    assert not world.post.sent
    assert not world.service.actions(state=ActionState.PENDING)


def test_every_step_is_in_the_audit(world: World) -> None:
    world.complain("My lawyer will write to you.")
    (found,) = world.service.list_escalations()
    world.service.acknowledge(found.id, "Olga")
    world.service.resolve(found.id, "Olga")
    with world.store.transaction() as tx:
        told = [(row.entry.what, row.entry.who) for row in tx.audit(0, 100)]
    assert told == [
        ("escalation-opened", "complaint-gift"),
        ("escalation-acknowledged", "Olga"),
        ("escalation-resolved", "Olga"),
    ]
    assert world.service.check_audit() is None


def test_shorter_ladder_still_brings_back_what_was_taken_and_left(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.complain("My lawyer will write to you.")
    world.settle(hours=3)
    (found,) = world.service.list_escalations()
    assert found.rung == 2
    world.service.acknowledge(found.id, "Dora")
    policy = world.service.means.policy
    world.service.means = replace(world.service.means, policy=replace(policy, ladder=policy.ladder[:2]))
    world.settle(hours=49)
    with world.store.reading() as tx:
        told = [row.entry.detail for row in tx.audit(0, 100) if row.entry.what == "escalation-told"]
    assert [one["rung"] for one in told if one["escalation"] == found.id] == [2, 2]
    mails = [notice.text for notice in world.post.to("owner@example.com")]
    assert sum(f"escalations ack {found.id}," in text for text in mails) == 2


def test_escalation_that_breaks_keeps_no_other_from_climbing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.complain("My lawyer will write to you.", "1")
    world.complain("I was ill after your soup.", "2")
    first = min(one.id for one in world.service.list_escalations())
    climb = sweeping.climb

    def break_first(tx: object, outbox: object, means: object, escalation: Escalation) -> None:
        if escalation.id == first:
            raise ValueError
        climb(tx, outbox, means, escalation)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "climb", break_first)
    world.settle(hours=3)
    reached = {one.id == first: one.rung for one in world.service.list_escalations()}
    assert reached == {True: 1, False: 2}
