"""What the SMTP gate costs: replies through a real Postfix, with the gate in front and without, in one run.

The gate runs as `complaint-gift gate` on SQLite, as it is without any wish of an admin: nothing can stop a
mail, so each is kept before it goes on and judged in the next quiet moment. Postfix throws away what it would
send on. One reply is an ordinary one; one answers a complaint and has findings, of which its author is told.
Each measurement begins when all mails of the one before are judged; how long that takes is told too.
"""

from __future__ import annotations

import json
import os
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from complaint_gift.store import upgrade

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import postfix

MAILS, WARM, CLIENTS, EACH = 60, 8, 10, 20
MOST_ADDED, LEAST_SHARE = 15.0, 0.4
PATIENCE = 300.0
INTRO = "On Mon, 2 Mar 2026 at 10:00, Marta <marta@example.test> wrote:"
TEXTS = {
    "an ordinary reply": (
        f"Hello Marta,\nwe open at nine, number {{number}}.\n\n{INTRO}\n"
        "> When do you open on Saturdays, for order {number}?\n"
    ),
    "a reply to a complaint, told about": (
        "Hello Marta,\nit is your own fault, you should have read the terms. We cannot help you here, "
        f"number {{number}}.\n\n{INTRO}\n"
        "> I want to complain about order {number}: nobody has called me back for two weeks.\n"
    ),
}


def measure() -> list[dict[str, object]]:
    """Medians of one client and mails a second of ten, beside Postfix alone."""
    ports = replace(postfix.choose_ports(), sink=0)
    with tempfile.TemporaryDirectory() as folder, postfix.running(ports), _gate(Path(folder), ports):
        rows = []
        for name, text in TEXTS.items():
            rows.append(_latency(name, text, ports))
            _await_judged(Path(folder))
        rows.append(_throughput(ports))
        took = max(_await_judged(Path(folder)), 0.001)
        judged, told = round(CLIENTS * EACH / took, 1), f"all after {took:.1f} s"
        rows.append({"name": "mails a second, judged when nobody sends", "with the gate": judged,
                     "Postfix alone": None, "compared": told, "limit": None})  # fmt: skip
    return rows


@contextmanager
def _gate(folder: Path, ports: postfix.Ports) -> Iterator[None]:
    upstream = {"host": "127.0.0.1", "port": ports.behind, "security": "none"}
    gate = {"port": ports.gate, "upstream": upstream}
    source = {"plugin": "email", "transport": "imap", "address": "support@shop.test", "gate": gate}
    path, url = folder / "complaint-gift.yaml", f"sqlite:///{folder}/gate.sqlite3"
    # JSON is YAML.
    path.write_text(json.dumps({"sources": {"mail": source}}))
    upgrade(url)
    environ = {**os.environ, "CG_CONFIG": str(path), "DATA": str(folder), "DATABASE_URL": url,
               "REDIS_URL": f"unix://{folder}/nobody.sock"}  # fmt: skip
    with (folder / "gate.log").open("wb") as log:
        # A session of its own, as Postfix has one: the kernel shares processors out among sessions.
        program = subprocess.Popen(
            [sys.executable, "-m", "complaint_gift.cli", "gate"],
            env=environ, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _await(ports.gate, program, folder / "gate.log")
        yield
    finally:
        program.terminate()
        program.wait(60)


def _await(port: int, program: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and program.poll() is None:
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the gate does not answer: {log.read_text()[-2000:]}")


def _await_judged(folder: Path) -> float:
    """Seconds until no mail waits for its judge any more."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        with closing(sqlite3.connect(folder / "gate.sqlite3")) as database:
            wanted = "SELECT count(*) FROM delivery WHERE key LIKE 'gate:%'"
            if not database.execute(wanted).fetchone()[0]:
                return time.monotonic() - began
        time.sleep(0.05)
    raise RuntimeError("mails have left, and nobody judges them")


def _mail(text: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Support <support@shop.test>", "marta@example.test"
    mail["Subject"], mail["In-Reply-To"] = "Re: your message", "<0@example.test>"
    mail["Message-ID"] = f"<{uuid.uuid4()}@shop.test>"
    # No two mails say the same: nothing that is remembered of one may serve the next.
    mail.set_content(text.format(number=uuid.uuid4().int % 10**9))
    return mail.as_bytes(policy=SMTP)


def _latency(name: str, text: str, ports: postfix.Ports) -> dict[str, object]:
    """In turns, so that whatever else the machine does hits both alike."""
    times: dict[int, list[float]] = {ports.plain: [], ports.guarded: []}
    clients = {port: smtplib.SMTP("127.0.0.1", port, timeout=120) for port in times}
    for _ in range(MAILS):
        for port, client in clients.items():
            raw, began = _mail(text), time.perf_counter()
            client.sendmail("support@shop.test", ["marta@example.test"], raw)
            times[port].append((time.perf_counter() - began) * 1000)
    for client in clients.values():
        client.quit()
    alone, gated = (statistics.median(times[port][WARM:]) for port in (ports.plain, ports.guarded))
    return _row(f"median ms, {name}", gated, alone, f"+{gated - alone:.1f} ms", f"<= +{MOST_ADDED:g} ms")


def _throughput(ports: postfix.Ports) -> dict[str, object]:
    alone, gated = _rate(ports.plain), _rate(ports.guarded)
    share = f"{gated / alone:.2f} of it"
    return _row(f"mails a second, {CLIENTS} clients", gated, alone, share, f">= {LEAST_SHARE} of it")


def _rate(port: int) -> float:
    texts = list(TEXTS.values())
    failed: list[Exception] = []

    def send() -> None:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=120) as client:
                for number in range(EACH):
                    raw = _mail(texts[number % len(texts)])
                    client.sendmail("support@shop.test", ["marta@example.test"], raw)
        except (OSError, smtplib.SMTPException) as exc:
            failed.append(exc)

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(f"{len(failed)} clients failed, the first with {failed[0]}")
    return CLIENTS * EACH / (time.perf_counter() - began)


def _row(name: str, gated: float, alone: float, compared: str, limit: str) -> dict[str, object]:
    told = {"with the gate": round(gated, 1), "Postfix alone": round(alone, 1)}
    return {"name": name, **told, "compared": compared, "limit": limit}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
