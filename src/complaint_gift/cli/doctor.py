"""`complaint-gift doctor`: says in sentences what is wrong and what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import redis

from complaint_gift.cli.common import language_of, read_settings, told
from complaint_gift.cli.policywords import read_back
from complaint_gift.plugin import PluginError
from complaint_gift.runtime.settings import Settings

if TYPE_CHECKING:
    from complaint_gift.runtime import Parts

LEAST_FREE = 500_000_000
LATE = timedelta(minutes=5)
SILENT = timedelta(seconds=45)
PATIENCE = 2.0  # seconds for the learned layer
MOST_SHOWN = 3
PLURALS = {"delivery": "deliveries", "action": "actions"}
ENDS = {
    ("delivery", "unreadable"): "came in a form that the plugin cannot read: see what changed at the source "
    "and update the plugin",
    ("delivery", "failed"): "could not be worked off: mend what their errors say",
    ("action", "refused"): "were refused by the helpdesk or a channel: mend what their errors say",
    ("action", "failed"): "were given up: mend what their errors say",
}


@click.command()
@told
def doctor() -> None:
    """Look at work that waits, people, the learned layer, the gate, the audit, each helpdesk and the doors:
    what holds, what is wrong and what to do. Exits with 1 when something is."""
    settings = read_settings()
    named = settings.config is not None
    click.echo(
        "The configuration can be read." if named else "CG_CONFIG names no file, so the defaults hold."
    )
    wrong = 0
    for look in (look_at_folder, look_at_database, look_at_queue):
        wrong += _say(look(settings))
    parts, broken = build_somehow(settings)
    wrong += _say(broken)
    if not broken:
        playbook = parts.playbook()
        click.echo(f"{len(playbook.active)} rules speak, profile {playbook.profile}.")
    for sentence in read_back(parts.policy, language_of(os.environ)):
        click.echo(sentence)
    for check in CHECKS:
        wrong += _say(_calmly(check, parts))
    if wrong:
        click.secho(
            f"{wrong} {'thing needs' if wrong == 1 else 'things need'} attention.", fg="red", bold=True
        )
        raise click.exceptions.Exit(1)
    click.secho("All is well.", fg="green", bold=True)


def build_somehow(settings: Settings) -> tuple[Parts, list[str]]:
    """The parts, with the shipped playbook where the own one cannot be used, and what is wrong with that."""
    from complaint_gift.playbook import PlaybookError
    from complaint_gift.runtime import build

    try:
        return build(settings), []
    except PlaybookError as exc:
        if settings.playbook_folder is None:
            raise
        held = "Until it is mended a running service keeps the rules it has, and a new start is refused."
        return build(replace(settings, playbook_folder=None)), [f"{exc}\n{held}"]


def _say(problems: Iterable[str]) -> int:
    count = 0
    for problem in problems:
        count += 1
        click.echo(click.style("✗ ", fg="red", bold=True) + problem)
    return count


def _calmly(check: Callable[[Parts], Iterator[str]], parts: Parts) -> Iterator[str]:
    from complaint_gift.service.ports import StoreUnavailable

    try:
        yield from check(parts)
    except StoreUnavailable:
        return  # said already by look_at_database


def look_at_folder(settings: Settings) -> Iterator[str]:
    """Can we write, and for how long."""
    folder: Path = settings.data
    if not folder.exists():
        yield f"The data folder {folder} does not exist yet; `complaint-gift serve` or `upgrade` makes it."
        return
    if not os.access(folder, os.W_OK):
        yield f"This user cannot write into {folder}: change its owner, or set DATA to another folder."
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield f"Only {free / 1e6:.0f} MB are free in {folder}: make room before webhooks have to be refused."


def look_at_database(settings: Settings) -> Iterator[str]:
    """Is it there, is it of this version."""
    from complaint_gift.service.ports import StoreUnavailable
    from complaint_gift.store import DatabaseNotUsable, pending

    try:
        if pending(settings.database_url):
            yield "The database has to be made or moved on: run `complaint-gift upgrade`."
    except (StoreUnavailable, DatabaseNotUsable) as exc:
        yield _sentence(str(exc))


def look_at_queue(settings: Settings) -> Iterator[str]:
    """Does Redis answer, and does it keep what it is given."""
    from complaint_gift.runtime.queue import connect_to_work
    from complaint_gift.runtime.valkey import url_of

    own = not settings.redis_url
    connection = connect_to_work(settings.redis_url or url_of(settings.valkey_folder))
    try:
        connection.ping()
        policy = connection.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
        if policy != "noeviction":
            yield f"Redis may throw our jobs away (maxmemory-policy {policy}): set it to noeviction."
    except redis.ResponseError:
        return  # a managed server that hides its configuration
    except redis.RedisError as exc:
        remedy = "start `complaint-gift serve`" if own else "check REDIS_URL and the server"
        yield f"Redis does not answer ({type(exc).__name__}); work waits for the sweep: {remedy}."
    finally:
        connection.close()


def look_at_work(parts: Parts) -> Iterator[str]:
    """Who is alive, what waits too long, what ended badly."""
    from complaint_gift.runtime.gate import has_doors

    tally, now = parts.service.tally(), datetime.now(UTC)
    for part in ("ticker", "worker", *(("gate",) if has_doors(parts.settings) else ())):
        seen = max(
            (at for name, at in tally.heartbeats.items() if name.partition(":")[0] == part), default=None
        )
        if seen is None or now - seen > SILENT:
            yield f"No {part} is alive: start `complaint-gift serve`, or `complaint-gift {part}` alone."
    for name, oldest in (("delivery", tally.oldest_delivery), ("action", tally.oldest_action)):
        if oldest is not None and now - oldest > LATE:
            minutes = int((now - oldest).total_seconds() // 60)
            yield f"The oldest {name} has waited for {minutes} minutes: see the log of the workers."
    yield from _bad_ends(parts)


def _bad_ends(parts: Parts) -> Iterator[str]:
    """How many there are of the last week, and what the newest say."""
    ended = parts.service.list_ended()
    for (kind, state), text in ENDS.items():
        found = [one for one in ended if (one.kind, one.state) == (kind, state)]
        if not found:
            continue
        lines = [f"{len(found)} {PLURALS[kind]} {text}; after that, `complaint-gift sweep --failed`."]
        for one in found[:MOST_SHOWN]:
            name = f"{kind} {one.id}" + (f" ({one.what})" if one.what else "")
            lines.append(f"    {one.at:%Y-%m-%d %H:%M} UTC, {one.source}, {name}: {one.error}")
        yield "\n".join(lines)


def look_at_people(parts: Parts) -> Iterator[str]:
    """Does anybody hear of an escalation, and is there a way to tell them."""
    from complaint_gift.notify import Messenger

    policy, channels = parts.policy, Messenger(parts.settings.notify).channels
    leads = dict.fromkeys(person for rung in policy.ladder for person in policy.people.get(rung.to, ()))
    if not leads:
        file = parts.settings.policy or "a file that `policy:` in the configuration names"
        yield f"Nobody is told of an escalation: name people for the steps of the ladder in {file}."
    for person in leads:
        if not person.ways:
            yield f"{person.name} cannot be told anything: give them an `email` or `webhooks` in the policy."
    for channel in sorted({way for person in policy.everybody() for way, _ in person.ways} - {*channels}):
        names = ", ".join(one.name for one in policy.everybody() if channel in dict(one.ways))
        yield f"{names} would be told by {channel!r}, which is not set up: add it under `notify`."


def look_at_ears(parts: Parts) -> Iterator[str]:
    """Does the learned layer speak."""
    from complaint_gift.runtime.parts import ears_socket, open_ears

    ears = open_ears(parts.settings, patience=PATIENCE)
    if ears is not None and not ears.ready():
        alone = f"python -m complaint_gift.learned {ears_socket(parts.settings)}"
        yield (
            "The learned layer does not answer, so texts are read by words alone: start "
            f"`complaint-gift serve`, or beside parts that run alone `{alone}`."
        )


def look_at_gate(parts: Parts) -> Iterator[str]:
    """Can authors be told, and does anything wait at the gate."""
    settings, outgoing = parts.settings, parts.service.tally().outgoing
    gates = [name for name, source in settings.sources.items() if source.settings.get("gate")]
    if gates and not settings.notify.get("email"):
        yield f"The gate of {gates[0]} has no way to tell authors anything: add `notify: {{email: ...}}`."
    if gates and not settings.url:
        yield "Mails from the gate cannot link to their page: say `url: https://...`, our public address."
    for state, text in (
        ("held", "wait for a lead to read them"),
        ("unknown", "may or may not have been sent: ask whoever got them, then decide"),
        ("failed", "were approved but not taken by the mail server: see why, then decide"),
    ):
        if outgoing.get(state):
            yield f"{outgoing[state]} held replies {text}: /console/held."


def look_at_audit(parts: Parts) -> Iterator[str]:
    """Has anybody changed the record of who did what."""
    broken = parts.service.check_audit()
    if broken is not None:
        yield f"The audit was changed by hand: {broken.what}."


def look_at_sources(parts: Parts) -> Iterator[str]:
    """Ask each helpdesk."""
    if not parts.settings.sources:
        yield "No helpdesk is connected: add a source to the file that CG_CONFIG names."
    for name, source in parts.service.means.sources.items():
        plugin = parts.settings.plugins[source.plugin]
        probe = getattr(plugin, "probe", None)
        if probe is None:
            continue
        try:
            for problem in probe(source, plugin.connect(source)):
                yield f"{name}: {problem}"
        except PluginError as exc:
            yield str(exc)  # it names its source


def look_at_doors(parts: Parts) -> Iterator[str]:
    """Can agents and leads come in."""
    settings = parts.settings
    if not settings.review_tokens and not any(hasattr(p, "admit") for p in settings.plugins.values()):
        yield "Nobody can ask for a review: add `review: {tokens: [...]}` to the configuration."
    if settings.console is None:
        yield "The console is closed: add `console: {password: ..., session_key: ...}` to the configuration."


CHECKS = (
    look_at_work,
    look_at_people,
    look_at_ears,
    look_at_gate,
    look_at_audit,
    look_at_sources,
    look_at_doors,
)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
