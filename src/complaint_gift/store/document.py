"""How JSON is written into a column: readable, so that a search finds a name, and storable everywhere."""

from __future__ import annotations

import json
from typing import Any

from complaint_gift.store.columns import storable


def write(value: Any) -> str:
    """JSON text without escapes for letters; lone surrogates become U+FFFD."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def read(raw: str) -> Any:
    """The value again."""
    return json.loads(raw)
