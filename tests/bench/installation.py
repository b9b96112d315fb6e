"""A whole installation in a folder of its own, for measuring: configuration, servers, signed events."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from complaint_gift.store import upgrade

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECRET = "only for measuring, 0123456789"
SOURCE = "zendesk-bench"
ACCOUNT = "21900417"
LENGTH = 4504  # bytes of one event with a comment of usual length


@dataclass
class Installation:
    """One configured product. `base_url` is where its helpdesk answers."""

    folder: Path
    database_url: str
    base_url: str = "http://127.0.0.1:9"
    port: int = field(default_factory=lambda: free_port())
    redis_url: str = ""
    config: Mapping[str, object] = field(default_factory=dict)
    bot: str = "28801400100099"
    sources: Mapping[str, object] | None = None  # other sources than the Zendesk of `base_url`

    def prepare(self) -> None:
        """Write the configuration and make the tables."""
        self.folder.mkdir(parents=True, exist_ok=True)
        source = {
            "plugin": "zendesk",
            "base_url": self.base_url,
            "account_id": ACCOUNT,
            "client_id": "bench",
            "client_secret": {"env": "BENCH_SECRET"},
            "signing_secrets": [{"env": "BENCH_SECRET"}],
            "bot_user_id": self.bot,
        }
        # JSON is YAML.
        (self.folder / "complaint-gift.yaml").write_text(
            json.dumps({"sources": self.sources or {SOURCE: source}, **self.config})
        )
        upgrade(self.database_url)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its programs."""
        return {
            **os.environ,
            "CG_CONFIG": str(self.folder / "complaint-gift.yaml"),
            "BENCH_SECRET": SECRET,
            "DATA": str(self.folder / "data"),
            "DATABASE_URL": self.database_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")])),
            **({"REDIS_URL": self.redis_url} if self.redis_url else {}),
        }

    @property
    def hook(self) -> str:
        """The path that takes its events."""
        return f"/hooks/{SOURCE}"

    @contextmanager
    def running(self, *arguments: str, ready: str = "/healthz") -> Iterator[subprocess.Popen[bytes]]:
        """`python ARGUMENTS` until the block ends, `complaint-gift ARGUMENTS` if the first is no option."""
        (self.folder / "data").mkdir(exist_ok=True)
        ours = [] if arguments[0].startswith("-") else ["-m", "complaint_gift.cli"]
        path = self.folder / "program.log"
        with path.open("ab") as log:
            program = subprocess.Popen(
                [sys.executable, *ours, *arguments],
                env=self.environ, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            if not await_answer(self.port, ready, seconds=300, alive=lambda: program.poll() is None):
                raise RuntimeError(path.read_text("utf-8")[-2000:])
            yield program
        finally:
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(
    port: int, path: str, *, seconds: float = 60, alive: Callable[[], bool] = lambda: True
) -> bool:
    """True as soon as something answers below 500, False when time or process ran out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return True
        connection.close()
        time.sleep(0.1)
    return False


def event(event_id: str, ticket: int = 4107, *, length: int = LENGTH) -> bytes:
    """A comment on a ticket as its webhook sends it, padded to `length` bytes."""
    told = json.loads((ROOT / "plugins/zendesk/fixtures/comment_added__customer.json").read_text("utf-8"))
    told["id"] = event_id
    told["subject"] = f"zen:ticket:{ticket}"
    told["detail"]["id"] = str(ticket)
    told["event"]["comment"]["body"] = ""
    words = "Заказ опоздал на два часа, суп был холодный, а по телефону мне сказали ждать. "
    room = length - len(json.dumps(told, ensure_ascii=False).encode())
    comment = (words * (room // len(words) + 1)).encode()[: max(room, 0)].decode("utf-8", "ignore")
    told["event"]["comment"]["body"] = comment
    raw = json.dumps(told, ensure_ascii=False).encode()
    return raw + b" " * (length - len(raw))


def signed(body: bytes, moment: str = "") -> dict[str, str]:
    """The headers that prove an event."""
    moment = moment or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = hmac.digest(SECRET.encode(), moment.encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json; charset=utf-8",
        "x-zendesk-account-id": ACCOUNT,
        "x-zendesk-webhook-signature": base64.b64encode(proof).decode(),
        "x-zendesk-webhook-signature-timestamp": moment,
    }
