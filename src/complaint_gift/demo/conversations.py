"""The sample conversations, and how they get into the stand-in."""

from __future__ import annotations

from importlib.resources import files

from ruamel.yaml import YAML

from complaint_gift.demo.standin import tickets
from complaint_gift.demo.standin.desk import Desk, Json, Records
from complaint_gift.demo.standin.people import add_brand, add_user

LANGUAGES = ("en", "ru")
AGENTS = {"en": ("Dana Whitfield", "dana@example.com"), "ru": ("Ольга Литвин", "o.litvin@example.com")}


def load_samples(language: str, folder: str = "") -> list[Json]:
    """The conversations of samples/<folder>/<language>.yaml, as written there."""
    place = files("complaint_gift.demo").joinpath("samples", *filter(None, [folder]), f"{language}.yaml")
    text = place.read_text("utf-8")
    samples: list[Json] = YAML(typ="safe").load(text)
    for sample in samples:
        sample["messages"] = [message | {"text": _unwrap(message["text"])} for message in sample["messages"]]
        sample["drafts"] = {name: _unwrap(draft) for name, draft in sample.get("drafts", {}).items()}
    return samples


def _unwrap(text: str) -> str:
    """Lines of a paragraph are broken in the file for reading only; an empty line parts paragraphs."""
    return "\n\n".join(" ".join(part.split("\n")) for part in text.strip().split("\n\n"))


def fill(desk: Desk) -> None:
    """Tell every sample conversation to an empty stand-in, at the times at which it happened."""
    with desk.transaction() as records:
        if records.find("ticket"):
            return
        started = records.now
        told = [(language, sample) for language in LANGUAGES for sample in load_samples(language)]
        for language, sample in sorted(told, key=lambda pair: -pair[1]["ago"]):
            _tell(records, desk, language, sample, started)
        records.now = started


def empty(desk: Desk) -> None:
    """Delete every ticket as an agent would, so that the product hears of it; people and webhooks stay."""
    with desk.transaction() as records:
        for ticket in records.find("ticket"):
            who = ticket["assignee_id"] or ticket["requester_id"]
            tickets.delete_ticket(records, tickets.Act(desk.account, who, "desk"), ticket["id"])
        records.connection.execute("delete from record where kind in ('audit', 'extra')")


def agent_of(records: Records, language: str) -> Json:
    """The agent who writes in this language; added when there is none yet."""
    name, email = AGENTS[language]
    return _person(records, name, email, "agent", language)


def extra_of(records: Records, number: object) -> Json:
    """What the demo knows about a ticket beyond Zendesk: language, kind, replies to try."""
    return records.get("extra", number) or {"id": number, "language": "en", "kind": "", "drafts": {}}


def open_as_customer(records: Records, desk: Desk, language: str, name: str, text: str) -> int:
    """A new conversation with somebody who just wrote; gives its number."""
    customer = _person(records, name[:80], "", "end-user", language)
    wish = {
        "subject": text.split("\n")[0][:60],
        "comment": {"body": text, "public": True},
        "requester_id": customer["id"],
        "brand_id": records.find("brand")[0]["id"],
        "assignee_id": agent_of(records, language)["id"],
        "status": "open",
    }
    ticket, _ = tickets.open_ticket(records, tickets.Act(desk.account, customer["id"], "web"), wish)
    records.put("extra", {"id": ticket["id"], "language": language, "kind": "", "drafts": {}})
    return int(ticket["id"])


def _tell(records: Records, desk: Desk, language: str, sample: Json, started: float) -> None:
    agent = agent_of(records, language)
    who = sample["customer"]
    customer = _person(records, who["name"], who["email"], "end-user", language)
    first, *later = sample["messages"]
    began = started - sample["ago"] * 60
    records.now = began
    wish = {
        "subject": sample["subject"],
        "comment": {"body": first["text"], "public": True},
        "requester_id": customer["id"],
        "brand_id": _brand(records, sample["brand"])["id"],
        "assignee_id": agent["id"],
        "status": "open",
        "tags": sample["tags"],
    }
    act = tickets.Act(desk.account, customer["id"], sample["channel"])
    ticket, _ = tickets.open_ticket(records, act, wish)
    for message in later:
        records.now = began + message["after"] * 60
        speaker = agent if message["from"] == "agent" else customer
        act = tickets.Act(desk.account, speaker["id"], sample["channel"])
        tickets.update_ticket(
            records, act, ticket["id"], {"comment": {"body": message["text"], "public": True}}
        )
    kind = sample.get("kind", "complaint")
    extra = {"id": ticket["id"], "language": language, "kind": kind, "drafts": sample["drafts"]}
    records.put("extra", extra)


def _person(records: Records, name: str, email: str, role: str, language: str) -> Json:
    """By role as well: a visitor who is called like the agent is somebody else."""
    who = name, role
    known = next((user for user in records.find("user") if (user["name"], user["role"]) == who), None)
    return known or add_user(records, name, role, email, language)


def _brand(records: Records, name: str) -> Json:
    known = next((brand for brand in records.find("brand") if brand["name"] == name), None)
    return known or add_brand(records, name)
