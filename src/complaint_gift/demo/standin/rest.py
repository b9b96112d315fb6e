"""Tickets over REST: show, update with audits, comments, tags, the incremental export."""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Response, jsonify, request

from complaint_gift.demo.standin import refusals, tickets
from complaint_gift.demo.standin.answers import (
    act,
    body_of,
    desk,
    json_body,
    make_cursor,
    paginate,
    read_cursor,
    users_of,
    warn_unpermitted,
    with_url,
)
from complaint_gift.demo.standin.desk import Json, Records, iso

blueprint = Blueprint("rest", __name__)
FRESH_SECONDS = 60
NEW_TICKET = tickets.PERMITTED | {
    "description",
    "via_id",
    "submitter_id",
    "recipient",
    "raw_subject",
    "requester",
}


@blueprint.get("/tickets")
@blueprint.get("/tickets.json")
def list_tickets() -> Response:
    with desk().reading() as records:
        return jsonify(paginate([with_url(t) for t in records.find("ticket")], "tickets"))


@blueprint.post("/tickets")
@blueprint.post("/tickets.json")
def create_ticket() -> tuple[Response, int, dict[str, str]]:
    wish = warn_unpermitted(body_of("ticket"), NEW_TICKET)
    key = request.headers.get("Idempotency-Key")
    digest = hashlib.sha256(request.get_data()).hexdigest()
    with desk().transaction() as records:
        seen = _seen_before(records, key, digest)
        if seen is not None:
            return jsonify(seen), 201, {"x-idempotency-lookup": "hit"}
        ticket, audit = tickets.open_ticket(records, act(), wish)
        answer = {"ticket": with_url(ticket), "audit": audit}
        if key:
            stored = (key, digest, json.dumps(answer), records.now)
            records.connection.execute("insert or replace into repeated values (?,?,?,?)", stored)
    headers = {"Location": with_url(ticket)["url"]} | ({"x-idempotency-lookup": "miss"} if key else {})
    return jsonify(answer), 201, headers


def _seen_before(records: Records, key: str | None, digest: str) -> Json | None:
    row = records.connection.execute(
        "select request, answer from repeated where key=? and at>?", (key, records.now - 7200)
    ).fetchone()
    if row is None:
        return None
    if row[0] != digest:
        text = "Request parameters do not match the parameters of the request with the same idempotency key"
        raise refusals.Refusal(400, {"error": "IdempotentRequestError", "description": text})
    found: Json = json.loads(row[1])
    return found


@blueprint.get("/tickets/count")
@blueprint.get("/tickets/count.json")
def count_tickets() -> Response:
    with desk().reading() as records:
        return jsonify({"count": {"value": len(records.find("ticket")), "refreshed_at": iso(records.now)}})


@blueprint.get("/tickets/show_many")
@blueprint.get("/tickets/show_many.json")
def show_many_tickets() -> Response:
    with desk().reading() as records:
        found = [records.get("ticket", number) for number in request.args.get("ids", "").split(",")]
        return jsonify(
            {"tickets": [with_url(t) for t in found if t], "count": sum(t is not None for t in found)}
        )


@blueprint.get("/tickets/<int:number>")
@blueprint.get("/tickets/<int:number>.json")
def show_ticket(number: int) -> Response:
    with desk().reading() as records:
        ticket = tickets.show_ticket(records, number)
        people = {ticket["requester_id"], ticket["submitter_id"], ticket["assignee_id"]} - {None}
        answer: Json = {"ticket": with_url(ticket)}
        if "users" in request.args.get("include", "").split(","):
            answer["users"] = users_of(records, people)
        return jsonify(answer)


@blueprint.put("/tickets/<int:number>")
@blueprint.put("/tickets/<int:number>.json")
def update_ticket(number: int) -> Response:
    wish = warn_unpermitted(body_of("ticket"), tickets.PERMITTED)
    with desk().transaction() as records:
        ticket, audit = tickets.update_ticket(records, act(), number, wish)
        return jsonify({"ticket": with_url(ticket), "audit": audit})


@blueprint.delete("/tickets/<int:number>")
@blueprint.delete("/tickets/<int:number>.json")
def delete_ticket(number: int) -> tuple[str, int]:
    with desk().transaction() as records:
        tickets.delete_ticket(records, act(), number)
    return "", 204


@blueprint.put("/tickets/<int:number>/mark_as_spam")
@blueprint.put("/tickets/<int:number>/mark_as_spam.json")
def mark_as_spam(number: int) -> tuple[str, int]:
    with desk().transaction() as records:
        tickets.delete_ticket(records, act(), number, spam=True)
    return "", 200


