"""Users, groups and brands of the stand-in account."""

from __future__ import annotations

from dataclasses import dataclass

from complaint_gift.demo.standin.blanks import blank_brand, blank_group, blank_user
from complaint_gift.demo.standin.desk import Desk, Json, Records, iso


@dataclass(frozen=True, slots=True)
class Cast:
    """The ids that every stand-in has from its first start, for tests and for the configuration."""

    bot: int
    agent: int
    lead: int
    customer: int
    support: int
    leads: int
    brand: int


def add_user(records: Records, name: str, role: str, email: str = "", locale: str = "en") -> Json:
    """`role` is end-user, agent or admin."""
    number = records.next_id("user")
    return records.put("user", blank_user(number, name, role, email, locale, iso(records.now)))


def add_group(records: Records, name: str) -> Json:
    return records.put("group", blank_group(records.next_id("group"), name, iso(records.now)))


def add_brand(records: Records, name: str) -> Json:
    is_first = not records.find("brand")
    return records.put("brand", blank_brand(records.next_id("brand"), name, is_first, iso(records.now)))


def cast(desk: Desk) -> Cast:
    """The standing cast, added at the first start."""
    with desk.transaction() as records:
        if not records.find("brand"):
            add_user(records, "Complaint Gift", "admin", "complaint-gift@example.com")
            add_user(records, "Dana Whitfield", "agent", "dana@example.com")
            add_user(records, "Marcus Reid", "admin", "marcus@example.com")
            add_user(records, "Sam Customer", "end-user", "sam@example.net")
            add_group(records, "Support")
            add_group(records, "Team leads")
            add_brand(records, "Support")
        bot, agent, lead, customer = [user["id"] for user in records.find("user")[:4]]
        support, leads = [group["id"] for group in records.find("group")[:2]]
        return Cast(bot, agent, lead, customer, support, leads, records.find("brand")[0]["id"])
