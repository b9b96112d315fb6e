"""Puts our webhook and fields into a Zendesk account, or takes them out, and says in sentences what it did.

Everything may be run again: what is right already is left alone. With `dry` nothing is written, and the
sentences say what would be.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from complaint_gift.plugin import Source
from complaint_gift_zendesk import webhook
from complaint_gift_zendesk.api import API, Json, Zendesk
from complaint_gift_zendesk.settings import read_secrets

FIELDS = {
    "complaint": (
        "Complaint",
        "Tick it when this is a complaint and Complaint Gift has not noticed.",
    ),
    "not_complaint": (
        "Not a complaint",
        "Tick it when Complaint Gift takes this for a complaint and it is none.",
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin asked for."""

    endpoint: str
    secret_file: Path | None = None
    rotate: bool = False
    move: bool = False
    fields: bool = True
    dry: bool = False


def install(source: Source, api: Zendesk, wish: Wish) -> Iterator[str]:
    """Create or align; yields one sentence for each thing done. Raises Refused or Unreachable."""
    hook = yield from _align_webhook(source, api, wish)
    if hook is not None:
        yield from _hand_over_secret(source, api, str(hook.get("id")), wish)
    elif wish.secret_file:
        yield f"Would write its signing secret to {wish.secret_file}."
    if wish.fields:
        yield from _add_fields(source, api, dry=wish.dry)


def uninstall(source: Source, api: Zendesk, endpoint: str, *, dry: bool = False) -> Iterator[str]:
    """Remove our webhooks to this endpoint, or all under our name. The fields stay: tickets hold values."""
    hooks, _ = webhook.find_ours(api, source, endpoint)
    if not hooks:
        yield "There is no webhook of ours."
    for hook in hooks:
        yield from _remove(api, hook, dry=dry, why="")
    yield "The ticket fields stay, because tickets hold their values; remove them in Admin Center."


def _align_webhook(source: Source, api: Zendesk, wish: Wish) -> Generator[str, None, Json | None]:
    wanted = webhook.wanted(source, wish.endpoint)
    ours, elsewhere = webhook.find_ours(api, source, wish.endpoint)
    if elsewhere and wish.move:
        ours, elsewhere = [*ours, *elsewhere], []
    for hook in elsewhere:
        there = hook.get("endpoint")
        yield f"Left alone a webhook of ours to {there}; add --move if that is our old address."
    if not ours:
        what = f"a webhook to {wish.endpoint} for {len(wanted['subscriptions'])} kinds of events"
        if wish.dry:
            yield f"Would create {what}."
            return None
        made = api.part(api.client.post(f"{API}/webhooks", {"webhook": wanted}), "webhook")
        yield f"Created {what}."
        return made
    kept, *spare = ours
    different = webhook.differences(kept, wanted)
    if not different:
        yield f"The webhook to {wish.endpoint} is as it should be."
    elif wish.dry:
        yield f"Would correct our webhook: {', '.join(different)}."
    else:
        api.client.put(f"{API}/webhooks/{kept.get('id')}", {"webhook": wanted})
        yield f"Corrected our webhook: {', '.join(different)}."
    for hook in spare:
        yield from _remove(api, hook, dry=wish.dry, why=", a duplicate that would tell everything twice")
    return kept


def _remove(api: Zendesk, hook: Json, *, dry: bool, why: str) -> Iterator[str]:
    if not dry:
        api.client.delete(f"{API}/webhooks/{hook.get('id')}")
    yield f"{'Would remove' if dry else 'Removed'} the webhook {hook.get('name')!r}{why}."


def _hand_over_secret(source: Source, api: Zendesk, number: str, wish: Wish) -> Iterator[str]:
    """To the file if there is one, else to the eyes of whoever runs this; never to a log."""
    if wish.rotate and wish.dry:
        yield "Would let Zendesk make a new signing secret."
        return
    secret = webhook.read_secret(api, number, renew=wish.rotate)
    if wish.rotate:
        yield "Zendesk made a new signing secret and signs with it from now on."
    if secret in source.settings["signing_secrets"] and not wish.rotate:
        yield "Its signing secret is configured already."
    elif wish.secret_file and wish.dry:
        yield f"Would write its signing secret to {wish.secret_file}."
    elif wish.secret_file:
        _write_secret(wish.secret_file, secret)
        yield f"Wrote its signing secret to {wish.secret_file}; restart Complaint Gift to use it."
    elif wish.dry:
        yield "Would show its signing secret, because no file for it is configured."
    else:
        yield f"Its signing secret, shown once: {secret}"
        yield "Put it into a file of mode 600 and name that file under signing_secrets as {file: path}."


def _write_secret(path: Path, secret: str) -> None:
    """The newest first, and the one before it: what was signed a moment ago is still on its way."""
    lines = list(dict.fromkeys([secret, *read_secrets(path)]))[:2]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    fresh.replace(path)


def _add_fields(source: Source, api: Zendesk, *, dry: bool) -> Iterator[str]:
    """Two checkboxes whose tags decide: an agent corrects us with one click, and the tags event tells us."""
    there = {
        field.get("tag"): field
        for field in api.everything("/ticket_fields", "ticket_fields")
        if field.get("type") == "checkbox" and field.get("active") is not False
    }
    for name, (title, description) in FIELDS.items():
        tag = source.settings["tags"][name]
        if tag in there:
            yield f"The checkbox {there[tag].get('title')!r} with the tag {tag} is there."
        elif dry:
            yield f"Would create the checkbox {title!r} with the tag {tag}."
        else:
            body = {"type": "checkbox", "title": title, "description": description, "tag": tag}
            api.client.post(f"{API}/ticket_fields", {"ticket_field": body})
            yield f"Created the checkbox {title!r} with the tag {tag}; put it into your ticket forms."
