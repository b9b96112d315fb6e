"""The agent's side of a stand-in helpdesk, the same for each: what the page lists, shows and writes."""

from __future__ import annotations

import time
from typing import Protocol

from complaint_gift.demo import conversations, desk_view
from complaint_gift.demo.standin import tickets
from complaint_gift.demo.standin.desk import Desk, Json


class Side(Protocol):
    """One helpdesk as the page sees it. Numbers are the helpdesk's own; shapes are those of `desk_view`."""

    def list_tickets(self, language: str) -> Json:
        """{tickets, now}: the conversations in one language, the one that changed last first."""

    def show_ticket(self, number: int) -> Json:
        """One conversation with its messages, the context of a review, replies to try and its timeline."""

    def open_ticket(self, language: str, name: str, text: str) -> int:
        """A visitor writes as a customer; gives the number of the new conversation."""

    def write_message(self, number: int, text: str, *, public: bool, reason: str) -> None:
        """The agent writes to the customer or to colleagues; `reason` is why against the advice."""

    def start_over(self) -> None:
        """Bring the samples back as they were."""


class ZendeskSide:
    """The stand-in Zendesk."""

    def __init__(self, desk: Desk, bot: int, source: str = "zendesk-demo") -> None:
        self.desk, self.bot, self.source = desk, bot, source

    def list_tickets(self, language: str) -> Json:
        """See Side."""
        with self.desk.reading() as records:
            return {"tickets": desk_view.list_tickets(records, language, self.bot), "now": time.time()}

    def show_ticket(self, number: int) -> Json:
        """See Side."""
        with self.desk.reading() as records:
            shown = desk_view.show_ticket(records, number, self.bot)
        shown["context"]["source"] = self.source
        return shown | {"now": time.time()}

    def open_ticket(self, language: str, name: str, text: str) -> int:
        """See Side."""
        with self.desk.transaction() as records:
            return conversations.open_as_customer(records, self.desk, language, name, text)

    def write_message(self, number: int, text: str, *, public: bool, reason: str) -> None:
        """See Side."""
        with self.desk.transaction() as records:
            agent = conversations.agent_of(records, conversations.extra_of(records, number)["language"])
            custom = {"cg_reason": reason} if reason else {}
            act = tickets.Act(self.desk.account, agent["id"], "desk", custom)
            tickets.update_ticket(records, act, number, {"comment": {"body": text, "public": public}})

    def start_over(self) -> None:
        """See Side."""
        conversations.empty(self.desk)
        conversations.fill(self.desk)
