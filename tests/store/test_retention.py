"""Old things go when their time is over; what waits is never touched."""

from dataclasses import replace
from datetime import timedelta

from filled import fill
from made import LATER, NOW, a_case, a_conversation, a_delivery, a_message, an_action, an_escalation

from complaint_gift.domain import EscalationState
from complaint_gift.service.records import ActionState, DeliveryState, DraftReview, Kept, Stage
from complaint_gift.store import SqlStore, upgrade
from complaint_gift.store.engine import file_of, read_url

LONG_AFTER = NOW + timedelta(days=400)


def _settled_delivery(store: SqlStore, key: str, **more: object) -> int:
    row_id, _ = store.keep_delivery(a_delivery(key, **more))
    with store.transaction() as tx:
        tx.claim_delivery(row_id, 1, 2)
        tx.settle_delivery(row_id, 2, DeliveryState.DONE)
    return row_id


def test_bodies_go_before_their_rows(store: SqlStore) -> None:
    for key in "abc":
        _settled_delivery(store, key, body=b"words")
    _settled_delivery(store, "young", received_at=LATER)
    store.keep_delivery(a_delivery("waits", body=b"words"))
    with store.transaction() as tx:
        assert tx.purge(Kept.DELIVERY_BODY, NOW, 9) == 0, "exactly as old is not older"
        assert tx.purge(Kept.DELIVERY_BODY, LATER, 2) == 2
        assert tx.purge(Kept.DELIVERY_BODY, LATER, 9) == 1
        assert tx.purge(Kept.DELIVERY_BODY, LATER, 9) == 0
        assert tx.purge(Kept.DELIVERY, LATER, 2) == 2
        assert tx.purge(Kept.DELIVERY, LATER, 9) == 1
        assert {row.key for row in tx.deliveries(None, 9)} == {"young", "waits"}
    assert store.keep_delivery(a_delivery("waits")) == (5, False)


def test_settled_actions_go_and_pending_ones_stay(store: SqlStore) -> None:
    with store.transaction() as tx:
        done = tx.add_action(an_action("done"))
        tx.add_action(an_action("pending"))
        tx.claim_action(done or 0, 1, 2)
        tx.settle_action(done or 0, 2, ActionState.FAILED)
        assert tx.purge(Kept.ACTION, LONG_AFTER, 9) == 1
        assert [row.action.mark for row in tx.actions()] == ["pending"]


