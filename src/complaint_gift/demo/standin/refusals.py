"""How Zendesk says no. Its bodies come in four shapes, and a client has to survive all of them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that ends the request: status, JSON body, extra headers."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_authenticated() -> Refusal:
    return Refusal(
        401, {"error": "Couldn't authenticate you"}, {"WWW-Authenticate": 'Basic realm="Web Password"'}
    )


def invalid_token() -> Refusal:
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return Refusal(401, {"error": "invalid_token", "error_description": text})


def forbidden() -> Refusal:
    text = "You do not have access to this page. Please contact the account owner of this help desk."
    return Refusal(403, {"error": {"title": "Forbidden", "message": text}})


def record_not_found() -> Refusal:
    return Refusal(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid_endpoint() -> Refusal:
    return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})


def unreadable_json() -> Refusal:
    return Refusal(422, {"error": "Unprocessable Entity", "message": "Server could not parse JSON"})


def invalid_attribute(message: str) -> Refusal:
    return Refusal(400, {"error": {"title": "Invalid attribute", "message": message}})


def record_invalid(field: str, description: str) -> Refusal:
    details = {field: [{"description": description}]}
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    return Refusal(422, body)


def update_conflict() -> Refusal:
    text = "Safe Update prevented the update due to outdated ticket data. Fetch the ticket and try again."
    return Refusal(409, {"error": "UpdateConflict", "description": text})


def webhook_invalid(detail: str) -> Refusal:
    return Refusal(400, {"errors": [{"code": "InvalidInput", "title": "Invalid input", "detail": detail}]})


def webhook_not_found() -> Refusal:
    return Refusal(
        404, {"errors": [{"code": "WebhookNotFound", "title": "Not found", "detail": "Webhook not found"}]}
    )


def too_many_requests(seconds: int) -> Refusal:
    body = {
        "error": "APIRateLimitExceeded",
        "description": "Number of allowed API requests per minute exceeded",
    }
    return Refusal(429, body, {"Retry-After": str(seconds)})


def unavailable() -> Refusal:
    return Refusal(503, {"error": "ServiceUnavailable", "description": "Please try again later"})


def oauth_refused(status: int, error: str, description: str) -> Refusal:
    return Refusal(status, {"error": error, "error_description": description})
