"""How rules fare, from the draft to the sent reply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from small_world import SOURCE, Book, World

from complaint_gift.domain import Finding, Layer, Severity, Verdict
from complaint_gift.playbook import load_playbook
from complaint_gift.service.records import RuleRecord

SHADOW = Finding("quiet", "quiet", Severity.INFO, Layer.LEXICAL, False, 0, 1, "x")
ABSENT = Finding("absent", "absent", Severity.INFO, Layer.LEXICAL, True)


class Shadowed(Book):
    """Two rules more, both in shadow."""

    def review(self, text: str, *, shadow: list[Finding] | None = None, **more: Any) -> Verdict:
        if shadow is not None:
            shadow += [SHADOW, ABSENT]
        return super().review(text, **more)


def draft(world: World, text: str, *, rests: float = 0) -> None:
    """Somebody writes `text` and leaves it standing for so many seconds."""
    world.service.review_draft(text, context={"source": SOURCE, "conversation": "1"})
    world.clock.turn(seconds=rests)


def records(world: World) -> dict[str, RuleRecord]:
    return {one.rule: one for one in world.service.rule_records()}


def test_shown_set_aside_and_sent_anyway_are_told_apart(world: World) -> None:
    world.complain()
    draft(world, "It is your faul")
    draft(world, "It is your fault.", rests=4)
    draft(world, "It is your fault. So")
    assert records(world)["no-blame"] == RuleRecord("no-blame", shown=1)
    world.reply("It is your fault.")
    world.settle(hours=1)
    found = records(world)
    assert (found["no-blame"].shown, found["no-blame"].sent_anyway) == (1, 1)
    assert found["thanks"].sent_anyway == 1, "what is missing counts as well"
    world.service.waive(SOURCE, "1", "fault", ("no-blame",), "He asked whose fault it was.", "ann")
    found = records(world)
    assert (found["no-blame"].waived, found["no-blame"].sent_anyway) == (1, 0)
    assert found["no-blame"].reasons == (("He asked whose fault it was.", 1),)
    assert next(iter(found)) == "no-blame", "the least trusted rule comes first"


def test_what_comes_up_between_two_keys_is_not_counted(world: World) -> None:
    world.complain()
    draft(world, "It is your fault", rests=0.4)
    draft(world, "It is your", rests=2)
    draft(world, "It is your new parcel that comes today.", rests=60)
    draft(world, "It is your new parcel that comes today, Marta.")
    assert "no-blame" not in records(world)


def test_draft_that_stands_while_a_closer_look_comes_is_counted(world: World) -> None:
    world.complain()
    draft(world, "It is your fault.", rests=3.5)
    draft(world, "It is your fault.")
    assert records(world)["no-blame"] == RuleRecord("no-blame", shown=1)


def test_draft_that_is_sent_at_once_was_shown(world: World) -> None:
    world.complain()
    draft(world, "It is your fault.")
    world.reply("It is your fault.")
    world.settle(hours=1)
    assert (records(world)["no-blame"].shown, records(world)["no-blame"].found_later) == (1, 0)


def test_reason_given_on_sending_is_no_doubt_about_the_rule(world: World) -> None:
    world.complain()
    draft(world, "It is your fault.")
    world.service.waive(SOURCE, "1", "It is your fault.", ("no-blame",), "I mean it.", "ann", sent=True)
    assert records(world)["no-blame"] == RuleRecord("no-blame", shown=1)


def test_reply_that_nobody_drafted_here_counts_as_found_later(world: World) -> None:
    world.complain()
    world.reply("It is your fault.")
    world.settle(hours=1)
    assert records(world)["no-blame"] == RuleRecord("no-blame", found_later=1)


def test_rules_in_shadow_are_counted_and_shown_to_nobody(world: World) -> None:
    world.book = Shadowed()
    world.complain()
    draft(world, "Thank", rests=1)
    draft(world, "Thank you", rests=2)
    assert records(world) == {}, "nobody has read what came up between two keys"
    draft(world, "Thank you.", rests=4)
    draft(world, "Thank you. And")
    assert records(world)["quiet"] == RuleRecord("quiet", shadow=1)
    world.reply("Thank you, Marta.")
    world.settle(hours=1)
    assert records(world) == {rule: RuleRecord(rule, shadow=1) for rule in ("quiet", "absent")}


def test_rule_in_shadow_is_counted_where_a_reason_was_given(world: World) -> None:
    world.book = Shadowed()
    world.complain()
    draft(world, "It is your fault.")
    assert "quiet" not in records(world)
    world.service.waive(SOURCE, "1", "It is your fault.", ("no-blame",), "A quotation", "Dana")
    assert records(world)["quiet"] == RuleRecord("quiet", shadow=1)


def test_shadow_of_a_real_playbook_is_counted(world: World, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book/playbook.yaml").write_text("extends: default\nshadow: [no-threats]\n", "utf-8")
    world.book = load_playbook(tmp_path / "book")  # type: ignore[assignment]
    world.complain()
    draft(world, "Delete your review or we will sue you.", rests=4)
    draft(world, "Delete your review or we will sue you. Thank you.")
    found = records(world)
    assert found["no-threats"] == RuleRecord("no-threats", shadow=1)
    assert found["thank-for-the-complaint"].shown == 1


def test_a_draft_elsewhere_counts_nothing(world: World) -> None:
    world.service.review_draft("It is your fault.")
    assert world.service.rule_records() == []
