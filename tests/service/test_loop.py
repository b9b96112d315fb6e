"""A complaint from the first webhook to the note, the tags and the people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from small_world import AGENT, CUSTOMER, World

from complaint_gift.domain import ActionKind, Reason


def test_bad_reply_is_noted_tagged_and_escalated(world: World) -> None:
    world.complain()
    assert world.reasons() == []
    world.reply("It was your fault.")
    (found,) = world.service.list_escalations()
    assert found.reason is Reason.VIOLATION_SENT
    assert found.summary == "no-blame"
    assert world.desk.done(ActionKind.TAGS) == [
        {"add": ["complaint"], "remove": []},
        {"add": ["complaint_escalated"], "remove": []},
    ]
    assert world.desk.done(ActionKind.PRIORITY) == [{"priority": "high"}]
    (note,) = world.desk.done(ActionKind.NOTE)
    assert note["text"].startswith("Complaint Gift: a passage")


def test_note_names_nobody_and_quotes_nothing(world: World) -> None:
    world.complain()
    world.reply("It was your fault, Marta.")
    (note,) = world.desk.done(ActionKind.NOTE)
    for word in ("Dana", "Marta", "fault", "no-blame"):
        assert word not in note["text"]


def test_note_speaks_the_language_of_the_conversation(world: World) -> None:
    world.complain("Прошу принять жалобу: мне нахамили и никто не ответил.")
    world.reply("Это не наша вина, it was your fault, сами виноваты, ждите ответа в порядке очереди.")
    (note,) = world.desk.done(ActionKind.NOTE)
    assert "стоит перечитать" in note["text"]


def test_details_reach_the_author(world: World) -> None:
    world.complain()
    world.reply("It was your fault.")
    (mail,) = world.post.to("dana@example.com")
    assert "“fault”: no-blame in en" in mail.text
    assert "What it is about" not in mail.text  # ids of rules are for machines
    assert "https://desk.example/1" in mail.text


def test_good_reply_is_left_in_peace(world: World) -> None:
    world.complain()
    world.reply("Thank you for telling us.")
    world.settle(hours=1)
    assert world.reasons() == []
    assert world.desk.done(ActionKind.NOTE) == []


def test_reply_to_a_question_is_not_judged(world: World) -> None:
    world.complain("Which way round does the lid go?")
    world.reply("That is your fault.")
    assert world.reasons() == []
    assert world.desk.effects == []


def test_reason_given_for_sending_anyway_is_kept_and_told(world: World) -> None:
    world.complain()
    world.reply("It was your fault.", waiver="She asked me to say it so")
    (found,) = world.service.list_escalations()
    assert "a reason was given" in found.summary
    assert world.service.look_behind(found.id).reasons == ("She asked me to say it so",)


def test_only_what_a_draft_review_showed_escalates(world: World) -> None:
    world.complain()
    text = "It was your fault."
    # While the agent wrote, the playbook had nothing against it.
    world.book.review = lambda text, **more: world.book.__class__().review("Thank you")  # type: ignore[method-assign]
    world.service.review_draft(text, context={"source": "desk", "conversation": "1"})
    del world.book.review
    world.reply(text)
    assert world.reasons() == []


def test_shown_and_sent_anyway_escalates(world: World) -> None:
    world.complain()
    world.service.review_draft("It was  your fault.", context={"source": "desk", "conversation": "1"})
    world.reply("It was your fault.\n")
    assert world.reasons() == ["violation-sent"]


def test_draft_context_is_filled_from_what_we_hold(world: World) -> None:
    world.complain("Kevin shouted at me, I want to complain about Dana Whitfield and the rest.")
    world.service.review_draft("Hello", context={"source": "desk", "conversation": "1", "channel": "chat"})
    context = world.book.contexts[-1]
    assert context.complaint_text.startswith("Kevin shouted")
    assert context.customer_name == "Marta Lind"
    assert context.about_employee[0] == "Dana Whitfield"
    assert context.channel == "chat"
    assert context.first_reply is True


def test_case_facts_tell_stage_promises_and_audience(world: World) -> None:
    world.complain()
    assert world.service.case_facts("desk", "1").stage.value == "open"
    world.reply("Thank you. I will call you tomorrow.")
    facts = world.service.case_facts("desk", "1")
    assert (facts.stage.value, facts.audience, facts.is_complaint) == ("answered", 1, True)
    (promise,) = facts.promises
    assert (promise.what, promise.who) == ("I will call you tomorrow.", "Dana Whitfield")
    assert promise.due_at == datetime(2026, 3, 3, 18, tzinfo=UTC)
    world.desk.say("1", CUSTOMER, "Nobody called.")
    world.tell()
    world.work()
    assert world.service.case_facts("desk", "1").stage.value == "reopened"


def test_one_click_says_what_is_a_complaint(world: World) -> None:
    world.complain("Where is the lid?")
    world.reply("That is your fault.")
    world.service.decide_complaint("desk", "1", True, "Dana")
    world.work()
    assert world.reasons() == ["violation-sent"]
    assert "complaint" in world.desk.conversations["1"].tags
    world.service.decide_complaint("desk", "1", False, "Dana")
    world.tell()
    world.work()
    assert not world.service.case_facts("desk", "1").is_complaint
    assert "complaint" not in world.desk.conversations["1"].tags


def test_tag_rating_and_form_make_a_complaint_and_a_tag_takes_it_back(world: World) -> None:
    world.desk.open("1", tags=frozenset({"complaint"}))
    world.desk.open("2", rating="bad")
    world.desk.open("3", tags=frozenset({"complaint", "not_complaint"}), rating="bad")
    for number in "123":
        world.desk.say(number, CUSTOMER, "Hello")
        world.tell(number)
    world.work()
    whys = [world.service.case_facts("desk", number).why for number in "123"]
    assert whys == ["tag:complaint", "rating:bad", "tag:not_complaint"]


def test_private_note_of_ours_is_not_judged(world: World) -> None:
    from complaint_gift.domain import Visibility

    world.complain()
    world.desk.say("1", AGENT, "It was her fault.", visibility=Visibility.INTERNAL)
    world.tell()
    world.work()
    assert world.reasons() == []


def test_removed_tag_takes_back_what_it_made(world: World) -> None:
    world.desk.open("1", tags=frozenset({"complaint"}))
    world.desk.say("1", CUSTOMER, "Hello")
    world.tell()
    world.work()
    world.desk.change("1", tags=frozenset())
    world.tell()
    world.work()
    assert not world.service.case_facts("desk", "1").is_complaint


def test_each_violation_shows_its_own_findings(world: World) -> None:
    world.complain()
    world.reply("It was your fault.")
    world.reply("Your FAULT, again.")
    found = world.service.list_escalations()
    assert len(found) == 2
    assert world.service.look_behind(found[0].id).findings[0].rule == "no-blame"


def test_tagger_that_has_not_spoken_leaves_the_verdict_to_words(make_world: Callable[..., World]) -> None:
    class Silent:
        def tag(self, text: str, context: object = None) -> None:
            return None

    world = make_world(tagger=Silent())
    asked: list[object] = []
    review = world.book.review
    world.book.review = lambda text, **more: (asked.append(more["asked"]), review(text, **more))[1]  # type: ignore[method-assign, func-returns-value]
    world.service.review_draft("It was your fault.")
    assert asked == [True]
