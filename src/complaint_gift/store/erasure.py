"""Forgets a person: what they said, what was said in their conversations, and what names them elsewhere.

Of somebody of ours the audit trail keeps a hash: what was done stays proven, by whom is nobody's to read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from sqlalchemy import ColumnElement, Row, Table, delete, literal, select, update

from complaint_gift.domain import ActionKind
from complaint_gift.service.held import UNDER_WAY, WAITING, OutgoingState
from complaint_gift.service.records import ActionState, DeliveryState, veil
from complaint_gift.store.conversations import Conversations
from complaint_gift.store.tables import (
    action,
    audit,
    complaint_case,
    conversation,
    delivery,
    escalation,
    finding,
    message,
    message_version,
    outgoing,
    promise,
    waiver,
)

_AT_ONCE = 500
_GONE = "…"
_ERASED = "the person it was about was erased before it was processed"

# Short columns that may name a person: emptied when they are the name, cleaned when they hold it.
_NAMING = (
    (conversation, ("subject", "requester_id", "assignee_id")),
    (complaint_case, ("why", "decided_by", "about")),
    (promise, ("what", "who", "settled_by")),
    (waiver, ("reason", "by")),
    (escalation, ("summary", "acknowledged_by", "resolved_by", "resolution", "about")),
    (delivery, ("error",)),
    (action, ("error", "receipt")),
)


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is found. `exact` are casefolded; `inside` finds them within longer texts."""

    source: str
    ids: frozenset[str]
    exact: frozenset[str]
    inside: re.Pattern[str] | None
    raw: re.Pattern[bytes] | None

    def without(self, value: Any) -> Any:
        """The same text, list or mapping with every trace taken out."""
        if isinstance(value, str):
            if value.casefold() in self.exact:
                return ""
            return self.inside.sub(_GONE, value) if self.inside else value
        if isinstance(value, list):
            return [self.without(item) for item in value if self.without(item) != "" or item == ""]
        if isinstance(value, dict):
            return {key: self.without(item) for key, item in value.items()}
        return value


class _Known(NamedTuple):
    """As what somebody is known in a source. An id means nothing in another source."""

    source: str
    id: str
    account: str
    name: str

    def named(self) -> set[str]:
        return {part.casefold() for part in self[1:] if part}


