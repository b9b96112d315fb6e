"""What a request becomes, and what may be down while it comes."""

from __future__ import annotations

import pytest
from small_world import World

from complaint_gift.plugin import Outcome
from complaint_gift.service import StoreUnavailable, UnknownSource
from complaint_gift.service.records import DeliveryState


def test_accepted_request_is_kept_and_rung(world: World) -> None:
    assert world.tell() is Outcome.ACCEPTED
    (row,) = world.service.deliveries()
    assert (row.state, row.key, world.bell.rings) == (DeliveryState.NEW, "d1", [("delivery", row.id)])


def test_repeated_key_is_a_duplicate_and_rings_nothing(world: World) -> None:
    world.tell()
    world.bell.rings.clear()
    assert world.send(("MessageAdded", {"conversation": "1"}), key="d1") is Outcome.DUPLICATE
    assert world.bell.rings == []


def test_wrong_proof_keeps_nothing(world: World) -> None:
    assert world.send(headers={"x-key": ("wrong",)}) is Outcome.NOT_AUTHENTIC
    assert world.service.deliveries() == []


def test_database_down_is_unavailable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(delivery: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(world.store, "keep_delivery", fail)
    assert world.tell() is Outcome.UNAVAILABLE
    assert world.bell.rings == []


def test_queue_down_changes_no_answer_and_loses_nothing(world: World) -> None:
    world.bell.is_down = True
    world.desk.open("1")
    assert world.tell() is Outcome.ACCEPTED
    world.bell.is_down = False
    world.settle()
    assert world.service.deliveries(DeliveryState.DONE)


def test_unknown_source_is_said(world: World) -> None:
    with pytest.raises(UnknownSource):
        world.service.receive("nobody", None)  # type: ignore[arg-type]


def test_request_cannot_pretend_to_be_a_look_of_our_own(world: World) -> None:
    world.desk.open("1")
    world.send(headers={"x-complaint-gift-look": ("1",)}, body=b"not json")
    world.work()
    (row,) = world.service.deliveries()
    assert row.state is DeliveryState.UNREADABLE
