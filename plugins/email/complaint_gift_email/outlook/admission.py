"""Did our own add-in ask? It brings the secret of its installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from complaint_gift.plugin import NotAuthentic, Source
from complaint_gift.signing import check_bearer


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose add-in asks. Who sits before it is told by nobody we could believe, so `agent` is empty."""

    source: str
    agent: str = ""


def admit(token: str, sources: Mapping[str, Source]) -> Asked:
    """The source whose add-in brings this token; every source is compared. Raises NotAuthentic."""
    found = None
    for name, source in sources.items():
        secrets = (source.settings["outlook"] or {}).get("secrets", ())
        try:
            check_bearer(f"Bearer {token}", secrets, source=name)
        except NotAuthentic:
            continue
        found = found or Asked(name)
    if found is None:
        raise NotAuthentic("The token is not that of an Outlook add-in; deploy a new package of it.")
    return found
