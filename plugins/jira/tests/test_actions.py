"""What we change besides notes: once for a mark, not over what is so already, and within Jira's pace."""

from pathlib import Path
from typing import Any

import pytest

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_jira.pace import Pace

TAGS, PRIORITY, ASSIGN = ActionKind.TAGS, ActionKind.PRIORITY, ActionKind.ASSIGN
FACTS, ESCALATE = ActionKind.FACTS, ActionKind.ESCALATE
MARK = "cg-any-0123456789abcdef01234567"


def act(desk: Any, number: str, kind: ActionKind, *, mark: str = MARK, seq: int = 1, **payload: Any) -> Any:
    return desk.plugin.perform(Action(seq, kind, "jira-main", number, payload, mark), desk.source, desk.api())


def fields(desk: Any, number: str) -> dict[str, Any]:
    return dict(desk.issues[number]["fields"])


def test_labels_are_added_and_removed_and_others_stay(desk: Any) -> None:
    number = desk.open(labels=["vip", "old"])
    act(desk, number, TAGS, add=["Needs Lead", "vip"], remove=["old", "gone"])
    assert sorted(fields(desk, number)["labels"]) == ["Needs_Lead", "vip"]
    (write,) = desk.wrote()
    assert write[2] == {"update": {"labels": [{"add": "Needs_Lead"}, {"remove": "old"}]}}
    act(desk, number, TAGS, add=["Needs Lead"], remove=["old"])
    assert len(desk.wrote()) == 1


def test_change_is_quiet_where_that_is_allowed_and_made_anyway(desk: Any) -> None:
    number = desk.open()
    desk.fail(r"PUT /rest/api/\d/issue/\d+$", 403)
    act(desk, number, TAGS, add=["complaint"])
    queries = [query for method, _, query, _ in desk.asked if method == "PUT"]
    assert queries == [{"notifyUsers": "false"}, {}]
    assert fields(desk, number)["labels"] == ["complaint"]


@pytest.mark.parametrize(
    ("named", "wanted", "expected"),
    [({}, "urgent", "1"), ({}, "high", "2"), ({}, "low", "4"), ({"high": "Highest"}, "high", "1")],
)
def test_priority_is_set_by_its_id(desk: Any, named: Any, wanted: str, expected: str) -> None:
    desk.configure(priorities=named)
    number = desk.open()
    act(desk, number, PRIORITY, priority=wanted)
    assert fields(desk, number)["priority"] == {"id": expected}


def test_priority_that_jira_does_not_have_is_named_with_those_it_has(desk: Any) -> None:
    desk.configure(priorities={"high": "Sofort"})
    with pytest.raises(Refused, match=r"map it under `priorities` \(Highest, High, Medium"):
        act(desk, desk.open(), PRIORITY, priority="high")


def test_priority_outside_the_screen_is_refused_with_jiras_words(desk: Any) -> None:
    number = desk.open()
    desk.fail(
        r"PUT", 400, said="priority: Field 'priority' cannot be set. It is not on the appropriate screen"
    )
    with pytest.raises(Refused, match="not on the appropriate screen"):
        act(desk, number, PRIORITY, priority="high")


@pytest.mark.parametrize(
    ("kind", "payload"), [(PRIORITY, {"priority": "high"}), (ASSIGN, {"assignee_id": "5c5f:lead"})]
)
def test_what_a_person_takes_back_is_not_done_again(
    desk: Any, kind: ActionKind, payload: dict[str, Any]
) -> None:
    number = desk.open()
    act(desk, number, kind, **payload)
    desk.issues[number]["fields"] |= {"priority": {"id": "4", "name": "Low"}, "assignee": None}
    act(desk, number, kind, **payload)
    assert fields(desk, number)["priority"]["id"] == "4"
    assert fields(desk, number)["assignee"] is None


def test_people_are_assigned_by_what_this_jira_calls_them(desk: Any) -> None:
    number = desk.open()
    act(desk, number, ASSIGN, assignee_id="5c5f:lead")
    (path, body) = next((path, body) for method, path, body in desk.wrote() if path.endswith("/assignee"))
    assert path.startswith("/rest/api/3/" if desk.cloud else "/rest/api/2/")
    assert body == ({"accountId": "5c5f:lead"} if desk.cloud else {"name": "name-of-5c5f:lead"})


