"""Readers do not wait for a writer, and see one moment."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from complaint_gift.store import SqlStore, upgrade


@pytest.mark.alone
def test_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/t.sqlite3"
    upgrade(url)
    store = SqlStore(url)
    with store.transaction() as writer:
        writer.beat("ticker", datetime.now(UTC))
        began = time.monotonic()
        with store.reading() as rows:
            assert rows.tally().heartbeats == {}
        assert time.monotonic() - began < 1.0
    with store.reading() as rows:
        assert set(rows.tally().heartbeats) == {"ticker"}
    store.close()
