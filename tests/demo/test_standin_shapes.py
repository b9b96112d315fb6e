"""The stand-in's answers against Zendesk's published OpenAPI files.

The files per resource name the object schemas but do not hold them; those of the support file stand in.
Nothing is copied from there: without ../shared the tests are skipped.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from complaint_gift.demo.standin import CLIENT, CLIENT_SECRET, create_app

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "zendesk"
pytestmark = [
    pytest.mark.needs_shared,
    pytest.mark.skipif(not SPECS.is_dir(), reason="needs ../shared/specs/zendesk"),
]
STANDS_FOR = {"TicketObject": "Ticket", "TicketCommentObject": "Comment", "UserObject": "User"}


class Lenient(yaml.SafeLoader):
    """The files hold a bare `=`, which YAML 1.1 takes for a value of its own type."""


Lenient.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:value"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def read(name: str) -> dict[str, Any]:
    return yaml.load((SPECS / name).read_text("utf-8"), Lenient)


@pytest.fixture(scope="module")
def support() -> dict[str, Any]:
    return read("zendesk-support-openapi.yml")["components"]["schemas"]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory):
    app = create_app(tmp_path_factory.mktemp("standin") / "s.sqlite3", deliver=False)
    client = app.test_client()
    grant = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": CLIENT_SECRET}
    token = client.post("/oauth/tokens", json=grant).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    cast = app.extensions["cast"]

    def send(method: str, path: str, body: object = None):
        return client.open(path, method=method, json=body, headers=headers)

    wish = {
        "subject": "Cold soup",
        "comment": {"body": "Cold."},
        "requester_id": cast.customer,
        "tags": ["a"],
    }
    send("POST", "/api/v2/tickets", {"ticket": wish | {"assignee_id": cast.agent, "group_id": cast.support}})
    send(
        "PUT",
        "/api/v2/tickets/4101",
        {"ticket": {"comment": {"body": "Sorry.", "public": True}, "priority": "high"}},
    )
    send("POST", "/api/v2/ticket_fields", {"ticket_field": {"type": "text", "title": "Complaint risk"}})
    return send


def resolve(schema: Any, own: dict[str, Any], support: dict[str, Any]) -> Any:
    """References inlined, `nullable` understood, and no property allowed that the schema does not know."""
    if isinstance(schema, list):
        return [resolve(part, own, support) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        known = own.get(name) or support.get(STANDS_FOR.get(name, name))
        return resolve(known, own, support) if known is not None else {}
    made = {
        key: resolve(value, own, support) for key, value in schema.items() if key not in ("example", "format")
    }
    if made.pop("nullable", False) and "type" in made:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


CALLS = [
    ("tickets", "GET", "/api/v2/tickets", None),
    ("tickets", "GET", "/api/v2/tickets/4101", None),
    ("tickets", "PUT", "/api/v2/tickets/4101", {"ticket": {"comment": {"body": "Note", "public": False}}}),
    ("tickets", "POST", "/api/v2/tickets", {"ticket": {"subject": "s", "comment": {"body": "b"}}}),
    ("tickets", "GET", "/api/v2/tickets/count", None),
    ("tickets", "GET", "/api/v2/tickets/show_many?ids=4101", None),
    ("tickets", "GET", "/api/v2/tickets/4101/comments?include=users", None),
    ("tickets", "GET", "/api/v2/tickets/4101/audits", None),
    ("tickets", "GET", "/api/v2/tickets/4101/tags", None),
    ("tickets", "PUT", "/api/v2/tickets/4101/tags", {"tags": ["x"]}),
    ("tickets", "POST", "/api/v2/tickets/4101/tags", {"tags": ["x", "y"]}),
    ("tickets", "DELETE", "/api/v2/tickets/4101/tags", {"tags": ["x"]}),
    ("tickets", "GET", "/api/v2/incremental/tickets/cursor?start_time=1", None),
    ("users", "GET", "/api/v2/users", None),
    ("users", "GET", "/api/v2/users/me", None),
    ("users", "GET", "/api/v2/users/28801400100012", None),
    ("users", "GET", "/api/v2/users/search?query=dana", None),
    ("groups", "GET", "/api/v2/groups", None),
    ("groups", "GET", "/api/v2/groups/28801400200021", None),
    ("brands", "GET", "/api/v2/brands", None),
    ("brands", "GET", "/api/v2/brands/28801400300031", None),
    ("ticket-fields", "GET", "/api/v2/ticket_fields", None),
    ("ticket-fields", "POST", "/api/v2/ticket_fields", {"ticket_field": {"type": "text", "title": "Remedy"}}),
]


@pytest.mark.parametrize(("resource", "method", "path", "body"), CALLS)
def test_answer_agrees_with_published_schema(
    call: Any, support: dict[str, Any], resource: str, method: str, path: str, body: object
) -> None:
    spec = read(f"{resource}-openapi-original.yml")
    plain = path.partition("?")[0]
    template = next(t for t in sorted(spec["paths"], key=lambda t: t.count("{")) if matches(t, plain))
    answer = call(method, path, body)
    promised = spec["paths"][template][method.lower()]["responses"]
    assert str(answer.status_code) in promised, answer.json
    schema = promised[str(answer.status_code)]["content"]["application/json"]["schema"]
    resolved = resolve(schema, spec["components"]["schemas"], support)
    assert resolved, "the file promises nothing about this answer"
    jsonschema.validate(answer.json, resolved)


def matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) is not None


def test_ticket_has_every_key_that_the_schema_names(call: Any, support: dict[str, Any]) -> None:
    ticket = call("GET", "/api/v2/tickets/4101").json["ticket"]
    assert set(support["Ticket"]["properties"]) <= set(ticket)
    comment = call("GET", "/api/v2/tickets/4101/comments").json["comments"][0]
    assert set(support["Comment"]["properties"]) <= set(comment)
