"""The Zendesk plugin keeps the contract of all plugins, and writes to a helpdesk that really answers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.demo.standin import create_app
from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Request, Source
from complaint_gift.testing import PluginContract, Workplace
from complaint_gift_zendesk import ZendeskPlugin


class TestZendesk(PluginContract):
    kit: SimpleNamespace

    signed_headers = (
        "x-zendesk-webhook-signature",
        "x-zendesk-webhook-signature-timestamp",
        "x-zendesk-account-id",
    )
    window = 300

    @pytest.fixture(autouse=True)
    def _keep_kit(self, kit: SimpleNamespace) -> None:
        self.kit = kit

    def plugin(self) -> ZendeskPlugin:
        return ZendeskPlugin()

    def source(self, *secrets: str) -> Source:
        return self.kit.make_source(signing_secrets=list(secrets))

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        return self.kit.sign(body, secret, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        return self.kit.read_fixture("comment_added__public_reply"), self.kit.read_fixture(
            "message_added__agent"
        )

    def ignored_event(self) -> bytes:
        return self.kit.read_fixture("custom_field_changed__checkbox")

    def unknown_event(self) -> bytes:
        return self.kit.read_fixture("updated__invented_name")

    def own_echo(self) -> bytes:
        return self.kit.read_fixture("comment_added__own_note")

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(
                Path(folder) / "standin.sqlite3", deliver=False, account_id=int(self.kit.ACCOUNT)
            )
            with self.kit.serve(app) as url:
                desk = self.kit.Desk(app, url)
                yield Workplace(desk.source, _actions(desk), lambda action: _count(desk, action))


def _actions(desk: Any) -> tuple[Action, ...]:
    wishes = (
        (ActionKind.NOTE, {"text": "This conversation needs a lead."}),
        (ActionKind.TAGS, {"add": ["complaint"], "remove": ["vip"]}),
        (ActionKind.PRIORITY, {"priority": "high"}),
        (ActionKind.ASSIGN, {"group_id": str(desk.cast.leads), "assignee_id": str(desk.cast.lead)}),
    )
    return tuple(
        Action(n, kind, desk.source.name, desk.open(tags=["vip"]), payload, f"cg-{kind}-{n}")
        for n, (kind, payload) in enumerate(wishes)
    )


def _count(desk: Any, action: Action) -> int:
    """How often the bot did it: audits of the bot, and of those for tags the ones that added ours."""
    done = [audit for audit in desk.audits(action.conversation) if audit["author_id"] == desk.cast.bot]
    if action.kind is not ActionKind.TAGS:
        return len(done)
    changes = [event for audit in done for event in audit["events"]]
    return sum(
        "complaint" in event["value"] and "complaint" not in event["previous_value"] for event in changes
    )
