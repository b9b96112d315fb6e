"""What an admin writes below a source with `plugin: jira`."""

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
from complaint_gift_jira.ids import is_id

CLOUD, DATA_CENTER = "cloud", "data-center"
# How OAuth lets us in: as a service account with credentials of its own, or as a user who has consented.
SERVICE, CONSENT = "service-account", "consent"
GIVER, GATEWAY = "https://auth.atlassian.com", "https://api.atlassian.com"
CALLBACK = "http://localhost:8474/callback"
SHORTEST_TOKEN = 24
SITE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
PROJECT = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)
_APP = re.compile(r"ari:cloud:ecosystem::app/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_CLOUD_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Person(fields.Field[str]):
    """An accountId of Cloud, a key or name of Data Center."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        found = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not is_id(found):
            raise ValidationError("write an accountId (Cloud) or a user's key or name (Data Center)")
        return found


class Escalations(Schema):
    """What an escalation does in Jira besides the note: a linked issue, a transition; only what is named."""

    class Meta:
        unknown = RAISE

    project = fields.String(load_default="", validate=validate.Regexp(r"([A-Z][A-Z0-9_]{0,39})?\Z"))
    issue_type = fields.String(load_default="Task", validate=validate.Length(1, 60))
    link = fields.String(load_default="Relates", validate=validate.Length(1, 60))
    transition = fields.String(load_default="", validate=validate.Length(0, 120))


class JiraSettings(Schema):
    """One Jira: `site` for Cloud, `base_url` for Data Center, a gateway or a stand-in."""

    class Meta:
        unknown = RAISE

    deployment = fields.String(load_default=CLOUD, validate=validate.OneOf((CLOUD, DATA_CENTER)))
    site = fields.String(load_default="")
    base_url = fields.String(load_default="")
    cloud_id = fields.String(load_default="")
    email = fields.String(load_default="")
    api_token = Secret(load_default="")
    client_id = fields.String(load_default="")
    client_secret = Secret(load_default="")
    oauth = fields.String(load_default=SERVICE, validate=validate.OneOf((SERVICE, CONSENT)))
    callback = fields.String(load_default=CALLBACK)
    access_token = Secret(load_default="")
    bot_user_id = Person(required=True)
    signing_secrets = fields.List(Secret(), load_default=list)
    signing_secret_file = fields.String(load_default="")
    header_tokens = fields.List(Secret(), load_default=list)
    url_tokens = fields.List(Secret(), load_default=list)
    replay_hours = fields.Integer(strict=True, load_default=24, validate=validate.Range(2, 168))
    projects = fields.List(fields.String(), load_default=list)
    agents = fields.List(Person(), load_default=list)
    agent_groups = fields.List(fields.String(validate=validate.Length(1, 255)), load_default=list)
    managers = fields.List(Person(), load_default=list)
    ignored_authors = fields.List(Person(), load_default=list)
    strangers = fields.String(load_default="agent", validate=validate.OneOf(("agent", "bystander")))
    groups = fields.Dict(fields.String(), Person(), load_default=dict)
    priorities = fields.Dict(
        fields.String(validate=validate.OneOf(("low", "normal", "high", "urgent"))),
        fields.String(),
        load_default=dict,
    )
    escalations = fields.Nested(Escalations, load_default=lambda: Escalations().load({}))
    endpoint = fields.String(load_default="")
    forge_app = fields.String(load_default="")
    forge_site = fields.String(load_default="")

    @validates("site")
    def _check_site(self, value: str, **_: Any) -> None:
        # It becomes part of a host name to which we send credentials.
        if value and not SITE.fullmatch(value):
            raise ValidationError("write only the part before .atlassian.net, in small letters, such as acme")

    @validates("base_url")
    def _check_base_url(self, value: str, **_: Any) -> None:
        if value and not is_safe(value):
            raise ValidationError("write https://host or https://host/jira, without user, query or fragment "
                                  "(http only on 127.0.0.1)")  # fmt: skip

    @validates("cloud_id", "forge_site")
    def _check_cloud_id(self, value: str, **_: Any) -> None:
        if value and not _CLOUD_ID.fullmatch(value):
            raise ValidationError(
                "write the cloudId that https://<site>.atlassian.net/_edge/tenant_info shows"
            )

    @validates("forge_app")
    def _check_app(self, value: str, **_: Any) -> None:
        if value and not _APP.fullmatch(value):
            raise ValidationError("write the id of the Forge app: ari:cloud:ecosystem::app/<id>")

    @validates("callback")
    def _check_callback(self, value: str, **_: Any) -> None:
        if not is_endpoint(value):
            raise ValidationError(f"write the callback URL of the app, whole, such as {CALLBACK}")

    @validates("endpoint")
    def _check_endpoint(self, value: str, **_: Any) -> None:
        if value and not is_endpoint(value):
            raise ValidationError("write the whole address, such as https://cg.example.com/hooks/jira-main")

    @validates("projects")
    def _check_projects(self, value: list[str], **_: Any) -> None:
        if wrong := [one for one in value if not PROJECT.fullmatch(one)]:
            raise ValidationError(
                f"{wrong[0]!r} is no key of a project; write the letters before the dash, such as SD"
            )

    @validates("signing_secret_file")
    def _check_file(self, value: str, **_: Any) -> None:
        if value and not Path(value).is_absolute():
            raise ValidationError("write the whole path, such as /etc/complaint-gift/jira-signing")

    @validates("header_tokens", "url_tokens")
    def _check_tokens(self, value: list[str], **_: Any) -> None:
        # A token is sent as it is with every request and stands alone: guessing it must be hopeless.
        if any(len(one) < SHORTEST_TOKEN for one in value):
            raise ValidationError(
                f"a token needs {SHORTEST_TOKEN} letters or more; make one with `openssl rand -hex 32`"
            )

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["site"]) == bool(data["base_url"]):
            raise ValidationError("write either site (Cloud) or base_url (Data Center)", "site")
        proofs = ("signing_secrets", "signing_secret_file", "header_tokens", "url_tokens")
        if not any(data[name] for name in proofs):
            raise ValidationError(
                "nothing proves where requests come from; name signing_secret_file, signing_secrets, "
                "header_tokens or url_tokens",
                "signing_secrets",
            )
        if data["forge_app"] and not forge_site(data):
            raise ValidationError(
                "forge_app needs forge_site: the cloudId of the site it is on", "forge_site"
            )
        _check_login(data)

    @post_load
    def _read_secret_file(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add what `install` has written. Before that there is no file, and nothing signed is accepted."""
        path = Path(data["signing_secret_file"]) if data["signing_secret_file"] else None
        data["signing_secrets"] = [*data["signing_secrets"], *(read_secrets(path) if path else [])]
        return data


def _check_login(data: Mapping[str, Any]) -> None:
    """Exactly one way in, whole, and one that this deployment knows."""
    basic, oauth = (data["email"], data["api_token"]), (data["client_id"], data["client_secret"])
    if sum((any(basic), any(oauth), bool(data["access_token"]))) != 1:
        raise ValidationError(
            "write exactly one of: email and api_token, client_id and client_secret, access_token",
            "api_token",
        )
    if any(basic) and not all(basic):
        raise ValidationError("email and api_token belong together", "api_token")
    if any(oauth) and not all(oauth):
        raise ValidationError("client_id and client_secret belong together", "client_secret")
    if any(oauth) and not (data["cloud_id"] or data["base_url"]):
        raise ValidationError("OAuth reaches Jira by its cloud_id; add it", "cloud_id")
    if data["oauth"] == CONSENT:
        _check_consent(data)
    if data["deployment"] == DATA_CENTER:
        if data["site"] or data["cloud_id"]:
            raise ValidationError(
                "Data Center is reached by base_url; site and cloud_id belong to Cloud", "base_url"
            )
        if any(basic) or any(oauth):
            raise ValidationError(
                "Data Center lets us in with a personal access token: access_token", "access_token"
            )
    elif data["access_token"]:
        raise ValidationError("Cloud lets us in with email and api_token, or with OAuth", "access_token")


def _check_consent(data: Mapping[str, Any]) -> None:
    if not data["client_id"] or not data["cloud_id"]:
        raise ValidationError("consent needs client_id, client_secret and cloud_id", "oauth")
    if data["agent_groups"]:
        raise ValidationError(
            "who is in a group is told only to apps that may configure Jira; list people under agents",
            "agent_groups",
        )


def read_secrets(path: Path) -> list[str]:
    """The secrets in the file that `install` writes, one a line, the newest first; none without the file."""
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise ValidationError(f"the file {path} cannot be read: {exc}", "signing_secret_file") from None


def api_url(settings: Mapping[str, Any]) -> str:
    """Where this Jira answers, without a slash at the end."""
    if settings["oauth"] == CONSENT or (settings["cloud_id"] and not settings["base_url"]):
        return f"{gateway_url(settings)}/ex/jira/{settings['cloud_id']}"
    return str(settings["base_url"]).rstrip("/") or f"https://{settings['site']}.atlassian.net"


def gateway_url(settings: Mapping[str, Any]) -> str:
    """Where Atlassian lets tokens of OAuth in. A stand-in or a gateway of one's own is that itself."""
    return str(settings["base_url"]).rstrip("/") or GATEWAY


def giver_url(settings: Mapping[str, Any]) -> str:
    """Who gives tokens of OAuth; as above."""
    return str(settings["base_url"]).rstrip("/") or GIVER


def is_loopback(callback: str) -> bool:
    """Whether the browser comes back to the machine it runs on, in the clear, where we can listen."""
    parts = urlsplit(callback)
    return parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")


def forge_site(settings: Mapping[str, Any]) -> str:
    """The cloudId of the site on which our Forge app is installed."""
    return str(settings["forge_site"] or settings["cloud_id"])


def projects_jql(settings: Mapping[str, Any]) -> str:
    """What narrows a search to the configured projects, "" for all. Keys may be words of JQL: ORDER, USER."""
    keys = ", ".join(f'"{key}"' for key in settings["projects"])
    return f"project in ({keys})" if keys else ""


def browse_url(settings: Mapping[str, Any], key: str) -> str:
    """Where people look at an issue; made from the configuration, never from what a payload says."""
    home = str(settings["base_url"]).rstrip("/") or f"https://{settings['site']}.atlassian.net"
    return f"{home}/browse/{key}"
