"""What is written to an invented helpdesk that answers over HTTP: once, and never in public."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug import Response

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Can, Published, Receipt, Refused, Unreachable
from complaint_gift_generic import GenericPlugin

TEXT = "A lead is needed <here> & now.\nSecond line."


def perform(plugin: GenericPlugin, source: Any, kind: ActionKind, number: str, **payload: Any) -> Receipt:
    action = Action(1, kind, source.name, number, payload, f"cg-{kind}-1")
    return plugin.perform(action, source, plugin.connect(source))


def test_note_is_internal_marked_and_escaped(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number = desk.desk.open()
    receipt = perform(plugin, desk.configure(), ActionKind.NOTE, number, text=TEXT)
    (note,) = desk.desk.notes(number)
    assert receipt.external_ids == (note["id"],)
    assert (note["visible_to"], note["ref"]) == ("staff", "cg-note-1")
    assert note["html"] == "A lead is needed &lt;here&gt; &amp; now.<br>Second line."


def test_published_note_is_taken_back_and_shouted_about(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number, desk.desk.publishes = desk.desk.open(), True
    with pytest.raises(Published, match="taken back"):
        perform(plugin, desk.configure(), ActionKind.NOTE, number, text=TEXT)
    assert desk.desk.notes(number) == []
    source = desk.configure(write__note__take_back=None)
    with pytest.raises(Published, match="see at once"):
        perform(GenericPlugin(), source, ActionKind.NOTE, number, text=TEXT)


def test_answer_that_says_nothing_is_checked_by_looking(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    source = desk.configure(write__note__internal__answered=None)
    number = desk.desk.open()
    perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    desk.desk.publishes = True
    with pytest.raises(Published):
        perform(GenericPlugin(), source, ActionKind.NOTE, desk.desk.open(), text=TEXT)


def test_note_that_cannot_be_shown_internal_is_never_sent(
    desk: SimpleNamespace, plugin: GenericPlugin
) -> None:
    # What holds for the sample that is checked at the start does not hold for this note.
    source = desk.configure(write__note__internal__sent="body.visible_to == 'staff' && body.html == 'text'")
    with pytest.raises(Refused, match="not sent"):
        perform(plugin, source, ActionKind.NOTE, desk.desk.open(), text="something else")
    assert not [one for one in desk.desk.asked if one[0] == "POST"]


@pytest.mark.parametrize("with_folder", [True, False])
def test_lost_answer_makes_no_second_note(
    desk: SimpleNamespace, plugin: GenericPlugin, tmp_path: Path, with_folder: bool
) -> None:
    source = desk.configure(folder=tmp_path if with_folder else None)
    number, desk.desk.loses = desk.desk.open(), {"POST"}
    with pytest.raises(Unreachable):
        perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    receipt = perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    (note,) = desk.desk.notes(number)
    assert receipt.external_ids == (note["id"],)


@pytest.mark.parametrize("lost", ["GET", "POST"])
def test_note_that_nobody_has_looked_at_is_looked_at_later(
    desk: SimpleNamespace, plugin: GenericPlugin, lost: str
) -> None:
    answered = {} if lost == "POST" else {"write__note__internal__answered": None, "write__note__mark": None}
    source = desk.configure(**answered)
    number, desk.desk.loses, desk.desk.publishes = desk.desk.open(), {lost}, True
    with pytest.raises(Unreachable):
        perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    with pytest.raises(Published, match="taken back"):
        perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    assert desk.desk.notes(number) == []


def test_note_of_a_worker_that_died_before_it_wrote_is_written(
    desk: SimpleNamespace, plugin: GenericPlugin, tmp_path: Path
) -> None:
    number, source = desk.desk.open(), desk.configure(folder=tmp_path)
    plugin.connect(source).journal.write("cg-note-1", ())
    assert perform(plugin, source, ActionKind.NOTE, number, text=TEXT).external_ids
    assert len(desk.desk.notes(number)) == 1


@pytest.mark.parametrize(
    ("status", "wanted"), [(500, Refused), (502, Refused), (504, Refused), (503, Receipt)]
)
def test_fault_of_the_helpdesk_tells_nothing_about_what_it_did(
    desk: SimpleNamespace, plugin: GenericPlugin, status: int, wanted: Any
) -> None:
    source = desk.configure(fetch=None, write__tags=None, write__note__mark=None)
    number, desk.desk.loses, desk.desk.lost = desk.desk.open(), {"POST"}, Response(status=status)
    with pytest.raises(Unreachable):
        perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    if wanted is Refused:
        with pytest.raises(Refused, match="lost earlier"):
            perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    else:
        assert perform(plugin, source, ActionKind.NOTE, number, text=TEXT).external_ids


def test_helpdesk_that_cannot_be_asked_gets_one_note(
    desk: SimpleNamespace, plugin: GenericPlugin, tmp_path: Path
) -> None:
    blind = {"fetch": None, "write__tags": None, "write__note__mark": None}
    source = desk.configure(folder=tmp_path, **blind)
    number = desk.desk.open()
    first = perform(plugin, source, ActionKind.NOTE, number, text=TEXT)
    again = perform(GenericPlugin(), source, ActionKind.NOTE, number, text=TEXT)
    assert first.external_ids == again.external_ids
    assert len(desk.desk.notes(number)) == 1
    other, desk.desk.loses = desk.desk.open(), {"POST"}
    late = Action(2, ActionKind.NOTE, source.name, other, {"text": TEXT}, "cg-note-2")
    for wanted in (Unreachable, Refused):
        with pytest.raises(wanted):
            plugin.perform(late, source, plugin.connect(source))
    assert len(desk.desk.notes(other)) == 1


def test_tags_that_are_there_stay(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number = desk.desk.open()
    perform(plugin, desk.configure(), ActionKind.TAGS, number, add=["complaint"], remove=["nobody"])
    assert desk.desk.tickets[number]["labels"] == [{"name": "complaint"}, {"name": "vip"}]


def test_priority_is_said_in_the_helpdesks_words(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number, source = desk.desk.open(), desk.configure()
    perform(plugin, source, ActionKind.PRIORITY, number, priority="high")
    assert desk.desk.tickets[number]["priority"] == 2
    with pytest.raises(Refused, match=r"write\.priority\.values"):
        perform(GenericPlugin(), source, ActionKind.PRIORITY, number, priority="urgent")


ASSIGN = {
    "method": "PATCH", "path": "/tickets/{conversation}",
    "body": {"owner": "{assignee}", "team": {"id": "{group}"}}, "values": {"leads": 7},
}  # fmt: skip


def test_ticket_is_assigned_in_the_helpdesks_words(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number, source = desk.desk.open(), desk.configure(write__assign=ASSIGN)
    assert Can.ASSIGN in plugin.able(source)
    assert Can.ASSIGN not in plugin.able(desk.configure())
    perform(plugin, source, ActionKind.ASSIGN, number, assignee_id="u-7", group_id="leads")
    assert (desk.desk.tickets[number]["owner"], desk.desk.tickets[number]["team"]) == ("u-7", {"id": 7})
    perform(GenericPlugin(), source, ActionKind.ASSIGN, number, group_id="leads")
    assert desk.desk.asked[-1][2] == {"team": {"id": 7}}, "who has it stays as it is"


def test_assignment_that_is_so_already_or_has_no_place_writes_nothing(
    desk: SimpleNamespace, plugin: GenericPlugin
) -> None:
    number, source = desk.desk.open(), desk.configure(write__assign=ASSIGN)
    assert "so already" in perform(plugin, source, ActionKind.ASSIGN, number, assignee_id="u-2").detail
    owner = desk.configure(write__assign=ASSIGN | {"body": {"owner": "{assignee}"}})
    for payload, told in (({"group_id": "leads"}, "to go to group"), ({}, "to go to nobody")):
        with pytest.raises(Refused, match=told):
            perform(plugin, owner, ActionKind.ASSIGN, number, **payload)
    assert {one[0] for one in desk.desk.asked} == {"GET"}


def test_what_is_not_described_is_refused(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    source = desk.configure(write={})
    for kind in (ActionKind.NOTE, ActionKind.TAGS, ActionKind.ASSIGN):
        with pytest.raises(Refused, match=f"write.{kind}"):
            perform(plugin, source, kind, "1", text=TEXT)


@pytest.mark.parametrize("number", ["..", ".", "a\nb", "", "x" * 300])
def test_strange_ticket_reaches_no_address(desk: SimpleNamespace, plugin: GenericPlugin, number: str) -> None:
    with pytest.raises(Refused, match="no ticket"):
        perform(plugin, desk.configure(), ActionKind.NOTE, number, text=TEXT)
    assert desk.desk.asked == []


def test_number_with_a_slash_stays_one_step_of_the_path(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    source = desk.configure()
    assert plugin.fetch("100/replies?x=1#y", source, plugin.connect(source)) is None
    # Werkzeug has decoded it: what was sent is one step of the path.
    assert desk.desk.asked[-1][1] == "/tickets/100/replies?x=1#y"


def test_conversation_is_fetched_as_described(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number, source = desk.desk.open(), desk.configure()
    found = plugin.fetch(number, source, plugin.connect(source))
    assert found is not None
    assert (found.id, found.subject, [m.text for m in found.messages]) == (
        number, "Cold soup", ["You ordered it yourself."],
    )  # fmt: skip
    assert plugin.fetch("999", source, plugin.connect(source)) is None


def test_answer_about_another_ticket_is_not_taken(desk: SimpleNamespace, plugin: GenericPlugin) -> None:
    number, source = desk.desk.open(), desk.configure()
    desk.desk.tickets[number]["id"] = 7
    with pytest.raises(Unreachable, match="not about it"):
        plugin.fetch(number, source, plugin.connect(source))


def test_key_of_its_own_header_lets_us_in(kit: SimpleNamespace) -> None:
    seen = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.append(environ.get("HTTP_X_API_KEY"))
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"ticket": {"id": 1}}']

    with kit.serve(app) as url:
        auth = {"kind": "header", "header": "X-Api-Key", "password": "k"}
        source = kit.make_source(kit.MAPPING | kit.WRITING, api__base_url=url, api__auth=auth)
        plugin = GenericPlugin()
        assert plugin.fetch("1", source, plugin.connect(source)) is not None
    assert seen == ["k"]
