"""What the helpdesk told us, in versions, and without the words when they must go."""

import threading
from dataclasses import replace
from datetime import timedelta

from filled import AGENT, fill
from made import LATER, NOW, a_case, a_conversation, a_delivery, a_message, a_verdict, an_action

from complaint_gift.domain import ActionKind, Visibility
from complaint_gift.service.records import (
    ActionState,
    Case,
    DeliveryState,
    DraftReview,
    KeptPromise,
    PromiseState,
    Stage,
    StoredConversation,
    Subject,
    Waiver,
)
from complaint_gift.store import SqlStore


def _seven(store: SqlStore) -> StoredConversation:
    with store.transaction() as tx:
        found = tx.find_conversation("desk", "7")
    assert found is not None
    return found


def test_a_conversation_comes_back_as_it_was_saved(store: SqlStore) -> None:
    snapshot = a_conversation(
        brand="b", channel="mail", status="open", priority="high", form="f", rating="bad",
        assignee_id="agent-3", group_id="g", url="https://desk.example/7",
    )  # fmt: skip
    with store.transaction() as tx:
        assert tx.find_conversation("desk", "7") is None
        made = tx.lock_conversation("desk", "7")
        assert made.version == 0
        tx.save_conversation(made.id, snapshot)
        tx.save_conversation(made.id, snapshot)
    found = _seven(store)
    assert found.snapshot == snapshot
    assert found.version == 2
    with store.transaction() as tx:
        assert tx.conversation_by_id(found.id) == found
        assert tx.conversation_by_id(found.id + 1) is None
        assert tx.lock_conversation("desk", "7") == found
        assert tx.lock_conversation("other", "7").id != found.id