class Erasure(Conversations):
    """See service.transaction.Conversations.erase_person."""

    def erase_person(self, person: str, source: str = "") -> Mapping[str, int]:
        """Gives rows touched per table; an unknown person is searched for all the same."""
        wanted = person.strip()
        if not wanted:
            return {}
        known = self._authors(wanted, source)
        touched: Counter[str] = Counter()
        for place in [source] if source else self._sources():
            traces = _traces(wanted, known, place)
            self._erase_requested(traces, touched)
            self._erase_said(traces, touched)
            self._erase_quoted(traces, touched)
            self._erase_bodies(traces, touched)
            self._erase_payloads(traces, touched)
            self._erase_outgoing(traces, touched)
            for table, names in _NAMING:
                self._clean(table, names, traces, touched)
        if not source:
            self._veil_audit({wanted.casefold(), *(part for one in known for part in one.named())}, touched)
        return dict(touched)

    def _sources(self) -> list[str]:
        """Of all rows that may hold somebody; one that is not configured any more counts too."""
        tables = (conversation, delivery, action, escalation, waiver, outgoing)
        found = (self._db.execute(select(table.c.source).distinct()).scalars() for table in tables)
        return sorted({source for sources in found for source in sources})

    def _authors(self, person: str, source: str) -> list[_Known]:
        """As what the person is known in our rows."""
        said = select(
            conversation.c.source, message.c.author_id, message.c.author_account, message.c.author_name
        ).select_from(message.join(conversation))
        asked = select(conversation.c.source, conversation.c.requester_id, literal(""), literal(""))
        found = [
            _Known(*row)
            for wanted in (said, asked)
            for row in self._db.execute(wanted.where(*_from(conversation, source)).distinct())
        ]
        known = [one for one in found if person.casefold() in one.named()]
        accounts = {one.account.casefold() for one in known if one.account}
        # The same mail address is the same person, the same name need not be.
        return known + [one for one in found if accounts & {one.id.casefold(), one.account.casefold()}]

    def _erase_requested(self, traces: Traces, touched: Counter[str]) -> None:
        wanted = select(conversation.c.id).where(
            conversation.c.requester_id.in_(sorted(traces.ids)), *_from(conversation, traces.source)
        )
        for conversation_id in list(self._db.execute(wanted).scalars()):
            self.purge_conversation(conversation_id)
            touched["conversation"] += 1

    def _erase_said(self, traces: Traces, touched: Counter[str]) -> None:
        theirs = select(message.c.id).where(
            message.c.author_id.in_(sorted(traces.ids)), *_from(message, traces.source)
        )
        said = set(self._db.execute(theirs).scalars())
        for row in self._pages(message_version, ("message_id", "text"), traces.source):
            if traces.inside and traces.inside.search(row.text):
                said.add(row.message_id)
        self._redact(sorted(said))
        if said:
            touched["message"] += len(said)
        for row in self._pages(message, ("author_id", "author_name", "author_account"), traces.source):
            values = {"author_id": row.author_id, "author_name": row.author_name}
            values["author_account"] = row.author_account
            if row.author_id in traces.ids or traces.without(values) != values:
                emptied = dict.fromkeys(values, "")
                self._db.execute(update(message).where(message.c.id == row.id).values(emptied))

    def _erase_quoted(self, traces: Traces, touched: Counter[str]) -> None:
        for row in self._pages(finding, ("quote", "params"), traces.source):
            values = {"quote": traces.without(row.quote), "params": traces.without(row.params)}
            if values != {"quote": row.quote, "params": row.params}:
                self._db.execute(update(finding).where(finding.c.id == row.id).values(values))
                touched["finding"] += 1

    def _erase_bodies(self, traces: Traces, touched: Counter[str]) -> None:
        for row in self._pages(delivery, ("state", "lease_until", "headers", "body"), traces.source):
            named = traces.raw is not None and traces.raw.search(row.body) is not None
            if not named and traces.without(row.headers) == row.headers:
                continue
            values: dict[str, Any] = {"headers": {}, "body": b""}
            if row.state in (DeliveryState.NEW, DeliveryState.PASSING) and row.lease_until == 0:
                values |= {"state": DeliveryState.IGNORED.value, "error": _ERASED}
            self._db.execute(update(delivery).where(delivery.c.id == row.id).values(values))
            touched["delivery"] += 1

    def _erase_payloads(self, traces: Traces, touched: Counter[str]) -> None:
        for row in self._pages(action, ("kind", "state", "payload"), traces.source):
            cleaned = traces.without(row.payload)
            if cleaned == row.payload:
                continue
            touched["action"] += 1
            this = action.c.id == row.id
            if row.state != ActionState.PENDING:
                self._db.execute(update(action).where(this).values(payload={}))
            elif row.kind == ActionKind.NOTIFY:
                self._db.execute(update(action).where(this).values(payload=cleaned))
            else:
                self._db.execute(delete(action).where(this))

    def _erase_outgoing(self, traces: Traces, touched: Counter[str]) -> None:
        """What is held of them is neither sent nor shown any more."""
        names = (
            *("author_id", "author_name", "author_account", "tell", "subject", "text", "history", "message"),
            *("recipients", "envelope", "findings", "decided_by", "reason", "error"),
        )
        for row in self._pages(outgoing, (*names, "state", "raw"), traces.source):
            values = {name: getattr(row, name) for name in names}
            named = traces.raw is not None and traces.raw.search(row.raw) is not None
            if not named and traces.without(values) == values:
                continue
            emptied: dict[str, Any] = {name: traces.without(value) for name, value in values.items()}
            emptied |= {"raw": b"", "subject": "", "text": "", "history": "", "findings": []}
            if row.state in WAITING | UNDER_WAY:
                emptied |= {"state": OutgoingState.RETURNED.value, "error": _ERASED}
            self._db.execute(update(outgoing).where(outgoing.c.id == row.id).values(emptied))
            touched["outgoing"] += 1

    def _clean(self, table: Table, names: Iterable[str], traces: Traces, touched: Counter[str]) -> None:
        for row in self._pages(table, names, traces.source):
            before = {name: getattr(row, name) for name in names}
            after = {name: traces.without(value) for name, value in before.items()}
            if after != before:
                self._db.execute(update(table).where(table.c.id == row.id).values(after))
                touched[table.name] += 1

    def _veil_audit(self, exact: Container[str], touched: Counter[str]) -> None:
        for who in list(self._db.execute(select(audit.c.who).distinct()).scalars()):
            if who.casefold() in exact:
                veiled = update(audit).where(audit.c.who == who).values(who=veil(who))
                touched["audit"] += self._db.execute(veiled).rowcount

    def _pages(self, table: Table, names: Iterable[str], source: str) -> Iterator[Row[Any]]:
        """All rows, a few hundred in memory at a time; they may be changed on the way."""
        columns = [table.c.id, *(table.c[name] for name in names)]
        last = 0
        while True:
            wanted = select(*columns).where(table.c.id > last, *_from(table, source))
            rows = self._db.execute(wanted.order_by(table.c.id).limit(_AT_ONCE)).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].id


