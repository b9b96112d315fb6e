"""The email plugin keeps the contract of all plugins, by two of its doors."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Request, Source
from complaint_gift.testing import PluginContract, Workplace
from complaint_gift_email import EmailPlugin, actions


class EmailContract(PluginContract):
    kit: SimpleNamespace
    patch: pytest.MonkeyPatch

    @pytest.fixture(autouse=True)
    def _keep_kit(self, kit: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kit, self.patch = kit, monkeypatch

    def plugin(self) -> EmailPlugin:
        return EmailPlugin()

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        sent: list[str] = []
        self.patch.setattr(
            actions, "send_own", lambda source, mail, recipients: sent.append(mail["Message-ID"])
        )
        with tempfile.TemporaryDirectory() as folder:
            source = self.kit.make_source(Path(folder))
            note = Action(
                1, ActionKind.NOTE, source.name, "abcdefghijklmnop", {"text": "A lead is needed."}, "cg-1"
            )
            yield Workplace(source, (note,), lambda action: len(sent))


class TestPostmark(EmailContract):
    signed_headers = ("authorization",)
    signs_body = False

    def source(self, *secrets: str) -> Source:
        return self.kit.make_source(transport="postmark", secrets=list(secrets))

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        return self.kit.sign_basic(body, secret, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        raw = self.kit.make_mail().decode()
        fields = {
            "FromFull": {"Email": "anna@customer.test", "Name": "Анна"}, "Subject": "Суп",
            "TextBody": "Суп холодный.",
            "MessageID": "22c74902-a0c1-4511-804f-341342852c90", "OriginalRecipient": "support@shop.test",
            "Headers": [{"Name": "Return-Path", "Value": "<anna@customer.test>"}],
            "Attachments": [{"Name": "../чек.txt", "ContentType": "text/plain", "Content": "0YfQtdC6"}],
        }  # fmt: skip
        return json.dumps({"RawEmail": raw, "OriginalRecipient": "support@shop.test"}).encode(), json.dumps(
            fields
        ).encode()

    def ignored_event(self) -> bytes:
        return self._raw(Auto_Submitted="auto-replied")

    def unknown_event(self) -> bytes:
        return json.dumps({"RecordType": "Open", "MessageID": "1"}).encode()

    def own_echo(self) -> bytes:
        return self._raw(X_Complaint_Gift_Loop="mail-main")

    def _raw(self, **headers: Any) -> bytes:
        return json.dumps({"RawEmail": self.kit.make_mail(**headers).decode()}).encode()


class TestPost(EmailContract):
    signed_headers = ("x-email-signature", "x-email-timestamp", "x-email-mail-from", "x-email-rcpt-to")
    window = 900

    def source(self, *secrets: str) -> Source:
        return self.kit.make_source(secrets=list(secrets))

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        return self.kit.sign_post(body, secret, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        return self.kit.make_mail(), self.kit.make_mail(
            "Суп был холодный.", message_id="<second@customer.test>"
        )

    def ignored_event(self) -> bytes:
        return self.kit.make_mail(Precedence="bulk")

    def unknown_event(self) -> bytes:
        return b""

    def test_unknown_event_is_loud(self) -> None:
        """Any bytes are a mail, so nothing is unknown here but emptiness, and that cannot be read."""
        assert "holds no mail" in str(self._parse(self.unknown_event()))

    def own_echo(self) -> bytes:
        return self.kit.make_mail(X_Complaint_Gift_Loop="mail-main")
