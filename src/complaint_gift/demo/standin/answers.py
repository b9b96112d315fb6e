"""What every REST answer shares: reading the body, pages, links, the warning about unknown keys."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

from flask import current_app, g, request

from complaint_gift.demo.standin import refusals, tickets
from complaint_gift.demo.standin.desk import Desk, Json, Records


def desk() -> Desk:
    found: Desk = current_app.extensions["desk"]
    return found


def act() -> tickets.Act:
    return tickets.Act(desk().account, g.caller.user_id)


def body_of(key: str) -> Json:
    """The object under `key` of the JSON body; refuses any other shape as Zendesk does."""
    body = json_body()
    inner = body.get(key)
    if not isinstance(inner, dict):
        raise refusals.invalid_attribute(
            f"You passed an invalid value for the {key} attribute. Invalid parameter: {key} must be an object"
        )
    return inner


def json_body() -> Json:
    body = request.get_json(silent=True, force=request.mimetype in ("", "application/json"))
    if not isinstance(body, dict):
        raise refusals.unreadable_json()
    return body


def with_url(body: Json) -> Json:
    return {**body, "url": request.url_root.rstrip("/") + body["url"]} if "url" in body else body


def warn_unpermitted(wish: Json, permitted: Iterable[str]) -> Json:
    """Drop keys that Zendesk does not take, and say so in the header in which it says so."""
    g.unpermitted = [f"ticket.{key}" for key in wish if key not in permitted]
    return {key: value for key, value in wish.items() if key in permitted}


def paginate(items: list[Json], name: str) -> Json:
    """`page[size]` asks for cursor pagination; without it the older offset pagination answers."""
    size = request.args.get("page[size]")
    if size is None:
        return _by_offset(items, name)
    if not size.isdigit() or not 1 <= int(size) <= 100:
        raise refusals.Refusal(
            400, {"error": "InvalidPaginationParameter", "description": "page[size] must be 1 to 100"}
        )
    start = read_cursor(request.args.get("page[after]"))
    part, end = items[start : start + int(size)], start + int(size)
    more = end < len(items)
    after = make_cursor(end)
    link = f"{request.base_url}?page%5Bafter%5D={after}&page%5Bsize%5D={size}" if more else None
    meta = {
        "has_more": more,
        "after_cursor": after if more else None,
        "before_cursor": make_cursor(start) if start else None,
    }
    return {name: part, "meta": meta, "links": {"prev": None, "next": link}}


def _by_offset(items: list[Json], name: str) -> Json:
    page, size = request.args.get("page", 1, type=int), min(request.args.get("per_page", 100, type=int), 100)
    part = items[(page - 1) * size : page * size]
    link = f"{request.base_url}?page={page + 1}&per_page={size}" if page * size < len(items) else None
    back = f"{request.base_url}?page={page - 1}&per_page={size}" if page > 1 else None
    return {name: part, "next_page": link, "previous_page": back, "count": len(items)}


def make_cursor(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> Any:
    if cursor is None:
        return 0
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise refusals.Refusal(
            400, {"error": "InvalidPaginationParameter", "description": "invalid cursor"}
        ) from None


def users_of(records: Records, ids: set[int]) -> list[Json]:
    found = [records.get("user", number) for number in sorted(ids)]
    return [with_url(user) for user in found if user]
