"""The shapes of the review interface, from which its OpenAPI document is made."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from complaint_gift.domain import Decision, Layer, Scope, Severity
from complaint_gift.service.records import PromiseState

LONGEST_TEXT = 500_000
LANGUAGES = ("en", "ru")


def _words(kind: type) -> list[str]:
    return [member.value for member in kind]  # type: ignore[attr-defined]


class Echo(fields.Field[Any]):
    """Whatever the caller counts its drafts with: a number, a short text or null."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError("Send a number or a text.")
        if isinstance(value, str) and len(value) > 200:
            raise ValidationError("200 characters at most.")
        return value


class Strict(Schema):
    """A request. An unknown key is refused, so that a caller's misspelling shows."""

    class Meta:
        unknown = RAISE


class ReviewRequest(Strict):
    """A draft and what is known around it."""

    text = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))
    format = fields.String(load_default="plain", validate=validate.OneOf(["plain", "html"]))
    scope = fields.String(load_default=Scope.PUBLIC_REPLY.value, validate=validate.OneOf(_words(Scope)))
    context = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "Every key is optional, an unknown one is refused by name."},
    )
    ui_language = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))
    revision = Echo(load_default=None, allow_none=True, metadata={"description": "Comes back unchanged."})


class MailRequest(Strict):
    """A mail that somebody is writing, as the add-in of the mail program tells of it."""

    text = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))
    subject = fields.String(load_default="", validate=validate.Length(max=2000))
    sender = fields.String(load_default="", validate=validate.Length(max=320))
    sender_name = fields.String(load_default="", validate=validate.Length(max=500))
    recipients = fields.List(
        fields.String(validate=validate.Length(max=1000)),
        load_default=list,
        validate=validate.Length(max=1000),
    )
    conversation = fields.String(load_default="", validate=validate.Length(max=1000))
    answers = fields.String(load_default="", validate=validate.Length(max=1000))
    is_reply = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    ui_language = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))
    revision = Echo(load_default=None, allow_none=True)


class FindingShape(Schema):
    """One thing that the playbook has to say about the draft."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(_words(Severity)))
    layer = fields.String(required=True, validate=validate.OneOf(_words(Layer)))
    missing = fields.Boolean(required=True)
    start = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Code points; null if missing."}
    )
    end = fields.Integer(required=True, allow_none=True)
    quote = fields.String(required=True, allow_none=True)
    message = fields.String(required=True)
    why = fields.String(required=True)
    reading = fields.String(required=True, metadata={"description": "How the customer may read it."})
    suggestion = fields.String(required=True, allow_none=True)


class SignalShape(Schema):
    """A speech act of the draft; `start` and `end` count code points of its plain text."""

    signal = fields.String(required=True)
    start = fields.Integer(required=True)
    end = fields.Integer(required=True)


class PromiseShape(Schema):
    """What was promised, and what became of it: open, kept, moved or broken."""

    id = fields.Integer(required=True)
    what = fields.String(required=True)
    due_at = fields.String(required=True, allow_none=True)
    who = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_words(PromiseState)))


class CaseShape(Schema):
    """What is known about the conversation."""

    complaint = fields.Boolean(required=True)
    why = fields.String(required=True)
    stage = fields.String(required=True)
    about = fields.List(fields.String(), required=True)
    promises = fields.List(fields.Nested(PromiseShape), required=True)
    reply_due = fields.String(required=True, allow_none=True)
    waiting_since = fields.String(required=True, allow_none=True)
    audience = fields.String(required=True)


class ReviewAnswer(Schema):
    """The verdict. Offsets are Unicode code points of the text as sent, for html of its plain form."""

    verdict = fields.String(required=True, validate=validate.OneOf(_words(Decision)))
    complete = fields.Boolean(required=True)
    revision = fields.Raw(required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingShape), required=True)
    signals = fields.List(fields.Nested(SignalShape), required=True)
    playbook = fields.String(required=True)
    text = fields.String(metadata={"description": "Only for html: the plain form that the offsets count."})
    case = fields.Nested(CaseShape, metadata={"description": "Only for a conversation that we know."})


def _has_words(value: str) -> None:
    if not value.strip():
        raise ValidationError("Say why, in a few words.")


class WaiverRequest(Strict):
    """Why a finding does not apply, or is sent anyway."""

    conversation = fields.String(required=True, validate=validate.Length(1, 200))
    rule = fields.String(required=True, validate=validate.Length(1, 120))
    reason = fields.String(required=True, validate=[validate.Length(1, 2000), _has_words])
    source = fields.String(load_default="", validate=validate.Length(max=63))
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST_TEXT))
    by = fields.String(load_default="", validate=validate.Length(max=200))
    finding = fields.String(load_default="", validate=validate.Length(max=300))
    quote = fields.String(load_default="", allow_none=True, validate=validate.Length(max=20_000))
    sent = fields.Boolean(load_default=False)


class WaiverAnswer(Schema):
    kept = fields.Boolean(required=True, metadata={"description": "False when the same reason is known."})


class ComplaintRequest(Strict):
    """An agent's click: this is a complaint, or it is none."""

    complaint = fields.Boolean(required=True, truthy={True}, falsy={False})
    by = fields.String(load_default="", validate=validate.Length(max=200))


class PromiseRequest(Strict):
    """An agent's click: this promise was kept, or it was not."""

    conversation = fields.String(required=True, validate=validate.Length(1, 200))
    promise = fields.Integer(required=True, strict=True)
    kept = fields.Boolean(required=True, truthy={True}, falsy={False})
    source = fields.String(load_default="", validate=validate.Length(max=63))
    by = fields.String(load_default="", validate=validate.Length(max=200))


class ErrorShape(Schema):
    """Every error of this interface."""

    code = fields.String(required=True, metadata={"description": "A word for programs."})
    message = fields.String(required=True, metadata={"description": "A sentence for people."})
    errors = fields.Dict(metadata={"description": "Field -> what is wrong with it."})
