"""Addresses as mail headers write them, broken ones too. Linear, never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass

from complaint_gift_email.charset import decode, decode_words, one_line

LONGEST = 320
_MOST = 500
_LONG_HEADER = 65_536
_NAME = 2000
_SPECIAL = re.compile(r'[\\"()<>,:;]|[^\\"()<>,:;]+')
_LOOKS = re.compile(r"[^\s@<>\"(),:;]{1,255}@[^\s@<>\"(),:;]{1,255}")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `address` is lower case, its domain in Unicode; "" when there was none."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands after the last @, "" without one."""
        return self.address.rpartition("@")[2] if "@" in self.address else ""

    @property
    def plain(self) -> str:
        """Without what follows a plus sign: support+cg.x@shop.test is support@shop.test."""
        local, _, domain = self.address.rpartition("@")
        return f"{local.partition('+')[0] or local}@{domain}" if domain else self.address

    @property
    def tag(self) -> str:
        """What follows the plus sign, "" without one."""
        return self.address.rpartition("@")[0].partition("+")[2]


def read_addresses(raw: bytes) -> tuple[Address, ...]:
    """All mailboxes of a raw From, To, Cc, Sender or Reply-To header, members of groups too; 500 at most."""
    reading = _Reading()
    pieces = iter(_SPECIAL.findall(decode(raw[:_LONG_HEADER])))
    for piece in pieces:
        # A backslash takes the first character after it out of the grammar; the rest of a run is harmless.
        reading.take(next(pieces, "") if piece == "\\" else piece, is_plain=piece == "\\")
        if len(reading.found) >= _MOST:
            break
    reading.close()
    return tuple(reading.found)


class _Reading:
    """Where we are in a header: in a quotation, in a comment, between angle brackets."""

    def __init__(self) -> None:
        self.found: list[Address] = []
        self.words: list[str] = []
        self.angle: list[str] = []
        self.has_angle = self.in_angle = self.in_quote = False
        self.depth = 0

    def take(self, piece: str, is_plain: bool) -> None:
        if piece == '"' and not is_plain and not self.depth:
            self.in_quote = not self.in_quote
        elif is_plain or self.in_quote:
            self.keep(piece)
        elif self.depth or piece == "(":
            self.depth += (piece == "(") - (piece == ")")
        elif piece == "<":
            self.has_angle = self.in_angle = True
            self.angle.clear()
        elif piece == ">":
            self.in_angle = False
        elif piece in ",;":
            self.close()
        elif piece == ":" and not self.has_angle:
            self.words.clear()  # the name of a group
        else:
            self.keep(piece)

    def keep(self, piece: str) -> None:
        if not self.depth:
            (self.angle if self.in_angle else self.words).append(piece)

    def close(self) -> None:
        """The mailbox ends here."""
        one = _make(self.words, self.angle if self.has_angle else None)
        if one is not None:
            self.found.append(one)
        self.words, self.angle = [], []
        self.has_angle = self.in_angle = False


def normalise(address: str) -> str:
    """Lower case, domain in Unicode, no control characters; "" for what is no address."""
    text = one_line(address).strip().strip("<>").replace(" ", "")
    local, _, domain = text.rpartition("@")
    if not _LOOKS.fullmatch(text) or len(text) > LONGEST:
        return ""
    return f"{local.lower()}@{in_unicode(domain.lower().rstrip('.]'))}"


def _make(words: list[str], angle: list[str] | None) -> Address | None:
    name = one_line(decode_words("".join(words).strip()[:_NAME]))
    if angle is None:
        looks = _LOOKS.search(name)
        address = normalise(looks[0]) if looks else ""
        return Address(address) if address else None
    address = normalise("".join(angle))
    return Address(address, name[:200]) if address or name else None


def in_unicode(domain: str) -> str:
    """магазин.рф, whichever way it was written; as it is where it cannot be read."""
    if "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
