"""Against what Zendesk and others have published: descriptions of its REST API, and payloads seen elsewhere.

Nothing is copied from there; without ../shared the tests are skipped.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import responses
import yaml

from complaint_gift.domain import Action, ActionKind, ConversationChanged, Event, MessageAdded, PersonErased
from complaint_gift.plugin import NotAuthentic, PluginError, Refused, Request, Unreadable
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.actions import perform
from complaint_gift_zendesk.api import Zendesk, connect
from complaint_gift_zendesk.conversation import fetch, read_conversation
from complaint_gift_zendesk.setup import Wish, install, uninstall

pytestmark = pytest.mark.needs_shared

# Not in the files: webhooks have a description of their own that is not among them.
UNDESCRIBED = ("/api/v2/webhooks",)
# Documented in words on the same pages, beside the object: collisions, and metadata of an update.
SPOKEN = {
    "safe_update": {"type": "boolean"},
    "updated_stamp": {"type": "string"},
    "metadata": {"type": "object"},
}


class Lenient(yaml.SafeLoader):
    """The files hold a bare `=`, which YAML 1.1 takes for a value of its own type."""


Lenient.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:value"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def described(folder: Path) -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    """(address, method, operation) of everything that the files per resource describe."""
    found = []
    for name in ("tickets", "ticket-audits", "users", "brands", "ticket-fields", "incremental", "tags"):
        whole = yaml.load((folder / f"{name}-openapi-original.yml").read_text("utf-8"), Lenient)
        for path, methods in whole["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
            found += [
                (pattern, m.upper(), op) for m, op in methods.items() if m in ("get", "put", "post", "delete")
            ]
    return found


@pytest.fixture
def asked(desk: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any, Any]]:
    """Every request that setting up, looking, reading and writing make, as (method, path, query, body)."""
    seen: list[tuple[str, str, Any, Any]] = []
    passing = Zendesk.__init__

    def watch(api: Zendesk, client: Any) -> None:
        passing(api, client)
        send = client.send

        def note(method: str, path: str, *, params: Any = None, body: Any = None) -> Any:
            seen.append((method, path, params, body))
            answer = send(method, path, params=params, body=body)
            assert "x-zendesk-api-warn" not in answer.headers
            return answer

        client.send = note

    monkeypatch.setattr(Zendesk, "__init__", watch)
    run_everything(desk)
    return seen


def run_everything(desk: Any) -> None:
    source, api = desk.source, connect(desk.source, scope="read write")
    wish = Wish("https://cg.example.com/hooks/zendesk-main", rotate=True)
    assert list(install(source, api, wish))
    desk.plugin.probe(source, api)
    ticket = desk.open(brand_id=desk.cast.brand, tags=["old"])
    fetch(ticket, source, api)
    payloads: dict[ActionKind, dict[str, Any]] = {
        ActionKind.NOTE: {"text": "x"},
        ActionKind.TAGS: {"add": ["complaint"], "remove": ["old"]},
        ActionKind.PRIORITY: {"priority": "high"},
        ActionKind.ASSIGN: {"group_id": str(desk.cast.leads), "assignee_id": str(desk.cast.lead)},
    }
    for kind, payload in payloads.items():
        perform(Action(1, kind, source.name, ticket, payload, f"cg-{kind}"), source, api)
    api.hide_comment(ticket, desk.write(ticket, "Sorry."))
    desk.plugin.poll(source, "", api)
    assert list(uninstall(source, api, ""))


def test_every_request_is_described(asked: list[Any], shared: Path) -> None:
    known = described(shared / "specs" / "zendesk")
    calls = {(method, path) for method, path, _, _ in asked if not path.startswith(UNDESCRIBED)}
    assert len(calls) >= 13
    unknown = [
        (method, path)
        for method, path in calls
        if not any(pattern.fullmatch(path) and method == m for pattern, m, _ in known)
    ]
    assert unknown == []


def test_every_update_agrees_with_the_published_object(asked: list[Any], shared: Path) -> None:
    support = yaml.load((shared / "specs/zendesk/zendesk-support-openapi.yml").read_text("utf-8"), Lenient)
    schema = support["components"]["schemas"]["TicketUpdate"]
    properties = {**schema["properties"], **SPOKEN}
    properties["comment"] = {**properties["comment"], "additionalProperties": False}
    strict = {
        "type": "object", "additionalProperties": False, "required": ["ticket"],
        "properties": {"ticket": {"type": "object", "properties": properties, "additionalProperties": False}},
    }  # fmt: skip
    updates = [
        body for method, path, _, body in asked if method == "PUT" and re.fullmatch(r".*/tickets/\d+", path)
    ]
    assert len(updates) == 3
    for body in updates:
        jsonschema.validate(json.loads(json.dumps(body)), strict)


def test_tags_are_changed_as_the_description_shows(asked: list[Any], shared: Path) -> None:
    bodies = [
        body for method, path, _, body in asked if path.endswith("/tags") and method in ("PUT", "DELETE")
    ]
    assert len(bodies) == 2
    known = described(shared / "specs" / "zendesk")
    words = next(
        op["description"] for p, m, op in known if m == "PUT" and p.fullmatch("/api/v2/tickets/1/tags")
    )
    shown = json.loads(re.search(r"```js\s*(\{.*?\})\s*```", words, re.S)[1])
    for body in bodies:
        assert {key: type(value) for key, value in body.items()} == {k: type(v) for k, v in shown.items()}


def test_scopes_that_we_ask_for_exist(shared: Path) -> None:
    text = (shared / "specs/zendesk/oauth-openapi-original.yml").read_text("utf-8")
    resources = set(re.findall(r"^\s+\* ([a-z_]+)(?: \(\w+ only\))?$", text, re.M))
    for scope in ["read", "tickets:write", "read", "write"]:
        resource, _, verb = scope.rpartition(":")
        assert verb in ("read", "write")
        assert not resource or resource in resources


# -- payloads seen elsewhere


def load(shared: Path, name: str) -> Any:
    return json.loads((shared / "fixtures" / "zendesk" / name).read_text("utf-8"))


def parse(kit: Any, body: Any) -> list[Event]:
    return ZendeskPlugin().parse(kit.store(body), kit.make_source())


def test_published_events_mean_what_they_say(kit: Any, shared: Path) -> None:
    (added,) = parse(kit, load(shared, "webhook_ticket_comment_added.json"))
    assert isinstance(added, MessageAdded)
    assert (added.conversation, added.message, added.visibility) == ("5158", "9876543210", "public")
    assert added.occurred_at == datetime(2025, 1, 8, 14, 25, 30, 123456, tzinfo=UTC)
    created, first = parse(kit, load(shared, "webhook_ticket_created.json"))
    assert isinstance(created, ConversationChanged)
    assert isinstance(first, MessageAdded)
    assert parse(kit, load(shared, "webhook_messaging_ticket_message_added.json")) == []
    assert parse(kit, load(shared, "webhook_user_active_changed.json")) == []


def test_delivery_that_zendesk_recorded_is_understood(kit: Any, shared: Path) -> None:
    sent = load(shared, "webhook_user_deleted_REAL_delivery_attempt.json")["attempts"][0]["request"]
    body = sent["payload"].encode()
    headers = {pair["key"].lower(): (pair["value"],) for pair in sent["headers"]}
    request = Request("POST", "/", headers, body, datetime(2023, 9, 18, 23, 38, 20, tzinfo=UTC))
    source = kit.make_source(account_id="18525119")
    with pytest.raises(NotAuthentic, match="fits none"):
        ZendeskPlugin().verify(request, source)
    (erased,) = parse(kit, body)
    assert isinstance(erased, PersonErased)
    assert erased.person == "6164069643162"
    signed = kit.sign(body, at=datetime(2023, 9, 18, 23, 38, 13, tzinfo=UTC), account="18525119")
    assert set(headers) == set(signed.headers)
    ZendeskPlugin().verify(signed, source)


def test_signature_vectors_are_accepted_and_refused(kit: Any, shared: Path) -> None:
    vectors = load(shared, "signature_vectors.json")
    old, new = vectors["published_vector_OLD_SCHEME"], vectors["same_inputs_current_scheme"]
    source = kit.make_source(signing_secrets=[old["secret"]])
    for signature, good in ((new["signature"], True), (old["signature"], False)):
        headers = {
            "x-zendesk-webhook-signature": (signature,),
            "x-zendesk-webhook-signature-timestamp": (old["timestamp"],),
            "x-zendesk-account-id": (kit.ACCOUNT,),
        }
        moment = datetime.fromisoformat(old["timestamp"])
        request = Request("POST", "/", headers, old["body"].encode(), moment)
        if good:
            ZendeskPlugin().verify(request, source)
        else:
            with pytest.raises(NotAuthentic):
                ZendeskPlugin().verify(request, source)


def test_dumped_liquid_is_unreadable_and_the_template_ends_typed(kit: Any, shared: Path) -> None:
    template = load(shared, "trigger_webhook_body_template.json")["template"]
    with pytest.raises(Unreadable):
        parse(kit, template.encode())


def bodies(shared: Path) -> Iterator[tuple[str, Any]]:
    """Every JSON object in every file, also those inside recorded exchanges."""
    for path in sorted((shared / "fixtures" / "zendesk").glob("*.json")):
        queue = [json.loads(path.read_text("utf-8"))]
        while queue:
            part = queue.pop()
            if isinstance(part, dict):
                yield path.name, part
            queue += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []


def end_typed(step: Callable[[], Any]) -> None:
    """Nothing but the plugin's own errors, each naming its source."""
    error = ""
    try:
        step()
    except PluginError as exc:
        error = str(exc)
    assert not error or error.startswith("zendesk-main: ")


