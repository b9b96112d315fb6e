"""`/api/v1`: the review of drafts and what belongs to it, with its OpenAPI document."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request
from flask.views import MethodView
from flask_smorest import Api, Blueprint

from complaint_gift.domain import Finding, Scope
from complaint_gift.rules.context import ContextError
from complaint_gift.runtime import Parts
from complaint_gift.service.escalating import NotFound
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.reviewing import CaseFacts
from complaint_gift.text import html_to_plain
from complaint_gift.web.callers import Caller, identify
from complaint_gift.web.metrics import REVIEW_SECONDS, REVIEWS
from complaint_gift.web.problems import Problem
from complaint_gift.web.shapes import (
    CaseShape,
    ComplaintRequest,
    ErrorShape,
    PromiseRequest,
    ReviewAnswer,
    ReviewRequest,
    WaiverAnswer,
    WaiverRequest,
)
from complaint_gift.web.strict import StrictParser

STAGES = {"open": "received"}  # the panel's word for a case nobody has answered yet
WHO = "the helpdesk"


class ReviewApi(Api):
    """flask-smorest, with our own shape of errors."""

    ERROR_SCHEMA = ErrorShape

    def _register_error_handlers(self) -> None:
        """`problems.say_problems` has done it for the whole application."""


blueprint = Blueprint("review", __name__, url_prefix="/api/v1", description="Reviews replies to complaints.")
blueprint.ARGUMENTS_PARSER = StrictParser()


def register(app: Flask) -> None:
    """Add the interface and its document at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE="Complaint Gift",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = ReviewApi(
        app,
        spec_kwargs={
            "info": {"description": "Checks replies to complaints against the company's playbook."},
            "security": [{"token": []}],
        },
    )
    scheme = {"type": "http", "scheme": "bearer"}
    api.spec.components.security_scheme("token", scheme)
    api.register_blueprint(blueprint)


@blueprint.before_request
def let_in() -> Response | None:
    """A browser's question whether it may ask needs no token; everything else does."""
    if request.method == "OPTIONS":
        return Response(status=204)
    g.caller = identify(_parts().settings, request.headers.get("Authorization"))
    return None


@blueprint.after_request
def name_origin(answer: Response) -> Response:
    """Let the configured origins read the answer; an origin that is not configured gets no header."""
    origin = request.headers.get("Origin", "")
    if origin and origin in _parts().settings.review_origins:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT"
        answer.headers["Access-Control-Max-Age"] = "600"
    answer.headers.add("Vary", "Origin")
    return answer


@blueprint.route("/review")
class Review(MethodView):
    @blueprint.arguments(ReviewRequest)
    @blueprint.response(200, ReviewAnswer)
    @blueprint.alt_response(401, schema=ErrorShape)
    def post(self, draft: dict[str, Any]) -> Response:
        """Review a draft. Nothing of it is kept but a hash."""
        began = time.perf_counter()
        parts, is_html = _parts(), draft["format"] == "html"
        text = html_to_plain(draft["text"]) if is_html else draft["text"]
        context = _place(parts, draft["context"])
        try:
            verdict = parts.service.review_draft(text, scope=Scope(draft["scope"]), context=context)
        except ContextError as exc:
            raise Problem(422, str(exc), errors={"context": [str(exc)]}) from None
        language = draft["ui_language"]
        answer: dict[str, Any] = {
            "verdict": verdict.decision.value,
            "complete": verdict.complete,
            "revision": draft["revision"],
            "findings": [_show_finding(parts, finding, language) for finding in verdict.findings],
            "signals": [signal.as_json() for signal in verdict.signals],
            "playbook": verdict.playbook,
        }
        if is_html:
            answer["text"] = text
        case = find_case(parts, context)
        if case is not None:
            answer["case"] = case
        REVIEWS.labels(verdict.decision.value).inc()
        REVIEW_SECONDS.observe(time.perf_counter() - began)
        return jsonify(answer)


@blueprint.route("/waivers")
class Waivers(MethodView):
    @blueprint.arguments(WaiverRequest)
    @blueprint.response(201, WaiverAnswer)
    @blueprint.alt_response(401, schema=ErrorShape)
    def post(self, waiver: dict[str, Any]) -> tuple[Response, int]:
        """Keep why an agent sets a finding aside or sends the text anyway."""
        parts, caller = _parts(), _caller()
        source = _place(parts, {"conversation": waiver["conversation"], "source": waiver["source"]}).get(
            "source"
        )
        if not source or source not in parts.settings.sources:
            raise Problem(422, errors={"source": ["Name the source that the conversation belongs to."]})
        kept = parts.service.waive(
            source,
            _storable(waiver["conversation"]),
            waiver["text"] or waiver["quote"] or "",
            (_storable(waiver["rule"]),),
            _storable(waiver["reason"]),
            _storable(caller.agent or waiver["by"]) or WHO,
            sent=waiver["sent"],
        )
        return jsonify({"kept": bool(kept)}), 201


