"""Messages on their way out: judged, kept, decided about by people, sent once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from small_world import AGENT, SOURCE, DeskPlugin, World, refuse

from complaint_gift.domain import Finding, Layer, Severity
from complaint_gift.plugin import Fate, Outgoing, Receipt, Refused, Ruling, Uncertain, Unreachable
from complaint_gift.service import gate
from complaint_gift.service.escalating import AlreadyResolved, NotFound
from complaint_gift.service.held import OutgoingState

RUDE, FINE = "It is your fault, thank you.", "Thank you, we are sorry."


@dataclass
class Post:
    """A plugin that sends and edits."""

    sent: list[Outgoing] = field(default_factory=list)
    trouble: Exception | None = None

    def send(self, mail: Outgoing, source: Any, client: Any) -> Receipt:
        if isinstance(self.trouble, Uncertain | Unreachable | Refused | ValueError):
            raise self.trouble
        self.sent.append(mail)
        if self.trouble is not None:
            raise self.trouble
        return Receipt(detail="250 ok")

    def rewrite(self, mail: Outgoing, text: str) -> bytes:
        return text.encode()


class Pages:
    """Our own pages."""

    def to_message(self, number: int, reader: str, *, may_decide: bool) -> str:
        return f"/outgoing/{number}"


class Power(BaseException):
    """The worker dies."""


@pytest.fixture
def post(world: World) -> Post:
    post = Post()
    plugin: Any = DeskPlugin(world.desk)
    plugin.send, plugin.rewrite = post.send, post.rewrite
    world.service.means.plugins["desk"] = plugin  # type: ignore[index]
    return post


def a_mail(text: str = RUDE, key: str = "m1", **more: Any) -> Outgoing:
    values: dict[str, Any] = {
        "envelope": {"sender": "support@example.com"},
        "history": "I want to complain: nobody has come back to me.",
        "subject": "Re: my order",
        "tell": "dana@example.com",
        "recipients": ("marta@example.net",),
    }
    return Outgoing(SOURCE, key, AGENT, text, text.encode(), **{**values, **more})


def hold(world: World, **more: Any) -> Ruling:
    mail = a_mail(**more)
    kept = world.service.keep(mail, world.service.rule(mail, Fate.HOLD))
    assert kept.fate is Fate.HOLD
    world.work()
    return kept


@pytest.mark.parametrize(
    ("text", "stop", "fate"),
    [
        (FINE, Fate.HOLD, Fate.PASS),
        (RUDE, Fate.TELL, Fate.TELL),
        (RUDE, Fate.HOLD, Fate.HOLD),
        (RUDE, Fate.REJECT, Fate.REJECT),
        ("We will look into it.", Fate.REJECT, Fate.TELL),
        ("", Fate.REJECT, Fate.PASS),
    ],
)
def test_only_what_the_playbook_holds_is_stopped(world: World, text: str, stop: Fate, fate: Fate) -> None:
    assert world.service.rule(a_mail(text), stop).fate is fate


def test_a_sentence_is_one_line_of_ascii(world: World) -> None:
    ruling = world.service.rule(a_mail(), Fate.REJECT)
    assert ruling.sentence == "no-blame in en (no-blame)"
    spoof = Finding(
        "a", "account", Severity.ERROR, Layer.METADATA, False, params={"say_en": "Don’t\nuse «your» account"}
    )
    ruling = world.service.rule(a_mail(FINE, findings=(spoof,)), Fate.HOLD)
    assert (ruling.fate, ruling.sentence) == (Fate.HOLD, "Don't use your account (account)")


def test_what_answers_no_complaint_passes(world: World) -> None:
    assert world.service.rule(a_mail(history="When do you open?"), Fate.HOLD).fate is Fate.PASS
    assert world.service.rule(a_mail(history="", is_reply=False), Fate.HOLD).fate is Fate.PASS


def test_an_unknown_thread_without_history_is_judged_by_its_words_alone(world: World) -> None:
    assert world.service.rule(a_mail("We will look.", history=""), Fate.HOLD).fate is Fate.PASS
    assert world.service.rule(a_mail(RUDE, history=""), Fate.HOLD).fate is Fate.HOLD


def test_what_the_complaint_quotes_in_its_turn_is_no_part_of_it(world: World) -> None:
    mail = a_mail(history="Nobody has come back to me.\n\n> Please call us on +44 20 7946 0000.")
    assert gate.quoted(mail)["complaint_text"] == "Nobody has come back to me."


def test_a_known_conversation_decides_whether_it_is_a_complaint(world: World) -> None:
    world.complain()
    assert world.service.rule(a_mail(history="", conversation="1"), Fate.HOLD).fate is Fate.HOLD
    world.service.decide_complaint(SOURCE, "1", False, "Olga")
    assert world.service.rule(a_mail(conversation="1"), Fate.HOLD).fate is Fate.PASS


def test_who_is_told_reads_what_was_found_in_their_language(world: World) -> None:
    for key, text, title, line in (
        ("en", RUDE, "Your reply “Re: my order”", "- “fault”: no-blame in en"),
        (
            "ru",
            "Вы fault, а спасибо не скажем: thank.",
            "Ваш ответ «Re: my order»",
            "- «fault»: no-blame in ru",
        ),
    ):
        mail = a_mail(text, key, tell=f"{key}@example.com")
        kept = world.service.keep(mail, world.service.rule(mail, Fate.TELL))
        assert not world.post.to(f"{key}@example.com")
        world.service.confirm(kept)
        world.work()
        (notice,) = world.post.to(f"{key}@example.com")
        assert notice.subject == title
        assert line in notice.text.splitlines()
        assert world.service.look_at_outgoing(kept.number).mail.raw == b""


def test_who_is_told_reads_the_same_advice_once(world: World) -> None:
    second = Finding("no-blame:99", "no-blame", Severity.ERROR, Layer.LEXICAL, False, 99, 107, "your\nown")
    mail = a_mail(findings=(second,), tell="dana@example.com")
    ruling = world.service.rule(mail, Fate.TELL)
    world.service.confirm(world.service.keep(mail, ruling))
    world.work()
    (notice,) = world.post.to("dana@example.com")
    assert "- “fault”, “your own”: no-blame in en" in notice.text.splitlines()
    assert notice.text.count("no-blame in en") == 1


def test_a_lost_ring_only_delays_the_notice(world: World) -> None:
    mail = a_mail()
    world.service.keep(mail, world.service.rule(mail, Fate.TELL))
    world.settle()
    assert len(world.post.to("dana@example.com")) == 1


def test_what_was_not_taken_leaves_no_notice(world: World) -> None:
    mail = a_mail()
    kept = world.service.keep(mail, world.service.rule(mail, Fate.TELL))
    world.service.forget(kept)
    world.settle()
    assert not world.post.to("dana@example.com")
    with pytest.raises(NotFound):
        world.service.look_at_outgoing(kept.number)


def test_a_repetition_is_held_once(world: World, post: Post) -> None:
    first, again = hold(world), hold(world)
    assert first.number == again.number
    world.service.approve(first.number, "Olga")
    world.work()
    assert hold(world).number == first.number, "its answer was lost, it went out all the same"
    assert len(post.sent) == 1


def test_what_was_given_back_and_comes_again_is_held_anew(world: World) -> None:
    first = hold(world)
    world.service.give_back(first.number, "Olga", "Too harsh")
    world.work()
    assert hold(world).number != first.number


def test_a_held_message_waits_for_the_owner(world: World) -> None:
    kept = hold(world)
    assert world.reasons() == ["reply-held"]
    assert "“fault”: no-blame in en" in world.post.to("owner@example.com")[0].text
    (waits,) = world.service.list_outgoing()
    assert (waits.id, waits.state, waits.decision) == (kept.number, OutgoingState.HELD, "hold")
    assert world.post.to("dana@example.com")[0].text.startswith("Your reply has not gone out yet")


def test_an_approved_message_goes_out_once(world: World, post: Post) -> None:
    kept = hold(world)
    world.service.approve(kept.number, "Olga")
    with pytest.raises(AlreadyResolved, match="approved already by Olga"):
        world.service.approve(kept.number, "Dora")
    world.work()
    world.settle(1)
    assert [mail.raw for mail in post.sent] == [RUDE.encode()]
    done = world.service.look_at_outgoing(kept.number)
    assert (done.state, done.decided_by) == (OutgoingState.SENT, "Olga")
    assert world.reasons() == []


def test_a_sent_message_is_put_into_its_conversation(world: World, post: Post) -> None:
    world.complain()
    plugin: Any = world.service.means.plugins["desk"]
    plugin.record = lambda mail: (f"out:{mail.key}", {"x-id": "out"})
    for key, conversation in (("m1", "1"), ("m2", "unknown")):
        kept = hold(world, key=key, conversation=conversation)
        world.service.approve(kept.number, "Olga")
        world.work()
    assert [row.key for row in world.service.deliveries()] == ["out:m1", "d1"]


def test_an_edited_message_is_judged_again_and_goes_out_so(world: World, post: Post) -> None:
    kept = hold(world)
    with pytest.raises(Refused, match="without words"):
        world.service.edit_outgoing(kept.number, "Olga", " \n")
    edited = world.service.edit_outgoing(kept.number, "Olga", FINE)
    assert (edited.findings, edited.decision, edited.is_edited) == ((), "pass", True)
    world.service.approve(kept.number, "Olga")
    world.work()
    assert [mail.raw for mail in post.sent] == [FINE.encode()]
    with pytest.raises(AlreadyResolved):
        world.service.edit_outgoing(kept.number, "Olga", "Later")


def test_an_edited_message_is_judged_as_the_gate_would_judge_it(world: World, post: Post) -> None:
    kept = hold(world, history="")
    edited = world.service.edit_outgoing(kept.number, "Olga", "We will look.")
    assert (edited.findings, edited.decision) == ((), "pass"), "nothing says that it answers a complaint"
    world.complain()
    known = hold(world, key="m2", conversation="1", history="When do you open?")
    edited = world.service.edit_outgoing(known.number, "Olga", "We will look.")
    assert [finding.missing for finding in edited.findings] == [True]
    world.service.decide_complaint(SOURCE, "1", False, "Olga")
    assert world.service.edit_outgoing(known.number, "Olga", RUDE).findings == ()


def test_a_message_that_is_given_back_tells_its_author_why(world: World, post: Post) -> None:
    kept = hold(world)
    world.service.give_back(kept.number, "Olga", "Thank her first")
    world.work()
    told = [notice.text for notice in world.post.to("dana@example.com")]
    assert any("Olga gave your reply back" in text and "Thank her first" in text for text in told)
    assert not post.sent
    assert world.reasons() == []


def test_a_lost_answer_is_for_a_person_to_decide(world: World, post: Post) -> None:
    kept = hold(world)
    post.trouble = Uncertain("the answer to DATA was lost")
    world.service.approve(kept.number, "Olga")
    world.work()
    world.settle(24)
    lost = world.service.look_at_outgoing(kept.number)
    assert (lost.state, lost.error) == (OutgoingState.UNKNOWN, "the answer to DATA was lost")
    assert world.reasons() == ["sending-unknown"]
    world.service.call_sent(kept.number, "Olga")
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.SENT
    assert world.reasons() == []


@pytest.mark.parametrize("decide", [True, False])
def test_a_worker_that_dies_while_it_sends_leaves_it_unknown(
    world: World, post: Post, decide: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = hold(world)
    plugin = world.service.means.plugins["desk"]

    def die(*_: Any) -> Receipt:
        raise Power

    monkeypatch.setattr(plugin, "send", die, raising=False)
    world.service.approve(kept.number, "Olga")
    with pytest.raises(Power):
        world.work()
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.SENDING
    monkeypatch.setattr(plugin, "send", post.send, raising=False)
    world.settle(1)
    assert not post.sent
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.UNKNOWN
    if decide:
        world.service.approve(kept.number, "Olga")
        world.work()
        assert len(post.sent) == 1


def test_a_server_that_is_away_is_tried_again(world: World, post: Post) -> None:
    kept = hold(world)
    post.trouble = Unreachable("mail: away")
    world.service.approve(kept.number, "Olga")
    world.work()
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.APPROVED
    post.trouble = None
    world.settle(1)
    assert len(post.sent) == 1
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.SENT


@pytest.mark.parametrize("trouble", [Refused("mail: 550 no such user"), Unreachable("mail: away")])
def test_a_message_that_nobody_takes_comes_back_to_a_person(
    world: World, post: Post, trouble: Exception
) -> None:
    kept = hold(world)
    post.trouble = trouble
    world.service.approve(kept.number, "Olga")
    world.work()
    for _ in range(20):
        world.settle(1)
    failed = world.service.look_at_outgoing(kept.number)
    assert (failed.state, failed.error) == (OutgoingState.FAILED, str(trouble))
    assert world.reasons() == ["delivery-failed"]
    assert [one.id for one in world.service.list_outgoing()] == [kept.number]


def test_a_worker_that_dies_at_the_last_attempt_leaves_it_to_a_person(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = hold(world)
    post.trouble = Unreachable("mail: away")
    world.service.approve(kept.number, "Olga")
    world.work()
    for _ in range(world.service.means.policy.limits.attempts - 2):
        world.settle(1)

    def die(*_: Any) -> Receipt:
        raise Power

    monkeypatch.setattr(world.service.means.plugins["desk"], "send", die, raising=False)
    with pytest.raises(Power):
        world.settle(1)
    world.settle(1)
    assert [one.state for one in world.service.list_outgoing()] == [OutgoingState.UNKNOWN]
    assert world.reasons() == ["sending-unknown"]


def test_each_message_that_was_not_taken_is_told_until_it_is_decided(world: World, post: Post) -> None:
    world.desk.trouble = refuse("fetch")
    world.tell()
    world.work()
    assert world.reasons() == ["delivery-failed"], "something else has failed before"
    post.trouble = Refused("mail: 550 no such user")
    world.service.means.links = Pages()
    numbers = [hold(world, key=key).number for key in ("m1", "m2")]
    for number in numbers:
        world.service.approve(number, "Olga")
    world.work()
    assert world.reasons() == ["delivery-failed"] * 3
    told = [one.text for one in world.post.to("owner@example.com") if "550 no such user" in one.text]
    assert all(f"decide: /outgoing/{number}" in text for number, text in zip(numbers, told, strict=True))
    for number in numbers:
        world.service.give_back(number, "Olga", "She has moved")
    assert world.reasons() == ["delivery-failed"]


def test_something_that_breaks_while_sending_is_unknown(world: World, post: Post) -> None:
    kept = hold(world)
    post.trouble = ValueError("a bug of ours")
    world.service.approve(kept.number, "Olga")
    world.work()
    assert world.service.look_at_outgoing(kept.number).state is OutgoingState.UNKNOWN


def test_an_emptied_message_is_not_sent(world: World, post: Post) -> None:
    kept = hold(world)
    with world.store.transaction() as tx:
        found = tx.lock_outgoing(kept.number)
        assert found is not None
        tx.save_outgoing(replace(found, mail=replace(found.mail, raw=b"")))
    with pytest.raises(AlreadyResolved, match="emptied"):
        world.service.approve(kept.number, "Olga")


def test_an_unknown_number_is_told(world: World) -> None:
    decisions: tuple[Callable[[], object], ...] = (
        lambda: world.service.approve(7, "Olga"),
        lambda: world.service.give_back(7, "Olga", "no"),
        lambda: world.service.edit_outgoing(7, "Olga", "text"),
        lambda: world.service.call_sent(7, "Olga"),
    )
    for decide in decisions:
        with pytest.raises(NotFound, match="no message 7"):
            decide()


def test_a_door_of_a_plugin_fills_the_inbox(world: World) -> None:
    assert world.service.take(SOURCE, "k1", {"x-id": "1", "x-complaint-gift-look": "2"}, b"[]")
    assert not world.service.take(SOURCE, "k1", {}, b"[]")
    world.work()
    assert [row.key for row in world.service.deliveries()] == ["k1"]
