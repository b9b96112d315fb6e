"""What the sweep finds again, and what it cleans away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from small_world import CUSTOMER, MORNING, SOURCE, World, be_away
from structlog.testing import capture_logs

from complaint_gift.domain import ActionKind
from complaint_gift.plugin import Source
from complaint_gift.service import StoreUnavailable, sweeping
from complaint_gift.service.records import ActionState, DeliveryState


def test_lost_rings_are_rung_again_for_deliveries_and_actions(world: World) -> None:
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I want to complain: nobody has come back.")
    world.tell()
    world.bell.rings.clear()
    world.settle()
    assert world.desk.done(ActionKind.TAGS)


def test_fresh_rows_are_left_to_their_first_ring(world: World) -> None:
    world.tell()
    world.bell.rings.clear()
    world.clock.turn(seconds=2)
    world.service.sweep()
    assert world.bell.rings == []


def test_postponed_action_is_rung_when_its_time_has_come(world: World) -> None:
    world.complain()
    world.desk.trouble = be_away("before perform", retry_after=600)
    world.reply("It was your fault.")
    assert world.desk.done(ActionKind.NOTE) == []
    world.desk.trouble = lambda what: None
    world.settle(hours=0.1)
    assert world.desk.done(ActionKind.NOTE) == []
    world.settle(hours=0.2)
    assert len(world.desk.done(ActionKind.NOTE)) == 1


def test_action_that_never_succeeds_fails_and_escalates(world: World) -> None:
    world.complain()
    world.desk.trouble = be_away("before perform")
    world.reply("It was your fault.")
    for _ in range(30):
        world.settle(hours=0.6)
    assert world.service.actions(state=ActionState.PENDING) == []
    assert "delivery-failed" in world.reasons()


def test_missed_webhook_is_found_by_asking_the_helpdesk(world: World) -> None:
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I want to complain: nobody has come back.")
    world.settle()
    assert world.service.case_facts(SOURCE, "1").is_complaint
    count = len(world.service.deliveries())
    world.settle(hours=1)
    world.settle(hours=1)
    assert len(world.service.deliveries()) <= count + 1, "our own tag is all that changed"


def test_reconcile_goes_on_where_it_broke_off(world: World) -> None:
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I want to complain: nobody has come back.")
    world.desk.trouble = be_away("poll")
    world.settle()
    assert world.service.deliveries() == []
    world.desk.trouble = lambda what: None
    world.settle()
    assert len(world.service.deliveries()) == 1, "a minute is enough, ten would be for one that answered"


def test_step_that_breaks_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(means: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(sweeping, "look_at_due", explode)
    world.desk.open("1")
    world.tell()
    world.bell.rings.clear()
    world.clock.turn(minutes=1)
    assert world.service.sweep().rung == 1


def test_only_one_ticker_sweeps(world: World) -> None:
    assert world.service.tick("one") is not None
    assert world.service.tick("two") is None
    assert world.service.tick("one") is not None
    world.clock.turn(minutes=3)
    assert world.service.tick("two") is not None
    assert world.service.tally().heartbeats["ticker"] == world.clock.now()


def test_database_down_is_said_and_not_swallowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(world.store, "transaction", fail)
    with pytest.raises(StoreUnavailable):
        world.service.sweep()


def test_retention_keeps_what_waits_and_purges_what_is_old(world: World) -> None:
    world.complain("My lawyer will write to you about the lamp.")
    world.send(body=b"{")
    world.work()
    world.desk.trouble = be_away("fetch", "poll")
    world.tell()
    world.bell.rings.clear()
    world.settle(hours=24 * 100)
    states = {row.state for row in world.service.deliveries()}
    assert DeliveryState.NEW in states
    assert DeliveryState.DONE not in states
    assert "court" in world.reasons()


def test_clean_up_rewrites_no_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def stall(self: object) -> None:
        raise AssertionError("webhooks would wait for this")

    monkeypatch.setattr(type(world.store), "scrub", stall)
    world.complain()
    world.clock.turn(days=100)
    assert world.service.sweep().purged > 0


def test_file_that_cannot_be_removed_does_not_hide_what_left_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Source, memory: object) -> int:
        raise PermissionError

    emptied: list[object] = []
    monkeypatch.setattr(world.service.means.plugins["desk"], "tidy", refuse, raising=False)
    monkeypatch.setattr(type(world.store), "empty_log", lambda self: emptied.append(self))
    world.complain()
    world.clock.turn(days=100)
    world.service.sweep()
    with world.store.reading() as tx:
        assert [row.entry.what for row in tx.audit(0, 100)] == ["retention"]
    assert emptied


def test_look_goes_on_after_one_conversation_breaks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.complain(number="1")
    world.complain("Another complaint of mine: my second complaint.", number="2")
    real = sweeping._look

    def break_first(means: object, conversation_id: int, away: set[str]) -> None:
        if conversation_id == 1:
            raise ValueError
        real(means, conversation_id, away)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "_look", break_first)
    world.settle(hours=5)
    assert "unanswered" in world.reasons()


def test_helpdesk_that_is_away_is_asked_once_in_a_sweep(world: World) -> None:
    for number in ("1", "2", "3"):
        world.complain(number=number)
    world.desk.trouble, world.desk.fetches = be_away("fetch", "poll"), 0
    world.clock.turn(hours=5)
    world.service.sweep()
    assert world.reasons().count("unanswered") == 3, "late is worse than stale"
    assert world.desk.fetches == 1


def test_slow_helpdesk_leaves_the_ticker_alive_and_the_rest_for_the_next_sweep(world: World) -> None:
    for number in map(str, range(1, 7)):
        world.complain(number=number)
    world.clock.turn(hours=5)
    world.desk.trouble = lambda what: world.clock.turn(seconds=8) if what == "fetch" else None
    done = world.service.tick("one")
    assert done is not None
    assert 0 < done.looked < 6
    assert world.clock.now() - world.service.tally().heartbeats["ticker"] < timedelta(seconds=30)
    world.service.tick("one")
    world.service.tick("one")
    assert world.reasons().count("unanswered") == 6


def test_source_that_breaks_us_does_not_keep_the_others_from_being_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means = world.service.means
    broken = replace(means.sources[SOURCE], name="broken")
    world.service.means = replace(means, sources={"broken": broken, **means.sources})
    poll = type(means.plugins["desk"]).poll

    def break_one(self: object, source: Source, cursor: str, client: object) -> object:
        if source.name == "broken":
            raise KeyError(source.name)
        return poll(self, source, cursor, client)  # type: ignore[arg-type]

    monkeypatch.setattr(type(means.plugins["desk"]), "poll", break_one)
    world.desk.open("1")
    world.desk.say("1", CUSTOMER, "I want to complain: nobody has come back.")
    assert world.service.sweep().reconciled == 1


def test_erasing_a_person_by_address_is_audited_by_hash_only(world: World) -> None:
    world.complain()
    touched = world.service.erase("marta@example.net", "admin")
    assert sum(touched.values()) > 0
    with world.store.transaction() as tx:
        told = repr(tx.audit(0, 100))
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        assert "Marta" not in repr(tx.messages(row.id))
    assert "person-erased" in told
    assert "marta" not in told
    with pytest.raises(ValueError, match="name the person"):
        world.service.erase("  ", "admin")


def test_changed_audit_row_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.complain("My lawyer will write to you.")
    (found,) = world.service.list_escalations()
    world.service.resolve(found.id, "Olga")
    with world.store.transaction() as tx:
        rows = tx.audit(0, 10)
    forged = [rows[0], replace(rows[1], entry=replace(rows[1].entry, who="Kevin"))]
    cls = type(tx)
    monkeypatch.setattr(cls, "audit", lambda self, after, limit: [r for r in forged if r.id > after])
    broken = world.service.check_audit()
    assert broken is not None
    assert broken.id == rows[1].id


def test_look_asked_for_twice_at_one_moment_is_one(world: World) -> None:
    world.complain()
    assert world.service.look(SOURCE, "1")
    assert not world.service.look(SOURCE, "1")
    assert world.clock.now() == MORNING + timedelta(0)


def test_a_source_that_is_not_configured_any_more_is_told_once_and_its_clocks_wait(world: World) -> None:
    for number in ("1", "2"):
        world.complain(number=number)
    means, world.service.means = world.service.means, replace(world.service.means, sources={})
    with capture_logs() as logs:
        world.settle(hours=5)
    (told,) = [entry for entry in logs if entry["event"] == "look-without-source"]
    assert told["source"] == SOURCE
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert "unanswered" not in world.reasons()
    world.service.means = means
    world.settle(hours=1)
    assert world.reasons().count("unanswered") == 2, "it was put back"
