"""A mail taken apart into its parts: bytes in, headers and leaves out. Iterative, bounded, never raises."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from complaint_gift_email.charset import decode, decode_header, loose_base64, one_line

MOST_PARTS = 300
DEEPEST = 30
MOST_HEADERS = 2000
_LONGEST_HEADERS = 1_000_000
_LINE = re.compile(rb"\r\n|\r|\n")
_MOST_MARKS = 50_000
_BREAK = re.compile(rb"\r?\n?")
_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r|\A\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*")
_PARAMETER = re.compile(
    r';\s*([\w!#$&+.^`|~*-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.){0,4000})"?|([^;\s"][^;]{0,4000}|))'
)
_CLEAN_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields in their order. Names compare in any case; values are raw bytes, unfolded."""

    fields: tuple[tuple[str, bytes], ...] = ()

    def raw(self, name: str) -> bytes | None:
        """The first value of this name as bytes, None when absent."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key == wanted), None)

    def every(self, name: str) -> list[str]:
        """All values of this name as text on one line."""
        wanted = name.lower()
        return [decode_header(value) for key, value in self.fields if key == wanted]

    def get(self, name: str) -> str:
        """The first value of this name as text on one line, "" when absent."""
        value = self.raw(name)
        return "" if value is None else decode_header(value)

    def __contains__(self, name: str) -> bool:
        return self.raw(name) is not None


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree: one text or one attachment. `path` is where it hangs, `siblings` its container."""

    headers: Headers
    kind: str
    parameters: dict[str, str]
    body: bytes = field(repr=False)
    disposition: str = ""
    filename: str = ""
    path: tuple[int, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def charset(self) -> str:
        """As declared, "" without."""
        return self.parameters.get("charset", "")

    def content(self, most: int | None = None) -> bytes:
        """The body with its transfer encoding taken off; only what the first `most` encoded bytes hold."""
        coding = re.sub(r"[^a-z0-9]", "", self.headers.get("content-transfer-encoding").lower())
        raw = self.body if most is None else self.body[:most]
        if coding == "base64":
            return loose_base64(raw)
        if coding == "quotedprintable":
            return quopri.decodestring(raw)
        if coding in ("uuencode", "xuuencode", "xuue", "uue"):
            return _uudecode(raw)
        return raw

    def text(self, most: int) -> str:
        """The content as text."""
        return decode(self.content(most), self.charset).replace("\r\n", "\n").replace("\r", "\n")


def split_headers(raw: bytes) -> tuple[Headers, bytes]:
    """The header fields and what follows them. A mailbox line (`From ...`) before them is passed over."""
    found = _END.search(raw, 0, _LONGEST_HEADERS)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw[:_LONGEST_HEADERS], b"")
    fields: list[tuple[str, list[bytes]]] = []
    lines = _LINE.split(head)
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if fields:
                fields[-1][1].append(line)
            continue
        named = _FIELD.match(line)
        if named:
            if len(fields) >= MOST_HEADERS:
                break
            fields.append((named[1].decode("ascii").lower(), [line[named.end() :]]))
        elif not fields and number == 0 and line.startswith((b"From ", b">From ")):
            continue
        elif not fields and line.strip():
            return Headers(), raw  # there are no headers: all of it is text
    return Headers(tuple((name, b" ".join(p.strip() for p in parts)) for name, parts in fields)), body


