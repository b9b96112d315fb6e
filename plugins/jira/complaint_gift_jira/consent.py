"""A person lets us in on Cloud: the address to open, what comes back from there, and whether it is right.

Atlassian sends the browser back to the one callback address of the app, with a code and our `state`. It does
not document PKCE for such apps, so the state is what ties the answer to the question; and as whoever answered
could be anybody, the grant is kept only when it is that of the bot user on our site.
"""

from __future__ import annotations

import hmac
import secrets as chance
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from complaint_gift.client import Bearer, Client
from complaint_gift.plugin import Refused, Source, Unreachable
from complaint_gift_jira.api import granted_to
from complaint_gift_jira.dialect import dialect_of
from complaint_gift_jira.ids import read_names, rows, text
from complaint_gift_jira.scopes import SCOPES
from complaint_gift_jira.settings import api_url, gateway_url, giver_url

PATIENCE = 600.0
# (address to open, state) -> the address to which the browser was sent back
Ask = Callable[[str, str], str]


def authorise(source: Source, ask: Ask) -> Iterator[str]:
    """Ask a person, check what comes back, keep it; yields what was done. Raises Refused or Unreachable."""
    granted = granted_to(source)
    state, callback = chance.token_urlsafe(32), str(source.settings["callback"])
    code = read_code(ask(make_address(source, state), state), state, source)
    grant = granted.exchange(code, callback)
    with_token = Bearer(grant.access)
    site = _require_site(
        source, Client(gateway_url(source.settings), source=source.name, credentials=with_token)
    )
    who = _require_bot(source, Client(api_url(source.settings), source=source.name, credentials=with_token))
    granted.keep(grant)
    yield f"Authorised as {who} on {site}."
    yield f"The tokens are kept in {granted.kept.path}; Complaint Gift uses them at once, without a restart."


def make_address(source: Source, state: str) -> str:
    """Where the person goes."""
    wish = {
        "audience": "api.atlassian.com",
        "client_id": source.settings["client_id"],
        "scope": " ".join(SCOPES),
        "redirect_uri": source.settings["callback"],
        "state": state,
        "response_type": "code",
        "prompt": "consent",
    }
    return f"{giver_url(source.settings)}/authorize?{urlencode(wish)}"


def read_code(returned: str, state: str, source: Source) -> str:
    """The code in the address that the browser was sent to; raises Refused with what to do."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(returned.strip()).query).items()}
    if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
        text_ = "that is not the whole address to which the browser was sent back for this very command"
        raise Refused(f"{source.name}: {text_}; run it again.")
    if query.get("error"):
        said = query.get("error_description") or query["error"]
        raise Refused(f"{source.name}: nothing was granted ({' '.join(said.split())[:200]}).")
    if not query.get("code"):
        raise Refused(f"{source.name}: the address holds no code; run the command again.")
    return query["code"]


def listen(callback: str, state: str, source: Source, patience: float = PATIENCE) -> str:
    """The address that the browser of this machine asks for; raises Unreachable when it does not come."""
    parts = urlsplit(callback)
    try:
        server = _Ear(("127.0.0.1", parts.port or 80), _Answer)
    except OSError as exc:
        text_ = f"nobody can listen at {callback} ({exc.strerror}); add --paste, or free that port"
        raise Unreachable(f"{source.name}: {text_}.") from exc
    with server:
        server.path, server.state = parts.path or "/", state
        server.timeout, until = 1.0, time.monotonic() + patience
        while not server.heard and time.monotonic() < until:
            server.handle_request()
        if not server.heard:
            raise Unreachable(f"{source.name}: nobody came back within {patience:.0f} seconds; run it again.")
        return server.heard


class _Ear(HTTPServer):
    path = state = heard = ""


class _Answer(BaseHTTPRequestHandler):
    """Hears one address, says thanks. Whatever else comes by changes nothing."""

    server: _Ear
    timeout = 5.0

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        state = (parse_qs(parts.query).get("state") or [""])[0]
        is_ours = parts.path == self.server.path and hmac.compare_digest(
            state.encode(), self.server.state.encode()
        )
        russian = self.headers.get("Accept-Language", "").lower().startswith("ru")
        said = _WORDS["ru" if russian else "en"][is_ours]
        body = f"<!doctype html><meta charset=utf-8><title>Complaint Gift</title><p>{said}".encode()
        self.send_response(HTTPStatus.OK if is_ours else HTTPStatus.BAD_REQUEST)
        for name, value in (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))),
                            ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if is_ours:
            self.server.heard = self.path

    def log_message(self, *_: Any) -> None:
        """The path holds the code."""


_WORDS = {
    "en": ("This is not the answer we wait for.", "Thank you. Go back to the terminal, it says the rest."),
    "ru": ("Это не тот ответ, которого мы ждём.", "Спасибо. Вернитесь в терминал, остальное он скажет."),
}


def _require_site(source: Source, gateway: Client) -> str:
    """Only what is granted for our site opens it; gives its address."""
    sites = rows(gateway.get("/oauth/token/accessible-resources"))
    wanted = source.settings["cloud_id"]
    for site in sites:
        if site.get("id") == wanted:
            return text(site.get("url")) or wanted
    known = ", ".join(f"{text(site.get('url'))} ({text(site.get('id'))})" for site in sites)[:300]
    text_ = f"access was granted to {known or 'no site'}, but cloud_id says {wanted}"
    raise Refused(f"{source.name}: {text_}; nothing was kept.")


def _require_bot(source: Source, jira: Client) -> str:
    """A grant of anybody else would let our notes stand under the name of a person."""
    names, bot = (
        read_names(jira.get(f"{dialect_of(source.settings).api}/myself")),
        source.settings["bot_user_id"],
    )
    if bot not in names:
        text_ = f"{names[0] if names else 'nobody'} was signed in, but bot_user_id says {bot}"
        after = "sign in as that user, in a private window, and run this again; nothing was kept"
        raise Refused(f"{source.name}: {text_}; {after}.")
    return bot if isinstance(bot, str) else ""
