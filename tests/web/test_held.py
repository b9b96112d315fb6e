"""Pages about replies at the gate: the console's list, and one reply by a signed link."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from complaint_gift.domain import Author, Role
from complaint_gift.plugin import Fate, Outgoing, Refused
from complaint_gift.runtime import Parts
from complaint_gift.runtime.links import LINK_SECONDS, SignedLinks
from complaint_gift.runtime.parts import make_links
from complaint_gift.service.held import OutgoingState
from complaint_gift.web import console, door
from complaint_gift.web.held_texts import COUNTS, TEXTS

LIST = "/console/held"
RUDE = "Sorry, but you are wrong."


@pytest.fixture(autouse=True)
def nobody_has_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "guesses", door.Guesses())


@pytest.fixture
def lead(client: FlaskClient) -> FlaskClient:
    page = client.get("/console/sign-in")
    form = {"name": "Dana", "password": "console-password", "csrf": field(page, "csrf")}
    assert client.post("/console/sign-in", data=form).status_code == 303
    return client


def field(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found
    return found[1]


def hold(parts: Parts, text: str = RUDE, key: str = "m1") -> int:
    author = Author("ivan", Role.AGENT, "Ivan <b>", "ivan@shop.test", True)
    mail = Outgoing(
        "notes-main", key, author, text, b"raw", {}, subject="Re: суп", history="It is terrible service!",
        recipients=("<m@example.net>",), tell="ivan@shop.test",
    )  # fmt: skip
    ruling = parts.service.rule(mail, Fate.HOLD)
    assert ruling.fate is Fate.HOLD
    return parts.service.keep(mail, ruling).number


def act(client: FlaskClient, address: str, page: Any, deed: str, **more: str) -> Any:
    form = {"deed": deed, "csrf": field(page, "csrf"), "seen": field(page, "seen"), **more}
    return client.post(address, data=form)


def state(parts: Parts, number: int) -> OutgoingState:
    return parts.service.look_at_outgoing(number).state


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_empty_list_says_so(lead: FlaskClient, language: str) -> None:
    assert TEXTS[language]["empty_waiting"] in lead.get(f"{LIST}?lang={language}").text
    assert TEXTS[language]["empty_all"] in lead.get(f"{LIST}?show=all&lang={language}").text


@pytest.mark.parametrize(("language", "words"), [("en", "Do not blame."), ("ru", "Не обвиняйте.")])
def test_a_held_reply_shows_what_was_found(
    lead: FlaskClient, parts: Parts, language: str, words: str
) -> None:
    hold(parts)
    page = lead.get(f"{LIST}?lang={language}").text
    assert f"<q>but you</q> {words}" in page
    assert COUNTS[language][0].format(n=1) in page
    assert "Ivan &lt;b&gt;" in page
    assert "It is terrible service!" in page
    assert "m@example.net" in page


def test_a_lead_sends_it(lead: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    page = lead.get(LIST)
    answer = act(lead, f"{LIST}/{number}", page, "send", text=RUDE)
    assert answer.status_code == 303
    assert "On its way." in lead.get(answer.headers["Location"]).text
    kept = parts.service.look_at_outgoing(number)
    assert (kept.state, kept.decided_by) == (OutgoingState.APPROVED, "Dana")
    again = act(lead, f"{LIST}/{number}", page, "send", text=RUDE)
    assert "Somebody else was quicker" in lead.get(again.headers["Location"]).text


def test_a_lead_gives_it_back_with_a_reason(lead: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    page = lead.get(LIST)
    assert "done=no_reason" in act(lead, f"{LIST}/{number}", page, "return", reason=" ").headers["Location"]
    act(lead, f"{LIST}/{number}", page, "return", reason="Thank her first")
    kept = parts.service.look_at_outgoing(number)
    assert (kept.state, kept.reason) == (OutgoingState.RETURNED, "Thank her first")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_emptied_reply_stays_and_the_lead_is_told_why(
    lead: FlaskClient, parts: Parts, language: str
) -> None:
    number = hold(parts)
    page = lead.get(f"{LIST}?lang={language}")
    answer = act(lead, f"{LIST}/{number}", page, "send", text=" \r\n")
    assert TEXTS[language]["no_words"] in lead.get(answer.headers["Location"]).text
    assert state(parts, number) is OutgoingState.HELD


def test_enter_in_the_reason_gives_it_back(lead: FlaskClient, parts: Parts) -> None:
    hold(parts)
    forms = re.findall(r"<form.*?</form>", lead.get(LIST).text, re.DOTALL)
    (reason,) = (form for form in forms if 'name="reason"' in form)
    assert re.findall(r'name="deed" value="(\w+)"', reason) == ["return"]  # the first of a form hears Enter


def test_a_plugin_that_cannot_edit_is_told(lead: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    answer = act(lead, f"{LIST}/{number}", lead.get(LIST), "save", text="Thank you.")
    assert "cannot edit" in lead.get(answer.headers["Location"]).text
    assert state(parts, number) is OutgoingState.HELD


@pytest.mark.parametrize(
    ("deed", "text", "done", "after"),
    [
        ("save", "Thank you.", "done_saved", OutgoingState.HELD),
        ("send", "Thank you.", "done_sent", OutgoingState.APPROVED),
        ("send", "Well, but you know.", "still", OutgoingState.HELD),
    ],
)
def test_a_changed_text_is_judged_before_it_goes(
    lead: FlaskClient,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
    text: str,
    done: str,
    after: OutgoingState,
) -> None:
    plugin = parts.settings.plugins["notes"]
    monkeypatch.setattr(type(plugin), "rewrite", lambda *_: b"new raw", raising=False)
    number = hold(parts)
    page = lead.get(LIST)
    answer = act(lead, f"{LIST}/{number}", page, deed, text=text)
    assert f"done={done}" in answer.headers["Location"]
    kept = parts.service.look_at_outgoing(number)
    assert (kept.state, kept.mail.text, kept.mail.raw) == (after, text, b"new raw")
    late = act(lead, f"{LIST}/{number}", page, "send", text=RUDE)
    assert "done=changed" in late.headers["Location"], "that page shows a text that is not there any more"


def test_a_lost_answer_may_be_called_sent(lead: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    with parts.store.transaction() as tx:
        kept = tx.lock_outgoing(number)
        assert kept is not None
        tx.save_outgoing(replace(kept, state=OutgoingState.UNKNOWN))
    page = lead.get(LIST)
    assert "Ask whoever it was for before you send it again" in page.text
    act(lead, f"{LIST}/{number}", page, "called")
    assert state(parts, number) is OutgoingState.SENT


def test_a_stranger_and_a_foreign_form_decide_nothing(client: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    assert client.get(LIST).status_code == 303
    assert client.post(f"{LIST}/{number}", data={"deed": "send"}).status_code in (303, 400)
    assert state(parts, number) is OutgoingState.HELD


def link(parts: Parts, number: int, reader: str = "Olga", may_decide: bool = True) -> str:
    made = make_links(parts.settings).to_message(number, reader, may_decide=may_decide)
    return made.removeprefix(parts.settings.address)


def test_a_signed_link_lets_a_lead_decide_by_form_only(client: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    address = link(parts, number)
    page = client.get(address)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers, "it would sign a lead out of the console"
    assert state(parts, number) is OutgoingState.HELD
    answer = act(client, address, page, "send", text=RUDE)
    assert "On its way." in client.get(answer.headers["Location"]).text
    assert parts.service.look_at_outgoing(number).decided_by == "Olga"


def test_an_author_reads_and_decides_nothing(client: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    address = link(parts, number, "", may_decide=False)
    page = client.get(f"{address}?lang=ru")
    assert "Вот что заметила в нём проверка." in page.text
    assert "Можно написать так: s" in page.text
    assert "<form" not in page.text
    assert client.post(address, data={"deed": "send"}).status_code == 404
    assert state(parts, number) is OutgoingState.HELD


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("code", ["sealed", "gone"])
def test_what_cannot_be_done_is_told_in_the_readers_language(
    client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch, language: str, code: str
) -> None:
    def refuse(*_: object) -> None:
        raise Refused("that cannot be done", code=code)

    monkeypatch.setattr(parts.service, "edit_outgoing", refuse)
    address = f"{link(parts, hold(parts))}?lang={language}"
    answer = act(client, address, client.get(address), "save", text="Other words.")
    assert TEXTS[language][code] in client.get(answer.headers["Location"]).text


def test_a_forged_or_old_link_opens_nothing(client: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    good = link(parts, number)
    for wrong in (good[:-2] + "xx", "/held/x", link(parts, 99)):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, data={"deed": "send", "seen": ""}).status_code == 404
    forged = SignedLinks("", "another key of some length").to_message(number, "Eve", may_decide=True)
    assert client.get(forged).status_code == 404


def test_a_link_is_over_after_a_fortnight(monkeypatch: pytest.MonkeyPatch) -> None:
    links = SignedLinks("https://cg.example.com/", "k" * 32)
    made = links.to_message(7, "Olga", may_decide=True)
    assert made.startswith("https://cg.example.com/held/")
    ticket = made.rpartition("/")[2]
    allowed = links.read(ticket)
    assert allowed is not None
    assert (allowed.number, allowed.reader, allowed.may_decide) == (7, "Olga", True)
    monkeypatch.setattr("complaint_gift.runtime.links.LINK_SECONDS", -LINK_SECONDS)
    assert links.read(ticket) is None
    assert SignedLinks("https://x", "").to_message(7, "", may_decide=False) == ""


def test_a_database_that_is_away_is_told(client: FlaskClient, lead: FlaskClient, parts: Parts) -> None:
    number = hold(parts)
    address = link(parts, number)
    parts.store.close()
    (parts.settings.data / "test.sqlite3").rename(parts.settings.data / "gone")
    assert lead.get(LIST).status_code == 503
    assert client.get(address).status_code == 503