def test_every_payload_ends_in_events_or_typed_errors(kit: Any, shared: Path) -> None:
    names = set()
    for name, body in bodies(shared):
        names.add(name)
        request = kit.sign(json.dumps(body).encode())
        for step in (lambda r: ZendeskPlugin().verify(r, kit.make_source()), lambda r: parse(kit, r.body)):
            end_typed(lambda step=step, request=request: step(request))
    assert len(names) >= 37


def test_every_payload_as_an_answer_ends_in_a_conversation_or_typed_errors(kit: Any, shared: Path) -> None:
    legacy = {"client_id": None, "client_secret": None, "email": "a@b.c", "api_token": "t"}
    source = kit.make_source(base_url=None, subdomain="acme", **legacy)
    action = Action(1, ActionKind.NOTE, source.name, "5", {"text": "x"}, "m")
    for name in sorted({name for name, _ in bodies(shared)}):
        with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
            for method in (web.get, web.put):
                method(
                    re.compile("https://acme.zendesk.com/.*"),
                    body=(shared / "fixtures/zendesk" / name).read_bytes(),
                )
            for step in (
                lambda: fetch("5", source, connect(source)),
                lambda: perform(action, source, connect(source)),
            ):
                end_typed(step)


def test_published_ticket_and_comments_are_read(kit: Any, shared: Path) -> None:
    ticket = load(shared, "gozendesk_GET_ticket.json")["ticket"]
    comments = load(shared, "gozendesk_GET_ticket_comments.json")["comments"]
    found = read_conversation(kit.make_source(), ticket, comments, {})
    assert found.id == str(ticket["id"])
    assert [message.id for message in found.messages] == [str(comment["id"]) for comment in comments]
    assert all(message.text for message in found.messages)


def test_recorded_update_shows_no_comment_and_is_refused(kit: Any, shared: Path) -> None:
    """A real audit of an update without a comment: a note that it should hold is missed, loudly."""
    update = load(shared, "api_ticket_update_recorded.json")[1]["response"]["body"]
    assert "audit" in update
    legacy = {"client_id": None, "client_secret": None, "email": "a@b.c", "api_token": "t"}
    source = kit.make_source(base_url=None, subdomain="acme", **legacy)
    with responses.RequestsMock() as web:
        web.get(re.compile(".*/audits"), json={"audits": []})
        web.put(re.compile(".*/tickets/5"), json=update)
        with pytest.raises(Refused, match="audit shows none"):
            perform(Action(1, ActionKind.NOTE, "z", "5", {"text": "x"}, "m"), source, connect(source))
