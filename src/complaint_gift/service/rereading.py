"""Reads again what was read by words alone because the learned layer was starting or away.

Nothing waits for that layer, so what only it hears can be missed. A case says since when something in it
was read so, and when it is due again; whoever looks at the conversation next makes up for it, a delivery
as well as the sweep. An installation without a learned layer never has anything to make up for.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from complaint_gift.service.absorbing import listen
from complaint_gift.service.casework import News, judge
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.patience import describe
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import Case

AT_ONCE = 100
ENOUGH = timedelta(seconds=10)  # the other steps of the sweep wait for this one
# Tried again after as long as it has waited already: a dozen and a half times, then a few a day.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)

log = structlog.get_logger(__name__)


def read_again(means: Means) -> int:
    """What is due, the newest first, as long as the learned layer answers; gives how many were read.

    Asks the helpdesk nothing: the conversations are read as they are held.
    """
    if not means.is_awake():
        return 0  # asked first: a layer that never comes costs no look into the database
    began, done = means.now(), 0
    with means.store.reading() as tx:
        due = tx.cases_to_read_again(began, AT_ONCE)
    for case in due:
        if means.now() - began > ENOUGH or not means.is_awake():
            break
        try:
            done += _read(means, case)
        except StoreUnavailable:
            raise
        except Exception as exc:
            log.error("reading-again-broke", conversation=case.conversation_id, error=describe(exc))
    return done


def _read(means: Means, case: Case) -> bool:
    """False when somebody else has just read it."""
    now = means.now()
    waited = now - (case.half_read_at or now)
    until = now + min(max(waited, FIRST_WAIT), LONGEST_WAIT)
    # Put off before it is read: what breaks us or gets us killed is not what every sweep begins with.
    with means.store.transaction() as tx:
        if not tx.put_off_reading(case.conversation_id, now, until):
            return False
        row = tx.conversation_by_id(case.conversation_id)
        messages = tx.messages(case.conversation_id)
    if row is None:
        return False
    listen(means, (stored.message for stored in messages))
    with means.store.transaction() as tx:
        current = tx.lock_conversation(row.snapshot.source, row.snapshot.id)
        if current.version != row.version:
            return False  # what came meanwhile nobody has listened to out here; whoever took it in did
        outbox = Outbox(tx, now)
        judge(tx, outbox, means, current, News())
    outbox.ring(means.bell)
    return True
