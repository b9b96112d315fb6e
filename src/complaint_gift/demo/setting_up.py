"""Sets the demo up: the stand-in with its people and conversations, the secrets, the configuration."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from complaint_gift.demo import conversations, jira_requests
from complaint_gift.demo.standin.desk import Account, Desk
from complaint_gift.demo.standin.people import Cast, cast
from complaint_gift.demo.standin.webhooks import add_webhook
from complaint_gift.demo.standin_jira import EMAIL, JiraFaults, hooks, memory

SOURCE, JIRA_SOURCE = "zendesk-demo", "jira-demo"
LEAD = "Marcus Reid"
CLIENT = "complaint-gift-demo"
EVENTS = (
    "ticket.created",
    "ticket.comment_added",
    "ticket.tags_changed",
    "ticket.status_changed",
    "ticket.csat_received",
    "ticket.merged",
    "ticket.comment_made_private",
    "ticket.comment_redacted",
    "ticket.soft_deleted",
    "ticket.marked_as_spam",
)
SECRETS = ("client-secret", "jira-token", "jira-secret", "review-token", "console-password", "session-key")
JIRA_EVENTS = (
    "comment_created", "comment_updated", "comment_deleted", "jira:issue_created", "jira:issue_updated",
    "jira:issue_deleted",
)  # fmt: skip


def prepare(data: Path, port: int) -> Path:
    """Make everything the demo needs under `data`/demo and give the path of its configuration.

    Safe to call again: conversations and secrets stay, addresses follow the port.
    """
    folder = data / "demo"
    for name in SECRETS:
        _keep_secret(folder / "secrets" / name, secrets.token_urlsafe(24))
    desk = open_desk(folder)
    people = cast(desk)
    _write_secret(folder / "secrets" / "signing-secret", _align_webhook(desk, people, port))
    conversations.fill(desk)
    jira = open_jira(folder)
    cast_ = memory.cast(jira)
    _align_jira_webhook(jira, cast_, port, read_secret(folder, "jira-secret"))
    jira_requests.fill(jira)
    _write_yaml(folder / "policy.yaml", _policy(people, cast_))
    config = folder / "complaint-gift.yaml"
    content = _configuration(folder / "secrets", desk, people, port)
    content["sources"][JIRA_SOURCE] = _jira_source(folder / "secrets", people, cast_, port)
    _write_yaml(config, content)
    return config


def open_desk(folder: Path) -> Desk:
    """The stand-in's memory in the demo's folder, with the client that the configuration names."""
    return Desk(folder / "standin.sqlite3", Account(clients={CLIENT: read_secret(folder, "client-secret")}))


def open_jira(folder: Path) -> Desk:
    """The memory of the stand-in Jira."""
    return Desk(folder / "jira.sqlite3", Account(), faults=JiraFaults)


def read_secret(folder: Path, name: str) -> str:
    return (folder / "secrets" / name).read_text("utf-8").strip()


def _keep_secret(path: Path, fresh: str) -> None:
    if not path.exists() or not path.read_text("utf-8").strip():
        _write_secret(path, fresh)


def _write_secret(path: Path, value: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(value + "\n")


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(content, file)


def _align_webhook(desk: Desk, people: Cast, port: int) -> str:
    """Create the webhook, or point the one there is at this port; gives its signing secret."""
    endpoint = f"http://127.0.0.1:{port}/hooks/{SOURCE}"
    with desk.transaction() as records:
        known = records.find("webhook")
        if known:
            webhook = records.put("webhook", known[0] | {"endpoint": endpoint})
        else:
            wish = {
                "name": "Complaint Gift",
                "endpoint": endpoint,
                "http_method": "POST",
                "request_format": "json",
                "status": "active",
                "subscriptions": [f"zen:event-type:{name}" for name in EVENTS],
            }
            webhook = add_webhook(records, wish, people.lead)
        return str(webhook["_secret"])


def _align_jira_webhook(desk: Desk, people: memory.Cast, port: int, secret: str) -> None:
    with desk.transaction() as records:
        wish = {
            "name": "Complaint Gift",
            "url": f"http://127.0.0.1:{port}/hooks/{JIRA_SOURCE}",
            "events": list(JIRA_EVENTS),
            "secret": secret,
        }
        known = records.find("webhook")
        if known:
            records.put("webhook", known[0] | {"url": wish["url"], "secret": secret})
        else:
            hooks.add_webhook(records, wish, people.lead)


def _jira_source(folder: Path, people: Cast, cast_: memory.Cast, port: int) -> dict[str, Any]:
    return {
        "plugin": "jira",
        "base_url": f"http://127.0.0.1:{port}/demo/jira",
        "email": EMAIL,
        "api_token": _secret(folder, "jira-token"),
        "bot_user_id": cast_.bot,
        "signing_secrets": [_secret(folder, "jira-secret")],
        "agent_groups": ["agents"],
        "managers": [cast_.lead],
        # Jira assigns to people: the lead stands for the group that the policy names.
        "groups": {str(people.leads): cast_.lead},
        "escalations": {"project": jira_requests.ESCALATIONS},
    }


def _secret(folder: Path, name: str) -> dict[str, str]:
    return {"file": str((folder / name).resolve())}


def _configuration(folder: Path, desk: Desk, people: Cast, port: int) -> dict[str, Any]:
    return {
        "sources": {
            SOURCE: {
                "plugin": "zendesk",
                "base_url": f"http://127.0.0.1:{port}/demo/zendesk",
                "account_id": str(desk.account.id),
                "client_id": CLIENT,
                "client_secret": _secret(folder, "client-secret"),
                "signing_secrets": [_secret(folder, "signing-secret")],
                "bot_user_id": str(people.bot),
                "managers": [str(people.lead)],
            }
        },
        "playbook": {"profile": "standard"},
        "policy": "policy.yaml",
        "review": {"tokens": [_secret(folder, "review-token")]},
        "console": {
            "password": _secret(folder, "console-password"),
            "session_key": _secret(folder, "session-key"),
        },
    }


def _policy(people: Cast, cast_: memory.Cast) -> dict[str, Any]:
    """A small company: one lead, open day and night, so that a visitor at any hour sees the clocks run."""
    lead = {"name": LEAD, "accounts": [str(people.lead), cast_.lead], "helpdesk_id": str(people.lead)}
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        "extends": "default",
        "calendar": {"week": {day: ["00:00-24:00"] for day in days}},
        "reply": {"quiet": "20 s"},
        # A visitor tries one reply after the other on the same conversation and wants to see each note.
        "limits": {"notes": 50, "notes_apart": "10 s"},
        "people": {"owner": [lead], "staff": [{"name": name} for name, _ in conversations.AGENTS.values()]},
        "helpdesk": {"group": str(people.leads)},
    }