@blueprint.route("/conversations/<source>/<conversation>")
class Conversations(MethodView):
    @blueprint.response(200, CaseShape)
    @blueprint.alt_response(404, schema=ErrorShape)
    def get(self, source: str, conversation: str) -> Response:
        """What is known about a conversation: where it stands, what was promised, who it is about."""
        _require_own(source)
        try:
            return jsonify(_show_case(_parts().service.case_facts(source, conversation)))
        except NotFound:
            raise Problem(404) from None


@blueprint.route("/conversations/<source>/<conversation>/complaint")
class Complaint(MethodView):
    @blueprint.arguments(ComplaintRequest)
    @blueprint.response(200, CaseShape)
    @blueprint.alt_response(404, schema=ErrorShape)
    def put(self, told: dict[str, Any], source: str, conversation: str) -> Response:
        """Say whether it is a complaint; it holds against words, forms and ratings."""
        _require_own(source)
        service, by = _parts().service, _storable(_caller().agent or told["by"]) or WHO
        try:
            service.decide_complaint(source, conversation, told["complaint"], by)
            return jsonify(_show_case(service.case_facts(source, conversation)))
        except NotFound:
            raise Problem(404) from None


@blueprint.route("/promises")
class Promises(MethodView):
    @blueprint.arguments(PromiseRequest)
    @blueprint.response(200, CaseShape)
    @blueprint.alt_response(404, schema=ErrorShape)
    def post(self, told: dict[str, Any]) -> Response:
        """Say whether a promise was kept; it holds against what later replies say."""
        parts = _parts()
        source = _place(parts, {key: told[key] for key in ("conversation", "source")}).get("source") or ""
        _require_own(source)
        service, by = parts.service, _storable(_caller().agent or told["by"]) or WHO
        try:
            service.settle_promise(source, told["conversation"], told["promise"], told["kept"], by)
            return jsonify(_show_case(service.case_facts(source, told["conversation"])))
        except NotFound:
            raise Problem(404) from None


def _parts() -> Parts:
    found: Parts = current_app.extensions["parts"]
    return found


def _caller() -> Caller:
    found: Caller = g.caller
    return found


def _require_own(source: str) -> None:
    """Whoever comes with a helpdesk's own token sees that helpdesk only."""
    caller = _caller()
    if source not in _parts().settings.sources or caller.source not in ("", source):
        raise Problem(404)


def _place(parts: Parts, context: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the source where there is only one that can be meant."""
    placed, caller = dict(context), _caller()
    if caller.source:
        placed["source"] = caller.source
    elif context.get("conversation") and not context.get("source") and len(parts.settings.sources) == 1:
        placed["source"] = next(iter(parts.settings.sources))
    return placed


def _show_finding(parts: Parts, finding: Finding, language: str) -> dict[str, Any]:
    words = parts.playbook().words(finding, language)
    return {
        **finding.as_json(),
        "message": words.message,
        "why": words.why,
        "reading": words.reading,
        "suggestion": words.suggestion or None,
    }


def find_case(parts: Parts, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of the conversation in this context, as the panel reads it; None for an unknown one."""
    source, conversation = context.get("source"), context.get("conversation")
    if not source or not conversation or source not in parts.settings.sources:
        return None
    try:
        return _show_case(parts.service.case_facts(source, conversation))
    except (NotFound, StoreUnavailable):
        return None


def _show_case(facts: CaseFacts) -> dict[str, Any]:
    def say(moment: Any) -> str | None:
        return moment.isoformat() if moment else None

    stage = str(getattr(facts.stage, "value", facts.stage))
    return {
        "complaint": facts.is_complaint,
        "why": facts.why,
        "stage": STAGES.get(stage, stage),
        "about": list(facts.about),
        "promises": [
            {"id": p.id, "what": p.what, "due_at": say(p.due_at), "who": p.who, "state": p.state}
            for p in facts.promises
        ],
        "reply_due": say(facts.reply_due),
        "waiting_since": say(facts.waiting_since),
        "audience": "public" if facts.audience > 1 else "customer",
    }


def _storable(text: str) -> str:
    return text.replace("\0", "").strip()
