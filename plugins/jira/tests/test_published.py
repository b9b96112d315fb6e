"""Payloads seen elsewhere mean what they say, and what we ask for is what Jira describes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import responses

from complaint_gift.domain import (
    Action,
    ActionKind,
    ConversationChanged,
    Event,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    Visibility,
)
from complaint_gift.plugin import PluginError, Request, UnknownEvent, Unreadable
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.actions import perform
from complaint_gift_jira.api import connect
from complaint_gift_jira.conversation import fetch, read_conversation
from complaint_gift_jira.directory import Directory
from complaint_gift_jira.ids import read_issue
from complaint_gift_jira.parse import parse
from complaint_gift_jira.scopes import CONFIGURE, SCOPES, scope_for

# Beginning of the name -> what it means; the longest beginning counts.
EXPECTED: dict[str, str] = {
    "api_gojira__": "refused",
    "derived_jsm__comment-created": "added",
    "derived_jsm__comment-updated": "edited",
    "derived__comment-created": "added",
    "mattermost__webhook-cloud-comment-created": "added",
    "mattermost__webhook-cloud-comment-updated": "edited",
    "mattermost__webhook-cloud-comment-deleted": "redacted",
    "mattermost__webhook-cloud-issue-created": "created",
    "mattermost__webhook-cloud-issue-updated": "changed",
    "mattermost__webhook-issue-assigned-empty-changelog": "changed",
    "mattermost__webhook-issue-comment-created": "added",
    "mattermost__webhook-issue-created": "created",
    "mattermost__webhook-issue-deleted": "deleted",
    "mattermost__webhook-issue-updated": "changed",
    "mattermost__webhook-issue-updated-edited": "edited",
    "mattermost__webhook-issue-updated-attachments": "nothing",
    "mattermost__webhook-issue-updated-components": "nothing",
    "mattermost__webhook-issue-updated-fix-version": "nothing",
    "mattermost__webhook-issue-updated-rank": "nothing",
    "mattermost__webhook-server-comment-created": "added",
    "mattermost__webhook-server-comment-deleted": "redacted",
    "mattermost__webhook-server-comment-updated": "edited",
    "mattermost__webhook-server-issue-updated": "changed",
    "mattermost__webhook-server-issue-updated-comment-deleted": "changed",
    "mattermost__webhook-server-issue-updated-comment-edited": "edited",
    "mattermost__webhook-server-issue-updated-commented": "added",
    "mattermost__webhook-server-old-issue-updated-no-event-type": "changed",
    "mattermost__webhook-server-old-issue-updated-no-event-type-comment-edited": "edited",
    "mattermost__webhook-server-old-issue-updated-no-event-type-commented": "added",
    "mattermost__webhook-server-old-issue-updated-no-event-type-edited": "edited",
    "mattermost__webhook-server-updated-custom-field": "changed",
    "signature_vectors": "refused",
    "skyhook__jira-comment": "added",
    "skyhook__jira-custom-no-event": "refused",
    "skyhook__jira-issue": "changed",
}
MEANS: dict[str, type[Event]] = {
    "added": MessageAdded,
    "edited": MessageEdited,
    "redacted": MessageRedacted,
    "created": ConversationChanged,
    "changed": ConversationChanged,
}


def payloads(shared: Path) -> dict[str, bytes]:
    found = {path.stem: path.read_bytes() for path in sorted((shared / "fixtures" / "jira").glob("*.json"))}
    assert len(found) >= 40
    return found


def meaning(kit: Any, body: bytes) -> tuple[str, list[Event]]:
    try:
        events = parse(kit.store(body), kit.make_source())
    except (Unreadable, UnknownEvent) as exc:
        return ("refused" if str(exc).startswith("jira-main: ") else str(exc)), []
    if not events:
        return "nothing", []
    first = events[0]
    names = [name for name, kind in MEANS.items() if type(first) is kind]
    if isinstance(first, ConversationChanged):
        names = ["created" if first.what == "created" else "changed"]
    return (names or ["deleted"])[0], events


@pytest.mark.needs_shared
def test_every_payload_means_what_is_expected(kit: Any, shared: Path) -> None:
    wrong = []
    for name, body in payloads(shared).items():
        wanted = EXPECTED[max((one for one in EXPECTED if name.startswith(one)), key=len)]
        found, events = meaning(kit, body)
        if found != wanted:
            wrong.append((name, wanted, found))
        assert all(event.conversation.isdigit() for event in events)
    assert wrong == []


@pytest.mark.needs_shared
def test_only_comments_of_service_projects_are_public(kit: Any, shared: Path) -> None:
    """Captured comments of software projects all say jsdPublic: true."""
    seen = set()
    for name, body in payloads(shared).items():
        for event in meaning(kit, body)[1]:
            if isinstance(event, MessageAdded) and event.message != "description":
                seen.add((name.partition("__")[0], event.visibility))
    assert ("mattermost", Visibility.PUBLIC) not in seen
    assert ("mattermost", Visibility.INTERNAL) in seen
    assert {("derived_jsm", one) for one in Visibility} <= seen


@pytest.mark.needs_shared
def test_every_payload_is_verified_when_it_is_signed(kit: Any, shared: Path) -> None:
    for body in payloads(shared).values():
        told = json.loads(body)
        if isinstance(told, dict):
            told["timestamp"] = int(kit.NOW.timestamp() * 1000)
        JiraPlugin().verify(kit.sign(json.dumps(told).encode()), kit.make_source())


@pytest.mark.needs_shared
def test_signature_vectors_are_accepted(kit: Any, shared: Path) -> None:
    for vector in json.loads(payloads(shared)["signature_vectors"]):
        headers = {vector["header"].lower(): (vector["value"],)}
        request = Request("POST", "/", headers, vector["payload"].encode(), kit.NOW)
        JiraPlugin().verify(request, kit.make_source(signing_secrets=[vector["secret"]]))


@pytest.mark.needs_shared
def test_every_issue_of_a_payload_becomes_a_conversation(kit: Any, shared: Path) -> None:
    count = 0
    for body in payloads(shared).values():
        told = json.loads(body)
        if isinstance(told, dict) and isinstance(told.get("issue"), dict):
            comments = [told["comment"]] if "comment" in told else []
            found = read_conversation(kit.make_source(), told["issue"], comments, Directory({}))
            assert found.id == read_issue(told)
            count += 1
    assert count >= 30


@pytest.mark.needs_shared
def test_every_payload_as_an_answer_ends_in_a_conversation_or_typed_errors(kit: Any, shared: Path) -> None:
    action = Action(1, ActionKind.NOTE, "jira-main", "5", {"text": "x"}, "cg-note-0123456789abcdef01234567")
    source = kit.make_source()
    for body in payloads(shared).values():
        with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
            for method in (web.get, web.put, web.post, web.delete):
                method(re.compile("https://acme.atlassian.net/.*"), body=body)
            for step in (
                lambda: fetch("5", source, connect(source)),
                lambda: perform(action, source, connect(source)),
            ):
                end_typed(step)


def test_data_center_is_told_that_we_know_what_is_experimental(kit: Any) -> None:
    """Organisations are, in Data Center; a worker that has been forked says so as well."""
    api = connect(kit.make_data_center(base_url="https://jira.example.com"))
    with responses.RequestsMock() as web:
        web.get("https://jira.example.com/rest/servicedeskapi/organization/7/user", json={"values": []})
        api.organization_people("7")
        api.client._owner = -1
        api.get("/rest/servicedeskapi/organization/7/user")
        assert [call.request.headers["X-ExperimentalApi"] for call in web.calls] == ["opt-in"] * 2


@pytest.mark.needs_shared
def test_addresses_and_bodies_are_those_of_the_published_description(cloud: Any, shared: Path) -> None:
    described = json.loads((shared / "specs/jira/jira-platform-v3.2025-09.json").read_text("utf-8"))["paths"]
    patterns = [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), {m.upper() for m in ways}, ways)
        for path, ways in described.items()
    ]
    run_everything(cloud)
    asked = {
        (method, path, tuple(query))
        for method, path, query, _ in cloud.asked
        if path.startswith("/rest/api/3")
    }
    assert len(asked) >= 15
    for method, path, query in asked:
        found = [ways for pattern, methods, ways in patterns if pattern.fullmatch(path) and method in methods]
        assert found, (method, path)
        known = {p.get("name") for ways in found for p in ways[method.lower()].get("parameters", [])}
        assert set(query) <= known, (method, path, query)


@pytest.mark.needs_shared
def test_scopes_of_consent_allow_all_that_is_asked_but_groups(cloud: Any, shared: Path) -> None:
    described = json.loads((shared / "specs/jira/jira-platform-v3.2025-09.json").read_text("utf-8"))["paths"]
    run_everything(cloud)
    asked = {(method, path) for method, path, _, _ in cloud.asked if path.startswith("/rest/api/3")}
    lacking = set()
    assert len(asked) >= 15
    for method, path in asked:
        ways = next(
            ways for one, ways in described.items()
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one), path) and method.lower() in ways
        )  # fmt: skip
        wanted = [one["OAuth2"] for one in ways[method.lower()]["security"] if "OAuth2" in one]
        if not any(set(one) <= set(SCOPES) for one in wanted):
            lacking.add(path)
        assert [scope_for(method, path)] in wanted, (method, path)
    assert lacking == {"/rest/api/3/group/member"}
    assert scope_for("GET", "/rest/api/3/group/member") == CONFIGURE


def run_everything(desk: Any) -> None:
    """Every call that reading, writing, looking and searching make."""
    desk.configure(
        projects=["SD"], agent_groups=["agents"], escalations={"project": "ESC", "transition": "Escalate"}
    )
    number = desk.open()
    desk.write(number, "Sorry.")
    desk.plugin.fetch(number, desk.source, desk.api())
    desk.plugin.poll(desk.source, "", desk.api())
    desk.plugin.probe(desk.source, desk.api())
    wishes: dict[ActionKind, dict[str, Any]] = {
        ActionKind.NOTE: {"text": "x"},
        ActionKind.TAGS: {"add": ["complaint"]},
        ActionKind.PRIORITY: {"priority": "high"},
        ActionKind.ASSIGN: {"assignee_id": "lead"},
        ActionKind.FACTS: {"facts": {}},
        ActionKind.ESCALATE: {"reason": "court"},
    }
    acts = [(kind, number, payload) for kind, payload in wishes.items()]
    acts += [
        (ActionKind.NOTE, number, {"text": "y", "replaces": [f"cg-any-{0:024x}"]}),
        (ActionKind.NOTE, desk.open(kind="software"), {"text": "z"}),
    ]
    for n, (kind, issue, payload) in enumerate(acts):
        action = Action(n + 1, kind, "jira-main", issue, payload, f"cg-any-{n:024x}")
        perform(action, desk.source, desk.api())


def end_typed(step: Callable[[], Any]) -> None:
    """Nothing but the plugin's own errors, each a sentence that names its source."""
    error = ""
    try:
        step()
    except PluginError as exc:
        error = str(exc)
    assert not error or (error.startswith("jira-main: ") and "\n" not in error)
