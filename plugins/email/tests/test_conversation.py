"""Who speaks in which conversation: threading, roles, spoofed senders, and mail that no person wrote."""

from typing import Any

import pytest

from complaint_gift.domain import Role, Visibility
from complaint_gift_email import EmailPlugin
from complaint_gift_email.compose import compose
from complaint_gift_email.loops import is_robot, why_automatic
from complaint_gift_email.message import Envelope, read_mail
from complaint_gift_email.thread import make_id, name_of, tagged

SECRET = "threads hang together"


def read(kit: Any, raw: bytes, memory: Any = None, source: Any = None, **how: Any) -> Any:
    plugin, source = EmailPlugin(), source or kit.make_source()
    memory = memory if memory is not None else kit.Remembered()
    (found,) = plugin.read(kit.store_mail(raw, **how), source, memory, plugin.connect(source))
    memory.add(found)
    return found


def test_customer_opens_a_conversation(kit: Any) -> None:
    found = read(kit, kit.make_mail())
    (message,) = found.messages
    assert (message.author.role, message.author.account) == (Role.CUSTOMER, "anna@customer.test")
    assert (found.subject, found.requester_id, message.text) == (
        "Cold soup",
        "anna@customer.test",
        "The soup was cold.",
    )
    assert message.visibility is Visibility.PUBLIC
    assert message.sent_at.hour == 8


def test_answer_of_ours_belongs_to_it_by_references(kit: Any) -> None:
    memory = kit.Remembered()
    first = read(kit, kit.make_mail(), memory)
    ours = {"from_": kit.ADDRESS, "to": "anna@customer.test", "message_id": "<r@shop.test>"}
    reply = read(
        kit, kit.make_mail("Sorry.", **ours, in_reply_to="<first@customer.test>"), memory, is_out=True
    )
    assert reply.id == first.id
    assert reply.messages[0].author.role is Role.AGENT
    assert reply.messages[0].author.company is True
    # Known only by the id of our answer: Exchange may drop References.
    again = kit.make_mail("Thanks!", message_id="<second@customer.test>", in_reply_to="<r@shop.test>")
    assert read(kit, again, memory).id == first.id
    assert read(kit, again.replace(b"<r@shop.test>", b"<unknown@shop.test>")).id != first.id


def test_token_in_the_recipient_comes_first(kit: Any) -> None:
    number = name_of("some@thing")
    to = tagged(kit.ADDRESS, number, SECRET)
    assert read(kit, kit.make_mail(to=to, references="<other@x.test>")).id == number
    assert read(kit, kit.make_mail(), recipients=(to,)).id == number
    forged = to.replace(f".{to.split('.')[2][:2]}", ".aa")
    assert read(kit, kit.make_mail(to=forged)).id != number


def test_id_of_ours_proves_the_conversation(kit: Any) -> None:
    number = name_of("some@thing")
    ours = make_id(number, SECRET, "shop.test", "cg-1")
    assert ours == make_id(number, SECRET, "shop.test", "cg-1") != make_id(number, SECRET, "shop.test")
    assert read(kit, kit.make_mail(references=f"<x@y.test> <{ours}>")).id == number
    forged = ours.replace(number, "a" * 16)
    assert read(kit, kit.make_mail(references=f"<x@y.test> <{forged}>")).id != "a" * 16


def test_subject_alone_opens_no_conversation_to_strangers(kit: Any) -> None:
    memory = kit.Remembered()
    first = read(kit, kit.make_mail(), memory)
    tag = f"Re: Cold soup [#{first.id}]"
    member = kit.make_mail("Well?", subject=tag, message_id="<m@customer.test>")
    stranger = kit.make_mail("Well?", subject=tag, message_id="<s@evil.test>", from_="eve@evil.test")
    assert read(kit, member, memory).id == first.id
    assert read(kit, stranger, memory).id != first.id


def test_strange_ids_are_taken_from_the_raw_header() -> None:
    mail = read_mail(
        b"Message-ID: <abc@x> (y)\r\nReferences: <a@b>\r\n\t<c@d>\r\nIn-Reply-To: <a@b> junk\r\n\r\nx"
    )
    assert (mail.id, mail.references, mail.in_reply_to) == ("abc@x", ("a@b", "c@d"), ("a@b",))


def test_spoofed_address_of_the_company_is_no_answer_of_ours(kit: Any) -> None:
    memory = kit.Remembered()
    read(kit, kit.make_mail(), memory)
    spoofed = kit.make_mail("It was your fault.", from_=f"Shop <{kit.ADDRESS}>", message_id="<evil@x.test>",
                            in_reply_to="<first@customer.test>")  # fmt: skip
    (message,) = read(kit, spoofed, memory).messages
    assert message.author.role is Role.BYSTANDER
    assert message.author.company is False


