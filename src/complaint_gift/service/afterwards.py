"""Messages of ours that nothing can stop: they leave at once, and each of them is judged afterwards.

The row is there before the message is handed over, and the sender hears of success only when the row says so.
What nobody knows the end of, because the answer was lost or a process was killed, is judged too: its sender
was told to send it again. Of it no conversation hears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from complaint_gift.plugin import Fate, Leaving, Outgoing
from complaint_gift.service.gate import confirm, keep, rule
from complaint_gift.service.means import Means
from complaint_gift.service.recalling import StoredMemory
from complaint_gift.service.receiving import OWN_HEADERS, take
from complaint_gift.service.records import ClaimedDelivery, NewDelivery

GATE_HEADER = OWN_HEADERS + "gate"
SENT, LOST = "sent", "lost"
STRANDED = timedelta(minutes=10)  # longer than any mail server is waited for
MOST = 500

log = structlog.get_logger(__name__)


def stops(means: Means, stop: Fate) -> bool:
    """Whether anything could be held or turned away now; `stop` is the fate of what the playbook holds."""
    return stop is not Fate.TELL or means.playbook().blocks


def note(
    means: Means, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
) -> Mapping[str, int]:
    """See plugin.Desk: all of it is one commit. Raises StoreUnavailable."""
    now = means.now()
    rows = [NewDelivery(source, one.key, {**one.headers, GATE_HEADER: SENT}, one.raw, now) for one in leaving]
    with means.store.transaction() as tx:
        tx.add_passing(rows)
        tx.drop_passing(source, unsent)
        return tx.release_passing(source, sent)


def release_stranded(means: Means) -> int:
    """Nobody will say any more what became of these; gives how many."""
    with means.store.transaction() as tx:
        return tx.release_stranded(means.now() - STRANDED, {GATE_HEADER: LOST}, MOST)


def judge(means: Means, claimed: ClaimedDelivery) -> bool:
    """Judge what has left and leave no word of it but what was found; False when the lease was lost.

    Raises what the plugin and the store raise.
    """
    delivery = claimed.delivery
    source, plugin = means.source(delivery.source)
    mail = plugin.leaving(delivery, source, StoredMemory(means, delivery.source))  # type: ignore[attr-defined]
    if mail is not None:
        _judge(means, mail, is_sent=delivery.headers[GATE_HEADER] == SENT)
    with means.store.transaction() as tx:
        return tx.drop_delivery(delivery.id, claimed.lease)


def _judge(means: Means, mail: Outgoing, *, is_sent: bool) -> None:
    ruling = rule(means, mail, Fate.TELL)
    if ruling.fate is not Fate.PASS:
        # A rule that has begun to hold messages back meanwhile is too late for this one.
        ruling = keep(means, mail, replace(ruling, fate=Fate.TELL))
    known = StoredMemory(means, mail.source).conversation(mail.conversation) if mail.conversation else None
    if is_sent and known is not None:
        _, plugin = means.source(mail.source)
        key, headers = plugin.record(mail)  # type: ignore[attr-defined]
        take(means, mail.source, key, headers, mail.raw)
    confirm(means, ruling)
    log.info("mail-judged", source=mail.source, fate=ruling.fate.value, number=ruling.number)
