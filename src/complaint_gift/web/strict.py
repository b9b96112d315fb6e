"""JSON from strangers: what Python's reader lets through and what would fail later is refused here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import flask
from webargs import core
from webargs.flaskparser import FlaskParser, abort

DEEPEST = 32


class NotReadable(ValueError):
    """The body is no JSON that we take. The message is a sentence for its sender."""


def read_json(body: bytes) -> Any:
    """Parse UTF-8 JSON without NaN, duplicate keys, lone surrogates or deep nesting; raises NotReadable."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotReadable("The body is not UTF-8.") from None
    _refuse_depth(text)
    try:
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_twins)
    except json.JSONDecodeError as exc:
        raise NotReadable(
            f"The body is no JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}."
        ) from None
    except NotReadable:
        raise
    except (ValueError, RecursionError):  # an integer with thousands of digits
        raise NotReadable("The body holds a number that is too long.") from None
    if "\\u" in text:
        _refuse_surrogates(found)
    return found


def _refuse_depth(text: str) -> None:
    # Before parsing, because a deep body ends the parser's recursion; brackets inside strings do not count.
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth, inside, skip = 0, False, False
    for letter in text:
        if skip:
            skip = False
        elif inside:
            skip = letter == "\\"
            inside = letter != '"'
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            if depth > DEEPEST:
                raise NotReadable(f"The body is nested deeper than {DEEPEST} levels.")
        elif letter in "]}":
            depth -= 1


def _refuse_constant(name: str) -> None:
    raise NotReadable(f"The body holds {name}, which is no JSON.")


def _refuse_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise NotReadable(f"The key {twin!r} is there twice.")
    return found


def _refuse_surrogates(found: Any) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise NotReadable("A text holds half of a surrogate pair, which is no character.") from None


class StrictParser(FlaskParser):
    """The parser of the API's arguments, with `read_json` inside."""

    def _raw_load_json(self, req: flask.Request) -> Any:
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            abort(415, message="Send JSON, with Content-Type: application/json.")
        try:
            found = read_json(req.get_data(cache=True))
        except NotReadable as exc:
            abort(400, message=str(exc))
        if not isinstance(found, dict):
            abort(400, message="The body must be a JSON object.")
        return found if found else core.missing
