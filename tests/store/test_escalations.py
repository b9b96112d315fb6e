"""The queue of what needs a human: nothing is there twice, nothing leaves silently."""

import threading
from dataclasses import replace
from datetime import timedelta

from made import LATER, NOW, an_escalation

from complaint_gift.domain import EscalationState, Reason
from complaint_gift.service.records import EscalationFilter
from complaint_gift.store import SqlStore

ALL = EscalationFilter()


def test_an_escalation_comes_back_as_it_was_added(store: SqlStore) -> None:
    with store.transaction() as tx:
        row_id = tx.add_escalation(an_escalation(rung=1))
        assert row_id is not None
        found = tx.escalation(row_id)
        assert tx.escalation(row_id + 1) is None
        assert tx.escalation(2**63) is None, "which no database can even look for"
    assert found is not None
    assert (found.id, found.reason, found.rung, found.about) == (row_id, Reason.COURT, 1, ("agent-3",))
    assert (found.created_at, found.due_at, found.state) == (NOW, LATER, EscalationState.OPEN)


def test_a_cause_waits_once_until_it_is_resolved(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert not tx.has_escalated("e1")
        row_id = tx.add_escalation(an_escalation("e1"))
        assert row_id is not None
        assert tx.add_escalation(an_escalation("e1", summary="again")) is None
        found = tx.escalation(row_id)
        assert found is not None
        tx.save_escalation(replace(found, state=EscalationState.ACKNOWLEDGED, acknowledged_by="lead"), None)
        assert tx.add_escalation(an_escalation("e1")) is None, "acknowledged still waits"
        tx.save_escalation(replace(found, state=EscalationState.RESOLVED, resolution="called back"), None)
        second = tx.add_escalation(an_escalation("e1"))
        assert second not in {None, row_id}
        assert tx.has_escalated("e1")
        assert len(tx.escalations(ALL, 9)) == 2


def test_cause_counts_as_long_as_it_was_not_resolved_before(store: SqlStore) -> None:
    with store.transaction() as tx:
        row_id = tx.add_escalation(an_escalation("e1"))
        assert row_id is not None
        assert tx.has_escalated("e1", LATER), "it waits"
        found = tx.escalation(row_id)
        assert found is not None
        tx.save_escalation(replace(found, state=EscalationState.RESOLVED, resolved_at=LATER), None)
        assert tx.has_escalated("e1", LATER)
        assert not tx.has_escalated("e1", LATER + timedelta(seconds=1))
        assert not tx.has_escalated("e2", NOW)


def test_threads_with_one_cause_make_one_escalation(store: SqlStore) -> None:
    gate, made = threading.Barrier(10), []

    def add() -> None:
        gate.wait()
        with store.transaction() as tx:
            made.append(tx.add_escalation(an_escalation("e1")))

    threads = [threading.Thread(target=add) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([row_id for row_id in made if row_id is not None]) == 1


def test_the_most_urgent_come_first_and_resolved_ones_last(store: SqlStore) -> None:
    with store.transaction() as tx:
        for key, hours in (("late", 5), ("soon", 1), ("resolved", 0), ("middle", 3)):
            row_id = tx.add_escalation(an_escalation(key, summary=key, due_at=NOW + timedelta(hours=hours)))
            found = tx.escalation(row_id or 0)
            if found and key == "resolved":
                tx.save_escalation(replace(found, state=EscalationState.RESOLVED), None)
        assert [e.summary for e in tx.escalations(ALL, 9)] == ["soon", "middle", "late", "resolved"]
        assert [e.summary for e in tx.escalations(ALL, 2)] == ["soon", "middle"]


def test_the_list_can_be_narrowed(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.add_escalation(an_escalation("a"))
        tx.add_escalation(an_escalation("b", conversation="8", reason=Reason.PRESS))
        row_id = tx.add_escalation(an_escalation("c", source="other"))
        found = tx.escalation(row_id or 0)
        assert found is not None
        tx.save_escalation(replace(found, state=EscalationState.ACKNOWLEDGED), None)

        def keys(**wanted: object) -> list[str]:
            listed = tx.escalations(EscalationFilter(**wanted), 9)  # type: ignore[arg-type]
            return [f"{e.source}/{e.conversation}" for e in listed]

        assert keys() == ["desk/7", "desk/8", "other/7"]
        assert keys(source="desk") == ["desk/7", "desk/8"]
        assert keys(conversation="7") == ["desk/7", "other/7"]
        assert keys(reason=Reason.PRESS) == ["desk/8"]
        assert keys(states=frozenset({EscalationState.ACKNOWLEDGED})) == ["other/7"]
        assert keys(states=frozenset({EscalationState.OPEN, EscalationState.RESOLVED}), source="other") == []


def test_what_happened_is_kept(store: SqlStore) -> None:
    with store.transaction() as tx:
        row_id = tx.add_escalation(an_escalation())
        found = tx.escalation(row_id or 0)
        assert found is not None
        changed = replace(
            found, state=EscalationState.RESOLVED, rung=2, summary="s", acknowledged_at=NOW,
            acknowledged_by="lead",
            resolved_at=LATER, resolved_by="owner", resolution="money returned",
        )  # fmt: skip
        tx.save_escalation(changed, None)
        assert tx.escalation(found.id) == changed


def test_the_next_rung_hears_of_what_nobody_took(store: SqlStore) -> None:
    with store.transaction() as tx:
        first = tx.add_escalation(an_escalation("a", next_at=LATER, summary="a"))
        tx.add_escalation(an_escalation("b", next_at=NOW, summary="b"))
        assert [e.summary for e in tx.escalations_to_tell(LATER, 9)] == ["b", "a"]
        assert [e.summary for e in tx.escalations_to_tell(NOW, 9)] == ["b"]
        found = tx.escalation(first or 0)
        assert found is not None
        tx.save_escalation(replace(found, rung=1), LATER + timedelta(hours=1))
        assert [e.summary for e in tx.escalations_to_tell(LATER, 9)] == ["b"]
        tx.save_escalation(found, None)
        assert [e.summary for e in tx.escalations_to_tell(LATER + timedelta(days=9), 9)] == ["b"]
