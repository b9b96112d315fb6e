"""Access tokens for a mailbox at Google or Microsoft, fetched with a refresh token, kept until they end."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlsplit

import requests

from complaint_gift.client import FileCache, MemoryCache, Token, TokenCache
from complaint_gift.plugin import Refused, Source, Unreachable

MARGIN = 60.0
_PATIENCE = 20.0
_memory: dict[str, TokenCache] = {}


def access_token(source: Source) -> str:
    """A token that still lives; raises Unreachable, or Refused where the refresh token is not taken."""
    wish = source.settings["imap"]["oauth"]
    made_for = hashlib.sha256("\n".join(str(wish[name]) for name in sorted(wish)).encode()).hexdigest()
    cache = _cache(source)
    with cache.locked():
        kept = cache.read()
        if kept is not None and kept.made_for == made_for and kept.expires_at > time.time():
            return kept.value
        value, seconds = _fetch(source)
        cache.write(Token(value, time.time() + seconds - MARGIN, made_for))
        return value


def _cache(source: Source) -> TokenCache:
    if source.folder is not None:
        return FileCache(source.folder / "imap-token.json")
    return _memory.setdefault(source.name, MemoryCache())


def _fetch(source: Source) -> tuple[str, float]:
    """Token servers want a form, which our client for helpdesks does not send."""
    wish = source.settings["imap"]["oauth"]
    form = {
        "grant_type": "refresh_token",
        "client_id": wish["client_id"],
        "refresh_token": wish["refresh_token"],
    }
    form |= {name: wish[name] for name in ("client_secret", "scope") if wish[name]}
    where = urlsplit(wish["token_url"]).netloc
    try:
        answer = requests.post(wish["token_url"], data=form, timeout=_PATIENCE, allow_redirects=False)
        told = answer.json()
    except ValueError:
        raise Unreachable(
            f"{source.name}: {where} gave no access token (no JSON); check token_url."
        ) from None
    except requests.RequestException as exc:
        text = f"{source.name}: {where} gave no access token ({type(exc).__name__}); it will be tried again."
        raise Unreachable(text) from exc
    value = told.get("access_token") if isinstance(told, dict) else None
    if answer.status_code in (400, 401) or not isinstance(value, str) or not value:
        text = "takes the refresh token no more; let the mailbox's owner allow us again"
        raise Refused(f"{source.name}: {where} {text}.", status=answer.status_code)
    life = told.get("expires_in")
    return value, float(life) if isinstance(life, int | float) and life > 0 else 3600.0
