"""What a person decides about a held message, and sending what was approved: once, or nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from complaint_gift.domain import Action, ActionKind, Decision, Reason
from complaint_gift.plugin import Receipt, Refused, Uncertain, Unreachable
from complaint_gift.service import gate
from complaint_gift.service.escalating import AlreadyResolved, Cause, NotFound, raise_escalation, settle
from complaint_gift.service.held import WAITING, KeptOutgoing, OutgoingState
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import StoreUnavailable, Transaction
from complaint_gift.service.receiving import take
from complaint_gift.service.records import AuditEntry

LONGEST_TEXT = 100_000
LONGEST_REASON = 2000
OURSELVES = "complaint-gift"

log = structlog.get_logger(__name__)


def list_outgoing(means: Means, states: tuple[OutgoingState, ...], limit: int) -> list[KeptOutgoing]:
    """The oldest first, without their raw bytes."""
    with means.store.reading() as tx:
        return tx.list_outgoing(states, limit)


def look_at(means: Means, number: int) -> KeptOutgoing:
    """Raises NotFound."""
    with means.store.reading() as tx:
        return _known(tx.outgoing(number), number)


def approve(means: Means, number: int, by: str) -> KeptOutgoing:
    """Have it sent as it stands. Raises NotFound or AlreadyResolved."""
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        found = _waiting(tx, number)
        if not found.mail.raw:
            raise AlreadyResolved(f"message {number} has been emptied; nothing is left to send")
        done = _decide(tx, outbox, means, found, OutgoingState.APPROVED, by, "")
        done = replace(done, sends=found.sends + 1, error="")
        tx.save_outgoing(done)
        payload = {"outgoing": number}
        cause = f"send:{number}:{done.sends}"
        outbox.add(ActionKind.SEND, done.mail.source, done.mail.conversation, cause, payload)
    outbox.ring(means.bell)
    return done


def give_back(means: Means, number: int, by: str, reason: str) -> KeptOutgoing:
    """It does not go out; its author is told why. Raises NotFound or AlreadyResolved."""
    with means.store.transaction() as tx:
        outbox = Outbox(tx, means.now())
        found = _waiting(tx, number)
        done = _decide(tx, outbox, means, found, OutgoingState.RETURNED, by, reason)
        tx.save_outgoing(done)
        gate.tell(outbox, done.mail, number, f"returned:{done.sends}")
    outbox.ring(means.bell)
    return done


def call_sent(means: Means, number: int, by: str) -> KeptOutgoing:
    """A person has found out that it did go out. Raises NotFound or AlreadyResolved."""
    with means.store.transaction() as tx:
        outbox = Outbox(tx, means.now())
        found = _waiting(tx, number)
        if found.state is not OutgoingState.UNKNOWN:
            raise AlreadyResolved(f"message {number} was certainly not sent; approve it or give it back")
        done = _decide(tx, outbox, means, found, OutgoingState.SENT, by, "")
        tx.save_outgoing(done)
    outbox.ring(means.bell)
    return done


def edit(means: Means, number: int, by: str, text: str) -> KeptOutgoing:
    """Give it another text and judge that; it is held on. Raises NotFound, AlreadyResolved or Refused."""
    text = text.replace("\r\n", "\n").replace("\0", "").strip("\n")[:LONGEST_TEXT]
    if not text.strip():
        raise Refused("a reply without words cannot be sent; write some, or give it back")
    found = look_at(means, number)
    source, plugin = means.source(found.mail.source)
    rewrite = getattr(plugin, "rewrite", None)
    if rewrite is None:
        raise Refused(f"{source.name}: its plugin cannot edit; approve the message or give it back")
    raw = rewrite(found.mail, text)
    mail = replace(found.mail, raw=raw, text=text)
    verdict = gate.judge(means, mail)
    metadata = tuple(f for f in found.findings if f.params.get("say_en"))
    with means.store.transaction() as tx:
        current = _waiting(tx, number)
        if current.mail.text != found.mail.text:
            raise AlreadyResolved(f"somebody else has edited message {number} meanwhile; look at it again")
        done = replace(
            current,
            mail=mail,
            findings=(*metadata, *(verdict.findings if verdict else ())),
            decision=(verdict.decision if verdict else Decision.PASS).value,
            playbook=means.playbook().hash,
            is_edited=True,
        )
        tx.save_outgoing(done)
        _note(tx, means, by, "outgoing-edited", number)
    return done


def send(means: Means, action: Action) -> Receipt:
    """Send what was approved. Raises Refused or Unreachable, and StoreUnavailable.

    From its first byte to the other side's answer it is SENDING: whoever finds it so later knows that a
    worker died in between, and that only a person may go on.
    """
    number = int(action.payload["outgoing"])
    with means.store.transaction() as tx:
        found = tx.lock_outgoing(number)
        if found is None or found.state not in (OutgoingState.APPROVED, OutgoingState.SENDING):
            return Receipt(detail=f"message {number} is {found.state.value if found else 'gone'}")
        lost = found.state is OutgoingState.SENDING
        if not lost:
            tx.save_outgoing(replace(found, state=OutgoingState.SENDING))
    if lost:
        _lose(means, number, "the worker that sent it ended before it heard an answer")
        return Receipt(detail="unknown")
    return _hand_over(means, found)


def _hand_over(means: Means, found: KeptOutgoing) -> Receipt:
    try:
        source, plugin = means.source(found.mail.source)
        ship: Any = getattr(plugin, "send", None)
        if ship is None:
            raise Refused(f"{source.name}: its plugin sends nothing; give the message back")
        receipt: Receipt = ship(found.mail, source, means.client(source.name))
    except Uncertain as exc:
        _lose(means, found.id, str(exc))
        return Receipt(detail="unknown")
    except Unreachable as exc:
        _settle(means, found.id, OutgoingState.APPROVED, str(exc))
        raise
    except Refused as exc:
        _settle(means, found.id, OutgoingState.FAILED, str(exc))
        raise
    except Exception as exc:
        # Nobody knows how far it came.
        _lose(means, found.id, f"it broke off ({type(exc).__name__})")
        log.error("sending-broke", outgoing=found.id, exc_info=exc)
        return Receipt(detail="unknown")
    _settle(means, found.id, OutgoingState.SENT, "")
    _record(means, found, plugin)
    return receipt


def _record(means: Means, found: KeptOutgoing, plugin: Any) -> None:
    """Now the customer has an answer; without this our own clocks would not know."""
    record, mail = getattr(plugin, "record", None), found.mail
    if record is None or not mail.conversation:
        return
    key, headers = record(mail)
    try:
        with means.store.reading() as tx:
            is_known = tx.find_conversation(mail.source, mail.conversation) is not None
        if is_known:
            take(means, mail.source, key, headers, mail.raw)
    except StoreUnavailable as exc:
        log.warning("sent-not-recorded", outgoing=found.id, why=str(exc))


def give_up(tx: Transaction, outbox: Outbox, means: Means, action: Action, error: str) -> bool:
    """Its action has ended for good: from now on the message waits for a person, who is told.

    False where that changes nothing for the message.
    """
    found = tx.lock_outgoing(int(action.payload.get("outgoing", 0)))
    if found is not None and found.state is OutgoingState.SENDING:
        _call_unknown(tx, outbox, means, found, error)
        return True
    if found is None or found.state not in (OutgoingState.APPROVED, OutgoingState.FAILED):
        return False
    said = f"{action.kind.value} {action.id}: {error}"
    _wait(tx, outbox, means, found, OutgoingState.FAILED, error, Reason.DELIVERY_FAILED, said)
    return True


def _settle(means: Means, number: int, state: OutgoingState, error: str) -> None:
    with means.store.transaction() as tx:
        found = tx.lock_outgoing(number)
        # UNKNOWN: a second worker gave us up for dead, but here is the answer.
        if found is not None and found.state in (OutgoingState.SENDING, OutgoingState.UNKNOWN):
            tx.save_outgoing(replace(found, state=state, error=error[:500]))
            if state is OutgoingState.SENT:
                outbox = Outbox(tx, means.now())
                settle(tx, outbox, means, found.escalation, OURSELVES, "sent")


def _lose(means: Means, number: int, why: str) -> None:
    with means.store.transaction() as tx:
        outbox = Outbox(tx, means.now())
        found = tx.lock_outgoing(number)
        if found is None or found.state is not OutgoingState.SENDING:
            return
        _call_unknown(tx, outbox, means, found, why)
    outbox.ring(means.bell)


def _call_unknown(tx: Transaction, outbox: Outbox, means: Means, found: KeptOutgoing, why: str) -> None:
    _wait(tx, outbox, means, found, OutgoingState.UNKNOWN, why, Reason.SENDING_UNKNOWN, "")
    _note(tx, means, OURSELVES, "outgoing-unknown", found.id)
    log.error("sending-unknown", outgoing=found.id, why=why)


def _wait(
    tx: Transaction,
    outbox: Outbox,
    means: Means,
    found: KeptOutgoing,
    state: OutgoingState,
    error: str,
    reason: Reason,
    summary: str,
) -> None:
    """A person has to decide once more; the escalation is the message's own and over with that decision."""
    mail, key = found.mail, f"{reason.value}:{found.id}:{found.sends}@{found.mail.source}"
    cause = Cause(reason, mail.source, mail.conversation, key, summary)
    raised = raise_escalation(tx, outbox, means, cause, None)
    kept = replace(found, state=state, error=error[:500], escalation=raised or found.escalation)
    tx.save_outgoing(kept)


def _decide(
    tx: Transaction,
    outbox: Outbox,
    means: Means,
    found: KeptOutgoing,
    state: OutgoingState,
    by: str,
    reason: str,
) -> KeptOutgoing:
    who = by.strip()[:200] or "somebody"
    settle(tx, outbox, means, found.escalation, who, state.value)
    _note(tx, means, who, f"outgoing-{state.value}", found.id)
    return replace(
        found, state=state, decided_at=outbox.now, decided_by=who, reason=reason.strip()[:LONGEST_REASON]
    )


def _note(tx: Transaction, means: Means, who: str, what: str, number: int) -> None:
    tx.append_audit(AuditEntry(means.now(), who.strip()[:200] or "somebody", what, {"outgoing": number}))


def _known(found: KeptOutgoing | None, number: int) -> KeptOutgoing:
    if found is None:
        raise NotFound(f"there is no message {number}; list them to see what waits")
    return found


def _waiting(tx: Transaction, number: int) -> KeptOutgoing:
    found = _known(tx.lock_outgoing(number), number)
    if found.state not in WAITING:
        told = f" by {found.decided_by}" if found.decided_by else ""
        raise AlreadyResolved(f"message {number} is {found.state.value} already{told}")
    return found
