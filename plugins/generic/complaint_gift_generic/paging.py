"""Lists that come in pages: where the next one is, and all of them as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from complaint_gift.client import Client
from complaint_gift.plugin import Refused


def next_page(path: str, pages: Mapping[str, Any], answer: Any, client: Client) -> str | None:
    """The path of the page after this answer, None after the last.

    Raises Refused for an address elsewhere: nobody but the helpdesk gets what lets us in.
    """
    found = pages["next"].find(answer)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        return None
    if pages["parameter"]:
        sign = "&" if "?" in path else "?"
        return f"{path}{sign}{quote(pages['parameter'])}={quote(str(found), safe='')}"
    base_url = client.base_url
    there = urljoin(base_url + path, str(found))
    inside, outside = urlsplit(base_url), urlsplit(there)
    if (inside.scheme, inside.netloc) != (outside.scheme, outside.netloc) or not there.startswith(
        base_url + "/"
    ):
        raise Refused(f"{client.source}: the next page of {path} is not below {base_url}; check fetch.pages.")
    return there[len(base_url) :].partition("#")[0]


def list_in(answer: Any, keys: str) -> list[Any]:
    """The list that stands there, an empty one if none does."""
    for key in keys.split("."):
        answer = answer.get(key) if isinstance(answer, dict) else None
    return list(answer) if isinstance(answer, list) else []


def with_list(answer: Any, keys: str, items: list[Any]) -> Any:
    """The answer with another list there."""
    key, _, deeper = keys.partition(".")
    if not isinstance(answer, dict):
        return answer
    return {**answer, key: with_list(answer.get(key), deeper, items) if deeper else items}