def test_reviews_and_own_writes_go_by_age(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.save_draft_review(DraftReview("h", "desk", "7", (), NOW))
        tx.save_draft_review(DraftReview("h", "desk", "8", (), LATER))
        tx.add_own_writes("desk", ["a", "b"], NOW)
        tx.add_own_writes("desk", ["c"], LATER)
        assert tx.purge(Kept.DRAFT_REVIEW, LATER, 9) == 1
        assert tx.draft_review("desk", "8", "h") is not None
        assert tx.purge(Kept.OWN_WRITE, LATER, 1) == 1
        assert tx.purge(Kept.OWN_WRITE, LATER, 9) == 1
        assert tx.own_writes("desk", "abc") == {"c"}


def test_an_escalation_stays_until_it_is_resolved(store: SqlStore) -> None:
    with store.transaction() as tx:
        row_id = tx.add_escalation(an_escalation())
        assert tx.purge(Kept.ESCALATION, LONG_AFTER, 9) == 0
        found = tx.escalation(row_id or 0)
        assert found is not None
        acknowledged = replace(found, state=EscalationState.ACKNOWLEDGED, acknowledged_at=NOW)
        tx.save_escalation(acknowledged, None)
        assert tx.purge(Kept.ESCALATION, LONG_AFTER, 9) == 0
        tx.save_escalation(replace(acknowledged, state=EscalationState.RESOLVED, resolved_at=LATER), None)
        assert tx.purge(Kept.ESCALATION, LATER, 9) == 0
        assert tx.purge(Kept.ESCALATION, LONG_AFTER, 9) == 1


def _finished(store: SqlStore, external_id: str, **more: object) -> int:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", external_id)
        tx.save_conversation(row.id, a_conversation(external_id, **more))
        tx.save_message(row.id, a_message(), NOW)
    return row.id


def test_texts_of_finished_conversations_go(store: SqlStore) -> None:
    closed = _finished(store, "closed", status="closed")
    _finished(store, "open", status="open")
    by_case, deleted, merged = (_finished(store, name) for name in ("case", "deleted", "merged"))
    _finished(store, "young", status="closed", updated_at=LONG_AFTER)
    with store.transaction() as tx:
        tx.save_case(a_case(by_case, stage=Stage.CLOSED))
        tx.mark_deleted(deleted, NOW)
        tx.mark_merged(merged, "open")
        assert tx.purge(Kept.TEXT, LATER, 3) == 3
        assert tx.purge(Kept.TEXT, LATER, 9) == 1
        assert tx.purge(Kept.TEXT, LATER, 9) == 0
        left = {
            name: [m.message.text for m in tx.messages(row.id)]
            for name in ("closed", "open", "case", "deleted", "merged", "young")
            if (row := tx.find_conversation("desk", name))
        }
    assert left == {
        "closed": [""], "open": [a_message().text], "case": [""], "deleted": [""], "merged": [""],
        "young": [a_message().text],
    }  # fmt: skip
    with store.transaction() as tx:
        tx.save_conversation(closed, a_conversation("closed", status="closed"))
        assert tx.purge(Kept.TEXT, LATER, 9) == 1, "a conversation that came back is purged again"


def test_texts_that_somebody_waits_for_stay(store: SqlStore) -> None:
    for name in ("escalated", "to do"):
        _finished(store, name, status="closed")
    with store.transaction() as tx:
        row_id = tx.add_escalation(an_escalation(conversation="escalated"))
        action_id = tx.add_action(an_action(conversation="to do"))
        assert tx.purge(Kept.TEXT, LONG_AFTER, 9) == 0
        found = tx.escalation(row_id or 0)
        assert found is not None
        tx.save_escalation(replace(found, state=EscalationState.RESOLVED), None)
        tx.claim_action(action_id or 0, 1, 2)
        tx.settle_action(action_id or 0, 2, ActionState.DONE)
        assert tx.purge(Kept.TEXT, LONG_AFTER, 9) == 2


def test_texts_that_nobody_ever_closes_go_too(store: SqlStore) -> None:
    for name in ("quiet", "escalated"):
        _finished(store, name, status="open")
    _finished(store, "young", status="open", updated_at=LONG_AFTER)
    with store.transaction() as tx:
        tx.add_escalation(an_escalation(conversation="escalated"))
        assert tx.purge(Kept.TEXT, LATER, 9) == 0
        assert tx.purge(Kept.QUIET_TEXT, LATER, 9) == 1
        assert tx.purge(Kept.QUIET_TEXT, LATER, 9) == 0
        quiet, young = tx.find_conversation("desk", "quiet"), tx.find_conversation("desk", "young")
        assert quiet is not None
        assert young is not None
        assert [m.message.text for m in tx.messages(quiet.id)] == [""]
        assert [m.message.text for m in tx.messages(young.id)] != [""]


def test_texts_go_where_the_helpdesk_never_says_when_something_changed(store: SqlStore) -> None:
    for name, status in (("quiet", "open"), ("closed", "closed")):
        _finished(store, name, status=status, updated_at=None)
    with store.transaction() as tx:
        assert tx.purge(Kept.QUIET_TEXT, NOW, 9) == 0, "seen at this moment"
        assert tx.purge(Kept.TEXT, LATER, 9) == 1
        assert tx.purge(Kept.QUIET_TEXT, LATER, 9) == 1
        for name in ("quiet", "closed"):
            row = tx.find_conversation("desk", name)
            assert row is not None
            assert [m.message.text for m in tx.messages(row.id)] == [""]


def test_what_went_is_in_no_file_although_nothing_was_rewritten(sqlite_url: str) -> None:
    """Rewriting a large database would keep webhooks waiting, every hour."""
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    _settled_delivery(store, "long", body=b"Marker-Number-One " * 5000)
    path = file_of(read_url(sqlite_url))
    store.empty_log()
    assert b"Marker-Number-One" in path.read_bytes(), "the test can fail"
    with store.transaction() as tx:
        assert tx.purge(Kept.DELIVERY_BODY, LATER, 9) == 1
    assert store.empty_log()
    store.close()
    assert not any(b"Marker-Number-One" in one.read_bytes() for one in path.parent.iterdir())


def test_the_tally_counts_what_there_is(store: SqlStore) -> None:
    with store.transaction() as tx:
        empty = tx.tally()
    assert (empty.deliveries, empty.oldest_delivery, empty.heartbeats) == ({}, None, {})
    fill(store)
    with store.transaction() as tx:
        told = tx.tally()
    assert told.deliveries == {"new": 1, "done": 1}
    assert told.actions == {"pending": 2, "done": 1}
    assert told.escalations == {"open": 1}
    assert (told.oldest_delivery, told.oldest_action) == (NOW, NOW)
    assert told.heartbeats == {"ticker": NOW}


def test_whoever_is_silent_for_a_day_is_forgotten(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.beat("worker:a:1", NOW)
        tx.beat("ticker", NOW + timedelta(hours=23))
        tx.beat("ticker", NOW + timedelta(hours=24))
        assert set(tx.tally().heartbeats) == {"worker:a:1", "ticker"}
        tx.beat("ticker", NOW + timedelta(hours=25))
        assert tx.tally().heartbeats == {"ticker": NOW + timedelta(hours=25)}


def test_cursors_are_kept_by_source(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert tx.cursor("desk") == ""
        tx.save_cursor("desk", "1")
        tx.save_cursor("desk", "2")
        tx.save_cursor("other", "9")
        assert (tx.cursor("desk"), tx.cursor("other")) == ("2", "9")
