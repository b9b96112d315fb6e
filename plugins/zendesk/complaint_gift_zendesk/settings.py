"""What an admin writes below a source with `plugin: zendesk`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates,
    validates_schema,
)

from complaint_gift.fields import Secret, is_endpoint, is_safe

# The secret with which Zendesk signs "Test webhook" before a webhook exists. It stands in its documentation,
# so whoever can read may sign with it.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105
SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
RUNTIME_SCOPE = "read tickets:write"
SETUP_SCOPE = "read write"
_DIGITS = re.compile(r"[1-9]\d{0,19}", re.ASCII)


class Id(fields.Field[str]):
    """An id of Zendesk: digits, written with or without quotes, kept as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not _DIGITS.fullmatch(text):
            raise ValidationError("an id consists of digits, such as 28801400100011")
        return text


class Tags(Schema):
    """The tags with which agents decide by hand whether a ticket is a complaint."""

    class Meta:
        unknown = RAISE

    complaint = fields.String(load_default="complaint")
    not_complaint = fields.String(load_default="not_complaint")


class ZendeskSettings(Schema):
    """One Zendesk account, by `subdomain`; `base_url` is for a stand-in or a test."""

    class Meta:
        unknown = RAISE

    subdomain = fields.String(load_default="")
    base_url = fields.String(load_default="")
    account_id = Id(required=True)
    client_id = fields.String(load_default="")
    client_secret = Secret(load_default="")
    scope = fields.String(load_default=RUNTIME_SCOPE)
    email = fields.String(load_default="")
    api_token = Secret(load_default="")
    signing_secrets = fields.List(Secret(), load_default=list)
    signing_secret_file = fields.String(load_default="")
    bot_user_id = Id(required=True)
    timestamp_window = fields.Integer(strict=True, load_default=300, validate=validate.Range(30, 3600))
    ignored_authors = fields.List(Id(), load_default=list)
    managers = fields.List(Id(), load_default=list)
    groups = fields.Dict(fields.String(), Id(), load_default=dict)
    tags = fields.Nested(Tags, load_default=lambda: Tags().load({}))
    endpoint = fields.String(load_default="")
    app_secrets = fields.List(Secret(), load_default=list)
    app_audience = fields.String(load_default="")

    @validates("subdomain")
    def _check_subdomain(self, value: str, **_: Any) -> None:
        # It becomes part of a host name to which we send credentials.
        if value and not SUBDOMAIN.fullmatch(value):
            raise ValidationError("write only the part before .zendesk.com, in small letters, such as acme")

    @validates("base_url")
    def _check_base_url(self, value: str, **_: Any) -> None:
        if value and not is_safe(value):
            raise ValidationError(
                "write https://host without user, query or fragment (http only on 127.0.0.1)"
            )

    @validates("endpoint")
    def _check_endpoint(self, value: str, **_: Any) -> None:
        if value and not is_endpoint(value):
            raise ValidationError(
                "write the whole address, such as https://cg.example.com/hooks/zendesk-main"
            )

    @validates("app_audience")
    def _check_audience(self, value: str, **_: Any) -> None:
        if value and (not is_safe(value) or urlsplit(value).path):
            raise ValidationError(
                "write our public origin as the app knows it, such as https://cg.example.com"
            )

    @validates("signing_secrets")
    def _check_secrets(self, value: list[str], **_: Any) -> None:
        if TEST_SECRET in value:
            raise ValidationError(
                "this is the secret that Zendesk publishes for tests; anybody could sign with it"
            )

    @validates("signing_secret_file")
    def _check_file(self, value: str, **_: Any) -> None:
        if value and not Path(value).is_absolute():
            raise ValidationError("write the whole path, such as /etc/complaint-gift/zendesk-signing")

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["subdomain"]) == bool(data["base_url"]):
            raise ValidationError("write either subdomain or base_url", "subdomain")
        if data["app_secrets"] and not (data["app_audience"] or data["endpoint"]):
            raise ValidationError("app_secrets need app_audience: our public origin", "app_audience")
        oauth = bool(data["client_id"]), bool(data["client_secret"])
        legacy = bool(data["email"]), bool(data["api_token"])
        if any(oauth) and any(legacy):
            raise ValidationError(
                "write client_id and client_secret, or email and api_token, not both", "client_id"
            )
        if all(oauth) or all(legacy):
            return
        if any(legacy):
            raise ValidationError("email and api_token belong together", "api_token")
        raise ValidationError(
            "client_id and client_secret are missing; make an OAuth client in Zendesk", "client_id"
        )

    @post_load
    def _read_secret_file(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add what `install` has written. Before that there is no file, and nothing is accepted."""
        path = Path(data["signing_secret_file"]) if data["signing_secret_file"] else None
        found = read_secrets(path) if path else []
        data["signing_secrets"] = [*data["signing_secrets"], *(s for s in found if s != TEST_SECRET)]
        return data


def read_secrets(path: Path) -> list[str]:
    """The secrets in the file that `install` writes, one a line, the newest first; none without the file."""
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise ValidationError(f"the file {path} cannot be read: {exc}", "signing_secret_file") from None


def base_url(settings: Mapping[str, Any]) -> str:
    """Where this account answers, without a slash at the end."""
    given = str(settings["base_url"]).rstrip("/")
    return given or f"https://{settings['subdomain']}.zendesk.com"


def app_audience(settings: Mapping[str, Any]) -> str:
    """Our origin, spelt as our Zendesk app does; the endpoint's unless said otherwise."""
    parts = urlsplit(settings["app_audience"] or settings["endpoint"])
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
