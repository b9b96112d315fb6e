"""What we send, as the configuration describes it: paths and JSON bodies with names in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

_NAME = re.compile(r"\{([a-z_]+)\}")


def names_in(part: Any) -> Iterator[str]:
    """Every name in braces, in keys and values at any depth."""
    if isinstance(part, str):
        yield from _NAME.findall(part)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from names_in(key)
            yield from names_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from names_in(value)


def fill(part: Any, values: Mapping[str, Any]) -> Any:
    """The body with values in place. A text that is one name alone keeps its value's type, such as a list."""
    if isinstance(part, str):
        alone = _NAME.fullmatch(part)
        if alone:
            return values[alone[1]]
        # One pass: what a customer wrote in braces is never taken for a name of ours.
        return _NAME.sub(lambda found: as_text(values[found[1]]), part)
    if isinstance(part, Mapping):
        return {key: fill(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [fill(value, values) for value in part]
    return part


def without(part: Any, names: Collection[str]) -> Any:
    """The body without what would say one of these names."""
    if isinstance(part, Mapping):
        return {
            key: without(value, names)
            for key, value in part.items()
            if isinstance(value, Mapping) or not set(names_in(value)) & set(names)
        }
    return part


def fill_path(path: str, values: Mapping[str, Any]) -> str:
    """The path with values in place, each encoded so that it stays one segment or one value."""
    return _NAME.sub(lambda found: quote(as_text(values[found[1]]), safe=""), path)


def as_text(value: Any) -> str:
    """A list is written with commas."""
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)
