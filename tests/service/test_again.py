"""What ended without success is seen, and tried again when somebody says so."""

from __future__ import annotations

from datetime import timedelta

from small_world import World, be_away, refuse

from complaint_gift.domain import ActionKind
from complaint_gift.service.records import ActionState, DeliveryState, NewAction


def test_what_failed_is_listed_and_done_once_more(world: World) -> None:
    world.complain()
    world.desk.trouble = refuse("before perform")
    world.reply("It was your fault.")
    world.desk.trouble = refuse("fetch")
    world.tell()
    world.work()
    world.send(body=b"{")
    world.work()
    ended = world.service.list_ended()
    assert [(one.kind, one.state) for one in ended[:2]] == [
        ("delivery", "unreadable"),
        ("delivery", "failed"),
    ]
    assert {one.what for one in ended[2:]} >= {ActionKind.NOTE}
    assert all("not allowed" in one.error for one in ended[1:])
    world.desk.trouble = lambda what: None
    assert world.service.try_again("Olga") == len(ended)
    world.work()
    assert [one.state for one in world.service.list_ended()] == ["unreadable"], "nothing can read that one"
    assert world.service.actions(state=ActionState.REFUSED) == []
    assert len(world.desk.done(ActionKind.NOTE)) == 1
    with world.store.reading() as tx:
        told = [row.entry for row in tx.audit(0, 100) if row.entry.what == "tried-again"]
    assert [entry.who for entry in told] == ["Olga"]


def test_what_is_long_over_is_left_alone(world: World) -> None:
    world.desk.trouble = be_away("fetch", "poll")
    world.tell()
    for _ in range(20):
        world.settle(hours=1)
    assert [one.state for one in world.service.list_ended()] == ["failed"]
    world.clock.turn(days=8)
    assert world.service.list_ended() == []
    assert world.service.try_again("Olga") == 0
    assert len(world.service.deliveries(DeliveryState.FAILED)) == 1


def test_nobody_is_called_to_what_is_settled(world: World) -> None:
    world.post.trouble = refuse("email")
    world.complain("My lawyer will write to you.")
    world.desk.trouble = refuse("before perform")
    world.reply("It was your fault.")
    refused = {one.what for one in world.service.list_ended()}
    assert refused >= {ActionKind.NOTE, ActionKind.NOTIFY}
    for one in world.service.list_escalations():
        world.service.resolve(one.id, "Olga")
    world.desk.trouble = world.post.trouble = lambda what: None
    world.work()
    assert world.service.try_again("Olga") == 0
    assert world.post.sent == {}


def test_nothing_is_said_to_a_customer_a_second_time(world: World) -> None:
    now = world.clock.now()
    with world.store.transaction() as tx:
        number = tx.add_action(NewAction(ActionKind.SEND, "desk", "1", {"outgoing": 1}, "mail", now))
        tx.claim_action(number or 0, 1, 2)
        tx.settle_action(number or 0, 2, ActionState.FAILED, error="no answer")
    world.clock.turn(seconds=timedelta(minutes=1).total_seconds())
    assert len(world.service.list_ended()) == 1
    assert world.service.try_again("Olga") == 0
    assert world.bell.rings == []
