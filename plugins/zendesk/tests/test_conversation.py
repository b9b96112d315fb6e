"""A ticket as a conversation: who speaks, who can read it, what was said; pure, and over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from complaint_gift.domain import Role, Visibility
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_zendesk.conversation import EPOCH, fetch, read_conversation

AGENT, LEAD, CUSTOMER, FRIEND, BOT = (f"2880140010001{n}" for n in (2, 3, 4, 5, 1))
USERS = {
    AGENT: {"id": AGENT, "role": "agent", "name": "Dana", "email": "dana@example.com"},
    LEAD: {"id": LEAD, "role": "admin", "name": "Marcus", "email": "marcus@example.com"},
    CUSTOMER: {"id": CUSTOMER, "role": "end-user", "name": "Sam", "email": "sam@example.net"},
    FRIEND: {"id": FRIEND, "role": "end-user", "name": "Kim", "email": None},
}
TICKET: dict[str, Any] = {
    "id": 4107, "requester_id": int(CUSTOMER), "assignee_id": int(AGENT), "group_id": 21, "brand_id": 31,
    "subject": "Cold soup", "status": "open", "priority": None, "ticket_form_id": 801, "tags": ["a", "b"],
    "satisfaction_rating": {"score": "bad"}, "via": {"channel": "email"},
    "updated_at": "2026-01-31T09:00:00Z",
}  # fmt: skip


def comment(author: Any = AGENT, **changes: Any) -> dict[str, Any]:
    made = {
        "id": 511, "type": "Comment", "author_id": author, "public": True, "plain_body": "Sorry.",
        "body": "**Sorry.**", "html_body": "<p>Sorry.</p>", "created_at": "2026-01-31T08:00:00Z",
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
    }  # fmt: skip
    return made | changes


def read(kit: Any, *comments: dict[str, Any], settings: Any = None, **ticket: Any) -> Any:
    source = kit.make_source(**(settings or {}))
    return read_conversation(source, TICKET | ticket, comments, USERS, brand="Soups")


def test_ticket_becomes_a_conversation(kit: Any) -> None:
    found = read(kit)
    assert (found.source, found.id, found.subject, found.brand) == (
        "zendesk-main",
        "4107",
        "Cold soup",
        "Soups",
    )
    assert (found.status, found.priority, found.form, found.rating) == ("open", "", "801", "bad")
    assert (found.tags, found.channel) == (frozenset("ab"), "email")
    assert (found.requester_id, found.assignee_id, found.group_id) == (CUSTOMER, AGENT, "21")
    assert found.updated_at == datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    assert found.url == "http://127.0.0.1:9/agent/tickets/4107"


def test_empty_ticket_is_read_without_a_word(kit: Any) -> None:
    found = read_conversation(kit.make_source(), {}, [{}], {})
    assert (found.id, found.messages, found.tags) == ("", (), frozenset())


@pytest.mark.parametrize(
    ("rating", "read_as"),
    [
        ({"score": "good"}, "good"),
        ({"score": "offered"}, ""),
        ({"score": "unoffered"}, ""),
        (None, ""),
        ("bad", ""),
    ],
)
def test_only_given_ratings_count(kit: Any, rating: Any, read_as: str) -> None:
    assert read(kit, satisfaction_rating=rating).rating == read_as


def test_message_keeps_words_time_and_author(kit: Any) -> None:
    (message,) = read(kit, comment()).messages
    assert (message.id, message.text, message.channel) == ("511", "Sorry.", "web")
    assert message.sent_at == datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
    author = message.author
    assert (author.id, author.role, author.name, author.account) == (
        AGENT,
        Role.AGENT,
        "Dana",
        "dana@example.com",
    )
    assert author.company is True


@pytest.mark.parametrize(
    ("author", "settings", "role", "company"),
    [
        (CUSTOMER, {}, Role.CUSTOMER, False),
        (FRIEND, {}, Role.BYSTANDER, False),
        (AGENT, {}, Role.AGENT, True),
        (LEAD, {}, Role.AGENT, True),
        (LEAD, {"managers": [LEAD]}, Role.MANAGER, True),
        (BOT, {}, Role.BOT, True),
        (-1, {}, Role.BOT, True),
        (None, {}, Role.BOT, True),
        (AGENT, {"ignored_authors": [AGENT]}, Role.BOT, True),
        (28801400100099, {}, Role.BYSTANDER, False),
    ],
)
def test_role_follows_from_user_and_settings(
    kit: Any, author: Any, settings: Any, role: Role, company: bool
) -> None:
    (message,) = read(kit, comment(author), settings=settings).messages
    assert (message.author.role, message.author.company) == (role, company)


def test_employee_who_complains_is_a_customer(kit: Any) -> None:
    (message,) = read(kit, comment(AGENT), requester_id=int(AGENT)).messages
    assert message.author.role is Role.CUSTOMER


@pytest.mark.parametrize(
    "changes",
    [
        {"via": {"channel": "rule"}},
        {"via": {"channel": "system"}},
        {"via": {"channel": "chat_transcript"}},
        {"via": {"channel": "web", "source": {"rel": "merge"}}},
        {"type": "VoiceComment"},
    ],
)
def test_what_zendesk_wrote_is_nobodys_reply(kit: Any, changes: Any) -> None:
    (message,) = read(kit, comment(AGENT, **changes)).messages
    assert message.author.role is Role.BOT


def test_call_has_no_text_of_its_own(kit: Any) -> None:
    (message,) = read(kit, comment(CUSTOMER, type="VoiceComment", plain_body="Call from: +1 555")).messages
    assert (message.text, message.channel) == ("", "voice")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"plain_body": "a&nbsp;b\r\nc"}, "a b\nc"),
        ({"plain_body": "", "body": "", "html_body": "", "attachments": [{"id": 1}]}, ""),
        ({"plain_body": None, "body": "from body"}, "from body"),
        ({"plain_body": None, "body": None, "html_body": "<p>a&amp;b</p><p>c<br>d</p>"}, "a&b\nc\nd"),
        ({"plain_body": "x\x00y"}, "xy"),
        ({"plain_body": "lone \ud800"}, "lone ?"),
        ({"plain_body": "Мы 🍲"}, "Мы 🍲"),
        ({"plain_body": 7, "body": None, "html_body": None}, ""),
    ],
)
def test_text_is_plain_and_fits_every_database(kit: Any, changes: Any, text: str) -> None:
    (message,) = read(kit, comment(**changes)).messages
    assert message.text == text


@pytest.mark.parametrize(
    ("public", "visibility"),
    [
        (True, Visibility.PUBLIC),
        (False, Visibility.INTERNAL),
        (None, Visibility.UNKNOWN),
        ("false", Visibility.UNKNOWN),
    ],
)
def test_visibility_is_what_zendesk_says(kit: Any, public: Any, visibility: Visibility) -> None:
    (message,) = read(kit, comment(public=public)).messages
    assert message.visibility is visibility


def test_reason_for_sending_anyway_is_read_from_the_audit(kit: Any) -> None:
    custom = {"custom": {"cg_reason": "The customer asked for it."}, "system": {}}
    (message,) = read(kit, comment(metadata=custom)).messages
    assert message.waiver == "The customer asked for it."
    assert read(kit, comment(metadata=None)).messages[0].waiver == ""


def test_messages_are_in_order_and_each_once(kit: Any) -> None:
    later = comment(id=600, created_at="2026-01-31T10:00:00Z")
    timeless = comment(id=700, created_at=None)
    nameless = comment(id=None)
    found = read(kit, later, comment(), comment(), timeless, nameless)
    assert [message.id for message in found.messages] == ["700", "511", "600"]
    assert found.messages[0].sent_at == EPOCH


def test_fetch_reads_ticket_comments_brand_and_authors_over_http(desk: Any) -> None:
    ticket = desk.open("Where is it?", brand_id=desk.cast.brand, tags=["vip"])
    desk.write(ticket, "Very sorry!")
    desk.write(ticket, "He is angry.", public=False)
    found = desk.plugin.fetch(ticket, desk.source, desk.connect())
    assert found.brand == "Support"
    assert found.tags == {"vip"}
    assert [(m.author.role, m.text, m.visibility) for m in found.messages] == [
        (Role.CUSTOMER, "Where is it?", Visibility.PUBLIC),
        (Role.AGENT, "Very sorry!", Visibility.PUBLIC),
        (Role.AGENT, "He is angry.", Visibility.INTERNAL),
    ]


def test_fetch_follows_every_page(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaint_gift_zendesk.api.PAGE", 3)
    ticket = desk.open("0")
    for number in range(1, 11):
        desk.write(ticket, str(number))
    found = desk.plugin.fetch(ticket, desk.source, desk.connect())
    assert [message.text for message in found.messages] == [str(number) for number in range(11)]


def test_deleted_and_unknown_tickets_are_gone(desk: Any) -> None:
    from complaint_gift.demo.standin.tickets import Act, delete_ticket

    ticket = desk.open()
    with desk.desk.transaction() as records:
        delete_ticket(records, Act(desk.desk.account, desk.cast.lead), ticket)
    assert desk.plugin.fetch(ticket, desk.source, desk.connect()) is None
    assert desk.plugin.fetch("999999", desk.source, desk.connect()) is None


def test_redacted_words_do_not_come_back(desk: Any) -> None:
    from complaint_gift.demo.standin.tickets import Act, redact_comment

    ticket = desk.open()
    written = desk.write(ticket, "Card 4111")
    with desk.desk.transaction() as records:
        act = Act(desk.desk.account, desk.cast.lead)
        redact_comment(records, act, ticket, int(written), "Card <redact>4111</redact>")
    found = desk.plugin.fetch(ticket, desk.source, desk.connect())
    assert found.messages[-1].text == "Card ▇▇▇▇"


def test_merged_ticket_shows_where_it_went(desk: Any) -> None:
    from complaint_gift.demo.standin.tickets import Act, merge_ticket

    source, target = desk.open(), desk.open()
    with desk.desk.transaction() as records:
        merge_ticket(records, Act(desk.desk.account, desk.cast.agent), source, target, "Merged.")
    found = desk.plugin.fetch(source, desk.source, desk.connect())
    assert (found.status, found.tags) == ("closed", {"closed_by_merge"})


@pytest.mark.parametrize(
    "fault", [{"drop": 1.0}, {"half": 1.0}, {"fail": 1.0}, {"throttle": 1.0, "retry_after": 7}]
)
def test_fetch_through_a_bad_line_is_unreachable(desk: Any, fault: dict[str, float]) -> None:
    ticket, api = desk.open(), desk.connect()
    api.client.credentials.header()
    desk.faults(**fault)
    with pytest.raises(Unreachable) as caught:
        desk.plugin.fetch(ticket, desk.source, api)
    assert caught.value.retry_after == fault.get("retry_after")


def test_fetch_from_a_slow_helpdesk_ends(desk: Any) -> None:
    ticket, api = desk.open(), desk.connect(read=0.1)
    desk.faults(slow=0.5)
    with pytest.raises(Unreachable, match=r"within 0\.1 seconds"):
        desk.plugin.fetch(ticket, desk.source, api)


API = "https://acme.zendesk.com/api/v2"


@pytest.fixture
def web() -> Any:
    with responses.RequestsMock() as web:
        yield web


def ask(kit: Any, number: str = "4107") -> Any:
    legacy = {"client_id": None, "client_secret": None, "email": "a@b.c", "api_token": "t"}
    source = kit.make_source(base_url=None, subdomain="acme", **legacy)
    from complaint_gift_zendesk.api import connect

    return fetch(number, source, connect(source))


LOG = [
    {"id": "01A", "type": "Comment", "reference": "zen:ticket_event:511", "content": {"type": "html"}},
    {"id": "01B", "type": "Messaging::ConversationMessage", "reference": "zen:sunco:conversation_message:6f",
     "author": {"type": "user", "display_name": "Sam"}, "content": {"type": "text", "text": "Hello?"},
     "created_at": "2026-01-31T08:00:00Z"},
    {"id": "01C", "type": "Messaging::ConversationMessage", "reference": "zen:sunco:conversation_message:70",
     "author": {"type": "agent", "zen:support:user_id": int(AGENT), "display_name": "Dana"},
     "content": {"type": "text", "text": "Calm down."}, "created_at": "2026-01-31T08:01:00Z"},
    {"id": "01D", "type": "Messaging::ConversationMessage",
     "author": {"type": "bot", "display_name": "Helper"},
     "content": {"type": "html", "body": "<b>Hi</b>"}, "created_at": "2026-01-31T07:59:00Z"},
]  # fmt: skip


def test_messaging_is_read_from_the_conversation_log(kit: Any, web: Any) -> None:
    web.get(
        f"{API}/tickets/4107", json={"ticket": TICKET | {"from_messaging_channel": True, "brand_id": None}}
    )
    web.get(f"{API}/tickets/4107/comments", json={"comments": [], "users": []})
    web.get(f"{API}/tickets/4107/conversation_log", json={"events": LOG})
    found = ask(kit)
    assert [(m.id, m.author.role, m.author.id, m.text) for m in found.messages] == [
        ("01D", Role.BOT, "", "Hi"),
        ("6f", Role.CUSTOMER, CUSTOMER, "Hello?"),
        ("70", Role.AGENT, AGENT, "Calm down."),
    ]


def test_plan_without_conversation_log_still_gives_the_comments(kit: Any, web: Any) -> None:
    web.get(f"{API}/tickets/4107", json={"ticket": TICKET | {"via": {"channel": "native_messaging"}}})
    web.get(f"{API}/tickets/4107/comments", json={"comments": [comment()], "users": list(USERS.values())})
    web.get(f"{API}/tickets/4107/conversation_log", status=404, json={"error": "InvalidEndpoint"})
    web.get(f"{API}/brands/31", status=403, json={"error": {"title": "Forbidden", "message": "No."}})
    found = ask(kit)
    assert ([m.id for m in found.messages], found.brand) == (["511"], "31")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 404, "json": {"error": "InvalidEndpoint"}}, Refused),
        ({"status": 403, "json": {"error": "Forbidden"}}, Refused),
        ({"json": {"tickets": []}}, Unreachable),
        ({"json": []}, Unreachable),
        ({"body": "<html>"}, Unreachable),
    ],
)
def test_answers_of_another_shape_are_typed_errors(
    kit: Any, web: Any, answer: Any, error: type[Exception]
) -> None:
    web.get(f"{API}/tickets/4107", **answer)
    with pytest.raises(error, match=r"^zendesk-main: "):
        ask(kit)


def test_ticket_in_state_deleted_is_gone(kit: Any, web: Any) -> None:
    web.get(f"{API}/tickets/4107", json={"ticket": TICKET | {"status": "deleted"}})
    assert ask(kit) is None


def test_next_page_is_asked_for_at_our_own_address(kit: Any, web: Any) -> None:
    page = {
        "comments": [comment()],
        "meta": {"has_more": True, "after_cursor": "abc"},
        "links": {"next": "https://evil.example/steal"},
    }
    web.get(f"{API}/tickets/4107", json={"ticket": TICKET | {"brand_id": None}})
    web.get(f"{API}/tickets/4107/comments", json=page)
    web.get(f"{API}/tickets/4107/comments", json={"comments": [comment(id=512)]})
    assert [m.id for m in ask(kit).messages] == ["511", "512"]
    assert "page%5Bafter%5D=abc" in web.calls[-1].request.url
