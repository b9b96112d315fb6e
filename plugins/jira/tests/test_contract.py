"""The Jira plugin keeps the contract of all plugins, signed or with a token, on Cloud and on Data Center."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Request, Source
from complaint_gift.testing import PluginContract, Workplace
from complaint_gift_jira import JiraPlugin

_SOURCES: dict[Any, Source] = {}


def make_once(kit: Any, **changes: Any) -> Source:
    """The suite asks for a source before every one of its thousands of bodies."""
    key = tuple(sorted(changes.items()))
    if key not in _SOURCES:
        listed = {name: list(value) if value else None for name, value in changes.items()}
        _SOURCES[key] = kit.make_source(**listed)
    return _SOURCES[key]


class TestJira(PluginContract):
    kit: SimpleNamespace

    signed_headers = ("x-hub-signature",)

    @pytest.fixture(autouse=True)
    def _keep_kit(self, kit: SimpleNamespace) -> None:
        self.kit = kit

    def plugin(self) -> JiraPlugin:
        return JiraPlugin()

    def source(self, *secrets: str) -> Source:
        return make_once(self.kit, signing_secrets=secrets)

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        return self.kit.sign(body, secret, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        return self.kit.read_fixture("comment_created__public_reply"), self.kit.read_fixture(
            "issue_updated__status"
        )

    def ignored_event(self) -> bytes:
        return self.kit.read_fixture("worklog_created__agent")

    def unknown_event(self) -> bytes:
        return self.kit.read_fixture("updated__invented_name")

    def own_echo(self) -> bytes:
        return self.kit.read_fixture("comment_created__own_note")

    def make_workplace_source(self, url: str) -> Source:
        return self.kit.make_source(site=None, base_url=url)

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        desk = self.kit.Desk(cloud=self.cloud)
        with self.kit.serve(desk) as url:
            yield Workplace(
                self.make_workplace_source(url), _actions(desk), lambda action: _count(desk, action)
            )

    cloud = True


class TestJiraByToken(TestJira):
    """An Automation rule sends a token in a header: it does not cover the body."""

    signed_headers = ("x-complaint-gift-token",)
    signs_body = False

    def source(self, *secrets: str) -> Source:
        return make_once(self.kit, signing_secrets=None, header_tokens=tuple(map(_long, secrets)))

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        signed = self.kit.sign(body, secret, at)
        headers = {key: value for key, value in signed.headers.items() if key != "x-hub-signature"}
        return replace(signed, headers=headers | {"x-complaint-gift-token": (_long(secret),)})


class TestJiraDataCenter(TestJira):
    cloud = False

    def make_workplace_source(self, url: str) -> Source:
        return self.kit.make_data_center(
            base_url=url,
            groups={"leads": "lead"},
            escalations={"project": "ESC", "transition": "Escalate"},
        )


def _long(secret: str) -> str:
    return secret + "-of-a-sufficient-length"


def _actions(desk: Any) -> tuple[Action, ...]:
    wishes: tuple[tuple[ActionKind, dict[str, Any]], ...] = (
        (ActionKind.NOTE, {"text": "This conversation needs a lead."}),
        (ActionKind.TAGS, {"add": ["complaint"], "remove": ["vip"]}),
        (ActionKind.PRIORITY, {"priority": "high"}),
        (ActionKind.ASSIGN, {"assignee_id": "lead"}),
        (ActionKind.FACTS, {"facts": {"ok": True}}),
    )
    if not desk.cloud:
        told = {"reason": "court", "summary": "", "due_at": "2026-01-31T10:00:00Z"}
        wishes += ((ActionKind.ESCALATE, told),)
    return tuple(
        Action(n, kind, "jira-main", desk.open(labels=["vip"]), payload, f"cg-{kind}-{n:024x}")
        for n, (kind, payload) in enumerate(wishes)
    )


def _count(desk: Any, action: Action) -> int:
    """How often it has happened in the issue."""
    issue, number = desk.issues[action.conversation], action.conversation
    if action.kind is ActionKind.NOTE:
        return len(desk.notes(number))
    writes = [path for method, path, _ in desk.wrote() if method != "GET"]
    if action.kind is ActionKind.ESCALATE:
        return len(issue["links"]) and sum(path.endswith("/issue") for path in writes)
    ends = {
        ActionKind.TAGS: f"/issue/{number}",
        ActionKind.PRIORITY: f"/issue/{number}",
        ActionKind.ASSIGN: f"/issue/{number}/assignee",
        ActionKind.FACTS: f"/issue/{number}/properties/complaint_gift",
    }
    return sum(path.endswith(ends[action.kind]) for path in writes)
