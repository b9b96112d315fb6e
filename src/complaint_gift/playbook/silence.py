"""What a rule would have said, and the key of it that kept it silent. Nothing here decides; it tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from complaint_gift.playbook.rule import Rule
from complaint_gift.rules import (
    Amount,
    Cancelled,
    Check,
    Fault,
    Forbid,
    Limit,
    Order,
    Points,
    Recall,
    Require,
    RequireIf,
    Situation,
    TakenBack,
    Wanted,
    joined,
)
from complaint_gift.rules.signals import Hit
from complaint_gift.rules.situation import fault_at

# The keys of a kind that only ever silence it: as written in YAML, the field, the value that takes it away.
_SILENCING: dict[type, tuple[tuple[str, str, Any], ...]] = {
    Require: (("unless", "unless", ()), ("suspect", "suspect", ()), ("unless_all", "unless_all", ())),
    RequireIf: (("unless", "unless", ()),),
    Order: (("unless", "unless", ()), ("may_precede", "may_precede", ())),
    Limit: (("unless", "unless", ()), ("most", "most", 0)),
    Amount: (("unless", "approved", ()),),
    Recall: (("signals", "signals", ()),),
    Points: (("signals", "signals", ()),),
}


@dataclass(frozen=True, slots=True)
class Silence:
    """What a rule would have said but for one of its keys.

    `by` are the words that silenced it, `lacking` the signals it asks for in vain (with `when` the conditions
    that do not hold), `within` how many sentences around were looked at (-1: the whole text).
    """

    rule: Rule
    key: str
    faults: tuple[Fault, ...]
    by: tuple[Hit, ...] = ()
    lacking: tuple[str, ...] = ()
    within: int = -1


@dataclass(frozen=True, slots=True)
class Uncredited:
    """Words that could have satisfied a rule and do not, and the key that says so."""

    key: str
    hit: Hit
    by: Hit | None = None


def silences(rule: Rule, situation: Situation) -> Iterator[Silence]:
    """Everything that a rule would have said of a text and does not say."""
    check, raw = rule.check, situation.text.raw
    said = joined(check.find(situation), situation.text.raw)
    unmet = (*rule.when.unmet(situation.context, raw), *rule.when.unanswered(situation))
    if unmet:
        if said:
            yield Silence(rule, "when", tuple(said), lacking=unmet)
    elif isinstance(check, Forbid):
        yield from _forbidden(rule, check, situation, said)
    else:
        yield from _silenced(rule, situation, said)


def accused(check: Check) -> tuple[str, ...]:
    """The signals whose words a rule finds fault with."""
    if isinstance(check, Require | Recall | Points):
        return ()
    if isinstance(check, RequireIf):
        return check.condition
    if isinstance(check, Order):
        return check.then
    signals: tuple[str | Wanted, ...] = getattr(check, "signals", ())
    return tuple(one.signal if isinstance(one, Wanted) else one for one in signals)


def wanted(check: Check, missing: Iterable[str]) -> tuple[str, ...]:
    """The signals of which one is wanted where a rule says that something is `missing`."""
    if isinstance(check, Require):
        absent = set(missing)
        return tuple(dict.fromkeys(n for group in check.groups if absent & set(group) for n in group))
    if isinstance(check, RequireIf):
        return check.then
    return check.signals if isinstance(check, Recall | Points) else ()


def uncredited(check: Check, situation: Situation) -> Iterator[Uncredited]:
    """Why words that are there do not help a rule that says something is missing."""
    if isinstance(check, RequireIf):
        yield from (Uncredited("within", hit) for hit in situation.found(check.then))
    if not isinstance(check, Require):
        return
    if check.by_itself and situation.by_itself:
        yield from (Uncredited("by_itself", hit) for hit in situation.found(check.unless))
    for group in check.groups:
        deciding = situation.deciding(group)
        for hit in situation.found(group):
            revoked = situation.near(hit.sentence, check.revoked_by, 0, 0)
            if hit.signal not in deciding:
                yield Uncredited("decides", hit)
            elif revoked is not None:
                yield Uncredited("revoked_by", hit, revoked)
            elif check.first_third and not check.is_early(hit, situation):
                yield Uncredited("first_third", hit)
            elif len(check.groups) > 1:
                yield Uncredited("all", hit)


def _forbidden(rule: Rule, check: Forbid, situation: Situation, said: list[Fault]) -> Iterator[Silence]:
    counted = []
    for one in check.signals:
        for hit in situation.hits.get(one.signal, ()):
            fault = fault_at(hit)
            reason = _company(rule, one, hit, situation)
            if reason is None and check.cancelled_by is not None:
                reason = _cancelled(rule, check.cancelled_by, hit, situation)
            if reason is None and check.taken_back is not None:
                reason = _taken_back(rule, check.taken_back, hit, situation)
            if reason is None:
                counted.append(fault)
            elif not _covered(fault, said):
                yield reason
    redeemed = tuple(situation.found(check.unless))
    if counted and redeemed:
        yield Silence(rule, "unless", tuple(joined(counted)), redeemed)
    elif counted and not said:
        yield Silence(rule, "at_least", tuple(joined(counted)))


def _company(rule: Rule, one: Wanted, hit: Hit, situation: Situation) -> Silence | None:
    """The company that a hit lacks, or has and must not have."""
    faults, at = (fault_at(hit),), hit.sentence
    for key, names, before, after in (
        ("after", one.after, one.within, 0),
        ("before", one.before, 0, one.within),
        ("with", one.beside, 0, 0),
    ):
        if names and situation.near(at, names, before, after) is None:
            return Silence(rule, key, faults, lacking=names, within=max(before, after))
    by = _around(situation, at, one.without, 0)
    return Silence(rule, "without", faults, by, within=0) if by else None


def _cancelled(rule: Rule, cancelled: Cancelled, hit: Hit, situation: Situation) -> Silence | None:
    by = _around(situation, hit.sentence, cancelled.signals, cancelled.within)
    return Silence(rule, "cancelled_by", (fault_at(hit),), by, within=cancelled.within) if by else None


def _taken_back(rule: Rule, taken_back: TakenBack, hit: Hit, situation: Situation) -> Silence | None:
    by = taken_back.by(hit, situation)
    return Silence(rule, "taken_back", (fault_at(hit),), (by,), within=1) if by is not None else None


def _around(situation: Situation, sentence: int, names: tuple[str, ...], within: int) -> tuple[Hit, ...]:
    return tuple(hit for hit in situation.found(names) if abs(hit.sentence - sentence) <= within)


def _silenced(rule: Rule, situation: Situation, said: list[Fault]) -> Iterator[Silence]:
    """Ask the rule again without one of its keys, and if that is not enough without all of them."""
    check: Any = rule.check
    keys = [one for one in _SILENCING.get(type(check), ()) if getattr(check, one[1]) != one[2]]
    told = False
    for key, field, nothing in keys:
        more = _more(replace(check, **{field: nothing}), situation, said)
        if more:
            told = True
            names = () if field == "most" else getattr(check, field)
            yield Silence(rule, key, more, tuple(situation.found(names)), names if key == "suspect" else ())
    if not told and len(keys) > 1:
        more = _more(replace(check, **{field: nothing for _, field, nothing in keys}), situation, said)
        by = tuple(
            hit for _, field, _ in keys if field != "most" for hit in situation.found(getattr(check, field))
        )
        if more:
            yield Silence(rule, ", ".join(key for key, _, _ in keys), more, by)
    if isinstance(check, RequireIf) and not said and _bare_alone(check, situation):
        yield Silence(rule, "by_itself", (Fault(missing=True, params={"missing": check.then[0]}),))


def _bare_alone(check: RequireIf, situation: Situation) -> bool:
    """Whether it would have been wanted in a bare text, and this is none."""
    fine = any(True for _ in situation.found(check.then))
    return check.by_itself and not situation.by_itself and not fine


def _more(check: Check, situation: Situation, said: list[Fault]) -> tuple[Fault, ...]:
    return tuple(
        fault for fault in joined(check.find(situation), situation.text.raw) if not _covered(fault, said)
    )


def _covered(fault: Fault, said: Iterable[Fault]) -> bool:
    """Whether the rule says that much already."""
    if fault.start is None or fault.end is None:
        return any(one.missing == fault.missing for one in said)
    return any(
        one.start is not None and one.end is not None and one.start < fault.end and fault.start < one.end
        for one in said
    )
