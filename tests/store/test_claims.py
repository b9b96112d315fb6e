"""Work is claimed by a lease: one of many gets it, and only the holder may settle."""

import multiprocessing
import threading
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from made import NOW, a_delivery, an_action

from complaint_gift.service.records import ActionState, DeliveryState, millis
from complaint_gift.store import SqlStore

T = 1_000_000


def _kept(store: SqlStore, key: str = "k", **more: Any) -> int:
    row_id, _ = store.keep_delivery(a_delivery(key, **more))
    return row_id


def test_a_claim_gives_what_was_received(store: SqlStore) -> None:
    row_id = _kept(store, body=b"\x00raw", headers={"x": "ё"})
    with store.transaction() as tx:
        claimed = tx.claim_delivery(row_id, T, T + 50)
    assert claimed is not None
    assert (claimed.attempts, claimed.lease) == (1, T + 50)
    assert claimed.delivery.body == b"\x00raw"
    assert claimed.delivery.headers == {"x": "ё"}
    assert (claimed.delivery.source, claimed.delivery.key) == ("desk", "k")


def test_a_claimed_row_is_nobody_elses_until_the_lease_is_over(store: SqlStore) -> None:
    row_id = _kept(store)
    with store.transaction() as tx:
        assert tx.claim_delivery(row_id, T, T + 50)
    with store.transaction() as tx:
        assert tx.claim_delivery(row_id, T + 49, T + 99) is None
        again = tx.claim_delivery(row_id, T + 50, T + 100)
    assert again is not None
    assert again.attempts == 2


def test_only_the_holder_settles(store: SqlStore) -> None:
    row_id = _kept(store)
    with store.transaction() as tx:
        tx.claim_delivery(row_id, T, T + 50)
        tx.claim_delivery(row_id, T + 50, T + 100)
    with store.transaction() as tx:
        assert not tx.settle_delivery(row_id, T + 50, DeliveryState.DONE)
        assert not tx.postpone_delivery(row_id, T + 50, T + 500, "late")
    with store.transaction() as tx:
        assert tx.settle_delivery(row_id, T + 100, DeliveryState.DONE, conversation="7")
        assert not tx.settle_delivery(row_id, T + 100, DeliveryState.FAILED), "settled is settled"
        assert tx.claim_delivery(row_id, T + 1000, T + 2000) is None
        assert [row.state for row in tx.deliveries(None, 9)] == [DeliveryState.DONE]


def test_a_postponed_row_waits_for_its_time(store: SqlStore) -> None:
    row_id, before = _kept(store), millis(NOW) + 1
    with store.transaction() as tx:
        tx.claim_delivery(row_id, T, T + 50)
        assert tx.postpone_delivery(row_id, T + 50, T + 500, "the desk asks for patience")
        assert tx.claim_delivery(row_id, T + 499, T + 600) is None
        assert tx.waiting_deliveries(T + 499, before, 10) == []
        assert tx.waiting_deliveries(T + 500, before, 10) == [row_id]
        assert tx.deliveries(DeliveryState.NEW, 9)[0].error == "the desk asks for patience"
        again = tx.claim_delivery(row_id, T + 500, T + 600)
    assert again is not None
    assert again.attempts == 2


def test_waiting_rows_come_oldest_first_and_not_too_young(store: SqlStore) -> None:
    ids = [_kept(store, f"k{i}") for i in range(4)]
    with store.transaction() as tx:
        tx.claim_delivery(ids[1], T, T + 50)
        assert tx.waiting_deliveries(T, millis(NOW) + 1, 2) == [ids[0], ids[2]]
        assert tx.waiting_deliveries(T, millis(NOW), 9) == []


