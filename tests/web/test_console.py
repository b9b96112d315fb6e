"""The console: let in by password and name, forms that are ours, escalations taken and resolved."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from complaint_gift.domain import Conversation, EscalationState, Reason
from complaint_gift.runtime import Parts
from complaint_gift.service.notices import Told
from complaint_gift.service.records import EscalationFilter, KeptPromise, NewEscalation
from complaint_gift.web import console, create_app, door
from complaint_gift.web.console_texts import COUNTS, TEXTS

LIST = "/console/escalations"


@pytest.fixture(autouse=True)
def nobody_has_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "guesses", door.Guesses())


def csrf(page: Any) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, name: str = "Dana", password: str = "console-password", **more: str) -> Any:
    token = csrf(client.get("/console/sign-in"))
    form = {"name": name, "password": password, "csrf": token} | more
    return client.post("/console/sign-in", data=form)


@pytest.fixture
def lead(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def escalate(parts: Parts, *, key: str = "k", minutes: float = 30, **changes: Any) -> int:
    now = datetime.now(UTC)
    due = now + timedelta(minutes=minutes, seconds=20)
    told: dict[str, Any] = {
        "reason": Reason.COURT,
        "source": "notes-main",
        "conversation": "7",
        "summary": "rule-1",
    }
    made = NewEscalation(key=key, created_at=now, due_at=due, next_at=due, **(told | changes))
    with parts.store.transaction() as rows:
        number = rows.add_escalation(made)
    assert number is not None
    return number


def all_of(parts: Parts) -> list[Any]:
    return parts.service.list_escalations(EscalationFilter())


def test_stranger_is_led_to_the_door_and_back(client: FlaskClient) -> None:
    answer = client.get(f"{LIST}?show=all")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/console/sign-in?next=")
    token = csrf(client.get(answer.headers["Location"]))
    form = {"name": "Dana", "password": "console-password", "csrf": token}
    assert client.post(answer.headers["Location"], data=form).headers["Location"] == f"{LIST}?show=all"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/console/\\evil", "javascript:1"]
)
def test_door_leads_nowhere_else(client: FlaskClient, elsewhere: str) -> None:
    token = csrf(client.get("/console/sign-in"))
    form = {"name": "Dana", "password": "console-password", "csrf": token}
    answer = client.post("/console/sign-in", query_string={"next": elsewhere}, data=form)
    assert answer.headers["Location"] == LIST


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"password": "wrong"}, "wrong_password"),
        ({"password": ""}, "wrong_password"),
        ({"name": " \x07 "}, "no_name"),
    ],
)
def test_door_stays_shut_and_says_why(client: FlaskClient, form: dict[str, str], said: str) -> None:
    answer = sign_in(client, **form)
    assert answer.status_code == 403
    assert TEXTS["en"][said] in answer.text
    assert client.get(LIST).status_code == 303


def test_guessing_is_slowed_down(client: FlaskClient) -> None:
    codes = [sign_in(client, password=f"guess {n}").status_code for n in range(6)]
    assert codes == [403] * 5 + [429]
    assert sign_in(client).status_code == 429


def test_stranger_who_guesses_keeps_no_lead_out_who_comes_through_the_same_proxy(client: FlaskClient) -> None:
    page = client.get("/console/sign-in")

    def try_from(address: str, password: str) -> int:
        form = {"name": "Dana", "password": password, "csrf": csrf(page)}
        answer = client.post("/console/sign-in", data=form, headers={"X-Forwarded-For": address})
        return answer.status_code

    assert [try_from(f"1.1.1.{n}, 203.0.113.9", "guess") for n in range(6)] == [403] * 5 + [429]
    assert try_from("198.51.100.7", "console-password") == 303


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("172.18.0.1", "1.1.1.1, 2001:db8::9", "2001:db8::9"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("", "9.9.9.9", ""),
    ],
)
def test_only_a_proxy_beside_us_may_say_who_knocks(peer: str, forwarded: str, who: str) -> None:
    assert door.address_of(peer, forwarded) == who


def test_guesses_are_forgotten_after_a_minute() -> None:
    now = [0.0]
    guesses = door.Guesses(clock=lambda: now[0])
    for _ in range(5):
        guesses.note_wrong("1.2.3.4")
    assert guesses.are_too_many("1.2.3.4")
    assert not guesses.are_too_many("5.6.7.8")
    now[0] = 61
    assert not guesses.are_too_many("1.2.3.4")


def test_session_cookie_is_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie


@pytest.mark.parametrize("path", ["/console/sign-out", f"{LIST}/1/acknowledge", f"{LIST}/1/resolve"])
@pytest.mark.parametrize("token", ["", "wrong", None])
def test_form_that_is_not_ours_changes_nothing(
    lead: FlaskClient, parts: Parts, path: str, token: Any
) -> None:
    escalate(parts)
    form = {"resolution": "x"} | ({} if token is None else {"csrf": token})
    answer = lead.post(path, data=form)
    assert answer.status_code == 400
    assert TEXTS["en"]["expired"] in answer.text
    assert all_of(parts)[0].state is EscalationState.OPEN


def test_every_post_of_the_console_is_guarded(parts: Parts) -> None:
    app = create_app(parts)
    rules = [
        r for r in app.url_map.iter_rules() if r.rule.startswith("/console") and "POST" in (r.methods or ())
    ]
    assert len(rules) >= 4
    for rule in rules:
        path = rule.rule.replace("<int:number>", "1")
        assert app.test_client().post(path, data={}).status_code == 400, path


def test_nothing_waiting_is_said_kindly(lead: FlaskClient) -> None:
    for show, text in (("waiting", "empty_waiting"), ("resolved", "empty_resolved"), ("all", "empty_all")):
        assert TEXTS["en"][text] in lead.get(f"{LIST}?show={show}").text


def test_escalation_is_taken_and_resolved_with_name_and_words(lead: FlaskClient, parts: Parts) -> None:
    number = escalate(parts)
    page = lead.get(LIST)
    assert "A customer mentions court" in page.text
    assert "due in 30 minutes" in page.text
    assert "1 is waiting" in page.text
    done = lead.post(f"{LIST}/{number}/acknowledge", data={"csrf": csrf(page)}, follow_redirects=True)
    assert TEXTS["en"]["done_acknowledged"] in done.text
    assert "Dana is on it since" in lead.get(f"{LIST}?show=acknowledged").text
    form = {"csrf": csrf(page), "resolution": " Called her,\n refunded\0 "}
    done = lead.post(f"{LIST}/{number}/resolve", data=form, follow_redirects=True)
    assert TEXTS["en"]["done_resolved"] in done.text
    (found,) = all_of(parts)
    assert (found.state, found.resolved_by) == (EscalationState.RESOLVED, "Dana")
    assert found.resolution == "Called her, refunded"
    assert "Called her, refunded" in lead.get(f"{LIST}?show=resolved").text


def test_resolving_needs_a_word_and_happens_once(lead: FlaskClient, parts: Parts) -> None:
    number = escalate(parts)
    token = csrf(lead.get(LIST))
    said = lead.post(
        f"{LIST}/{number}/resolve", data={"csrf": token, "resolution": " "}, follow_redirects=True
    )
    assert TEXTS["en"]["no_resolution"] in said.text
    form = {"csrf": token, "resolution": "done"}
    for text in ("done_resolved", "not_waiting"):
        said = lead.post(f"{LIST}/{number}/resolve", data=form, follow_redirects=True)
        assert TEXTS["en"][text] in said.text
    gone = lead.post(f"{LIST}/999/acknowledge", data={"csrf": token}, follow_redirects=True)
    assert TEXTS["en"]["not_waiting"] in gone.text


def test_lateness_is_shown(lead: FlaskClient, parts: Parts) -> None:
    escalate(parts, minutes=-125)
    assert "overdue by 2 hours" in lead.get(LIST).text


def test_markup_in_words_of_others_stays_text(lead: FlaskClient, parts: Parts) -> None:
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    escalate(parts, summary=bad, conversation=bad)
    page = lead.get(LIST).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("url", "is_link"), [("https://desk.example/7", True), ("javascript:alert(1)", False)]
)
def test_only_a_harmless_address_becomes_a_link(lead, parts: Parts, url: str, is_link: bool) -> None:
    escalate(parts)
    with parts.store.transaction() as rows:
        row = rows.lock_conversation("notes-main", "7")
        rows.save_conversation(row.id, Conversation("notes-main", "7", url=url))
    assert (f'href="{url}"' in lead.get(LIST).text) is is_link


@pytest.mark.parametrize(
    ("language", "said", "promised"),
    [
        ("en", "3 March 2020, 18:00", "Promised by 3 March 2020, 18:00: “a call”"),
        ("ru", "3 марта 2020, 18:00", "Обещано до 3 марта 2020, 18:00: «a call»"),
    ],
)
def test_time_of_a_promise_is_said_as_people_say_it(
    lead: FlaskClient, parts: Parts, language: str, said: str, promised: str
) -> None:
    escalate(
        parts, reason=Reason.PROMISE_BROKEN, summary="2020-03-03 18:00 UTC (the conversation was deleted)"
    )
    page = lead.get(f"{LIST}?lang={language}").text
    assert f"{said} (the conversation was deleted)" in page
    assert "2020-03-03" not in page

    reader = console.Reader(language, UTC, datetime.now(UTC), parts.playbook())
    due = datetime(2020, 3, 3, 18, 0, tzinfo=UTC)
    behind = Told(promises=(KeptPromise(1, "a call", due, "Dana"),))
    card = reader.card(all_of(parts)[0], ("", ""), behind)
    assert card["summary"] == promised


def test_list_can_be_narrowed_to_a_conversation(lead: FlaskClient, parts: Parts) -> None:
    escalate(parts, key="1")
    number = escalate(parts, key="2", conversation="8", reason=Reason.PRESS)
    page = lead.get(f"{LIST}?conversation=8")
    assert "mentions the press" in page.text
    assert "mentions court" not in page.text
    path = f"{LIST}/{number}/acknowledge?conversation=8"
    back = lead.post(path, data={"csrf": csrf(page)}).headers["Location"]
    assert "conversation=8" in back
    ticket = door.invite("k" * 32, "Dana")
    asked = {"ticket": ticket, "conversation": "8"}
    assert lead.get("/console/enter", query_string=asked).headers["Location"] == f"{LIST}?conversation=8"


def test_policy_allows_no_inline_script_or_style(lead: FlaskClient, parts: Parts) -> None:
    escalate(parts)
    page = lead.get(LIST)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)| on\w+=", page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_language_comes_from_the_browser_or_the_link_and_stays(client: FlaskClient) -> None:
    russian = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}
    assert TEXTS["ru"]["sign_in_title"] in client.get("/console/sign-in", headers=russian).text
    assert TEXTS["en"]["sign_in_title"] in client.get("/console/sign-in?lang=en", headers=russian).text
    assert TEXTS["en"]["sign_in_title"] in client.get("/console/sign-in", headers=russian).text
    sign_in(client)
    assert 'lang="ru"' in client.get(f"{LIST}?lang=ru").text


def test_every_text_is_there_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["ru"].keys()
    for name, text in TEXTS["en"].items():
        assert re.findall(r"\{\w*\}", text) == re.findall(r"\{\w*\}", TEXTS["ru"][name]), name
    assert (len(COUNTS["en"]), len(COUNTS["ru"])) == (2, 3)


def test_invitation_opens_under_the_name_in_it(client: FlaskClient) -> None:
    ticket = door.invite("k" * 32, "Dana <b>")
    assert client.get("/console/enter", query_string={"ticket": ticket}).headers["Location"] == LIST
    assert "Dana &lt;b&gt;" in client.get(LIST).text


@pytest.mark.parametrize(
    "ticket", ["", "x", door.invite("other" * 8, "Dana")], ids=["none", "x", "another key"]
)
def test_forged_invitation_opens_nothing(client: FlaskClient, ticket: str) -> None:
    client.get("/console/enter", query_string={"ticket": ticket})
    assert client.get(LIST).status_code == 303


def test_console_that_is_not_configured_is_not_there(parts: Parts) -> None:
    app = create_app(replace(parts, settings=replace(parts.settings, console=None)))
    assert app.test_client().get(LIST).status_code == 404


def test_database_that_is_away_is_said_calmly(lead: FlaskClient, parts: Parts) -> None:
    path = parts.settings.data / "test.sqlite3"
    parts.store._engine.dispose()
    path.unlink()
    path.mkdir()
    answer = lead.get(LIST)
    assert answer.status_code == 503
    assert TEXTS["en"]["unavailable"] in answer.text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_page_of_one_conversation_says_nothing_of_the_others(
    lead: FlaskClient, parts: Parts, language: str
) -> None:
    escalate(parts)
    page = lead.get(f"{LIST}?conversation=8&lang={language}").text
    assert TEXTS[language]["empty_only"] in page
    assert TEXTS[language]["empty_waiting"] not in page
    assert COUNTS[language][0].format(n=1) not in page
    assert COUNTS[language][0].format(n=1) in lead.get(f"{LIST}?lang={language}").text
