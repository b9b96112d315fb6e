"""Webhooks over REST: create, align, remove, their secrets and what became of their deliveries."""

from __future__ import annotations

import base64
import json
import secrets

import requests
from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin import refusals
from complaint_gift.demo.standin.answers import body_of, desk, paginate
from complaint_gift.demo.standin.desk import Json, Records, iso, make_ulid
from complaint_gift.demo.standin.events import CONDITIONAL, is_subscribable
from complaint_gift.demo.standin.sender import TEST_SECRET, make_headers

blueprint = Blueprint("webhooks", __name__)

KNOWN = frozenset(
    ("name", "description", "endpoint", "http_method", "request_format", "status", "subscriptions",
     "authentication", "custom_headers", "signing_secret", "external_source")
)  # fmt: skip


def show(webhook: Json) -> Json:
    """A webhook as Zendesk shows it: never with its secret or the secret half of its authentication."""
    seen = {key: value for key, value in webhook.items() if not key.startswith("_") and value is not None}
    login = seen.get("authentication")
    if login:
        data = {k: v for k, v in (login.get("data") or {}).items() if k in ("username", "name")}
        seen["authentication"] = {**login, "data": data}
    return seen


def check(wish: Json, *, complete: bool) -> None:
    unknown = sorted(set(wish) - KNOWN)
    if unknown:
        raise refusals.webhook_invalid(f"unknown attribute: {unknown[0]}")
    for name in ("name", "endpoint", "http_method", "request_format", "status") if complete else ():
        if not wish.get(name):
            raise refusals.webhook_invalid(f"{name} is required")
    _check_values(wish)


def _check_values(wish: Json) -> None:
    allowed = {
        "status": ("active", "inactive"),
        "http_method": ("GET", "POST", "PUT", "PATCH", "DELETE"),
        "request_format": ("json", "xml", "form_encoded"),
    }
    for name, values in allowed.items():
        if name in wish and wish[name] not in values:
            raise refusals.webhook_invalid(f"{name} must be one of {', '.join(values)}")
    if "endpoint" in wish and not str(wish["endpoint"]).startswith(("https://", "http://")):
        raise refusals.webhook_invalid("endpoint must be a valid URL")
    subscriptions = wish.get("subscriptions") or []
    for name in subscriptions:
        if not is_subscribable(name):
            raise refusals.webhook_invalid(f"subscriptions: {name} is not a supported event type")
    if CONDITIONAL in subscriptions and len(subscriptions) > 1:
        raise refusals.webhook_invalid(
            "subscriptions: conditional_ticket_events cannot be combined with event types"
        )
    events = bool(subscriptions) and CONDITIONAL not in subscriptions
    if events and (wish.get("http_method", "POST") != "POST" or wish.get("request_format", "json") != "json"):
        raise refusals.webhook_invalid("event subscriptions require http_method POST and request_format json")


def find(records: Records, number: str) -> Json:
    webhook = records.get("webhook", number)
    if webhook is None:
        raise refusals.webhook_not_found()
    return webhook


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def add_webhook(records: Records, wish: Json, user_id: int) -> Json:
    """Create a webhook from the `webhook` object of POST /webhooks."""
    check(wish, complete=True)
    webhook = {
        "id": make_ulid(records.now),
        "name": wish["name"],
        "description": wish.get("description"),
        "status": wish["status"],
        "subscriptions": wish.get("subscriptions") or [],
        "created_at": iso(records.now),
        "created_by": str(user_id),
        "endpoint": wish["endpoint"],
        "http_method": wish["http_method"],
        "request_format": wish["request_format"],
        "authentication": wish.get("authentication"),
        "_secret": new_secret(),
    }
    return records.put("webhook", webhook)


@blueprint.get("/webhooks")
def list_webhooks() -> Response:
    wanted = request.args.get("filter[name_contains]", "").casefold()
    with desk().reading() as records:
        hooks = [show(hook) for hook in records.find("webhook") if wanted in hook["name"].casefold()]
    answer = paginate(hooks, "webhooks")
    meta = answer.get("meta") or {"has_more": False, "after_cursor": None, "before_cursor": None}
    return jsonify(
        {
            "webhooks": answer["webhooks"],
            "meta": meta,
            "links": answer.get("links") or {"prev": None, "next": None},
        }
    )


