"""What we write: once for a mark whatever the line does, never in public, never over others' changes."""

import threading
from dataclasses import replace
from typing import Any

import pytest
import structlog

from complaint_gift.demo.standin import Limits
from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Published, Refused, Unreachable

NOTE, TAGS, PRIORITY, ASSIGN = ActionKind.NOTE, ActionKind.TAGS, ActionKind.PRIORITY, ActionKind.ASSIGN


def act(
    desk: Any, ticket: str, kind: ActionKind, *, mark: str = "cg-1", api: Any = None, **payload: Any
) -> Any:
    action = Action(1, kind, desk.source.name, ticket, payload, mark)
    return desk.plugin.perform(action, desk.source, api or desk.connect())


def test_note_is_internal_ours_and_marked(desk: Any) -> None:
    ticket = desk.open()
    receipt = act(desk, ticket, NOTE, text="Needs a lead. Нужен руководитель 🍲")
    (note,) = desk.notes(ticket)
    assert (note["public"], note["plain_body"]) == (False, "Needs a lead. Нужен руководитель 🍲")
    audit = desk.audits(ticket)[-1]
    assert audit["metadata"]["custom"] == {"cg_action": "cg-1"}
    # Third loop guard: the core drops messages with these ids.
    assert receipt.external_ids == (str(audit["id"]), str(note["id"]))


def test_note_comes_from_the_bot_even_when_somebody_else_holds_the_token(desk: Any) -> None:
    ticket = desk.open()
    desk.configure(bot_user_id=str(desk.cast.lead))
    act(desk, ticket, NOTE, text="Hm.")
    assert desk.audits(ticket)[-1]["events"][0]["author_id"] == desk.cast.lead


@pytest.mark.parametrize("fault", ["drop", "half"])
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (NOTE, {"text": "Once."}),
        (TAGS, {"add": ["complaint"]}),
        (PRIORITY, {"priority": "high"}),
        (ASSIGN, {"group_id": "leads"}),
    ],
)
def test_answer_lost_after_the_work_was_done_doubles_nothing(
    desk: Any, fault: str, kind: ActionKind, payload: dict[str, Any]
) -> None:
    desk.configure(groups={"leads": str(desk.cast.leads)})
    ticket, api = desk.open(), desk.connect()
    api.client.get("/api/v2/tickets/count")
    passing = api.client.send

    def lose(method: str, path: str, **named: Any) -> Any:
        desk.faults(**{fault: float(method == "PUT")})
        try:
            return passing(method, path, **named)
        finally:
            desk.faults(**{fault: 0.0})

    api.client.send = lose
    with pytest.raises(Unreachable):
        act(desk, ticket, kind, api=api, **payload)
    before = len(desk.audits(ticket))
    assert before == 2
    receipt = act(desk, ticket, kind, **payload)
    assert len(desk.audits(ticket)) == before
    if kind is not TAGS:
        assert receipt.external_ids[0] == str(desk.audits(ticket)[-1]["id"])


@pytest.mark.parametrize("fault", [{"fail": 1.0}, {"throttle": 1.0, "retry_after": 41}])
def test_refusal_for_now_changes_nothing_and_says_how_long(desk: Any, fault: dict[str, float]) -> None:
    ticket, api = desk.open(), desk.connect()
    api.client.get("/api/v2/tickets/count")
    desk.faults(**fault)
    with pytest.raises(Unreachable) as caught:
        act(desk, ticket, NOTE, api=api, text="x")
    assert caught.value.retry_after == fault.get("retry_after")
    assert len(desk.audits(ticket)) == 1


def test_slow_helpdesk_ends_in_unreachable(desk: Any) -> None:
    ticket, api = desk.open(), desk.connect(read=0.1)
    desk.faults(slow=0.5)
    with pytest.raises(Unreachable):
        act(desk, ticket, NOTE, api=api, text="x")


def test_limit_of_a_ticket_is_told_from_its_own_header(make_desk: Any) -> None:
    with make_desk(limits=Limits(per_ticket=1)) as desk:
        ticket = desk.open()
        act(desk, ticket, NOTE, text="one", mark="a")
        with pytest.raises(Unreachable) as caught:
            act(desk, ticket, NOTE, text="two", mark="b")
        assert 500 < caught.value.retry_after <= 601
        assert len(desk.notes(ticket)) == 1


