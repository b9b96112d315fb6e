"""Providers: published posts are read, proofs checked, and nobody can forge how a mail came."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from complaint_gift.plugin import NotAuthentic, Outcome, Request, UnknownEvent, Unreadable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors import certificates, ses
from complaint_gift_email.doors.opening import open_delivery
from complaint_gift_email.message import read_mail

TOPIC = "arn:aws:sns:us-east-1:111111111111:SES_Inbound"
CERTIFICATE = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"
MAILGUN_KEY = "TEST_WEBHOOK_SIGNING_KEY"
REFUSED = {
    "mailgun__misconfigured_tracking": UnknownEvent,
    "postmark__spammy_address": None,
    "amazon_ses__inbound_s3": Unreadable,
    "amazon_ses__inbound_s3_failure_message": (Unreadable, UnknownEvent),
    "amazon_ses__incorrect_tracking_event": (Unreadable, UnknownEvent),
    "sendgrid__not_supported_warning": Unreadable,
}


def posts(shared: Path) -> list[Path]:
    return sorted((shared / "fixtures" / "email").glob("*.meta.json"))


def door_of(name: str) -> str:
    return "ses" if name.startswith("amazon") else name.partition("__")[0]


@pytest.mark.needs_shared
def test_published_posts_are_read(kit: Any, shared: Path) -> None:
    seen = 0
    for meta in posts(shared):
        name = meta.name.removesuffix(".meta.json")
        told = json.loads(meta.read_text("utf-8"))
        source = kit.make_source(transport=door_of(name), topics=[TOPIC])
        headers = {"content-type": told["content_type"]}
        delivery = kit.store(meta.with_name(f"{name}.body").read_bytes(), headers)
        if (wanted := REFUSED.get(name)) is not None:
            with pytest.raises(wanted) as caught:
                open_delivery(delivery, source)
            assert "mail-main" in str(caught.value)
            continue
        incoming = open_delivery(delivery, source)
        assert incoming is not None
        mail = read_mail(incoming.raw)
        assert mail.text.strip() or mail.attachments or "filtered" in name or "spammy" in name, name
        assert all("/" not in one.name for one in mail.attachments)
        EmailPlugin().parse(delivery, source)
        seen += bool(mail.sender.address)
    assert seen >= 7


@pytest.mark.needs_shared
def test_charsets_of_sendgrid_are_obeyed(kit: Any, shared: Path) -> None:
    body = (shared / "fixtures/email/sendgrid__inbound_charsets.body").read_bytes()
    meta = json.loads((shared / "fixtures/email/sendgrid__inbound_charsets.meta.json").read_text())
    delivery = kit.store(body, {"content-type": meta["content_type"]})
    incoming = open_delivery(delivery, kit.make_source(transport="sendgrid"))
    assert incoming is not None
    mail = read_mail(incoming.raw)
    assert "\ufffd" not in mail.subject + mail.text + mail.sender.name


@pytest.mark.needs_shared
def test_mailgun_signature_is_the_published_one(kit: Any, shared: Path) -> None:
    body = (shared / "fixtures/email/mailgun__inbound_basics.body").read_bytes()
    meta = json.loads((shared / "fixtures/email/mailgun__inbound_basics.meta.json").read_text())
    headers = {"content-type": (meta["content_type"],)}
    source = kit.make_source(transport="mailgun", secrets=[MAILGUN_KEY])
    stamp = int(body.split(b'name="timestamp"')[1].split(b"\r\n")[2])
    then = datetime.fromtimestamp(stamp, UTC)
    EmailPlugin().verify(Request("POST", "/", headers, body, then), source)
    for late, changed in (
        (timedelta(days=1), body),
        (timedelta(0), body.replace(b'name="token"\r\n\r\n', b'name="token"\r\n\r\nx')),
    ):
        with pytest.raises(NotAuthentic):
            EmailPlugin().verify(Request("POST", "/", headers, changed, then + late), source)
    with pytest.raises(NotAuthentic):
        EmailPlugin().verify(Request("POST", "/", headers, body, then), kit.make_source(transport="mailgun"))


def mailgun(kit: Any, fields: dict[str, str]) -> Request:
    stamp, token = str(int(kit.NOW.timestamp())), "t" * 50
    proof = hmac.new(kit.SECRET.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    everything = {"timestamp": stamp, "token": token, "signature": proof} | fields
    lines = [
        f'--B\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in everything.items()
    ]
    body = ("".join(lines) + "--B--\r\n").encode()
    return Request("POST", "/", {"content-type": ("multipart/form-data; boundary=B",)}, body, kit.NOW)


def test_raw_mail_of_mailgun_goes_its_way_as_it_is(kit: Any) -> None:
    raw = kit.make_mail().decode()
    request = mailgun(kit, {"body-mime": raw, "sender": "anna@customer.test", "recipient": kit.ADDRESS})
    source = kit.make_source(transport="mailgun")
    EmailPlugin().verify(request, source)
    incoming = open_delivery(
        kit.store(request.body, {"content-type": "multipart/form-data; boundary=B"}), source
    )
    assert incoming is not None
    assert incoming.raw == raw.encode()
    assert incoming.envelope.recipients == (kit.ADDRESS,)


@pytest.fixture(scope="module")
def curve() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def public_text(key: Any) -> str:
    raw = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(raw).decode()


def sendgrid(kit: Any, key: Any, body: bytes, at: datetime) -> Request:
    stamp = str(int(at.timestamp()))
    proof = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "x-twilio-email-event-webhook-signature": (proof,),
        "x-twilio-email-event-webhook-timestamp": (stamp,),
        "content-type": ("multipart/form-data; boundary=B",),
    }
    return Request("POST", "/", headers, body, at)


def test_sendgrid_is_proved_by_its_key(kit: Any, curve: Any) -> None:
    source = kit.make_source(transport="sendgrid", secrets=[], public_keys=[public_text(curve)])
    body = b'--B\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + kit.make_mail() + b"\r\n--B--\r\n"
    genuine = sendgrid(kit, curve, body, kit.NOW)
    plugin = EmailPlugin()
    plugin.verify(genuine, source)
    incoming = open_delivery(kit.store(body, {"content-type": "multipart/form-data; boundary=B"}), source)
    assert incoming is not None
    assert incoming.raw == kit.make_mail()
    other = ec.generate_private_key(ec.SECP256R1())
    proof = genuine.headers["x-twilio-email-event-webhook-signature"][0]
    bad = [
        sendgrid(kit, other, body, kit.NOW),
        sendgrid(kit, curve, body, kit.NOW - timedelta(hours=1)),
        Request("POST", "/", genuine.headers, body + b" ", kit.NOW),
        Request("POST", "/", {}, body, kit.NOW),
        Request("POST", "/", {**genuine.headers, "x-twilio-email-event-webhook-signature": (proof, proof)},
        body, kit.NOW),
        Request("POST", "/", {**genuine.headers, "x-twilio-email-event-webhook-signature": (proof + "=",)},
        body, kit.NOW),
    ]  # fmt: skip
    for request in bad:
        late = Request("POST", "/", request.headers, request.body, kit.NOW)
        with pytest.raises(NotAuthentic):
            plugin.verify(late, source)


@pytest.fixture(scope="module")
def amazon() -> tuple[Any, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    signed = made.not_valid_after(datetime(2040, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    return key, signed.public_bytes(serialization.Encoding.PEM)


def notice(key: Any, version: str = "2", **changes: Any) -> bytes:
    inner = {
        "notificationType": "Received", "mail": {"source": "anna@customer.test"},
        "receipt": {"recipients": ["support@shop.test"], "action": {"type": "SNS", "encoding": "BASE64"},
                    "dmarcVerdict": {"status": "PASS"}},
        "content": base64.b64encode(b"From: anna@customer.test\r\n\r\nIt was cold.").decode(),
    }  # fmt: skip
    told = {"Type": "Notification", "MessageId": "m1", "TopicArn": TOPIC, "Message": json.dumps(inner),
            "Timestamp": "2026-01-31T09:00:00.000Z", "SignatureVersion": version,
            "SigningCertURL": CERTIFICATE}  # fmt: skip
    told |= changes
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    told.setdefault(
        "Signature", base64.b64encode(key.sign(ses.canonical(told), padding.PKCS1v15(), digest)).decode()
    )
    return json.dumps(told).encode()


def request_of(body: bytes, kit: Any) -> Request:
    return Request("POST", "/", {"content-type": ("text/plain; charset=UTF-8",)}, body, kit.NOW)


@pytest.fixture
def ses_source(kit: Any, amazon: tuple[Any, bytes]) -> Any:
    certificates._known.clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.get(CERTIFICATE, body=amazon[1])
        yield kit.make_source(transport="ses", topics=[TOPIC])


@pytest.mark.parametrize("version", ["1", "2"])
def test_notice_of_amazon_is_proved_by_its_certificate(
    kit: Any, amazon: Any, ses_source: Any, version: str
) -> None:
    body = notice(amazon[0], version)
    EmailPlugin().verify(request_of(body, kit), ses_source)
    incoming = open_delivery(kit.store(body), ses_source)
    assert incoming is not None
    assert read_mail(incoming.raw).text == "It was cold."
    assert incoming.checks["dmarc"] == "pass"
    assert EmailPlugin().parse(kit.store(body), ses_source)


BAD_NOTICES = [
    {"TopicArn": "arn:aws:sns:us-east-1:666:evil"}, {"TopicArn": [TOPIC]}, {"Signature": "AAAA"},
    {"Signature": None},
    {"SigningCertURL": "https://sns.us-east-1.amazonaws.com.evil.test/x.pem"}, {"SignatureVersion": "3"},
    {"SigningCertURL": "http://sns.us-east-1.amazonaws.com/x.pem"},
    {"SigningCertURL": "https://evil.test/x.pem"},
    {"SigningCertURL": "https://sns.us-east-1.amazonaws.com/../x.pem"}, {"SigningCertURL": 5},
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_NOTICES)
def test_forged_notice_of_amazon_is_turned_away(kit: Any, amazon: Any, ses_source: Any, changes: Any) -> None:
    with pytest.raises(NotAuthentic):
        EmailPlugin().verify(request_of(notice(amazon[0], **changes), kit), ses_source)


def test_changed_notice_and_foreign_key_are_turned_away(kit: Any, amazon: Any, ses_source: Any) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for body in (
        notice(amazon[0]).replace(b"cold", b"c0ld").replace(b"Received", b"Receivex"),
        notice(other),
        b"{}",
        b"x",
    ):
        with pytest.raises(NotAuthentic):
            EmailPlugin().verify(request_of(body, kit), ses_source)


def test_subscription_is_confirmed_by_the_worker(kit: Any, amazon: Any, ses_source: Any) -> None:
    place = f"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
    body = notice(
        amazon[0], Type="SubscriptionConfirmation", SubscribeURL=place, Token="abc", Message="You have chosen"
    )
    plugin = EmailPlugin()
    plugin.verify(request_of(body, kit), ses_source)
    assert plugin.parse(kit.store(body), ses_source)
    with responses.RequestsMock() as net:
        net.get("https://sns.us-east-1.amazonaws.com/", body="<ok/>")
        assert plugin.read(kit.store(body), ses_source, kit.Remembered(), None) == ()
        assert "Token=abc" in str(net.calls[0].request.url)
    elsewhere = notice(
        amazon[0],
        Type="SubscriptionConfirmation",
        SubscribeURL="https://evil.test/?Action=ConfirmSubscription",
    )
    with pytest.raises(Unreadable):
        plugin.parse(kit.store(elsewhere), ses_source)


def test_nobody_outside_can_call_a_mail_one_of_ours(kit: Any) -> None:
    source = kit.make_source()
    request = kit.sign_post(kit.make_mail(from_=kit.ADDRESS))
    forged = {"x-email-direction": "out", "x-email-login": "support", "x-email-door": "gate"}
    headers = {**request.headers, **{name: (value,) for name, value in forged.items()}}
    EmailPlugin().verify(Request("POST", "/", headers, request.body, kit.NOW), source)
    assert not EmailPlugin().kept_headers & set(forged)
    incoming = open_delivery(kit.store(request.body, {"x-email-direction": "out"}), source)
    assert incoming is not None
    assert not incoming.is_out


def test_envelope_of_a_posted_mail_is_signed(kit: Any) -> None:
    request = kit.sign_post(kit.make_mail())
    changed = {**request.headers, "x-email-rcpt-to": ("other@shop.test",)}
    with pytest.raises(NotAuthentic):
        EmailPlugin().verify(Request("POST", "/", changed, request.body, kit.NOW), kit.make_source())


@pytest.mark.parametrize(
    ("transport", "status"), [("postmark", 403), ("mailgun", 406), ("post", 401), ("sendgrid", 401)]
)
def test_refusals_are_told_as_each_provider_wants(kit: Any, transport: str, status: int) -> None:
    answers = EmailPlugin().replies(kit.make_source(transport=transport))
    assert answers[Outcome.NOT_AUTHENTIC] == status
    assert answers[Outcome.ACCEPTED] == answers[Outcome.DUPLICATE] == 200
    assert answers[Outcome.UNAVAILABLE] == 503


def test_mailbox_takes_no_webhooks(kit: Any) -> None:
    source = kit.make_source(
        transport="imap", imap={"host": "127.0.0.1", "user": "x", "password": "y", "security": "none"}
    )
    with pytest.raises(NotAuthentic, match="no webhook is expected"):
        EmailPlugin().verify(kit.sign_post(kit.make_mail()), source)
