"""What an admin writes below a source with `plugin: generic`: the description of a helpdesk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates, validates_schema

from complaint_gift.domain import Role
from complaint_gift.fields import Secret, is_safe
from complaint_gift_generic import proof
from complaint_gift_generic.asking import FetchSection, ProbeSection
from complaint_gift_generic.expression import Path
from complaint_gift_generic.parse import EVENT_HEADERS, MEANINGS
from complaint_gift_generic.writing import WriteSection

# Without sha1 and md5 many older helpdesks could not be connected; an HMAC of sha1 still holds, one of md5
# nobody should begin with.
ALGORITHMS = ("sha256", "sha512", "sha384", "sha1")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,80}", re.ASCII)
PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("open", "pending", "solved", "closed")
PEOPLE = (Role.CUSTOMER, Role.AGENT, Role.MANAGER, Role.BOT, Role.BYSTANDER)


class Strict(Schema):
    """A section in which a key that nobody knows is a mistake."""

    class Meta:
        unknown = RAISE


class Header(fields.String):
    """The name of a header, kept in small letters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str) or not _HEADER.fullmatch(value):
            raise ValidationError("write the name of a header, such as X-Signature")
        return value.lower()


def _values() -> fields.List[Any]:
    return fields.List(fields.Raw(allow_none=True), load_default=list)


def _translation(ours: tuple[str, ...]) -> fields.Dict:
    """Our words, and below each the helpdesk's values that mean it."""
    keys = fields.String(validate=validate.OneOf(ours))
    return fields.Dict(keys, fields.List(fields.Raw(allow_none=True)), load_default=dict)


class MomentSection(Strict):
    """The signed header that says when; `window` is how many seconds that may lie from now, either way."""

    header = Header(required=True)
    form = fields.String(load_default="unix", validate=validate.OneOf(["unix", "iso"]))
    window = fields.Integer(strict=True, load_default=300, validate=validate.Range(30, 3600))