@blueprint.post("/tickets/<int:number>/merge")
@blueprint.post("/tickets/<int:number>/merge.json")
def merge_tickets(number: int) -> Response:
    """Merges `ids` into this ticket; Zendesk answers with a job, ours is done at once."""
    body = json_body()
    with desk().transaction() as records:
        for source in body.get("ids") or []:
            words = str(body.get("source_comment") or f"Merged into #{number}")
            tickets.merge_ticket(records, act(), source, number, words)
    return jsonify(
        {"job_status": {"id": "merged", "status": "completed", "total": len(body.get("ids") or [])}}
    )


@blueprint.get("/tickets/<int:number>/comments")
@blueprint.get("/tickets/<int:number>/comments.json")
def list_comments(number: int) -> Response:
    with desk().reading() as records:
        tickets.show_ticket(records, number)
        comments = tickets.list_comments(records, number)
        if request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc":
            comments.reverse()
        answer = paginate(comments, "comments")
        if "users" in request.args.get("include", "").split(","):
            answer["users"] = users_of(records, {c["author_id"] for c in answer["comments"]})
        return jsonify(answer)


@blueprint.put("/tickets/<int:number>/comments/<int:comment>/make_private")
@blueprint.put("/tickets/<int:number>/comments/<int:comment>/make_private.json")
def make_comment_private(number: int, comment: int) -> tuple[str, int]:
    with desk().transaction() as records:
        tickets.hide_comment(records, act(), number, comment)
    return "", 200


@blueprint.put("/comment_redactions/<int:comment>")
@blueprint.put("/comment_redactions/<int:comment>.json")
def redact_comment(comment: int) -> Response:
    body = json_body()
    with desk().transaction() as records:
        number = body.get("ticket_id")
        return jsonify(
            {
                "comment": tickets.redact_comment(
                    records, act(), number, comment, str(body.get("html_body") or "")
                )
            }
        )


@blueprint.get("/tickets/<int:number>/audits")
@blueprint.get("/tickets/<int:number>/audits.json")
def list_audits(number: int) -> Response:
    with desk().reading() as records:
        tickets.show_ticket(records, number)
        audits = records.find("audit", number)
        if request.args.get("sort_order") == "desc" or request.args.get("sort", "").startswith("-"):
            audits.reverse()
        return jsonify(paginate(audits, "audits"))


@blueprint.route("/tickets/<int:number>/tags", methods=["GET", "PUT", "POST", "DELETE"])
@blueprint.route("/tickets/<int:number>/tags.json", methods=["GET", "PUT", "POST", "DELETE"])
def tags(number: int) -> tuple[Response, int]:
    """PUT adds, POST replaces, DELETE removes."""
    if request.method == "GET":
        with desk().reading() as records:
            return jsonify({"tags": tickets.show_ticket(records, number)["tags"]}), 200
    body = json_body()
    if not isinstance(body.get("tags"), list):
        raise refusals.invalid_attribute(
            "You passed an invalid value for the tags attribute. Invalid parameter: tags must be an array"
        )
    changes = {
        "PUT": lambda now, given: [*now, *given],
        "POST": lambda now, given: given,
        "DELETE": lambda now, given: [tag for tag in now if tag not in given],
    }
    with desk().transaction() as records:
        left = tickets.change_tags(records, act(), number, body, changes[request.method])
    return jsonify({"tags": left}), 201 if request.method == "POST" else 200


@blueprint.get("/incremental/tickets/cursor")
@blueprint.get("/incremental/tickets/cursor.json")
def export_tickets() -> Response:
    """What changed since a time or a cursor; the newest minute is always missing."""
    now, size = desk().clock(), min(request.args.get("per_page", 1000, type=int), 1000)
    if request.args.get("cursor"):
        moved, id_ = read_cursor(request.args["cursor"])
    else:
        start = request.args.get("start_time", "")
        if not start.isdigit():
            raise refusals.Refusal(400, {"error": "InvalidValue", "description": "Invalid start_time"})
        if int(start) > now - FRESH_SECONDS:
            text = "The Start time should be at least 1 minute ago"
            raise refusals.Refusal(422, {"error": "StartTimeTooRecent", "description": text})
        moved, id_ = float(start), ""
    with desk().reading() as records:
        found = records.changed_since("ticket", moved, id_, now - FRESH_SECONDS, size)
    if found:
        moved, id_ = found[-1][0], str(found[-1][1]["id"])
    cursor = make_cursor([moved, id_])
    exported = [with_url(t) | {"generated_timestamp": int(at)} for at, t in found]
    return jsonify(
        {"tickets": exported, "after_url": f"{request.base_url}?cursor={cursor}", "after_cursor": cursor,
         "before_url": None, "before_cursor": None, "end_of_stream": len(found) < size}
    )  # fmt: skip
