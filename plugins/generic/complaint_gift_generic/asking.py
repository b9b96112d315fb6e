"""What an admin writes about asking the helpdesk: parts of a conversation, pages of lists, a probe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates, validates_schema

from complaint_gift_generic.expression import Path

_PATH = re.compile(r"/[!-~]{0,500}", re.ASCII)
_WITHOUT_SPACES = "begin with a slash, without spaces"
_KEYS = r"^[A-Za-z_][A-Za-z0-9_]{0,60}(\.[A-Za-z_][A-Za-z0-9_]{0,60}){0,5}$"


class PagesSection(Schema):
    """Where the list stands in a part, and where its next page: an address, or what `parameter` is set to."""

    class Meta:
        unknown = RAISE

    items = fields.String(
        required=True, validate=validate.Regexp(_KEYS, error="write the list's name, such as data.comments")
    )
    next = Path(required=True)
    parameter = fields.String(load_default="", validate=validate.Regexp(r"^[A-Za-z0-9_.\[\]-]{0,60}$"))


class FetchSection(Schema):
    """Which addresses give the conversation, and how their answers become a body like the webhook's."""

    class Meta:
        unknown = RAISE

    parts = fields.Dict(
        fields.String(validate=validate.Regexp(r"^[a-z_]{1,40}$")),
        fields.String(validate=validate.Regexp(_PATH, error=_WITHOUT_SPACES)),
        required=True,
        validate=validate.Length(1),
    )
    pages = fields.Dict(fields.String(), fields.Nested(PagesSection), load_default=dict)
    shape = Path(load_default=None)

    @validates("parts")
    def _check_parts(self, value: Mapping[str, str], **_: Any) -> None:
        for name, path in value.items():
            if "{" in path.replace("{conversation}", "") or "{conversation}" not in path:
                raise ValidationError(
                    {name: ["name the ticket as {conversation}, and nothing else in braces"]}
                )

    @validates_schema(skip_on_field_errors=True)
    def _check_pages(self, data: Mapping[str, Any], **_: Any) -> None:
        odd = sorted(set(data["pages"]) - set(data["parts"]))
        if odd:
            raise ValidationError(f"{odd[0]} is none of the parts: {', '.join(data['parts'])}", "pages")


class ProbeSection(Schema):
    """An address that answers when we are let in, and what must hold of the answer."""

    class Meta:
        unknown = RAISE

    path = fields.String(required=True, validate=validate.Regexp(_PATH, error=_WITHOUT_SPACES))
    holds = Path(load_default=None)
