"""Sends webhooks as Jira does: its signature, headers and retries, at least once, in no order."""

from __future__ import annotations

import hashlib
import hmac
import random

import requests

from complaint_gift.demo.standin.desk import Json
from complaint_gift.demo.standin.sender import RETRIES, Due, Sender

AGAIN = frozenset((408, 409, 425, 429))


def sign(secret: str, body: bytes) -> str:
    """What stands in X-Hub-Signature: the method, "=", HMAC over the raw body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_headers(
    hook: Json, identifier: str, body: bytes, *, tries: int = 1, data_center: bool = False
) -> dict[str, str]:
    """The headers of one attempt. Data Center sends neither identifier nor count."""
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
    }
    if not data_center:
        headers |= {"X-Atlassian-Webhook-Identifier": identifier, "X-Atlassian-Webhook-Flow": "Primary"}
        if tries > 1:
            headers["X-Atlassian-Webhook-Retry"] = str(tries - 1)
    if hook["secret"]:
        headers["X-Hub-Signature"] = sign(hook["secret"], body)
    return headers


class JiraSender(Sender):
    """Five more attempts after 408, 409, 425, 429, 5xx and broken connections; Data Center makes one only."""

    data_center = False
    chance = random.Random()  # noqa: S311 - faults need no secrecy

    def deliver_one(self, session: requests.Session) -> bool:
        """One attempt at the oldest delivery due; False when nothing is due."""
        due = self._claim()
        if due is None:
            return False
        with self.desk.reading() as records:
            hook = records.get("webhook", due.webhook)
        if hook is None or not hook["enabled"]:
            self._settle(due, "terminated", None, 0.0, "the webhook is gone")
            return True
        self._send(session, due, hook)
        return True

    def _send(self, session: requests.Session, due: Due, hook: Json) -> None:
        headers = make_headers(hook, due.id, due.body, tries=due.tries, data_center=self.data_center)
        started = self.desk.clock()
        try:
            answer = session.post(
                hook["url"], data=due.body, headers=headers, timeout=self.timeout, allow_redirects=False
            )
        except requests.RequestException as exc:
            self._fail(due, None, self.desk.clock() - started, type(exc).__name__)
            return
        took = self.desk.clock() - started
        if answer.status_code < 300:
            self._succeed(due, answer.status_code, took)
        elif answer.status_code in AGAIN or answer.status_code >= 500:
            self._fail(due, answer.status_code, took, "")
        else:
            self._settle(due, "terminated", answer.status_code, took, "")

    def _fail(self, due: Due, code: int | None, took: float, why: str) -> None:
        if self.data_center or due.tries > RETRIES["timeout"]:
            self._settle(due, "terminated", code, took, why)
        else:
            self._after_failure(due, "timeout", code, took, self.pause * due.tries)

    def _succeed(self, due: Due, code: int, took: float) -> None:
        share = getattr(self.desk.faults(), "duplicate", 0.0)
        if due.tries == 1 and share and self.chance.random() < share:
            # At least once: the same delivery with the same identifier comes again although it was answered.
            self._after_failure(due, "timeout", code, took, self.pause)
            return
        self._settle(due, "success", code, took, "")
