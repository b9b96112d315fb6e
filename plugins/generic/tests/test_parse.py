"""What payloads of an invented helpdesk mean, and that no mutation of them breaks anything."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    ConversationMerged,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    Role,
    Visibility,
)
from complaint_gift.plugin import UnknownEvent, Unreadable
from complaint_gift_generic import GenericPlugin
from complaint_gift_generic.merging import keep_known
from complaint_gift_generic.reading import read_conversation, read_id, read_moment, read_tags


def test_reply_becomes_a_message_of_its_author(kit: SimpleNamespace, plugin: GenericPlugin) -> None:
    (found,) = plugin.parse(kit.store(kit.event()), kit.make_source())
    moment = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    assert found == MessageAdded("4107", moment, "u-2", "r-1", Visibility.PUBLIC)


@pytest.mark.parametrize(
    ("kind", "more", "wanted"),
    [
        ("ticket.updated", {}, ConversationChanged),
        ("reply.edited", {}, MessageEdited),
        ("reply.erased", {}, MessageRedacted),
        ("ticket.removed", {}, ConversationDeleted),
        ("ticket.merged", {"merged_into": "5000"}, ConversationMerged),
    ],
)
def test_each_meaning_becomes_its_event(
    kit: SimpleNamespace, plugin: GenericPlugin, kind: str, more: dict[str, Any], wanted: type
) -> None:
    (found,) = plugin.parse(kit.store(kit.event(kind, ticket=kit.ticket(**more))), kit.make_source())
    assert type(found) is wanted
    assert found.conversation == "4107"


def test_event_may_be_named_by_a_header(kit: SimpleNamespace, plugin: GenericPlugin) -> None:
    source = kit.make_source(event__path=None, event__header="X-Event")
    (found,) = plugin.parse(kit.store(kit.event(), **{"x-event": "ticket.updated"}), source)
    assert isinstance(found, ConversationChanged)
    with pytest.raises(UnknownEvent, match=r"event\.means"):
        plugin.parse(kit.store(kit.event(), **{"x-event": "sang"}), source)
    with pytest.raises(Unreadable, match=r"event\.header"):
        plugin.parse(kit.store(kit.event()), source)


def test_body_without_events_is_one_message(kit: SimpleNamespace, plugin: GenericPlugin) -> None:
    whole = kit.changed(kit.MAPPING, event={}, conversation={"id": "thread"}, message__each=None)
    body = kit.reply(html="<p>One.</p>") | {"thread": "t-1"}
    (found,) = plugin.parse(kit.store(body), kit.make_source(whole))
    assert (found.conversation, found.message) == ("t-1", "r-1")
    with pytest.raises(Unreadable, match=r"message\.id"):
        plugin.parse(kit.store({"thread": "t-1"}), kit.make_source(whole))


def test_conversation_is_read_as_described(kit: SimpleNamespace) -> None:
    body = kit.event(
        ticket=kit.ticket(
            kit.reply("r-2", html="Fine.<blockquote>old</blockquote>", by={"id": "u-3", "kind": "lead"}),
            kit.reply("r-0", by={"id": "c-1", "kind": "client"}, at="2026-01-31T07:00:00Z"),
            kit.reply("r-3", by={"id": "x", "kind": "stranger"}, visible_to="staff", at=1769850000),
            kit.reply("r-4", by={"id": kit.BOT, "kind": "operator"}, visible_to="moon", at=1769850000000),
            kit.reply(""),
        )
    )
    found = read_conversation(body, kit.make_source(), "4107", kit.NOW)
    assert (found.subject, found.status, found.priority) == ("Cold soup", "open", "normal")
    assert (found.requester_id, found.assignee_id, found.tags) == ("c-1", "u-2", {"vip"})
    assert [(m.id, m.author.role, m.visibility) for m in found.messages] == [
        ("r-0", Role.CUSTOMER, Visibility.PUBLIC),
        ("r-2", Role.MANAGER, Visibility.PUBLIC),
        ("r-3", Role.BYSTANDER, Visibility.INTERNAL),
        ("r-4", Role.BOT, Visibility.UNKNOWN),
    ]
    assert found.messages[1].text == "Fine."
    assert found.messages[2].sent_at == found.messages[3].sent_at == kit.NOW


def test_staff_are_known_by_their_mail_domain(kit: SimpleNamespace) -> None:
    author = {"id": "by.id", "account": "by.mail", "staff_domains": ["Acme.example"]}
    source = kit.make_source(message__author=author)
    for mail, role in (
        ("dana@acme.example", Role.AGENT),
        ("DANA@ACME.EXAMPLE", Role.AGENT),
        ("dana@acme.example.evil.example", Role.CUSTOMER),
        ("dana@notacme.example", Role.CUSTOMER),
        ("", Role.CUSTOMER),
    ):
        body = kit.event(ticket=kit.ticket(kit.reply(by={"id": "u", "mail": mail})))
        assert read_conversation(body, source, "4107").messages[0].author.role is role, mail


def test_true_and_one_are_different_values(kit: SimpleNamespace) -> None:
    source = kit.make_source(message__public=[True], message__internal=[False])
    for value, wanted in (
        (True, Visibility.PUBLIC),
        (False, Visibility.INTERNAL),
        (1, Visibility.UNKNOWN),
        (0, Visibility.UNKNOWN),
        ("true", Visibility.UNKNOWN),
        (None, Visibility.UNKNOWN),
    ):
        body = kit.event(ticket=kit.ticket(kit.reply(visible_to=value)))
        assert read_conversation(body, source, "4107").messages[0].visibility is wanted, value


def test_field_that_a_webhook_leaves_out_keeps_what_is_known(kit: SimpleNamespace) -> None:
    source = kit.make_source()
    known = read_conversation(kit.event(), source, "4107")
    brought = read_conversation({"ticket": {"id": 4107, "state": 9}}, source, "4107")
    found = keep_known(brought, known)
    assert (found.subject, found.status, found.tags, found.messages) == ("Cold soup", "closed", {"vip"}, ())


@pytest.mark.parametrize(
    "value", ["", " ", ".", "..", " a", "a\n", "x" * 201, True, None, 1.5, [], "\ud800", 10**300]
)
def test_strange_id_is_none(value: Any) -> None:
    assert read_id(value) == ""


@pytest.mark.parametrize(
    "value", ["", "soon", "2026-13-01", True, None, [], 10**30, float("nan"), float("inf"), "9" * 50]
)
def test_strange_moment_is_none(value: Any) -> None:
    assert read_moment(value) is None


@pytest.mark.parametrize(
    "value",
    ["2026-03-02T10:00:00+03:00", "2026-03-02 07:00:00 UTC", "Mon, 02 Mar 2026 10:00:00 +0300", 1772434800],
)
def test_moments_are_read_as_helpdesks_write_them(value: Any) -> None:
    assert read_moment(value) == datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_tags_come_in_a_list_or_a_text() -> None:
    assert read_tags(["a", None, 3, "b c"]) == {"a", "b c"}
    assert read_tags("a, b  c,") == {"a", "b", "c"}
    assert read_tags({"a": 1}) == frozenset()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PLACES = st.sampled_from(
    ["type", "ticket", "reply", "ticket.id", "ticket.replies", "ticket.labels", "ticket.state", "reply.id",
     "ticket.replies.0", "ticket.replies.0.id", "ticket.replies.0.html", "ticket.replies.0.by",
     "ticket.replies.0.by.id", "ticket.replies.0.by.mail", "ticket.replies.0.at",
     "ticket.replies.0.visible_to"]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(PLACES, ANYTHING), min_size=1, max_size=3))
@example(changes=[("ticket.replies.0.html", "<p>" * 5000)])
@example(changes=[("ticket.replies", [[[]]])])
def test_mutated_payload_ends_in_events_or_a_sentence(
    kit: SimpleNamespace, changes: list[tuple[str, Any]]
) -> None:
    body = kit.event()
    for place, value in changes:
        _set(body, place.split("."), value)
    plugin, source = GenericPlugin(), kit.make_source()
    delivery = kit.store(json.dumps(body).encode())
    memory = SimpleNamespace(conversation=lambda number: None)
    said, events = "", []
    try:
        events = plugin.parse(delivery, source)
    except (Unreadable, UnknownEvent) as exc:
        said = str(exc)
    assert not said or said.startswith("acme-desk: ")
    for found in plugin.read(delivery, source, memory, None) if not said else ():
        assert found.id in {event.conversation for event in events}
        json.dumps([found.subject, *(m.text for m in found.messages)], ensure_ascii=False).encode()
        assert all(message.sent_at.tzinfo is not None and message.id for message in found.messages)


def _set(body: Any, path: list[str], value: Any) -> None:
    *above, last = (int(step) if step.isdigit() else step for step in path)
    try:
        for step in above:
            body = body[step]
        body[last] = value
    except (KeyError, IndexError, TypeError):
        return  # an earlier change has taken the place away