@pytest.mark.parametrize(
    ("authserv", "results", "role"),
    [("mx.shop.test", "mx.shop.test; dmarc=pass header.from=shop.test", Role.AGENT),
     ("mx.shop.test", "mx.shop.test; spf=pass; dmarc=fail", Role.BYSTANDER),
     ("mx.shop.test", "mx.evil.test; dmarc=pass", Role.BYSTANDER),
     ("", "mx.shop.test; dmarc=pass", Role.BYSTANDER)],
)  # fmt: skip
def test_our_own_server_may_vouch_for_our_address(kit: Any, authserv: str, results: str, role: Role) -> None:
    source = kit.make_source(authserv=authserv)
    raw = kit.make_mail(from_=kit.ADDRESS, to="anna@customer.test", authentication_results=results)
    assert read(kit, raw, source=source).messages[0].author.role is role


def test_only_the_topmost_result_counts(kit: Any) -> None:
    raw = b"Authentication-Results: mx.shop.test; dmarc=fail\r\n" + kit.make_mail(
        from_=kit.ADDRESS, authentication_results="mx.shop.test; dmarc=pass"
    )
    assert (
        read(kit, raw, source=kit.make_source(authserv="mx.shop.test")).messages[0].author.role
        is Role.BYSTANDER
    )


def test_form_on_our_site_speaks_for_the_customer(kit: Any) -> None:
    raw = kit.make_mail(from_="site@shop.test", reply_to="Anna <anna@customer.test>")
    found = read(kit, raw)
    assert found.messages[0].author.role is Role.CUSTOMER
    assert found.requester_id == "anna@customer.test"


def test_somebody_else_in_the_conversation_is_a_bystander(kit: Any) -> None:
    memory = kit.Remembered()
    read(kit, kit.make_mail(), memory)
    other = kit.make_mail(
        "I saw it.", from_="bob@else.test", message_id="<b@x>", in_reply_to="<first@customer.test>"
    )
    assert read(kit, other, memory).messages[0].author.role is Role.BYSTANDER


def test_words_among_colleagues_are_internal(kit: Any) -> None:
    raw = kit.make_mail("Who takes it?", from_="ivan@shop.test", to="olga@shop.test")
    message = read(kit, raw, is_out=True).messages[0]
    assert message.visibility is Visibility.INTERNAL
    public = read(kit, raw, is_out=True, recipients=("anna@customer.test",)).messages[0]
    assert public.visibility is Visibility.PUBLIC


def test_private_mailbox_of_a_colleague_is_seen(kit: Any) -> None:
    source = kit.make_source(staff={"ivan": ["ivan@gmail.com"]})
    raw = kit.make_mail("Sorry.", from_="ivan@gmail.com", to="anna@customer.test")
    author = read(kit, raw, source=source, is_out=True).messages[0].author
    assert (author.role, author.company) == (Role.AGENT, False)


def test_nobody_writes_over_the_message_of_another(kit: Any) -> None:
    memory = kit.Remembered()
    first = read(kit, kit.make_mail(), memory)
    stolen = kit.make_mail("All is well.", from_="eve@evil.test", references="<first@customer.test>")
    found = read(kit, stolen, memory)
    assert found.id == first.id
    assert found.messages[0].id != first.messages[0].id


def test_subject_speaks_where_the_body_is_empty(kit: Any) -> None:
    raw = kit.make_mail("", subject="Give me my money back")
    assert read(kit, raw).messages[0].text == "Give me my money back"


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("To view the message, please use an HTML compatible email viewer!", "The courier was rude."),
        ("Ваш почтовый клиент не поддерживает HTML", "The courier was rude."),
        ("Your site shows its HTML instead of my order.", "Your site shows its HTML instead of my order."),
    ],
)
def test_text_that_only_speaks_of_html_is_no_text(plain: str, text: str) -> None:
    shown = f"<p>{text}</p>"
    raw = compose([("From", "anna@customer.test")], plain, shown)
    assert read_mail(raw).text == text


def test_dates_of_senders_are_believed_within_reason(kit: Any) -> None:
    for date in ("Fri, 31 Jan 2031 08:59:00 +0000", "Mon, 1 Jan 1990 00:00:00 +0000", "yesterday", "9" * 400):
        assert read(kit, kit.make_mail(date=date)).messages[0].sent_at == kit.NOW