def _from(table: Table, source: str) -> list[ColumnElement[bool]]:
    """The condition that a row came from this source; none for the empty one."""
    if not source:
        return []
    if "source" in table.c:
        return [table.c.source == source]
    # One step up at a time: finding, verdict, version, message, conversation.
    link = next(iter(table.foreign_keys))
    above = link.column.table
    return [link.parent.in_(select(above.c.id).where(*_from(above, source)))]


def _traces(person: str, known: Iterable[_Known], source: str) -> Traces:
    """What to look for in the rows of this source."""
    known = list(known)
    ids = {one.id for one in known if one.id and one.source == source} | {person}
    accounts = {one.account for one in known if one.account}
    names = {one.name for one in known if one.name}
    told = {part.casefold() for part in ids | accounts | names}
    full = {name for name in names if len(name.split()) > 1 or name.casefold() == person.casefold()}
    # A word that nobody here bears, say "the", is not looked for in what people wrote.
    asked = {person} if known or not person.isalpha() else set()
    return _search(source, ids, told, {*asked, *(ids - {person}), *full, *accounts})


def _search(source: str, ids: Iterable[str], told: Iterable[str], terms: Iterable[str]) -> Traces:
    long = sorted({term for term in terms if _is_telling(term)}, key=len, reverse=True)
    inside = raw = None
    if long:
        inside = re.compile("|".join(rf"(?<!\w){re.escape(term)}(?!\w)" for term in long), re.IGNORECASE)
        forms = sorted({form for term in long for form in _written(term)}, key=len, reverse=True)
        raw = re.compile(b"|".join(re.escape(form) for form in forms), re.IGNORECASE)
    return Traces(source, frozenset(ids), frozenset(told), inside, raw)


def _is_telling(term: str) -> bool:
    """False for what stands in any text: two letters, a number like a year or a price."""
    return len(term) >= 3 and not (term.isdigit() and len(term) < 6)


def _written(term: str) -> Iterator[bytes]:
    """The ways a term may stand in a raw body: UTF-8, JSON escapes, form encoding; each in usual cases."""
    for form in {term, term.lower(), term.upper(), term.title()}:
        yield form.encode("utf-8", "replace")
        yield json.dumps(form)[1:-1].encode()
        yield quote(form, errors="replace").encode()
        yield quote_plus(form, errors="replace").encode()