def test_a_failed_delivery_can_be_reopened_and_a_done_one_not(store: SqlStore) -> None:
    for state, reopened in [
        (DeliveryState.UNREADABLE, True),
        (DeliveryState.IGNORED, True),
        (DeliveryState.FAILED, True),
        (DeliveryState.DONE, False),
    ]:
        row_id = _kept(store, state)
        with store.transaction() as tx:
            assert not tx.reopen_delivery(row_id), "a new one is open already"
            tx.claim_delivery(row_id, T, T + 50)
            tx.settle_delivery(row_id, T + 50, state, error="broken")
            assert tx.reopen_delivery(row_id) is reopened
            assert (tx.claim_delivery(row_id, T, T + 50) is not None) is reopened


def test_actions_follow_the_same_rules(store: SqlStore) -> None:
    with store.transaction() as tx:
        row_id = tx.add_action(an_action("m1"))
        assert row_id is not None
        assert tx.add_action(an_action("m1", conversation="other")) is None, "one mark, one action"
        claimed = tx.claim_action(row_id, T, T + 50)
        assert claimed is not None
        assert claimed.action.attempts == 1
        assert tx.claim_action(row_id, T + 1, T + 60) is None
        assert tx.postpone_action(row_id, T + 50, T + 90, "later")
        assert tx.waiting_actions(T + 89, millis(NOW) + 1, 9) == []
        assert tx.waiting_actions(T + 90, millis(NOW) + 1, 9) == [row_id]
        tx.claim_action(row_id, T + 90, T + 99)
        assert not tx.settle_action(row_id, T + 50, ActionState.DONE)
        assert tx.settle_action(row_id, T + 99, ActionState.REFUSED, error="no such ticket")
        assert tx.add_action(an_action("m1")) is None, "whatever its state"
        (row,) = tx.actions(state=ActionState.REFUSED)
        assert (row.error, row.action.payload) == ("no such ticket", {"text": "Посмотрите правило"})
        assert tx.retry_action(row_id)
        assert not tx.retry_action(row_id)
        tx.claim_action(row_id, T + 200, T + 300)
        assert tx.settle_action(row_id, T + 300, ActionState.DONE, receipt={"ids": ["c9"]})
        (row,) = tx.actions(source="desk", conversation="7")
        assert (row.state, row.receipt, row.action.attempts) == (ActionState.DONE, {"ids": ["c9"]}, 1)


def test_an_error_undoes_everything(store: SqlStore) -> None:
    row_id = _kept(store)

    def fail_late() -> None:
        with store.transaction() as tx:
            tx.claim_delivery(row_id, T, T + 50)
            tx.add_action(an_action("m1"))
            tx.save_cursor("desk", "9")
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        fail_late()
    with store.transaction() as tx:
        assert tx.actions() == []
        assert tx.cursor("desk") == ""
        assert tx.claim_delivery(row_id, T, T + 50) is not None


def test_of_many_threads_one_gets_the_row(store: SqlStore) -> None:
    row_id, got, gate = _kept(store), [], threading.Barrier(12)

    def claim(number: int) -> None:
        gate.wait()
        with store.transaction() as tx:
            if tx.claim_delivery(row_id, T, T + 50 + number):
                got.append(number)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def _claim_all(url: str, me: int, ids: list[int], won: Any) -> None:
    store = SqlStore(url)
    for row_id in ids:
        with store.transaction() as tx:
            if tx.claim_delivery(row_id, T, T + 100 + me):
                won.put((row_id, me))
    store.close()


@pytest.mark.slow
def test_of_two_processes_one_gets_each_row(store: SqlStore, url: str) -> None:
    ids = [_kept(store, f"k{i}") for i in range(60)]
    context = multiprocessing.get_context("spawn")
    won = context.Queue()
    processes = [
        context.Process(target=_claim_all, args=(url, me, ids if me else ids[::-1], won)) for me in range(2)
    ]
    for process in processes:
        process.start()
    claims = [won.get(timeout=30) for _ in ids]
    for process in processes:
        process.join()
    assert sorted(row_id for row_id, _ in claims) == ids
    assert won.empty()


