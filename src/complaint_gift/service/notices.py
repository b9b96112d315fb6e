"""What a person is told about an escalation. Made when it is sent, so that no queue holds a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from complaint_gift.domain import Escalation, Finding, Reason, Severity, gather
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Notice, Transaction
from complaint_gift.service.records import KeptPromise, PromiseState, StoredMessage, Subject, hash_text

_MOST_FINDINGS = 5
_HELD = (Reason.REPLY_HELD, Reason.SENDING_UNKNOWN, Reason.DELIVERY_FAILED)
_PROMISED = {Reason.PROMISE_DUE: PromiseState.OPEN, Reason.PROMISE_BROKEN: PromiseState.BROKEN}


@dataclass(frozen=True, slots=True)
class Told:
    """What is behind an escalation: findings of its message, reasons given, the promises in question."""

    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()
    promises: tuple[KeptPromise, ...] = ()


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """policies/words.yaml."""
    text = files("complaint_gift").joinpath("policies", "words.yaml").read_text("utf-8")
    found: dict[str, Any] = YAML(typ="safe").load(text)
    return found


def reason_title(reason: Reason, language: str) -> str:
    """One line for a person."""
    return str((words().get(language) or words()["en"])["reasons"][reason.value])


def look_behind(tx: Transaction, escalation: Escalation) -> Told:
    """The findings of the newest reply that broke these rules, or the promises that are not kept."""
    row = tx.find_conversation(escalation.source, escalation.conversation)
    state = _PROMISED.get(escalation.reason)
    if state is not None and row is not None:
        return Told(
            promises=tuple(p for p in tx.promises(row.id) if p.state is state and p.what and p.due_at)
        )
    if escalation.reason is Reason.REPLY_HELD:
        kept = tx.outgoing_of(escalation.id)
        wrong = [f for f in kept.findings if f.severity is Severity.ERROR] if kept else []
        return Told(tuple(f for f in wrong if "say_en" not in f.params)[:_MOST_FINDINGS])
    if escalation.reason is not Reason.VIOLATION_SENT or row is None:
        return Told()
    found: list[tuple[StoredMessage, list[Finding]]] = []
    for stored in reversed(tx.messages(row.id)):
        verdict = tx.verdict(stored.version_id, Subject.MESSAGE)
        errors = [f for f in verdict.findings if f.severity is Severity.ERROR] if verdict else []
        if errors:
            found.append((stored, errors))
    rules = set(escalation.summary.partition(" (")[0].split(", "))
    # Of what its author was not shown nothing is said, so that a reply may hold more than was told.
    exact = [one for one in found if rules == {f.rule for f in one[1]}]
    more = [one for one in found if rules < {f.rule for f in one[1]}]
    for stored, errors in (exact or more or found)[:1]:
        about = {hash_text(stored.message.text), *(hash_text(f.quote) for f in errors if f.quote)}
        waivers = tx.waivers(escalation.source, escalation.conversation)
        reasons = dict.fromkeys(w.reason for w in waivers if w.text_hash in about and w.reason)
        return Told(tuple(errors[:_MOST_FINDINGS]), tuple(reasons))
    return Told()


def say_rules(findings: Iterable[Finding]) -> str:
    """The rules of some findings, as summaries name them."""
    return ", ".join(sorted({finding.rule for finding in findings}))


def say_quotes(findings: Iterable[Finding], language: str) -> str:
    """The words that some findings are about, one after another."""
    quoted = str((words().get(language) or words()["en"])["quoted"])
    quotes = dict.fromkeys(" ".join((finding.quote or "…").split()) for finding in findings)
    return ", ".join(quoted.format(quote=quote) for quote in quotes)


def make_notice(tx: Transaction, means: Means, escalation: Escalation, channel: str, to: str) -> Notice:
    """Subject and text in the language of the policy."""
    language = means.policy.language
    said = words()[language]
    row = tx.find_conversation(escalation.source, escalation.conversation)
    told = look_behind(tx, escalation)
    slots = {
        "reason": reason_title(escalation.reason, language),
        "conversation": escalation.conversation,
        "source": escalation.source,
        "due": _say_moment(means, escalation.due_at, said),
        "url": row.snapshot.url if row else "",
        "summary": _about(escalation, told, said),
        "id": str(escalation.id),
    }
    subject = said["subject" if escalation.conversation else "subject_bare"]
    lines = [said["due"]]
    lines += [said["where"]] if slots["url"] else []
    lines += [said["rules"]] if slots["summary"] else []
    text = [line.format(**slots) for line in lines]
    book = means.playbook()
    for alike in gather(told.findings, lambda f: book.words(f, language).message):
        message = book.words(alike[0], language).message
        text.append(said["found"].format(quotes=say_quotes(alike, language), message=message))
    for promise in told.promises:
        text.append(said["promised"].format(what=promise.what, due=_say_moment(means, promise.due_at, said)))
    text += [said["why"].format(reason=reason) for reason in told.reasons]
    text += _decision(tx, means, escalation, to, said)
    text.append(said["take"].format(**slots))
    return Notice(channel, to, subject.format(**slots), "\n".join(text))


def _about(escalation: Escalation, told: Told, said: Mapping[str, Any]) -> str:
    """The summary; beside quoted words or promises only what became of the conversation, no ids of rules."""
    if not (told.findings or told.promises):
        return escalation.summary
    return ", ".join(said[fate] for fate in ("deleted", "spam") if said[fate] in escalation.summary)


def _decision(
    tx: Transaction, means: Means, escalation: Escalation, to: str, said: dict[str, Any]
) -> Iterable[str]:
    """A link to the message that waits for a decision."""
    kept = tx.outgoing_of(escalation.id) if escalation.reason in _HELD else None
    person = means.policy.person(to)
    reader = person.name if person else to
    link = means.links.to_message(kept.id, reader, may_decide=True) if kept and means.links else ""
    return [said["decide"].format(url=link)] if link else []


def _say_moment(means: Means, moment: datetime | None, said: dict[str, Any]) -> str:
    """3 March, 18:00 (UTC): the company's time; a mail is read soon, so no year."""
    if moment is None:
        return ""
    local = moment.astimezone(means.policy.hours.zone)
    month = said["months"][local.month - 1]
    return str(said["moment"].format(day=local.day, month=month, time=f"{local:%H:%M}", zone=f"{local:%Z}"))
