"""The demo page and the little interface it talks to: the agent's side of the stand-in helpdesk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from complaint_gift.demo.conversations import LANGUAGES
from complaint_gift.demo.sides import Side
from complaint_gift.demo.standin.desk import Json
from complaint_gift.demo.standin.refusals import Refusal
from complaint_gift.demo.standin_jira.refusals import Refusal as JiraRefusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LONGEST_TEXT = 100_000


def create_page(sides: Mapping[str, Side], *, token: str, console: str = "/console/escalations") -> Flask:
    """The page at "/" and its interface at "/api"; `token` is what the page shows to the review service.

    `sides`: name of a helpdesk -> its agent's side; the first one is what a visitor sees first.

    Meant for 127.0.0.1: whoever can open the page may act as the agent.
    """
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 4 * LONGEST_TEXT

    @app.get("/")
    def show_page() -> str:
        return render_template("demo.html", token=token, console=console, desks=list(sides))

    @app.before_request
    def refuse_strangers() -> None:
        # A page of another site must not write through the visitor's browser.
        if request.method == "POST" and (
            not request.is_json or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
        ):
            abort(403)

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        if request.path.startswith("/api/") or request.path == "/":
            answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.errorhandler(Refusal)
    @app.errorhandler(JiraRefusal)
    def refuse(refusal: Refusal | JiraRefusal) -> tuple[Response, int]:
        return jsonify(refusal.body), refusal.status

    _add_interface(app, sides)
    return app


def _add_interface(app: Flask, sides: Mapping[str, Side]) -> None:
    def side() -> Side:
        first = next(iter(sides))
        return sides.get(request.args.get("desk", first), sides[first])

    @app.get("/api/tickets")
    def list_tickets() -> Response:
        return jsonify(side().list_tickets(_language()))

    @app.get("/api/tickets/<int:number>")
    def show_ticket(number: int) -> Response:
        return jsonify(side().show_ticket(number))

    @app.post("/api/tickets")
    def open_ticket() -> tuple[Response, int]:
        """A visitor writes as a customer."""
        wish = _texts("text", "name")
        return jsonify({"id": side().open_ticket(_language(), wish["name"], wish["text"])}), 201

    @app.post("/api/tickets/<int:number>/messages")
    def write_message(number: int) -> tuple[Response, int]:
        """The agent sends a public reply or an internal note, perhaps with a reason for sending it anyway."""
        text, body = _texts("text")["text"], _body()
        reason = str(body.get("reason") or "")[:500]
        side().write_message(number, text, public=bool(body.get("public", True)), reason=reason)
        return jsonify({"ok": True}), 201

    @app.post("/api/start-over")
    def start_over() -> Response:
        side().start_over()
        return jsonify({"ok": True})


def _language() -> str:
    given = request.args.get("language", "en")
    return given if given in LANGUAGES else "en"


def _body() -> Json:
    body: Any = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _texts(*names: str) -> dict[str, str]:
    body = _body()
    found = {name: str(body.get(name) or "").strip() for name in names}
    if not all(found.values()) or any(len(text) > LONGEST_TEXT for text in found.values()):
        abort(400)
    return found
