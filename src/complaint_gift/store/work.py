"""The unit of work: one transaction over all tables."""

from __future__ import annotations

from complaint_gift.store.actions import Actions
from complaint_gift.store.cases import Cases
from complaint_gift.store.deliveries import Deliveries
from complaint_gift.store.erasure import Erasure
from complaint_gift.store.escalations import Escalations
from complaint_gift.store.housekeeping import Housekeeping
from complaint_gift.store.judgements import Judgements
from complaint_gift.store.outgoing import OutgoingMessages
from complaint_gift.store.retention import Retention
from complaint_gift.store.sightings import Sightings
from complaint_gift.store.trail import Trail


class Work(
    Deliveries,
    Erasure,
    Retention,
    Judgements,
    Sightings,
    Cases,
    Actions,
    Escalations,
    OutgoingMessages,
    Housekeeping,
    Trail,
):
    """Implements service.ports.Transaction. Commits and rolls back only from outside, in SqlStore."""
