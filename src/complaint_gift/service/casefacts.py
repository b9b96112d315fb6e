"""What is known of a case, kept with the conversation in the helpdesk, for its own rules and panels."""

from __future__ import annotations

from typing import Any

from complaint_gift.domain import ActionKind, Conversation, EscalationState, Reason
from complaint_gift.plugin import Can
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import Case, EscalationFilter

WAITING = frozenset((EscalationState.OPEN, EscalationState.ACKNOWLEDGED))
_MOST = 100


def keep_facts(tx: Transaction, outbox: Outbox, means: Means, snapshot: Conversation, case: Case) -> None:
    """Tell the helpdesk when they have changed; nothing about what never was a complaint."""
    if not means.can(snapshot.source, Can.FACTS) or snapshot.status == "closed":
        return
    told = tx.actions(source=snapshot.source, conversation=snapshot.id, kind=ActionKind.FACTS, limit=1)
    facts = make_facts(tx, snapshot, case)
    if told and told[0].action.payload.get("facts") == facts:
        return
    if not told and not case.is_complaint:
        return
    # What was so, changed, and is so again has to be told again: each wish follows the one before it.
    cause = f"facts:{told[0].action.id if told else 0}"
    outbox.add(ActionKind.FACTS, snapshot.source, snapshot.id, cause, {"facts": facts})


def make_facts(tx: Transaction, snapshot: Conversation, case: Case) -> dict[str, Any]:
    """No names and no words of anybody. `ok` is false while an error that was sent waits for a person."""
    waiting = tx.escalations(EscalationFilter(WAITING, snapshot.source, snapshot.id), _MOST)
    errors = sum(one.reason is Reason.VIOLATION_SENT for one in waiting)
    due = case.first_reply_due_at
    return {
        "ok": errors == 0,
        "complaint": case.is_complaint,
        "stage": case.stage.value,
        "severity": case.severity,
        "errors": errors,
        "escalations": len(waiting),
        "first_reply_due_at": due.isoformat() if due else "",
    }
