"""How notes, tags and the like are written. A note that cannot be shown to be internal is refused here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from complaint_gift_generic.expression import Path
from complaint_gift_generic.template import fill, fill_path, names_in

METHODS = ("POST", "PUT", "PATCH", "DELETE")
_PATH = re.compile(r"/[!-~]{0,500}", re.ASCII)
NOTE_NAMES = ("conversation", "text", "html", "mark")
TAG_NAMES = ("conversation", "tags", "add", "remove")
ASSIGN_NAMES = ("conversation", "assignee", "group")
PRIORITY_NAMES = ("conversation", "priority")
TAKE_BACK_NAMES = ("conversation", "id")
_NOTHING: tuple[Any, ...] = (None, {}, [], "")
SAMPLE = {"conversation": "1", "text": "text", "html": "text", "mark": "mark"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One request to the helpdesk."""

    method: str
    path: str
    body: Any = None

    def seen(self) -> dict[str, Any]:
        """As `internal.sent` looks at it."""
        return {"method": self.method, "path": self.path, "body": self.body}


def make_wish(section: Mapping[str, Any], values: Mapping[str, Any]) -> Wish:
    """The request that a section describes, with values in place."""
    return Wish(section["method"], fill_path(section["path"], values), fill(section["body"], values))


def note_values(conversation: str, text: str, mark: str) -> dict[str, Any]:
    """The names that the description of a note may use."""
    marked = html.escape(text).replace("\n", "<br>")
    return {"conversation": conversation, "text": text, "html": marked, "mark": mark}


class RequestSection(Schema):
    """Method, path and JSON body of a request."""

    class Meta:
        unknown = RAISE

    method = fields.String(load_default="POST", validate=validate.OneOf(METHODS))
    path = fields.String(
        required=True, validate=validate.Regexp(_PATH, error="begin with a slash, without spaces")
    )
    body = fields.Raw(load_default=None, allow_none=True)

    def check_names(self, data: Mapping[str, Any], known: Iterable[str]) -> None:
        """Raise ValidationError for a name in braces that is not known here."""
        for field in ("path", "body"):
            odd = sorted(set(names_in(data[field])) - set(known))
            if odd:
                told = ", ".join(f"{{{name}}}" for name in known)
                raise ValidationError(f"{{{odd[0]}}} means nothing here; known are {told}", field)


class InternalSection(Schema):
    """What proves that customers cannot read a note: in the request, and in the answer."""

    class Meta:
        unknown = RAISE

    sent = Path(required=True)
    answered = Path(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        # What holds for nothing at all would hold for a public note too.
        if data["sent"].holds({"method": "", "path": "", "body": None}):
            raise ValidationError("this holds for every request, so it proves nothing", "sent")
        if data["answered"] and any(map(data["answered"].holds, _NOTHING)):
            raise ValidationError("this holds for every answer, so it proves nothing", "answered")


class TakeBackSection(RequestSection):
    """How a note is removed that may be public; {id} is its id in the helpdesk."""

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        self.check_names(data, TAKE_BACK_NAMES)


class NoteSection(RequestSection):
    """An internal note. `id` is where its id stands in the answer."""

    id = Path(required=True)
    internal = fields.Nested(InternalSection, required=True)
    mark = Path(load_default=None)
    take_back = fields.Nested(TakeBackSection, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        self.check_names(data, NOTE_NAMES)
        used = set(names_in(data["body"]))
        if not used & {"text", "html"}:
            raise ValidationError("put the note into it as {text} or {html}", "body")
        if data["mark"] and "mark" not in used:
            raise ValidationError("put {mark} into it, where mark will look for it", "body")
        if not data["internal"]["sent"].holds(make_wish(data, SAMPLE).seen()):
            told = "what would be sent does not fulfil this, so customers might read it; nothing is sent so"
            raise ValidationError({"internal": {"sent": [told]}})


class TagsSection(RequestSection):
    """Tags: all of them as {tags}, or what changes as {add} and {remove}."""

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        self.check_names(data, TAG_NAMES)
        used = {*names_in(data["body"]), *names_in(data["path"])}
        if not used & {"tags", "add"}:
            raise ValidationError("put {tags} into it, or {add} and {remove}", "body")

    @post_load
    def _note_kind(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data["replaces"] = "tags" in {*names_in(data["body"]), *names_in(data["path"])}
        return data


class PrioritySection(RequestSection):
    """The priority; `values` are the helpdesk's words for ours."""

    values = fields.Dict(fields.String(), fields.Raw(), load_default=dict)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        self.check_names(data, PRIORITY_NAMES)
        if "priority" not in {*names_in(data["body"]), *names_in(data["path"])}:
            raise ValidationError("put {priority} into it", "body")


class AssignSection(RequestSection):
    """Who has it now: an agent, a group or both; `values` are the helpdesk's ids for our names of them."""

    values = fields.Dict(fields.String(), fields.Raw(), load_default=dict)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        self.check_names(data, ASSIGN_NAMES)
        if not {"assignee", "group"} & {*names_in(data["body"]), *names_in(data["path"])}:
            raise ValidationError("put {assignee} or {group} into it", "body")


class WriteSection(Schema):
    """What we may change; what is left out is never done."""

    class Meta:
        unknown = RAISE

    note = fields.Nested(NoteSection, load_default=None)
    tags = fields.Nested(TagsSection, load_default=None)
    priority = fields.Nested(PrioritySection, load_default=None)
    assign = fields.Nested(AssignSection, load_default=None)
