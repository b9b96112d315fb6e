"""The stand-in helpdesk as a program of its own, with customers who threaten to go to court: `app`."""

from __future__ import annotations

import os
from pathlib import Path

from complaint_gift.demo.standin import Desk, create_app, tickets
from complaint_gift.demo.standin.tickets import Act

CLIENT = "bench"
WORDS = {
    "en": "My order came broken for the second time and nobody answers. I will see you in court.",
    "ru": "Заказ снова пришёл разбитым, никто не отвечает. Подам на вас в суд, мой юрист уже пишет иск.",
}


def open_tickets(desk: Desk, customer: int, assignee: int, number: int) -> list[int]:
    """So many complaints that need a human, half of them in Russian; their numbers."""
    made = []
    with desk.transaction() as records:
        for index in range(number):
            wish = {
                "subject": f"Order {index}",
                "comment": {"body": WORDS["ru" if index % 2 else "en"], "public": True},
                "requester_id": customer,
                "assignee_id": assignee,
                "status": "open",
            }
            made.append(int(tickets.open_ticket(records, Act(desk.account, customer, "web"), wish)[0]["id"]))
    return made


def make_app() -> object:
    """Where BENCH_DESK says, for the client that the installation configures."""
    return create_app(
        Path(os.environ["BENCH_DESK"]), clients={CLIENT: os.environ["BENCH_SECRET"]}, deliver=False
    )


if "BENCH_DESK" in os.environ:
    app = make_app()