@blueprint.post("/webhooks")
def create_webhook() -> tuple[Response, int]:
    with desk().transaction() as records:
        webhook = add_webhook(records, body_of("webhook"), g.caller.user_id)
    return jsonify({"webhook": show(webhook)}), 201


@blueprint.get("/webhooks/<string:number>")
def show_webhook(number: str) -> Response:
    with desk().reading() as records:
        return jsonify({"webhook": show(find(records, number))})


@blueprint.route("/webhooks/<string:number>", methods=["PUT", "PATCH"])
def change_webhook(number: str) -> tuple[str, int]:
    wish = body_of("webhook")
    check(wish, complete=request.method == "PUT")
    with desk().transaction() as records:
        before = find(records, number)
        after = before | wish
        _check_values(after)
        if (CONDITIONAL in before["subscriptions"]) != (CONDITIONAL in after["subscriptions"]):
            raise refusals.webhook_invalid(
                "a webhook cannot be switched between trigger and event subscriptions"
            )
        records.put("webhook", after | {"updated_at": iso(records.now), "updated_by": str(g.caller.user_id)})
    return "", 204


@blueprint.delete("/webhooks/<string:number>")
def delete_webhook(number: str) -> tuple[str, int]:
    with desk().transaction() as records:
        find(records, number)
        records.remove("webhook", number)
    return "", 204


@blueprint.route("/webhooks/<string:number>/signing_secret", methods=["GET", "POST"])
def signing_secret(number: str) -> tuple[Response, int]:
    """GET shows the secret, POST makes a new one."""
    with desk().transaction() as records:
        webhook = find(records, number)
        if request.method == "POST":
            webhook = records.put("webhook", webhook | {"_secret": new_secret()})
    shown = {"signing_secret": {"secret": webhook["_secret"], "algorithm": "SHA256"}}
    return jsonify(shown), 201 if request.method == "POST" else 200


@blueprint.get("/webhooks/<string:number>/invocations")
def list_invocations(number: str) -> Response:
    with desk().reading() as records:
        find(records, number)
        rows = records.connection.execute(
            "select id, event, state, status_code, done from invocation where webhook=? order by id desc",
            (number,),
        ).fetchall()
    shown = [
        {"id": id_, "webhook_id": number, "event_type": event, "status": state, "status_code": code,
         "latest_completed_at": iso(done) if done else None}
        for id_, event, state, code, done in rows
    ]  # fmt: skip
    return jsonify(paginate(shown, "invocations"))


@blueprint.get("/webhooks/<string:number>/invocations/<string:invocation>/attempts")
def list_attempts(number: str, invocation: str) -> Response:
    with desk().reading() as records:
        row = records.connection.execute(
            "select attempts from invocation where webhook=? and id=?", (number, invocation)
        ).fetchone()
    if row is None:
        raise refusals.webhook_not_found()
    return jsonify({"attempts": json.loads(row[0])})


@blueprint.post("/webhooks/test")
def test_webhook() -> Response:
    """Calls an endpoint once, signed with the secret that Zendesk publishes for tests."""
    wish = body_of("request")
    body = str(wish.get("payload") or "").encode()
    now = desk().clock()
    webhook = {
        "id": request.args.get("webhook_id", ""),
        "_secret": TEST_SECRET,
        "authentication": wish.get("authentication"),
    }
    headers = make_headers(desk().account.id, webhook, make_ulid(now), body, iso(now))
    try:
        answer = requests.request(
            wish.get("http_method", "POST"), str(wish.get("endpoint")), data=body, headers=headers, timeout=12
        )
    except requests.RequestException as exc:
        raise refusals.webhook_invalid(f"the endpoint did not answer: {type(exc).__name__}") from None
    pairs = [{"key": key, "value": value} for key, value in answer.headers.items()]
    return jsonify(
        {"response": {"status_code": answer.status_code, "headers": pairs, "payload": answer.text}}
    )
