"""Mails that left before they were judged: each is judged once, whatever happens in between."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from office import FINE, RUDE, Office

from complaint_gift.plugin import Fate, Leaving, Ruling
from complaint_gift.service import afterwards
from complaint_gift.service.held import OutgoingState
from complaint_gift.service.records import DeliveryState
from complaint_gift_email.gate.judging import way_headers

pytestmark = pytest.mark.slow
WAY = {
    "sender": "<dana@shop.test>", "recipients": ("<anna@customer.test>",), "options": (),
    "recipient_options": ((),), "login": "", "is_trusted": True,
}  # fmt: skip


def leave(office: Office, raw: bytes, *, sent: bool | None = True, key: str = "gate:1") -> int:
    """Through the gate, as far as somebody saw its end."""
    name = office.source.name
    assert office.desk.note(name, [Leaving(key, way_headers(WAY), raw)], [], []) == {}
    if sent is None:
        return 0
    told = office.desk.note(name, [], [key] if sent else [], [] if sent else [key])
    return int(told.get(key, 0))


def left_rows(office: Office) -> list[DeliveryState]:
    return [row.state for row in office.service.deliveries() if row.key.startswith("gate:")]


def test_its_author_hears_its_conversation_has_it_and_no_word_stays(office: Office) -> None:
    office.desk.judge(leave(office, office.reply()))
    office.world.work()
    (said,) = office.told()
    assert said.startswith("Your reply has gone out.")
    assert office.messages() == ["first@customer.test", "r@shop.test"]
    assert left_rows(office) == []


def test_of_a_good_one_nothing_but_its_message_is_left(office: Office) -> None:
    office.desk.judge(leave(office, office.reply(FINE)))
    office.world.work()
    assert (office.told(), left_rows(office)) == ([], [])
    assert office.messages() == ["first@customer.test", "r@shop.test"]


def test_what_was_not_sent_was_never_here(office: Office) -> None:
    assert leave(office, office.reply(), sent=False) == 0
    office.world.settle(hours=1)
    assert (office.told(), left_rows(office)) == ([], [])
    assert office.messages() == ["first@customer.test"]


def test_nobody_touches_what_is_just_being_sent(office: Office) -> None:
    leave(office, office.reply(), sent=None)
    office.world.settle()
    assert left_rows(office) == [DeliveryState.PASSING]
    assert office.told() == []


def test_where_a_gate_was_killed_a_worker_judges(office: Office) -> None:
    """After the answer: somebody has heard 250, and nobody has judged."""
    leave(office, office.reply())
    office.world.settle(hours=1)
    assert (len(office.told()), left_rows(office)) == (1, [])
    assert office.messages() == ["first@customer.test", "r@shop.test"]


def test_what_nobody_knows_the_end_of_is_told_and_not_called_an_answer(office: Office) -> None:
    leave(office, office.reply(), sent=None)
    office.world.settle(hours=1)
    office.world.settle(hours=1)
    assert (len(office.told()), left_rows(office)) == (1, [])
    assert office.messages() == ["first@customer.test"]


def test_sent_again_after_a_lost_answer_it_is_told_once_and_recorded(office: Office) -> None:
    leave(office, office.reply(), sent=None, key="gate:1")
    office.desk.judge(leave(office, office.reply(), key="gate:2"))
    office.world.settle(hours=1)
    office.world.settle(hours=1)
    assert (len(office.told()), left_rows(office)) == (1, [])
    assert office.messages() == ["first@customer.test", "r@shop.test"]


@pytest.mark.parametrize("text", [RUDE, FINE])
def test_a_judge_killed_at_any_step_is_followed_by_another(
    office: Office, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = leave(office, office.reply(text))
    for step in ("rule", "keep", "take", "confirm"):
        with monkeypatch.context() as broken:

            def die(*_: Any, **__: Any) -> Ruling:
                raise SystemExit("killed")

            broken.setattr(afterwards, step, die)
            if step != "keep" or text == RUDE:
                with pytest.raises(SystemExit):
                    office.desk.judge(number)
        office.world.clock.turn(hours=1)
        if not left_rows(office):
            break
    office.desk.judge(number)
    office.world.settle(hours=1)
    assert len(office.told()) == (text == RUDE)
    assert office.messages() == ["first@customer.test", "r@shop.test"]
    assert left_rows(office) == []


def test_a_rule_that_blocks_since_then_is_too_late(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not office.desk.stops(Fate.TELL)
    assert office.desk.stops(Fate.HOLD)
    number = leave(office, office.reply())
    monkeypatch.setattr(office.world.book, "blocks", True)
    assert office.desk.stops(Fate.TELL)
    rule = afterwards.rule

    def hold(*given: Any) -> Ruling:
        return replace(rule(*given), fate=Fate.HOLD)

    monkeypatch.setattr(afterwards, "rule", hold)
    office.desk.judge(number)
    (row,) = office.service.list_outgoing(())
    assert row.state is OutgoingState.PASSED


def test_among_sent_mail_too_it_is_one(office: Office) -> None:
    office.desk.judge(leave(office, office.reply()))
    office.watch(office.reply())
    office.world.work()
    assert len(office.told()) == 1
    assert office.messages() == ["first@customer.test", "r@shop.test"]


def test_whoever_is_erased_is_judged_no_more(office: Office) -> None:
    leave(office, office.reply(), sent=None)
    office.service.erase("anna@customer.test", "Olga")
    office.world.settle(hours=1)
    assert left_rows(office) == [DeliveryState.IGNORED]
    assert office.told() == []
