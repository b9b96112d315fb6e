"""Users, groups, brands and ticket fields over REST."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin import refusals
from complaint_gift.demo.standin.answers import body_of, desk, paginate, with_url
from complaint_gift.demo.standin.blanks import blank_field
from complaint_gift.demo.standin.desk import Json, Records, iso

blueprint = Blueprint("directory", __name__)


@blueprint.get("/users/me")
@blueprint.get("/users/me.json")
def show_me() -> Response:
    with desk().reading() as records:
        user = records.get("user", g.caller.user_id)
        anonymous = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}
        return jsonify({"user": with_url(user) if user else anonymous})


@blueprint.get("/users")
@blueprint.get("/users.json")
def list_users() -> Response:
    roles = set(request.args.getlist("role") + request.args.getlist("role[]"))
    with desk().reading() as records:
        users = [with_url(u) for u in records.find("user") if not roles or u["role"] in roles]
        return jsonify(paginate(users, "users"))


@blueprint.get("/users/search")
@blueprint.get("/users/search.json")
def search_users() -> Response:
    query = request.args.get("query", "").casefold().removeprefix("email:").strip('"')
    with desk().reading() as records:
        hits = [with_url(u) for u in records.find("user") if query in f"{u['name']} {u['email']}".casefold()]
        return jsonify(paginate(hits, "users"))


@blueprint.get("/users/<int:number>")
@blueprint.get("/users/<int:number>.json")
def show_user(number: int) -> Response:
    return _show("user", number)


@blueprint.get("/groups/<int:number>")
@blueprint.get("/groups/<int:number>.json")
def show_group(number: int) -> Response:
    return _show("group", number)


@blueprint.get("/brands/<int:number>")
@blueprint.get("/brands/<int:number>.json")
def show_brand(number: int) -> Response:
    return _show("brand", number)


@blueprint.get("/<any(groups,brands,ticket_fields):kind>")
@blueprint.get("/<any(groups,brands,ticket_fields):kind>.json")
def list_things(kind: str) -> Response:
    with desk().reading() as records:
        return jsonify(paginate([with_url(thing) for thing in records.find(kind.removesuffix("s"))], kind))


@blueprint.post("/ticket_fields")
@blueprint.post("/ticket_fields.json")
def create_field() -> tuple[Response, int]:
    wish = body_of("ticket_field")
    for name in ("type", "title"):
        if not wish.get(name):
            raise refusals.record_invalid(name, f"{name.capitalize()}: cannot be blank")
    with desk().transaction() as records:
        field = add_field(records, wish)
    return jsonify({"ticket_field": with_url(field)}), 201


@blueprint.route("/ticket_fields/<int:number>", methods=["GET", "PUT"])
@blueprint.route("/ticket_fields/<int:number>.json", methods=["GET", "PUT"])
def one_field(number: int) -> Response:
    if request.method == "GET":
        return _show("ticket_field", number)
    wish = body_of("ticket_field")
    with desk().transaction() as records:
        field = records.get("ticket_field", number)
        if field is None:
            raise refusals.record_not_found()
        records.put(
            "ticket_field",
            field | {k: v for k, v in wish.items() if k in field and k not in ("id", "url", "type")},
        )
    return _show("ticket_field", number)


def add_field(records: Records, wish: Json) -> Json:
    """Create a ticket field from the `ticket_field` object of POST /ticket_fields."""
    return records.put("ticket_field", blank_field(records.next_id("ticket_field"), wish, iso(records.now)))


def _show(kind: str, number: int) -> Response:
    with desk().reading() as records:
        found = records.get(kind, number)
    if found is None:
        raise refusals.record_not_found()
    return jsonify({kind: with_url(found)})
