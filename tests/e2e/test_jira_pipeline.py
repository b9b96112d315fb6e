"""A Russian conversation of a service desk, end to end: signed webhook, rules, note, labels, escalation."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pipeline import Pipeline, run_pipeline

from complaint_gift.demo.standin_jira import EMAIL, Act, comments, issues
from complaint_gift.demo.standin_jira.markup import to_document, to_plain
from complaint_gift.demo.standin_jira.memory import issue_of
from complaint_gift.demo.standin_jira.sender import sign
from complaint_gift.plugin import Delivery, Request, UnknownEvent, Unreadable

pytestmark = pytest.mark.slow
COURT = (
    "Заказ второй раз пришёл разбитым, никто не отвечает третий день. Подам на вас в суд, юрист пишет иск."
)
BLAMES = (
    "Вы сами виноваты, что плохо упаковали. Успокойтесь, оснований для возврата нет. Докажите, что он разбит."
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with run_pipeline(tmp_path_factory.mktemp("jira")) as pipeline:
        yield pipeline


@pytest.fixture(scope="module")
def told(running: Pipeline) -> dict[str, Any]:
    """The customer writes, our side hears of it, an agent answers, our side hears of it."""
    with running.jira.transaction() as records:
        act = Act(running.cast.customer, via="portal")
        wish = {"summary": "Разбитая ваза", "description": to_document(COURT), "project": "CARE",
                "request_type": "Жалоба", "assignee": running.cast.agent}  # fmt: skip
        issue = issues.open_issue(records, act, wish)
    running.settle()
    first = look(running, issue["id"])
    with running.jira.transaction() as records:
        act = Act(running.cast.agent, via="desk")
        comments.add_comment(records, act, issue_of(records, issue["id"]), to_document(BLAMES))
    running.settle()
    return {"id": issue["id"], "key": issue["key"], "first": first, "then": look(running, issue["id"])}


def look(running: Pipeline, number: str) -> dict[str, Any]:
    with running.jira.reading() as records:
        return {
            "issue": issue_of(records, number),
            "notes": [c for c in records.find("comment", number) if c["author"] == running.cast.bot],
            "facts": {p["key"]: p["value"] for p in records.find("property", number)},
            "escalations": [i for i in records.find("issue") if i["key"].startswith("ESC-")],
        }


def test_complaint_is_noted_labelled_and_escalated(told: dict[str, Any], running: Pipeline) -> None:
    first = told["first"]
    assert len(first["notes"]) == 1
    assert "complaint_escalated" in first["issue"]["labels"]
    assert first["issue"]["priority"] in ("1", "2")
    assert first["issue"]["assignee"] == running.cast.lead
    mine = [link["issue"] for link in first["issue"]["links"]]
    assert [issue["id"] for issue in first["escalations"] if issue["id"] in mine] != []
    assert first["facts"]["complaint_gift"]


def test_reply_that_blames_gets_a_note_for_colleagues(told: dict[str, Any]) -> None:
    then = told["then"]
    assert len(then["notes"]) > len(told["first"]["notes"])
    words = to_plain(then["notes"][-1]["body"])
    assert any("а" <= letter <= "я" for letter in words.lower()), words


def test_no_note_can_be_read_by_the_customer(told: dict[str, Any], running: Pipeline) -> None:
    assert [note["public"] for note in told["then"]["notes"]] == [False] * len(told["then"]["notes"])
    with running.jira.reading() as records:
        every = [c for issue in records.find("issue") for c in records.find("comment", issue["id"])]
    assert [c for c in every if c["author"] == running.cast.bot and c["public"]] == []


def test_nothing_is_done_twice_and_nothing_of_our_own_is_heard(
    told: dict[str, Any], running: Pipeline
) -> None:
    before = look(running, told["id"])
    with running.jira.transaction() as records:
        records.connection.execute(
            "update invocation set state='waiting', due=0, lease=0 where ticket=?", (told["id"],)
        )
    running.settle()
    after = look(running, told["id"])
    assert len(after["notes"]) == len(before["notes"])
    assert after["issue"]["labels"] == before["issue"]["labels"]
    assert len(after["escalations"]) == len(before["escalations"])


def test_unsigned_webhook_is_turned_away(running: Pipeline) -> None:
    body = b'{"webhookEvent": "comment_created"}'
    for headers in ({}, {"X-Hub-Signature": "sha256=" + "0" * 64}, {"X-Hub-Signature": "sha1=" + "0" * 40}):
        answer = requests.post(f"{running.url}/hooks/jira-demo", data=body, headers=headers, timeout=20)
        assert answer.status_code == 401
    assert EMAIL not in answer.text


@pytest.mark.needs_shared
def test_every_payload_seen_elsewhere_is_taken_and_ends_in_a_state_that_is_seen(
    running: Pipeline, shared: Path
) -> None:
    """Over HTTP, signed, as if sent just now: 200 for each, and afterwards done, ignored or unreadable."""
    means, sent, expected = running.parts.service.means, [], {}
    source = means.sources["jira-demo"]
    for path in sorted((shared / "fixtures" / "jira").glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        if isinstance(told, dict):
            told["timestamp"] = int(time.time() * 1000)
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = {"X-Hub-Signature": sign(source.settings["signing_secrets"][0], body)}
        url = f"{running.url}/hooks/jira-demo"
        sent.append((path.stem, requests.post(url, data=body, headers=headers, timeout=60).status_code))
        expected[means.plugins["jira"].key(Request("POST", "/", {}, body, datetime.now(UTC)))] = is_readable(
            means.plugins["jira"], source, body
        )
    assert len(sent) >= 40
    assert [(name, code) for name, code in sent if code != 200] == []
    running.settle(rounds=40)
    found = {row.key: row.state.value for row in running.parts.service.deliveries() if row.key in expected}
    assert len(found) == len(expected)
    for key, readable in expected.items():
        assert found[key] in (("done", "ignored") if readable else ("unreadable",))


def is_readable(plugin: Any, source: Any, body: bytes) -> bool:
    try:
        plugin.parse(Delivery(1, source.name, "k", {}, body, datetime.now(UTC)), source)
    except (Unreadable, UnknownEvent):
        return False
    return True


def test_link_of_the_console_leads_to_the_request_on_the_page(
    told: dict[str, Any], running: Pipeline
) -> None:
    url = f"{running.url}/demo/jira/browse/{told['key']}"
    answer = requests.get(url, allow_redirects=False, timeout=20)
    assert answer.headers["Location"].endswith(f"/demo/?desk=jira#/{told['id']}")
