"""What was read by words alone is read once more when the learned layer is awake, and nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from small_world import AGENT, CUSTOMER, SOURCE, World

from complaint_gift.domain import ActionKind, EscalationState, Finding, Severity, Verdict
from complaint_gift.domain import Layer as Origin
from complaint_gift.service import StoreUnavailable, rereading
from complaint_gift.service.records import Case, EscalationFilter, Subject

MakeWorld = Callable[..., World]
ALL = EscalationFilter(frozenset(EscalationState))
SLY = "I want to complain: that is the same as last time."
QUIET = "The same as last time, then."


@dataclass(frozen=True)
class Heard:
    kind: str
    is_learned: bool
    triggers: tuple[str, ...] = ()
    score: float = 0.9
    severity: str = "normal"
    employees: tuple[str, ...] = ()
    words: str = ""


@dataclass
class Layer:
    """The learned layer, seen from the service: asleep it leaves everything to words."""

    is_awake: bool = False
    is_slow: bool = False
    asked: list[str] = field(default_factory=list)
    pinged: int = 0

    def ready(self) -> bool:
        self.pinged += 1
        return self.is_awake

    def tag(self, text: str, context: object = None) -> Mapping[str, object] | None:
        return {} if self.is_awake and not self.is_slow else None

    def classify(self, text: str) -> Heard:
        self.asked.append(text)
        if not self.is_awake or self.is_slow:
            return Heard("other", False)
        is_sly = "last time" in text
        return Heard(
            "complaint" if is_sly or "complain" in text else "other", True, ("second-failure",) * is_sly
        )


@pytest.fixture
def layer() -> Layer:
    return Layer()


@pytest.fixture
def world(make_world: MakeWorld, layer: Layer) -> World:
    made = make_world(tagger=layer, classifier=layer)
    review = made.book.review

    def review_with_layer(text: str, *, learned: Any = None, asked: bool = False, **more: Any) -> Verdict:
        verdict = review(text, **more)
        if learned is not None and "whatever" in text:
            rude = Finding("tone:0", "tone", Severity.ERROR, Origin.LEARNED, False, 0, 8, "whatever")
            verdict = replace(verdict, findings=(rude, *verdict.findings))
        return replace(verdict, complete=learned is not None or not asked)

    made.book.review = review_with_layer  # type: ignore[method-assign, assignment]
    return made


def case_of(world: World, number: str = "1") -> Case:
    with world.store.reading() as tx:
        row = tx.find_conversation(SOURCE, number)
        case = tx.case(row.id) if row else None
    assert case is not None
    return case


def raised(world: World) -> list[str]:
    return sorted(one.reason.value for one in world.service.list_escalations(ALL))


def wake(world: World, layer: Layer) -> int:
    layer.is_awake = True
    return sweep(world)


def sweep(world: World, **span: float) -> int:
    """The one step alone: others would ask the helpdesk, and hear it by the way."""
    world.clock.turn(**span or {"seconds": 5})
    done = rereading.read_again(world.service.means)
    world.work()
    return done


def test_reason_that_only_the_learned_layer_hears_is_found_once_it_is_awake(
    world: World, layer: Layer
) -> None:
    world.complain(SLY)
    assert raised(world) == []
    assert sweep(world) == 0, "asleep it has nothing to add"
    fetches, layer.is_awake = world.desk.fetches, True
    assert world.service.sweep().reread == 1
    world.work()
    assert raised(world) == ["second-failure"]
    assert world.desk.fetches == fetches + 1, "the rows know what was said; our own tag was looked at"
    assert len(world.desk.done(ActionKind.NOTE)) == 1


def test_nothing_is_left_to_read_after_that(world: World, layer: Layer) -> None:
    world.complain(SLY)
    wake(world, layer)
    asked, effects = len(layer.asked), len(world.desk.effects)
    for _ in range(3):
        assert sweep(world) == 0
    assert (len(layer.asked), len(world.desk.effects)) == (asked, effects)
    assert case_of(world).half_read_at is None


def end_of(world: World, number: str) -> tuple[list[Any], list[Any], Case]:
    """Escalations, changes in the helpdesk and case, without what tells two conversations apart."""
    told = [
        (e.reason.value, e.summary) for e in world.service.list_escalations(ALL) if e.conversation == number
    ]
    changes = [
        (a.kind.value, {name: a.payload.get(name) for name in ("text", "add", "remove", "priority")})
        for a in world.desk.effects
        if a.conversation == number
    ]
    same = {"conversation_id": 0, "why": "", "decided_by": ""}
    clocks = dict.fromkeys(("opened_at", "answered_at", "look_at"))
    case = replace(case_of(world, number), **same, **clocks)  # type: ignore[arg-type]
    return sorted(told), sorted(changes, key=str), case


def test_both_orders_of_readings_end_the_same(world: World, layer: Layer) -> None:
    for number, is_awake in (("1", True), ("2", False)):
        layer.is_awake = is_awake
        world.desk.open(number, requester_id=f"c{number}")
        world.desk.say(number, CUSTOMER, SLY + " My lawyer will write to you.")
        world.desk.say(number, AGENT, "Thank you. It was your fault.")
        world.tell(number)
        world.work()
        assert wake(world, layer) == (not is_awake)
    told, _, _ = end_of(world, "1")
    assert [reason for reason, _ in told] == ["court", "second-failure", "violation-sent"]
    assert end_of(world, "2") == end_of(world, "1")


def test_complaint_that_words_did_not_hear_becomes_one(world: World, layer: Layer) -> None:
    world.complain(QUIET)
    assert not case_of(world).is_complaint
    wake(world, layer)
    assert case_of(world).is_complaint
    assert raised(world) == ["second-failure"]
    assert world.desk.done(ActionKind.TAGS)


def test_next_delivery_makes_up_for_it_before_the_sweep(world: World, layer: Layer) -> None:
    world.complain(SLY)
    layer.is_awake = True
    world.desk.say("1", CUSTOMER, "Are you there?")
    world.tell()
    world.work()
    assert raised(world) == ["second-failure"]
    assert sweep(world) == 0


def test_delivery_while_it_sleeps_leaves_the_gap_open(world: World, layer: Layer) -> None:
    world.complain(SLY)
    world.desk.change("1", status="pending")
    world.tell()
    world.work()
    assert case_of(world).half_read_at is not None
    wake(world, layer)
    assert raised(world) == ["second-failure"]


def test_what_was_heard_in_full_opens_no_gap_when_it_is_only_looked_at_again(
    world: World, layer: Layer
) -> None:
    layer.is_awake = True
    world.complain(SLY)
    layer.is_awake = False
    world.service.means._heard.clear()  # another worker
    world.desk.change("1", status="pending")
    world.tell()
    world.work()
    assert case_of(world).half_read_at is None


def test_what_a_person_dealt_with_is_not_raised_again(world: World, layer: Layer) -> None:
    layer.is_awake = True
    world.complain(SLY)
    (first,) = world.service.list_escalations()
    world.service.resolve(first.id, "Olga", "called back")
    layer.is_awake = False
    world.clock.turn(hours=1)
    world.desk.say("1", CUSTOMER, "My lawyer will write to you.")
    world.tell()
    world.work()
    court = next(e for e in world.service.list_escalations() if e.reason.value == "court")
    world.service.resolve(court.id, "Olga", "called back")
    before = raised(world)
    world.clock.turn(hours=1)
    wake(world, layer)
    assert raised(world) == before == ["court", "second-failure"]


def test_second_cause_of_the_same_reason_is_raised_after_the_first_was_resolved(
    world: World, layer: Layer
) -> None:
    layer.is_awake = True
    world.complain(SLY)
    (first,) = world.service.list_escalations()
    world.service.resolve(first.id, "Olga", "called back")
    layer.is_awake = False
    world.clock.turn(hours=1)
    world.desk.say("1", CUSTOMER, QUIET)
    world.tell()
    world.work()
    wake(world, layer)
    assert raised(world) == ["second-failure", "second-failure"]


def test_reply_with_an_error_that_only_the_learned_layer_finds_is_told(world: World, layer: Layer) -> None:
    world.complain()
    world.reply("Thank you, whatever.")
    assert raised(world) == []
    wake(world, layer)
    assert raised(world) == ["violation-sent"]
    assert len(world.desk.done(ActionKind.NOTE)) == 1
    with world.store.reading() as tx:
        reply = tx.messages(1)[-1]
        verdict = tx.verdict(reply.version_id, Subject.MESSAGE)
    assert verdict is not None
    assert verdict.complete


def test_more_findings_in_a_reply_that_is_noted_make_no_second_note(world: World, layer: Layer) -> None:
    world.complain()
    world.reply("Thank you, it was your fault, whatever.")
    (found,) = world.service.list_escalations()
    assert len(world.desk.done(ActionKind.NOTE)) == 1
    sweep(world, hours=1)
    effects = len(world.desk.effects)
    wake(world, layer)
    assert len(world.desk.effects) == effects
    assert raised(world) == ["violation-sent"]
    shown = world.service.look_behind(found.id).findings
    assert [f.rule for f in shown] == ["tone", "no-blame"], "the lead sees all of them"
    world.service.resolve(found.id, "Olga")
    sweep(world)
    assert raised(world) == ["violation-sent"]


def test_reply_with_more_findings_that_was_dealt_with_is_not_raised_again(world: World, layer: Layer) -> None:
    world.complain()
    world.reply("Thank you, it was your fault, whatever.")
    (found,) = world.service.list_escalations()
    world.service.resolve(found.id, "Olga")
    assert wake(world, layer) == 1
    assert raised(world) == ["violation-sent"]


def test_note_that_says_the_same_is_not_written_twice(world: World, layer: Layer) -> None:
    world.complain(SLY + " My lawyer will write to you.")
    assert len(world.desk.done(ActionKind.NOTE)) == 1
    sweep(world, hours=1)
    told = len(world.post.sent)
    wake(world, layer)
    assert "second-failure" in raised(world)
    assert len(world.post.sent) > told
    texts = [note["text"] for note in world.desk.done(ActionKind.NOTE)]
    assert len(texts) == len(set(texts))


def test_what_is_missing_in_a_turn_is_judged_again(world: World, layer: Layer) -> None:
    world.complain()
    world.reply("We have sent a new one.")
    world.settle(hours=1)
    wake(world, layer)
    with world.store.reading() as tx:
        verdict = tx.verdict(tx.messages(1)[-1].version_id, Subject.TURN)
    assert verdict is not None
    assert verdict.complete
    assert [f.rule for f in verdict.findings] == ["thanks"]


class Killed(BaseException):
    """What a kill -9 looks like from inside."""


@pytest.mark.parametrize("step", ["listen", "judge"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_midway_it_is_read_later_and_once(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch, step: str, moment: str
) -> None:
    world.complain(SLY)
    real = getattr(rereading, step)

    def die(*args: Any) -> None:
        if moment == "after":
            real(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rereading, step, die)
        with pytest.raises(Killed):
            wake(world, layer)
    assert raised(world) == []
    assert sweep(world) == 0, "whatever kills us is not what every sweep begins with"
    assert sweep(world, minutes=2) == 1
    assert raised(world) == ["second-failure"]
    assert len(world.desk.done(ActionKind.NOTE)) == 1


def test_two_sweeps_at_once_read_it_once(world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    world.complain(SLY)
    layer.is_awake = True
    gate, judged = threading.Barrier(2), []
    pick = type(world.store.reading().__enter__()).cases_to_read_again

    def meet(self: Any, *args: Any) -> list[Case]:
        found = pick(self, *args)
        gate.wait(10)
        return found

    real = rereading.judge
    monkeypatch.setattr(rereading, "judge", lambda *args: (judged.append(1), real(*args))[1])
    with monkeypatch.context() as patch:
        patch.setattr(type(world.store.reading().__enter__()), "cases_to_read_again", meet)
        threads = [threading.Thread(target=rereading.read_again, args=(world.service.means,)) for _ in "12"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    world.work()
    assert len(judged) == 1
    assert raised(world) == ["second-failure"]


def test_layer_that_answers_nothing_is_asked_less_and_less_and_at_last_no_more(
    world: World, layer: Layer
) -> None:
    world.complain(SLY)
    layer.is_awake = layer.is_slow = True
    tries, days = 0, 9
    for _ in range(days * 24 * 6):
        world.clock.turn(minutes=10)
        tries += rereading.read_again(world.service.means)
    assert 10 < tries < 50
    assert case_of(world).half_read_at is None
    layer.is_slow = False
    assert wake(world, layer) == 0


def test_layer_that_never_comes_costs_one_question_a_sweep(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        world.complain(SLY, number=str(number))
    asked = len(layer.asked)
    layer.pinged = 0
    monkeypatch.setattr(world.store, "reading", None)
    monkeypatch.setattr(world.store, "transaction", None)
    for _ in range(10):
        assert rereading.read_again(world.service.means) == 0
    assert (layer.pinged, len(layer.asked)) == (10, asked)


def test_what_is_too_old_to_escalate_is_let_go(world: World, layer: Layer) -> None:
    world.complain(SLY)
    world.clock.turn(hours=24 * 8)
    layer.is_awake = True
    rereading.read_again(world.service.means)
    assert raised(world) == []
    assert case_of(world).half_read_at is None


def test_installation_without_a_learned_layer_never_reads_again(make_world: MakeWorld, layer: Layer) -> None:
    world = make_world(classifier=layer)
    world.complain(SLY)
    assert case_of(world).half_read_at is None
    layer.is_awake = True
    assert sweep(world) == 0
    assert raised(world) == []


def test_it_stops_when_the_layer_goes_away_again(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        world.complain(SLY, number=str(number))
    layer.is_awake = True
    real = rereading.judge

    def judge(*args: Any) -> Case:
        layer.is_awake = False
        return real(*args)

    monkeypatch.setattr(rereading, "judge", judge)
    assert rereading.read_again(world.service.means) == 1
    monkeypatch.undo()
    layer.is_awake = True
    assert rereading.read_again(world.service.means) == 2


def test_batch_ends_after_its_time(world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        world.complain(SLY, number=str(number))
    layer.is_awake = True
    real = rereading.listen

    def listen(*args: Any) -> None:
        world.clock.turn(seconds=6)
        real(*args)

    monkeypatch.setattr(rereading, "listen", listen)
    assert rereading.read_again(world.service.means) == 2
    assert rereading.read_again(world.service.means) == 1


def test_one_that_breaks_does_not_keep_the_others(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        world.complain(SLY, number=str(number))
    real = rereading.judge

    def judge(tx: Any, outbox: Any, means: Any, row: Any, news: Any) -> Case:
        if row.snapshot.id == "1":
            raise ValueError
        return real(tx, outbox, means, row, news)

    monkeypatch.setattr(rereading, "judge", judge)
    assert wake(world, layer) == 1
    assert {e.conversation for e in world.service.list_escalations()} >= {"0"}


def test_database_down_is_said(world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise StoreUnavailable("gone")

    world.complain(SLY)
    layer.is_awake = True
    monkeypatch.setattr(rereading, "judge", fail)
    with pytest.raises(StoreUnavailable):
        world.service.sweep()


@pytest.mark.parametrize("end", ["deleted", "no complaint", "tag"])
def test_what_is_no_concern_any_more_is_not_read_again(world: World, layer: Layer, end: str) -> None:
    world.complain(SLY)
    if end == "deleted":
        world.send(("ConversationDeleted", {"conversation": "1"}))
    elif end == "tag":
        world.desk.change("1", tags=frozenset({"not_complaint"}))
        world.tell()
    else:
        world.service.decide_complaint(SOURCE, "1", False, "Dana")
    world.work()
    assert case_of(world).read_again_at is None
    assert wake(world, layer) == 0
    assert raised(world) == []


def test_conversation_that_moved_on_while_it_was_listened_to_is_left_to_whoever_moved_it(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.complain(SLY)
    real = rereading.listen

    def listen(*args: Any) -> None:
        real(*args)
        world.desk.say("1", CUSTOMER, "And another thing.")
        world.tell()
        world.work()

    monkeypatch.setattr(rereading, "listen", listen)
    assert wake(world, layer) == 0
    assert raised(world) == ["second-failure"]


def test_nothing_is_classified_inside_a_transaction(
    world: World, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.complain(SLY)
    depth, inside = [0], list[bool]()
    transaction, classify = world.store.transaction, layer.classify

    @contextmanager
    def watched() -> Iterator[Any]:
        with transaction() as tx:
            depth[0] += 1
            yield tx
            depth[0] -= 1

    monkeypatch.setattr(world.store, "transaction", watched)
    monkeypatch.setattr(layer, "classify", lambda text: (inside.append(depth[0] > 0), classify(text))[1])
    layer.is_awake, layer.asked = True, []
    rereading.read_again(world.service.means)
    assert layer.asked == [SLY]
    assert inside == [False]
