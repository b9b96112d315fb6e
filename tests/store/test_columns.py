"""Types that mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, a_conversation, a_delivery, a_message
from sqlalchemy.exc import StatementError

from complaint_gift.service.records import DeliveryState
from complaint_gift.store import SqlStore
from complaint_gift.store.columns import instant_text, moment, storable


def test_times_come_back_as_the_same_moment_in_utc(store: SqlStore) -> None:
    tokyo = datetime(2026, 3, 1, 21, 30, 15, 987654, tzinfo=timezone(timedelta(hours=9)))
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        tx.save_conversation(row.id, a_conversation(updated_at=tokyo))
    with store.transaction() as tx:
        found = tx.find_conversation("desk", "7")
    assert found is not None
    assert found.snapshot.updated_at == tokyo
    assert found.snapshot.updated_at.tzinfo is UTC


def test_naive_time_is_refused(store: SqlStore) -> None:
    naive = datetime(2026, 3, 1)
    with pytest.raises(StatementError, match="without a time zone"), store.transaction() as tx:
        tx.beat("ticker", naive)
    with pytest.raises(ValueError, match="without a time zone"):
        instant_text(naive)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_stored_times_sort_like_times(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


@given(st.integers(min_value=0, max_value=4_102_444_800_000))
def test_a_moment_keeps_its_milliseconds(millis: int) -> None:
    assert moment(millis).timestamp() * 1000 == pytest.approx(millis, abs=0.001)


@given(st.text(st.characters()))
def test_storable_text_keeps_its_length_and_what_is_fine(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\0" not in kept
    kept.encode()
    assert all(a == b for a, b in zip(text, kept, strict=True) if a != "\0" and not 0xD800 <= ord(a) < 0xE000)


@pytest.mark.parametrize(
    "text", ["NUL\0here", "half a \ud83d surrogate", "😡 ё \u202e bidi \x1b[0m", "" * 10]
)
def test_hostile_text_is_stored_with_its_offsets(store: SqlStore, text: str) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk\0", text)
        tx.save_message(row.id, a_message(text=text), NOW)
        tx.save_message(row.id, a_message(text=text), NOW)
        (kept,) = tx.messages(row.id)
        again = tx.find_conversation("desk\0", text)
    assert kept.message.text == storable(text)
    assert kept.number == 1
    assert again is not None
    assert again.id == row.id


def test_hostile_delivery_is_kept(store: SqlStore) -> None:
    bad = a_delivery("key\0\ud800", headers={"x": "\0\udfff"}, body=b"\0\xff\xfe")
    kept, new = store.keep_delivery(bad)
    assert new
    assert store.keep_delivery(bad) == (kept, False)
    with store.transaction() as tx:
        claimed = tx.claim_delivery(kept, 1, 10)
        assert tx.deliveries(DeliveryState.NEW, 10)[0].id == kept
    assert claimed is not None
    assert claimed.delivery.body == b"\0\xff\xfe"
    assert claimed.delivery.received_at == NOW
