"""`complaint-gift generic try`: what a payload would be read as."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from complaint_gift_generic import GenericPlugin


@pytest.fixture
def payload(tmp_path: Path) -> Any:
    def write(body: Any) -> str:
        file = tmp_path / "body.json"
        file.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
        return str(file)

    return write


def run(kit: SimpleNamespace, *args: str, **changes: Any) -> Result:
    source = kit.make_source(**changes)
    return CliRunner().invoke(GenericPlugin().commands(lambda: [source]), ["try", *args])


def test_reading_is_shown(kit: SimpleNamespace, payload: Any) -> None:
    result = run(kit, payload(kit.event()), "--source", "acme-desk")
    assert result.exit_code == 0
    for wanted in (
        "MessageAdded, message r-1, public",
        "conversation 4107",
        "subject: Cold soup",
        "message r-1: agent u-2 Dana <dana@acme.example>, public, 2026-01-31T08:30:00+00:00",
        "You ordered it yourself.",
        "! conversation.merged_into (ticket.merged_into) finds nothing",
    ):
        assert wanted in result.output


def test_what_looks_wrong_is_said(kit: SimpleNamespace, payload: Any) -> None:
    body = payload(kit.event())
    changes = {"message__text": "txet", "message__public": ["everybody"], "message__author__role": "kind"}
    result = run(kit, body, "--source", "acme-desk", **changes)
    assert "! message.text (txet) finds nothing" in result.output
    assert "neither public nor internal" in result.output
    assert "no message is by staff" in result.output
    late = payload(kit.event(ticket=kit.ticket(kit.reply(at="31.01.2026 08:30"), updated="today")))
    told = run(kit, late, "--source", "acme-desk").output
    assert "! message.sent_at finds '31.01.2026 08:30', which is no time" in told
    assert "! conversation.updated_at finds 'today', which is no time" in told
    body = payload(kit.event())
    assert "no time" not in run(kit, body, "--source", "acme-desk").output
    empty = run(kit, body, "--source", "acme-desk", message__each="ticket.nothing")
    assert "! message.each finds no messages" in empty.output


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("no json", "not JSON"),
        ({"type": "sang"}, "event.means"),
        ({"type": "ticket.replied"}, "conversation.id"),
    ],
)
def test_payload_that_cannot_be_read_ends_with_one_sentence(
    kit: SimpleNamespace, payload: Any, body: Any, said: str
) -> None:
    result = run(kit, payload(body), "--source", "acme-desk")
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_ignored_event_and_header_are_understood(kit: SimpleNamespace, payload: Any) -> None:
    body = payload(kit.event())
    header = {"event__path": None, "event__header": "X-Event"}
    for value, said in (("ticket.viewed", "knowingly ignored"), ("ticket.updated", "ConversationChanged")):
        result = run(kit, body, "--source", "acme-desk", "--header", f"X-Event: {value}", **header)
        assert said in result.output
    assert run(kit, body, "--source", "acme-desk", "--header", "X-Event").exit_code == 2
    assert "there are: acme-desk" in run(kit, body, "--source", "other").output