def leaves(raw: bytes) -> tuple[Headers, list[Part], bool]:
    """The headers of a mail, its leaves in order, and whether something was left out as too much.

    An attached mail is one leaf of its own. What claims to be multipart and is not becomes text.
    """
    top, body = split_headers(raw)
    found: list[Part] = []
    cut = False
    stack: list[tuple[Headers, bytes, tuple[int, ...], tuple[str, ...], bool]] = [(top, body, (), (), False)]
    seen = 0
    while stack:
        headers, body, path, inside, digest = stack.pop()
        seen += 1
        kind, parameters = read_type(headers, "message/rfc822" if digest else "text/plain")
        boundary = parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
        if kind.startswith("multipart/") and boundary and len(path) < DEEPEST:
            pieces, more = split_multipart(body, boundary[:200], MOST_PARTS - seen - len(stack))
            cut |= more
            children = [split_headers(piece) for piece in pieces]
            for number in reversed(range(len(children))):
                inner = (*inside, kind)
                stack.append((*children[number], (*path, number), inner, kind == "multipart/digest"))
            if pieces:
                continue
        cut |= kind.startswith("multipart/") and len(path) >= DEEPEST
        if kind.startswith("multipart/"):
            kind = "text/plain" if len(path) < DEEPEST else "application/octet-stream"
        found.append(_leaf(headers, body, kind, parameters, path, inside))
    return top, found, cut


def split_multipart(body: bytes, boundary: bytes, most: int) -> tuple[list[bytes], bool]:
    """The parts between the boundaries, and whether there were more than `most`."""
    # Both ends are only looked at: two boundaries may share the line break between them.
    line = re.compile(rb"(?<![^\r\n])--" + re.escape(boundary) + rb"(--)?[ \t]{0,40}(?=[\r\n]|\Z)")
    pieces: list[bytes] = []
    start = -1
    place = -1
    for _ in range(_MOST_MARKS):
        # `find` first: it is much quicker than any pattern in forty megabytes of something else.
        place = body.find(b"--" + boundary, place + 1)
        if place < 0:
            break
        found = line.match(body, place)
        if found is None:
            continue
        if start >= 0:
            if len(pieces) >= most:
                return pieces, True
            pieces.append(_without_newline(body[start : found.start()]))
        if found[1]:
            return pieces, False
        start = found.end() + len(_BREAK.match(body, found.end())[0])  # type: ignore[index]
    if start >= 0 and len(pieces) < most:
        pieces.append(body[start:])
    return pieces, False


def read_type(headers: Headers, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Content-Type as ("text/plain", {"charset": ...}); what cannot be read is the default."""
    kind, parameters = read_parameters(headers.raw("content-type") or b"")
    kind = kind.lower().strip()
    if kind in ("text", "html", "plain"):
        kind = "text/html" if kind == "html" else "text/plain"
    return (kind if _CLEAN_TYPE.fullmatch(kind) else default), parameters


def read_parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """`attachment; filename*=utf-8''...` as its value and its parameters, RFC 2231 and RFC 2047 read."""
    text = decode(raw[:20_000])
    value = text.partition(";")[0]
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in _PARAMETER.finditer(text[len(value) :]):
        name = found[1].lower()
        content = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3].strip()
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(base, one_line(decode_header(content.encode("utf-8", "replace"))))
            continue
        number = rest.rstrip("*")
        if number.isdigit() or not number:
            place = int(number[:4]) if number else 0
            pieces.setdefault(base, {}).setdefault(place, (rest.endswith("*") or not number, content))
    for base, numbered in pieces.items():
        plain[base] = _join_pieces([numbered[number] for number in sorted(numbered)])
    return one_line(value), plain


def _join_pieces(pieces: Sequence[tuple[bool, str]]) -> str:
    charset, raw = "", b""
    for number, (is_encoded, text) in enumerate(pieces):
        if is_encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return one_line(decode(raw, charset))


def _leaf(
    headers: Headers,
    body: bytes,
    kind: str,
    parameters: dict[str, str],
    path: tuple[int, ...],
    inside: tuple[str, ...],
) -> Part:
    disposition, more = read_parameters(headers.raw("content-disposition") or b"")
    name = more.get("filename") or parameters.get("name", "")
    return Part(headers, kind, parameters, body, disposition.lower(), name, path, inside)


def _without_newline(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece[:-1] if piece.endswith((b"\n", b"\r")) else piece


def _uudecode(raw: bytes) -> bytes:
    return b"".join(_uulines(raw))


def _uulines(raw: bytes) -> Iterator[bytes]:
    for line in raw.splitlines():
        if not line or line.startswith((b"begin ", b"end")):
            continue
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            continue
