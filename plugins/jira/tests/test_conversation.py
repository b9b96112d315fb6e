"""An issue as a conversation: who speaks, who can read it, what was said; pure, and over HTTP."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.domain import Role, Visibility
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_jira.conversation import read_conversation
from complaint_gift_jira.dialect import OwnServer
from complaint_gift_jira.directory import Directory
from complaint_gift_jira.polling import poll
from complaint_gift_jira.settings import api_url

FIELDS = {"request_type": "c1", "rating": "c2", "organizations": "c3", "participants": "c4"}
ISSUE: dict[str, Any] = {
    "summary": "Cold soup", "description": "The soup was cold.", "labels": ["vip", "", 3, "b"],
    "created": "2026-01-31T08:00:00.000+0300", "updated": "2026-01-31T09:00:00.000+0000",
    "project": {"key": "SD", "name": "Support", "projectTypeKey": "service_desk"},
    "status": {"name": "In Bearbeitung", "statusCategory": {"key": "indeterminate"}},
    "priority": {"id": "2", "name": "High"}, "assignee": {"accountId": "5c5f:agent"},
    "reporter": {"accountId": "qm:1f0c:customer", "displayName": "Sam"},
    "c1": {"requestType": {"id": "25", "name": "Complaint"}}, "c2": {"rating": 1},
    "c4": [{"accountId": "friend"}],
}  # fmt: skip


def read(
    kit: Any, *comments: dict[str, Any], settings: Any = None, agents: Any = (), public: Any = None, **f: Any
) -> Any:
    source = kit.make_source(**(settings or {}))
    issue = {"id": 10041, "key": "SD-41", "fields": ISSUE | f}
    return read_conversation(source, issue, comments, Directory(FIELDS, frozenset(agents)), public=public)


def comment(kit: Any, who: Any = None, body: Any = "Sorry.", **changes: Any) -> dict[str, Any]:
    made = {
        "id": "511",
        "author": kit.user(kit.AGENT, "Dana", emailAddress="dana@example.com") if who is None else who,
        "body": body, "jsdPublic": True, "created": "2026-01-31T08:10:00.000+0000",
    }  # fmt: skip
    return made | changes


def test_issue_becomes_a_conversation(kit: Any) -> None:
    found = read(kit)
    assert (found.source, found.id, found.subject, found.brand) == (
        "jira-main",
        "10041",
        "Cold soup",
        "Support",
    )
    assert (found.status, found.priority, found.form, found.rating) == ("open", "high", "25", "bad")
    assert (found.tags, found.channel) == (frozenset(("vip", "b")), "jira")
    assert (found.requester_id, found.assignee_id) == (kit.CUSTOMER, kit.AGENT)
    assert found.updated_at == datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    assert found.url == "https://acme.atlassian.net/browse/SD-41"


def test_description_is_the_first_message(kit: Any) -> None:
    first, second = read(kit, comment(kit)).messages
    assert (first.id, first.text, first.author.role) == ("description", "The soup was cold.", Role.CUSTOMER)
    assert first.visibility is Visibility.PUBLIC
    assert first.sent_at == datetime(2026, 1, 31, 5, 0, tzinfo=UTC)
    assert (second.id, second.text, second.author.name) == ("511", "Sorry.", "Dana")
    assert (second.author.account, second.author.company) == ("dana@example.com", True)


@pytest.mark.parametrize("description", [None, "", {"type": "doc", "content": []}])
def test_portal_request_without_a_description_speaks_by_its_summary(kit: Any, description: Any) -> None:
    assert read(kit, description=description).messages[0].text == "Cold soup"


def test_empty_issue_is_read_without_a_word(kit: Any) -> None:
    found = read_conversation(kit.make_source(), {}, [{}], Directory({}))
    assert found.id == ""
    assert [message.id for message in found.messages] == ["description"]


@pytest.mark.parametrize(
    ("who", "more", "role"),
    [
        ({"accountId": "qm:x:y"}, {}, Role.CUSTOMER),
        ({"accountId": "any", "accountType": "customer"}, {}, Role.CUSTOMER),
        ({"accountId": "friend"}, {}, Role.CUSTOMER),
        ({"accountId": "any", "accountType": "app"}, {}, Role.BOT),
        ({"accountId": "557058:bot"}, {}, Role.BOT),
        ({"accountId": "robot"}, {"settings": {"ignored_authors": ["robot"]}}, Role.BOT),
        ({"accountId": "lead"}, {"settings": {"managers": ["lead"]}}, Role.MANAGER),
        ({"accountId": "5c5f:agent"}, {}, Role.AGENT),
        ({"accountId": "any"}, {}, Role.AGENT),
        ({"accountId": "any"}, {"settings": {"strangers": "bystander"}}, Role.BYSTANDER),
        ({"accountId": "any"}, {"settings": {"strangers": "bystander", "agents": ["any"]}}, Role.AGENT),
        ({"accountId": "any"}, {"settings": {"strangers": "bystander"}, "agents": ["any"]}, Role.AGENT),
        ({"name": "dweber", "key": "JIRAUSER1"}, {"agents": ["dweber"]}, Role.AGENT),
        ({"accountId": "unknown", "displayName": "Former user"}, {}, Role.BYSTANDER),
        ({"displayName": "Former user"}, {}, Role.BYSTANDER),
        ({}, {}, Role.BYSTANDER),
        ("text", {}, Role.BYSTANDER),
    ],
)
def test_author_is_who_the_signs_say(kit: Any, who: Any, more: Any, role: Role) -> None:
    message = read(kit, comment(kit, who), **more).messages[-1]
    assert message.author.role is role
    assert message.author.company is (role not in (Role.CUSTOMER, Role.BYSTANDER))


@pytest.mark.parametrize(
    ("assignee", "agents", "role"),
    [(None, [], Role.CUSTOMER), ({"accountId": "dana"}, [], Role.AGENT), (None, ["dana"], Role.AGENT)],
)
def test_agent_who_reports_is_a_customer_unless_it_is_theirs_to_solve(
    kit: Any, assignee: Any, agents: Any, role: Role
) -> None:
    dana = {"accountId": "dana", "accountType": "atlassian"}
    found = read(kit, comment(kit, dana), reporter=dana, assignee=assignee, agents=agents)
    assert [message.author.role for message in found.messages] == [role, role]


def test_mail_of_somebody_who_is_not_on_the_request_is_nobodys(kit: Any) -> None:
    stranger = comment(kit, {"accountId": "any"}, jsdAuthorCanSeeRequest=False)
    assert read(kit, stranger).messages[-1].author.role is Role.BYSTANDER


def test_reporter_who_is_gone_still_was_a_customer(kit: Any) -> None:
    first = read(kit, reporter=None, creator=None).messages[0]
    assert (first.author.role, first.author.id) == (Role.CUSTOMER, "")


@pytest.mark.parametrize(
    ("public", "told", "expected"),
    [
        (True, None, Visibility.PUBLIC),
        (False, None, Visibility.INTERNAL),
        (None, None, Visibility.UNKNOWN),
        (None, {"511": True}, Visibility.PUBLIC),
        (None, {"511": False}, Visibility.INTERNAL),
        (None, {"9": True}, Visibility.UNKNOWN),
        ("false", None, Visibility.UNKNOWN),
    ],
)
def test_visibility_is_what_jira_or_the_service_desk_says(
    kit: Any, public: Any, told: Any, expected: Visibility
) -> None:
    assert read(kit, comment(kit, jsdPublic=public), public=told).messages[-1].visibility is expected


def test_restricted_comment_is_internal_whatever_its_mark(kit: Any) -> None:
    made = comment(kit, visibility={"type": "role", "value": "Team"})
    assert read(kit, made).messages[-1].visibility is Visibility.INTERNAL


def test_other_projects_have_no_public_words(kit: Any) -> None:
    found = read(kit, comment(kit), project={"projectTypeKey": "software"})
    assert {message.visibility for message in found.messages} == {Visibility.INTERNAL}


def test_quotations_count_for_customers_only(kit: Any) -> None:
    body = "{quote}You lied.{quote}\nThat is what it said."
    agent, customer = comment(kit, body=body), comment(kit, kit.user(kit.CUSTOMER), body, id="512")
    first, second = read(kit, agent, customer).messages[1:]
    assert "lied" not in first.text
    assert "lied" in second.text


def test_mail_history_below_a_comment_is_cut(kit: Any) -> None:
    body = "Thank you.\n\nOn Mon, 5 Jan 2026 at 10:12, Dana <dana@example.com> wrote:\n> You are to blame."
    assert read(kit, comment(kit, body=body)).messages[-1].text.strip() == "Thank you."


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        ({"rating": 2}, "bad"),
        ({"rating": 3}, ""),
        ({"rating": 5}, "good"),
        (1, "bad"),
        (None, ""),
        ({"rating": True}, ""),
        ("1", ""),
        ({"rating": 9}, ""),
    ],
)
def test_stars_are_good_or_bad_or_neither(kit: Any, value: Any, rating: str) -> None:
    assert read(kit, c2=value).rating == rating


@pytest.mark.parametrize(
    ("value", "form"),
    [({"requestType": {"name": "Ask"}}, "Ask"), ("sd/getit", "sd/getit"), (None, ""), ([], "")],
)
def test_request_type_is_read_in_every_shape(kit: Any, value: Any, form: str) -> None:
    assert read(kit, c1=value).form == form


@pytest.mark.parametrize(
    ("value", "named", "ours"),
    [({"name": "Blocker"}, {}, "urgent"), ({"name": "Самый низкий"}, {}, "low"), ({"name": "P1"}, {}, ""),
     ({"name": "P1"}, {"urgent": "P1"}, "urgent"), ({"id": "9"}, {"high": "9"}, "high"), (None, {}, "")],
)  # fmt: skip
def test_priority_is_read_by_name_or_by_configuration(kit: Any, value: Any, named: Any, ours: str) -> None:
    assert read(kit, settings={"priorities": named}, priority=value).priority == ours


def test_reason_given_for_sending_comes_from_the_comment(kit: Any) -> None:
    made = comment(
        kit, properties=[{"key": "x"}, {"key": "complaint_gift", "value": {"reason": " it is true "}}]
    )
    assert read(kit, made).messages[-1].waiver == "it is true"


# -- over HTTP


def fetch(desk: Any, number: str) -> Any:
    return desk.plugin.fetch(number, desk.source, desk.api())


@pytest.mark.parametrize("at_once", [100, 50])
def test_conversation_is_fetched_whole(desk: Any, kit: Any, at_once: int) -> None:
    """However little the service desk gives at once: what a page left out would count as public."""
    desk.at_once = at_once
    number = desk.open()
    for n in range(103):
        desk.write(number, f"Answer {n}.", public=n % 2 == 0)
    found = fetch(desk, number)
    assert len(found.messages) == 104
    assert found.is_whole
    internal = [message for message in found.messages if message.visibility is Visibility.INTERNAL]
    assert len(internal) == 51
    assert {message.visibility for message in found.messages} == {Visibility.PUBLIC, Visibility.INTERNAL}


def test_comments_without_a_total_are_asked_for_to_the_end(desk: Any) -> None:
    """What was not read may not count as deleted."""
    number, tell = desk.open(), desk.on_comments
    for n in range(103):
        desk.write(number, f"Answer {n}.")
    desk.on_comments = lambda *a, **k: {key: v for key, v in tell(*a, **k).items() if key != "total"}
    found = fetch(desk, number)
    assert (len(found.messages), found.is_whole) == (104, True)


def test_request_fields_are_found_by_their_schema(desk: Any) -> None:
    number = desk.open(customfield_10010={"requestType": {"id": "7"}}, customfield_10011={"rating": 1})
    found = fetch(desk, number)
    assert (found.form, found.rating) == ("7", "bad")


def test_service_desk_that_says_nothing_leaves_it_unknown(desk: Any) -> None:
    number = desk.open()
    desk.write(number, "Sorry.", public=None)
    desk.issues[number]["request"] = False
    assert fetch(desk, number).messages[-1].visibility is Visibility.UNKNOWN


def test_service_desk_that_is_closed_to_us_leaves_it_unknown(desk: Any) -> None:
    number = desk.open()
    desk.write(number, "Sorry.", public=None)
    desk.fail("GET /rest/servicedeskapi", 403)
    assert fetch(desk, number).messages[-1].visibility is Visibility.UNKNOWN
    desk.fail("GET /rest/servicedeskapi", 500)
    with pytest.raises(Unreachable):
        fetch(desk, number)


def test_issue_that_is_gone_is_none(desk: Any) -> None:
    assert fetch(desk, "999") is None


def test_login_that_is_lost_is_no_deletion(desk: Any) -> None:
    desk.fail("GET /rest/api/./myself", 401)
    with pytest.raises(Unreachable):
        fetch(desk, "999")


def test_projects_that_are_lost_are_no_deletion(desk: Any) -> None:
    desk.permissions["BROWSE_PROJECTS"] = False
    with pytest.raises(Unreachable, match="no project can be seen"):
        fetch(desk, "999")


def test_a_jira_that_does_not_tell_our_rights_is_believed(desk: Any) -> None:
    desk.fail("GET /rest/api/./mypermissions", 403)
    assert fetch(desk, "999") is None


def test_groups_and_fields_are_asked_for_once_an_hour(desk: Any, tmp_path: Path) -> None:
    desk.configure(agent_groups=["agents", "closed"])
    desk.source = type(desk.source)("jira-main", "jira", desk.source.settings, tmp_path)
    desk.groups["agents"] = ["dana"]
    number = desk.open(reporter={"accountId": "dana"})
    for _ in range(2):
        assert fetch(desk, number).messages[0].author.role is Role.AGENT
    assert sum(path.endswith("/field") for _, path, _, _ in desk.asked) == 1
    (tmp_path / "directory.json").write_text("{broken")
    fetch(desk, number)
    assert sum(path.endswith("/field") for _, path, _, _ in desk.asked) == 2


def test_people_of_an_organisation_that_shares_the_request_are_customers(desk: Any) -> None:
    number = desk.open(customfield_10012=[{"id": "7", "name": "Soups Ltd"}, {"id": "8", "name": "Unseen"}])
    desk.at_once = 50
    desk.groups["7"] = [f"member{n}" for n in range(60)]
    desk.write(number, "We all wait.", {"accountId": "member59", "accountType": "atlassian"})
    api = desk.api()
    for _ in range(2):
        found = desk.plugin.fetch(number, desk.source, api)
        assert found.messages[-1].author.role is Role.CUSTOMER
    assert sum("/organization/7/" in path for _, path, _, _ in desk.asked) == 2


def test_people_of_an_organisation_are_asked_for_once_an_hour_by_all_processes(
    desk: Any, tmp_path: Path
) -> None:
    """A worker lives for one job only, and Jira lets us ask for customers five times a second."""
    desk.source = type(desk.source)("jira-main", "jira", desk.source.settings, tmp_path)
    number = desk.open(customfield_10012=[{"id": "7", "name": "Soups Ltd"}])
    desk.groups["7"] = ["member"]
    desk.write(number, "We all wait.", {"accountId": "member", "accountType": "atlassian"})
    for _ in range(2):
        assert fetch(desk, number).messages[-1].author.role is Role.CUSTOMER
    assert sum("/organization/7/" in path for _, path, _, _ in desk.asked) == 1
    kept = tmp_path / "organization-7.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    os.utime(kept, (1, 1))
    fetch(desk, desk.open(customfield_10012=[{"id": "8", "name": "Tea Ltd"}]))
    assert not kept.exists()


def test_strange_answers_end_typed(desk: Any) -> None:
    desk.on_comments = lambda *_, **__: [1]
    with pytest.raises(Unreachable, match="unknown shape"):
        fetch(desk, desk.open())


def test_context_path_and_gateway_are_kept(kit: Any) -> None:
    assert api_url(kit.make_data_center().settings) == "http://127.0.0.1:9/jira"
    cloud_id = "11111111-2222-3333-4444-555555555555"
    oauth = {"email": None, "api_token": None, "client_id": "c", "client_secret": "s", "cloud_id": cloud_id}
    assert api_url(kit.make_source(**oauth).settings) == f"https://api.atlassian.com/ex/jira/{cloud_id}"


# -- reconciliation


def test_poll_asks_by_minutes_and_pages_to_the_end(desk: Any) -> None:
    desk.configure(projects=["SD", "HR"])
    numbers = [desk.open() for _ in range(5)]
    page = desk.plugin.poll(desk.source, "", desk.api())
    found = list(page.conversations)
    while page.more:
        page = desk.plugin.poll(desk.source, page.cursor, desk.api())
        found += page.conversations
    assert found == numbers
    asked = [body["jql"] for _, path, _, body in desk.asked if "search" in path]
    order = "ASC" if desk.cloud else "DESC"
    assert asked[0] == f'project in ("SD", "HR") AND updated >= "-62m" ORDER BY updated {order}'
    desk.plugin.poll(desk.source, page.cursor, desk.api())
    assert len(set(asked)) == 1 or not desk.cloud
    (last,) = [body["jql"] for _, path, _, body in desk.asked if "search" in path][len(asked) :]
    assert '"-2m"' in last or '"-3m"' in last


class Busy:
    """A Data Center that answers three at once, and in which time passes and things happen between pages."""

    dialect = OwnServer()

    def __init__(self, issues: dict[str, float], now: float) -> None:
        self.issues, self.now = issues, now

    def search(self, jql: str, place: str) -> tuple[list[str], str]:
        ago = re.search(r"-(\d+)m", jql)
        assert ago is not None
        found = [number for number, at in self.issues.items() if at >= self.now - 60 * int(ago[1])]
        found.sort(key=lambda number: self.issues[number], reverse=jql.endswith("DESC"))
        start = int(place or 0)
        return found[start : start + 3], str(start + 3) if start + 3 < len(found) else ""


@pytest.mark.parametrize("happens", ["one of the first page changes", "the oldest ones grow too old"])
def test_poll_misses_nobody_when_issues_move_between_pages(kit: Any, happens: str) -> None:
    start = 1_800_000_000.0
    source = kit.make_source()
    busy = Busy({str(n): start - 600 + 60 * n for n in range(1, 10)}, start)
    cursor, found, more = f"{start - 420:.0f}|{start - 420:.0f}|", set[str](), True
    while more:
        page = poll(source, cursor, busy, lambda: busy.now)  # type: ignore[arg-type]
        if happens.startswith("one") and not found:
            busy.issues[page.conversations[0]] = busy.now + 1
        elif not happens.startswith("one"):
            busy.now += 70
        found |= set(page.conversations)
        cursor, more = page.cursor, page.more
    assert found >= {number for number, at in busy.issues.items() if at >= start - 420}


def test_poll_begins_anew_when_its_place_is_lost(desk: Any) -> None:
    for _ in range(3):
        desk.open()
    page = desk.plugin.poll(desk.source, "", desk.api())
    desk.fail("POST .*search", 400)
    lost = desk.plugin.poll(desk.source, page.cursor, desk.api())
    assert (lost.conversations, lost.more) == ((), True)
    assert desk.plugin.poll(desk.source, lost.cursor, desk.api()).conversations
    desk.fail("POST .*search", 400)
    with pytest.raises(Refused):
        desk.plugin.poll(desk.source, "", desk.api())


@pytest.mark.parametrize("cursor", ["x", "|", "1|2", "nan|nan|", "inf|inf|", "-5|1e99|", "\x00"])
def test_strange_cursor_begins_somewhere(cloud: Any, cursor: str) -> None:
    cloud.open()
    cloud.plugin.poll(cloud.source, cursor, cloud.api())


@pytest.mark.parametrize(("public", "role"), [(False, Role.BOT), (True, Role.AGENT)])
def test_note_of_ours_under_another_account_is_ours_unless_it_is_public(
    kit: Any, public: bool, role: Role
) -> None:
    kept = [{"key": "complaint_gift", "value": {"mark": "cg-note-0123456789abcdef01234567"}}]
    made = comment(kit, jsdPublic=public, properties=kept)
    assert read(kit, made).messages[-1].author.role is role
