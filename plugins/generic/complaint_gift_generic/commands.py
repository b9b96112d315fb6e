"""`complaint-gift generic try`: what a payload would be read as, before anything is connected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from complaint_gift.domain import Event, Message, MessageAdded, Role, Visibility
from complaint_gift.plugin import Delivery, PluginError, Source
from complaint_gift_generic.expression import Expression
from complaint_gift_generic.parse import parse, read_body
from complaint_gift_generic.reading import find_items, read_conversation, read_moment

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_SHOWN = 20
LONGEST_SHOWN = 200


def make_group(sources: Callable[[], Sequence[Source]]) -> click.Group:
    """`sources` gives the configured sources of this plugin."""

    @click.group()
    def generic() -> None:
        """Describe any helpdesk that sends JSON."""

    @generic.command(name="try")
    @click.argument("file", type=FILE)
    @click.option("--source", "name", required=True, help="The source whose description is tried.")
    @click.option("--header", "headers", multiple=True, help='One that came with it, as "X-Event: reply".')
    def try_payload(file: Path, name: str, headers: tuple[str, ...]) -> None:
        """Show what a payload, a raw body as it came, would be read as. Stores and sends nothing.

        Exits with 1 when it cannot be read.
        """
        source = _choose(sources(), name)
        kept = dict(_headers(headers))
        delivery = Delivery(0, source.name, file.name, kept, file.read_bytes(), datetime.now(UTC))
        try:
            for line in explain(delivery, source):
                click.echo(line)
        except PluginError as exc:
            click.secho(f"{file.name}: {exc}", fg="red", err=True)
            raise click.exceptions.Exit(1) from None

    return generic


def explain(delivery: Delivery, source: Source) -> Iterator[str]:
    """What it means, line by line; raises Unreadable or UnknownEvent."""
    body = read_body(delivery, source)
    events = parse(delivery, source)
    yield from _events(events)
    number = next((event.conversation for event in events), "")
    if not number:
        return
    conversation = read_conversation(body, source, number, delivery.received_at)
    yield f"conversation {number}"
    for field in ("subject", "status", "priority", "channel", "brand", "requester_id", "assignee_id", "url"):
        value = getattr(conversation, field)
        if value:
            yield f"  {field}: {value}"
    if conversation.tags:
        yield f"  tags: {', '.join(sorted(conversation.tags))}"
    for message in conversation.messages[-MOST_SHOWN:]:
        yield from _message(message)
    yield from _doubts(body, source, conversation.messages)


def _events(events: Sequence[Event]) -> Iterator[str]:
    if not events:
        yield "nothing: knowingly ignored, or written by our own user"
    for event in events:
        told = type(event).__name__
        message = getattr(event, "message", "")
        seen = f", {event.visibility.value}" if isinstance(event, MessageAdded) else ""
        yield f"{told}{f', message {message}' if message else ''}{seen}"


def _message(message: Message) -> Iterator[str]:
    author = message.author
    named = " ".join(one for one in (author.name, f"<{author.account}>" if author.account else "") if one)
    yield (
        f"  message {message.id}: {author.role.value} {author.id or '(no id)'} {named}".rstrip()
        + f", {message.visibility.value}, {message.sent_at.isoformat(timespec='seconds')}"
    )
    text = " ".join(message.text.split())
    yield f"    {text[:LONGEST_SHOWN] or '(no text)'}{'...' if len(text) > LONGEST_SHOWN else ''}"


def _doubts(body: Any, source: Source, messages: Sequence[Message]) -> Iterator[str]:
    """What was described and found nothing here, and what looks like a wrong description."""
    for name, where in _described(source.settings["conversation"], "conversation"):
        if where.find(body) is None:
            yield f"! {name} ({where.text}) finds nothing"
    items = find_items(body, source)
    if not items:
        yield "! message.each finds no messages"
    for name, where in _described(source.settings["message"], "message"):
        if items and name != "message.each" and all(where.find(item) is None for item in items):
            yield f"! {name} ({where.text}) finds nothing"
    yield from _odd_moments(items, body, source)
    if any(message.visibility is Visibility.UNKNOWN for message in messages):
        yield "! some messages are neither public nor internal by their values; they are checked as public"
    if messages and not any(message.author.role in (Role.AGENT, Role.MANAGER) for message in messages):
        yield "! no message is by staff: only what staff write is checked"


def _odd_moments(items: Sequence[Any], body: Any, source: Source) -> Iterator[str]:
    """Times that are told and cannot be read: a message that is fetched would be of 1970."""
    told = {
        "message.sent_at": (source.settings["message"]["sent_at"], items),
        "conversation.updated_at": (source.settings["conversation"]["updated_at"], [body]),
    }
    for name, (where, documents) in told.items():
        values = [where.find(one) for one in documents] if where else []
        odd = next((one for one in values if one is not None and read_moment(one) is None), None)
        if odd is not None:
            yield f"! {name} finds {str(odd)[:40]!r}, which is no time; ISO 8601 is, as 2026-01-31T08:30Z"


def _described(section: Any, above: str) -> Iterator[tuple[str, Expression]]:
    for name, value in section.items():
        if isinstance(value, Expression):
            yield f"{above}.{name}", value
        elif name == "author":
            yield from _described(value, f"{above}.author")


def _choose(sources: Sequence[Source], name: str) -> Source:
    found = next((source for source in sources if source.name == name), None)
    if found is None:
        known = ", ".join(source.name for source in sources) or "none"
        raise click.ClickException(f"There is no source {name!r} with plugin: generic; there are: {known}.")
    return found


def _headers(told: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in told:
        name, colon, value = line.partition(":")
        if not colon:
            raise click.BadParameter(f"write it as Name: value, not {line!r}", param_hint="--header")
        yield name.strip().lower(), value.strip()