def test_group_is_whoever_stands_for_it(desk: Any) -> None:
    desk.configure(groups={"leads": "5c5f:lead"})
    number = desk.open()
    act(desk, number, ASSIGN, group_id="leads")
    assert fields(desk, number)["assignee"]
    with pytest.raises(Refused, match="who stands for 'owners'"):
        act(desk, number, ASSIGN, group_id="owners", mark="other")
    with pytest.raises(Refused, match="names nobody"):
        act(desk, number, ASSIGN, mark="another")


def test_facts_are_kept_with_the_issue_and_the_newest_stay(desk: Any) -> None:
    number = desk.open()
    act(desk, number, FACTS, seq=7, facts={"ok": False})
    act(desk, number, FACTS, seq=3, facts={"ok": True})
    kept = desk.issues[number]["properties"]["complaint_gift"]
    assert (kept["ok"], kept["seq"]) == (False, 7)
    kept["at"] -= 90_000
    act(desk, number, FACTS, seq=3, facts={"ok": True})
    assert desk.issues[number]["properties"]["complaint_gift"]["ok"] is True


def test_escalation_opens_one_linked_issue_and_moves_on(desk: Any) -> None:
    desk.configure(escalations={"project": "ESC", "issue_type": "Incident", "transition": "escalated"})
    number = desk.open()
    receipt = act(
        desk, number, ESCALATE, reason="court", title="A customer speaks of court", summary="", due_at=""
    )
    (made,) = (issue for issue in desk.issues.values() if issue["fields"]["project"].get("key") == "ESC")
    assert receipt.external_ids == (made["key"],)
    assert made["fields"]["summary"] == f"SD-{number}: A customer speaks of court"
    assert MARK in made["fields"]["labels"]
    assert "soup" not in str(made["fields"]["description"])
    (link,) = desk.issues[number]["links"]
    assert link["inwardIssue"] == {"key": made["key"]}
    assert fields(desk, number)["status"]["name"] == "Escalated"
    assert act(desk, number, ESCALATE, reason="court").external_ids == receipt.external_ids


def test_escalation_whose_answer_got_lost_is_found_by_its_label(desk: Any) -> None:
    desk.configure(escalations={"project": "ESC"})
    number = desk.open()
    desk.lose(r"POST /rest/api/\d/issue$")
    with pytest.raises(Unreachable):
        act(desk, number, ESCALATE, reason="court")
    act(desk, number, ESCALATE, reason="court")
    assert len(desk.issues) == 2
    assert len(desk.issues[number]["links"]) == 1


def test_escalation_does_nothing_unless_it_is_configured(desk: Any) -> None:
    number = desk.open()
    assert "nothing is configured" in act(desk, number, ESCALATE, reason="court").detail
    assert desk.asked == []


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        (r"POST /rest/api/\d/issueLink", 404, "no link type 'Relates'"),
        (r"POST /rest/api/\d/issue$", 403, "may not create issues in project ESC"),
    ],
)
def test_escalation_that_jira_does_not_take_is_not_blamed_on_the_issue(
    desk: Any, asked: str, status: int, words: str
) -> None:
    desk.configure(escalations={"project": "ESC"})
    number = desk.open()
    desk.fail(asked, status)
    with pytest.raises(Refused, match=words) as refused:
        act(desk, number, ESCALATE, reason="court")
    assert "is gone" not in str(refused.value)
    assert f"may not change issue {number}" not in str(refused.value)


def test_transition_that_is_not_there_names_those_that_are(desk: Any) -> None:
    desk.configure(escalations={"transition": "Panic"})
    with pytest.raises(Refused, match=r"no transition 'Panic' now; there is Escalate"):
        act(desk, desk.open(), ESCALATE, reason="court")


def test_issue_that_is_gone_is_refused(desk: Any) -> None:
    with pytest.raises(Refused, match="is gone"):
        act(desk, "999", TAGS, add=["complaint"])


@pytest.mark.parametrize("number", ["", "SD-1", "1/../2", "1?x", "0", "9" * 30, "١"])
def test_only_the_id_of_an_issue_becomes_an_address(cloud: Any, number: str) -> None:
    with pytest.raises(Refused, match="no id of an issue"):
        act(cloud, number, TAGS, add=["x"])
    assert cloud.asked == []


