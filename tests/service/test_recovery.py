"""Whatever order deliveries come in, and wherever a worker dies, the end is the same."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import AGENT, CUSTOMER, SOURCE, World, make_store

from complaint_gift.domain import Visibility
from complaint_gift.service import performing, processing
from complaint_gift.service.policyfile import load_policy
from complaint_gift.service.records import EscalationFilter, Subject
from complaint_gift.store import SqlStore


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing after it runs."""


EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("ConversationChanged", {"conversation": "1", "what": "opened"}),
    ("MessageAdded", {"conversation": "1", "message": "1-1"}),
    ("MessageAdded", {"conversation": "1", "message": "1-2", "visibility": "public"}),
    ("MessageEdited", {"conversation": "1", "message": "1-2"}),
    ("MessageRedacted", {"conversation": "1", "message": "1-4"}),
    ("MessageAdded", {"conversation": "2", "message": "2-1"}),
    ("ConversationMerged", {"conversation": "2", "into": "1"}),
    ("MessageAdded", {"conversation": "3", "message": "3-1"}),
    ("ConversationDeleted", {"conversation": "3"}),
]


def tell_the_story(world: World) -> None:
    """What the helpdesk holds when all is said."""
    for number in "123":
        # Three customers: a second complaint of one would depend on which was heard first.
        world.desk.open(number, requester_id=f"c{number}")
    world.desk.say("1", CUSTOMER, "I want to complain. My lawyer will write to you.")
    world.desk.say("1", AGENT, "It was your fault.")
    world.desk.say("1", AGENT, "A note.", visibility=Visibility.INTERNAL)
    world.desk.say("1", CUSTOMER, "My card is 4000 1234.")
    world.desk.say("2", CUSTOMER, "I have a second complaint, it is unacceptable.")
    world.desk.change("2", status="closed")
    world.desk.say("3", CUSTOMER, "Spam, I want to complain.")
    del world.desk.conversations["3"]


def state_of(world: World) -> dict[str, Any]:
    """Everything that counts, without ids and times."""
    told: dict[str, Any] = {}
    with world.store.transaction() as tx:
        for number in "123":
            row = tx.find_conversation(SOURCE, number)
            if row is None:
                continue
            case = tx.case(row.id)
            messages = tx.messages(row.id)
            told[number] = {
                "snapshot": (row.snapshot.status, row.merged_into, row.deleted_at is not None),
                "case": case and (case.is_complaint, case.stage, case.about, case.look_at),
                "messages": [(m.message.id, m.message.text, m.redacted) for m in messages],
                "verdicts": [
                    v and [f.rule for f in v.findings]
                    for m in messages
                    for v in (tx.verdict(m.version_id, Subject.MESSAGE),)
                ],
            }
        told["escalations"] = sorted(
            (e.reason.value, e.conversation, e.summary) for e in tx.escalations(EscalationFilter(), 100)
        )
    told["effects"] = sorted(
        (a.kind.value, a.conversation, str(sorted(a.payload.items()))) for a in world.desk.effects
    )
    return told


def run(world: World, order: list[int]) -> dict[str, Any]:
    tell_the_story(world)
    for index in order:
        world.send(EVENTS[index], key=f"event{index}")
    world.work()
    for _ in range(3):
        world.settle()
    return state_of(world)


@pytest.fixture(scope="module")
def stores(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    counter = itertools.count()
    folder = tmp_path_factory.mktemp("orders")
    return lambda: make_store(template, folder / str(next(counter)))


@pytest.fixture(scope="module")
def expected(stores: Callable[[], Any]) -> dict[str, Any]:
    with stores() as store:
        return run(world_of(store), list(range(len(EVENTS))))


def world_of(store: SqlStore) -> World:
    return World(store, POLICY)


POLICY = load_policy()


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(EVENTS))).flatmap(
        lambda order: st.lists(st.sampled_from(range(len(EVENTS))), max_size=5).map(
            lambda more: [*order, *more]
        )
    )
)
def test_any_order_and_repetition_ends_the_same(
    stores: Callable[[], Any], expected: dict[str, Any], order: list[int]
) -> None:
    with stores() as store:
        assert run(world_of(store), order) == expected


def test_the_story_has_what_it_should(expected: dict[str, Any]) -> None:
    assert [(reason, where) for reason, where, _ in expected["escalations"]] == [
        ("court", "1"),
        ("violation-sent", "1"),
    ]
    assert expected["1"]["messages"][3] == ("1-4", "", True)
    assert expected["2"]["snapshot"] == ("closed", "1", False)
    assert expected["3"]["snapshot"][2] is True
    kinds = [kind for kind, *_ in expected["effects"]]
    assert kinds.count("note") == 2, "one on the complaint and one on the reply, whichever came first"


@pytest.fixture
def any_store(tables_url: str) -> Iterator[SqlStore]:
    """On SQLite and on PostgreSQL."""
    store = SqlStore(tables_url)
    yield store
    store.close()


@pytest.mark.slow
def test_many_workers_at_once_do_everything_once(any_store: SqlStore, expected: dict[str, Any]) -> None:
    world = world_of(any_store)
    tell_the_story(world)
    for index in [*range(len(EVENTS)), *range(len(EVENTS))]:
        world.send(EVENTS[index], key=f"event{index}-{world.count}")
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not world.bell.rings:
                    return
                kind, row_id = world.bell.rings.pop()
                # Everybody hears everything twice.
                if world.random.random() < 0.5:
                    world.bell.rings.insert(0, (kind, row_id))
            (world.service.process if kind == "delivery" else world.service.perform)(row_id)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result(120)
    for _ in range(6):
        world.settle(hours=0.05)
    assert state_of(world) == expected


def steps_of(world: World) -> list[tuple[object, str]]:
    """Every call between a row and its effect, by owner and name."""
    transaction = type(world.store)
    return [
        (world.service.means.plugins["desk"], "parse"),
        (world.service.means.plugins["desk"], "fetch"),
        (world.service.means.plugins["desk"], "perform"),
        (type(world.service.means), "client"),
        (world.bell, "ring"),
        (processing, "drop_echoes"),
        (processing, "absorb"),
        (processing, "_commit"),
        (processing, "fetch"),
        (performing, "_do"),
        (performing, "_finish"),
        (transaction, "transaction"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(12))
def test_worker_killed_at_any_step_is_made_up_for_once(
    stores: Callable[[], Any], expected: dict[str, Any], step: int, moment: str
) -> None:
    """Kills at the first, the second ... call of a step until no call is left to kill at."""
    for nth in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        with stores() as store:
            world = world_of(store)
            tell_the_story(world)
            for index in range(len(EVENTS)):
                world.send(EVENTS[index], key=f"event{index}")
            if not work_and_be_killed(world, step, moment, nth):
                return
            world.bell.rings.clear()
            for _ in range(6):
                world.settle(hours=0.05)
            assert state_of(world) == expected, f"killed {moment} call {nth} of {steps_of(world)[step]}"
    pytest.fail("a step without end")


def work_and_be_killed(world: World, step: int, moment: str, nth: int) -> bool:
    owner, name = steps_of(world)[step]
    real, calls = getattr(owner, name), 0

    def call(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and moment == "before":
            raise Killed
        result = real(*args, **more)
        if calls == nth:
            raise Killed
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, call)
        try:
            world.work()
        except Killed:
            return True
    return False
