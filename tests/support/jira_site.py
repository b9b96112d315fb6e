"""Callers of a stand-in Jira, and customers who write to it."""

from __future__ import annotations

import base64
from typing import Any

from flask import Flask

from complaint_gift.demo.standin.desk import Json
from complaint_gift.demo.standin_jira import EMAIL, TOKEN, Act, comments, issues
from complaint_gift.demo.standin_jira.markup import to_document
from complaint_gift.demo.standin_jira.memory import issue_of


class Caller:
    """Somebody with an API token, or with a personal access token on Data Center."""

    def __init__(self, app: Flask, *, token: str = TOKEN, email: str = EMAIL) -> None:
        self.client = app.test_client()
        basic = base64.b64encode(f"{email}:{token}".encode()).decode()
        is_bearer = app.config["DATA_CENTER"]
        self.headers = {"Authorization": f"Bearer {token}" if is_bearer else f"Basic {basic}"}

    def __call__(self, method: str, path: str, body: Any = ..., **headers: str) -> Any:
        content: dict[str, Any] = {} if body is ... else {"json": body}
        return self.client.open(path, method=method, headers=self.headers | headers, **content)


def open_request(app: Flask, text: str = "Суп был холодный.", **more: Any) -> str:
    """What the portal does when a customer asks for something; gives the key."""
    cast = app.extensions["cast"]
    wish = {
        "summary": text.split("\n")[0][:60],
        "description": to_document(text),
        "project": cast.project,
        "request_type": "Complaint",
        **more,
    }
    with app.extensions["desk"].transaction() as records:
        act = Act(cast.customer, app.config["DATA_CENTER"], "portal")
        return str(issues.open_issue(records, act, wish)["key"])


def say(app: Flask, key: str, account: str, text: str, *, public: bool = True) -> Json:
    """Somebody writes a comment on the page of the issue; gives the record."""
    with app.extensions["desk"].transaction() as records:
        act = Act(account, app.config["DATA_CENTER"], "page")
        return comments.add_comment(records, act, issue_of(records, key), to_document(text), public=public)


def make_admin(app: Flask) -> None:
    """The service account may manage webhooks, and edit without notifying."""
    with app.extensions["desk"].transaction() as records:
        user = records.get("user", app.extensions["cast"].bot)
        assert user is not None
        records.put("user", user | {"groups": [*user["groups"], "admins"]})
