"""`complaint-gift escalations`: what waits for a human, taken and resolved from a terminal."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import click

from complaint_gift.cli.common import language_of, make_parts, told
from complaint_gift.domain import Escalation, EscalationState

WAITING = frozenset({EscalationState.OPEN, EscalationState.ACKNOWLEDGED})
COLOURS = {
    EscalationState.OPEN: "yellow",
    EscalationState.ACKNOWLEDGED: "cyan",
    EscalationState.RESOLVED: "green",
}
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "none": "There has been no escalation yet.",
        "nobody": "Nobody is waiting for a human.",
        "open": "open",
        "acknowledged": "acknowledged",
        "resolved": "resolved",
        "due": "due in {span}",
        "overdue": "overdue by {span}",
        "place": "{source}, conversation {conversation}",
        "on_it": "{who} is on it",
        "resolved_by": "resolved by {who}",
        "taken": "Escalation {id} is yours, {who}.",
        "done": "Escalation {id} is resolved.",
    },
    "ru": {
        "none": "Эскалаций ещё не было.",
        "nobody": "Сейчас никто не ждёт.",
        "open": "открыта",
        "acknowledged": "в работе",
        "resolved": "решена",
        "due": "срок через {span}",
        "overdue": "просрочено на {span}",
        "place": "{source}, обращение {conversation}",
        "on_it": "этим занимается {who}",
        "resolved_by": "решение, {who}",
        "taken": "Эскалация {id} теперь ваша, {who}.",
        "done": "Эскалация {id} решена.",
    },
}
by_option = click.option("--by", default=getpass.getuser, help="Who you are.  [default: your login name]")


@click.group()
def escalations() -> None:
    """See what waits for a human, take it, resolve it."""


@escalations.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what has been resolved.")
@click.option("--source", default="", help="Only of this source.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@told
def list_command(everything: bool, source: str, limit: int, shape: str) -> None:
    """List them, the most urgent first."""
    from complaint_gift.service import EscalationFilter

    parts = make_parts(silent=True)
    wanted = EscalationFilter(frozenset() if everything else WAITING, source)
    found = parts.service.list_escalations(wanted, limit)
    if shape == "json":
        click.echo(json.dumps([as_json(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(_texts()["none" if everything else "nobody"])
        return
    now = datetime.now(UTC)
    for one in found:
        _show(one, now)


@escalations.command()
@click.argument("number", type=int)
@by_option
@told
def ack(number: int, by: str) -> None:
    """Take escalation NUMBER: colleagues see that you are on it."""
    taken = make_parts().service.acknowledge(number, by)
    click.secho(_texts()["taken"].format(id=taken.id, who=taken.acknowledged_by), fg="green")


@escalations.command()
@click.argument("number", type=int)
@click.option("--note", required=True, help="What was done, in a sentence.")
@by_option
@told
def resolve(number: int, note: str, by: str) -> None:
    """Resolve escalation NUMBER."""
    done = make_parts().service.resolve(number, by, note)
    click.secho(_texts()["done"].format(id=done.id), fg="green")


def as_json(one: Escalation) -> dict[str, object]:
    """An escalation for programs: times in ISO 8601."""

    def say(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "id": one.id,
        "state": one.state.value,
        "reason": one.reason.value,
        "source": one.source,
        "conversation": one.conversation,
        "summary": one.summary,
        "rung": one.rung,
        "created_at": say(one.created_at),
        "due_at": say(one.due_at),
        "acknowledged_at": say(one.acknowledged_at),
        "acknowledged_by": one.acknowledged_by,
        "resolved_at": say(one.resolved_at),
        "resolved_by": one.resolved_by,
        "resolution": one.resolution,
    }


def _texts() -> Mapping[str, str]:
    return TEXTS[language_of(os.environ)]


def _show(one: Escalation, now: datetime) -> None:
    from complaint_gift.service.notices import reason_title
    from complaint_gift.web.wording import say_span

    said, language = _texts(), language_of(os.environ)
    left = one.due_at - now
    is_late = left < timedelta(0) and one.state is not EscalationState.RESOLVED
    due = said["overdue" if is_late else "due"].format(span=say_span(left, language))
    head = click.style(f"{one.id:>5}  {said[one.state.value]}", fg=COLOURS[one.state], bold=True)
    tail = (
        ""
        if one.state is EscalationState.RESOLVED
        else click.style(f"  {due}", fg="red" if is_late else None)
    )
    click.echo(f"{head}{tail}")
    click.echo(f"       {reason_title(one.reason, language)}")
    place = said["place"].format(source=one.source, conversation=one.conversation)
    place = place if one.conversation else one.source
    click.echo(f"       {place}" + (f": {one.summary}" if one.summary else ""))
    if one.acknowledged_by and one.state is EscalationState.ACKNOWLEDGED:
        click.echo(f"       {said['on_it'].format(who=one.acknowledged_by)}")
    if one.resolved_by:
        who = said["resolved_by"].format(who=one.resolved_by)
        click.echo(f"       {who}" + (f": {one.resolution}" if one.resolution else ""))
