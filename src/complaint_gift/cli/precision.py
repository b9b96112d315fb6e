"""`complaint-gift rules precision`: which rules people trust, from what they did with them."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

from complaint_gift.cli.chosen import Stop
from complaint_gift.cli.common import make_parts, told
from complaint_gift.cli.rulewords import LANGUAGES
from complaint_gift.service import RuleRecord

_SPAN = re.compile(r"(\d{1,5})\s*([dhw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_COLUMNS = ("shown", "waived", "sent_anyway", "found_later", "shadow")
_DOUBTED, _TRUSTED = 0.8, 0.9
_SHORTEST = 12  # of a rule's name that is cut
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "rule": "rule",
        "shown": "shown",
        "waived": "waived",
        "sent_anyway": "sent anyway",
        "found_later": "found later",
        "shadow": "in shadow",
        "precision": "precision",
        "none": "No rule has been met in a conversation yet. Numbers appear once agents write with the "
        "panel, or replies come in from a helpdesk.",
        "none_since": "No rule has been met in a conversation since {since}.",
        "reason": "does not apply because",
        "note": "Conversations, each counted once. Shown: in a draft that stood three seconds, was sent or "
        "got a reason. Precision is 1 - waived / shown. Found later: only in what had been sent. In shadow: "
        "counted, shown to nobody.",
    },
    "ru": {
        "rule": "правило",
        "shown": "показано",
        "waived": "отведено",
        "sent_anyway": "отправлено всё равно",
        "found_later": "найдено позже",
        "shadow": "в тени",
        "precision": "точность",
        "none": "Пока ни одно правило не встретилось в разговорах. Числа появятся, когда сотрудники начнут "
        "писать с панелью или когда придут ответы из службы поддержки.",
        "none_since": "С {since} ни одно правило в разговорах не встретилось.",
        "reason": "не подходит, потому что",
        "note": "Это разговоры, каждый посчитан один раз. Показано: в черновике, который простоял три "
        "секунды, был отправлен или получил причину. Точность = 1 - отведено / показано. Найдено позже: "
        "только в уже отправленном. В тени: посчитано, но никому не показано.",
    },
}


@click.command()
@click.option("--since", metavar="WHEN", help="From then on: 30d, 12h, 4w or a date such as 2025-03-01.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the table.  [default: the policy's]")
@told
def precision(since: str | None, shape: str, language: str | None) -> None:
    """Which rules people trust, and why they set the others aside.

    How often each was shown, set aside as not applying, sent anyway, or met in shadow.
    """
    start = _moment(since) if since else None
    service = make_parts(silent=True).service
    records = service.rule_records(start)
    if shape == "json":
        click.echo(json.dumps([as_json(one) for one in records], ensure_ascii=False, indent=2))
        return
    words = _WORDS[language or service.means.policy.language]
    if not records:
        click.echo(words["none_since"].format(since=f"{start:%Y-%m-%d}") if start else words["none"])
        return
    click.echo("\n".join(_table(records, words)))
    click.echo("\n" + _wrapped(words["note"], 0), err=True)


def _moment(text: str) -> datetime:
    """A span before now, or a date (its midnight UTC) or time. Raises Stop."""
    span = _SPAN.fullmatch(text.strip())
    try:
        if span:
            return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise Stop(
            f"--since cannot be `{text[:40]}`: write a span such as 12h, 30d, 4w, or a date, 2025-03-01."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_json(one: RuleRecord) -> dict[str, object]:
    """A record for programs; `precision` is null while the rule was never shown."""
    return {
        "rule": one.rule,
        **{name: getattr(one, name) for name in _COLUMNS},
        "precision": None if one.precision is None else round(one.precision, 3),
        "reasons": [{"reason": reason, "count": count} for reason, count in one.reasons],
    }


def _table(records: Sequence[RuleRecord], words: dict[str, str]) -> Iterator[str]:
    width = max(len(words["rule"]), *(len(one.rule) for one in records))
    heads, gap, room = [[words[name]] for name in (*_COLUMNS, "precision")], "  ", _room()
    if room and width + sum(len(gap + head[0]) for head in heads) > room:  # a word a line, and closer
        heads, gap = [head[0].split() for head in heads], " "
        width = max(_SHORTEST, min(width, room - sum(1 + _broad(head) for head in heads)))
    height = max(map(len, heads))
    for row in range(height):
        name = words["rule"] if row == height - 1 else ""
        cells = [f"{_at(head, row - height):>{_broad(head)}}" for head in heads]
        yield click.style(gap.join([f"{name:{width}}", *cells]), bold=True)
    for one in records:
        name = one.rule if len(one.rule) <= width else one.rule[: width - 1] + "…"
        cells = [f"{getattr(one, key):>{_broad(head)}}" for key, head in zip(_COLUMNS, heads, strict=False)]
        yield gap.join([f"{name:{width}}", *cells, _share(one.precision, _broad(heads[-1]))])
        for reason, count in one.reasons:
            yield _wrapped(f"    {count} x {words['reason']}: {reason}", 8)


def _room() -> int:
    """Columns of the terminal; 0 where nothing has to fit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def _broad(head: Sequence[str]) -> int:
    return max(map(len, head))


def _at(head: Sequence[str], row: int) -> str:
    """The word of a line counted from the last one, -1; "" above the first."""
    return head[row] if -row <= len(head) else ""


def _wrapped(line: str, indent: int) -> str:
    """The line on a terminal without a word cut in two."""
    return textwrap.fill(line, _room(), subsequent_indent=" " * indent) if _room() > indent else line


def _share(precision: float | None, width: int) -> str:
    if precision is None:
        return f"{'-':>{width}}"
    colour = "green" if precision >= _TRUSTED else "yellow" if precision >= _DOUBTED else "red"
    return click.style(f"{precision:>{width}.0%}", fg=colour)
