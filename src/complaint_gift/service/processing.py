"""Works a delivery off: what it means, the conversation as it is now, one transaction for everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    ConversationMerged,
    Event,
    MessageRedacted,
    PersonErased,
    Reason,
)
from complaint_gift.plugin import Delivery, PluginError, Refused, UnknownEvent, Unreachable, Unreadable
from complaint_gift.service import afterwards, recalling
from complaint_gift.service.absorbing import Fetched, Outdated, absorb, fetch, forget, is_known
from complaint_gift.service.complaints import MERGE, Opinion
from complaint_gift.service.escalating import Cause, raise_escalation
from complaint_gift.service.gaps import close
from complaint_gift.service.guards import drop_echoes
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.patience import describe, retry_at
from complaint_gift.service.ports import StoreUnavailable, Transaction
from complaint_gift.service.receiving import LOOK_HEADER
from complaint_gift.service.records import AuditEntry, ClaimedDelivery, DeliveryState, millis

FETCHES = 5

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker has it by now: leave everything to them."""


def process(means: Means, delivery_id: int) -> None:
    """Do what there is to do, once, however often it is called. Raises StoreUnavailable only."""
    now = means.now()
    lease = means.policy.limits.lease.wall
    with means.store.transaction() as tx:
        claimed = tx.claim_delivery(delivery_id, millis(now), millis(now + lease))
    if claimed is None:
        return
    limits = means.policy.limits
    try:
        if claimed.attempts > limits.attempts:
            raise Refused(f"given up after {claimed.attempts - 1} attempts; see the log, then reopen it")
        _work(means, claimed)
    except LeaseLost:
        log.info("delivery-lease-lost", delivery=delivery_id)
    except StoreUnavailable:
        raise
    except (Unreadable, UnknownEvent) as exc:
        _settle(means, claimed, DeliveryState.UNREADABLE, describe(exc))
    except Refused as exc:
        _fail(means, claimed, describe(exc))
    except (Unreachable, Outdated) as exc:
        after = exc.retry_after if isinstance(exc, Unreachable) else None
        _again(means, claimed, exc, limits.attempts, after)
    except Exception as exc:
        log.error("delivery-broke-us", delivery=delivery_id, error=describe(exc))
        _again(means, claimed, exc, min(limits.poison_attempts, limits.attempts), None)


def _work(means: Means, claimed: ClaimedDelivery) -> None:
    delivery = claimed.delivery
    source, plugin = means.source(delivery.source)
    if afterwards.GATE_HEADER in delivery.headers:
        if not afterwards.judge(means, claimed):
            raise LeaseLost(delivery.id)
        return
    if LOOK_HEADER in delivery.headers:
        events: Sequence[Event] = [ConversationChanged(delivery.headers[LOOK_HEADER], what="look")]
    else:
        events = plugin.parse(delivery, source)
    with means.store.transaction() as tx:
        events, why = drop_echoes(tx, plugin, source, events)
        # What has to go goes at once; it does not wait for a helpdesk that may be away.
        _remove(tx, delivery.source, events)
    if not events:
        _settle(means, claimed, DeliveryState.IGNORED, why or "nothing of interest to us")
        return
    for attempt in range(FETCHES):
        fetched = _gather(means, delivery, events)
        try:
            _commit(means, claimed, events, fetched)
            return
        except Outdated:
            if attempt == FETCHES - 1:
                raise


def _gather(means: Means, delivery: Delivery, events: Sequence[Event]) -> list[Fetched]:
    """The conversations as they are now: asked for, or brought along where there is nobody to ask."""
    if not recalling.brings_along(means, delivery.source):
        return [fetch(means, delivery.source, one) for one in _to_fetch(means, delivery, events)]
    if LOOK_HEADER in delivery.headers:
        return [recalling.held(means, delivery.source, delivery.headers[LOOK_HEADER])]
    return recalling.read(means, delivery)


def _to_fetch(means: Means, delivery: Delivery, events: Sequence[Event]) -> list[str]:
    """One action may send several deliveries: what one of them brought is not asked for again."""
    wanted = _conversations(events)
    if any(isinstance(event, ConversationMerged) for event in events):
        return wanted
    return [one for one in wanted if not is_known(means, delivery.source, one, delivery.id)]


