"""Puts our webhook into a Jira, or takes it out, and says in sentences what it did.

Everything may be run again: what is right already is left alone. With `dry` nothing is written, and the
sentences say what would be.
"""

from __future__ import annotations

import os
import secrets as chance
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from complaint_gift.plugin import Source
from complaint_gift_jira import webhook
from complaint_gift_jira.api import Jira
from complaint_gift_jira.register import Hook, list_hooks, open_register, place_of
from complaint_gift_jira.settings import read_secrets


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin asked for."""

    endpoint: str
    secret_file: Path | None = None
    rotate: bool = False
    move: bool = False
    dry: bool = False


def install(source: Source, api: Jira, wish: Wish) -> Iterator[str]:
    """Create or align; yields one sentence for each thing done. Raises Refused or Unreachable.

    Jira never shows a secret again, so it is ours that is given to it, and it is kept before it is used.
    """
    register = open_register(source, api)
    wanted = webhook.wanted(source, webhook.address(source, wish.endpoint))
    ours, elsewhere = webhook.find_ours(list_hooks(register, api), source, wish.endpoint)
    if elsewhere and wish.move:
        ours, elsewhere = [*ours, *elsewhere], []
    for hook in elsewhere:
        yield f"Left alone a webhook of ours to {webhook.plain(hook)}; add --move if that is our old address."
    secret, is_new, sentences = _choose_secret(source, wish)
    yield from sentences
    if not ours:
        what = f"a webhook to {wish.endpoint} for {len(wanted.events)} kinds of events"
        if not wish.dry:
            api.write("POST", register.path, register.write(wanted, secret))
            _tidy_secrets(wish, is_new=is_new)
        yield f"{'Would create' if wish.dry else 'Created'} {what}."
        return
    different = webhook.differences(ours[0], wanted) + (["secret"] if is_new else [])
    if different:
        if not wish.dry:
            # With the secret, whatever is different: what replaces a webhook might leave it without one.
            api.write("PUT", place_of(register, ours[0], source), register.write(wanted, secret))
            _tidy_secrets(wish, is_new=is_new)
        yield f"{'Would correct' if wish.dry else 'Corrected'} our webhook: {', '.join(different)}."
    else:
        yield f"The webhook to {wish.endpoint} is as it should be."
    for hook in ours[1:]:
        why = ", a duplicate that would tell everything twice"
        yield from _remove(api, place_of(register, hook, source), hook, dry=wish.dry, why=why)


def uninstall(source: Source, api: Jira, endpoint: str, *, dry: bool = False) -> Iterator[str]:
    """Remove our webhooks to this endpoint, or all under our name."""
    register = open_register(source, api)
    hooks, _ = webhook.find_ours(list_hooks(register, api), source, endpoint)
    if not hooks:
        yield "There is no webhook of ours."
    for hook in hooks:
        yield from _remove(api, place_of(register, hook, source), hook, dry=dry, why="")
    yield "Labels, notes and properties stay with the issues; remove them in Jira if you wish."


def _choose_secret(source: Source, wish: Wish) -> tuple[str, bool, list[str]]:
    """(the secret, "" for none; whether Jira does not have it yet; what to say about it)."""
    if not webhook.is_signed(source):
        told = "Requests are proved by the token in the address; Data Center from 10 on can sign instead."
        return "", False, [told]
    known = list(source.settings["signing_secrets"])
    if known and not wish.rotate:
        return known[0], False, []
    if wish.dry:
        where = f"keep it in {wish.secret_file}" if wish.secret_file else "show it once"
        return "x", True, [f"Would make a new signing secret and {where}."]
    secret = chance.token_urlsafe(32)
    if wish.secret_file:
        # All that are there stay behind it until Jira has taken it: nobody knows which of them it signs with.
        _write_secrets(wish.secret_file, [secret, *read_secrets(wish.secret_file)])
        return (
            secret,
            True,
            [f"Wrote a new signing secret to {wish.secret_file}; restart Complaint Gift to use it."],
        )
    return (
        secret,
        True,
        [
            f"Its signing secret, shown once: {secret}",
            "Put it into a file of mode 600 and name that file under signing_secrets as {file: path}.",
        ],
    )


def _remove(api: Jira, place: str, hook: Hook, *, dry: bool, why: str) -> Iterator[str]:
    if not dry:
        api.write("DELETE", place, None)
    yield f"{'Would remove' if dry else 'Removed'} the webhook {hook.name!r}{why}."


def _tidy_secrets(wish: Wish, *, is_new: bool) -> None:
    """Jira has the newest now. The one before it stays: what was signed a moment ago is still on its way."""
    if is_new and wish.secret_file:
        _write_secrets(wish.secret_file, read_secrets(wish.secret_file)[:2])


def _write_secrets(path: Path, lines: list[str]) -> None:
    """One a line, the newest first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    fresh.replace(path)
