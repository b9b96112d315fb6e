"""`/outlook/<source>/...`: what the Outlook add-in loads from us, and its question about a mail.

The pages are ours, so the add-in asks its own origin: no other one is let in.
"""

from __future__ import annotations

import hashlib
import mimetypes
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, request

from complaint_gift.domain import Finding
from complaint_gift.plugin import Draft, Fate, Outgoing, Ruling, Source, Unreachable
from complaint_gift.runtime import Parts
from complaint_gift.runtime.gate import ServiceDesk
from complaint_gift.web.api import find_case, let_in
from complaint_gift.web.metrics import REVIEW_SECONDS, REVIEWS
from complaint_gift.web.problems import Problem
from complaint_gift.web.shapes import MailRequest
from complaint_gift.web.strict import StrictParser

OFFICE = "https://appsforoffice.microsoft.com"
# Classic Outlook asks here which of our scripts may call us.
ALLOWED = "/.well-known/microsoft-officeaddins-allowed.json"
KEPT_SECONDS = 300
SCRIPT = "send.js"

blueprint = Blueprint("outlook", __name__)
parser = StrictParser()


@blueprint.get(ALLOWED)
def say_allowed() -> Response:
    """The scripts of all sources that have an add-in."""
    parts, origin = _parts(), _origin()
    own = [name for name, source in parts.settings.sources.items() if _pages(parts, source, origin)]
    return jsonify({"allowed": [f"{origin}/outlook/{name}/{SCRIPT}" for name in own]})


@blueprint.get("/outlook/<source>/<name>")
def show_page(source: str, name: str) -> Response:
    """One file of the add-in. None of them is secret."""
    parts, found = _find(source)
    body = _pages(parts, found, _origin()).get(name)
    if body is None:
        abort(404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    answer = Response(body, mimetype=kind)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # Outlook shows the icons in its ribbon
    if name.endswith(".html"):
        answer.headers["Content-Security-Policy"] = _policy(parts, found)
    return answer


@blueprint.post("/outlook/<source>/review")
def review(source: str) -> Response:
    """Review the mail that somebody is writing, as the gate would. Nothing of it is kept."""
    began = time.perf_counter()
    parts, found = _find(source)
    let_in()
    if g.caller.source not in ("", source):
        raise Problem(404)
    told: dict[str, Any] = parser.parse(MailRequest(), request, location="json")
    language, revision = told.pop("ui_language"), told.pop("revision")
    draft = Draft(**{**told, "recipients": tuple(told["recipients"])})
    mail, ruling = _judge(parts, found, draft)
    answer = _show(parts, mail, ruling, language) | {"revision": revision}
    REVIEWS.labels(ruling.decision).inc()
    REVIEW_SECONDS.observe(time.perf_counter() - began)
    return jsonify(answer)


def _judge(parts: Parts, source: Source, draft: Draft) -> tuple[Outgoing | None, Ruling]:
    desk = ServiceDesk(parts.service)
    plugin: Any = parts.settings.plugins[source.plugin]
    try:
        mail: Outgoing | None = plugin.compose(draft, source, desk.memory(source.name))
        # It is the reader of the answer who stops it or not.
        return mail, Ruling(Fate.PASS) if mail is None else desk.rule(mail, Fate.HOLD)
    except Unreachable:
        raise Problem(503, headers={"Retry-After": "5"}) from None


def _show(parts: Parts, mail: Outgoing | None, ruling: Ruling, language: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "verdict": ruling.decision,
        "complete": True,
        "findings": [_show_finding(parts, finding, language) for finding in ruling.findings],
        "signals": [],
        "playbook": parts.playbook().hash,
        "internal": mail is None,
        "complaint": False,
        "print": "",
    }
    if mail is None:
        return answer
    signals = parts.playbook().signals(mail.text)
    case = find_case(parts, {"source": mail.source, "conversation": mail.conversation})
    # Where no case tells: only a reply to a complaint misses steps, and hardly anybody else says sorry.
    is_like = any(f.missing for f in ruling.findings) or any(s.name == "apology" for s in signals)
    answer |= {
        "text": mail.text,
        "conversation": mail.conversation,
        "signals": [signal.as_json() for signal in signals],
        "complaint": case["complaint"] if case else is_like,
        "print": _print(mail, ruling),
    }
    return answer | ({"case": case} if case else {})


def _show_finding(parts: Parts, finding: Finding, language: str) -> dict[str, Any]:
    # What a plugin found brings its own words along.
    own = finding.params.get(f"say_{language}") or finding.params.get("say_en")
    words = None if own else parts.playbook().words(finding, language)
    return {
        **finding.as_json(),
        "message": words.message if words else own,
        "why": words.why if words else "",
        "reading": words.reading if words else "",
        "suggestion": (words.suggestion if words else "") or None,
    }


def _print(mail: Outgoing, ruling: Ruling) -> str:
    """By it the add-in knows the text again about which its author has said something."""
    told = "\n".join((mail.author.account, mail.text, *sorted(finding.id for finding in ruling.findings)))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _find(name: str) -> tuple[Parts, Source]:
    parts = _parts()
    source = parts.settings.sources.get(name)
    if source is None or not _pages(parts, source, _origin()):
        abort(404)
    return parts, source


def _pages(parts: Parts, source: Source, origin: str) -> Mapping[str, bytes]:
    pages = getattr(parts.settings.plugins[source.plugin], "pages", None)
    found: Mapping[str, bytes] = pages(source, origin) if pages else {}
    return found


def _policy(parts: Parts, source: Source) -> str:
    plugin: Any = parts.settings.plugins[source.plugin]
    return (
        f"default-src 'none'; script-src 'self' {OFFICE}; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {OFFICE}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'self' {' '.join(plugin.frames(source))}"
    )


def _origin() -> str:
    return _parts().settings.url.rstrip("/") or request.host_url.rstrip("/")


def _parts() -> Parts:
    found: Parts = current_app.extensions["parts"]
    return found
