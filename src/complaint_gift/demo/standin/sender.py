"""Sends webhooks as Zendesk does: its signature, its headers, its time-out, its rules of retrying.

A time-out is tried again up to five times, a 409 up to three times, a 429 or 503 only when it names a
`Retry-After` below a minute; nothing else is ever tried again. When most of many deliveries fail, a breaker
opens for five seconds and what falls into them is lost: the receiver has to reconcile.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
from dataclasses import dataclass

import requests

from complaint_gift.demo.standin.desk import Desk, Json, Records, iso

TIMEOUT_SECONDS = 12.0
RETRIES = {"timeout": 5, "conflict": 3, "patience": 5}
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published by Zendesk for test deliveries


@dataclass(frozen=True, slots=True)
class Breaker:
    """When Zendesk stops calling a webhook for a moment: figures of its documentation."""

    window: float = 300.0
    least: int = 100
    share: float = 0.7
    most: int = 1000
    pause: float = 5.0


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret as text, timestamp + body)), with nothing in between."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def make_headers(
    account_id: int, webhook: Json, invocation: str, body: bytes, timestamp: str
) -> dict[str, str]:
    """The headers of one delivery as recorded ones have them, and the webhook's own authentication."""
    headers = {
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        "X-Zendesk-Webhook-Signature": sign(webhook["_secret"], timestamp, body),
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(account_id),
        "X-Zendesk-Webhook-Id": webhook["id"],
        "X-Zendesk-Webhook-Invocation-Id": invocation,
    }
    login = webhook.get("authentication") or {}
    data = login.get("data") or {}
    if login.get("type") == "bearer_token":
        headers["Authorization"] = f"Bearer {data.get('token', '')}"
    elif login.get("type") == "basic_auth":
        pair = f"{data.get('username', '')}:{data.get('password', '')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    elif login.get("type") == "api_key":
        headers[str(data.get("name"))] = str(data.get("value", ""))
    return headers


@dataclass(frozen=True, slots=True)
class Due:
    """An invocation claimed for one attempt."""

    id: str
    webhook: str
    body: bytes
    tries: int


