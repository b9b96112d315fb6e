"""The console: one plain page on which leads see what waits, take it and resolve it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from complaint_gift.domain import Escalation, EscalationState, gather, quotes_of
from complaint_gift.runtime import Parts
from complaint_gift.service.escalating import AlreadyResolved, NotFound
from complaint_gift.service.notices import Told, look_behind, reason_title, words
from complaint_gift.service.ports import Book, StoreUnavailable
from complaint_gift.service.records import EscalationFilter
from complaint_gift.text.plurals import choose_plural
from complaint_gift.web import door
from complaint_gift.web.console_texts import COUNTS, TEXTS
from complaint_gift.web.wording import LANGUAGES, choose_language, say_moment, say_span

MOST_SHOWN = 200
LONGEST_RESOLUTION = 2000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SHOWN = {
    "waiting": frozenset({EscalationState.OPEN}),
    "acknowledged": frozenset({EscalationState.ACKNOWLEDGED}),
    "resolved": frozenset({EscalationState.RESOLVED}),
    "all": frozenset[EscalationState](),
}
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) [A-Z+-][A-Z\d:]*", re.ASCII)
NOTICES = ("done_acknowledged", "done_resolved")
PROBLEMS = ("no_resolution", "not_waiting")

blueprint = Blueprint("console", __name__, url_prefix="/console")
guesses = door.Guesses()


def parts() -> Parts:
    found: Parts = current_app.extensions["parts"]
    return found


@blueprint.before_request
def choose_reader() -> AnyResponse | tuple[str, int] | None:
    """Fix the language, then let in who may come in; a form must be ours."""
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    accepted = request.headers.get("Accept-Language", "")
    g.language = choose_language(wanted or str(session.get("language", "")), accepted)
    if request.method == "POST" and not door.is_from_us(session, request.form.get("csrf", "")):
        return show_problem("expired", 400)
    if "who" in session or request.endpoint in ("console.sign_in", "console.show_door", "console.enter"):
        return None
    return redirect(url_for("console.show_door", next=request.full_path.rstrip("?")), 303)


@blueprint.after_request
def add_policy(answer: Response) -> Response:
    """Scripts and styles from us alone, in no frame; the page differs by language and session."""
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Language"] = g.get("language", "en")
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


@blueprint.get("/")
def lead_on() -> AnyResponse:
    return redirect(url_for("console.list_escalations"), 303)


@blueprint.get("/sign-in")
def show_door() -> str:
    return render_template("sign_in.html", **common(next=_safe_next(), typed=""))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse | tuple[str, int]:
    """403 with the page again for a missing name or a wrong password, 429 after too many of these."""
    settings = parts().settings
    name = door.clean_name(request.form.get("name", ""))
    address = door.address_of(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))
    problem = ""
    if guesses.are_too_many(address):
        problem = "too_often"
    elif not name:
        problem = "no_name"
    elif settings.console is None or not door.is_same(
        request.form.get("password", ""), settings.console.password
    ):
        guesses.note_wrong(address)
        problem = "wrong_password"
    if problem:
        page = render_template(
            "sign_in.html", **common(notice=problem, is_problem=True, next=_safe_next(), typed=name)
        )
        return page, 429 if problem == "too_often" else 403
    _let_in(name)
    return redirect(_safe_next(), 303)


@blueprint.get("/enter")
def enter() -> AnyResponse:
    """Come in with an invitation of a host that knows its user."""
    settings = parts().settings
    key = settings.console.session_key if settings.console else ""
    name = door.read_invitation(key, request.args.get("ticket", "")) if key else ""
    if name:
        _let_in(name)
    only = request.args.get("conversation") or None
    return redirect(url_for("console.list_escalations", conversation=only), 303)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """Everything of the session goes but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("console.show_door"), 303)


