"""Whom we know by what they wrote, and what they wrote to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from made import LATER, NOW, a_conversation, a_message

from complaint_gift.domain import Author, Role, Visibility
from complaint_gift.store import SqlStore

AGENT = Author("agent-3", Role.AGENT, "Олег Смирнов", "oleg@acme.example", True)
SPAN = (NOW - timedelta(days=30), LATER)


def say(store: SqlStore, number: str, source: str = "desk", customer: str = "", **more: Any) -> None:
    """A message of the agent in conversation `number` of a customer of its own."""
    with store.transaction() as tx:
        row = tx.lock_conversation(source, number)
        snapshot = replace(a_conversation(number), source=source, requester_id=customer or f"c{number}")
        tx.save_conversation(row.id, snapshot)
        values: dict[str, Any] = {"text": f"reply {number}", "author": AGENT} | more
        tx.save_message(row.id, a_message(f"m{number}", **values), NOW)


def read(store: SqlStore, author: Author = AGENT, limit: int = 10) -> list[str]:
    with store.reading() as tx:
        here = replace(a_conversation("1"), requester_id="c1")
        return tx.replies_to_others(here, author, *SPAN, limit)


def test_replies_to_other_customers_come_newest_first(store: SqlStore) -> None:
    say(store, "2", sent_at=NOW - timedelta(days=2))
    say(store, "3", sent_at=NOW - timedelta(days=1))
    assert read(store) == ["reply 3", "reply 2"]
    assert read(store, limit=1) == ["reply 3"]


def test_what_is_no_reply_to_another_customer_is_left_out(store: SqlStore) -> None:
    say(store, "1")
    say(store, "2", customer="c1")
    say(store, "3", sent_at=NOW - timedelta(days=31))
    say(store, "4", sent_at=LATER)
    say(store, "5", visibility=Visibility.INTERNAL)
    say(store, "6", author=replace(AGENT, role=Role.CUSTOMER))
    say(store, "7", author=Author("agent-4", Role.AGENT))
    say(store, "8", text="")
    assert read(store) == []


def test_one_account_is_one_author_in_all_sources_an_id_only_in_its_own(store: SqlStore) -> None:
    say(store, "1", source="other")
    say(store, "2", source="other", author=replace(AGENT, account=""))
    assert read(store) == ["reply 1"]
    assert read(store, replace(AGENT, account="")) == []


def test_only_the_newest_version_counts(store: SqlStore) -> None:
    say(store, "2")
    say(store, "2", text="as corrected")
    assert read(store) == ["as corrected"]


def test_author_is_known_as_of_the_newest_message(store: SqlStore) -> None:
    say(store, "2", author=replace(AGENT, name="O. Smirnov"), sent_at=NOW - timedelta(days=1))
    say(store, "3")
    with store.reading() as tx:
        assert tx.find_author("desk", "agent-3", "") == AGENT
        assert tx.find_author("desk", "nobody", "oleg@acme.example") == AGENT
        assert tx.find_author("other", "agent-3", "oleg@acme.example") is None
