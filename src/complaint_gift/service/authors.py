"""What the author of an outgoing message is told. Made when it is sent, so that no queue holds a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from complaint_gift.domain import Severity
from complaint_gift.plugin import Refused
from complaint_gift.service.gate import say
from complaint_gift.service.held import KeptOutgoing
from complaint_gift.service.means import Means
from complaint_gift.service.notices import words
from complaint_gift.service.ports import Notice, Transaction

MOST_FINDINGS = 6


def tell_author(tx: Transaction, means: Means, payload: Mapping[str, Any], to: str) -> Notice:
    """What was found, why, and the suggestion, in the language of the message. Raises Refused."""
    kept = tx.outgoing(int(payload["outgoing"]))
    if kept is None:
        raise Refused("its message does not exist any more; nothing is left to tell")
    turn = str(payload.get("turn", "")).partition(":")[0]
    said = (words().get(kept.mail.language) or words()["en"])["outgoing"]
    subject = " ".join(kept.mail.subject.split())
    title = said["subject" if subject else "subject_bare"].format(subject=subject[:120])
    lines = [said[turn].format(who=kept.decided_by)]
    if kept.reason and turn == "returned":
        lines.append(said["reason"].format(reason=kept.reason))
    lines += ["", *_findings(means, kept, said)]
    link = means.links.to_message(kept.id, "", may_decide=False) if means.links else ""
    lines += ["", said["link"].format(url=link)] if link else []
    return Notice("email", to, title, "\n".join([*lines, "", said["once"]]))


def _findings(means: Means, kept: KeptOutgoing, said: Mapping[str, str]) -> Iterator[str]:
    shown = [f for f in kept.findings if f.severity is not Severity.INFO]
    for finding in shown[:MOST_FINDINGS]:
        told = say(means, finding, kept.mail.language)
        line = "found" if finding.quote else "missing"
        yield said[line].format(quote=" ".join((finding.quote or "").split()), message=told["message"])
        for part in ("why", "suggestion"):
            if told[part]:
                yield said[part].format(**told)
