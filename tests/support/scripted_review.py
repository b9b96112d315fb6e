"""A review service that a test scripts: which words it minds, how slow or broken it is, what it was asked."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory

import complaint_gift

PANEL = Path(complaint_gift.__file__).parent / "web" / "static" / "panel"
TOKEN = "token-of-the-page"


@dataclass
class Review:
    """The scripted service: `words` maps a phrase to (rule, severity, suggestion); the rest are switches."""

    words: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    raw: str | None = None
    verdict: str | None = None
    complete: Callable[[int], bool] = lambda turn: True
    headers: dict[str, str] = field(default_factory=dict)
    case: dict[str, Any] | None = None
    delay: Callable[[str], float] = lambda text: 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    waived: list[dict[str, Any]] = field(default_factory=list)
    waiver_status: int = 201
    kept: list[dict[str, Any]] = field(default_factory=list)
    promise_status: int = 200

    def respond(self, name: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and text of the answer to POST /api/v1/`name`."""
        if name == "waivers":
            self.waived.append(body)
            return self.waiver_status, ""
        if name == "promises":
            self.kept.append(body)
            if self.promise_status == 200:
                self.settle(body["promise"], "kept" if body["kept"] else "open")
            return self.promise_status, json.dumps(self.case)
        self.asked.append(body)
        time.sleep(self.delay(body["text"]))
        if self.status != 200 or self.raw is not None:
            return self.status, self.raw or ""
        return 200, json.dumps(self.answer(body))

    def settle(self, promise: int, state: str) -> None:
        case = self.case or {}
        promises = [p | {"state": state} if p.get("id") == promise else p for p in case.get("promises", [])]
        self.case = case | {"promises": promises}

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        text = body["text"]
        findings = [
            make_finding(rule, severity, suggestion, match)
            for phrase, (rule, severity, suggestion) in self.words.items()
            for match in re.finditer(re.escape(phrase), text)
        ]
        findings += [make_finding(rule, "warning", suggestion, None) for rule, suggestion in self.missing]
        held = any(f["severity"] == "error" for f in findings)
        return {
            "verdict": self.verdict or ("hold" if held else "warn" if findings else "pass"),
            "complete": self.complete(len(self.asked)),
            "revision": body.get("revision"),
            "findings": findings,
            "signals": [],
            "playbook": "scripted",
        } | ({"case": self.case} if self.case else {})


def make_finding(
    rule: str, severity: str, suggestion: str | None, match: re.Match[str] | None
) -> dict[str, Any]:
    return {
        "id": f"{rule}:{match.start() if match else 'missing'}",
        "rule": rule,
        "severity": severity,
        "layer": "lexical",
        "missing": match is None,
        "start": match.start() if match else None,
        "end": match.end() if match else None,
        "quote": match[0] if match else None,
        "message": f"About {rule}.",
        "why": "Because it hurts.",
        "reading": "They do not care.",
        "suggestion": suggestion,
    }


def serve_review(review: Review) -> Flask:
    """The panel's files, and the two addresses that the panel calls with TOKEN."""
    app = Flask("scripted", static_folder=None)

    @app.get("/static/panel/<path:name>")
    def show_panel(name: str) -> Response:
        return send_from_directory(PANEL, name)

    @app.post("/api/v1/<name>")
    def answer(name: str) -> tuple[str, int, dict[str, str]]:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return "", 401, {}
        status, body = review.respond(name, request.get_json())
        return body, status, review.headers

    return app