def test_permission_that_lacks_is_said_in_words(desk: Any) -> None:
    number = desk.open()
    desk.fail(r"PUT", 403, times=2)
    with pytest.raises(Refused, match=r"may not change issue \d+; see the permissions"):
        act(desk, number, TAGS, add=["x"])


def test_lost_sight_of_a_project_is_no_deletion(desk: Any) -> None:
    desk.configure(projects=["GONE"])
    with pytest.raises(Unreachable, match="GONE cannot be seen"):
        act(desk, "999", TAGS, add=["x"])


# -- pace


def test_quota_pauses_everything_and_a_burst_only_this(desk: Any, tmp_path: Path) -> None:
    desk.source = type(desk.source)("jira-main", "jira", desk.source.settings, tmp_path)
    number = desk.open()
    burst = {"Retry-After": "3", "RateLimit-Reason": "jira-per-issue-on-write"}
    desk.fail(r"PUT", 429, headers=burst)
    with pytest.raises(Unreachable) as caught:
        act(desk, number, TAGS, add=["x"])
    assert (caught.value.retry_after, caught.value.code) == (3, "jira-per-issue-on-write")
    desk.fail(r"GET", 429, headers={"Retry-After": "900", "RateLimit-Reason": "jira-quota-tenant-based"})
    with pytest.raises(Unreachable):
        act(desk, number, TAGS, add=["x"])
    before = len(desk.asked)
    with pytest.raises(Unreachable, match="quota") as caught:
        act(desk, number, TAGS, add=["x"])
    assert 800 < caught.value.retry_after <= 900
    assert len(desk.asked) == before


def test_issue_that_jira_is_tired_of_rests_and_others_go_on(desk: Any, tmp_path: Path) -> None:
    desk.source = type(desk.source)("jira-main", "jira", desk.source.settings, tmp_path)
    number, other = desk.open(), desk.open()
    desk.fail(r"PUT", 429, headers={"Retry-After": "9", "RateLimit-Reason": "jira-per-issue-on-write"})
    for _ in range(2):
        with pytest.raises(Unreachable) as caught:
            act(desk, number, TAGS, add=["x"])
    assert 8 < caught.value.retry_after <= 9
    assert len(desk.wrote()) == 1
    act(desk, other, TAGS, add=["x"])
    assert fields(desk, other)["labels"] == ["x"]


def test_issue_rests_no_longer_than_it_has_to(tmp_path: Path) -> None:
    now = [1000.0]
    pace = Pace("jira-main", tmp_path, lambda: now[0])
    pace.hold("1", 9.0)
    now[0] += 9.5
    pace.count_write("1")
    (tmp_path / "pace.json").write_text('{"held": {"1": 1e15, "2": "x"}}')
    pace.count_write("1")


def test_change_at_the_same_moment_as_another_is_tried_again(desk: Any) -> None:
    """Jira's 409: it is nobody's mistake, so no person has to be told."""
    desk.configure(escalations={"transition": "Escalate"})
    number = desk.open()
    desk.fail(r"POST .*/transitions", 409)
    with pytest.raises(Unreachable, match="at the same moment"):
        act(desk, number, ESCALATE, reason="court")
    act(desk, number, ESCALATE, reason="court")
    assert fields(desk, number)["status"]["name"] == "Escalated"


@pytest.mark.parametrize("folder", [True, False])
def test_writes_to_one_issue_keep_within_both_windows(tmp_path: Path, folder: bool) -> None:
    now = [1000.0]
    made = [Pace("jira-main", tmp_path if folder else None, lambda: now[0]) for _ in range(2)]
    pace = made[0]
    for number in range(20):
        made[number % 2 if folder else 0].count_write("1")
    with pytest.raises(Unreachable) as caught:
        pace.count_write("1")
    assert caught.value.retry_after == 2
    pace.count_write("2")
    for _ in range(4):
        now[0] += 2.5
        for _ in range(20):
            pace.count_write("1")
    now[0] += 2.5
    with pytest.raises(Unreachable) as caught:
        pace.count_write("1")
    assert caught.value.retry_after == pytest.approx(30 - 12.5)
    now[0] += 30
    pace.count_write("1")


def test_spoiled_file_of_the_pace_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "pace.json").write_text('{"writes": [1], "paused_until": "x"')
    pace = Pace("jira-main", tmp_path)
    pace.require_open()
    pace.count_write("1")
