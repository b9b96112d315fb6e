"""What an admin writes below `gate` and `smtp` of a source with `plugin: email`."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates, validates_schema

LOOPBACK = ("127.0.0.0/8", "::1/128")
SECURITY = ("starttls", "tls", "none")


def _secret(**options: Any) -> fields.String:
    return fields.String(metadata={"secret": True}, **options)


class SmtpSettings(Schema):
    """A mail server that takes our mail."""

    host = fields.String(required=True, validate=validate.Length(1, 255))
    port = fields.Integer(strict=True, load_default=587, validate=validate.Range(1, 65535))
    security = fields.String(load_default="starttls", validate=validate.OneOf(SECURITY))
    user = fields.String(load_default="")
    password = _secret(load_default="")
    authority = fields.String(load_default="")  # a file of certificates to trust instead of the system's

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["user"]) != bool(data["password"]):
            raise ValidationError("user and password belong together", "password")
        if data["password"] and data["security"] == "none" and not is_loopback(data["host"]):
            raise ValidationError("a password would travel in the clear; use starttls or tls", "security")
        if data["authority"] and not Path(data["authority"]).is_file():
            raise ValidationError(f"there is no file {data['authority']}", "authority")


class UserSettings(Schema):
    """Who may send through the gate, where it is a relay of its own."""

    name = fields.String(required=True, validate=validate.Length(1, 255))
    password = _secret(required=True)


class GateSettings(Schema):
    """`on_error` is what becomes of a reply with an error; warnings are told and never stop anything.

    With `milter` (unix:/path or inet:host:port) the mail server asks, and the port of the proxy stays closed.
    """

    host = fields.String(load_default="127.0.0.1")
    port = fields.Integer(strict=True, load_default=10025, validate=validate.Range(1, 65535))
    milter = fields.String(load_default="")
    upstream = fields.Nested(SmtpSettings, required=True)
    on_error = fields.String(load_default="tell", validate=validate.OneOf(("tell", "hold", "reject")))
    trusted = fields.List(fields.String(), load_default=lambda: list(LOOPBACK))
    users = fields.List(fields.Nested(UserSettings), load_default=list)
    certificate = fields.String(load_default="")
    key = fields.String(load_default="")
    tls = fields.String(load_default="starttls", validate=validate.OneOf(("starttls", "implicit")))
    largest_mb = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, 500))
    # A helpdesk's mails do not say that they answer something: each of them is a reply.
    every_mail = fields.Boolean(load_default=False)
    # How many processes judge; None is one for each processor, 0 judges in threads of one process.
    processes = fields.Integer(strict=True, load_default=None, validate=validate.Range(0, 32))

    @validates("milter")
    def _check_milter(self, value: str, **_: Any) -> None:
        if not value:
            return
        try:
            is_near = isinstance(place := read_place(value), Path) or is_loopback(place[0])
        except ValueError as exc:
            raise ValidationError(str(exc)) from None
        if not is_near:
            raise ValidationError("a milter takes what it is given; let it listen on this machine only")

    @validates("trusted")
    def _check_trusted(self, value: list[str], **_: Any) -> None:
        for one in value:
            try:
                network = ip_network(one)
            except ValueError:
                raise ValidationError(f"{one!r} is no network; write it as 10.0.0.0/8") from None
            if network.prefixlen == 0:
                raise ValidationError(
                    "this would let the whole internet send through you; name networks of yours"
                )

    @validates_schema(skip_on_field_errors=True)
    def _check_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["certificate"]) != bool(data["key"]):
            raise ValidationError("certificate and key belong together", "key")
        for name in ("certificate", "key"):
            if data[name] and not Path(data[name]).is_file():
                raise ValidationError(f"there is no file {data[name]}", name)
        if data["users"] and not data["certificate"] and not is_loopback(data["host"]):
            raise ValidationError(
                "passwords would travel in the clear; add certificate and key", "certificate"
            )
        upstream = data["upstream"]
        if (data["host"], data["port"]) == (upstream["host"], upstream["port"]):
            raise ValidationError(
                "the gate would send to itself; name the mail server's own port", "upstream"
            )


def read_place(value: str) -> Path | tuple[str, int]:
    """Where a milter listens: the path of a socket, or host and port. Raises ValueError in words."""
    kind, _, rest = value.partition(":")
    host, _, port = rest.rpartition(":")
    if kind == "unix" and rest.startswith("/"):
        return Path(rest)
    if kind == "inet" and host and port.isdigit() and 0 < int(port) < 65536:
        return host, int(port)
    raise ValueError(f"{value!r} is no place to listen; write unix:/run/complaint-gift/milter.sock")


def is_loopback(host: str) -> bool:
    """Whether this address never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
