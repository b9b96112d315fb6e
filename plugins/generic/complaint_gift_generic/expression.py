"""Where something stands in JSON: a JMESPath expression, checked when the configuration is read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from marshmallow import ValidationError, fields

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Expression:
    """`text` as the admin wrote it."""

    text: str
    compiled: Any = field(repr=False, compare=False)

    def find(self, document: Any) -> Any:
        """What stands there, None when nothing does or a function of it does not fit what stands there."""
        try:
            return self.compiled.search(document)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError):
            return None

    def holds(self, document: Any) -> bool:
        """True when it is exactly true: something that merely stands there proves nothing."""
        return self.find(document) is True


class Path(fields.Field[Expression]):
    """An expression in the configuration."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Expression:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            raise ValidationError("write where it stands, such as ticket.id or items[0].text")
        return compile_expression(value)


def compile_expression(text: str) -> Expression:
    """Raises ValidationError with the place in the expression."""
    try:
        return Expression(text, jmespath.compile(text))
    except (JMESPathError, RecursionError) as exc:
        place = getattr(exc, "lex_position", None)
        where = f" at character {place + 1}" if isinstance(place, int) and 0 <= place < len(text) else ""
        raise ValidationError(f"this is no JMESPath expression{where}; see https://jmespath.org") from None


def read_json(body: bytes) -> Any:
    """The body as JSON; raises ValueError for everything else."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def is_one_of(value: Any, values: Iterable[Any]) -> bool:
    """Equal as JSON is: 1 is not true, and "1" is not 1."""
    return any(type(value) is type(one) and value == one for one in values)