@blueprint.get("/escalations")
def list_escalations() -> str | tuple[str, int]:
    """`done` in the address says how the last form ended; it may be one of NOTICES or PROBLEMS."""
    done = request.args.get("done", "")
    known = done if done in NOTICES or done in PROBLEMS else ""
    return show_list(notice=known, is_problem=known in PROBLEMS)


@blueprint.post("/escalations/<int:number>/acknowledge")
def acknowledge(number: int) -> AnyResponse | tuple[str, int]:
    """Back to the list, which says whether it still waited; 503 while the database is away."""
    try:
        parts().service.acknowledge(number, session["who"])
    except StoreUnavailable:
        return show_problem("unavailable", 503)
    except (NotFound, AlreadyResolved):
        return _back("not_waiting")
    return _back("done_acknowledged")


@blueprint.post("/escalations/<int:number>/resolve")
def resolve(number: int) -> AnyResponse | tuple[str, int]:
    """As `acknowledge`; without words nothing is resolved, too many of them are cut."""
    said = " ".join(request.form.get("resolution", "").split()).replace("\0", "")[:LONGEST_RESOLUTION]
    if not said:
        return _back("no_resolution")
    try:
        parts().service.resolve(number, session["who"], said)
    except StoreUnavailable:
        return show_problem("unavailable", 503)
    except (NotFound, AlreadyResolved):
        return _back("not_waiting")
    return _back("done_resolved")


@blueprint.errorhandler(HTTPException)
def explain(error: HTTPException) -> AnyResponse | tuple[str, int]:
    """An error of the console as one of its pages, under its own status."""
    g.setdefault("language", "en")
    code = error.code or 500
    return show_problem("not_found" if code in (404, 405) else "expired", code)


def show_list(*, notice: str, is_problem: bool) -> str | tuple[str, int]:
    """The page with what the tab asks for."""
    show = request.args.get("show", "waiting")
    show = show if show in SHOWN else "waiting"
    only = request.args.get("conversation", "")[:200].replace("\0", "")
    store, now = parts().store, datetime.now(UTC)
    try:
        with store.reading() as rows:
            wanted = EscalationFilter(states=SHOWN[show], conversation=only)
            found = rows.escalations(wanted, MOST_SHOWN + 1)
            places = {(e.source, e.conversation): _place_of(rows, e) for e in found}
            behind = {e.id: look_behind(rows, e) for e in found}
            waiting = rows.tally().escalations.get(EscalationState.OPEN, 0)
    except StoreUnavailable:
        return show_problem("unavailable", 503)
    reader = Reader(g.language, parts().policy.hours.zone, now, parts().playbook())
    cards = [reader.card(e, places[e.source, e.conversation], behind[e.id]) for e in found[:MOST_SHOWN]]
    return render_template(
        "escalations.html",
        **common(notice=notice, is_problem=is_problem, show=show, cards=cards),
        only=only,
        is_cut=len(found) > MOST_SHOWN,
        counts={"open": waiting},
        zone=parts().policy.hours.zone.key,
    )


def show_problem(name: str, status: int) -> tuple[str, int]:
    """A page with one sentence on it."""
    return render_template("problem.html", **common(notice=name, is_problem=True)), status