@pytest.mark.parametrize("results", ["", "mx.shop.test; dmarc=pass header.from=shop.test"])
def test_form_speaks_for_the_customer_also_where_our_server_vouches(kit: Any, results: str) -> None:
    source = kit.make_source(authserv="mx.shop.test")
    form = {"from_": "site@shop.test", "reply_to": "Anna <anna@customer.test>"}
    found = read(kit, kit.make_mail(**form, authentication_results=results), source=source)
    assert (found.messages[0].author.role, found.requester_id) == (Role.CUSTOMER, "anna@customer.test")


@pytest.mark.parametrize("sender", ["site@shop.test", "no-reply@forms.test"])
def test_fields_of_a_form_are_no_header_of_an_older_mail(kit: Any, sender: str) -> None:
    filled = (
        "Новое сообщение с сайта\n\nОт: Анна Иванова\nДата: 03.03.2026 10:00\nТема: Жалоба\n\nКурьер нахамил."
    )
    raw = kit.make_mail(filled, from_=sender, reply_to="Anna <anna@customer.test>")
    assert read(kit, raw).messages[0].text == filled


def test_robot_of_a_form_service_is_no_customer(kit: Any) -> None:
    found = read(kit, kit.make_mail(from_="no-reply@forms.test", reply_to="Anna <anna@customer.test>"))
    assert (found.messages[0].author.role, found.requester_id) == (Role.CUSTOMER, "anna@customer.test")


def test_answers_to_one_mail_to_many_are_each_their_own_matter(kit: Any) -> None:
    memory = kit.Remembered()

    def answer(who: str, number: str, to: str) -> Any:
        raw = kit.make_mail("Money back!", from_=who, message_id=f"<{number}@x.test>", in_reply_to=f"<{to}>")
        return read(kit, raw, memory)

    anna, bob = answer("anna@x.test", "a1", "news@shop.test"), answer("bob@x.test", "b1", "news@shop.test")
    assert anna.id != bob.id
    assert bob.requester_id == "bob@x.test"
    assert bob.messages[0].author.role is Role.CUSTOMER
    # Each finds back to the own one, whatever is answered.
    assert answer("bob@x.test", "b2", "news@shop.test").id == bob.id
    assert answer("bob@x.test", "b3", "b1@x.test").id == bob.id
    assert answer("anna@x.test", "a2", "news@shop.test").id == anna.id
    ours = {
        "from_": kit.ADDRESS,
        "to": "anna@x.test",
        "message_id": "<r@shop.test>",
        "in_reply_to": "<a1@x.test>",
    }
    assert read(kit, kit.make_mail("Sorry.", **ours), memory, is_out=True).id == anna.id
    assert answer("eve@x.test", "e1", "r@shop.test").id not in (anna.id, bob.id)


GROUP = {
    "list_id": "<support.shop.test>",
    "list_post": "<https://groups.google.com/a/shop.test/group/support/post>, <mailto:support@shop.test>",
    "list_unsubscribe": "<mailto:googlegroups-manage+1@googlegroups.test>",
    "precedence": "list",
}


def test_customer_who_writes_to_our_own_group_is_heard(kit: Any) -> None:
    assert read(kit, kit.make_mail(**GROUP)).messages[0].author.role is Role.CUSTOMER
    # Google rewrites the sender where their domain forbids strangers to speak for it.
    via = {"from_": "'Anna' via Support <support@shop.test>", "reply_to": "Anna <anna@customer.test>"}
    assert read(kit, kit.make_mail(**GROUP, **via)).requester_id == "anna@customer.test"


@pytest.mark.parametrize(
    "changes",
    [{"from_": "news@shop.test"}, {"list_id": "<news.other.test>", "list_post": ""}, {"precedence": "bulk"},
     {"auto_submitted": "auto-replied"}, {"return_path": "<>"}],
)  # fmt: skip
def test_newsletters_and_robots_of_a_group_are_not(kit: Any, changes: dict[str, str]) -> None:
    raw = kit.make_mail(**GROUP | changes)
    assert EmailPlugin().parse(kit.store_mail(raw), kit.make_source()) == []