def test_of_two_owners_one_gets_the_lease(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert tx.take_lease("ticker", "a", T, T + 10)
        assert not tx.take_lease("ticker", "b", T + 9, T + 19)
        assert tx.take_lease("ticker", "a", T + 9, T + 20), "it is already theirs"
        assert not tx.take_lease("ticker", "b", T + 19, T + 29)
        assert tx.take_lease("ticker", "b", T + 20, T + 30)
        tx.drop_lease("ticker", "a")
        assert not tx.take_lease("ticker", "a", T + 21, T + 31), "dropping what is not yours does nothing"
        tx.drop_lease("ticker", "b")
        assert tx.take_lease("ticker", "a", T + 21, T + 31)


class Leases(RuleBasedStateMachine):
    """Any order of claims, settlements and time against a model of one row."""

    store: SqlStore

    @initialize()
    def begin(self) -> None:
        self.row = _kept(self.store, str(uuid.uuid4()))
        self.now, self.until, self.next_at, self.attempts, self.state = T, 0, 0, 0, DeliveryState.NEW
        self.held: list[int] = []

    @rule(step=st.integers(1, 30))
    def time_passes(self, step: int) -> None:
        self.now += step

    @rule(length=st.integers(1, 40))
    def claim(self, length: int) -> None:
        until = self.now + length
        with self.store.transaction() as tx:
            claimed = tx.claim_delivery(self.row, self.now, until)
        free = self.state is DeliveryState.NEW and self.until <= self.now and self.next_at <= self.now
        assert (claimed is not None) is free
        if claimed:
            self.attempts += 1
            assert claimed.attempts == self.attempts
            self.until = until
            self.held.append(until)

    @rule(data=st.data(), state=st.sampled_from([DeliveryState.DONE, DeliveryState.FAILED]))
    def settle(self, data: st.DataObject, state: DeliveryState) -> None:
        lease = data.draw(st.sampled_from(self.held)) if self.held else 1
        with self.store.transaction() as tx:
            settled = tx.settle_delivery(self.row, lease, state)
        assert settled is (self.state is DeliveryState.NEW and self.until == lease)
        if settled:
            self.state, self.until = state, 0

    @rule(data=st.data(), wait=st.integers(0, 50))
    def postpone(self, data: st.DataObject, wait: int) -> None:
        lease = data.draw(st.sampled_from(self.held)) if self.held else 1
        with self.store.transaction() as tx:
            postponed = tx.postpone_delivery(self.row, lease, self.now + wait, "later")
        assert postponed is (self.state is DeliveryState.NEW and self.until == lease)
        if postponed:
            self.next_at, self.until = self.now + wait, 0

    @rule()
    def reopen(self) -> None:
        with self.store.transaction() as tx:
            reopened = tx.reopen_delivery(self.row)
        assert reopened is (self.state is DeliveryState.FAILED)
        if reopened:
            self.state, self.until, self.next_at, self.attempts = DeliveryState.NEW, 0, 0, 0

    @invariant()
    def whoever_may_claim_is_listed(self) -> None:
        with self.store.transaction() as tx:
            waiting = self.row in tx.waiting_deliveries(self.now, millis(NOW) + 1, 10_000)
        free = self.state is DeliveryState.NEW and self.until <= self.now and self.next_at <= self.now
        assert waiting is free


@pytest.mark.slow
def test_leases_hold_in_any_order_of_events(store: SqlStore) -> None:
    machine = type("Machine", (Leases,), {"store": store})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_newest_delivery_is_known_by_its_id(store: SqlStore) -> None:
    with store.reading() as tx:
        assert tx.newest_delivery() == 0
    ids = [store.keep_delivery(a_delivery(key))[0] for key in ("a", "b", "a")]
    with store.transaction() as tx:
        assert tx.newest_delivery() == max(ids)
        row = tx.lock_conversation("desk", "7")
        assert row.fetched_after == 0
        tx.save_conversation(row.id, row.snapshot, fetched_after=max(ids))
        found = tx.find_conversation("desk", "7")
    assert found is not None
    assert found.fetched_after == max(ids)
