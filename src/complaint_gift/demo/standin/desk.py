"""The stand-in's memory: one SQLite file that every process of the demo shares.

Records are kept in the very shape in which the REST API answers them. A webhook's delivery is written in
the same transaction as the change it reports, so nothing that happened goes unannounced.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_TABLES = """
create table if not exists record (
  kind text not null, id text not null, ticket text not null default '', moved real not null,
  body text not null,
  place integer primary key autoincrement, unique (kind, id));
create index if not exists record_by_ticket on record (kind, ticket);
create index if not exists record_by_move on record (kind, moved);
create table if not exists counter (kind text primary key, value integer not null);
create table if not exists setting (name text primary key, value text not null);
create table if not exists token (
  value text primary key, user_id integer not null, scope text not null, expires real not null);
create table if not exists spent (bucket text primary key, since real not null, used integer not null);
create table if not exists repeated (
  key text primary key, request text not null, answer text not null, at real not null);
create table if not exists invocation (
  id text primary key, webhook text not null, ticket text not null default '', event text not null,
  body blob not null,
  state text not null default 'waiting', status_code integer, tries integer not null default 0,
  due real not null, lease real not null default 0, created real not null, done real, took real,
  attempts text not null default '[]');
create index if not exists invocation_waiting on invocation (state, due);
create index if not exists invocation_by_ticket on invocation (ticket);
"""

_FIRST_ID = {
    "ticket": 4101,
    "user": 28_801_400_100_011,
    "group": 28_801_400_200_021,
    "brand": 28_801_400_300_031,
}
_FIRST_OTHER_ID = 28_802_600_000_101


@dataclass(frozen=True, slots=True)
class Faults:
    """What shall go wrong, for tests and benches. Shares are 0..1, times are seconds.

    `drop` and `half` do the work and lose the answer or its second half; `throttle` (429) and `fail` (503)
    refuse before anything is done.
    """

    drop: float = 0.0
    half: float = 0.0
    fail: float = 0.0
    throttle: float = 0.0
    retry_after: int = 1
    slow: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests allowed: per minute for the account, and what Zendesk limits apart."""

    account: int = 700
    ticket_updates: int = 100
    incremental: int = 10
    webhooks: int = 100
    per_ticket: int = 30
    per_ticket_seconds: int = 600


@dataclass(frozen=True)
class Account:
    """The helpdesk account that the stand-in plays: its id and who may call its REST API."""

    id: int = 21_900_417
    clients: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_tokens: frozenset[str] = field(default=frozenset(), repr=False)
    token_seconds: int = 7200


def iso(moment: float) -> str:
    """Epoch seconds as Zendesk writes a time: UTC, whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_ulid(moment: float) -> str:
    """A sortable id as webhooks and invocations have it: 26 characters of Crockford's alphabet."""
    value = (int(moment * 1000) << 80) | secrets.randbits(80)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(value >> shift) & 31] for shift in range(125, -1, -5))


class Records:
    """The records inside one transaction; the transaction is the unit of work."""

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        self.connection = connection
        self.now = now

    def get(self, kind: str, id_: object) -> Json | None:
        row = self.connection.execute(
            "select body from record where kind=? and id=?", (kind, str(id_))
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def find(self, kind: str, ticket: object = "") -> list[Json]:
        """All records of a kind, or those of one ticket, in the order in which they were made."""
        query, values = "select body from record where kind=?", [kind]
        if ticket != "":
            query, values = query + " and ticket=?", [kind, str(ticket)]
        return [json.loads(body) for (body,) in self.connection.execute(query + " order by place", values)]

    def put(self, kind: str, body: Json, ticket: object = "") -> Json:
        self.connection.execute(
            "insert into record (kind, id, ticket, moved, body) values (?,?,?,?,?)"
            " on conflict (kind, id) do update set body=excluded.body, moved=excluded.moved",
            (kind, str(body["id"]), str(ticket), self.now, json.dumps(body, ensure_ascii=False)),
        )
        return body

    def remove(self, kind: str, id_: object) -> None:
        self.connection.execute("delete from record where kind=? and id=?", (kind, str(id_)))

    def changed_since(
        self, kind: str, moved: float, id_: str, before: float, size: int
    ) -> list[tuple[float, Json]]:
        """Up to `size` records after the point (moved, id), oldest first, none changed after `before`."""
        rows = self.connection.execute(
            "select moved, body from record where kind=? and (moved, id) > (?, ?) and moved <= ?"
            " order by moved, id limit ?",
            (kind, moved, id_, before, size),
        )
        return [(at, json.loads(body)) for at, body in rows]

    def next_id(self, kind: str) -> int:
        first = _FIRST_ID.get(kind, _FIRST_OTHER_ID)
        shared = kind if kind in _FIRST_ID else "other"
        row = self.connection.execute(
            "insert into counter (kind, value) values (?, ?)"
            " on conflict (kind) do update set value = value + 1 returning value",
            (shared, first),
        ).fetchone()
        return int(row[0])

    def queue(self, webhook: str, ticket: str, event: str, body: bytes) -> None:
        self.connection.execute(
            "insert into invocation (id, webhook, ticket, event, body, due, created) values (?,?,?,?,?,?,?)",
            (make_ulid(self.now), webhook, ticket, event, body, self.now, self.now),
        )

    def spend(self, bucket: str, allowed: int, seconds: float) -> tuple[int, int]:
        """Count one request; gives (remaining, seconds to the next window). Remaining < 0: too many."""
        since, used = self.connection.execute(
            "insert into spent (bucket, since, used) values (?, ?, 1) on conflict (bucket) do update set"
            " used = case when since <= ? then 1 else used + 1 end,"
            " since = case when since <= ? then excluded.since else since end returning since, used",
            (bucket, self.now, self.now - seconds, self.now - seconds),
        ).fetchone()
        return allowed - int(used), max(1, int(since + seconds - self.now) + 1)


class Desk:
    """Opens the file and hands out transactions. A connection lives no longer than its transaction,
    so neither threads nor forked workers ever share one."""

    def __init__(
        self,
        path: Path,
        account: Account,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
        faults: type[Faults] = Faults,
    ) -> None:
        self.path = path
        self.account = account
        self.limits = limits
        self._faults = faults
        self.clock = clock
        self.bell = threading.Event()
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("pragma journal_mode=wal")
            connection.executescript(_TABLES)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        connection.execute("pragma synchronous=normal")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Records]:
        """Read and write; commits at the end, rolls back on an exception, then wakes the sender."""
        with closing(self._connect()) as connection:
            connection.execute("begin immediate")
            try:
                yield Records(connection, self.clock())
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")
        self.bell.set()

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """A consistent view without the right to write."""
        with closing(self._connect()) as connection:
            connection.execute("begin")
            yield Records(connection, self.clock())
            connection.execute("rollback")

    def faults(self) -> Faults:
        """The faults in force now, in every process."""
        with self.reading() as records:
            row = records.connection.execute("select value from setting where name='faults'").fetchone()
        return self._faults(**(json.loads(row[0]) if row else {}))

    def set_faults(self, **changes: Any) -> Faults:
        """Change some of the faults; the others stay as they are. TypeError for an unknown name."""
        faults = replace(self.faults(), **changes)
        with self.transaction() as records:
            records.connection.execute(
                "insert or replace into setting values ('faults', ?)",
                (json.dumps(asdict(faults)),),
            )
        return faults
