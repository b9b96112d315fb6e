"""A store with at least one row in every table."""

from __future__ import annotations

from datetime import timedelta

from made import (
    LATER,
    NOW,
    a_case,
    a_conversation,
    a_delivery,
    a_message,
    a_verdict,
    an_action,
    an_escalation,
    an_outgoing,
)

from complaint_gift.domain import ActionKind, Author, Role
from complaint_gift.service.records import (
    ActionState,
    AuditEntry,
    DeliveryState,
    DraftReview,
    KeptPromise,
    Seen,
    Subject,
    Waiver,
)
from complaint_gift.store import SqlStore

AGENT = Author("agent-3", Role.AGENT, "Олег Смирнов", "oleg@acme.example", True)


def fill(store: SqlStore) -> None:
    """One conversation "7" with everything about it, one "8" of somebody else."""
    done, _ = store.keep_delivery(a_delivery("done", body='{"name":"Анна Петрова"}'.encode()))
    store.keep_delivery(a_delivery("new", body=b'{"ticket": 8}'))
    with store.transaction() as tx:
        tx.claim_delivery(done, 1, 10)
        tx.settle_delivery(done, 10, DeliveryState.DONE, conversation="7")
        seven = tx.lock_conversation("desk", "7")
        tx.save_conversation(seven.id, a_conversation())
        said = tx.save_message(seven.id, a_message(), NOW)
        tx.save_message(seven.id, a_message(text="Суп был очень холодный"), LATER)
        reply = tx.save_message(
            seven.id, a_message("m2", "Вы обязаны, Анна!", author=AGENT, sent_at=LATER), LATER
        )
        tx.save_verdict(reply.version_id, Subject.MESSAGE, a_verdict(quote="Вы обязаны"), NOW)
        tx.save_verdict(said.version_id, Subject.TURN, a_verdict(), NOW)
        tx.save_promises(seven.id, reply.id, [KeptPromise(reply.id, "вернуть 500", LATER, "agent-3")])
        tx.save_case(a_case(seven.id, look_at=LATER))
        tx.save_draft_review(DraftReview("h1", "desk", "7", ("demand",), NOW))
        tx.add_sightings("desk", "7", Seen.SHOWN, ["demand"], NOW)
        tx.add_waiver(Waiver("demand", "Анна просила", "agent-3", "desk", "7", "h1", NOW))
        eight = tx.lock_conversation("desk", "8")
        tx.save_conversation(eight.id, a_conversation("8", subject="Delay", requester_id="cust-2"))
        other = Author("cust-2", Role.CUSTOMER, "Ben Carter", "ben@example.com")
        tx.save_message(eight.id, a_message("m9", "My order is late", author=other), NOW)
        note = tx.add_action(an_action("note-7"))
        assert note is not None
        tx.claim_action(note, 1, 10)
        tx.settle_action(note, 10, ActionState.DONE, receipt={"ids": ["c1"]})
        tx.add_action(an_action("note-8", conversation="8"))
        tx.add_action(an_action("tell-7", kind=ActionKind.NOTIFY, payload={"to": "lead@acme.example"}))
        tx.add_own_writes("desk", ["c1"], NOW)
        tx.add_escalation(an_escalation())
        tx.add_outgoing(an_outgoing())
        tx.save_cursor("desk", "cursor-1")
        tx.take_lease("ticker", "me", 1, 10)
        tx.beat("ticker", NOW)
        for number in range(3):
            tx.append_audit(
                AuditEntry(NOW + timedelta(seconds=number), "олег", "ack", {"id": number, "ё": [1.5, None]})
            )
