"""Signed links to our own pages, for people who read a mail and have not signed in."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

LINK_SECONDS = 14 * 24 * 3600
PATH = "/held/"


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may do what with which message."""

    number: int
    reader: str = ""
    may_decide: bool = False


class SignedLinks:
    """Implements service.ports.Links. `address` is our public one; without a key there are no links."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address.rstrip("/")
        self._tickets = URLSafeTimedSerializer(str(key), salt="outgoing-message") if key else None

    def to_message(self, number: int, reader: str, *, may_decide: bool) -> str:
        """The address of the page that shows it, "" without a key."""
        if self._tickets is None or not number:
            return ""
        told = [number, reader[:200], 1] if may_decide else [number]
        return f"{self._address}{PATH}{self._tickets.dumps(told)}"

    def read(self, ticket: str) -> Pass | None:
        """What a ticket lets somebody do, None when it is forged or too old."""
        if self._tickets is None:
            return None
        try:
            told = self._tickets.loads(ticket, max_age=LINK_SECONDS)
        except BadSignature:
            return None
        number, reader, decides = (*told, "", 0)[:3] if len(told) < 3 else told
        return Pass(int(number), str(reader), bool(decides))
