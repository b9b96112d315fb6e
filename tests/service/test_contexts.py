"""A draft and the same text sent are judged in the same context, and so get the same verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from small_world import AGENT, COLLEAGUE, CUSTOMER, SOURCE, World

from complaint_gift.domain import Author, Decision, Role
from complaint_gift.rules import Context
from complaint_gift.service.records import Subject

DRAFT = {"source": SOURCE, "conversation": "1", "author": {"id": AGENT.id}}
LIMITS = """
extends: default
calendar: {timezone: Europe/Minsk}
people:
  owner: [{name: Olga Owner, accounts: [own]}]
  director: [{name: Dora Director}]
remedy_limits:
  - {role: manager, amount: 500, currency: eur}
  - {source: desk, brand: Lamps, amount: 20, currency: USD}
  - {amount: 50}
"""


def sent_context(world: World, text: str, **more: Any) -> Context:
    """What the pipeline knew when it judged this reply."""
    count = len(world.book.contexts)
    world.reply(text, **more)
    found: Context = world.book.contexts[count]
    return found


def draft_context(world: World, text: str, **more: Any) -> Context:
    world.service.review_draft(text, context=DRAFT | more)
    found: Context = world.book.contexts[-1]
    return found


def test_draft_and_sent_text_have_the_same_context(world: World) -> None:
    world.complain("Kevin shouted at me, I want to complain.", number="0")
    world.reply("Thank you, the lamp is on its way to you.", number="0")
    world.clock.turn(hours=1)
    world.desk.open("1", brand="Lamps", requester_id="c2")
    world.desk.say(
        "1", replace(CUSTOMER, id="c2", name="Ben Carter"), "I want to complain: the lamp is broken."
    )
    world.tell()
    world.work()
    draft = draft_context(world, "Thank you.")
    assert draft == sent_context(world, "Thank you.")
    assert draft.previous_replies == ("Thank you, the lamp is on its way to you.",)
    assert (draft.brand, draft.timezone, draft.customer_name) == ("Lamps", "UTC", "Ben Carter")
    assert draft.author is not None
    assert (draft.author.name, draft.author.account) == (AGENT.name, AGENT.account)


def test_second_message_of_a_turn_has_the_same_verdict_as_its_draft(world: World) -> None:
    world.complain()
    world.reply("Thank you for telling us.")
    draft = world.service.review_draft("We will call you.", context=DRAFT)
    assert (draft.decision, draft.findings) == (Decision.PASS, ()), "the turn has thanked already"
    again = world.service.review_draft("It was your fault.", context=DRAFT)
    assert (again.decision, [f.rule for f in again.findings]) == (Decision.HOLD, ["no-blame"])
    world.reply("It was your fault.")
    world.settle(hours=1)
    with world.store.reading() as tx:
        row = tx.find_conversation(SOURCE, "1")
        assert row is not None
        last = tx.messages(row.id)[-1]
        kept = [tx.verdict(last.version_id, subject) for subject in Subject]
    assert [f for verdict in kept if verdict for f in verdict.findings] == list(again.findings)


def test_first_draft_of_a_turn_is_told_what_is_missing(world: World) -> None:
    world.complain()
    draft = world.service.review_draft("We will call you.", context=DRAFT)
    assert (draft.decision, [f.rule for f in draft.findings]) == (Decision.WARN, ["thanks"])


def test_note_to_colleagues_is_no_part_of_a_turn(world: World) -> None:
    world.complain()
    world.reply("Thank you for telling us.")
    note = world.service.review_draft("She called.", context=DRAFT | {"visibility": "internal"})
    assert [f.rule for f in note.findings] == ["thanks"]


def test_previous_replies_are_this_authors_to_other_customers_and_recent(world: World) -> None:
    def answer(number: str, customer: str, author: Author, text: str) -> None:
        world.desk.open(number, requester_id=customer)
        world.desk.say(number, replace(CUSTOMER, id=customer), "Where is it?")
        world.desk.say(number, author, text)
        world.tell(number)
        world.work()

    answer("10", "c10", AGENT, "From long ago.")
    world.clock.turn(days=40)
    answer("11", "c11", AGENT, "To somebody else.")
    answer("12", "c12", COLLEAGUE, "By somebody else.")
    answer("13", CUSTOMER.id, AGENT, "To the same customer.")
    world.clock.turn(days=1)
    answer("14", "c14", AGENT, "The newest.")
    world.clock.turn(days=1)
    world.complain()
    assert sent_context(world, "Thank you.").previous_replies == ("The newest.", "To somebody else.")
    assert draft_context(world, "Thank you.", author={"account": AGENT.account}).previous_replies == (
        "The newest.",
        "To somebody else.",
    )
    nobody = draft_context(world, "Thank you.", author=None)
    assert (nobody.previous_replies, nobody.author) == ((), None)


def test_remedy_limit_is_the_first_that_fits(make_world: Callable[..., World]) -> None:
    world = make_world(LIMITS)
    world.complain()
    assert _limit(draft_context(world, "Hello")) == (50.0, "")
    assert _limit(sent_context(world, "Hello")) == (50.0, "")
    world.desk.change("1", brand="lamps")
    assert _limit(sent_context(world, "Hello again")) == (20.0, "USD")
    assert _limit(sent_context(world, "Thanks", author=Author("own", Role.AGENT, "Olga"))) == (500.0, "EUR")
    assert _limit(sent_context(world, "Thanks.", author=Author("l1", Role.MANAGER, "Lea"))) == (500.0, "EUR")
    assert _limit(draft_context(world, "Thanks", author={"id": "l1"})) == (500.0, "EUR")
    assert _limit(draft_context(world, "Thanks", remedy_limit={"amount": 7})) == (7.0, "")


def test_without_limits_nobody_is_warned(world: World) -> None:
    world.complain()
    assert draft_context(world, "Hello").remedy_limit is None


def test_grave_case_is_known_to_the_rules(make_world: Callable[..., World]) -> None:
    class Heard:
        kind, score, severity, triggers, employees = "complaint", 0.9, "high", (), ()
        is_learned, words = True, ""

    class Classifier:
        def classify(self, text: str) -> Heard:
            return Heard()

    world = make_world(LIMITS, classifier=Classifier())
    world.complain()
    for context in (draft_context(world, "Hello"), sent_context(world, "Hello")):
        assert (context.severity, context.timezone) == ("high", "Europe/Minsk")


def test_what_the_caller_says_of_a_draft_holds(world: World) -> None:
    world.complain()
    world.reply("Thank you.")
    given = {"channel": "chat", "customer_name": "", "author": {"id": AGENT.id, "name": "Dana W."}}
    context = draft_context(world, "Hello", **given)
    assert (context.channel, context.customer_name) == ("chat", CUSTOMER.name)
    assert context.author is not None
    assert (context.author.name, context.author.account) == ("Dana W.", AGENT.account)


def test_page_that_knows_the_last_message_only_is_told_the_rest(world: World) -> None:
    world.complain("I want to complain.")
    world.desk.say("1", CUSTOMER, "The lamp is\n\nbroken.")
    world.tell()
    world.work()
    whole = "I want to complain.\n\nThe lamp is\n\nbroken."
    assert draft_context(world, "Hello", complaint_text="The lamp is broken.").complaint_text == whole
    assert (
        draft_context(world, "Hello", complaint_text="Not heard of yet.").complaint_text
        == "Not heard of yet."
    )


def _limit(context: Context) -> tuple[float, str] | None:
    limit = context.remedy_limit
    return (limit.amount, limit.currency) if limit else None
