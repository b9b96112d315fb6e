"""Who asks the review interface: a configured token, or a helpdesk's own token that its plugin can check."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from complaint_gift.plugin import NotAuthentic
from complaint_gift.runtime.settings import Settings
from complaint_gift.web.problems import Problem

LONGEST_TOKEN = 8192  # a token of Forge tells much about where it comes from


@dataclass(frozen=True, slots=True)
class Caller:
    """`source` and `agent` are "" for the holder of a configured token, who may speak for any source."""

    source: str = ""
    agent: str = ""


def identify(settings: Settings, header: str | None) -> Caller:
    """Raise Problem 401 unless the Authorization header proves who asks."""
    kind, _, token = (header or "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise _refuse()
    if _is_known(settings, token):
        return Caller()
    return _ask_plugins(settings, token)


def _is_known(settings: Settings, token: str) -> bool:
    # Digests have one length, so the time tells nothing; every token is compared, so neither does the order.
    given = sha256(token.encode("utf-8", "surrogatepass")).digest()
    same = [
        hmac.compare_digest(given, sha256(known.encode("utf-8", "surrogatepass")).digest())
        for known in settings.review_tokens
    ]
    return any(same)


def _ask_plugins(settings: Settings, token: str) -> Caller:
    code = ""
    for name, plugin in settings.plugins.items():
        admit = getattr(plugin, "admit", None)
        if admit is None:
            continue
        ours = {key: source for key, source in settings.sources.items() if source.plugin == name}
        try:
            asked = admit(token, ours, datetime.now(UTC))
        except NotAuthentic as exc:
            told = str(getattr(exc, "code", ""))
            code = told if told and told != "token-malformed" else code
            continue
        if asked.source in ours:
            return Caller(asked.source, asked.agent)
    raise _refuse(code)


def _refuse(code: str = "") -> Problem:
    words = {
        "token-expired": "The token is over; compare the clocks.",
        "token-early": "The token is from the future; compare the clocks.",
    }
    message = words.get(code, "Send a valid token: `Authorization: Bearer …`.")
    return Problem(
        401, message, code=code or "not-authenticated", headers={"WWW-Authenticate": 'Bearer realm="review"'}
    )
