"""What every route shares: the memory, who calls, the body that has been checked, pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, g, request

from complaint_gift.demo.standin.desk import Desk, Json, Records
from complaint_gift.demo.standin_jira import refusals
from complaint_gift.demo.standin_jira.checking import (
    check_query,
    check_shape,
    find_operation,
    read_operations,
)
from complaint_gift.demo.standin_jira.memory import Act, Dialect
from complaint_gift.demo.standin_jira.views import View


def desk() -> Desk:
    found: Desk = current_app.extensions["desk"]
    return found


def is_data_center() -> bool:
    return bool(current_app.config["DATA_CENTER"])


def view(version: int = 3) -> View:
    return View(request.url_root.rstrip("/"), version, is_data_center())


def dialect(version: int) -> Dialect:
    return Dialect(wiki=version == 2, logins=is_data_center())


def act() -> Act:
    return Act(g.caller["id"], is_data_center())


def require_allowed(name: str, path: str) -> None:
    """Refuse what the operation's schema does not allow: 404 for no operation, 400 with every reason."""
    operations = read_operations(name)
    operation = find_operation(operations, request.method, path)
    if operation is None:
        if any(find_operation(operations, method, path) for method in ("GET", "POST", "PUT", "DELETE")):
            raise refusals.refuse(405, f"{request.method} is not allowed for {path}")
        raise refusals.refuse(404, f"null for uri: {request.path}")
    g.operation = operation
    faults = list(check_query(operation, request.args))
    if operation.body is None:
        if request.get_data():
            faults.append(f"{operation.id} takes no body")
    else:
        faults += check_shape(operation.body, read_body())
    if faults:
        raise refusals.invalid(*faults)


def read_body() -> Any:
    """The JSON body, whatever it is; 415 and 400 as Jira answers."""
    if request.mimetype != "application/json":
        raise refusals.refuse(415, "Unsupported Media Type")
    try:
        return request.get_json()
    except Exception:  # werkzeug's BadRequest has a page of HTML; Jira answers JSON
        raise refusals.invalid(
            "There was an error parsing JSON. Check that your request body is valid."
        ) from None


def find_all(names: Iterable[str], key: str) -> list[str]:
    """A list in the query: repeated, or with commas."""
    return [part for value in request.args.getlist(key) for part in value.split(",")] or list(names)


def page(items: list[Any], *, default: int = 50) -> Json:
    """`startAt` and `maxResults`; the parts that every page of v2 and v3 has."""
    start = max(request.args.get("startAt", 0, type=int), 0)
    size = min(max(request.args.get("maxResults", default, type=int), 0), 100)
    return {"startAt": start, "maxResults": size, "total": len(items), "values": items[start : start + size]}


def require_agent(records: Records) -> None:
    """Only agents may write internally or change an issue of a service project."""
    if g.caller["kind"] == "customer":
        raise refusals.forbidden()
