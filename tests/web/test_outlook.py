"""What the Outlook add-in loads from us, and its question about a mail that is being written."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from complaint_gift.plugin import Source
from complaint_gift.runtime import Parts
from complaint_gift.runtime.settings import Settings
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.settings import EmailSettings

KEY = "installation-1-of-the-add-in"
TOKEN = {"Authorization": f"Bearer {KEY}"}
PATH = "/outlook/mail-main/review"
HISTORY = (
    "\n\nOn Mon, 3 Mar 2025 at 10:00, Anna <anna@customer.test> wrote:\n"
    "> I want to complain, but you never answer!\n"
)


def make_source(name: str, **changes: Any) -> Source:
    wish = {"address": "support@shop.test", "domains": ["shop.test"], "outlook": {"secrets": [KEY]}} | changes
    return Source(name, "email", EmailSettings().load({k: v for k, v in wish.items() if v is not None}))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    bare = {"outlook": None, "imap": {"host": "h", "user": "u", "password": "p"}}
    sources = {name: make_source(name, **more) for name, more in {"mail-main": {}, "mail-bare": bare}.items()}
    return replace(settings, sources=sources, plugins={"email": EmailPlugin()}, url="https://cg.shop.test/")


def ask(client: FlaskClient, headers: Any = TOKEN, path: str = PATH, **changes: Any) -> Any:
    draft = {
        "text": "Sorry, but you did it.",
        "subject": "Re: Cold soup",
        "sender": "support@shop.test",
        "recipients": ["Anna@customer.test"],
        "conversation": "AAQkADAw",
    }
    return client.post(path, json=draft | changes, headers=headers)


def test_answer_is_one_that_the_panel_reads(client: FlaskClient) -> None:
    answer = ask(client, revision=3)
    assert answer.status_code == 200
    told = answer.json
    assert (told["verdict"], told["revision"], told["complete"]) == ("hold", 3, True)
    (finding,) = told["findings"]
    assert (finding["quote"], finding["message"]) == ("but you", "Do not blame.")
    assert told["text"][finding["start"] : finding["end"]] == "but you"
    assert len(told["print"]) == 32


def test_words_come_in_the_language_of_the_mailbox(client: FlaskClient) -> None:
    (finding,) = ask(client, ui_language="ru").json["findings"]
    assert finding["message"] == "Не обвиняйте."


def test_what_a_mail_quotes_is_not_judged(client: FlaskClient, book: Any) -> None:
    told = ask(client, text="Thank you, the soup is on its way." + HISTORY).json
    assert (told["verdict"], told["text"]) == ("pass", "Thank you, the soup is on its way.")
    assert all("never answer" not in asked["text"] for asked in book.asked)


def test_mail_among_colleagues_is_not_even_read(client: FlaskClient, book: Any) -> None:
    told = ask(client, recipients=["lead@shop.test", "Support+x@SHOP.test"]).json
    assert (told["verdict"], told["internal"], told["findings"]) == ("pass", True, [])
    assert book.asked == []


def test_account_is_looked_at_as_the_gate_does(client: FlaskClient) -> None:
    told = ask(client, text="Thank you, it is coming.", sender="anna.agent@gmail.com", ui_language="ru").json
    assert told["verdict"] == "hold"
    (finding,) = told["findings"]
    assert finding["rule"] == "account-personal-address"
    assert "anna.agent@gmail.com" in finding["message"]


def test_same_text_has_the_same_print_and_another_one_has_not(client: FlaskClient) -> None:
    first, second = ask(client).json["print"], ask(client).json["print"]
    assert first == second
    assert ask(client, text="Sorry, but you did that.").json["print"] != first
    assert ask(client, sender="other@gmail.com").json["print"] != first


def test_thread_of_outlook_is_a_conversation_that_stays_the_same(client: FlaskClient) -> None:
    one = ask(client).json["conversation"]
    assert one == ask(client, text="Thank you, another text.").json["conversation"]
    assert one != ask(client, conversation="AAQkBBBB").json["conversation"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_nobody_asks_without_the_secret(client: FlaskClient, headers: dict[str, str]) -> None:
    assert ask(client, headers=headers).status_code == 401


def test_secret_opens_its_own_source_only(client: FlaskClient) -> None:
    assert ask(client, path="/outlook/mail-bare/review").status_code == 404
    assert ask(client, path="/outlook/nobody/review").status_code == 404
    waiver = {"conversation": "c", "rule": "blame", "reason": "It is right here", "text": "t"}
    assert client.post("/api/v1/waivers", json=waiver, headers=TOKEN).status_code == 201
    other = client.get("/api/v1/conversations/mail-bare/1", headers=TOKEN)
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": 7}, 422),
        ({"recipients": "anna@customer.test"}, 422),
        ({"surprise": 1}, 422),
        ({"ui_language": "de"}, 422),
        ({"text": "x" * 600_000}, 422),
    ],
)
def test_bad_draft_is_refused_in_words(client: FlaskClient, changes: dict[str, Any], status: int) -> None:
    answer = ask(client, **changes)
    assert answer.status_code == status
    assert next(iter(changes)) in answer.json["errors"]


@pytest.mark.parametrize("field", ["subject", "sender", "sender_name", "answers", "conversation"])
@pytest.mark.parametrize("value", ["a\r\nBcc: x@y.test\r\n\r\nbut you", "<>\"',;:\\", "\0", "ж" * 300])
def test_no_header_can_be_smuggled_in(client: FlaskClient, field: str, value: str) -> None:
    told = ask(client, text="Thank you, it is on its way.", **{field: value})
    assert told.status_code == 200
    assert told.json["text"] == "Thank you, it is on its way."


def test_database_that_is_away_is_told(client: FlaskClient, parts: Parts, monkeypatch: Any) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(parts.store, "reading", away)
    answer = ask(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pane.html", "text/html"), ("events.html", "text/html"), ("send.js", "text/javascript"),
        ("config.js", "text/javascript"), ("pane.js", "text/javascript"), ("pane.css", "text/css"),
        ("icon-80.png", "image/png"),
    ],
)  # fmt: skip
def test_add_in_is_served(client: FlaskClient, name: str, kind: str) -> None:
    answer = client.get(f"/outlook/mail-main/{name}")
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert KEY not in answer.get_data(as_text=False).decode("latin-1")
    # The ribbon shows the icons from another origin.
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_pages_may_stand_in_outlook_and_nowhere_else(client: FlaskClient) -> None:
    policy = client.get("/outlook/mail-main/pane.html").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert "https://outlook.office.com" in rules["frame-ancestors"]
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' https://appsforoffice.microsoft.com"
    assert "unsafe" not in policy


def test_other_origins_stay_out(client: FlaskClient) -> None:
    headers = TOKEN | {"Origin": "https://evil.example"}
    assert "Access-Control-Allow-Origin" not in ask(client, headers=headers).headers
    told = client.options(PATH, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in told.headers


@pytest.mark.parametrize(
    "path", ["mail-main/pane.py", "mail-main/..%2fdraft.py", "mail-bare/pane.html", "x/y"]
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/outlook/{path}").status_code == 404


def test_office_is_told_which_scripts_are_ours(client: FlaskClient) -> None:
    told = client.get("/.well-known/microsoft-officeaddins-allowed.json").json
    assert told == {"allowed": ["https://cg.shop.test/outlook/mail-main/send.js"]}
