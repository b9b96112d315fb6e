"""The audit chain: any line that is edited, removed or put in is noticed."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from made import NOW
from sqlalchemy import Connection, delete, insert, select, update

from complaint_gift.service.records import AuditEntry, AuditRow
from complaint_gift.store import SqlStore
from complaint_gift.store.tables import audit, audit_head
from complaint_gift.store.trail import Trail


def _entry(number: int) -> AuditEntry:
    return AuditEntry(
        NOW + timedelta(seconds=number), f"кто-{number}", "resolve", {"id": number, "x": [None, 1.5]}
    )


@pytest.fixture
def chain(store: SqlStore) -> SqlStore:
    """Ten entries."""
    with store.transaction() as tx:
        for number in range(10):
            tx.append_audit(_entry(number))
    return store


def test_entries_come_back_in_order(chain: SqlStore) -> None:
    with chain.transaction() as tx:
        rows = tx.audit(3, 4)
        assert tx.verify_audit() is None
        assert tx.audit(10, 4) == []
    assert [row.id for row in rows] == [4, 5, 6, 7]
    assert rows[0].entry.detail == {"id": 3, "x": [None, 1.5]}
    assert rows[1].previous == rows[0].hash


def test_an_empty_chain_is_whole(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert tx.verify_audit() is None


def test_hostile_details_do_not_break_the_chain(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.append_audit(
            AuditEntry(NOW, "a\0\ud800", "b", {"\udfff": "\0", "n": 1e300, "big": 10**30, "t": (1, 2)})
        )
        assert tx.verify_audit() is None


def test_threads_that_append_make_one_chain(store: SqlStore) -> None:
    gate = threading.Barrier(8)

    def append(number: int) -> None:
        gate.wait()
        for step in range(5):
            with store.transaction() as tx:
                tx.append_audit(_entry(number * 10 + step))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as tx:
        assert [row.id for row in tx.audit(0, 100)] == list(range(1, 41))
        assert tx.verify_audit() is None


def _mutate(db: Connection, dice: random.Random) -> str:
    row_id = dice.randint(1, 10)
    row = db.execute(select(audit).where(audit.c.id == row_id)).one()
    this = audit.c.id == row_id

    def change(**values: Any) -> None:
        db.execute(update(audit).where(this).values(**values))

    def swap() -> None:
        other = db.execute(select(audit).where(audit.c.id == row_id % 10 + 1)).one()
        change(who=other.who, detail=other.detail, at=other.at)

    def cut_the_end() -> None:
        db.execute(delete(audit).where(audit.c.id >= row_id))

    def append_a_copy() -> None:
        db.execute(insert(audit).values({**row._mapping, "id": 11}))

    kinds = {
        "at": lambda: change(at=row.at + timedelta(microseconds=dice.choice([1, 999, 1000, 86_400_000_000]))),
        "who": lambda: change(who=_altered(row.who, dice)),
        "what": lambda: change(what=_altered(row.what, dice)),
        "detail": lambda: change(detail={**row.detail, "id": row.detail["id"] + dice.randint(1, 9)}),
        "more detail": lambda: change(detail={**row.detail, _altered("key", dice): 1}),
        "hash": lambda: change(hash=_altered(row.hash, dice)),
        "previous": lambda: change(previous=_altered(row.previous, dice)),
        "removed": lambda: db.execute(delete(audit).where(this)),
        "cut": cut_the_end,
        "swapped": swap,
        "appended": append_a_copy,
        "renumbered": lambda: change(id=row_id + 100),
        "head": lambda: db.execute(update(audit_head).values(last=dice.randint(0, 9))),
        "head hash": lambda: db.execute(update(audit_head).values(hash=row.previous)),
        "no head": lambda: db.execute(delete(audit_head)),
    }
    kind = dice.choice(list(kinds))
    kinds[kind]()  # type: ignore[no-untyped-call]
    return f"{kind} of {row_id}"


def _altered(text: str, dice: random.Random) -> str:
    place = dice.randint(0, len(text))
    return f"{text[:place]}{dice.choice('0aя')}{text[place:]}"


@pytest.mark.slow
def test_each_of_a_thousand_changes_is_noticed(chain: SqlStore) -> None:
    dice = random.Random(7)
    missed = []
    for _ in range(1000):
        with chain._engine.connect() as connection:
            undone = connection.begin()
            change = _mutate(connection, dice)
            if type(_work(connection)).verify_audit(_work(connection)) is None:
                missed.append(change)
            undone.rollback()
    assert missed == []


def _work(connection: Connection) -> Any:
    from complaint_gift.store.work import Work

    return Work(connection)


def test_who_writes_during_a_check_breaks_nothing(chain: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    read, late = Trail.audit, [10, 11]

    def read_and_be_overtaken(trail: Trail, after: int, limit: int) -> list[AuditRow]:
        links = read(trail, after, limit)
        if late and not links:
            with chain.transaction() as tx:
                tx.append_audit(_entry(late.pop(0)))
        return links

    monkeypatch.setattr(Trail, "audit", read_and_be_overtaken)
    with chain.reading() as tx:
        assert tx.verify_audit() is None


def test_a_broken_link_names_its_entry(chain: SqlStore) -> None:
    with chain._engine.begin() as connection:
        connection.execute(update(audit).where(audit.c.id == 4).values(who="somebody else"))
    with chain.transaction() as tx:
        broken = tx.verify_audit()
    assert broken is not None
    assert (broken.id, broken.what) == (4, "entry 4 was edited")


def test_a_cut_end_is_said(chain: SqlStore) -> None:
    with chain._engine.begin() as connection:
        connection.execute(delete(audit).where(audit.c.id > 8))
    with chain.transaction() as tx:
        broken = tx.verify_audit()
    assert broken is not None
    assert broken.what == "the trail ends with entry 8, but 10 were written"
