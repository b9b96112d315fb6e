"""Did our own Zendesk app ask? Zendesk's proxy signs a short-lived JWT with the secret of the installation.

Only HS256 is spoken, whatever a header says. What the claims tell about the agent comes from a browser: good
enough for a name beside a reason, never for a right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from complaint_gift.jwt import Asked, UnknownIssuer, WrongAudience, WrongSignature, check_times, take_apart
from complaint_gift.plugin import NotAuthentic
from complaint_gift.signing import check_hmac

LONGEST = 4096
LIFETIME = 600.0


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app in one Zendesk account. Several secrets are a rotation; an empty one never counts."""

    source: str
    issuer: str  # the account's subdomain
    audience: str  # our origin, as the app was packaged with it: https://cg.example.com
    secrets: tuple[str, ...] = field(repr=False)


def verify_token(token: str | None, installations: Iterable[Installation], now: datetime) -> Asked:
    """Check signature, issuer, audience and times of a compact JWT; raises a BadToken.

    `now` is aware. Clocks may differ by a minute; a token may live for ten.
    """
    given = take_apart(token, algorithm="HS256", longest=LONGEST)
    claims, issuer = given.claims, given.claims.get("iss")
    known = [i for i in installations if i.issuer == issuer and any(i.secrets)]
    if not known:
        raise UnknownIssuer("The app's token comes from a Zendesk account that no source is configured for.")
    found = _find_signer(known, given.signed, given.signature)
    _check_audience(claims.get("aud"), found)
    check_times(claims, now.timestamp(), found.source, lifetime=LIFETIME, words="ten minutes")
    return Asked(found.source, str(claims.get("sub") or ""), claims)


def _find_signer(known: Iterable[Installation], signed: bytes, signature: bytes) -> Installation:
    found = None
    for installation in known:
        secrets = [secret for secret in installation.secrets if secret]
        try:
            check_hmac(signature.hex(), signed, secrets, source=installation.source)
        except NotAuthentic:
            continue
        found = found or installation
    if found is None:
        raise WrongSignature(
            "The app's token is not signed with the secret of its installation; "
            "compare the app's setting `shared_secret` with `app_secrets` of the source."
        )
    return found


def _check_audience(given: Any, installation: Installation) -> None:
    named = given if isinstance(given, list) else [given]
    if installation.audience not in named:
        raise WrongAudience(
            f"{installation.source}: the app's token is meant for another server; "
            f"package the app with --server {installation.audience}."
        )
