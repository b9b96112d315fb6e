"""What `doctor` hears about a Zendesk account, and what the sweep finds that no webhook told."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses

from complaint_gift.demo.standin.webhooks import add_webhook
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.parse import HANDLED

ENDPOINT = "https://cg.example.com/hooks/zendesk-main"


def probe(desk: Any) -> list[str]:
    return desk.plugin.probe(desk.source, desk.connect())


def subscribe(desk: Any, **changes: Any) -> str:
    wish = {
        "name": "Complaint Gift (zendesk-main)", "endpoint": ENDPOINT, "http_method": "POST",
        "request_format": "json", "status": "active", "subscriptions": sorted(HANDLED),
    }  # fmt: skip
    with desk.desk.transaction() as records:
        hook = add_webhook(records, wish | changes, desk.cast.lead)
        desk.configure(signing_secrets=[hook["_secret"]], endpoint=ENDPOINT)
        return str(hook["id"])


def test_healthy_account_has_nothing_to_say(desk: Any) -> None:
    subscribe(desk)
    assert probe(desk) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "inactive"}, "differs from what it should be in status"),
        ({"subscriptions": ["zen:event-type:ticket.created"]}, "in subscriptions"),
    ],
)
def test_webhook_that_is_not_as_wanted_is_named(desk: Any, changes: dict[str, Any], words: str) -> None:
    subscribe(desk, **changes)
    (sentence,) = probe(desk)
    assert words in sentence


def test_webhook_that_leads_elsewhere_is_named(desk: Any) -> None:
    subscribe(desk, endpoint="https://old.example.com/hooks/zendesk-main")
    assert "leads to https://old.example.com" in probe(desk)[0]


def test_sentences_leave_naming_the_source_to_who_prints_them(desk: Any) -> None:
    assert not any("zendesk-main:" in sentence for sentence in probe(desk))


def test_duplicates_are_named(desk: Any) -> None:
    subscribe(desk)
    first = desk.source.settings["signing_secrets"]
    subscribe(desk)
    desk.configure(signing_secrets=first, endpoint=ENDPOINT)
    assert any("2 webhooks of ours" in sentence for sentence in probe(desk))


@pytest.mark.parametrize(("number", "words"), [("1", "there is no user 1"), ("customer", "is no agent")])
def test_bot_user_is_looked_at(desk: Any, number: str, words: str) -> None:
    subscribe(desk)
    secrets = desk.source.settings["signing_secrets"]
    bot = str(desk.cast.customer) if number == "customer" else number
    desk.configure(signing_secrets=secrets, endpoint=ENDPOINT, bot_user_id=bot)
    (sentence,) = probe(desk)
    assert words in sentence


def test_events_that_do_not_arrive_are_counted(desk: Any, receiver: Any) -> None:
    hook = subscribe(desk)
    with desk.desk.transaction() as records:
        for n in range(10):
            records.queue(hook, "1", "zen:event-type:ticket.created", b"{}")
            state = "terminated" if n < 4 else "success"
            records.connection.execute("update invocation set state=? where state='waiting'", (state,))
    (sentence,) = probe(desk)
    assert "4 of the last 10 events did not reach us" in sentence


def test_nobody_home_and_wrong_credentials_are_unreachable(desk: Any) -> None:
    desk.configure(client_secret="wrong")
    with pytest.raises(Unreachable, match="credentials"):
        probe(desk)


def answer_as_other(web: Any, body: Any, **headers: str) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    web.get("https://acme.zendesk.com/api/v2/tickets/count", body=raw, headers=headers)


@pytest.mark.parametrize("body", ["<html>", "[]", {"user": {"name": "Anonymous user"}}, {"count": 5}])
def test_something_else_than_zendesk_is_noticed(kit: Any, body: Any) -> None:
    legacy = {"client_id": None, "client_secret": None, "email": "a@b.c", "api_token": "t"}
    source = kit.make_source(base_url=None, subdomain="acme", **legacy)
    with responses.RequestsMock() as web:
        answer_as_other(web, body)
        web.get(
            "https://acme.zendesk.com/api/v2/users/28801400100011", status=403, json={"error": "Forbidden"}
        )
        web.get("https://acme.zendesk.com/api/v2/webhooks", status=403, json={"error": "Forbidden"})
        found = ZendeskPlugin().probe(source, ZendeskPlugin().connect(source))
    assert "is not Zendesk" in found[0]
    assert "administrator" in found[1]


@pytest.mark.parametrize(
    ("date", "told"), [("Wed, 01 Jan 2020 00:00:00 GMT", True), ("soon", False), ("", False)]
)
def test_clock_that_is_wrong_is_noticed(kit: Any, date: str, told: bool) -> None:
    from complaint_gift_zendesk.api import connect
    from complaint_gift_zendesk.health import _look_at_access

    legacy = {"client_id": None, "client_secret": None, "email": "a@b.c", "api_token": "t"}
    source = kit.make_source(base_url=None, subdomain="acme", **legacy)
    with responses.RequestsMock() as web:
        answer_as_other(web, {"count": {"value": 1}}, Date=date)
        found = list(_look_at_access(source, connect(source)))
    assert any("clock" in sentence for sentence in found) is told


def test_access_token_is_shared_by_processes_that_share_a_folder(desk: Any, tmp_path: Path) -> None:
    source = replace(desk.source, folder=tmp_path / "zendesk-main")
    for _ in range(3):
        ZendeskPlugin().connect(source).client.get("/api/v2/tickets/count")
    with desk.desk.reading() as records:
        assert records.connection.execute("select count(*) from token").fetchone()[0] == 1


def test_expired_token_is_replaced_in_the_middle_of_the_work(desk: Any) -> None:
    ticket, api = desk.open(), desk.connect()
    api.ticket(ticket)
    with desk.desk.transaction() as records:
        records.connection.execute("update token set expires=0")
    assert api.ticket(ticket)["id"] == int(ticket)


# -- the sweep


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(desk: Any) -> Clock:
    clock = Clock()
    desk.desk.clock = clock
    return clock


def test_sweep_finds_what_changed_and_goes_on_from_its_cursor(desk: Any, clock: Clock) -> None:
    plugin, api = desk.plugin, desk.connect()
    clock.now -= 600
    tickets = [desk.open() for _ in range(3)]
    clock.now += 600
    page = plugin.poll(desk.source, "", api)
    assert (set(page.conversations), page.more) == (set(tickets), False)
    nothing = plugin.poll(desk.source, page.cursor, api)
    assert (nothing.conversations, bool(nothing.cursor)) == ((), True)
    desk.write(tickets[1], "Sorry.")
    assert plugin.poll(desk.source, nothing.cursor, api).conversations == ()
    clock.now += 61
    assert plugin.poll(desk.source, nothing.cursor, api).conversations == (tickets[1],)


def test_newest_minute_comes_with_a_later_call(desk: Any, clock: Clock) -> None:
    ticket = desk.open()
    first = desk.plugin.poll(desk.source, "", desk.connect())
    assert first.conversations == ()
    clock.now += 61
    assert desk.plugin.poll(desk.source, first.cursor, desk.connect()).conversations == (ticket,)


def test_sweep_says_when_there_is_more(desk: Any, clock: Clock) -> None:
    plugin, api = desk.plugin, desk.connect()
    clock.now -= 600
    tickets = [desk.open() for _ in range(5)]
    clock.now += 600
    passing = api.changed
    api.changed = lambda query: passing({**query, "per_page": 2})
    found, cursor, pages = [], "", 0
    while True:
        page = plugin.poll(desk.source, cursor, api)
        found, cursor, pages = [*found, *page.conversations], page.cursor, pages + 1
        if not page.more:
            break
    assert (found, pages) == (tickets, 3)


def test_lost_cursor_begins_anew_and_a_refused_beginning_is_told(desk: Any, clock: Clock) -> None:
    page = desk.plugin.poll(desk.source, "nonsense!", desk.connect())
    assert (page.conversations, page.cursor, page.more) == ((), "", True)
    clock.now -= 86_400
    with pytest.raises(Refused, match="StartTimeTooRecent"):
        desk.plugin.poll(desk.source, "", desk.connect())


def test_sweep_that_asks_too_often_waits(desk: Any) -> None:
    api = desk.connect()
    api.client.get("/api/v2/tickets/count")
    desk.faults(throttle=1.0, retry_after=33)
    with pytest.raises(Unreachable) as caught:
        desk.plugin.poll(desk.source, "", api)
    assert caught.value.retry_after == 33
