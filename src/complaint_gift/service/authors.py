"""What the author of an outgoing message is told. Made when it is told, so that no queue holds a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from complaint_gift.domain import Finding, Severity, gather
from complaint_gift.plugin import Fate, Outgoing, Refused
from complaint_gift.service.gate import rule, say
from complaint_gift.service.language import guess_language
from complaint_gift.service.means import Means
from complaint_gift.service.notices import say_quotes, words
from complaint_gift.service.ports import Notice, Transaction
from complaint_gift.service.records import DraftReview, hash_text

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
    lines += ["", *_say(means, kept.findings, kept.mail.language, said)]
    link = means.links.to_message(kept.id, "", may_decide=False) if means.links else ""
    lines += ["", said["link"].format(url=link)] if link else []
    return Notice("email", to, title, "\n".join([*lines, "", said["once"]]))


def advise(means: Means, draft: Outgoing) -> tuple[str, str] | None:
    """Title and text of what is worth a change before it is sent; None for nothing.

    Kept are a hash of it and the rules shown.
    Raises StoreUnavailable.
    """
    ruling = rule(means, draft, Fate.TELL)
    if ruling.fate is Fate.PASS:
        return None
    language = draft.language or guess_language([draft.text], means.policy.language)
    said = (words().get(language) or words()["en"])["outgoing"]
    shown = tuple(sorted({f.rule for f in ruling.findings if f.severity is not Severity.INFO}))
    with means.store.transaction() as tx:
        made = DraftReview(hash_text(draft.text), draft.source, draft.conversation, shown, means.now())
        tx.save_draft_review(made)
    subject = " ".join(draft.subject.split())
    title = said["draft_subject" if subject else "draft_subject_bare"].format(subject=subject[:120])
    lines = [said["draft"], "", *_say(means, ruling.findings, language, said), "", said["draft_once"]]
    return title, "\n".join(lines)


def _say(means: Means, findings: Iterable[Finding], language: str, said: Mapping[str, str]) -> Iterator[str]:
    shown = [f for f in findings if f.severity is not Severity.INFO]
    for alike in gather(shown, lambda f: tuple(say(means, f, language).values()))[:MOST_FINDINGS]:
        told = say(means, alike[0], language)
        quoted = [finding for finding in alike if finding.quote]
        line = "found" if quoted else "missing"
        yield said[line].format(quotes=say_quotes(quoted, language), message=told["message"])
        for part in ("why", "suggestion"):
            if told[part]:
                yield said[part].format(**told)
