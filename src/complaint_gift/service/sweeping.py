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
from complaint_gift.service.afterwards import release_stranded
from complaint_gift.service.casework import News, judge
from complaint_gift.service.escalating import climb
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.patience import describe
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.recalling import brings_along, tidy
from complaint_gift.service.receiving import ask_for_look
from complaint_gift.service.records import AuditEntry, Kept, StoredConversation, millis
from complaint_gift.service.rereading import read_again

MOST = 500
MOST_PAGES = 20
PURGE_ROUNDS = 20
ENOUGH = timedelta(seconds=20)  # of looking; the other steps of the sweep wait for this one
STILL = timedelta(seconds=10)  # so often a long sweep says that it lives
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
    if not _hold(means, owner):
        return None
    held = means.now()

    def stay() -> None:
        nonlocal held
        if means.now() - held >= STILL:
            held = means.now()
            _hold(means, owner)

    return sweep(means, stay)


def _hold(means: Means, owner: str) -> bool:
    """Take or keep the ticker's lease and say so."""
    now = means.now()
    with means.store.transaction() as tx:
        is_ours = tx.take_lease(TICKER, owner, millis(now), millis(now + TICKER_LEASE))
        if is_ours:
            tx.beat(TICKER, now)
    return is_ours


def sweep(means: Means, stay: Callable[[], None] = lambda: None) -> Swept:
    """All steps; one that breaks is logged and does not keep the others from running.

    `stay` is called before each step. Raises StoreUnavailable.
    """
    done = Swept()
    # People first: what asks a helpdesk may take its time.
    steps: dict[str, Callable[[Means], int]] = {
        "rung": ring_again,
        "climbed": climb_ladders,
        "looked": look_at_due,
        "reread": read_again,
        "reconciled": reconcile,
        "purged": purge_old,
    }
    for name, step in steps.items():
        stay()
        try:
            done = replace(done, **{name: step(means)})
        except StoreUnavailable:
            raise
        except Exception as exc:
            log.error("sweep-step-broke", step=name, error=describe(exc))
    return done


def ring_again(means: Means) -> int:
    """Deliveries and actions that wait longer than they should: lost rings, dead workers, retries due."""
    release_stranded(means)
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
    """Cases whose turn is at rest or whose time for a reply is over; what is too much waits for next time.

    A helpdesk that does not answer is asked once: everybody else would wait for its time-outs.
    """
    began, done, away = means.now(), 0, set[str]()
    with means.store.reading() as tx:
        due = tx.cases_to_look_at(began, MOST)
    for conversation_id in due:
        if means.now() - began > ENOUGH:
            break
        done += 1
        try:
            _look(means, conversation_id, away)
        except StoreUnavailable:
            raise
        except Exception as exc:
            _look_later(means, conversation_id)
            log.error("look-broke", conversation=conversation_id, error=describe(exc))
    return done


def _look(means: Means, conversation_id: int, away: set[str]) -> None:
    """Fresh from the helpdesk if it can be had, as we hold it otherwise: late is worse than stale.

    `away` are sources that did not answer or are not configured any more; one more may be added.
    """
    with means.store.reading() as tx:
        row = tx.conversation_by_id(conversation_id)
    if row is None:
        return
    if row.snapshot.source not in means.sources:
        # Taken out of the configuration, or misspelt there: put back, it finds its clocks as they were.
        if row.snapshot.source not in away:
            log.warning("look-without-source", source=row.snapshot.source)
        away.add(row.snapshot.source)
        _look_later(means, conversation_id)
        return
    fetched = _fetch(means, row, away)
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


def _fetch(means: Means, row: StoredConversation, away: set[str]) -> Fetched | None:
    source = row.snapshot.source
    if source in away or brings_along(means, source):
        return None
    try:
        return fetch(means, source, row.snapshot.id)
    except (Refused, Unreachable) as exc:
        if isinstance(exc, Unreachable):
            away.add(source)
        log.warning("look-without-helpdesk", conversation=row.id, why=describe(exc))
    return None


def _look_later(means: Means, conversation_id: int) -> None:
    with means.store.transaction() as tx:
        case = tx.case(conversation_id)
        if case is not None:
            tx.save_case(replace(case, look_at=means.now() + means.policy.limits.longest_retry.wall))


def climb_ladders(means: Means) -> int:
    """Escalations that nobody took in time, or took and left; one that breaks stops no other."""
    now, done = means.now(), 0
    with means.store.reading() as tx:
        due = tx.escalations_to_tell(now, MOST)
    for escalation in due:
        try:
            done += _climb(means, escalation.id)
        except StoreUnavailable:
            raise
        except Exception as exc:
            log.error("climb-broke", escalation=escalation.id, error=describe(exc))
    return done


def _climb(means: Means, escalation_id: int) -> bool:
    """False when somebody has taken or told it meanwhile."""
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        escalation = tx.escalation_to_tell(escalation_id, now)
        if escalation is not None:
            climb(tx, outbox, means, escalation)
    outbox.ring(means.bell)
    return escalation is not None


def reconcile(means: Means) -> int:
    """Ask every helpdesk that can say so what changed since the last time; gives new looks asked for."""
    found = 0
    for name in means.sources:
        try:
            found += _reconcile(means, name)
        except StoreUnavailable:
            raise
        except Exception as exc:
            log.error("reconcile-broke", source=name, error=describe(exc))
    return found


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
    try:
        counts["attachments"] = tidy(means)
    finally:
        # A file that cannot be removed changes nothing about what has left the database.
        gone = {name: count for name, count in counts.items() if count}
        if gone:
            with means.store.transaction() as tx:
                tx.append_audit(AuditEntry(now, "complaint-gift", "retention", gone))
            means.store.empty_log()
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
