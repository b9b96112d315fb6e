"""Does a request come from the helpdesk? As the configuration describes it: signature, token or password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from complaint_gift.plugin import NotAuthentic, Request, Source
from complaint_gift.signing import check_api_key, check_basic, check_bearer, check_hmac, check_moment

HMAC, TOKEN, BEARER, BASIC = "hmac", "token", "bearer", "basic"
KINDS = (HMAC, TOKEN, BEARER, BASIC)
AUTHORIZATION = "authorization"
BODY = "body"
_PART = re.compile(r"\{(body|header:[A-Za-z0-9-]{1,80})\}")


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless the request is proven as `proof` says."""
    proof: Mapping[str, Any] = source.settings["proof"]
    name, kind = source.name, proof["kind"]
    if kind == BASIC:
        logins = [(proof["user"], secret) for secret in proof["secrets"]]
        check_basic(request.header(AUTHORIZATION), logins, source=name)
    elif kind == BEARER:
        check_bearer(request.header(AUTHORIZATION), proof["secrets"], source=name)
    elif kind == TOKEN:
        check_api_key(request.header(proof["header"]), proof["secrets"], source=name)
    else:
        _check_signature(request, source, proof)


def _check_signature(request: Request, source: Source, proof: Mapping[str, Any]) -> None:
    moment = proof["moment"]
    if moment:
        given = request.header(moment["header"])
        check_moment(given, request.received_at, moment["window"], source=source.name, form=moment["form"])
    check_hmac(
        request.header(proof["header"]),
        signed_bytes(request, source, proof["signed"]),
        proof["secrets"],
        source=source.name,
        encoding=proof["encoding"],
        digest=proof["algorithm"],
        prefix=proof["prefix"],
    )


def signed_bytes(request: Request, source: Source, template: str) -> bytes:
    """What the signature covers: text, headers and the raw body in the order of `signed`."""
    made = bytearray()
    for number, piece in enumerate(_PART.split(template)):
        if number % 2 == 0:
            made += piece.encode()
        elif piece == BODY:
            made += request.body
        else:
            header = piece.partition(":")[2]
            value = request.header(header)
            if value is None:
                raise NotAuthentic(f"{source.name}: the signed header {header} is missing or doubled.")
            made += value.encode("utf-8", "surrogatepass")
    return bytes(made)


def signed_headers(template: str) -> list[str]:
    """The headers that the signature covers, in small letters."""
    parts = _PART.split(template)[1::2]
    return [part.partition(":")[2].lower() for part in parts if part != BODY]


def has_odd_parts(template: str) -> bool:
    """True when something in braces is neither {body} nor {header:Name}."""
    return "{" in _PART.sub("", template) or "}" in _PART.sub("", template)
