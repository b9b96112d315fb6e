"""What each event means, over payloads typed by us; their origin stands in fixtures/README.md."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    ConversationMerged,
    Event,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    PersonErased,
    Visibility,
)
from complaint_gift.plugin import UnknownEvent, Unreadable
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.parse import HANDLED, IGNORED, parse, read_id, read_moment

AT = datetime(2026, 1, 31, 9, 0, 0, 123456, tzinfo=UTC)
AGENT, CUSTOMER, BOT = "28801400100012", "28801400100014", "28801400100011"
REPLY = "28802600000511"


def changed(what: str, actor: str = AGENT) -> list[Event]:
    return [ConversationChanged("4107", AT, actor, what=what)]


EXPECTED: dict[str, list[Event]] = {
    "comment_added__public_reply": [
        MessageAdded("4107", AT, AGENT, message=REPLY, visibility=Visibility.PUBLIC)
    ],
    "comment_added__customer": [
        MessageAdded("4107", AT, CUSTOMER, message="28802600000512", visibility=Visibility.PUBLIC)
    ],
    "comment_added__internal_note": [],
    "comment_added__own_note": [],
    "comment_added__own_public_slip": [],
    "created__by_email": [*changed("created", CUSTOMER), MessageAdded("4107", AT, CUSTOMER)],
    "created__numbers_and_joined_tags": [*changed("created", CUSTOMER), MessageAdded("4107", AT, CUSTOMER)],
    "message_added__agent": [
        MessageAdded(
            "4107", datetime(2026, 1, 31, 9, 0, 1, 254571, tzinfo=UTC), AGENT,
            message="697db0e1c0ffee0000000002", visibility=Visibility.PUBLIC,
        )
    ],
    "message_added__bot": [],
    "csat_received__bad": changed("rating", CUSTOMER),
    "tags_changed__by_agent": changed("tags"),
    "tags_changed__by_us": [],
    "status_changed__solved": changed("status"),
    "agent_assignment_changed__to_lead": changed("assignee"),
    "merged__into_other": [ConversationMerged("4107", AT, AGENT, into="4111")],
    "merged__target_not_named": [ConversationMerged("4107", AT, AGENT)],
    "comment_made_private__reply": [MessageEdited("4107", AT, AGENT, message=REPLY)],
    "comment_redacted__reply": [MessageRedacted("4107", AT, AGENT, message=REPLY)],
    "comment_redacted__by_us": [MessageRedacted("4107", AT, BOT, message=REPLY)],
    "soft_deleted__by_admin": [ConversationDeleted("4107", AT, AGENT)],
    "permanently_deleted__by_schedule": [ConversationDeleted("4107", AT)],
    "marked_as_spam__by_agent": [ConversationDeleted("4107", AT, AGENT, reason="spam")],
    "undeleted__by_admin": changed("undeleted"),
    "custom_field_changed__checkbox": [],
    "user_deleted__customer": [PersonErased("", AT.replace(microsecond=0), person=CUSTOMER)],
    "user_active_changed__off": [],
    "trigger__ids_only": [MessageAdded("4107", AT.replace(microsecond=0))],
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_event_means(kit: Any, name: str) -> None:
    assert parse(kit.store(kit.read_fixture(name)), kit.make_source()) == EXPECTED[name]


def test_every_fixture_is_expected_to_mean_something(kit: Any) -> None:
    names = {path.stem for path in kit.FIXTURES.glob("*.json")}
    assert names == set(EXPECTED) | {"updated__invented_name"}


TICKET_EVENTS = """
agent_assignment_changed attachment_linked_to_comment attachment_redacted_from_comment brand_changed
comment_added comment_made_private comment_redacted created csat_received csat_requested custom_field_changed
custom_status_changed description_changed email_ccs_changed external_id_changed followers_changed form_changed
group_assignment_changed marked_as_spam merged next_sla_breach_changed ola_policy_changed organization_changed
permanently_deleted priority_changed problem_link_changed requester_changed schedule_changed
sla_policy_changed soft_deleted status_changed subject_changed submitter_changed tags_changed
task_due_at_changed type_changed undeleted
""".split()  # noqa: SIM905


def test_every_ticket_event_of_zendesk_is_handled_or_knowingly_ignored() -> None:
    known = {f"zen:event-type:ticket.{name}" for name in TICKET_EVENTS}
    assert len(known) == 37
    others = {"messaging_ticket.message_added", "user.created", "user.deleted", "user.active_changed"}
    assert known | {f"zen:event-type:{name}" for name in others} == HANDLED | IGNORED
    assert not HANDLED & IGNORED


@pytest.mark.parametrize("name", sorted(HANDLED))
def test_every_handled_event_survives_without_its_contents(kit: Any, name: str) -> None:
    about = {"user_deleted": "zen:user:5"}.get("user_deleted" if "user." in name else "", "zen:ticket:5")
    events = parse(kit.store({"type": name, "subject": about}), kit.make_source())
    assert [event.conversation for event in events] in ([""], ["5"], ["5", "5"])


def test_every_ignored_event_is_dropped_whatever_it_holds(kit: Any) -> None:
    for name in IGNORED:
        assert parse(kit.store({"type": name}), kit.make_source()) == []


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"", Unreadable, "not JSON"),
        (b"ticket_id=4107", Unreadable, "not JSON"),
        (b"[]", Unreadable, "no object"),
        ({}, Unreadable, "no event type"),
        ({"type": 7}, Unreadable, "no event type"),
        ({"type": "a b\nc"}, Unreadable, "no event type"),
        ({"type": "zen:event-type:ticket.comment_added"}, Unreadable, "names no ticket"),
        (
            {"type": "zen:event-type:ticket.created", "detail": {"id": "../users"}},
            Unreadable,
            "names no ticket",
        ),
        ({"ticket_id": "{{ticket.id}}"}, Unreadable, "no ticket_id"),
        ({"ticket_id": ""}, Unreadable, "no ticket_id"),
        ({"type": "zen:event-type:ticket.updated"}, UnknownEvent, "ticket.updated"),
        ({"type": "zen:event-type:organization.created"}, UnknownEvent, "organization.created"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(
    kit: Any, body: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        parse(kit.store(body), kit.make_source())
    assert str(caught.value).startswith("zendesk-main: ")


def test_author_of_the_comment_is_recognised_when_another_user_holds_the_token(kit: Any) -> None:
    body = json.loads(kit.read_fixture("comment_added__own_public_slip"))
    assert body["detail"]["actor_id"] != BOT
    assert parse(kit.store(body), kit.make_source()) == []
    body["event"]["comment"]["author"]["id"] = AGENT
    assert parse(kit.store(body), kit.make_source()) != []


@pytest.mark.parametrize("public", [None, "", "yes", 1, [], {}])
def test_visibility_that_is_not_told_stays_unknown(kit: Any, public: Any) -> None:
    body = json.loads(kit.read_fixture("comment_added__public_reply"))
    body["event"]["comment"]["is_public"] = public
    (event,) = parse(kit.store(body), kit.make_source())
    assert event.visibility is Visibility.UNKNOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [("4107", "4107"), (4107, "4107"), (28801400100011, "28801400100011"), ("zd:answerBot", "zd:answerBot"),
     ("", ""), ("0", ""), (0, ""), (None, ""), (True, ""), (4.5, ""), ("-1", ""), (-1, ""), ("a b", ""),
     ("x" * 65, ""), ([], ""), ("\ud800", ""), ("٣", "")],
)  # fmt: skip
def test_ids_are_text_and_nobody_is_empty(value: Any, text: str) -> None:
    assert read_id(value) == text


@pytest.mark.parametrize(
    "value", ["", "soon", "2026-01-31", "2026-01-31T09:00:00", 7, None, "9" * 50, "0001-01-01T00:00:00+23:59"]
)
def test_moments_that_cannot_be_read_are_none(value: Any) -> None:
    assert read_moment(value) is None


def test_moments_with_offset_become_utc() -> None:
    assert read_moment("2026-01-31T12:00:00+03:00") == datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def test_own_author_is_known(kit: Any) -> None:
    plugin, source = ZendeskPlugin(), kit.make_source()
    assert plugin.is_own(BOT, source)
    assert not plugin.is_own(AGENT, source)
    assert not plugin.is_own("", source)
