"""Jira's published OpenAPI document as a judge of requests and answers; nothing of it is kept here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import referencing
from referencing.jsonschema import DRAFT202012

PATH = Path(__file__).resolve().parents[3] / "shared" / "specs" / "jira" / "jira-platform-v3.2025-09.json"
_QUERY = {"integer": re.compile(r"-?\d+", re.ASCII), "boolean": re.compile("true|false")}
# What the gateway answers for any operation; the document names them for a few only.
ALWAYS = frozenset(("401", "403", "405", "410", "415", "429", "503"))


@cache
def read_document() -> dict[str, Any]:
    """The document with `nullable` as JSON Schema says it."""
    document: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return document | {"components": _translate(document["components"])}


def _translate(node: Any) -> Any:
    if isinstance(node, list):
        return [_translate(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: _translate(value) for key, value in node.items() if key not in ("example", "examples")}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


@cache
def _registry() -> referencing.Registry[Any]:
    resource = referencing.Resource(read_document(), DRAFT202012)
    return referencing.Registry().with_resource("urn:jira", resource)


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"urn:jira{value}" if key == "$ref" and isinstance(value, str) else _absolute(value)
        for key, value in node.items()
        if key not in ("example", "examples")
    }


def faults_of(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value, by the document's schema."""
    validator = jsonschema.Draft202012Validator(_absolute(schema), registry=_registry())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))), path)
        for path in sorted(read_document()["paths"], key=lambda path: path.count("{"))
    )


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    """The operation of a request; a plain path wins over one with a placeholder."""
    for pattern, template in _patterns():
        operation = read_document()["paths"][template].get(method.lower())
        if pattern.fullmatch(path) and operation:
            found: dict[str, Any] = operation
            return found
    return None


def check_request(method: str, url: str, body: Any = None) -> Iterator[str]:
    """A sentence for each thing in a request that the document does not allow."""
    parts = urlsplit(url)
    operation = find_operation(method, parts.path)
    if operation is None:
        yield f"there is no {method} {parts.path}"
        return
    known = {
        p["name"]: p["schema"].get("type") for p in operation.get("parameters", ()) if p["in"] == "query"
    }
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            yield f"{operation['operationId']} has no parameter {name}"
        elif known[name] in _QUERY and not _QUERY[known[name]].fullmatch(value):
            yield f"{name} is no {known[name]}"
    wanted = operation.get("requestBody")
    if wanted is None:
        yield from [f"{operation['operationId']} takes no body"] if body is not None else []
    elif body is None:
        yield f"{operation['operationId']} needs a body"
    else:
        yield from faults_of(wanted["content"]["application/json"]["schema"], body)


def check_answer(method: str, url: str, status: int, answer: Any) -> Iterator[str]:
    """A sentence for each thing in an answer that the document does not promise."""
    operation = find_operation(method, urlsplit(url).path)
    if operation is None:
        yield f"there is no {method} {url}"
        return
    promised = operation["responses"].get(str(status))
    if promised is None:
        yield from [] if str(status) in ALWAYS else [f"{operation['operationId']} never answers {status}"]
        return
    content = promised.get("content", {}).get("application/json", {})
    if "schema" in content and status < 300:
        yield from faults_of(content["schema"], answer)
