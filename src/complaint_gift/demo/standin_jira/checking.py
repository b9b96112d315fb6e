"""What a caller may send: operations and shapes from schemas/*.yaml, and the check of a request against them.

The shapes are the part of JSON Schema that they need, so that any validator can read them as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

Json = dict[str, Any]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_QUERY = {"integer": re.compile(r"-?\d+", re.ASCII), "boolean": re.compile("true|false")}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for. `answers`: shape by status where that is ours to say."""

    id: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    answers: Mapping[int, Json] = field(default_factory=dict)
    source: str = ""
    unverified: bool = False


@cache
def read_operations(name: str) -> tuple[Operation, ...]:
    """The operations of schemas/<name>.yaml, their shapes with every reference resolved."""
    text = files(__package__).joinpath("schemas", f"{name}.yaml").read_text("utf-8")
    told = YAML(typ="safe").load(text)
    shapes = told.get("shapes", {})
    return tuple(_read(name_, entry, shapes) for name_, entry in told["operations"].items())


def _read(name: str, entry: Json, shapes: Json) -> Operation:
    method, path = entry["call"].split(" ")
    body = entry.get("body")
    answers = {
        int(code): _resolve({"$ref": shape}, shapes) for code, shape in entry.get("answers", {}).items()
    }
    return Operation(
        name, method, path, entry.get("query", {}), body and _resolve({"$ref": body}, shapes), answers,
        entry.get("source", ""), entry.get("unverified", False),
    )  # fmt: skip


def _resolve(shape: Any, shapes: Json) -> Any:
    if isinstance(shape, list):
        return [_resolve(part, shapes) for part in shape]
    if not isinstance(shape, dict):
        return shape
    if isinstance(shape.get("$ref"), str):
        return _resolve(shapes[shape["$ref"]], shapes)
    return {key: _resolve(value, shapes) for key, value in shape.items()}


def find_operation(operations: tuple[Operation, ...], method: str, path: str) -> Operation | None:
    """Which operation this is; a plain path wins over one with a placeholder."""
    found = [o for o in operations if o.method == method and _pattern(o.path).fullmatch(path)]
    return min(found, key=lambda o: o.path.count("{"), default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)))


def check_query(operation: Operation, query: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each parameter that the operation does not have or that is of another type."""
    for name, value in query.items():
        kind = operation.query.get(name)
        if kind is None:
            yield f"{operation.id} has no query parameter {name!r}"
        elif kind in _QUERY and not _QUERY[kind].fullmatch(value):
            yield f"query parameter {name!r} of {operation.id} is no {kind}: {value!r}"


def check_shape(shape: Json, value: Any, place: str = "body") -> Iterator[str]:
    """A sentence for each place where `value` is not as `shape` says."""
    kinds = shape.get("type")
    if kinds is not None and not any(
        _is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)
    ):
        yield f"{place} has to be {kinds}"
        return
    if "enum" in shape and value not in shape["enum"]:
        yield f"{place} has to be one of {', '.join(map(str, shape['enum']))}"
    if isinstance(value, str) and len(value) > shape.get("maxLength", len(value)):
        yield f"{place} is longer than {shape['maxLength']}"
    if isinstance(value, list) and "items" in shape:
        for index, part in enumerate(value):
            yield from check_shape(shape["items"], part, f"{place}[{index}]")
    if isinstance(value, dict):
        yield from _check_object(shape, value, place)


def _check_object(shape: Json, value: Json, place: str) -> Iterator[str]:
    known, others = shape.get("properties", {}), shape.get("additionalProperties", True)
    for name in shape.get("required", ()):
        if name not in value:
            yield f"{place} lacks {name!r}"
    for name, part in value.items():
        if name in known:
            yield from check_shape(known[name], part, f"{place}.{name}")
        elif others is False:
            yield f"{place} may not hold {name!r}"
        elif isinstance(others, dict):
            yield from check_shape(others, part, f"{place}.{name}")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
