"""What each event means, over payloads typed by us; their origin stands in fixtures/README.md."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    Event,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    PersonErased,
    Visibility,
)
from complaint_gift.plugin import UnknownEvent, Unreadable
from complaint_gift_jira.parse import HANDLED, IGNORED, parse

AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
ISSUE, AGENT, CUSTOMER = "10041", "5c5f:agent", "qm:1f0c:customer"
PUBLIC, INTERNAL, UNKNOWN = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.UNKNOWN


def added(comment: str, visibility: Visibility = PUBLIC, actor: str = AGENT) -> MessageAdded:
    return MessageAdded(ISSUE, AT, actor, message=comment, visibility=visibility)


def edited(comment: str, actor: str = AGENT) -> MessageEdited:
    return MessageEdited(ISSUE, AT, actor, message=comment)


def changed(what: str, actor: str = AGENT) -> ConversationChanged:
    return ConversationChanged(ISSUE, AT, actor, what=what)


EXPECTED: dict[str, list[Event]] = {
    "comment_created__public_reply": [added("20511")],
    "comment_created__customer": [added("20512", actor=CUSTOMER)],
    "comment_created__internal_note": [added("20513", INTERNAL)],
    "comment_created__own_note": [],
    "comment_created__marked_by_another_account": [],
    "comment_created__mark_in_public": [added("20516")],
    "comment_created__restricted_to_a_role": [added("20517", INTERNAL)],
    "comment_created__software_project": [added("20518", INTERNAL)],
    "comment_created__without_word_on_visibility": [added("20519", UNKNOWN)],
    "comment_created__document": [added("20520")],
    "comment_created__null_body_no_author": [added("20521", actor="")],
    "comment_created__data_center_no_issue": [added("20522", UNKNOWN, actor="JIRAUSER10100")],
    "comment_updated__reply": [edited("20511")],
    "comment_updated__own_note": [],
    "comment_deleted__reply": [MessageRedacted(ISSUE, AT, AGENT, message="20511")],
    "issue_created__by_portal": [
        changed("created", CUSTOMER),
        MessageAdded(ISSUE, AT, CUSTOMER, message="description"),
    ],
    "issue_updated__status": [changed("status")],
    "issue_updated__labels_by_us": [],
    "issue_updated__labels_by_agent": [changed("labels")],
    "issue_updated__rank_only": [],
    "issue_updated__description": [edited("description", CUSTOMER), changed("description", CUSTOMER)],
    "issue_updated__rating": [changed("satisfaction", CUSTOMER)],
    "issue_updated__nothing_told": [changed("fields")],
    "issue_updated__commented_while_moved": [added("20524", UNKNOWN), changed("status")],
    "issue_updated__comment_edited_old_server": [edited("20524")],
    "issue_updated__comment_deleted_nameless": [changed("comments")],
    "issue_deleted__by_admin": [ConversationDeleted(ISSUE, AT, AGENT)],
    "user_deleted__customer": [PersonErased("", AT, person=CUSTOMER)],
    "worklog_created__agent": [],
    "automation__comment_created": [added("20525", UNKNOWN)],
    "automation__internal_comment": [added("20526", INTERNAL)],
    "automation__whole_issue": [ConversationChanged(ISSUE, None, what="rule")],
    "workflow__transition": [changed("fields")],
}
FAILING = {
    "comment_created__no_issue_anywhere": Unreadable,
    "updated__invented_name": UnknownEvent,
    "automation__unknown_event": UnknownEvent,
    "blank__no_event": UnknownEvent,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_event_means(kit: Any, name: str) -> None:
    assert parse(kit.store(kit.read_fixture(name)), kit.make_source()) == EXPECTED[name]


@pytest.mark.parametrize("name", FAILING)
def test_event_is_refused_in_a_sentence(kit: Any, name: str) -> None:
    with pytest.raises(FAILING[name], match=r"^jira-main: .*\.$|^jira-main: .*\?$"):
        parse(kit.store(kit.read_fixture(name)), kit.make_source())


def test_every_fixture_is_expected_to_mean_something(kit: Any) -> None:
    assert {path.stem for path in kit.FIXTURES.glob("*.json")} == set(EXPECTED) | set(FAILING)


def test_every_event_name_is_either_handled_or_ignored(kit: Any) -> None:
    assert not HANDLED & IGNORED
    for name in IGNORED:
        assert parse(kit.store({"webhookEvent": name}), kit.make_source()) == []


@pytest.mark.parametrize(
    "name",
    ["filter_created", "jira:version_merged", "jira_expression_evaluation_failed",
     "app_access_to_objects_blocked"],
)  # fmt: skip
def test_event_that_others_have_met_is_nothing_unknown(kit: Any, name: str) -> None:
    assert parse(kit.store({"timestamp": 1, "webhookEvent": name}), kit.make_source()) == []


def test_both_families_of_one_comment_name_the_same_message(kit: Any) -> None:
    """The core knows a message by its id, so that one comment told twice is one message."""
    told = json.loads(kit.read_fixture("comment_created__public_reply"))
    other = {**told, "webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_commented"}
    first, second = (parse(kit.store(body), kit.make_source()) for body in (told, other))
    assert first == second == [added("20511")]


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_json_that_is_no_object_is_unreadable(kit: Any, body: Any) -> None:
    with pytest.raises(Unreadable):
        parse(kit.store(json.dumps(body).encode()), kit.make_source())


def test_issue_of_another_project_is_left_alone(kit: Any) -> None:
    body = kit.store(kit.read_fixture("comment_created__software_project"))
    assert parse(body, kit.make_source(projects=["SD"])) == []
    assert parse(body, kit.make_source(projects=["SD", "DEV"])) != []


def test_what_goes_is_followed_even_when_we_did_it(kit: Any) -> None:
    body = json.loads(kit.read_fixture("comment_deleted__reply"))
    body["comment"]["author"] = body["comment"]["updateAuthor"] = {"accountId": kit.BOT}
    assert [type(event) for event in parse(kit.store(body), kit.make_source())] == [MessageRedacted]


@pytest.mark.parametrize("said", [True, None, "false"])
def test_our_mark_is_an_excuse_only_in_what_is_surely_internal(kit: Any, said: Any) -> None:
    """Data Center says nothing: somebody may have copied the note into a reply."""
    body = json.loads(kit.read_fixture("comment_created__marked_by_another_account"))
    body["comment"]["jsdPublic"] = said
    (event,) = parse(kit.store(body), kit.make_source())
    assert event.conversation == ISSUE


@pytest.mark.parametrize("address", ["https://host/jira/rest/api/2/issue/10041", "/issue/10041/"])
def test_issue_is_known_by_its_address_alone(kit: Any, address: str) -> None:
    body = json.loads(kit.read_fixture("issue_updated__status"))
    body["issue"] = {"self": address}
    assert parse(kit.store(body), kit.make_source()) == [changed("status")]


def test_bot_is_known_by_any_of_its_names(kit: Any) -> None:
    body = json.loads(kit.read_fixture("comment_created__data_center_no_issue"))
    for name in ("dweber", "JIRAUSER10100"):
        assert parse(kit.store(body), kit.make_data_center(bot_user_id=name)) == []
    assert parse(kit.store(body), kit.make_data_center(bot_user_id="somebody")) != []


@pytest.mark.parametrize(
    "account", ["unknown", "", None, "Anonymous", {"a": 1}, "x" * 500, "a\x00b", "\ud800"]
)
def test_anonymised_actor_is_nobody(kit: Any, account: Any) -> None:
    body = json.loads(kit.read_fixture("comment_created__public_reply"))
    body["comment"]["author"] = body["comment"]["updateAuthor"] = {"accountId": account}
    (event,) = parse(kit.store(body), kit.make_source())
    assert event.actor_id == ""


@pytest.mark.parametrize(
    ("public", "kind", "restricted", "expected"),
    [
        (True, "service_desk", None, PUBLIC),
        (True, "service_desk", {"type": "role", "value": "Team"}, INTERNAL),
        (True, "software", None, INTERNAL),
        (True, None, None, UNKNOWN),
        (False, None, None, INTERNAL),
        (False, "service_desk", None, INTERNAL),
        (None, "service_desk", None, UNKNOWN),
        ("true", "service_desk", None, UNKNOWN),
        (1, "service_desk", None, UNKNOWN),
        ("false", "service_desk", None, UNKNOWN),
    ],
)
def test_only_a_true_mark_in_a_service_project_is_public(
    kit: Any, public: Any, kind: Any, restricted: Any, expected: Visibility
) -> None:
    body = json.loads(kit.read_fixture("comment_created__public_reply"))
    body["comment"] |= {"jsdPublic": public, "visibility": restricted}
    body["issue"]["fields"]["project"]["projectTypeKey"] = kind
    (event,) = parse(kit.store(body), kit.make_source())
    assert isinstance(event, MessageAdded)
    assert event.visibility is expected
