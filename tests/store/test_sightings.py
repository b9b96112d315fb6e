"""How rules fare: every conversation counts once, and nothing is counted twice."""

from __future__ import annotations

from datetime import timedelta

from made import LATER, NOW

from complaint_gift.service.records import Kept, RuleRecord, Seen, Waiver
from complaint_gift.store import SqlStore


def record(store: SqlStore, rule: str) -> RuleRecord:
    with store.transaction() as tx:
        return next(one for one in tx.rule_records(None) if one.rule == rule)


def test_a_conversation_counts_once_however_often_a_rule_is_met(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in ("1", "1", "2"):
            tx.add_sightings("desk", number, Seen.SHOWN, ["blame", "blame"], NOW)
        tx.add_sightings("other", "1", Seen.SHOWN, ["blame"], NOW)
        tx.add_sightings("desk", "2", Seen.SENT, ["blame"], NOW)
        tx.add_sightings("desk", "3", Seen.SENT, ["blame"], NOW)
        tx.add_sightings("desk", "4", Seen.SHADOW, ["blame", "other"], NOW)
    assert record(store, "blame") == RuleRecord("blame", shown=3, sent_anyway=1, found_later=1, shadow=1)
    assert record(store, "other") == RuleRecord("other", shadow=1)
    assert record(store, "other").precision is None


def test_precision_falls_with_what_was_said_not_to_apply(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in "1234":
            tx.add_sightings("desk", number, Seen.SHOWN, ["blame"], NOW)
        for number, reason in (("1", "a  quote"), ("2", "a quote"), ("5", "")):
            tx.add_waiver(Waiver("blame", reason, "ann", "desk", number, "h", NOW))
        tx.add_waiver(Waiver("blame", "the customer insists", "ann", "desk", "3", "h", NOW, sent=True))
        tx.add_sightings("desk", "3", Seen.SENT, ["blame"], NOW)
        tx.add_sightings("desk", "1", Seen.SENT, ["blame"], NOW)
    found = record(store, "blame")
    assert (found.shown, found.waived, found.sent_anyway) == (5, 3, 1)
    assert found.precision == 1 - 3 / 5
    assert found.reasons == (("a quote", 2),)


def test_since_leaves_out_what_was_before(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.add_sightings("desk", "1", Seen.SHOWN, ["blame"], NOW)
        tx.add_waiver(Waiver("blame", "old", "ann", "desk", "1", "h", NOW))
        tx.add_sightings("desk", "2", Seen.SHOWN, ["blame"], LATER)
        assert tx.rule_records(LATER) == [RuleRecord("blame", shown=1)]
        assert tx.rule_records(LATER + timedelta(days=1)) == []


def test_old_sightings_are_purged(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.add_sightings("desk", "1", Seen.SHOWN, ["blame"], NOW)
        tx.add_sightings("desk", "2", Seen.SHOWN, ["blame"], LATER)
        assert tx.purge(Kept.SIGHTING, LATER, 100) == 1
    assert record(store, "blame").shown == 1