def _conversations(events: Sequence[Event]) -> list[str]:
    """What to fetch, each once; of a merge both sides, the one that ends first."""
    found: list[str] = []
    for event in events:
        if isinstance(event, PersonErased | ConversationDeleted) or not event.conversation:
            continue
        found.append(event.conversation)
        if isinstance(event, ConversationMerged) and event.into:
            found.append(event.into)
    into = {event.into for event in events if isinstance(event, ConversationMerged)}
    return sorted(dict.fromkeys(found), key=lambda one: one in into)


def _remove(tx: Transaction, source: str, events: Sequence[Event]) -> None:
    for event in events:
        if isinstance(event, PersonErased):
            tx.erase_person(event.person, source)
        elif isinstance(event, MessageRedacted):
            row = tx.find_conversation(source, event.conversation)
            if row is not None and event.message:
                tx.redact_message(row.id, event.message)


def _commit(
    means: Means, claimed: ClaimedDelivery, events: Sequence[Event], fetched: Sequence[Fetched]
) -> None:
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        source = claimed.delivery.source
        for event in events:
            if isinstance(event, ConversationDeleted):
                row = tx.lock_conversation(source, event.conversation)
                forget(tx, outbox, means, row, event.reason)
        merges = {e.into: e.conversation for e in events if isinstance(e, ConversationMerged) and e.into}
        for one in fetched:
            ended = merges.get(one.conversation)
            absorb(tx, outbox, means, one, _merge(tx, source, ended, one.conversation) if ended else None)
        # A message that we only now know may be the one that was removed.
        _remove(tx, source, events)
        conversation = next((e.conversation for e in events if e.conversation), "")
        done = tx.settle_delivery(
            claimed.delivery.id, claimed.lease, DeliveryState.DONE, conversation=conversation
        )
        if not done:
            raise LeaseLost(claimed.delivery.id)
    outbox.ring(means.bell)
    log.info(
        "delivery-done",
        delivery=claimed.delivery.id,
        source=source,
        fetched=len(fetched),
        actions=len(outbox.ids),
    )


def _merge(tx: Transaction, source: str, ended: str, into: str) -> Opinion | None:
    """The case moves to where the conversation lives on."""
    row = tx.lock_conversation(source, ended)
    tx.mark_merged(row.id, into)
    case = tx.case(row.id)
    if case is None or not case.is_complaint:
        return None
    tx.move_promises(row.id, tx.lock_conversation(source, into).id)
    # One complaint stays one: it is counted where it lives on.
    gone = f"merged-into:{into}"
    moved = replace(case, is_complaint=False, why=gone, decided_by=MERGE, look_at=None, waiting_since=None)
    tx.save_case(close(moved))
    return Opinion(True, f"merged:{ended}", MERGE)


def _settle(means: Means, claimed: ClaimedDelivery, state: DeliveryState, error: str) -> None:
    with means.store.transaction() as tx:
        tx.settle_delivery(claimed.delivery.id, claimed.lease, state, error=error)
    if state is not DeliveryState.IGNORED:
        log.warning("delivery-" + state.value, delivery=claimed.delivery.id, why=error)


def _again(
    means: Means, claimed: ClaimedDelivery, exc: Exception, most: int, retry_after: float | None
) -> None:
    if claimed.attempts >= most:
        _fail(means, claimed, describe(exc))
        return
    at = retry_at(means.now(), means.policy.limits, claimed.attempts, retry_after)
    with means.store.transaction() as tx:
        tx.postpone_delivery(claimed.delivery.id, claimed.lease, millis(at), describe(exc))
    if isinstance(exc, PluginError):
        log.info("delivery-postponed", delivery=claimed.delivery.id, why=describe(exc))


def _fail(means: Means, claimed: ClaimedDelivery, error: str) -> None:
    """Loudly: a state that everybody sees, and a person who is told."""
    now, delivery = means.now(), claimed.delivery
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        if not tx.settle_delivery(delivery.id, claimed.lease, DeliveryState.FAILED, error=error):
            return
        conversation = delivery.headers.get(LOOK_HEADER, "")
        cause = Cause(
            Reason.DELIVERY_FAILED,
            delivery.source,
            conversation,
            f"delivery-failed@{delivery.source}/{conversation}",
            f"delivery {delivery.id}: {error}",
        )
        raise_escalation(tx, outbox, means, cause, None)
        tx.append_audit(AuditEntry(now, "complaint-gift", "delivery-failed", {"delivery": delivery.id}))
    outbox.ring(means.bell)
    log.error("delivery-failed", delivery=delivery.id, source=delivery.source, why=error)
