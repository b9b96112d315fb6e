"""The review interface as issue and panel know it, and what strangers may send to it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.runtime import Parts
from complaint_gift.service.records import Case, KeptPromise, Stage
from complaint_gift.web import create_app

TOKEN = {"Authorization": "Bearer review-token-1"}
PATH = "/api/v1/review"
WORDS = {"message": "Do not blame.", "why": "w", "reading": "r"}


def ask(client: FlaskClient, body: Any = None, **changes: Any) -> Any:
    draft = {"text": "Sorry, but you did it."} | changes if body is None else body
    return client.post(PATH, json=draft, headers=TOKEN)


def test_answer_has_the_agreed_fields(client: FlaskClient, book: Any) -> None:
    answer = ask(client, revision=7)
    assert answer.status_code == 200
    assert answer.json == {
        "verdict": "hold",
        "complete": True,
        "revision": 7,
        "findings": [
            WORDS
            | {"id": "blame:7", "rule": "blame", "severity": "error", "layer": "lexical", "missing": False}
            | {"start": 7, "end": 14, "quote": "but you", "suggestion": "s"},
            WORDS
            | {"id": "thanks:missing", "rule": "thanks", "severity": "warning", "layer": "lexical"}
            | {"missing": True, "start": None, "end": None, "quote": None, "suggestion": None},
        ],
        "signals": [],
        "playbook": "book-1",
    }


def test_offsets_are_code_points_of_the_text_as_sent(client: FlaskClient) -> None:
    text = "👩‍👩‍👧 Простите, вы сами виноваты 🎁"
    (finding, *_) = ask(client, text=text).json["findings"]
    assert text[finding["start"] : finding["end"]] == finding["quote"] == "сами виноваты"


def test_html_is_judged_in_its_plain_form(client: FlaskClient) -> None:
    answer = ask(client, text="<p>Thank <b>you</b>,</p><p>but&nbsp;you &lt;3</p>", format="html").json
    assert "<b>" not in answer["text"]
    for finding in answer["findings"]:
        assert answer["text"][finding["start"] : finding["end"]] == finding["quote"]
    (signal,) = answer["signals"]
    assert answer["text"][signal["start"] : signal["end"]] == "Thank"
    assert "text" not in ask(client).json


def test_words_come_in_the_readers_language(client: FlaskClient) -> None:
    assert ask(client, ui_language="ru").json["findings"][0]["message"] == "Не обвиняйте."


@pytest.mark.parametrize("revision", [0, 12, "a-1", None])
def test_revision_comes_back(client: FlaskClient, revision: Any) -> None:
    assert ask(client, revision=revision).json["revision"] == revision


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"context": {"complaint_txt": "x"}}, "complaint_txt"),
        ({"context": {"first_reply": "maybe"}}, "first_reply"),
        ({"scope": "letter"}, "scope"),
        ({"format": "markdown"}, "format"),
        ({"ui_language": "de"}, "ui_language"),
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"txt": "x"}, "txt"),
        ({"revision": {"a": 1}}, "revision"),
        ({"context": []}, "context"),
    ],
)
def test_wrong_field_is_named(client: FlaskClient, changes: dict[str, Any], field: str) -> None:
    answer = ask(client, **changes)
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid"
    assert field in json.dumps(answer.json)


def test_text_that_is_missing_is_named(client: FlaskClient) -> None:
    answer = client.post(PATH, json={}, headers=TOKEN)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["text"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[]", "JSON object"),
        (b'"text"', "JSON object"),
        (b"[" * 200_000, "nested"),
        (b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
        (b'{"text": "x", "revision": NaN}', "NaN"),
        (b'{"text": "x", "revision": -Infinity}', "Infinity"),
        (b'{"text": "a", "text": "b"}', "twice"),
        (b'{"text": "a", "context": {"brand": "a", "brand": "b"}}', "twice"),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b'{"text": "x", "context": {"\\udc00": 1}}', "surrogate"),
        (b'{"text": "\xff"}', "UTF-8"),
        (b'{"text": "x", "revision": ' + b"9" * 5000 + b"}", "too long"),
    ],
)
def test_body_that_is_no_good_json_is_refused(client: FlaskClient, body: bytes, said: str) -> None:
    answer = client.post(PATH, data=body, headers=TOKEN, content_type="application/json")
    assert answer.status_code == 400
    assert said in answer.json["message"]


def test_brackets_in_a_text_are_no_depth(client: FlaskClient) -> None:
    assert ask(client, text='Thank you [[[[ "\\" {{{{ ' * 200).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post(PATH, data=b'{"text": "x"}', headers=TOKEN, content_type=kind)
    assert answer.status_code == 415


def test_long_text_is_reviewed_and_a_far_too_long_one_refused(client: FlaskClient) -> None:
    assert ask(client, text="Спасибо 🎁 " * 20_000).status_code == 200
    assert ask(client, text="x" * 600_000).status_code == 422
    assert ask(client, text="x" * 3_000_000).status_code == 413


@pytest.mark.parametrize("text", ["", " ", "\0", "\u202e\u0000", "𝕊𝕠𝕣𝕣𝕪", "\r\n\r\n", "é" * 3])
def test_odd_texts_are_reviewed(client: FlaskClient, text: str) -> None:
    assert ask(client, text=text).status_code == 200


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Bearer review-token-1x", "Basic review-token-1",
     "Bearer ключ", "Bearer " + "x" * 5000, "review-token-1"],
)  # fmt: skip
def test_without_the_token_nothing_is_told(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given.encode().decode("latin-1")}
    answer = client.post(PATH, json={"text": "x"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_configured_token_opens_and_a_helpdesks_own_too(client: FlaskClient) -> None:
    for token in ("review-token-1", "another", "app-token"):
        header = {"Authorization": f"Bearer {token}"}
        assert client.post(PATH, json={"text": "x"}, headers=header).status_code == 200
    answer = client.post(PATH, json={"text": "x"}, headers={"Authorization": "Bearer old-app-token"})
    assert (answer.status_code, answer.json["code"]) == (401, "token-expired")


def add_conversation(parts: Parts) -> None:
    customer = Author("1", Role.CUSTOMER, "Anna")
    now = parts.service.means.now()
    with parts.store.transaction() as rows:
        row = rows.lock_conversation("notes-main", "7")
        rows.save_conversation(row.id, Conversation("notes-main", "7", url="https://desk.example/7"))
        rows.save_message(row.id, Message("m1", customer, "Cold soup!", Visibility.PUBLIC, now), now)
        rows.save_case(Case(row.id, True, "tag", "rules", Stage.OPEN, now, about=("Ivan",)))


def test_known_conversation_brings_its_case_and_context(client: FlaskClient, parts: Parts, book: Any) -> None:
    add_conversation(parts)
    answer = ask(client, context={"conversation": "7"})
    assert answer.json["case"]["stage"] == "received"
    assert answer.json["case"]["about"] == ["Ivan"]
    assert book.asked[-1]["context"].complaint_text == "Cold soup!"
    assert "case" not in ask(client, context={"conversation": "8"}).json


def test_facts_of_a_conversation_are_given(client: FlaskClient, parts: Parts) -> None:
    add_conversation(parts)
    facts = client.get("/api/v1/conversations/notes-main/7", headers=TOKEN)
    assert facts.json["complaint"] is True
    for path in ("notes-main/8", "other/7"):
        answer = client.get(f"/api/v1/conversations/{path}", headers=TOKEN)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    assert client.get("/api/v1/conversations/notes-main/7").status_code == 401


def test_agent_flips_a_complaint_by_one_call(client: FlaskClient, parts: Parts) -> None:
    add_conversation(parts)
    path = "/api/v1/conversations/notes-main/7/complaint"
    answer = client.put(path, json={"complaint": False, "by": "Dana"}, headers=TOKEN)
    assert (answer.status_code, answer.json["complaint"]) == (200, False)
    assert client.put(path, json={"complaint": "no"}, headers=TOKEN).status_code == 422
    assert client.put(path.replace("/7/", "/8/"), json={"complaint": True}, headers=TOKEN).status_code == 404


def test_promise_is_kept_by_one_call(client: FlaskClient, parts: Parts) -> None:
    add_conversation(parts)
    with parts.store.transaction() as rows:
        row = rows.lock_conversation("notes-main", "7")
        (said,) = rows.messages(row.id)
        rows.save_promises(row.id, said.id, [KeptPromise(said.id, "I will call.", None, "Dana")])
    case = client.get("/api/v1/conversations/notes-main/7", headers=TOKEN).json
    (promise,) = case["promises"]
    assert promise["state"] == "open"
    told = {"conversation": "7", "promise": promise["id"], "kept": True, "by": "Dana"}

    def say(**more: object) -> Any:
        return client.post("/api/v1/promises", json=told | more, headers=TOKEN)

    answer = say()
    assert (answer.status_code, answer.json["promises"][0]["state"]) == (200, "kept")
    assert say(kept=False, source="notes-main").json["promises"][0]["state"] == "open"
    assert say(kept="yes").status_code == 422
    for wrong in ({"promise": 99}, {"conversation": "8"}, {"source": "elsewhere"}):
        assert say(**wrong).status_code == 404
    assert client.post("/api/v1/promises", json=told).status_code == 401


def test_reason_to_set_a_finding_aside_is_kept_once(client: FlaskClient, parts: Parts) -> None:
    told = {"conversation": "7", "rule": "blame", "reason": "It is a quote\0", "text": "but you"}
    waiver = told | {"by": "Dana", "finding": "blame:0", "quote": "but you", "sent": True}
    answers = [client.post("/api/v1/waivers", json=waiver, headers=TOKEN) for _ in range(2)]
    assert [(a.status_code, a.json) for a in answers] == [(201, {"kept": True}), (201, {"kept": False})]
    with parts.store.transaction() as rows:
        (kept,) = rows.waivers("notes-main", "7")
    assert (kept.reason, kept.by, kept.rule) == ("It is a quote", "Dana", "blame")


def test_reason_must_say_something(client: FlaskClient) -> None:
    for empty in ("", "  \n"):
        waiver = {"conversation": "7", "rule": "blame", "reason": empty}
        answer = client.post("/api/v1/waivers", json=waiver, headers=TOKEN)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["reason"])
    waiver = {"conversation": "7", "rule": "blame", "reason": "x", "source": "elsewhere"}
    assert "source" in client.post("/api/v1/waivers", json=waiver, headers=TOKEN).json["errors"]


def test_document_is_a_valid_openapi_and_describes_the_routes(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    validate(document)
    assert set(document["paths"]) >= {PATH, "/api/v1/waivers"}
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_only_configured_origins_may_read_from_a_browser(parts: Parts, settings: Any) -> None:
    theirs = "https://acme.zendesk.com"
    client = create_app(replace(parts, settings=replace(settings, review_origins=(theirs,)))).test_client()
    asked = {"Origin": theirs, "Access-Control-Request-Method": "POST"}
    assert client.options(PATH, headers=asked).headers["Access-Control-Allow-Origin"] == theirs
    decides = asked | {"Access-Control-Request-Method": "PUT"}
    told = client.options("/api/v1/conversations/notes-main/7/complaint", headers=decides)
    assert "PUT" in told.headers["Access-Control-Allow-Methods"].split(", ")
    answer = client.post(PATH, json={"text": "x"}, headers=TOKEN | {"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_broken_inside_is_one_calm_sentence(client: FlaskClient, book: Any) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("the customer wrote: soup")

    book.review = break_down
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = ask(client)
    assert (answer.status_code, answer.json["code"]) == (500, "internal-error")
    assert "soup" not in answer.text