def publish(desk: Any, *, hides: bool = True) -> Any:
    """A Zendesk that makes every comment public, whatever was asked for."""
    api = desk.connect()
    passing = api.client.send

    def spoil(method: str, path: str, *, params: Any = None, body: Any = None) -> Any:
        if not hides and path.endswith("make_private"):
            raise Unreachable("zendesk-main: no.")
        if body and "comment" in body.get("ticket", {}):
            ticket = {**body["ticket"], "comment": {**body["ticket"]["comment"], "public": True}}
            body = {"ticket": ticket}
        return passing(method, path, params=params, body=body)

    api.client.send = spoil
    return api


def test_public_answer_to_a_note_is_hidden_and_shouted_about(desk: Any) -> None:
    ticket = desk.open()
    with (
        structlog.testing.capture_logs() as lines,
        pytest.raises(Published, match=r"PUBLISHED .* made private again"),
    ):
        act(desk, ticket, NOTE, api=publish(desk), text="x")
    assert [line["log_level"] for line in lines if line["event"] == "a note was published"] == ["error"]
    assert desk.notes(ticket)[0]["public"] is False


def test_public_note_that_cannot_be_hidden_asks_for_a_hand(desk: Any) -> None:
    ticket = desk.open()
    with pytest.raises(Published, match=r"PUBLISHED .* by hand at once"):
        act(desk, ticket, NOTE, api=publish(desk, hides=False), text="x")
    with pytest.raises(Published, match="PUBLISHED"):
        act(desk, ticket, NOTE, text="x")
    assert len(desk.notes(ticket)) == 1
    assert desk.notes(ticket)[0]["public"] is False


def test_update_without_a_comment_in_its_audit_is_refused(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, api = desk.open(), desk.connect()
    monkeypatch.setattr(api, "update", lambda number, wish: {"id": 5, "events": [{"type": "Change"}]})
    with pytest.raises(Refused, match="audit shows none"):
        act(desk, ticket, NOTE, api=api, text="x")


def test_tags_are_added_and_removed_and_the_others_stay(desk: Any) -> None:
    ticket = desk.open(tags=["vip", "old"])
    act(desk, ticket, TAGS, add=["complaint", "Two Words"], remove=["old", "absent"])
    assert desk.ticket(ticket)["tags"] == ["complaint", "two_words", "vip"]
    before = len(desk.audits(ticket))
    act(desk, ticket, TAGS, add=["complaint"], remove=["old"])
    act(desk, ticket, TAGS)
    assert len(desk.audits(ticket)) == before


def interfere(desk: Any, ticket: str, times: int) -> Any:
    """A colleague who changes the ticket just before each of our first writes."""
    api, left = desk.connect(), [times]
    passing = api.client.send

    def send(method: str, path: str, **named: Any) -> Any:
        if method == "PUT" and left[0]:
            left[0] -= 1
            desk.desk.clock = lambda shift=left[0]: 1_900_000_000.0 + 60 * (times - shift)
            desk.change(ticket, tags=["theirs", f"change{left[0]}"])
        return passing(method, path, **named)

    api.client.send = send
    return api


@pytest.mark.parametrize(("kind", "payload"), [(TAGS, {"add": ["ours"]}), (PRIORITY, {"priority": "high"})])
def test_conflict_is_read_again_and_decided_again(desk: Any, kind: ActionKind, payload: Any) -> None:
    ticket = desk.open()
    act(desk, ticket, kind, api=interfere(desk, ticket, 1), **payload)
    assert "theirs" in desk.ticket(ticket)["tags"]
    assert "ours" in desk.ticket(ticket)["tags"] or desk.ticket(ticket)["priority"] == "high"


def test_second_conflict_waits_for_a_quieter_moment(desk: Any) -> None:
    ticket = desk.open()
    with pytest.raises(Unreachable, match="keeps changing") as caught:
        act(desk, ticket, PRIORITY, api=interfere(desk, ticket, 2), priority="high")
    assert caught.value.retry_after == 10
    assert desk.ticket(ticket)["priority"] is None


def test_priority_and_assignment_of_somebody_else_are_not_redone(desk: Any) -> None:
    ticket = desk.open()
    act(desk, ticket, PRIORITY, priority="high")
    desk.change(ticket, priority="low")
    act(desk, ticket, PRIORITY, priority="high")
    assert desk.ticket(ticket)["priority"] == "low"
    act(desk, ticket, PRIORITY, priority="high", mark="cg-2")
    assert desk.ticket(ticket)["priority"] == "high"


def test_what_is_so_already_is_not_written(desk: Any) -> None:
    ticket = desk.open(priority="high")
    receipt = act(desk, ticket, PRIORITY, priority="high")
    assert (receipt.external_ids, len(desk.audits(ticket))) == ((), 1)


def test_group_may_be_named_as_configured(desk: Any) -> None:
    ticket = desk.open()
    desk.configure(groups={"leads": str(desk.cast.leads)})
    act(desk, ticket, ASSIGN, group_id="leads", assignee_id=str(desk.cast.lead))
    found = desk.ticket(ticket)
    assert (found["group_id"], found["assignee_id"]) == (desk.cast.leads, desk.cast.lead)


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        (NOTE, {}, "is empty"),
        (NOTE, {"text": " \n"}, "is empty"),
        (NOTE, {"text": 7}, "is empty"),
        (PRIORITY, {"priority": "P1"}, "none of low, normal"),
        (PRIORITY, {}, "none of low"),
        (ASSIGN, {}, "names nobody"),
        (ASSIGN, {"group_id": "leads"}, "map the name to an id"),
        (ASSIGN, {"assignee_id": "dana@example.com"}, "no assignee_id"),
        (ASSIGN, {"group_id": "5"}, "Group: is invalid"),
        (ActionKind.NOTIFY, {}, "belongs elsewhere"),
    ],
)
def test_impossible_wishes_are_refused_in_words(
    desk: Any, kind: ActionKind, payload: dict[str, Any], words: str
) -> None:
    ticket = desk.open()
    with pytest.raises(Refused, match=words):
        act(desk, ticket, kind, **payload)
    assert len(desk.audits(ticket)) == 1


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (NOTE, {"text": "x"}),
        (TAGS, {"add": ["x"]}),
        (PRIORITY, {"priority": "low"}),
        (ASSIGN, {"assignee_id": "1"}),
    ],
)
def test_closed_and_gone_tickets_are_refused(desk: Any, kind: ActionKind, payload: dict[str, Any]) -> None:
    ticket = desk.open()
    desk.change(ticket, status="closed")
    with pytest.raises(Refused, match="is closed"):
        act(desk, ticket, kind, **payload)
    with pytest.raises(Refused, match="is gone"):
        act(desk, "999999", kind, **payload)
    assert not desk.notes(ticket)


