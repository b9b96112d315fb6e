"""The generic plugin keeps the contract of all plugins, described as an invented helpdesk needs it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Request, Source
from complaint_gift.testing import PluginContract, Workplace
from complaint_gift_generic import GenericPlugin

pytestmark = pytest.mark.slow


class TestGeneric(PluginContract):
    kit: SimpleNamespace

    signed_headers = ("x-acme-signature", "x-acme-moment")
    window = 300

    @pytest.fixture(autouse=True)
    def _keep_kit(self, kit: SimpleNamespace) -> None:
        self.kit = kit

    def plugin(self) -> GenericPlugin:
        return GenericPlugin()

    def source(self, *secrets: str) -> Source:
        return self.kit.make_source(proof__secrets=list(secrets))

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        return self.kit.sign(body, secret, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        return _dumped(self.kit.event()), _dumped(self.kit.event("ticket.updated"))

    def ignored_event(self) -> bytes:
        return _dumped(self.kit.event("ticket.viewed"))

    def unknown_event(self) -> bytes:
        return _dumped(self.kit.event("ticket.sang"))

    def own_echo(self) -> bytes:
        own = self.kit.reply(by={"id": self.kit.BOT, "kind": "operator"})
        return _dumped(self.kit.event(ticket=self.kit.ticket(own)))

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        desk = self.kit.Desk()
        with self.kit.serve(desk) as url:
            source = desk.configure(url)
            actions = (
                Action(
                    1, ActionKind.NOTE, source.name, desk.open(), {"text": "A lead is needed."}, "cg-note-1"
                ),
                Action(2, ActionKind.TAGS, source.name, desk.open(), {"add": ["complaint"]}, "cg-tags-2"),
                Action(3, ActionKind.PRIORITY, source.name, desk.open(), {"priority": "high"}, "cg-prio-3"),
            )
            yield Workplace(source, actions, lambda action: _count(desk, action))


def _dumped(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _count(desk: Any, action: Action) -> int:
    wanted = {ActionKind.NOTE: "POST", ActionKind.TAGS: "PUT", ActionKind.PRIORITY: "PATCH"}[action.kind]
    there = f"/tickets/{action.conversation}"
    return sum(method == wanted and path.startswith(there) for method, path, _ in desk.asked)
