"""The demo's own interface, its sample conversations and its configuration."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jira_site import open_request, say

from complaint_gift.demo import conversations, jira_requests, prepare
from complaint_gift.demo.jira_side import JiraSide
from complaint_gift.demo.page import create_page
from complaint_gift.demo.setting_up import CLIENT, open_desk, open_jira, read_secret
from complaint_gift.demo.sides import Side, ZendeskSide
from complaint_gift.demo.standin import create_app, tickets
from complaint_gift.demo.standin_jira import create_app as create_jira
from complaint_gift.demo.standin_jira.memory import issue_of

DESKS = ("zendesk", "jira")


@pytest.fixture
def sides(tmp_path: Path) -> dict[str, Any]:
    helpdesk = create_app(tmp_path / "s.sqlite3", deliver=False)
    jira = create_jira(tmp_path / "j.sqlite3", deliver=False)
    conversations.fill(helpdesk.extensions["desk"])
    jira_requests.fill(jira.extensions["desk"])
    return {
        "zendesk": ZendeskSide(helpdesk.extensions["desk"], helpdesk.extensions["cast"].bot),
        "jira": JiraSide(jira.extensions["desk"], jira.extensions["cast"].bot),
    }


@pytest.fixture
def page(sides: dict[str, Side]) -> FlaskClient:
    return create_page(sides, token="t0ken").test_client()


def number_of(page: FlaskClient, language: str, subject: str, desk: str = "zendesk") -> int:
    found = page.get(f"/api/tickets?language={language}&desk={desk}").json["tickets"]
    return next(t["id"] for t in found if subject in t["subject"])


@pytest.mark.parametrize("folder", ["", "jira"])
@pytest.mark.parametrize("language", conversations.LANGUAGES)
def test_samples_show_complaints_praise_and_a_question(language: str, folder: str) -> None:
    samples = conversations.load_samples(language, folder)
    kinds = [sample.get("kind", "complaint") for sample in samples]
    assert kinds.count("complaint") >= 3
    assert {"praise", "question"} <= set(kinds)
    for sample in samples:
        assert sample["messages"][0]["from"] == "customer"
        assert sample["ago"] >= max(m.get("after", 0) for m in sample["messages"])
        wanted = {"argues", "gift"} if sample.get("kind", "complaint") == "complaint" else {"gift"}
        assert set(sample["drafts"]) == wanted
        words = json.dumps([sample["messages"], sample["drafts"]], ensure_ascii=False)
        is_russian = any("а" <= letter <= "я" for letter in words.lower())
        assert is_russian == (language == "ru")
        assert "\\n" not in sample["drafts"]["gift"], "lines of the file are not lines of the reply"


@pytest.mark.parametrize("desk", DESKS)
def test_list_speaks_one_language_and_marks_complaints(page: FlaskClient, desk: str) -> None:
    for language in conversations.LANGUAGES:
        found = page.get(f"/api/tickets?language={language}&desk={desk}").json["tickets"]
        assert {t["language"] for t in found} == {language}
        assert any(t["complaint"] for t in found)
        assert not all(t["complaint"] for t in found)
        assert [t["moved"] for t in found] == sorted((t["moved"] for t in found), reverse=True)


def test_what_we_do_moves_no_conversation_to_the_top(tmp_path: Path) -> None:
    app = create_app(tmp_path / "s.sqlite3", deliver=False)
    desk, bot = app.extensions["desk"], app.extensions["cast"].bot
    conversations.fill(desk)
    side = ZendeskSide(desk, bot)
    before = side.list_tickets("en")["tickets"]
    last, act = before[-1], tickets.Act(desk.account, bot)
    wish = {"comment": {"body": "a note", "public": False}, "priority": "high"}
    with desk.transaction() as records:
        tickets.update_ticket(records, act, last["id"], wish)
    after = side.list_tickets("en")["tickets"]
    assert [(t["id"], t["moved"]) for t in after] == [(t["id"], t["moved"]) for t in before]
    assert side.show_ticket(last["id"])["moved"] == last["moved"]
    side.write_message(last["id"], "Thank you.", public=True, reason="")
    assert side.list_tickets("en")["tickets"][0]["id"] == last["id"]


def test_page_is_protected(page: FlaskClient) -> None:
    answer = page.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "t0ken" in answer.text
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def test_strangers_cannot_write(page: FlaskClient) -> None:
    number = number_of(page, "en", "thirty")
    path = f"/api/tickets/{number}/messages"
    assert page.post(path, data={"text": "x"}).status_code == 403
    assert page.post(path, json={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert page.post(path, json={"text": " "}).status_code == 400
    assert len(page.get(f"/api/tickets/{number}").json["messages"]) == 1


@pytest.mark.parametrize(("desk", "subject"), [("zendesk", "минус тридцать"), ("jira", "Пять недель")])
def test_reply_goes_out_with_its_reason(page: FlaskClient, desk: str, subject: str) -> None:
    number = number_of(page, "ru", subject, desk)
    wish = {"text": "Успокойтесь", "public": True, "reason": "Так просили"}
    assert page.post(f"/api/tickets/{number}/messages?desk={desk}", json=wish).status_code == 201
    shown = page.get(f"/api/tickets/{number}?desk={desk}").json
    assert shown["context"]["source"] == f"{desk}-demo"
    assert (shown["messages"][-1]["author"], shown["messages"][-1]["role"]) == ("Ольга Литвин", "agent")
    assert [(e["kind"], e["text"]) for e in shown["timeline"]] == [
        ("reply", "Успокойтесь"),
        ("reason", "Так просили"),
    ]
    assert shown["context"]["first_reply"] is True, "the customer has not written since"


def test_context_names_only_what_is_known(page: FlaskClient) -> None:
    def context(subject: str) -> Any:
        return page.get(f"/api/tickets/{number_of(page, 'en', subject)}").json["context"]

    assert context("thirty")["complaint"] is True
    assert context("night porter")["complaint"] is False
    assert "complaint" not in context("ombudsman"), "nobody has said yet whether it is one"
    assert context("thirty")["first_reply"] is True
    assert context("Charged twice")["first_reply"] is False


@pytest.mark.parametrize("desk", DESKS)
def test_customer_can_write_and_samples_come_back(page: FlaskClient, desk: str) -> None:
    wish = {"name": "Eve", "text": "The lamp came broken.\nAgain."}
    number = page.post(f"/api/tickets?language=en&desk={desk}", json=wish).json["id"]
    shown = page.get(f"/api/tickets/{number}?desk={desk}").json
    assert (shown["subject"], shown["customer"]) == ("The lamp came broken.", "Eve")
    assert page.post(f"/api/start-over?desk={desk}", json={}).status_code == 200
    assert page.get(f"/api/tickets/{number}?desk={desk}").status_code == 404
    samples = conversations.load_samples("en", "" if desk == "zendesk" else desk)
    assert len(page.get(f"/api/tickets?language=en&desk={desk}").json["tickets"]) == len(samples)


@pytest.mark.parametrize("language", conversations.LANGUAGES)
@pytest.mark.parametrize("desk", DESKS)
def test_visitor_who_is_called_like_the_agent_is_no_agent(
    sides: dict[str, Any], desk: str, language: str
) -> None:
    """Else the complaint would be taken for the words of an agent."""
    side, name = sides[desk], conversations.AGENTS[language][0]
    numbers = [side.open_ticket(language, name, "The lamp came broken.") for _ in range(2)]
    kind, asks, answers = (
        ("ticket", "requester_id", "assignee_id") if desk == "zendesk" else ("issue", "reporter", "assignee")
    )
    with side.desk.reading() as records:
        told = [records.get(kind, number) for number in numbers]
        people = [records.get("user", one[place]) for one in told for place in (asks, answers)]
    roles = [user.get("role") or user["kind"] for user in people]
    assert roles == (["end-user", "agent"] if desk == "zendesk" else ["customer", "atlassian"]) * 2
    assert told[0][asks] == told[1][asks], "the same person comes back"


def test_internal_note_stays_internal_in_jira(page: FlaskClient) -> None:
    number = number_of(page, "en", "wiped my phone", "jira")
    wish = {"text": "Careful with this one", "public": False}
    assert page.post(f"/api/tickets/{number}/messages?desk=jira", json=wish).status_code == 201
    shown = page.get(f"/api/tickets/{number}?desk=jira").json
    assert (shown["messages"][-1]["public"], shown["timeline"][-1]["kind"]) == (False, "note")
    assert shown["key"].startswith("NOVA-")


def test_visitor_finds_a_switch_for_each_helpdesk(page: FlaskClient) -> None:
    words = page.get("/").text
    assert [f'data-desk="{desk}"' in words for desk in DESKS] == [True, True]


def test_prepare_keeps_secrets_and_follows_the_port(tmp_path: Path) -> None:
    config = prepare(tmp_path, 8080)
    folder = tmp_path / "demo"
    before = {path.name: path.read_text() for path in (folder / "secrets").iterdir()}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (folder / "secrets").iterdir())
    assert all(text.strip() for text in before.values())
    assert not any(text.strip() in config.read_text() for text in before.values()), "a secret in the file"
    assert prepare(tmp_path, 9090) == config
    assert {path.name: path.read_text() for path in (folder / "secrets").iterdir()} == before
    assert "127.0.0.1:9090/demo/zendesk" in config.read_text()
    desk = open_desk(folder)
    with desk.reading() as records:
        hooks, told = records.find("webhook"), records.find("ticket")
    assert [hook["endpoint"] for hook in hooks] == ["http://127.0.0.1:9090/hooks/zendesk-demo"]
    assert hooks[0]["_secret"] == read_secret(folder, "signing-secret")
    assert len(told) == sum(len(conversations.load_samples(language)) for language in conversations.LANGUAGES)
    assert desk.account.clients == {CLIENT: before["client-secret"].strip()}
    with open_jira(folder).reading() as records:
        (hook,) = records.find("webhook")
        people = records.find("user")
    assert hook["url"] == "http://127.0.0.1:9090/hooks/jira-demo"
    assert hook["secret"] == read_secret(folder, "jira-secret")
    assert "127.0.0.1:9090/demo/jira" in config.read_text()
    assert len(people) == len({user["displayName"] for user in people}), "somebody is there twice"


def test_reader_of_a_note_sees_words_and_no_mark(tmp_path: Path) -> None:
    app = create_jira(tmp_path / "j.sqlite3", deliver=False)
    key = open_request(app)
    say(
        app,
        key,
        app.extensions["cast"].bot,
        "Look at the reply.\n\ncg-note-0123456789abcdef01234567",
        public=False,
    )
    side = JiraSide(app.extensions["desk"], app.extensions["cast"].bot)
    with app.extensions["desk"].reading() as records:
        number = int(issue_of(records, key)["id"])
    assert side.show_ticket(number)["messages"][-1]["text"] == "Look at the reply."
