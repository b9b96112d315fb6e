"""Mail addresses as servers understand them."""

from __future__ import annotations


def in_ascii(address: str) -> str:
    """With its domain as every mail server understands it; as it is where that cannot be written so."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
