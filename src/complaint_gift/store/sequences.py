"""The counters behind the ids: a restored database goes on counting where the old one stood."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text


def last_given(connection: Connection, table: Table) -> int | None:
    """The last id given out, even if its row is gone; None when the table does not count or never did."""
    if connection.dialect.name == "sqlite":
        wanted = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        found = connection.execute(wanted, {"name": table.name}).scalar()
        return None if found is None else int(found)
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    last, called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
    return int(last) if called else None


def go_on_after(connection: Connection, table: Table, last: int | None) -> None:
    """Never give out `last` or anything below it again."""
    if last is None:
        return
    named = {"name": table.name, "last": last}
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), named)
    elif (sequence := _sequence(connection, table)) is not None:
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _sequence(connection: Connection, table: Table) -> str | None:
    if "id" not in table.c:
        return None
    wanted = text("SELECT pg_get_serial_sequence(:name, 'id')")
    found = connection.execute(wanted, {"name": f'"{table.name}"'}).scalar()
    return None if found is None else str(found)
