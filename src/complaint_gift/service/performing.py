"""Does one action of the outbox, once for its mark, and says visibly how it ended."""

from __future__ import annotations

import structlog

from complaint_gift.domain import Action, ActionKind, EscalationState, Reason
from complaint_gift.plugin import Published, Receipt, Refused, Unreachable
from complaint_gift.service import releasing
from complaint_gift.service.authors import tell_author
from complaint_gift.service.escalating import Cause, raise_escalation
from complaint_gift.service.means import Means
from complaint_gift.service.notices import make_notice
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.patience import describe, retry_at
from complaint_gift.service.ports import StoreUnavailable, Transaction
from complaint_gift.service.records import ActionState, AuditEntry, ClaimedAction, millis

# A refused tag or priority is a pity; a note, another person or a message that never came is a gap.
MATTERS = frozenset(
    (
        ActionKind.NOTE,
        ActionKind.ASSIGN,
        ActionKind.NOTIFY,
        ActionKind.SEND,
        ActionKind.ACKNOWLEDGE,
        ActionKind.ESCALATE,
    )
)

log = structlog.get_logger(__name__)


def perform(means: Means, action_id: int) -> None:
    """Do it, once, however often it is called. Raises StoreUnavailable only."""
    now, limits = means.now(), means.policy.limits
    with means.store.transaction() as tx:
        claimed = tx.claim_action(action_id, millis(now), millis(now + limits.lease.wall))
    if claimed is None:
        return
    try:
        if claimed.action.attempts > limits.attempts:
            _end(
                means, claimed, ActionState.FAILED, "given up: every worker that tried it ended before it did"
            )
            return
        receipt = _do(means, claimed.action)
    except StoreUnavailable:
        raise
    except Published as exc:
        _end(means, claimed, ActionState.REFUSED, describe(exc), Reason.INTERNAL_LEAK)
    except Refused as exc:
        _end(means, claimed, ActionState.REFUSED, describe(exc))
    except Unreachable as exc:
        _again(means, claimed, exc, limits.attempts, exc.retry_after)
    except Exception as exc:
        log.error("action-broke-us", action=action_id, error=describe(exc))
        _again(means, claimed, exc, min(limits.poison_attempts, limits.attempts), None)
    else:
        _finish(means, claimed, receipt)


def _do(means: Means, action: Action) -> Receipt:
    if action.kind is ActionKind.SEND:
        return releasing.send(means, action)
    if action.kind is not ActionKind.NOTIFY:
        source, plugin = means.source(action.source)
        return plugin.perform(action, source, means.client(action.source))
    channel, to = str(action.payload["channel"]), str(action.payload["to"])
    with means.store.transaction() as tx:
        if "outgoing" in action.payload:
            notice = tell_author(tx, means, action.payload, to)
        else:
            escalation = tx.escalation(int(action.payload["escalation"]))
            if escalation is None:
                raise Refused("its escalation does not exist any more; nothing is left to tell")
            if escalation.state is EscalationState.RESOLVED:
                return Receipt(detail="its escalation was resolved before it could be told")
            notice = make_notice(tx, means, escalation, channel, to)
    return Receipt(detail=means.notifier.notify(notice, action.mark))


def _finish(means: Means, claimed: ClaimedAction, receipt: Receipt) -> None:
    action = claimed.action
    kept = {"external_ids": list(receipt.external_ids), "detail": receipt.detail}
    with means.store.transaction() as tx:
        # Ids first and always: they are ours even if another worker holds the lease by now.
        tx.add_own_writes(action.source, receipt.external_ids, means.now())
        tx.settle_action(action.id, claimed.lease, ActionState.DONE, receipt=kept)
    log.info("action-done", action=action.id, kind=action.kind.value, attempts=action.attempts)


def _again(
    means: Means, claimed: ClaimedAction, exc: Exception, most: int, retry_after: float | None
) -> None:
    action = claimed.action
    if action.attempts >= most:
        _end(means, claimed, ActionState.FAILED, describe(exc))
        return
    at = retry_at(means.now(), means.policy.limits, action.attempts, retry_after)
    with means.store.transaction() as tx:
        tx.postpone_action(action.id, claimed.lease, millis(at), describe(exc))
    log.info("action-postponed", action=action.id, kind=action.kind.value, why=describe(exc))


def _end(
    means: Means,
    claimed: ClaimedAction,
    state: ActionState,
    error: str,
    reason: Reason = Reason.DELIVERY_FAILED,
) -> None:
    """It will not happen: everybody can see that, and where it matters a person is told."""
    now, action = means.now(), claimed.action
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        if not tx.settle_action(action.id, claimed.lease, state, error=error):
            return
        tx.append_audit(AuditEntry(now, "complaint-gift", f"action-{state.value}", {"action": action.id}))
        is_told = action.kind is ActionKind.SEND and releasing.give_up(tx, outbox, means, action, error)
        if not is_told and (state is ActionState.FAILED or action.kind in MATTERS):
            _escalate(tx, outbox, means, action, error, reason)
    outbox.ring(means.bell)
    log.error("action-" + state.value, action=action.id, kind=action.kind.value, why=error)


def _escalate(
    tx: Transaction, outbox: Outbox, means: Means, action: Action, error: str, reason: Reason
) -> None:
    summary = f"{action.kind.value} {action.id}: {error}"
    place = f"{action.source}/{action.conversation}"
    if action.kind is ActionKind.NOTIFY:
        about = tx.escalation(int(action.payload.get("escalation", 0)))
        if about is not None and about.reason is Reason.DELIVERY_FAILED:
            return  # that one stays in the queue and climbs; a second would say the same
        # One for a broken way to people, not one for each of them.
        place = f"{action.payload['channel']}"
    cause = Cause(reason, action.source, action.conversation, f"{reason.value}@{place}", summary)
    raise_escalation(tx, outbox, means, cause, None)
