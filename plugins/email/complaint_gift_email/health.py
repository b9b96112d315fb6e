"""What is wrong between us and a mailbox, in sentences, for `doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from complaint_gift.plugin import PluginError, Source
from complaint_gift_email.doors.cursors import Cursors
from complaint_gift_email.doors.imap import open_mailbox


def probe(source: Source) -> list[str]:
    """One sentence for each thing that is wrong."""
    return [*_look_at_door(source), *_look_at_sending(source)]


def _look_at_door(source: Source) -> Iterator[str]:
    settings = source.settings
    if settings["imap"] is None:
        return
    wish = settings["imap"]
    inbox = wish["inbox"] if settings["transport"] == "imap" else ""
    try:
        with open_mailbox(source) as mailbox:
            there = {folder.name for folder in mailbox.folder.list()}
            marks = {flag.casefold() for folder in mailbox.folder.list() for flag in folder.flags}
    except PluginError as exc:
        yield str(exc).removeprefix(f"{source.name}: ")
        return
    for name in filter(None, (inbox, wish["sent"], wish["drafts"])):
        if name.startswith("\\") and name.casefold() not in marks:
            yield (
                f"the mailbox marks no folder as {name}, so what lies there is not looked at; write its name "
                f'as `imap: {name[1:].lower()}`, or "" for none; there are {", ".join(sorted(there)[:12])}.'
            )
        elif not name.startswith("\\") and name not in there and name.upper() != "INBOX":
            yield f"the mailbox has no folder {name!r}; there are {', '.join(sorted(there)[:12])}."
    try:
        if source.folder is not None and not Cursors(source).begun():
            yield "the mailbox has never been looked at; is `complaint-gift gate` running?"
    except PluginError as exc:
        yield str(exc).removeprefix(f"{source.name}: ")


def _look_at_sending(source: Source) -> Iterator[str]:
    settings = source.settings
    if settings["smtp"] is None and settings["notes_to"]:
        yield "notes cannot be sent; add `smtp:` with the server that takes your mail."
    if not settings["thread_secret"]:
        yield "without `thread_secret` answers find back by References alone; add a long random text."