@pytest.mark.parametrize("ticket", ["", "../users/1", "4107/comments", "٤١٠٧", "4107?x=1", "-1"])
def test_conversation_that_is_no_ticket_never_becomes_an_address(desk: Any, ticket: str) -> None:
    with pytest.raises(Refused, match="no ticket of Zendesk"):
        act(desk, ticket, NOTE, text="x")


def test_what_zendesk_ignores_is_logged_as_an_error(desk: Any) -> None:
    ticket, api = desk.open(), desk.connect()
    with structlog.testing.capture_logs() as lines:
        api.update(ticket, {"priority": "low", "additional_tags": ["x"]})
    assert [line["log_level"] for line in lines if "ignored" in line["event"]] == ["error"]


def test_our_own_requests_are_wholly_understood(desk: Any) -> None:
    ticket = desk.open()
    with structlog.testing.capture_logs() as lines:
        act(desk, ticket, NOTE, text="x", mark="a")
        act(desk, ticket, PRIORITY, priority="low", mark="b")
        act(desk, ticket, ASSIGN, group_id=str(desk.cast.leads), mark="c")
    assert not [line for line in lines if line["log_level"] == "error"]


@pytest.mark.slow
def test_many_lossy_attempts_leave_exactly_one_of_each(desk: Any) -> None:
    """A fifth of all answers is lost after the work, some are refused; every action ends up done once."""
    tickets = [desk.open() for _ in range(6)]
    actions = [Action(n, NOTE, "zendesk-main", t, {"text": f"n{n}"}, f"m{n}") for n, t in enumerate(tickets)]
    actions += [
        Action(n + 50, PRIORITY, "zendesk-main", t, {"priority": "high"}, f"p{n}")
        for n, t in enumerate(tickets)
    ]
    desk.faults(drop=0.2, fail=0.1, half=0.1)

    def insist(action: Action) -> None:
        for tries in range(60):
            try:
                desk.plugin.perform(replace(action, attempts=tries), desk.source, desk.connect())
                return
            except Unreachable:
                continue

    threads = [threading.Thread(target=insist, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.faults(drop=0, fail=0, half=0)
    for number, ticket in enumerate(tickets):
        assert [note["plain_body"] for note in desk.notes(ticket)] == [f"n{number}"]
        assert desk.ticket(ticket)["priority"] == "high"
        assert len(desk.audits(ticket)) == 3
