"""Makes one raw mail of the fields that a provider sends where it was not told to send the mail as it is."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from complaint_gift_email.charset import one_line

_NAME = re.compile(r"[!-9;-~]{1,100}")
# These describe the body as it was; we make a new one.
_OURS = frozenset(("content-type", "content-transfer-encoding", "mime-version", "content-disposition"))


@dataclass(frozen=True, slots=True)
class File:
    """One attachment as a provider gives it."""

    name: str
    kind: str
    content: bytes = field(repr=False)


def compose(headers: Iterable[tuple[str, str]], plain: str, html: str, files: Sequence[File] = ()) -> bytes:
    """A MIME mail; no value can begin another header, no text can end its part."""
    boundary = f"cg-{sha256((plain + html).encode('utf-8', 'replace')).hexdigest()[:32]}"
    lines = [_header(name, value) for name, value in headers if name.lower() not in _OURS]
    texts = [("text/plain", plain)] if plain or not html else []
    texts += [("text/html", html)] if html else []
    inner = f"{boundary}-a"
    out = [*(line for line in lines if line), b"MIME-Version: 1.0"]
    out.append(f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode())
    out += [
        b"",
        f"--{boundary}".encode(),
        f'Content-Type: multipart/alternative; boundary="{inner}"'.encode(),
        b"",
    ]
    for kind, text in texts:
        out += [f"--{inner}".encode(), f"Content-Type: {kind}; charset=utf-8".encode()]
        out += [b"Content-Transfer-Encoding: base64", b"", encodebytes(text.encode("utf-8", "replace"))]
    out += [f"--{inner}--".encode(), *(piece for file in files for piece in _attach(file, boundary))]
    return b"\r\n".join([*out, f"--{boundary}--".encode(), b""])


def _attach(file: File, boundary: str) -> list[bytes]:
    kind = one_line(file.kind).encode("ascii", "ignore") or b"application/octet-stream"
    return [
        f"--{boundary}".encode(),
        b"Content-Type: " + kind,
        b"Content-Disposition: attachment; filename*=utf-8''" + _percent(file.name),
        b"Content-Transfer-Encoding: base64",
        b"",
        encodebytes(file.content),
    ]


def _header(name: str, value: str) -> bytes:
    name, value = name.strip(), one_line(value)
    if not _NAME.fullmatch(name):
        return b""
    if value.isascii():
        return f"{name}: {value}".encode()
    return f"{name}: ".encode() + value.encode("utf-8", "replace")


def _percent(name: str) -> bytes:
    return "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace")[:600]).encode()
