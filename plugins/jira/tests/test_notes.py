"""A note is internal or it is not there: on both deployments, whatever Jira makes of it."""

from typing import Any

import pytest

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Published, Refused, Unreachable

MARK = "cg-note-0123456789abcdef01234567"
OTHER = "cg-note-fedcba9876543210fedcba98"
NOTE = r"POST /rest/servicedeskapi/request/\d+/comment"


def note(desk: Any, number: str, text: str = "Needs a lead.", mark: str = MARK, **payload: Any) -> Any:
    action = Action(1, ActionKind.NOTE, "jira-main", number, {"text": text} | payload, mark)
    return desk.plugin.perform(action, desk.source, desk.api())


def written(comment: dict[str, Any]) -> str:
    return str(comment["body"])


def test_note_goes_through_the_service_desk_and_is_internal(desk: Any) -> None:
    number = desk.open()
    receipt = note(desk, number, "Нужен руководитель 🍲")
    (made,) = desk.notes(number)
    assert made["public"] is False
    assert "Нужен руководитель 🍲" in written(made)
    assert MARK in written(made)
    assert receipt.external_ids == (made["id"],)
    assert [path for _, path, _ in desk.wrote()] == [f"/rest/servicedeskapi/request/{number}/comment"]


@pytest.mark.parametrize("said", [True, "silent"])
def test_note_that_is_not_called_internal_is_deleted_and_raised(desk: Any, said: Any) -> None:
    number = desk.open()
    desk.publishes = said
    if said == "silent":
        desk.lose(r"GET /rest/servicedeskapi/request/\d+/comment/")
        with pytest.raises(Unreachable):
            note(desk, number)
        desk.issues[number]["comments"][-1]["public"] = True
    with pytest.raises(Published, match=r"PUBLISHED .* deleted again"):
        note(desk, number)
    assert desk.notes(number) == []


def test_note_that_cannot_be_deleted_is_shouted_about_by_its_number(desk: Any) -> None:
    number = desk.open()
    desk.publishes = True
    desk.fail(r"DELETE ", 403)
    with pytest.raises(Published, match=r"delete comment \d+ by hand at once"):
        note(desk, number)


def test_answer_that_says_nothing_is_asked_about(desk: Any) -> None:
    number = desk.open()
    desk.publishes = "silent"
    note(desk, number)
    assert [made["public"] for made in desk.notes(number)] == [False]
    assert any(method == "GET" and "/servicedeskapi/" in path for method, path, _, _ in desk.asked)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 429, 500, 502, 503])
def test_refusal_closes_every_other_way(desk: Any, status: int) -> None:
    """Only the 404 of the service desk says that this is no request."""
    number = desk.open()
    desk.fail(NOTE, status, times=2)
    with pytest.raises((Refused, Unreachable)) as caught:
        note(desk, number)
    assert type(caught.value) in (Refused, Unreachable)
    assert desk.notes(number) == []
    assert [path for _, path, _ in desk.wrote()] == [f"/rest/servicedeskapi/request/{number}/comment"]


def test_issue_of_another_kind_of_project_gets_a_comment_of_the_platform(desk: Any) -> None:
    number = desk.open(kind="software")
    note(desk, number)
    note(desk, number)
    (made,) = desk.notes(number)
    assert MARK in written(made)
    *_, (_, _, body) = desk.wrote()
    assert body["properties"] == [{"key": "sd.public.comment", "value": {"internal": True}}]
    assert isinstance(body["body"], dict if desk.cloud else str)


def test_issue_of_a_service_project_that_is_no_request_is_written_to_only_where_jira_tells(desk: Any) -> None:
    number = desk.open()
    desk.issues[number]["request"] = False
    if desk.cloud:
        note(desk, number)
        assert [made["public"] for made in desk.notes(number)] == [False]
    else:
        with pytest.raises(Refused, match="nobody can say who would read"):
            note(desk, number)
        assert desk.notes(number) == []


def test_project_of_an_unknown_kind_gets_no_note(desk: Any) -> None:
    number = desk.open()
    desk.issues[number]["request"] = False
    del desk.issues[number]["fields"]["project"]["projectTypeKey"]
    with pytest.raises(Refused, match="nobody can say"):
        note(desk, number)
    assert desk.notes(number) == []


def test_lost_answer_doubles_nothing(desk: Any) -> None:
    number = desk.open()
    desk.lose(NOTE)
    with pytest.raises(Unreachable):
        note(desk, number)
    receipt = note(desk, number)
    (made,) = desk.notes(number)
    assert receipt.external_ids == (made["id"],)


def test_note_found_public_on_the_second_attempt_is_taken_back(desk: Any) -> None:
    number = desk.open()
    desk.lose(NOTE)
    with pytest.raises(Unreachable):
        note(desk, number)
    desk.notes(number)[0]["public"] = True
    with pytest.raises(Published):
        note(desk, number)
    assert desk.notes(number) == []


def test_mark_quoted_by_somebody_is_not_our_note(desk: Any) -> None:
    number = desk.open()
    desk.write(number, f"What is {MARK}?")
    note(desk, number)
    assert len(desk.notes(number)) == 1


def test_note_takes_the_place_of_an_earlier_one(desk: Any) -> None:
    number = desk.open()
    first = note(desk, number, "One passage deserves a second look.")
    second = note(desk, number, "It was changed.", mark=OTHER, replaces=[MARK])
    again = note(desk, number, "It was changed.", mark=OTHER, replaces=[MARK])
    (made,) = desk.notes(number)
    assert first.external_ids == second.external_ids == again.external_ids == (made["id"],)
    assert "It was changed." in written(made)
    assert OTHER in written(made)
    assert MARK not in written(made)
    assert made["public"] is False
    edits = [body for method, _, body in desk.wrote() if method == "PUT"]
    assert len(edits) == 1
    assert set(edits[0]) == {"body"}


def test_note_whose_earlier_one_is_gone_is_written_anew(desk: Any) -> None:
    number = desk.open()
    note(desk, number, mark=OTHER, replaces=[MARK, "x", None, 3])
    assert len(desk.notes(number)) == 1


def test_earlier_note_that_somebody_made_public_is_not_written_to(desk: Any) -> None:
    number = desk.open()
    note(desk, number)
    desk.notes(number)[0]["public"] = True
    with pytest.raises(Published):
        note(desk, number, "More inside words.", mark=OTHER, replaces=[MARK])
    assert desk.notes(number) == []


@pytest.mark.parametrize("text", ["", "  \n", None, 3])
def test_empty_note_is_refused(desk: Any, text: Any) -> None:
    number = desk.open()
    with pytest.raises(Refused, match="is empty"):
        note(desk, number, text)
    assert desk.wrote() == []
