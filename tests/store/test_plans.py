"""What is asked often goes by an index, also where there are many rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from made import NOW, a_message
from sqlalchemy import Engine, event, insert

from complaint_gift.store import SqlStore
from complaint_gift.store.engine import connect, read_url
from complaint_gift.store.tables import conversation, message

CONVERSATIONS, MESSAGES = 200, 20


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """Statements and parameters as they reach the database."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def fill_much(url: str) -> None:
    """Many conversations with many messages each."""
    said = a_message()
    row = {"author_role": said.author.role, "visibility": said.visibility, "sent_at": NOW}
    with connect(read_url(url), pooled=False).begin() as db:
        places = [
            {"source": "desk", "external_id": str(number), "tags": []} for number in range(CONVERSATIONS)
        ]
        db.execute(insert(conversation), places)
        for place in range(1, CONVERSATIONS + 1):
            named = [{"external_id": f"<{place}-{number}@x>"} for number in range(MESSAGES)]
            db.execute(insert(message), [{**row, **name, "conversation_id": place} for name in named])
        db.exec_driver_sql("ANALYZE")


def plan(url: str, statement: str, parameters: Any) -> str:
    """How the database would go about it."""
    with connect(read_url(url), pooled=False).connect() as db:
        explain = "EXPLAIN QUERY PLAN" if db.dialect.name == "sqlite" else "EXPLAIN"
        rows = db.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


def test_a_message_is_found_by_its_name_without_reading_all(url: str, store: SqlStore) -> None:
    fill_much(url)
    with store.transaction() as tx, heard() as said:
        assert tx.whereabouts("desk", ["<7-3@x>", "<nobody@x>"]) == {"<7-3@x>": "6"}
    found = plan(url, *next(one for one in said if "message" in one[0]))
    assert "ix_message_external_id" in found
    assert "SCAN message" not in found
    assert "Seq Scan on message" not in found
