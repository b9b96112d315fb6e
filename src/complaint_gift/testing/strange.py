"""What nobody should send and somebody will: bodies, values and headers for the contract of plugins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

GARBAGE: tuple[bytes, ...] = (
    b"", b" ", b"\x00", b"null", b"true", b"0", b'"text"', b"[]", b"{}", b"[[[]]]", b"{", b"}", b"NaN",
    b'{"type": NaN}', b'{"a": 1, "a": 2}', b'{"type": "\\ud800"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00",
    b"\x80\x81\xfe\xff", b"[" * 100_000, b'{"a":' * 100_000, b'{"id": ' + b"9" * 5000 + b"}",
    b"a=1&b=2", b"<xml/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    '{"type": "\u202e\u0000"}'.encode(), b'{"' + b"x" * 300_000 + b'": 1}',
)  # fmt: skip
STRANGE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 10**30, "", " ", "\x00", "a\x00b", "\ud800",
    "x" * 10_000, "../../etc/passwd", "1/../2?x=y#z", "٣", "{{ticket.id}}", [], {}, [[]], [None], {"": ""},
)  # fmt: skip
STRANGE_HEADERS: tuple[str, ...] = (
    "", " ", "\x00", "null", "é", "\udcff", "٣", "=", "====", "a" * 43 + "=", "A" * 10_000, "0" * 64,
    "sha256=", "v1,", "Bearer ", "Basic ", "2026-01-31T09:00:00", "1e20", "NaN", "-1", "9" * 400,
)  # fmt: skip
_REMOVED = object()


def spoil(body: bytes) -> Iterator[bytes]:
    """The body with each of its parts removed or made strange; nothing when it is no JSON."""
    try:
        whole = json.loads(body)
    except ValueError:
        return
    for path in list(_paths(whole)):
        for value in (*STRANGE_VALUES, _REMOVED):
            copy = json.loads(body)
            inner = copy
            for step in path[:-1]:
                inner = inner[step]
            if value is _REMOVED:
                del inner[path[-1]]
            else:
                inner[path[-1]] = value
            yield json.dumps(copy).encode()


def _paths(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, value in inner:
        yield (*path, step)
        yield from _paths(value, (*path, step))
