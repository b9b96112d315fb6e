"""The stand-in Jira as a program of its own, which sends its webhooks itself: `app`."""

from __future__ import annotations

import os
from pathlib import Path

from complaint_gift.demo.standin.desk import Desk
from complaint_gift.demo.standin_jira import EMAIL, Act, Cast, comments, create_app, issues
from complaint_gift.demo.standin_jira.markup import to_document
from complaint_gift.demo.standin_jira.memory import issue_of

# Customers who need a human, and replies that hurt: every issue gets a note for each.
WORDS = {
    "en": ("My order came broken again and nobody answers. I will see you in court.",
           "It is your own fault. Calm down and prove that it was broken.",
           "And now you call me a liar?"),
    "ru": ("Заказ снова пришёл разбитым, никто не отвечает. Подам на вас в суд.",
           "Вы сами виноваты. Успокойтесь и докажите, что он был разбит.",
           "Теперь я ещё и обманщик?"),
}  # fmt: skip


def open_requests(desk: Desk, cast: Cast, number: int) -> list[str]:
    """So many complaints, half of them in Russian; their ids. Each is one webhook."""
    made = []
    with desk.transaction() as records:
        for index in range(number):
            words = WORDS["ru" if index % 2 else "en"][0]
            wish = {"summary": f"Order {index}", "description": to_document(words), "project": cast.project,
                    "request_type": "Complaint", "assignee": cast.agent}  # fmt: skip
            made.append(str(issues.open_issue(records, Act(cast.customer, via="portal"), wish)["id"]))
    return made


def say_something(desk: Desk, cast: Cast, number: str, turn: int) -> None:
    """One more comment on an issue, which is one webhook: agent and customer in turn."""
    is_agent = turn % 2 == 0
    with desk.transaction() as records:
        issue = issue_of(records, number)
        words = WORDS["ru" if int(number) % 2 == 0 else "en"][1 if is_agent else 2]
        act = Act(cast.agent if is_agent else cast.customer, via="page")
        comments.add_comment(records, act, issue, to_document(f"{words} ({turn})"))


def make_app() -> object:
    """Where BENCH_DESK says; it delivers its webhooks from the start."""
    logins = {EMAIL: os.environ["BENCH_SECRET"]}
    return create_app(Path(os.environ["BENCH_DESK"]), logins=logins, tokens={}, pause=20)


if "BENCH_DESK" in os.environ:
    app = make_app()
