"""Pages about replies at the gate: the console's list, and one reply by a signed link from a mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from complaint_gift.domain import Severity, gather, quotes_of
from complaint_gift.plugin import Refused
from complaint_gift.runtime.links import Pass
from complaint_gift.runtime.parts import make_links
from complaint_gift.service.escalating import AlreadyResolved, NotFound
from complaint_gift.service.gate import say
from complaint_gift.service.held import WAITING, KeptOutgoing, OutgoingState
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import hash_text
from complaint_gift.text.plurals import choose_plural
from complaint_gift.web import console
from complaint_gift.web.console_texts import TEXTS as CONSOLE
from complaint_gift.web.held_texts import COUNTS, TEXTS
from complaint_gift.web.wording import LANGUAGES, choose_language, say_moment

MOST_SHOWN = 100
LONGEST_REASON = 2000
NOTICES = ("done_sent", "done_saved", "done_returned", "done_called")
REFUSALS = ("sealed", "gone")  # codes of what the page says in its own words
PROBLEMS = ("still", "changed", "decided_already", "no_reason", "no_words", "refused", *REFUSALS)
HOLDS = ("hold", "block")

blueprint = Blueprint("held", __name__, url_prefix="/held")


@console.blueprint.get("/held")
def list_held() -> str | tuple[str, int]:
    """What waits for a lead."""
    is_all = request.args.get("show") == "all"
    service = console.parts().service
    try:
        found = service.list_outgoing(() if is_all else WAITING, MOST_SHOWN + 1)
        waiting = sum(service.tally().outgoing.get(state.value, 0) for state in WAITING)
    except StoreUnavailable:
        return console.show_problem("unavailable", 503)
    shown = list(reversed(found))[:MOST_SHOWN] if is_all else found[:MOST_SHOWN]
    cards = [card(kept, may_decide=True) for kept in shown]
    said = choose_plural(waiting, g.language, COUNTS[g.language]).format(n=waiting) if waiting else ""
    return render_template(
        "held.html",
        **_common(request.args.get("done", "")),
        cards=cards,
        is_all=is_all,
        count=said,
        is_cut=len(found) > MOST_SHOWN,
    )


@console.blueprint.post("/held/<int:number>")
def decide_held(number: int) -> AnyResponse | tuple[str, int]:
    """One of the deeds of its form."""
    try:
        done = _decide(number, str(session["who"]))
    except StoreUnavailable:
        return console.show_problem("unavailable", 503)
    return redirect(url_for("console.list_held", done=done, why=g.get("why"), _anchor=f"m{number}"), 303)


@blueprint.before_request
def choose_reader() -> None:
    wanted = request.args.get("lang", "")
    accepted = request.headers.get("Accept-Language", "")
    g.language = choose_language(wanted if wanted in LANGUAGES else "", accepted)


@blueprint.after_request
def add_policy(answer: Response) -> Response:
    return console.add_policy(answer)


@blueprint.get("/<ticket>")
def show_one(ticket: str) -> str | tuple[str, int]:
    """One reply: a lead may decide, its author reads what was found."""
    allowed = _read(ticket)
    if allowed is None:
        return _say_over()
    return _show(ticket, allowed, request.args.get("done", ""))


@blueprint.post("/<ticket>")
def decide_one(ticket: str) -> AnyResponse | tuple[str, int]:
    """Only by POST: programs that look at links in mails must decide nothing. The ticket proves the form."""
    allowed = _read(ticket)
    if allowed is None or not allowed.may_decide:
        return _say_over()
    try:
        done = _decide(allowed.number, allowed.reader)
    except StoreUnavailable:
        return _show_problem("unavailable", 503)
    except NotFound:
        return _say_over()
    return redirect(
        url_for("held.show_one", ticket=ticket, done=done, lang=g.language, why=g.get("why")), 303
    )


def _read(ticket: str) -> Pass | None:
    return make_links(current_app.extensions["parts"].settings).read(ticket)


def _show(ticket: str, allowed: Pass, done: str) -> str | tuple[str, int]:
    try:
        kept = console.parts().service.look_at_outgoing(allowed.number)
    except NotFound:
        return _say_over()
    except StoreUnavailable:
        return _show_problem("unavailable", 503)
    shown = card(kept, may_decide=allowed.may_decide)
    shown["address"] = url_for("held.decide_one", ticket=ticket, lang=g.language)
    return render_template("held_one.html", **_bare(done), card=shown, is_author=not allowed.may_decide)


def _say_over() -> tuple[str, int]:
    return _show_problem("over", 404)


def _show_problem(name: str, status: int) -> tuple[str, int]:
    told = _bare("") | {"notice": _words()[name], "is_problem": True}
    return render_template("held_one.html", **told, card=None, is_author=False), status


def _words() -> dict[str, str]:
    return CONSOLE[g.language] | TEXTS[g.language]


def _notice(done: str) -> dict[str, Any]:
    known = done if done in NOTICES or done in PROBLEMS else ""
    text = _words()[known].format(why=request.args.get("why", "")[:300]) if known else ""
    return {"t": _words(), "notice": text, "is_problem": known in PROBLEMS}


def _common(done: str) -> dict[str, Any]:
    return console.common() | _notice(done)


def _bare(done: str) -> dict[str, Any]:
    """Without a session: its cookie belongs to the console, and one written here would sign a lead out."""
    told = {"language": g.language, "who": "", "csrf": "", "in_language": _in_language}
    return told | _notice(done)


def _in_language(language: str) -> str:
    return url_for("held.show_one", **(request.view_args or {}), lang=language)


def _decide(number: int, by: str) -> str:
    """Do what the form asks; gives the name of what to say about it. Raises StoreUnavailable and NotFound."""
    try:
        return _do(number, by, request.form.get("deed", ""))
    except AlreadyResolved:
        return "decided_already"
    except Refused as exc:
        if exc.code in REFUSALS:
            return exc.code
        g.why = str(exc)
        return "refused"


def _do(number: int, by: str, deed: str) -> str:
    service = console.parts().service
    kept = service.look_at_outgoing(number)
    if request.form.get("seen", "") != hash_text(kept.mail.text):
        return "changed"
    if deed == "return":
        reason = " ".join(request.form.get("reason", "").split()).replace("\0", "")[:LONGEST_REASON]
        if not reason:
            return "no_reason"
        service.give_back(number, by, reason)
        return "done_returned"
    if deed == "called":
        service.call_sent(number, by)
        return "done_called"
    text = request.form.get("text", kept.mail.text)
    if not text.strip():
        return "no_words"
    is_changed = hash_text(text) != hash_text(kept.mail.text)
    if is_changed:
        kept = service.edit_outgoing(number, by, text)
    if deed != "send":
        return "done_saved"
    if is_changed and kept.decision in HOLDS:
        return "still"
    service.approve(number, by)
    return "done_sent"


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of advice for the template, and the words it is about."""

    quotes: tuple[str, ...]
    message: str
    why: str
    suggestion: str