def common(*, notice: str = "", is_problem: bool = False, **more: Any) -> dict[str, Any]:
    """What every template needs."""
    texts = TEXTS[g.language]
    return {
        "t": texts,
        "language": g.language,
        "who": session.get("who", ""),
        "csrf": door.csrf_of(session),
        "notice": texts[notice] if notice else "",
        "is_problem": is_problem,
        "in_language": _in_language,
        "say_count": _say_count,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: turns escalations into what the template shows."""

    language: str
    zone: tzinfo
    now: datetime
    book: Book

    def card(self, escalation: Escalation, place: tuple[str, str], behind: Told) -> dict[str, Any]:
        """The texts of one escalation."""
        texts, left = TEXTS[self.language], escalation.due_at - self.now
        span = say_span(left, self.language)
        is_late = left.total_seconds() < 0
        return {
            "id": escalation.id,
            "state": escalation.state.value,
            "reason": reason_title(escalation.reason, self.language),
            "summary": self._say_summary(escalation.summary, behind),
            "findings": list(self._say_findings(behind)),
            "reasons": [texts["sent_because"].format(reason=reason) for reason in behind.reasons],
            "source": escalation.source,
            "conversation": escalation.conversation,
            "url": place[0],
            "subject": place[1],
            "rung": escalation.rung,
            "is_overdue": is_late and escalation.state != EscalationState.RESOLVED,
            "due": texts["overdue" if is_late else "due_in"].format(span=span),
            "due_at": self.say(escalation.due_at),
            "since": self.say(escalation.created_at),
            "acknowledged": self._deed(
                "acknowledged_by", escalation.acknowledged_by, escalation.acknowledged_at
            )
            if escalation.state == EscalationState.ACKNOWLEDGED
            else "",
            "resolved": self._deed("resolved_by", escalation.resolved_by, escalation.resolved_at),
            "resolution": escalation.resolution,
        }

    def _say_findings(self, behind: Told) -> Iterator[tuple[tuple[str, ...], str]]:
        for alike in gather(behind.findings, lambda f: self.book.words(f, self.language).message):
            yield quotes_of(alike), self.book.words(alike[0], self.language).message

    def say(self, moment: datetime) -> str:
        """In the zone of the policy."""
        return say_moment(moment, self.language, self.zone, self.now)

    def _say_summary(self, summary: str, behind: Told) -> str:
        """What was promised, else the summary with its times as the reader says them."""
        if behind.findings:
            return ""
        said = words()[self.language]["promised"]
        promised = (said.format(what=p.what, due=self.say(p.due_at)) for p in behind.promises if p.due_at)
        return " · ".join(promised) or _MOMENT.sub(self._say_match, summary)

    def _say_match(self, match: re.Match[str]) -> str:
        # Summaries are written in the zone of the policy, which is ours.
        return self.say(datetime.strptime(match[1], "%Y-%m-%d %H:%M").replace(tzinfo=self.zone))

    def _deed(self, text: str, who: str, moment: datetime | None) -> str:
        return TEXTS[self.language][text].format(who=who, moment=self.say(moment)) if moment else ""


def _place_of(rows: Any, escalation: Escalation) -> tuple[str, str]:
    """Address and subject of the conversation, "" for what we do not know."""
    known = rows.find_conversation(escalation.source, escalation.conversation)
    if known is None:
        return "", ""
    url = known.snapshot.url
    # What a helpdesk gave us becomes a link only when a browser can do nothing but go there.
    return (url if urlsplit(url).scheme in ("http", "https") else ""), known.snapshot.subject


def _say_count(count: int) -> str:
    return choose_plural(count, g.language, COUNTS[g.language]).format(n=count)


def _in_language(language: str) -> str:
    kept = {name: value for name, value in request.args.items() if name not in ("lang", "done", "ticket")}
    if request.method != "GET" or request.endpoint is None:
        return url_for("console.list_escalations", lang=language)
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept, "lang": language})


def _let_in(name: str) -> None:
    language = session.get("language")
    session.clear()  # nothing that was planted before signing in shall live on
    session.permanent = True
    session["who"] = name
    if language:
        session["language"] = language


def _safe_next() -> str:
    wanted = request.args.get("next", "")
    is_ours = wanted.startswith("/console/") and "\\" not in wanted and not wanted.startswith("//")
    return wanted if is_ours else url_for("console.list_escalations")


def _back(done: str) -> AnyResponse:
    show = request.args.get("show", "waiting")
    show = show if show in SHOWN else "waiting"
    only = request.args.get("conversation") or None
    return redirect(url_for("console.list_escalations", show=show, conversation=only, done=done), 303)
