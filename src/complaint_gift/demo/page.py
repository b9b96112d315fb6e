"""The demo page and the little interface it talks to: the agent's side of the stand-in helpdesk."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from complaint_gift.demo import conversations, desk_view
from complaint_gift.demo.standin import tickets
from complaint_gift.demo.standin.desk import Desk, Json
from complaint_gift.demo.standin.refusals import Refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LONGEST_TEXT = 100_000


def create_page(desk: Desk, *, bot: int, token: str, console: str = "/console/escalations") -> Flask:
    """The page at "/" and its interface at "/api"; `token` is what the page shows to the review service.

    Meant for 127.0.0.1: whoever can open the page may act as the agent.
    """
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 4 * LONGEST_TEXT

    @app.get("/")
    def show_page() -> str:
        return render_template("demo.html", token=token, console=console)

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
    def refuse(refusal: Refusal) -> tuple[Response, int]:
        return jsonify(refusal.body), refusal.status

    _add_interface(app, desk, bot)
    return app


def _add_interface(app: Flask, desk: Desk, bot: int) -> None:
    @app.get("/api/tickets")
    def list_tickets() -> Response:
        with desk.reading() as records:
            return jsonify({"tickets": desk_view.list_tickets(records, _language()), "now": time.time()})

    @app.get("/api/tickets/<int:number>")
    def show_ticket(number: int) -> Response:
        with desk.reading() as records:
            return jsonify(desk_view.show_ticket(records, number, bot) | {"now": time.time()})

    @app.post("/api/tickets")
    def open_ticket() -> tuple[Response, int]:
        """A visitor writes as a customer."""
        wish = _texts("text", "name")
        with desk.transaction() as records:
            number = conversations.open_as_customer(records, desk, _language(), wish["name"], wish["text"])
        return jsonify({"id": number}), 201

    @app.post("/api/tickets/<int:number>/messages")
    def write_message(number: int) -> tuple[Response, int]:
        """The agent sends a public reply or an internal note, perhaps with a reason for sending it anyway."""
        wish = _texts("text")
        body = _body()
        with desk.transaction() as records:
            agent = conversations.agent_of(records, conversations.extra_of(records, number)["language"])
            custom = {"cg_reason": str(body["reason"])[:500]} if body.get("reason") else {}
            act = tickets.Act(desk.account, agent["id"], "desk", custom)
            said = {"body": wish["text"], "public": bool(body.get("public", True))}
            tickets.update_ticket(records, act, number, {"comment": said})
        return jsonify({"ok": True}), 201

    @app.post("/api/start-over")
    def start_over() -> Response:
        conversations.empty(desk)
        conversations.fill(desk)
        return jsonify({"ok": True})


def _language() -> str:
    given = request.args.get("language", "en")
    return given if given in conversations.LANGUAGES else "en"


def _body() -> Json:
    body: Any = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _texts(*names: str) -> dict[str, str]:
    body = _body()
    found = {name: str(body.get(name) or "").strip() for name in names}
    if not all(found.values()) or any(len(text) > LONGEST_TEXT for text in found.values()):
        abort(400)
    return found