class Sender:
    """Delivers what is due from background threads. Several processes may run it: a lease parts them."""

    def __init__(
        self,
        desk: Desk,
        *,
        timeout: float = TIMEOUT_SECONDS,
        pause: float = 1.0,
        lanes: int = 2,
        breaker: Breaker | None = None,
    ) -> None:
        self.desk = desk
        self.timeout = timeout
        self.pause = pause
        self.lanes = lanes
        self.breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._owner = 0
        self._threads: list[threading.Thread] = []

    def ensure_running(self) -> None:
        """Start the threads once in this process, also after a fork."""
        if self._owner == os.getpid():
            return
        with self._lock:
            if self._owner == os.getpid():
                return
            self._owner = os.getpid()
            self._stopping = threading.Event()
            self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.lanes)]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Finish the deliveries under way and end the threads."""
        self._stopping.set()
        self.desk.bell.set()
        for thread in self._threads:
            thread.join(self.timeout + 1)
        self._owner, self._threads = 0, []

    def _run(self) -> None:
        stopping = self._stopping
        with requests.Session() as session:
            session.trust_env = False
            while not stopping.is_set():
                if not self.deliver_one(session):
                    self.desk.bell.wait(0.5)
                    self.desk.bell.clear()

    def deliver_due(self) -> int:
        """Deliver everything due now, in this thread; gives how many attempts were made."""
        made = 0
        with requests.Session() as session:
            session.trust_env = False
            while self.deliver_one(session):
                made += 1
        return made

    def deliver_one(self, session: requests.Session) -> bool:
        """One attempt at the oldest invocation due; False when nothing is due."""
        due = self._claim()
        if due is None:
            return False
        with self.desk.reading() as records:
            webhook = records.get("webhook", due.webhook)
        if webhook is None or webhook["status"] != "active":
            self._settle(due, "terminated", None, 0.0, "the webhook is gone")
        elif self._is_open(due.webhook):
            self._settle(due, "circuit broken", None, 0.0, "the breaker is open")
        else:
            self._attempt(session, due, webhook)
        return True

    def _claim(self) -> Due | None:
        with self.desk.reading() as records:
            if self._next(records) is None:
                return None
        with self.desk.transaction() as records:
            row = self._next(records)
            if row is None:
                return None
            lease = records.now + self.timeout + 5
            records.connection.execute(
                "update invocation set lease=?, tries=tries+1 where id=?", (lease, row[0])
            )
        return Due(row[0], row[1], row[2], row[3] + 1)

    @staticmethod
    def _next(records: Records) -> tuple[str, str, bytes, int] | None:
        row = records.connection.execute(
            "select id, webhook, body, tries from invocation"
            " where state='waiting' and due<=? and lease<=? order by due, rowid limit 1",
            (records.now, records.now),
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3])

    def _is_open(self, webhook: str) -> bool:
        rule, now = self.breaker, self.desk.clock()
        with self.desk.reading() as records:
            total, failed, last = records.connection.execute(
                "select count(*), sum(state='terminated'), max(case when state='terminated' then done end)"
                " from invocation where webhook=? and done>?",
                (webhook, now - rule.window),
            ).fetchone()
        failed = failed or 0
        broken = total >= rule.least and (failed >= rule.share * total or failed > rule.most)
        return broken and last is not None and now - last < rule.pause

    def _attempt(self, session: requests.Session, due: Due, webhook: Json) -> None:
        timestamp = iso(self.desk.clock())
        headers = make_headers(self.desk.account.id, webhook, due.id, due.body, timestamp)
        started = self.desk.clock()
        try:
            answer = session.post(
                webhook["endpoint"],
                data=due.body,
                headers=headers,
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.Timeout:
            self._after_failure(due, "timeout", None, self.timeout, self.pause * 2**due.tries)
            return
        except requests.RequestException as exc:
            self._settle(due, "terminated", None, self.desk.clock() - started, type(exc).__name__)
            return
        self._after_answer(due, answer, self.desk.clock() - started)

    def _after_answer(self, due: Due, answer: requests.Response, took: float) -> None:
        code = answer.status_code
        if code < 300:
            self._settle(due, "success", code, took, "")
        elif code == 409:
            self._after_failure(due, "conflict", code, took, self.pause * 2**due.tries)
        elif code in (429, 503) and _patience(answer) is not None:
            self._after_failure(due, "patience", code, took, _patience(answer) or 0)
        else:
            self._settle(due, "terminated", code, took, "")

    def _after_failure(self, due: Due, why: str, code: int | None, took: float, wait: float) -> None:
        if due.tries > RETRIES[why]:
            self._settle(due, "terminated", code, took, why)
            return
        with self.desk.transaction() as records:
            self._note(records, due, "failed", code, took, why)
            records.connection.execute(
                "update invocation set lease=0, due=?, status_code=? where id=?",
                (records.now + wait, code, due.id),
            )

    def _settle(self, due: Due, state: str, code: int | None, took: float, why: str) -> None:
        with self.desk.transaction() as records:
            self._note(records, due, state, code, took, why)
            records.connection.execute(
                "update invocation set state=?, status_code=?, done=?, took=? where id=?",
                (state, code, records.now, took, due.id),
            )

    def _note(self, records: Records, due: Due, state: str, code: int | None, took: float, why: str) -> None:
        row = records.connection.execute("select attempts from invocation where id=?", (due.id,)).fetchone()
        attempt = {
            "id": f"{due.id}-{due.tries}", "invocation_id": due.id, "status": state, "status_code": code,
            "completed_at": iso(records.now), "took": round(took, 4), "why": why,
        }  # fmt: skip
        attempts = json.dumps([*json.loads(row[0] if row else "[]"), attempt])
        records.connection.execute("update invocation set attempts=? where id=?", (attempts, due.id))


def _patience(answer: requests.Response) -> float | None:
    try:
        seconds = float(answer.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 60 else None
