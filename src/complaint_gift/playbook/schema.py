"""JSON schemas of rule, signal and settings documents: completion and checks in editors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from complaint_gift.domain import Scope, Severity
from complaint_gift.playbook.kinds import KINDS
from complaint_gift.playbook.rule import PROFILES
from complaint_gift.rules.context import VISIBILITIES
from complaint_gift.rules.detectors import DETECTORS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_YES = {"type": "boolean"}
_TEXTS = {"type": "object", "patternProperties": {"^[a-z]{2}$": _TEXT}, "additionalProperties": False}


def _names(choices: list[str] | None = None) -> dict[str, Any]:
    one = {"enum": choices} if choices else _TEXT
    return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _closed(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**closed, "required": required} if required else closed


def rule_schema() -> dict[str, Any]:
    """One document of rules/*.yaml."""
    example = {
        "oneOf": [_TEXT, _closed({"text": _TEXT, "context": {"type": "object"}, "scope": _TEXT}, ["text"])]
    }
    examples = {"type": "array", "items": example}
    labels = dict.fromkeys(("fires", "passes", "todo_fires", "todo_passes"), examples)
    number = {"type": "integer", "minimum": 0}
    within = {"oneOf": [number, {"const": "anywhere"}]}
    wanted = {
        "oneOf": [
            _TEXT,
            _closed(
                {
                    "signal": _TEXT,
                    "after": _names(),
                    "before": _names(),
                    "with": _names(),
                    "without": _names(),
                    "within": number,
                },
                ["signal"],
            ),
        ]
    }
    signals = {"oneOf": [_TEXT, {"type": "array", "items": wanted}]}
    properties = {
        "id": {"type": "string", "pattern": "^[a-z0-9]+([-.][a-z0-9]+)*$"},
        "kind": {"enum": list(KINDS)},
        "severity": {"enum": [severity.value for severity in Severity]},
        "scope": _names([scope.value for scope in Scope]),
        "profiles": {"type": "array", "items": {"enum": list(PROFILES)}},
        "when": _closed(
            {
                "complaint": _YES,
                "first_reply": _YES,
                "visibility": _names(list(VISIBILITIES)),
                "reply_to": _names(["customer", "bystander"]),
                "channel": _names(),
                "not_channel": _names(),
                "language": _names(),
                "severity": _names(["low", "normal", "high", "critical"]),
                "brand": _names(),
                "source": _names(),
                "complaint_signal": _names(),
            }
        ),
        "signals": signals,
        "all": {"type": "array", "items": _names()},
        "if": _names(),
        "if_complaint": _names(),
        "suspect": _names(),
        "then": _names(),
        "first": _names(),
        "unless": _names(),
        "cancelled_by": {"oneOf": [_names(), _closed({"signals": _names(), "within": within}, ["signals"])]},
        "revoked_by": _names(),
        "within": within,
        "first_third": _YES,
        "at_least": {"type": "number"},
        "most": number,
        "longest_sentence": number,
        "least": number,
        "specific": number,
        "stop": {
            "type": "object",
            "patternProperties": {"^[a-z]{2}$": _names()},
            "additionalProperties": False,
        },
        "enforces": {"oneOf": [_TEXT, _TEXTS]},
        **dict.fromkeys(("message", "why", "reading", "suggestion"), _TEXTS),
        "source": _names(),
        "shadow": _YES,
        "block": _YES,
        "examples": {
            "type": "object",
            "patternProperties": {"^[a-z]{2}$": _closed(labels)},
            "additionalProperties": False,
        },
    }
    return {"$schema": _DRAFT, "title": "A rule of Complaint Gift", **_closed(properties, ["id"])}


def signal_schema() -> dict[str, Any]:
    """One document of signals/<language>/*.yaml."""
    texts = {"type": "array", "items": _TEXT}
    marks = ("negated", "quoted", "conditional", "counterfactual", "question")
    learned = {
        "head": _TEXT,
        "threshold": {"type": "number", "minimum": 0, "maximum": 1},
        "keeps": {"type": "number", "minimum": 0, "maximum": 1},
        "decides": {"enum": ["either", "alone", "confirms"]},
    }
    properties = {
        "signal": _TEXT,
        "about": _TEXT,
        "phrases": texts,
        "unless": texts,
        "regex": {"oneOf": [_TEXT, texts]},
        "detector": _names(sorted(DETECTORS)),
        "mood": {"enum": ["question", "statement", "any"]},
        "counts_if": _closed(dict.fromkeys(marks, _YES)),
        "learned": _closed(learned, ["head"]),
        "replace": _YES,
        "examples": _closed({"found": texts, "silent": texts}),
    }
    return {"$schema": _DRAFT, "title": "A signal of Complaint Gift", **_closed(properties, ["signal"])}


def settings_schema() -> dict[str, Any]:
    """playbook.yaml."""
    properties = {
        "extends": {"const": "default"},
        "profile": {"enum": list(PROFILES)},
        "shadow": _names(),
        "block": _names(),
        "off": _names(),
    }
    return {"$schema": _DRAFT, "title": "The settings of a playbook", **_closed(properties)}


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "rule": rule_schema,
    "signal": signal_schema,
    "playbook": settings_schema,
}
