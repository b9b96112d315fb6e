"""Postfix, its mailboxes, and an installation with a gate; for tests with real servers."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from postfix import Ports
from smtp_world import Sink, wait_until

from complaint_gift.runtime import Parts, build, load_settings
from complaint_gift.runtime.gate import Gate
from complaint_gift.store import SqlStore, upgrade

HERE = Path(__file__).parent
INTRO = "On Mon, 2 Mar 2026 at 10:00, Marta <marta@example.test> wrote:"
COMPLAINT = f"{INTRO}\n> I want to complain about the service.\n"
RUDE = f"It is your own fault, you should have read the terms.\n\n{COMPLAINT}"
KIND = f"Thank you for telling us. We are sorry. We will refund you 20 euros today.\n\n{COMPLAINT}"


class Mailboxes(Sink):
    """Takes by LMTP whatever Postfix delivers, one recipient at a time."""

    def subjects(self) -> list[str]:
        return sorted(
            line[9:].decode() for mail in self.mails for line in mail.splitlines() if line[:9] == b"Subject: "
        )


@dataclass
class Town:
    """Postfix, its mailboxes, and an installation with a gate."""

    ports: Ports
    folder: Path
    boxes: Mailboxes
    on_error: str = "tell"
    database: str = ""  # an SQLite file of its own without
    valkey: str = ""
    process: subprocess.Popen[bytes] | None = None
    inside: Gate | None = None

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.folder}/gate.sqlite3"

    def configure(self, **gate: Any) -> dict[str, str]:
        """Write the configuration, make the tables; gives the environment."""
        upstream = {"host": "127.0.0.1", "port": self.ports.behind, "security": "none"}
        told = {
            "port": self.ports.gate,
            "upstream": upstream,
            "on_error": self.on_error,
            "processes": 0,
            **gate,
        }
        source = {"plugin": "email", "transport": "imap", "address": "support@shop.test", "gate": told}
        path = self.folder / "complaint-gift.yaml"
        # JSON is YAML.
        path.write_text(json.dumps({"sources": {"mail": source}}))
        upgrade(self.url)
        return {
            "CG_CONFIG": str(path),
            "DATA": str(self.folder),
            "DATABASE_URL": self.url,
            "REDIS_URL": self.valkey or f"unix://{self.folder}/nobody.sock",
        }

    def open_gate(self, **gate: Any) -> Parts:
        """In this process: the playbook is in memory already."""
        parts = build(load_settings(None, self.configure(**gate)))
        self.inside = Gate(parts)
        self.inside.start()
        return parts

    def start_gate(self) -> None:
        """In a process of its own, to be killed; without a playbook, so that it is back soon."""
        with (self.folder / "gate.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "gate_alone.py", str(self.ports.gate), str(self.ports.behind)],
                stdout=log,
                stderr=log,
            )
        assert wait_until(self.answers, 120), (self.folder / "gate.log").read_text()[-3000:]

    def start_product(self) -> None:
        """As it is deployed: `complaint-gift gate`, with its playbook and two processes that judge."""
        environ = os.environ | self.configure(processes=2)
        with (self.folder / "gate.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "complaint_gift.cli", "gate"],
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def judges(self) -> list[int]:
        """The processes beside the one that talks."""
        assert self.process is not None
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in told.split()]

    def answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.ports.gate, timeout=2):
                return True
        except (OSError, smtplib.SMTPException):
            return False

    def kill_gate(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def send(self, subject: str, text: str, *, port: int = 0, **options: Any) -> tuple[int, str]:
        mail = EmailMessage()
        mail["From"], mail["To"] = "Support <support@shop.test>", "marta@example.test"
        mail["Subject"], mail["In-Reply-To"] = subject, "<0@example.test>"
        mail["Message-ID"] = f"<{subject.replace(' ', '-')}@shop.test>"
        mail.set_content(text)
        try:
            with smtplib.SMTP("127.0.0.1", port or self.ports.guarded, timeout=60) as client:
                client.sendmail(
                    "support@shop.test", ["marta@example.test"], mail.as_bytes(policy=SMTP), **options
                )
        except smtplib.SMTPResponseException as exc:
            return exc.smtp_code, exc.smtp_error.decode()
        except smtplib.SMTPRecipientsRefused as exc:
            ((code, said),) = exc.recipients.values()
            return code, said.decode()
        except (OSError, smtplib.SMTPServerDisconnected):
            return 421, "gone"
        return 250, ""


def rows(town: Town) -> list[Any]:
    store = SqlStore(town.url)
    with store.reading() as tx:
        found = tx.list_outgoing((), 100)
    store.close()
    return found
