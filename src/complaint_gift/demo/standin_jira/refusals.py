"""How Jira says no: `errorMessages` and `errors`, and the headers of a limit."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that ends the request: status, JSON body, extra headers."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def refuse(status: int, *messages: str, **errors: str) -> Refusal:
    """`messages` about the whole request, `errors` by field."""
    return Refusal(status, {"errorMessages": list(messages), "errors": errors})


def invalid(*messages: str, **errors: str) -> Refusal:
    return refuse(400, *messages, **errors)


def not_authenticated() -> Refusal:
    text = "Client must be authenticated to access this resource."
    return refuse(401, text)


def forbidden(text: str = "You do not have permission to do this.") -> Refusal:
    return refuse(403, text)


def no_issue() -> Refusal:
    return refuse(404, "Issue does not exist or you do not have permission to see it.")


def no_comment(number: object) -> Refusal:
    return refuse(404, f"Can not find a comment for the id: {number}.")


def no_property(key: str) -> Refusal:
    return refuse(404, f"The property with key {key!r} does not exist.")


def no_request() -> Refusal:
    """servicedeskapi about an issue that is no customer request."""
    return refuse(
        404, "The request you are trying to view does not exist or you do not have permission to see it."
    )


def for_desk(refusal: Refusal) -> dict[str, Any]:
    """The same in the shape of servicedeskapi, which knows one message only."""
    said = [*refusal.body["errorMessages"], *refusal.body["errors"].values()]
    return {"errorMessage": " ".join(said), "i18nErrorMessage": {"i18nKey": "", "parameters": []}}


def too_many_requests(seconds: int, reason: str) -> Refusal:
    """`reason` is what Jira puts into `RateLimit-Reason`."""
    headers = {
        "Retry-After": str(seconds),
        "RateLimit-Reason": reason,
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-NearLimit": "true",
    }
    return Refusal(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}}, headers)


def unavailable() -> Refusal:
    return refuse(503, "The service is temporarily unavailable.")


def gone() -> Refusal:
    """Search by JQL as it was until 2025."""
    return refuse(
        410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    )