class ProofSection(Strict):
    """How a request shows that the helpdesk sent it. There is no way to take requests without proof."""

    kind = fields.String(required=True, validate=validate.OneOf(proof.KINDS))
    secrets = fields.List(Secret(), required=True, validate=validate.Length(1, error="name one secret"))
    user = fields.String(load_default="")
    header = Header(load_default="")
    algorithm = fields.String(load_default="sha256", validate=validate.OneOf(ALGORITHMS))
    encoding = fields.String(load_default="hex", validate=validate.OneOf(["hex", "base64"]))
    prefix = fields.String(load_default="")
    signed = fields.String(load_default="{body}")
    moment = fields.Nested(MomentSection, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        kind, template = data["kind"], data["signed"]
        if kind in (proof.HMAC, proof.TOKEN) and not data["header"]:
            raise ValidationError("name the header that carries the proof", "header")
        if kind == proof.TOKEN and data["header"] == proof.AUTHORIZATION:
            raise ValidationError("use kind: bearer or kind: basic for this header", "header")
        if kind == proof.BASIC and (not data["user"] or ":" in data["user"]):
            raise ValidationError("name the user, without a colon in it", "user")
        if "{body}" not in template or proof.has_odd_parts(template):
            raise ValidationError(
                "use {body} and {header:name of the header}; {body} must be there", "signed"
            )
        if data["moment"] and kind != proof.HMAC:
            raise ValidationError("a moment proves something only when it is signed: kind: hmac", "moment")
        if data["moment"] and data["moment"]["header"] not in proof.signed_headers(template):
            raise ValidationError("this header must be part of signed, as {header:...}", "moment")


class EventSection(Strict):
    """What happened: its name in the body or in a header, and what the names mean."""

    path = Path(load_default=None)
    header = Header(load_default="", validate=validate.OneOf(["", *EVENT_HEADERS]))
    means = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(MEANINGS)), load_default=dict)
    ignored = fields.List(fields.String(), load_default=list)
    message = Path(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["path"] and data["header"]:
            raise ValidationError("write either path or header", "header")
        named = bool(data["path"] or data["header"])
        if named and not data["means"]:
            raise ValidationError("say what the names mean, such as {ticket.replied: message}", "means")
        if not named and (data["means"] or data["ignored"]):
            raise ValidationError("say where the name stands: path or header", "path")
        both = sorted(set(data["means"]) & set(data["ignored"]))
        if both:
            raise ValidationError(f"{', '.join(both)} cannot be both meant and ignored", "ignored")


class ConversationSection(Strict):
    """Where the ticket stands in the body."""

    id = Path(required=True)
    subject = Path(load_default=None)
    channel = Path(load_default=None)
    brand = Path(load_default=None)
    status = Path(load_default=None)
    statuses = _translation(STATUSES)
    priority = Path(load_default=None)
    priorities = _translation(PRIORITIES)
    tags = Path(load_default=None)
    requester = Path(load_default=None)
    assignee = Path(load_default=None)
    group = Path(load_default=None)
    updated_at = Path(load_default=None)
    url = Path(load_default=None)
    merged_into = Path(load_default=None)


class AuthorSection(Strict):
    """Who wrote it, and how staff are told from customers."""

    id = Path(required=True)
    name = Path(load_default=None)
    account = Path(load_default=None)
    role = Path(load_default=None)
    roles = _translation(PEOPLE)
    staff_domains = fields.List(fields.String(), load_default=list)
    otherwise = fields.String(load_default=Role.CUSTOMER, validate=validate.OneOf(PEOPLE))

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["role"] and not data["roles"]:
            raise ValidationError("say which values mean customer and agent", "roles")
        if data["roles"] and not data["role"]:
            raise ValidationError("say where the role stands", "role")
        if data["staff_domains"] and not data["account"]:
            raise ValidationError("say where the mail address stands", "account")
        if not data["roles"] and not data["staff_domains"]:
            raise ValidationError(
                "nothing here tells staff from customers: add role or staff_domains", "role"
            )


class MessageSection(Strict):
    """Where messages stand. `each` is their list; without it the body holds one."""

    each = Path(load_default=None)
    id = Path(required=True)
    text = Path(required=True)
    format = fields.String(load_default="plain", validate=validate.OneOf(["plain", "html"]))
    keep_quotes = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    sent_at = Path(load_default=None)
    channel = Path(load_default=None)
    visibility = Path(load_default=None)
    public = _values()
    internal = _values()
    author = fields.Nested(AuthorSection, required=True)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        told = data["public"] or data["internal"]
        if bool(data["visibility"]) != bool(told):
            field = "public" if data["visibility"] else "visibility"
            raise ValidationError("visibility and the values of public or internal belong together", field)


class AuthSection(Strict):
    """What lets us in."""

    kind = fields.String(required=True, validate=validate.OneOf(["basic", "bearer", "header"]))
    user = fields.String(load_default="")
    header = Header(load_default="")
    scheme = fields.String(load_default="Bearer", validate=validate.Regexp(r"^[A-Za-z]{1,30}$"))
    password = Secret(required=True)

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        for kind, field in (("basic", "user"), ("header", "header")):
            if data["kind"] == kind and not data[field]:
                raise ValidationError(f"kind: {kind} needs it", field)


class ApiSection(Strict):
    """Where the helpdesk answers: by https, and by http on 127.0.0.1 alone."""

    base_url = fields.String(required=True)
    auth = fields.Nested(AuthSection, required=True)
    probe = fields.Nested(ProbeSection, load_default=None)

    @validates("base_url")
    def _check_base_url(self, value: str, **_: Any) -> None:
        if not is_safe(value):
            raise ValidationError(
                "write https://host without user, query or fragment (http only on 127.0.0.1)"
            )


class GenericSettings(Strict):
    """One helpdesk that speaks JSON."""

    proof = fields.Nested(ProofSection, required=True)
    key = Path(load_default=None)
    key_header = Header(load_default="")
    event = fields.Nested(EventSection, load_default=lambda: EventSection().load({}))
    conversation = fields.Nested(ConversationSection, required=True)
    message = fields.Nested(MessageSection, required=True)
    own_author = fields.String(load_default="")
    api = fields.Nested(ApiSection, load_default=None)
    fetch = fields.Nested(FetchSection, load_default=None)
    write = fields.Nested(WriteSection, load_default=lambda: WriteSection().load({}))

    @validates_schema(skip_on_field_errors=True)
    def _check_key(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["key"] and data["key_header"]:
            raise ValidationError("write either key or key_header", "key_header")
        told = data["proof"]
        unsigned = told["kind"] == proof.HMAC and data["key_header"] not in proof.signed_headers(
            told["signed"]
        )
        if data["key_header"] and unsigned:
            # With a new header anybody could send an old request again as a new one.
            raise ValidationError(
                "this header is not signed: add it to proof.signed or use key", "key_header"
            )

    @validates_schema(skip_on_field_errors=True)
    def _check_meanings(self, data: Mapping[str, Any], **_: Any) -> None:
        if "merged" in data["event"]["means"].values() and not data["conversation"]["merged_into"]:
            raise ValidationError({"conversation": {"merged_into": ["say where the other ticket stands"]}})

    @validates_schema(skip_on_field_errors=True)
    def _check_api(self, data: Mapping[str, Any], **_: Any) -> None:
        write, fetch = data["write"], data["fetch"]
        if data["api"] is None and (fetch or any(write.values())):
            raise ValidationError("say where the helpdesk answers and what lets us in", "api")
        if any(write.values()) and not data["own_author"]:
            raise ValidationError("name our own user, so that we never answer ourselves", "own_author")
        if fetch and not data["message"]["sent_at"]:
            raise ValidationError(
                {"message": {"sent_at": ["what is fetched needs the time of each message"]}}
            )
        if fetch is None:
            for section, field, why in write_needs_fetch(write):
                raise ValidationError({"write": {section: {field: [why]}}})
        elif write["note"] and not write["note"]["internal"]["answered"] and not data["message"]["internal"]:
            raise ValidationError({"message": {"internal": ["which values prove that a note is internal?"]}})


def write_needs_fetch(write: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(section, field, why) of what can only be done where the conversation can be read."""
    found, note, tags = [], write["note"], write["tags"]
    if note and not note["internal"]["answered"]:
        found.append(("note", "internal", "without fetch the answer must prove it: add answered"))
    if note and note["mark"]:
        found.append(("note", "mark", "the mark can only be looked for with fetch"))
    if tags and tags["replaces"]:
        found.append(("tags", "body", "{tags} are all tags of the ticket, which only fetch can tell"))
    return found
