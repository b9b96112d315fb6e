"""The files of a mail: kept aside, under names that can do nothing. They are never opened or unpacked."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from complaint_gift_email.body import is_text
from complaint_gift_email.mime import Part

LONGEST_NAME = 120
MOST_BYTES = 60_000_000
FOLDER = "attachments"
UNKNOWN_SECONDS = 86_400
_UNSAFE = re.compile(r"[^\w.+()@,=~ -]")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file. `name` is safe to write to disk as it stands; `size` is that of the encoded bytes."""

    name: str
    kind: str
    size: int
    part: Part = field(repr=False)

    def content(self) -> bytes:
        """Its bytes, decoded only now."""
        return self.part.content()


def gather(parts: Sequence[Part]) -> tuple[Attachment, ...]:
    """The attachments among the parts, each under a name of its own."""
    found: list[Attachment] = []
    taken: set[str] = set()
    for part in parts:
        if is_text(part):
            continue
        name = safe_name(part.filename or _name_of(part), taken)
        taken.add(name.casefold())
        found.append(Attachment(name, part.kind, len(part.body), part))
    return tuple(found)


def safe_name(given: str, taken: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    """A name without folders, leading dots, control or direction characters; numbered when it is taken."""
    last = re.split(r"[/\\]", given.replace("\x00", ""))[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    name = " ".join(_UNSAFE.sub("_", kept).split()).strip(". ")
    name = f"_{name}" if _DEVICES.match(name) else name
    stem, dot, end = name.rpartition(".")
    end = f".{end[:12]}" if dot and stem else ""
    stem = (stem if end else name)[: LONGEST_NAME - len(end) - 6] or "attachment"
    candidate, number = f"{stem}{end}", 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem}-{number}{end}"
    # Names count in bytes on disk.
    while len(candidate.encode()) > 240:
        stem = stem[:-10]
        candidate = f"{stem}-{number}{end}"
    return candidate


def keep(attachments: Sequence[Attachment], folder: Path) -> list[Path]:
    """Write them into a folder of their own (0700, files 0600, nothing executable); what is there stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Path] = []
    left = MOST_BYTES
    for attachment in attachments:
        content = attachment.content()
        left -= len(content)
        path = folder / attachment.name
        if left < 0 or path.parent != folder:
            break
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(path, flags, 0o600), "wb") as file:
            file.write(content)
        written.append(path)
    return written


def place_of(folder: Path, conversation: str, message: str) -> Path:
    """Where the files of a message lie, `folder` being the source's."""
    return (
        folder / FOLDER / conversation / hashlib.sha256(message.encode("utf-8", "replace")).hexdigest()[:32]
    )


def tidy(folder: Path, words: Callable[[str], Mapping[str, bool]]) -> int:
    """Remove the files of messages whose words are gone; gives of how many messages.

    `words` tells of a conversation which of its messages have theirs. A message that is not known is new, or
    was never taken in: its files go after a day. Raises OSError.
    """
    count, before = 0, time.time() - UNKNOWN_SECONDS
    for conversation in sorted((folder / FOLDER).glob("*/")):
        told = {
            place_of(folder, conversation.name, m).name: kept for m, kept in words(conversation.name).items()
        }
        for path in sorted(conversation.iterdir()):
            if told.get(path.name, path.stat().st_mtime > before):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            count += 1
        with suppress(OSError):
            conversation.rmdir()  # unless a message lies there
    return count


def _name_of(part: Part) -> str:
    kind, _, inner = part.kind.partition("/")
    if part.kind == "message/rfc822":
        return "message.eml"
    return f"{kind}.{re.sub(r'[^a-z0-9]', '', inner)[:8] or 'bin'}"