AUTOMATIC: dict[str, tuple[dict[str, str], str]] = {
    "rfc3834": ({"auto_submitted": "auto-replied"}, "auto-reply"),
    "generated": ({"auto_submitted": "auto-generated; x=y"}, "auto-reply"),
    "precedence": ({"precedence": "Bulk"}, "bulk"),
    "gmail-vacation": ({"precedence": "auto_reply"}, "bulk"),
    "exchange": ({"x_auto_response_suppress": "All"}, "auto-reply"),
    "exchange-oof": ({"x_auto_response_suppress": "DR, RN, NRN, OOF, AutoReply"}, "auto-reply"),
    "autoreply": ({"x_autoreply": "yes"}, "auto-reply"),
    "autorespond": ({"x_autorespond": "1"}, "auto-reply"),
    "list": ({"list_id": "<news.shop.test>"}, "list"),
    "newsletter": ({"list_unsubscribe": "<mailto:x@y.test>"}, "list"),
    "feedback-id": ({"feedback_id": "1:2:3"}, "bulk"),
    "null-sender": ({"return_path": "<>"}, "bounce"),
    "daemon": ({"from_": "MAILER-DAEMON@mx.test"}, "bounce"),
    "postmaster": ({"from_": "Postmaster <postmaster@mx.test>"}, "bounce"),
    "no-reply": ({"from_": "no-reply@bank.test"}, "auto-reply"),
    "bounce": ({"content_type": "multipart/report; report-type=delivery-status; boundary=b"}, "bounce"),
    "receipt": (
        {"content_type": "multipart/report; report-type=disposition-notification; boundary=b"},
        "report",
    ),
    "spam-report": ({"content_type": "multipart/report; report-type=feedback-report; boundary=b"}, "report"),
    "russian": ({"subject": "Автоответ: Cold soup"}, "auto-reply"),
    "russian-answer": ({"subject": "Автоответ на письмо «Суп»"}, "auto-reply"),
    "russian-notice": ({"subject": "Уведомление об отсутствии на рабочем месте"}, "auto-reply"),
    "russian-notice-alone": ({"subject": "Уведомление об отсутствии с 1 по 10 мая"}, "auto-reply"),
    "russian-long": ({"subject": "Автоматический ответ: отпуск"}, "auto-reply"),
    "english": ({"subject": "Automatic reply: Cold soup"}, "auto-reply"),
    "office": ({"subject": "Out of Office Re: Cold soup"}, "auto-reply"),
    "away": ({"subject": "Out of office 1 - 14 July"}, "auto-reply"),
    "away-russian": ({"subject": "Я в отпуске с 1 по 14 июля"}, "auto-reply"),
    "undelivered": ({"subject": "Undelivered Mail Returned to Sender"}, "bounce"),
    "own": ({"x_complaint_gift_loop": "mail-main"}, "own"),
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_mail_of_no_person_is_never_a_complaint(kit: Any, name: str) -> None:
    headers, why = AUTOMATIC[name]
    raw = kit.make_mail("I demand my money back, this is a complaint!", **headers)
    assert why_automatic(read_mail(raw)) == why
    source = kit.make_source()
    assert EmailPlugin().parse(kit.store_mail(raw), source) == []
    assert EmailPlugin().read(kit.store_mail(raw), source, kit.Remembered(), None) == ()


COMPLAINTS = (
    "Undelivered parcel 1234", "Не доставлено! Где мой заказ?", "Ошибка доставки заказа",
    "Delivery delayed again",
    "Delivery failure, third time", "I am out of patience", "I'm out of money because of you",
    "On vacation in your hotel: mould in the bathroom", "Message not delivered to my neighbour",
    "Я в отпуске, а заказ не приехал", "Отпуск испорчен", "Нет на месте менеджера",
    "Возвращенное письмо с претензией",
    "Автоответ на мою жалобу меня не устраивает", "Уведомление об отсутствии товара через неделю",
    "Out of office hours nobody answers the phone", "Сообщение не доставлено курьеру",
)  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [{}, {"auto_submitted": "no"}, {"precedence": "first-class"}, {"subject": "Re: Undeserved treatment"},
     {"x_auto_response_suppress": "OOF"}, {"subject": "Ваш автоответчик хамит"},
     {"from_": "anna.bounce@customer.test"},
     *({"subject": subject} for subject in COMPLAINTS)],
)  # fmt: skip
def test_mail_of_people_is_no_robot(kit: Any, headers: dict[str, str]) -> None:
    assert why_automatic(read_mail(kit.make_mail(**headers))) == ""


def test_empty_envelope_sender_is_a_bounce() -> None:
    mail = read_mail(b"From: a@b.test\r\n\r\nx")
    assert why_automatic(mail, Envelope("")) == "bounce"
    assert why_automatic(mail, Envelope(None)) == ""
    assert is_robot("noreply@x.test")
    assert is_robot("bounce+anna=x@y.test")
    assert not is_robot("anna@x.test")