def card(kept: KeptOutgoing, *, may_decide: bool) -> dict[str, Any]:
    """What the template shows of one reply."""
    texts, mail = TEXTS[g.language], kept.mail
    author = mail.author.name or mail.author.account or mail.author.id
    decided = texts["decided"].format(who=kept.decided_by, moment=_moment(kept.decided_at))
    return {
        "id": kept.id,
        "state": kept.state.value,
        "state_text": texts[f"state_{kept.state.value}"],
        "subject": mail.subject or texts["no_subject"],
        "from": texts["from"].format(author=author),
        "to": texts["to"].format(recipients=", ".join(one.strip("<>") for one in mail.recipients)),
        "since": texts["since"].format(moment=_moment(kept.created_at)),
        "decided": decided if kept.decided_at else "",
        "reason": kept.reason,
        "error": kept.error,
        "is_edited": kept.is_edited,
        "is_unknown": kept.state is OutgoingState.UNKNOWN,
        "findings": list(_findings(kept)),
        "text": mail.text,
        "seen": hash_text(mail.text),
        "history": mail.history,
        "may_decide": may_decide and kept.state in WAITING,
        "address": url_for("console.decide_held", number=kept.id),
    }


def _findings(kept: KeptOutgoing) -> Iterable[Shown]:
    means = console.parts().service.means
    shown = [finding for finding in kept.findings if finding.severity is not Severity.INFO]
    for alike in gather(shown, lambda f: tuple(say(means, f, g.language).values())):
        told = say(means, alike[0], g.language)
        yield Shown(quotes_of(alike), told["message"], told["why"], told["suggestion"])


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    zone = console.parts().policy.hours.zone
    return say_moment(moment, g.language, zone, datetime.now(UTC))
