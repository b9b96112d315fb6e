"""Our plugin and the stand-in Jira, Cloud and Data Center: what it asks is allowed, what it does is done."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jira_specification as specification
import pytest
from flask import Flask, Response, request
from jira_site import make_admin, open_request, say
from werkzeug.serving import make_server

from complaint_gift.demo.standin_jira import EMAIL, TOKEN, create_app
from complaint_gift.demo.standin_jira.memory import add_project
from complaint_gift.domain import Action, ActionKind, Role, Visibility
from complaint_gift.plugin import PluginError, Published, Request, Source, Unreachable
from complaint_gift_jira import JiraPlugin

CLOUD, DATA_CENTER = "cloud", "data-center"
Exchange = tuple[str, str, Any, int, Any]


@dataclass
class Site:
    """A stand-in that is served, our plugin connected to it, and what the two said to each other."""

    app: Flask
    source: Source
    plugin: JiraPlugin = field(default_factory=JiraPlugin)
    said: list[Exchange] = field(default_factory=list)

    @property
    def client(self) -> Any:
        return self.plugin.connect(self.source)

    def do(self, kind: ActionKind, number: str, payload: dict[str, Any], mark: str = "") -> Any:
        action = Action(7, kind, self.source.name, number, payload, mark or f"cg-{kind}-0123456789abcdef")
        return self.plugin.perform(action, self.source, self.client)

    def fetch(self, number: str) -> Any:
        return self.plugin.fetch(number, self.source, self.client)

    def number(self, key: str) -> str:
        with self.app.extensions["desk"].reading() as records:
            return str(records.get("key", key)["issue"])

    def notes(self, number: str) -> list[Any]:
        with self.app.extensions["desk"].reading() as records:
            return [
                c for c in records.find("comment", number) if c["author"] == self.app.extensions["cast"].bot
            ]


def configure(app: Flask, port: int, deployment: str) -> Source:
    cast, people = app.extensions["cast"], {}
    with app.extensions["desk"].reading() as records:
        people = {user["id"]: user["key"] for user in records.find("user")}

    def name(account: str) -> str:
        return people[account] if deployment == DATA_CENTER else account

    login = {"access_token": TOKEN} if deployment == DATA_CENTER else {"email": EMAIL, "api_token": TOKEN}
    told = login | {
        "deployment": deployment,
        "base_url": f"http://127.0.0.1:{port}",
        "bot_user_id": name(cast.bot),
        "signing_secrets": ["a secret of ours"],
        "projects": ["CARE"],
        "agent_groups": ["agents"],
        "managers": [name(cast.lead)],
        "groups": {"leads": name(cast.lead)},
        "escalations": {"project": "ESC", "transition": "In progress"},
        "endpoint": "http://127.0.0.1:9/hooks/jira-main",
    }
    return Source("jira-main", "jira", JiraPlugin.settings().load(told))


@pytest.fixture(params=[CLOUD, DATA_CENTER])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    app = create_app(
        tmp_path / "jira.sqlite3", data_center=request.param == DATA_CENTER, deliver=False, seed=1
    )
    with app.extensions["desk"].transaction() as records:
        add_project(records, "ESC", "Escalations", "business")
    make_admin(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    site = Site(app, configure(app, server.port, request.param))
    app.after_request(lambda answer: remember(site, answer))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


def remember(site: Site, answer: Response) -> Response:
    body = json.loads(request.get_data()) if request.get_data() else None
    site.said.append((request.method, request.full_path.rstrip("?"), body, answer.status_code, answer.json))
    return answer


@pytest.fixture
def number(site: Site) -> str:
    found = site.number(
        open_request(site.app, "Холодный суп. Подам в суд.", assignee=site.app.extensions["cast"].agent)
    )
    say(site.app, found, site.app.extensions["cast"].agent, "Успокойтесь.")
    say(site.app, found, site.app.extensions["cast"].agent, "Осторожнее с ним.", public=False)
    return found


def test_conversation_is_read_with_its_people_and_readers(site: Site, number: str) -> None:
    found = site.fetch(number)
    assert [(m.author.role, m.visibility, m.text) for m in found.messages] == [
        (Role.CUSTOMER, Visibility.PUBLIC, "Холодный суп. Подам в суд."),
        (Role.AGENT, Visibility.PUBLIC, "Успокойтесь."),
        (Role.AGENT, Visibility.INTERNAL, "Осторожнее с ним."),
    ]
    assert (found.brand, found.priority, found.form != "") == ("Customer care", "normal", True)


def test_note_is_internal_written_once_and_brought_up_to_date(site: Site, number: str) -> None:
    first = site.do(ActionKind.NOTE, number, {"text": "Посмотрите ответ."})
    again = site.do(ActionKind.NOTE, number, {"text": "Посмотрите ответ."})
    assert first.external_ids == again.external_ids
    later = {"text": "Теперь всё хорошо.", "replaces": ["cg-note-0123456789abcdef"]}
    site.do(ActionKind.NOTE, number, later, "cg-test-fedcba9876543210")
    (note,) = site.notes(number)
    assert (note["public"], "Теперь всё хорошо." in json.dumps(note["body"], ensure_ascii=False)) == (
        False,
        True,
    )


def test_note_that_came_out_public_is_taken_back_and_raised(site: Site, number: str) -> None:
    site.app.extensions["desk"].set_faults(publish=1.0)
    with pytest.raises(Published):
        site.do(ActionKind.NOTE, number, {"text": "Посмотрите ответ."})
    assert site.notes(number) == []


@pytest.mark.parametrize("fault", ["forbid", "fail", "throttle"])
def test_no_note_is_written_another_way_when_jira_refuses(site: Site, number: str, fault: str) -> None:
    site.app.extensions["desk"].set_faults(**{fault: 1.0})
    with pytest.raises(PluginError):
        site.do(ActionKind.NOTE, number, {"text": "Посмотрите ответ."})
    assert site.notes(number) == []


def test_labels_priority_lead_and_facts_are_set(site: Site, number: str) -> None:
    site.do(ActionKind.TAGS, number, {"add": ["complaint", "complaint_escalated"], "remove": ["none"]})
    site.do(ActionKind.PRIORITY, number, {"priority": "urgent"})
    site.do(ActionKind.ASSIGN, number, {"group_id": "leads"})
    site.do(ActionKind.FACTS, number, {"facts": {"ok": False, "errors": 1}})
    with site.app.extensions["desk"].reading() as records:
        issue, facts = records.get("issue", number), records.get("property", f"{number}/complaint_gift")
    assert (issue["labels"], issue["priority"]) == (["complaint", "complaint_escalated"], "1")
    assert issue["assignee"] == site.app.extensions["cast"].lead
    assert facts["value"]["ok"] is False


def test_escalation_is_a_linked_issue_and_a_step_once(site: Site, number: str) -> None:
    for _ in range(2):
        site.do(
            ActionKind.ESCALATE, number, {"escalation": 1, "reason": "court", "summary": "", "due_at": ""}
        )
    with site.app.extensions["desk"].reading() as records:
        issue = records.get("issue", number)
        made = [one for one in records.find("issue") if one["key"].startswith("ESC-")]
    assert ([link["issue"] for link in issue["links"]], issue["status"]) == ([made[0]["id"]], "10003")
    assert len(made) == 1


def test_changed_issues_are_found_without_a_webhook(site: Site, number: str) -> None:
    page = site.plugin.poll(site.source, "", site.client)
    assert number in page.conversations


def test_webhook_is_installed_and_nothing_is_amiss(site: Site) -> None:
    from complaint_gift_jira import setup

    wish = setup.Wish(site.source.settings["endpoint"])
    assert any("Created" in sentence for sentence in setup.install(site.source, site.client, wish))
    assert any("as it should be" in sentence for sentence in setup.install(site.source, site.client, wish))
    assert site.plugin.probe(site.source, site.client) == []


def test_installed_webhook_is_signed_with_our_secret_even_after_a_repair(
    site: Site, number: str, receiver: Any
) -> None:
    """What replaces a webhook must not leave it without its secret."""
    from complaint_gift_jira import setup

    object.__setattr__(site.source, "settings", {**site.source.settings, "endpoint": receiver.url})
    wish = setup.Wish(receiver.url)
    list(setup.install(site.source, site.client, wish))
    with site.app.extensions["desk"].transaction() as records:
        (hook,) = records.find("webhook")
        records.put("webhook", hook | {"enabled": False})
    assert any(
        "Corrected our webhook: enabled" in told for told in setup.install(site.source, site.client, wish)
    )
    say(site.app, number, site.app.extensions["cast"].customer, "Где мой суп?")
    site.app.extensions["sender"].deliver_due()
    headers, body = receiver.got[-1]
    told = {name.lower(): (value,) for name, value in headers.items()}
    site.plugin.verify(Request("POST", "/hooks/jira-main", told, body, datetime.now(UTC)), site.source)


def without_projects(site: Site, folder: Path) -> None:
    """Nobody tells us what we ought to see."""
    settings = {**site.source.settings, "projects": []}
    site.source = Source(site.source.name, "jira", settings, folder)


def close(site: Site, key: str, *, to_us: bool = True) -> None:
    with site.app.extensions["desk"].transaction() as records:
        (project,) = (one for one in records.find("project") if one["key"] == key)
        records.put("project", project | {"closed_to": [site.app.extensions["cast"].bot] * to_us})


def test_project_that_is_lost_among_several_is_no_deletion(site: Site, number: str, tmp_path: Path) -> None:
    without_projects(site, tmp_path)
    with site.app.extensions["desk"].transaction() as records:
        add_project(records, "SHOP", "Shop")
    other = site.number(open_request(site.app, "Чайник не включается.", project="SHOP"))
    assert [site.fetch(one).brand for one in (number, other)] == ["Customer care", "Shop"]
    close(site, "SHOP")
    with pytest.raises(Unreachable, match="project SHOP cannot be seen; let our user browse it"):
        site.fetch(other)
    assert site.fetch(number).brand == "Customer care"
    close(site, "SHOP", to_us=False)
    assert site.fetch(other).messages[0].text == "Чайник не включается."
    assert site.client.client.delete(f"{site.client.dialect.api}/issue/{other}") is None
    assert site.fetch(other) is None


@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
def test_all_that_plugin_and_stand_in_say_is_in_the_published_document(site: Site, number: str) -> None:
    test_note_is_internal_written_once_and_brought_up_to_date(site, number)
    test_labels_priority_lead_and_facts_are_set(site, number)
    test_escalation_is_a_linked_issue_and_a_step_once(site, number)
    test_changed_issues_are_found_without_a_webhook(site, number)
    site.fetch(number)
    site.plugin.probe(site.source, site.client)
    checked = 0
    for method, url, body, status, answer in site.said:
        if url.startswith("/rest/api/3/"):
            assert list(specification.check_request(method, url, body)) == [], (method, url)
            assert list(specification.check_answer(method, url, status, answer)) == [], (method, url)
            checked += 1
    assert checked > 20 or site.app.config["DATA_CENTER"]
