"""Lists in pages, and the look whether we are let in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
from marshmallow import ValidationError

from complaint_gift.domain import Conversation
from complaint_gift.plugin import Refused, Source, Unreachable
from complaint_gift_generic import GenericPlugin

FETCH = {
    "parts": {"ticket": "/tickets/{conversation}", "said": "/tickets/{conversation}/replies?size=2"},
    "pages": {"said": {"items": "data.replies", "next": "next"}},
    "shape": "{ticket: merge(ticket.ticket, {replies: said.data.replies})}",
}


@pytest.fixture
def desk(kit: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """Five replies, two a page; `next` makes from the number of the next page what the answer says of it."""
    made = SimpleNamespace(asked=[], next=None)
    replies = [kit.reply(f"r-{number}") for number in range(5)]

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        made.asked.append(path + ("?" + query if query else ""))
        page = int(parse_qs(query).get("page", ["1"])[0])
        answer: dict[str, Any] = {"ticket": kit.ticket()}
        if path == "/me":
            answer = {"id": "u-9"}
        if path.endswith("/replies"):
            further = made.next(page + 1) if page < 3 else None
            answer = {"data": {"replies": replies[2 * page - 2 : 2 * page], "page": page}, "next": further}
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    with kit.serve(app) as url:
        made.url = url
        made.configure = lambda **changes: kit.make_source(
            kit.MAPPING | kit.WRITING, api__base_url=url, **{"fetch": FETCH, "write": {}} | changes
        )
        yield made


def fetch(source: Source) -> Conversation:
    plugin = GenericPlugin()
    found = plugin.fetch("4107", source, plugin.connect(source))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "say",
    [
        lambda url, page: f"{url}/tickets/4107/replies?size=2&page={page}",
        lambda url, page: f"/tickets/4107/replies?size=2&page={page}",
        lambda url, page: f"?size=2&page={page}#top",
    ],
)
def test_all_pages_are_read_in_their_order(desk: SimpleNamespace, say: Callable[[str, int], str]) -> None:
    desk.next = lambda page: say(desk.url, page)
    assert [one.id for one in fetch(desk.configure()).messages] == ["r-0", "r-1", "r-2", "r-3", "r-4"]
    assert desk.asked[1:] == [
        "/tickets/4107/replies?size=2", *(f"/tickets/4107/replies?size=2&page={n}" for n in (2, 3)),
    ]  # fmt: skip


def test_pages_may_be_told_by_a_number(desk: SimpleNamespace) -> None:
    desk.next = lambda page: page
    pages = {"said": FETCH["pages"]["said"] | {"parameter": "page"}}  # type: ignore[index]
    assert len(fetch(desk.configure(fetch=FETCH | {"pages": pages})).messages) == 5


def test_nobody_but_the_helpdesk_is_asked_for_a_page(desk: SimpleNamespace) -> None:
    for elsewhere in ("https://evil.example/replies", "//evil.example/x", f"{desk.url}1/x"):
        desk.next = lambda page, elsewhere=elsewhere: elsewhere
        with pytest.raises(Refused, match=r"acme-desk: the next page of .* is not below"):
            fetch(desk.configure())
    assert len(desk.asked) == 6


def test_pages_that_never_end_are_left(desk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.next = lambda page: "/tickets/4107/replies?size=2"
    with pytest.raises(Unreachable, match="come round again"):
        fetch(desk.configure())
    monkeypatch.setattr("complaint_gift_generic.api.MOST_PAGES", 5)
    desk.next = lambda page: f"/tickets/4107/replies?x={len(desk.asked)}"
    with pytest.raises(Unreachable, match="more than 5"):
        fetch(desk.configure())


def test_pages_of_an_unknown_part_stop_the_start(desk: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="none of the parts"):
        desk.configure(fetch=FETCH | {"pages": {"sad": {"items": "x", "next": "next"}}})


@pytest.mark.parametrize(
    ("probe", "told"),
    [
        (None, []),
        ({"path": "/me"}, []),
        ({"path": "/me", "holds": "id == 'u-9'"}, []),
        ({"path": "/me", "holds": "id == 'u-1'"}, ["does not fulfil id == 'u-1'; check base_url, the user"]),
    ],
)
def test_probe_says_what_does_not_hold(desk: SimpleNamespace, probe: Any, told: list[str]) -> None:
    source, plugin = desk.configure(api__probe=probe), GenericPlugin()
    found = plugin.probe(source, plugin.connect(source))
    assert len(found) == len(told)
    assert all(words in one for words, one in zip(told, found, strict=True))


def test_probe_of_a_helpdesk_that_turns_us_away_says_so(kit: SimpleNamespace) -> None:
    made, plugin = kit.Desk(), GenericPlugin()
    with kit.serve(made) as url:
        wrong = {"kind": "basic", "user": "bot", "password": "wrong"}
        source = made.configure(url, api__auth=wrong, api__probe={"path": "/me"})
        with pytest.raises(Unreachable, match="acme-desk"):
            plugin.probe(source, plugin.connect(source))


def test_source_that_is_only_listened_to_has_nothing_to_probe(kit: SimpleNamespace) -> None:
    source, plugin = kit.make_source(), GenericPlugin()
    assert plugin.probe(source, plugin.connect(source)) == []
