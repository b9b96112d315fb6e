"""Forms as providers post them: urlencoded or multipart, kept as bytes. Linear, never raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from complaint_gift_email.charset import decode
from complaint_gift_email.mime import Part, leaves

MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form. The first of several with one name counts."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: tuple[tuple[str, Part], ...] = ()

    def text(self, name: str, charset: str = "") -> str:
        """A field as text, "" when absent."""
        return decode(self.fields.get(name, b""), charset)

    def raw(self, name: str) -> bytes:
        """A field as it came, b"" when absent."""
        return self.fields.get(name, b"")


def read_form(body: bytes, content_type: str) -> Form:
    """The form in this body; an empty one for what is none."""
    if content_type.lower().startswith("multipart/"):
        return _read_multipart(body, content_type)
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return Form()
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(decode(name.encode("latin-1", "replace")), value.encode("latin-1", "replace"))
    return Form(fields)


def _read_multipart(body: bytes, content_type: str) -> Form:
    fields: dict[str, bytes] = {}
    files: list[tuple[str, Part]] = []
    head = b"Content-Type: " + content_type.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    for part in leaves(head + b"\r\n\r\n" + body)[1]:
        if len(part.path) != 1:
            continue
        name = _name(part)
        if part.filename:
            files.append((name, part))
        else:
            fields.setdefault(name, part.content())
    return Form(fields, tuple(files))


def _name(part: Part) -> str:
    from complaint_gift_email.mime import read_parameters

    return read_parameters(part.headers.raw("content-disposition") or b"")[1].get("name", "")
