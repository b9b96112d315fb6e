"""Every minute: ring again for what is stuck, look at what became due, ask the helpdesk what we missed.

Whatever Redis loses, this rebuilds. Any number may run at once: every step is claimed in the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from complaint_gift.plugin import Page, PluginError, Refused, Unreachable
from complaint_gift.service.absorbing import Fetched, Outdated, absorb, fetch
from complaint_gift.service.casework import News, judge
from complaint_gift.service.escalating import climb
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.patience import describe
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.recalling import brings_along, tidy
from complaint_gift.service.receiving import ask_for_look
from complaint_gift.service.records import AuditEntry, Kept, millis
from complaint_gift.service.rereading import read_again

MOST = 500
MOST_PAGES = 20
PURGE_ROUNDS = 20
RETENTION_EVERY = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=1)
TICKER = "ticker"
TICKER_LEASE = timedelta(minutes=2)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep found to do."""

    rung: int = 0
    looked: int = 0
    reread: int = 0
    climbed: int = 0
    reconciled: int = 0
    purged: int = 0


def tick(means: Means, owner: str) -> Swept | None:
    """Sweep if no other process is the ticker; None when one is. Call it every few seconds to a minute."""
    now = means.now()
    with means.store.transaction() as tx:
        if not tx.take_lease(TICKER, owner, millis(now), millis(now + TICKER_LEASE)):
            return None
        tx.beat(TICKER, now)
    return sweep(means)


def sweep(means: Means) -> Swept:
    """All steps; one that breaks is logged and does not keep the others from running.

    Raises StoreUnavailable.
    """
    done = Swept()
    steps: dict[str, Callable[[Means], int]] = {
        "rung": ring_again,
        "looked": look_at_due,
        "reread": read_again,
        "climbed": climb_ladders,
        "reconciled": reconcile,
        "purged": purge_old,
    }
    for name, step in steps.items():
        try:
            done = replace(done, **{name: step(means)})
        except StoreUnavailable:
            raise
        except Exception as exc:
            log.error("sweep-step-broke", step=name, error=describe(exc))
    return done


def ring_again(means: Means) -> int:
    """Deliveries and actions that wait longer than they should: lost rings, dead workers, retries due."""
    now = means.now()
    before = millis(now - means.policy.limits.overdue.wall)
    with means.store.reading() as tx:
        deliveries = tx.waiting_deliveries(millis(now), before, MOST)
        actions = tx.waiting_actions(millis(now), before, MOST)
    for delivery_id in deliveries:
        means.bell.ring("delivery", delivery_id)
    for action_id in actions:
        means.bell.ring("action", action_id)
    return len(deliveries) + len(actions)


def look_at_due(means: Means) -> int:
    """Cases whose turn came to rest or whose time for a reply is over."""
    with means.store.reading() as tx:
        due = tx.cases_to_look_at(means.now(), MOST)
    for conversation_id in due:
        try:
            _look(means, conversation_id)
        except StoreUnavailable:
            raise
        except Exception as exc:
            _look_later(means, conversation_id)
            log.error("look-broke", conversation=conversation_id, error=describe(exc))
    return len(due)


def _look(means: Means, conversation_id: int) -> None:
    """Fresh from the helpdesk if it can be had, as we hold it otherwise: late is worse than stale."""
    with means.store.reading() as tx:
        row = tx.conversation_by_id(conversation_id)
    if row is None:
        return
    fetched: Fetched | None = None
    try:
        if not brings_along(means, row.snapshot.source):
            fetched = fetch(means, row.snapshot.source, row.snapshot.id)
    except (Refused, Unreachable) as exc:
        log.warning("look-without-helpdesk", conversation=conversation_id, why=describe(exc))
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        try:
            if fetched is not None:
                absorb(tx, outbox, means, fetched)
        except Outdated:
            return  # somebody has just looked
        if fetched is None:
            current = tx.lock_conversation(row.snapshot.source, row.snapshot.id)
            judge(tx, outbox, means, current, News())
    outbox.ring(means.bell)


def _look_later(means: Means, conversation_id: int) -> None:
    with means.store.transaction() as tx:
        case = tx.case(conversation_id)
        if case is not None:
            tx.save_case(replace(case, look_at=means.now() + means.policy.limits.longest_retry.wall))


def climb_ladders(means: Means) -> int:
    """Escalations that nobody took in time, or took and left."""
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        due = tx.escalations_to_tell(now, MOST)
        for escalation in due:
            climb(tx, outbox, means, escalation)
    outbox.ring(means.bell)
    return len(due)


def reconcile(means: Means) -> int:
    """Ask every helpdesk that can say so what changed since the last time; gives new looks asked for."""
    return sum(_reconcile(means, name) for name in means.sources)


def _reconcile(means: Means, name: str) -> int:
    source, plugin = means.source(name)
    poll: Callable[..., Page] | None = getattr(plugin, "poll", None)
    owner = f"{name}@{millis(means.now())}"
    # Short at first: a helpdesk that is away is asked again soon, one that answered after its time.
    if poll is None or not _may(means, f"poll:{name}", owner, AFTER_FAILURE):
        return 0
    found = 0
    try:
        for _ in range(MOST_PAGES):
            with means.store.reading() as tx:
                cursor = tx.cursor(name)
            page = poll(source, cursor, means.client(name))
            for conversation in page.conversations:
                found += ask_for_look(means, name, conversation, page.cursor)
            # Only now: a page that broke halfway is asked for again, and its looks are known by then.
            with means.store.transaction() as tx:
                tx.save_cursor(name, page.cursor)
            if not page.more or page.cursor == cursor:
                break
    except PluginError as exc:
        log.warning("reconcile-broken-off", source=name, why=describe(exc))
    else:
        _may(means, f"poll:{name}", owner, means.policy.limits.reconcile.wall)
    return found


def _may(means: Means, name: str, owner: str, span: timedelta) -> bool:
    """True once per span over all processes: the lease is never given back. Its owner may lengthen it."""
    now = means.now()
    with means.store.transaction() as tx:
        return tx.take_lease(name, owner, millis(now), millis(now + span))


def purge_old(means: Means) -> int:
    """Retention, once an hour."""
    now = means.now()
    if not _may(means, "retention", f"retention@{millis(now)}", RETENTION_EVERY):
        return 0
    counts = {kept.value: _purge(means, kept) for kept in Kept}
    counts["attachments"] = tidy(means)
    gone = {name: count for name, count in counts.items() if count}
    if gone:
        with means.store.transaction() as tx:
            tx.append_audit(AuditEntry(now, "complaint-gift", "retention", gone))
        means.store.scrub()
    return sum(gone.values())


def _purge(means: Means, kept: Kept) -> int:
    total = 0
    before = means.now() - means.policy.keep[kept].wall
    for _ in range(PURGE_ROUNDS):
        # Small transactions: a webhook never waits for a clean-up.
        with means.store.transaction() as tx:
            count = tx.purge(kept, before, MOST)
        total += count
        if count < MOST:
            break
    return total
