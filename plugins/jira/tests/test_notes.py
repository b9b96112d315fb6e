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


def marked(comment: dict[str, Any]) -> Any:
    return comment.get("kept", {}).get("complaint_gift", {}).get("mark")


def test_note_goes_through_the_service_desk_and_is_internal(desk: Any) -> None:
    number = desk.open()
    receipt = note(desk, number, "Нужен руководитель 🍲")
    (made,) = desk.notes(number)
    assert made["public"] is False
    assert "Нужен руководитель 🍲" in written(made)
    assert receipt.external_ids == (made["id"],)
    api = desk.api().dialect.api
    assert [path for _, path, _ in desk.wrote()] == [
        f"/rest/servicedeskapi/request/{number}/comment",
        f"{api}/comment/{made['id']}/properties/complaint_gift",
    ]


def test_mark_is_kept_where_people_do_not_look(desk: Any) -> None:
    number = desk.open()
    note(desk, number)
    (made,) = desk.notes(number)
    assert (marked(made), "cg-" in written(made)) == (MARK, False)
    note(desk, number)
    assert len(desk.notes(number)) == 1


def test_note_that_was_not_marked_yet_is_known_by_its_words(desk: Any) -> None:
    number = desk.open()
    words = "*Важно*: ответ\n- задевает\n- обвиняет {клиента}"
    desk.fail(r"PUT .*/properties/complaint_gift", 503)
    with pytest.raises(Unreachable):
        note(desk, number, words)
    (made,) = desk.notes(number)
    assert marked(made) is None
    receipt = note(desk, number, words)
    assert [one["id"] for one in desk.notes(number)] == [made["id"]] == list(receipt.external_ids)
    assert marked(made) == MARK


def test_same_words_for_two_reasons_are_two_notes(desk: Any) -> None:
    number = desk.open()
    note(desk, number)
    note(desk, number, mark=OTHER)
    assert sorted(map(marked, desk.notes(number))) == [MARK, OTHER]


def test_mark_stands_in_small_type_where_nothing_can_be_kept(desk: Any) -> None:
    number = desk.open()
    desk.fail(r"PUT .*/properties/complaint_gift", 403, times=3)
    note(desk, number)
    note(desk, number)
    (made,) = desk.notes(number)
    small = "'marks': [{'type': 'subsup', 'attrs': {'type': 'sub'}}]" if desk.cloud else f"~{MARK}~"
    assert small in written(made)
    note(desk, number, "It was changed.", mark=OTHER, replaces=[MARK])
    (made,) = desk.notes(number)
    assert (MARK in written(made), OTHER in written(made), made["public"]) == (False, True, False)


def test_note_deleted_before_it_is_marked_is_not_written_again(desk: Any) -> None:
    number = desk.open()
    desk.fail(r"PUT .*/properties/complaint_gift", 404)
    desk.fail(r"GET .*/issue/\d+/comment/\d+$", 404)
    assert note(desk, number).external_ids
    assert len([path for method, path, _ in desk.wrote() if method == "POST"]) == 1


def test_marks_are_asked_for_where_a_list_does_not_tell_them(desk: Any) -> None:
    number = desk.open()
    desk.tells_properties = False
    note(desk, number)
    note(desk, number)
    note(desk, number, mark=OTHER, replaces=[MARK])
    assert [marked(one) for one in desk.notes(number)] == [OTHER]


def test_note_with_a_mark_in_its_text_is_still_known(desk: Any) -> None:
    """All of them had it there before."""
    number = desk.open()
    desk.write(number, f"Needs a lead.\n\n{MARK}", desk.me, public=False)
    note(desk, number)
    note(desk, number, "It was changed.", mark=OTHER, replaces=[MARK])
    (made,) = desk.notes(number)
    assert (MARK in written(made), marked(made)) == (False, OTHER)


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


def test_deletion_is_tried_again_at_once(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaint_gift_jira.notes.PAUSES", (0.01, 0.01))
    number = desk.open()
    desk.publishes = True
    desk.fail(r"DELETE ", 503, times=2)
    with pytest.raises(Published, match="deleted again"):
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
    assert marked(made) == MARK
    _, _, body = desk.wrote()[1]
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


def test_request_that_the_service_desk_hides_from_us_gets_no_note(desk: Any) -> None:
    """Its 404 says so of what is no request as well; without the agent licence we would write in public."""
    number = desk.open(customfield_10010={"requestType": {"id": "25"}})
    desk.issues[number]["request"] = False
    with pytest.raises(Refused, match="hides it from our user; give it the agent licence"):
        note(desk, number)
    assert desk.notes(number) == []
    assert [path for _, path, _ in desk.wrote()] == [f"/rest/servicedeskapi/request/{number}/comment"]


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
    assert marked(made) == OTHER
    assert made["public"] is False
    edits = [body for method, path, body in desk.wrote() if method == "PUT" and "properties" not in path]
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


def test_edit_is_believed_by_what_is_said_after_it(desk: Any) -> None:
    """An edit whose answer says nothing may have changed who reads the note."""
    number = desk.open()
    note(desk, number)
    desk.edits_tell, desk.tells_properties = False, True
    desk.after.append((r"PUT .*/issue/\d+/comment/\d+$", lambda: desk.notes(number)[0].update(public=True)))
    with pytest.raises(Published, match="deleted again"):
        note(desk, number, "More inside words.", mark=OTHER, replaces=[MARK])
    assert desk.notes(number) == []


def test_note_that_nobody_tells_us_about_any_more_is_taken_back(desk: Any) -> None:
    number = desk.open()
    note(desk, number)
    desk.edits_tell = False
    desk.fail(r"GET /rest/servicedeskapi/request/\d+/comment/", 403)
    with pytest.raises(Published, match="cannot say that it did not; it has been deleted"):
        note(desk, number, "It was changed.", mark=OTHER, replaces=[MARK])
    assert desk.notes(number) == []


@pytest.mark.parametrize("text", ["", "  \n", None, 3])
def test_empty_note_is_refused(desk: Any, text: Any) -> None:
    number = desk.open()
    with pytest.raises(Refused, match="is empty"):
        note(desk, number, text)
    assert desk.wrote() == []
