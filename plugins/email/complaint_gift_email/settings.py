"""What an admin writes below a source with `plugin: email`."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates, validates_schema

from complaint_gift.fields import Secret
from complaint_gift_email.addresses import normalise
from complaint_gift_email.doors.imap import SENT
from complaint_gift_email.doors.opening import TRANSPORTS
from complaint_gift_email.gate.settings import GateSettings, SmtpSettings
from complaint_gift_email.outlook.settings import OutlookSettings

HTTP = tuple(name for name in TRANSPORTS if name not in ("imap", "lmtp"))
_NEEDS_SECRETS = ("postmark", "mailgun", "post")
SECURITY = ("tls", "starttls", "none")


class OauthSettings(Schema):
    """A refresh token for a mailbox at Google or Microsoft; access tokens are fetched with it."""

    class Meta:
        unknown = RAISE

    token_url = fields.String(required=True)
    client_id = fields.String(required=True)
    client_secret = Secret(load_default="")
    refresh_token = Secret(required=True)
    scope = fields.String(load_default="")

    @validates("token_url")
    def _check_url(self, value: str, **_: Any) -> None:
        if not value.startswith("https://") and not value.startswith(
            ("http://127.0.0.1", "http://localhost")
        ):
            raise ValidationError("write https://host/path; a refresh token never travels in the clear")


class ImapSettings(Schema):
    """The mailbox. `sent` is the folder of sent mail where replies are looked at, "" for none.

    `drafts` is the folder where drafts are looked at once they have rested for `drafts_rest` seconds.
    A folder is given by its name, or by its mark for the one that the server marks so.
    """

    class Meta:
        unknown = RAISE

    host = fields.String(required=True, validate=validate.Length(1, 255))
    port = fields.Integer(strict=True, load_default=993, validate=validate.Range(1, 65535))
    security = fields.String(load_default="tls", validate=validate.OneOf(SECURITY))
    user = fields.String(required=True, validate=validate.Length(1, 255))
    password = Secret(load_default="")
    oauth = fields.Nested(OauthSettings, load_default=None)
    inbox = fields.String(load_default="INBOX", validate=validate.Length(1, 255))
    sent = fields.String(load_default=SENT)
    drafts = fields.String(load_default="")
    drafts_rest = fields.Integer(strict=True, load_default=20, validate=validate.Range(5, 3600))
    begin = fields.String(load_default="new", validate=validate.OneOf(("new", "all")))
    poll_seconds = fields.Integer(strict=True, load_default=60, validate=validate.Range(5, 3600))
    idle = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    authority = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["password"]) == bool(data["oauth"]):
            raise ValidationError("write either password or oauth", "password")
        if data["security"] == "none" and not is_local(data["host"]):
            raise ValidationError("the password would travel in the clear; use tls or starttls", "security")
        if data["authority"] and not Path(data["authority"]).is_file():
            raise ValidationError(f"there is no file {data['authority']}", "authority")


class LmtpSettings(Schema):
    """A port for a mail server of yours. It takes what it is given, so it listens on this machine only."""

    class Meta:
        unknown = RAISE

    host = fields.String(load_default="127.0.0.1")
    port = fields.Integer(strict=True, load_default=10024, validate=validate.Range(1, 65535))
    protocol = fields.String(load_default="lmtp", validate=validate.OneOf(("lmtp", "smtp")))
    largest_mb = fields.Integer(strict=True, load_default=40, validate=validate.Range(1, 200))


class EmailSettings(Schema):
    """One mailbox of the company, and how its mail reaches us.

    `accounts`, `domains`, `freemail` and `staff` are for `accounts.Accounts`. `timestamp_window` is seconds.
    `thread_secret` signs the tokens that answers are found by; without it there are none.
    """

    class Meta:
        unknown = RAISE

    transport = fields.String(load_default="imap", validate=validate.OneOf(TRANSPORTS))
    address = fields.String(required=True)
    accounts = fields.List(fields.String(), load_default=list)
    domains = fields.List(fields.String(), load_default=list)
    freemail = fields.List(fields.String(), load_default=list)
    staff = fields.Dict(fields.String(), fields.List(fields.String()), load_default=dict)
    brand = fields.String(load_default="")
    imap = fields.Nested(ImapSettings, load_default=None)
    lmtp = fields.Nested(LmtpSettings, load_default=None)
    secrets = fields.List(Secret(), load_default=list)
    user = fields.String(load_default="complaint-gift")
    public_keys = fields.List(fields.String(), load_default=list)
    topics = fields.List(fields.String(), load_default=list)
    timestamp_window = fields.Integer(strict=True, load_default=900, validate=validate.Range(30, 86_400))
    authserv = fields.String(load_default="")
    thread_secret = Secret(load_default="")
    notes_to = fields.List(fields.String(), load_default=list)
    keep_attachments = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    acknowledge = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    acknowledgement = fields.Dict(
        fields.String(validate=validate.OneOf(("en", "ru"))),
        fields.String(validate=validate.Length(1, 5000)),
        load_default=dict,
    )
    smtp = fields.Nested(SmtpSettings, load_default=None)
    gate = fields.Nested(GateSettings, load_default=None)
    outlook = fields.Nested(OutlookSettings, load_default=None)

    @validates("address")
    def _check_address(self, value: str, **_: Any) -> None:
        if not normalise(value):
            raise ValidationError("write the company's address, such as support@shop.example")

    @validates("notes_to")
    def _check_notes(self, value: list[str], **_: Any) -> None:
        wrong = next((one for one in value if not normalise(one)), None)
        if wrong is not None:
            raise ValidationError(f"{wrong!r} is no mail address")

    @validates("public_keys")
    def _check_keys(self, value: list[str], **_: Any) -> None:
        from complaint_gift_email.doors.sendgrid import load_key

        for key in value:
            try:
                load_key(key)
            except ValueError:
                raise ValidationError(
                    "a key is no public key as SendGrid shows it (base64) or as PEM"
                ) from None

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        transport = data["transport"]
        is_alone = data["gate"] is None and data["outlook"] is None
        if transport == "imap" and data["imap"] is None and is_alone:
            raise ValidationError("the mailbox is missing; add `imap:` with host, user and password", "imap")
        if data["acknowledge"] and data["smtp"] is None:
            raise ValidationError("acknowledging needs a mail server; add `smtp: {host: ...}`", "acknowledge")
        if transport in _NEEDS_SECRETS and not data["secrets"]:
            raise ValidationError(f"{transport} needs the secret that proves its requests", "secrets")
        if transport == "sendgrid" and not (data["public_keys"] or data["secrets"]):
            raise ValidationError("SendGrid needs its public key, or a password in `secrets`", "public_keys")
        if transport == "ses" and not data["topics"]:
            raise ValidationError(
                "name the SNS topic, as arn:aws:sns:eu-central-1:123456789012:mail", "topics"
            )


def is_local(host: str) -> bool:
    """Whether this address never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