def test_merged_and_deleted_are_remembered(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        tx.mark_merged(row.id, "8")
        tx.mark_deleted(row.id, NOW)
    assert (_seven(store).merged_into, _seven(store).deleted_at) == ("8", NOW)
    with store.transaction() as tx:
        tx.save_conversation(row.id, a_conversation())
    assert _seven(store).deleted_at is None, "the source has it again"


def test_threads_that_lock_one_conversation_make_one_row_and_take_turns(store: SqlStore) -> None:
    gate, versions = threading.Barrier(8), []

    def save() -> None:
        gate.wait()
        with store.transaction() as tx:
            row = tx.lock_conversation("desk", "7")
            versions.append(row.version)
            tx.save_conversation(row.id, a_conversation())

    threads = [threading.Thread(target=save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == list(range(8))


def test_a_changed_text_makes_a_version_and_an_equal_one_does_not(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        first = tx.save_message(row.id, a_message(text="one"), NOW)
        same = tx.save_message(row.id, a_message(text="one", visibility=Visibility.INTERNAL), LATER)
        second = tx.save_message(row.id, a_message(text="two"), LATER)
        (newest,) = tx.messages(row.id)
    assert (first.number, same.number, second.number) == (1, 1, 2)
    assert first.version_id == same.version_id != second.version_id
    assert same.message.visibility is Visibility.INTERNAL
    assert newest == second
    assert newest.message == a_message(text="two")


def test_messages_come_in_the_order_they_were_sent(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        for minutes in (5, 1, 3, 1):
            name = f"m{minutes}-{len(tx.messages(row.id))}"
            tx.save_message(row.id, a_message(name, sent_at=NOW + timedelta(minutes=minutes)), NOW)
        assert [m.message.id for m in tx.messages(row.id)] == ["m1-1", "m1-3", "m3-2", "m5-0"]


def test_a_redacted_message_stays_redacted(store: SqlStore) -> None:
    fill(store)
    row = _seven(store)
    with store.transaction() as tx:
        assert tx.redact_message(row.id, "m2")
        assert not tx.redact_message(row.id, "m99")
        back = tx.save_message(row.id, a_message("m2", "Вы обязаны, Анна!", author=AGENT), LATER)
        found = tx.verdict(back.version_id, Subject.MESSAGE)
        (promise,) = tx.promises(row.id)
        assert tx.messages(row.id)[0].message.text != "", "the others keep theirs"
    assert back.redacted
    assert (back.message.text, back.number) == ("", 1)
    assert back.message.author == AGENT
    assert found is not None
    assert [hit.quote for hit in found.findings] == ["", None]
    assert found.findings[0].params == {"word": ""}
    assert promise.what == ""


def test_a_purged_conversation_holds_no_words(store: SqlStore) -> None:
    fill(store)
    row = _seven(store)
    with store.transaction() as tx:
        tx.add_action(an_action("pending-note"))
        tx.add_action(an_action("pending-notify", kind=ActionKind.NOTIFY))
        tx.purge_conversation(row.id)
        tx.purge_conversation(row.id + 99)
    with store.transaction() as tx:
        after = tx.conversation_by_id(row.id)
        assert after is not None
        assert (after.snapshot.subject, after.version) == ("", row.version)
        assert {m.message.text for m in tx.messages(row.id)} == {""}
        assert {m.message.author.name + m.message.author.account for m in tx.messages(row.id)} == {""}
        assert tx.draft_review("desk", "7", "h1") is None
        assert [w.reason for w in tx.waivers("desk", "7")] == [""]
        kept = {row.action.mark: row.action.payload for row in tx.actions(conversation="7")}
        assert set(kept) == {"note-7", "tell-7", "pending-notify"}
        assert kept["note-7"] == {}
        assert kept["tell-7"] == {"to": "lead@acme.example"}
        assert tx.case(row.id) is not None, "counts and clocks stay"
        other = tx.find_conversation("desk", "8")
        assert other is not None
        assert [m.message.text for m in tx.messages(other.id)] == ["My order is late"]
        assert tx.reopen_delivery(1) is False
        assert tx.deliveries(DeliveryState.DONE, 1)[0].key == "done"
        assert tx.count_notes("desk", "7", NOW) == 1


def test_a_verdict_comes_back_without_signals(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        version = tx.save_message(row.id, a_message(), NOW).version_id
        assert tx.verdict(version, Subject.MESSAGE) is None
        tx.save_verdict(version, Subject.MESSAGE, a_verdict("p1"), NOW)
        tx.save_verdict(version, Subject.MESSAGE, a_verdict("p2", "новое"), LATER)
        tx.save_verdict(version, Subject.TURN, a_verdict("p1", "turn"), NOW)
        assert tx.verdict(version, Subject.MESSAGE) == a_verdict("p2", "новое")
        tx.save_verdict(version, Subject.MESSAGE, a_verdict("p2", "again"), LATER)
        assert tx.verdict(version, Subject.MESSAGE) == a_verdict("p2", "again")
        assert tx.verdict(version, Subject.TURN) == a_verdict("p1", "turn")


def test_drafts_are_known_by_conversation_and_hash(store: SqlStore) -> None:
    review = DraftReview("h", "desk", "7", ("a", "b"), NOW)
    with store.transaction() as tx:
        tx.save_draft_review(review)
        tx.save_draft_review(replace(review, conversation="8", shown=()))
        tx.save_draft_review(replace(review, shown=("c",), shadow=("d",), created_at=LATER))
        assert tx.draft_review("desk", "7", "h") == replace(
            review, shown=("c",), shadow=("d",), created_at=LATER
        )
        assert tx.draft_review("desk", "7", "other") is None


def test_a_rule_is_waived_once_for_a_text(store: SqlStore) -> None:
    first = Waiver("demand", "he asked for it", "agent-3", "desk", "7", "h", NOW)
    with store.transaction() as tx:
        assert tx.add_waiver(first)
        assert not tx.add_waiver(replace(first, reason="another"))
        assert tx.add_waiver(replace(first, text_hash="h2", created_at=LATER))
        assert [w.reason for w in tx.waivers("desk", "7")] == ["he asked for it", "he asked for it"]
        assert tx.waivers("desk", "8") == []


def test_promises_of_a_message_are_replaced(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        late = tx.save_message(row.id, a_message("m2", sent_at=LATER), NOW).id
        early = tx.save_message(row.id, a_message("m1"), NOW).id
        tx.save_promises(row.id, late, [KeptPromise(late, "old", None, "x")])
        tx.save_promises(row.id, late, [KeptPromise(late, "new", LATER, "x", PromiseState.KEPT)])
        tx.save_promises(row.id, early, [KeptPromise(early, "call back", LATER, "y")])
        found = tx.promises(row.id)
        assert [(p.message_id, p.what, p.due_at, p.who, p.state) for p in found] == [
            (early, "call back", LATER, "y", PromiseState.OPEN),
            (late, "new", LATER, "x", PromiseState.KEPT),
        ]
        assert [p.made_at for p in found] == [NOW, LATER]


def test_a_promise_told_twice_in_a_reply_is_not_more_at_each_look(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "7")
        said = tx.save_message(row.id, a_message(), NOW).id
        twice = [KeptPromise(said, "I will call you tomorrow.", LATER, "x")] * 2
        tx.save_promises(row.id, said, twice)
        first = tx.promises(row.id)
        tx.save_promises(row.id, said, twice)
        assert tx.promises(row.id) == first
        assert len(first) == 2
        tx.save_promises(row.id, said, [])
        assert tx.promises(row.id) == []


def test_promise_with_the_same_words_stays_what_it_is(store: SqlStore) -> None:
    with store.transaction() as tx:
        row, other = tx.lock_conversation("desk", "7"), tx.lock_conversation("desk", "8")
        said = tx.save_message(row.id, a_message(), NOW).id
        tx.save_promises(
            row.id, said, [KeptPromise(said, "call", NOW, "x"), KeptPromise(said, "pay", NOW, "x")]
        )
        call, pay = tx.promises(row.id)
        tx.settle_promise(call.id, PromiseState.KEPT, LATER, "agent:x")
        tx.save_promises(row.id, said, [KeptPromise(said, "call", LATER, "y")])
        (kept,) = tx.promises(row.id)
        assert kept == replace(
            call,
            due_at=LATER,
            who="y",
            state=PromiseState.KEPT,
            settled_at=LATER,
            settled_by="agent:x",
        )
        tx.move_promises(row.id, other.id)
        assert (tx.promises(row.id), tx.promises(other.id)) == ([], [kept])
        tx.settle_promise(pay.id, PromiseState.KEPT, LATER, "gone")


def test_a_case_comes_back_as_it_was_saved(store: SqlStore) -> None:
    with store.transaction() as tx:
        ids = [tx.lock_conversation("desk", str(n)).id for n in range(3)]
        assert tx.case(ids[0]) is None
        full = Case(
            ids[0],
            True,
            "tag",
            "agent",
            Stage.REOPENED,
            NOW,
            "high",
            LATER,
            LATER,
            LATER,
            LATER,
            LATER,
            ("x",),
        )
        tx.save_case(replace(full, is_complaint=False))
        tx.save_case(full)
        tx.save_case(a_case(ids[1], look_at=NOW))
        tx.save_case(a_case(ids[2]))
        assert tx.case(ids[0]) == full
        assert tx.cases_to_look_at(LATER, 9) == [ids[1], ids[0]]
        assert tx.cases_to_look_at(LATER, 1) == [ids[1]]
        assert tx.cases_to_look_at(NOW - timedelta(seconds=1), 9) == []


def test_what_was_half_read_is_found_newest_first_and_put_off_once(store: SqlStore) -> None:
    soon = LATER + timedelta(minutes=1)
    with store.transaction() as tx:
        ids = [tx.lock_conversation("desk", str(n)).id for n in range(3)]
        for row_id, at in zip(ids, (NOW, LATER, None), strict=True):
            tx.save_case(a_case(row_id, half_read_at=at and NOW, read_again_at=at))
        assert [case.conversation_id for case in tx.cases_to_read_again(LATER, 9)] == [ids[1], ids[0]]
        assert [case.half_read_at for case in tx.cases_to_read_again(LATER, 1)] == [NOW]
        assert tx.put_off_reading(ids[0], LATER, soon)
        assert not tx.put_off_reading(ids[0], LATER, soon), "somebody has it"
        assert not tx.put_off_reading(ids[2], LATER, soon), "there is nothing to read"
        assert [case.conversation_id for case in tx.cases_to_read_again(LATER, 9)] == [ids[1]]


def test_complaints_of_one_customer_are_counted(store: SqlStore) -> None:
    with store.transaction() as tx:
        ids = []
        for number in range(4):
            row = tx.lock_conversation("desk", str(number))
            tx.save_conversation(row.id, a_conversation(str(number)))
            tx.save_case(a_case(row.id, opened_at=NOW + timedelta(days=number), is_complaint=number != 3))
            ids.append(row.id)
        assert tx.count_complaints("desk", "cust-1", NOW, ids[0]) == 2
        assert tx.count_complaints("desk", "cust-1", NOW + timedelta(days=2), ids[0]) == 1
        assert tx.count_complaints("desk", "cust-2", NOW, ids[0]) == 0


def test_our_own_writes_are_recognised(store: SqlStore) -> None:
    many = [f"c{n}" for n in range(1200)]
    with store.transaction() as tx:
        tx.add_own_writes("desk", ["c1", "c2"], NOW)
        tx.add_own_writes("desk", ["c2", "c1100"], LATER)
        assert tx.own_writes("desk", many) == {"c1", "c2", "c1100"}
        assert tx.own_writes("other", many) == frozenset()
        assert tx.own_writes("desk", []) == frozenset()


def test_deliveries_of_a_purged_conversation_lose_their_bodies(store: SqlStore) -> None:
    fill(store)
    waiting, _ = store.keep_delivery(a_delivery("waiting", body=b"keep me"))
    with store.transaction() as tx:
        row = tx.find_conversation("desk", "7")
        assert row is not None
        tx.purge_conversation(row.id)
        kept = tx.claim_delivery(waiting, 1, 2)
        assert kept is not None
        assert kept.delivery.body == b"keep me"
        assert tx.actions(state=ActionState.DONE)[0].action.payload == {}
