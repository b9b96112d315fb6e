"""What we change in Jira: once for a mark, never in public, and no more than a few writes for each action."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Receipt, Refused, Source
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.conversation import PROPERTY, names_of_priority, read_labels
from complaint_gift_jira.escalation import escalate
from complaint_gift_jira.ids import mapping, read_names, read_number, read_person, text
from complaint_gift_jira.marks import DONE, is_done, remembered
from complaint_gift_jira.notes import add_note

PRIORITIES = ("low", "normal", "high", "urgent")
LONGEST_LABEL = 255
A_DAY = 86_400


def perform(action: Action, source: Source, api: Jira) -> Receipt:
    """See Plugin.perform."""
    does = _DOES.get(action.kind)
    if does is None:
        raise Refused(f"{source.name}: Jira cannot do {action.kind!r}; this action belongs elsewhere.")
    if not read_number(action.conversation):
        raise Refused(f"{source.name}: {action.conversation[:40]!r} is no id of an issue.")
    try:
        return does(action, source, api)
    except Refused as exc:
        raise _explain(exc, action, source) from exc


def _change_labels(action: Action, source: Source, api: Jira) -> Receipt:
    """Add and remove, never replace. What is so already is not done again: labels need no other mark."""
    add, remove = (_words(action.payload.get(name)) for name in ("add", "remove"))
    there = read_labels(mapping(_get(action, source, api, "labels").get("fields")))
    lacking, spare = sorted(add - there), sorted((remove - add) & there)
    if lacking or spare:
        wish = [{"add": one} for one in lacking] + [{"remove": one} for one in spare]
        api.edit(action.conversation, {"update": {"labels": wish}})
    return Receipt(detail=f"labels of issue {action.conversation}: +{lacking} -{spare}")


def _set_priority(action: Action, source: Source, api: Jira) -> Receipt:
    """By the configured name, else by the names that Jira ships in English and Russian; the id is sent."""
    wanted = action.payload.get("priority")
    if wanted not in PRIORITIES:
        raise Refused(f"{source.name}: priority {wanted!r} is none of {', '.join(PRIORITIES)}.")
    issue = _get(action, source, api, "priority")
    number = _find_priority(str(wanted), source, api)
    so_already = text(mapping(mapping(issue.get("fields")).get("priority")).get("id")) == number
    if so_already or is_done(issue, action.mark):
        return Receipt(detail=f"priority of issue {action.conversation}, so already")
    wish = {"fields": {"priority": {"id": number}}}
    api.edit(
        action.conversation, wish | {"properties": [{"key": DONE, "value": remembered(issue, action.mark)}]}
    )
    return Receipt(detail=f"priority of issue {action.conversation}")


def _find_priority(wanted: str, source: Source, api: Jira) -> str:
    named = source.settings["priorities"].get(wanted)
    names = (named,) if named else names_of_priority(wanted)
    known = api.listed(f"{api.dialect.api}/priority")
    for name in names:
        for priority in known:
            told = {text(priority.get("name")).casefold(), text(priority.get("id"))}
            if name.casefold() in told and text(priority.get("id")):
                return text(priority.get("id"))
    have = ", ".join(text(one.get("name")) for one in known)[:200]
    raise Refused(
        f"{source.name}: no priority of Jira is known as {wanted!r}; map it under `priorities` ({have})."
    )


def _assign(action: Action, source: Source, api: Jira) -> Receipt:
    """To a person. Jira assigns no groups: the configuration says who stands for one."""
    groups: Mapping[str, str] = source.settings["groups"]
    person = str(action.payload.get("assignee_id") or "")
    group = str(action.payload.get("group_id") or "")
    if not person and group:
        if group not in groups:
            text_ = f"Jira assigns to people; say under `groups` who stands for {group[:60]!r}"
            raise Refused(f"{source.name}: {text_}.")
        person = groups[group]
    if not person:
        raise Refused(f"{source.name}: the assignment of issue {action.conversation} names nobody.")
    issue = _get(action, source, api, "assignee")
    so_already = person in read_names(mapping(issue.get("fields")).get("assignee"))
    if not so_already and not is_done(issue, action.mark):
        path = f"{api.dialect.api}/issue/{action.conversation}/assignee"
        api.write("PUT", path, api.dialect.person(_name_of(person, api)), action.conversation)
        api.write_property(action.conversation, DONE, remembered(issue, action.mark))
    return Receipt(detail=f"assignee of issue {action.conversation}")


def _name_of(person: str, api: Jira) -> str:
    """Data Center assigns by name, but people are known by their key, which outlives a renaming."""
    if api.dialect.tells_visibility:
        return person
    try:
        user = api.part(api.get(f"{api.dialect.api}/user", {"key": person}), "a user")
    except Refused:
        return person
    return text(user.get("name")) or read_person(user) or person


def _keep_facts(action: Action, source: Source, api: Jira) -> Receipt:
    """What is known of the case, for rules and panels inside Jira. A later one that came first stays.

    For a day only: an installation that begins anew counts its actions from one again.
    """
    facts = action.payload.get("facts")
    if not isinstance(facts, Mapping):
        raise Refused(f"{source.name}: the facts for issue {action.conversation} are none.")
    there = api.read_property(action.conversation, PROPERTY)
    seq, at, now = there.get("seq"), there.get("at"), int(time.time())
    is_fresh = isinstance(at, int) and now - at < A_DAY
    if is_fresh and isinstance(seq, int) and seq >= action.id:
        return Receipt(detail=f"facts of issue {action.conversation}, known already")
    api.write_property(action.conversation, PROPERTY, {**facts, "seq": action.id, "at": now})
    return Receipt(detail=f"facts of issue {action.conversation}")


def _get(action: Action, source: Source, api: Jira, *fields: str) -> Json:
    issue = api.issue(action.conversation, fields, properties=DONE)
    if issue is None:
        raise Refused(f"{source.name}: issue {action.conversation} is gone.", status=404)
    return issue


def _words(value: Any) -> frozenset[str]:
    """Labels as Jira keeps them: no spaces; capitals are told apart."""
    words = value if isinstance(value, list | tuple | set | frozenset) else []
    return frozenset("_".join(str(word).split())[:LONGEST_LABEL] for word in words if str(word).strip())


def _explain(exc: Refused, action: Action, source: Source) -> Refused:
    place = f"issue {action.conversation}"
    known = {
        404: f"{place} is gone, or our user may not see it",
        403: f"our user may not change {place}; see the permissions in the README",
    }
    said = known.get(exc.status or 0)
    if type(exc) is not Refused or said is None:
        return exc
    return Refused(f"{source.name}: {said}.", status=exc.status, code=exc.code)


_DOES: dict[ActionKind, Callable[[Action, Source, Jira], Receipt]] = {
    ActionKind.NOTE: add_note,
    ActionKind.TAGS: _change_labels,
    ActionKind.PRIORITY: _set_priority,
    ActionKind.ASSIGN: _assign,
    ActionKind.FACTS: _keep_facts,
    ActionKind.ESCALATE: escalate,
}
