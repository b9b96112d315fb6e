"""The admin's policy read back in sentences: clocks, ladder, and who is left out of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import time

from complaint_gift.domain import Reason
from complaint_gift.service.hours import Hours, Span
from complaint_gift.service.ladder import first_rung, people_on
from complaint_gift.service.policy import ASSIGNEE, Person, Policy
from complaint_gift.text.plurals import choose_plural
from complaint_gift.web.wording import check_complete

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "hours": "Working hours are {week}, time zone {zone}{holidays}.",
        "always": "No working time is set, so the clocks never stop.",
        "holidays": ", days off in the calendar: {count}",
        "other": "; {names}: {span}",
        "reply": "A customer hears from us within {default}{others}.",
        "quiet": "What is missing in a reply is judged {quiet} after its last words.",
        "remind": "We remind of a promise {before} before it is due.",
        "no_reminder": "Nobody is reminded of a promise before it is due.",
        "urgency": "To be taken within {due}, beginning with {step}: {reasons}.",
        "off": "Nobody is called for: {reasons}.",
        "first": "First {step} hears of it",
        "next": "{wait} later {step}",
        "last": "then {step} again every {wait}",
        "finish": "What was taken comes back unless it is finished within {span}.",
        "assignee": "the agent who has the conversation",
        "nobody": "nobody yet, enter somebody under people",
        "left_out": "Whoever a complaint is about hears nothing of it.",
        "about": "A complaint about {name} begins with {people}.",
        "about_nobody": "A complaint about {name} reaches nobody: enter somebody above or beside them.",
    },
    "ru": {
        "hours": "Рабочее время: {week}, часовой пояс {zone}{holidays}.",
        "always": "Рабочее время не задано, поэтому часы идут круглосуточно.",
        "holidays": ", выходных по календарю: {count}",
        "other": "; {names}: за {span}",
        "reply": "Отвечаем клиенту за {default}{others}.",
        "quiet": "Чего в ответе не хватает, смотрим через {quiet} после последних слов.",
        "remind": "Об обещании напоминаем за {before} до срока.",
        "no_reminder": "Об обещаниях заранее не напоминаем.",
        "urgency": "Взять в работу нужно за {due}, первым узнаёт {step}: {reasons}.",
        "off": "Никого не зовём по причинам: {reasons}.",
        "first": "Первым узнаёт {step}",
        "next": "ещё через {wait} — {step}",
        "last": "затем снова {step}, каждый раз через {wait}",
        "finish": "Взятое возвращается в очередь, если не закончено за {span}.",
        "assignee": "сотрудник, который ведёт обращение",
        "nobody": "пока никто, впишите людей в раздел people",
        "left_out": "Тот, на кого жалуются, о жалобе не узнаёт.",
        "about": "Если жалуются на сотрудника ({name}), первыми узнают: {people}.",
        "about_nobody": "Если жалуются на сотрудника ({name}), не узнает никто: впишите ещё кого-то.",
    },
}
check_complete(TEXTS)
DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
}
# Russian: all that a length of time follows here ("за", "через") takes the accusative.
UNITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "s": ("second", "seconds"),
        "min": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "d": ("day", "days"),
    },
    "ru": {
        "s": ("секунду", "секунды", "секунд"),
        "min": ("минуту", "минуты", "минут"),
        "h": ("час", "часа", "часов"),
        "d": ("день", "дня", "дней"),
    },
}
WORKING: Mapping[str, tuple[str, ...]] = {"en": ("working",), "ru": ("рабочий", "рабочих", "рабочих")}


def read_back(policy: Policy, language: str) -> Iterator[str]:
    """Sentences for whoever wrote the policy."""
    said = TEXTS[language]
    yield _say_hours(policy.hours, language)
    default = policy.reply_within["default"]
    others = _grouped((channel, span) for channel, span in policy.reply_within.items() if span != default)
    told = "".join(
        said["other"].format(names=", ".join(names), span=say_span(span, language))
        for span, names in others.items()
    )
    yield said["reply"].format(default=say_span(default, language), others=told)
    yield said["quiet"].format(quiet=say_span(policy.quiet, language))
    before = policy.promises.remind_before
    yield said["remind"].format(before=say_span(before, language)) if before else said["no_reminder"]
    yield from _say_urgencies(policy, language)
    yield _say_ladder(policy, language)
    yield said["finish"].format(span=say_span(policy.finish_within, language))
    yield said["left_out"]
    for rung in policy.ladder:
        for person in policy.people.get(rung.to, ()):
            yield _say_left_out(policy, person, said)


def say_span(span: Span, language: str) -> str:
    """30 minutes, 4 working hours; 30 минут, 1 рабочий час."""
    unit = choose_plural(span.count, language, UNITS[language][span.unit])
    working = f"{choose_plural(span.count, language, WORKING[language])} " if span.working else ""
    return f"{span.count} {working}{unit}"


def _grouped(pairs: Iterable[tuple[str, Span]]) -> dict[Span, list[str]]:
    names: defaultdict[Span, list[str]] = defaultdict(list)
    for name, span in pairs:
        names[span].append(name)
    return names


def _say_hours(hours: Hours, language: str) -> str:
    """Days with the same hours stand together: Mon-Fri 09:00-18:00."""
    if not any(hours.week):
        return TEXTS[language]["always"]
    runs: list[tuple[int, int, tuple[tuple[time, time], ...]]] = []
    for day, stretches in enumerate(hours.week):
        if runs and runs[-1][2] == stretches and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day, stretches)
        elif stretches:
            runs.append((day, day, stretches))
    names = DAYS[language]
    week = ", ".join(
        (names[first] if first == last else f"{names[first]}–{names[last]}")
        + "".join(f" {start:%H:%M}–{end:%H:%M}" for start, end in stretches)
        for first, last, stretches in runs
    )
    count = len(hours.holidays)
    holidays = TEXTS[language]["holidays"].format(count=count) if count else ""
    return TEXTS[language]["hours"].format(week=week, zone=hours.zone.key, holidays=holidays)


def _say_urgencies(policy: Policy, language: str) -> Iterator[str]:
    same: defaultdict[tuple[Span, int], list[str]] = defaultdict(list)
    for reason, urgency in policy.urgencies.items():
        same[urgency.due, urgency.start].append(reason.value)
    for (due, start), reasons in sorted(same.items(), key=lambda one: (one[0][0].wall, one[0][1])):
        step = _step(policy, start, language)
        yield TEXTS[language]["urgency"].format(
            due=say_span(due, language), step=step, reasons=", ".join(reasons)
        )
    off = [reason.value for reason in Reason if reason not in policy.urgencies]
    if off:
        yield TEXTS[language]["off"].format(reasons=", ".join(off))


def _say_ladder(policy: Policy, language: str) -> str:
    said, parts = TEXTS[language], []
    for index, rung in enumerate(policy.ladder):
        step = _step(policy, index, language)
        if rung.to != ASSIGNEE:
            people = ", ".join(person.name for person in policy.people.get(rung.to, ()))
            step += f" ({people or said['nobody']})"
        wait = say_span(policy.ladder[index - 1].wait, language) if index else ""
        parts.append(said["next" if index else "first"].format(wait=wait, step=step))
    top = len(policy.ladder) - 1
    wait = say_span(policy.ladder[top].wait, language)
    parts.append(said["last"].format(step=_step(policy, top, language), wait=wait))
    return ", ".join(parts) + "."


def _say_left_out(policy: Policy, person: Person, said: Mapping[str, str]) -> str:
    about = sorted(person.identities)
    found = people_on(policy, first_rung(policy, 0, about, None), about, None)
    text = said["about" if found else "about_nobody"]
    return text.format(name=person.name, people=", ".join(one.name for one in found))


def _step(policy: Policy, index: int, language: str) -> str:
    name = policy.ladder[index].to
    return TEXTS[language]["assignee"] if name == ASSIGNEE else name
