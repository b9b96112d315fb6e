"""From JSON to a conversation, by the admin's description. Whatever stands there, nothing here raises."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.plugin import Source
from complaint_gift.text import html_to_plain, new_part
from complaint_gift_generic.expression import Expression, is_one_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ID = 200
LONGEST_NAME = 400
LONGEST_TEXT = 200_000
MOST_MESSAGES = 2000
MOST_TAGS = 500
BODY = "_body"
ITEM = "_item"
_SEPARATORS = re.compile(r"[,\s]+")
# From here on a number of seconds would be the year 5138, so it counts milliseconds.
_MILLISECONDS = 1e11


def read_conversation(
    body: Any, source: Source, number: str, otherwise: datetime | None = None
) -> Conversation:
    """The conversation in a body. `otherwise` is the time of a message that tells none.

    A message without an id cannot be told from another and is left out.
    """
    where: Mapping[str, Any] = source.settings["conversation"]
    requester = _text_at(where["requester"], body)
    found = (
        _read_message(item, source, requester, otherwise) for item in find_items(body, source)[:MOST_MESSAGES]
    )
    known = {message.id: message for message in found if message is not None}
    return Conversation(
        source=source.name,
        id=number,
        messages=tuple(sorted(known.values(), key=lambda message: (message.sent_at, message.id))),
        subject=_text_at(where["subject"], body),
        brand=_text_at(where["brand"], body),
        channel=_text_at(where["channel"], body),
        status=_translated(where["status"], where["statuses"], body),
        priority=_translated(where["priority"], where["priorities"], body),
        tags=read_tags(where["tags"].find(body)) if where["tags"] else frozenset(),
        requester_id=requester,
        assignee_id=_text_at(where["assignee"], body),
        group_id=_text_at(where["group"], body),
        updated_at=read_moment(where["updated_at"].find(body)) if where["updated_at"] else None,
        url=_text_at(where["url"], body),
    )


def find_items(body: Any, source: Source) -> list[Any]:
    """What each message is read from: its object, with the whole body beside it as `_body`."""
    each: Expression | None = source.settings["message"]["each"]
    if each is None:
        return [body]
    found = each.find(body)
    items = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    return [
        {**item, BODY: body} if isinstance(item, dict) else {ITEM: item, BODY: body}
        for item in items
        if item is not None
    ]


def _read_message(item: Any, source: Source, requester: str, otherwise: datetime | None) -> Message | None:
    where: Mapping[str, Any] = source.settings["message"]
    number = read_id(where["id"].find(item))
    if not number:
        return None
    moment = read_moment(where["sent_at"].find(item)) if where["sent_at"] else None
    return Message(
        id=number,
        author=_read_author(item, source, requester),
        text=_read_text(where, item),
        visibility=_read_visibility(where, item),
        sent_at=moment or otherwise or EPOCH,
        channel=_text_at(where["channel"], item),
    )


def _read_author(item: Any, source: Source, requester: str) -> Author:
    where: Mapping[str, Any] = source.settings["message"]["author"]
    number = read_id(where["id"].find(item))
    account = _text_at(where["account"], item)
    role = _read_role(where, item, number, account, source.settings["own_author"])
    return Author(
        # Nobody is somebody as well: an author without an id has the address for one, or the requester's.
        id=number or account or (requester if role is Role.CUSTOMER else ""),
        role=role,
        name=_text_at(where["name"], item),
        account=account,
        company=role not in (Role.CUSTOMER, Role.BYSTANDER),
    )


def _read_role(where: Mapping[str, Any], item: Any, number: str, account: str, own: str) -> Role:
    if own and number == own:
        return Role.BOT
    if where["role"]:
        value = where["role"].find(item)
        for role, values in where["roles"].items():
            if is_one_of(value, values):
                return Role(role)
    domain = account.rpartition("@")[2].casefold()
    if domain and any(domain == one.casefold().lstrip("@") for one in where["staff_domains"]):
        return Role.AGENT
    return Role(where["otherwise"])


def _read_text(where: Mapping[str, Any], item: Any) -> str:
    found = where["text"].find(item)
    text = tidy(found)[:LONGEST_TEXT] if isinstance(found, str) else ""
    if where["format"] == "html":
        text = tidy(html_to_plain(text))
    return text if where["keep_quotes"] else new_part(text)


def _read_visibility(where: Mapping[str, Any], item: Any) -> Visibility:
    if where["visibility"] is None:
        return Visibility.PUBLIC  # the admin says that only public messages come
    value = where["visibility"].find(item)
    if is_one_of(value, where["internal"]):
        return Visibility.INTERNAL
    return Visibility.PUBLIC if is_one_of(value, where["public"]) else Visibility.UNKNOWN


def read_id(value: Any) -> str:
    """An id as text, "" for what can be none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and abs(value) >= 10**LONGEST_ID:
        return ""
    text = str(value)
    try:
        is_short = 0 < len(text.encode()) <= LONGEST_ID
    except UnicodeEncodeError:
        return ""
    # It becomes a part of addresses, where dots alone lead upwards.
    return text if is_short and text.isprintable() and text == text.strip() and text.strip(".") else ""


def read_moment(value: Any) -> datetime | None:
    """ISO 8601 (UTC without an offset), as mail has it, or seconds or milliseconds since 1970; else None."""
    try:
        if isinstance(value, str) and not value.strip().isdecimal():
            moment = _read_words(value.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        seconds = float(value)
        if not math.isfinite(seconds):
            return None
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _MILLISECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        return None


def _read_words(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return parsedate_to_datetime(text)


def read_tags(value: Any) -> frozenset[str]:
    """A list of texts, or one text with commas or spaces between them."""
    words = _SEPARATORS.split(value) if isinstance(value, str) else value if isinstance(value, list) else []
    found = (tidy(word)[:LONGEST_NAME] for word in words[:MOST_TAGS] if isinstance(word, str))
    return frozenset(word for word in found if word.strip())


def tidy(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode()


def _text_at(where: Expression | None, document: Any) -> str:
    found = where.find(document) if where else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    if isinstance(found, int):
        return read_id(found)
    return " ".join(tidy(found).split())[:LONGEST_NAME]


def _translated(where: Expression | None, words: Mapping[str, list[Any]], document: Any) -> str:
    """Our word for what stands there; where none is told, the helpdesk's own in small letters."""
    value = where.find(document) if where else None
    for ours, theirs in words.items():
        if is_one_of(value, theirs):
            return ours
    return _text_at(where, document).casefold()
