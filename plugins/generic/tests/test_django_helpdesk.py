"""django-helpdesk, a helpdesk that nobody here wrote, connected by a description alone.

Its webhook reaches our receiver, the worker reads the reply, and the note comes back as a follow-up that is
not public. Its mails to customers go to a real Postfix and through the gate. All of it runs: django-helpdesk
in an environment of its own, and `complaint-gift serve`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postfix
import pytest
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "email" / "tests"))
from smtp_world import Sink

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift.runtime import Parts, build, load_settings
from complaint_gift.service.held import KeptOutgoing, OutgoingState
from complaint_gift_email.message import Mail, read_mail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
HERE = Path(__file__).resolve().parent / "django_helpdesk"
READY_SECONDS = 1200  # half a minute, unless the machine has other work
AGENT, BOT = ("dana", "the password of dana"), ("complaint-gift", "the password of ours")
HOOK_PASSWORD = "only-for-the-webhook"
# Says nothing that calls a person by itself: a note then tells that the reply was reviewed.
COMPLAINT = "The soup was cold. I want my money back."
REPLY = "You are wrong. It is your own fault: you should have read the rules before you ordered."
FINE = (
    "Thank you for telling us, Marta. I am sorry that the soup came cold. "
    "I have refunded 12 euros today, and I will call you by Friday at noon."
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> str:
    """A Python that has django-helpdesk; its environment is made once for these requirements."""
    wanted = HERE / "requirements.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = pytestconfig.cache.mkdir("django-helpdesk") / digest
    made = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [made, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        # The set-up of django-bootstrap4-form imports it, and an older pip builds with what is there.
        subprocess.run([*install, "packaging"], check=True)
        subprocess.run([*install, "--requirement", wanted], check=True)
        (folder / "ready").touch()
    return str(made)


def run(args: list[str], environ: dict[str, str], log: Path, url: str) -> Iterator[None]:
    """Run a server in a session of its own until it is done with; it is ready when `url` answers."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            args, env=os.environ | environ, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        until = time.monotonic() + READY_SECONDS
        while not answers(url):
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{args[0]} does not answer at {url}:\n{log.read_text()[-4000:]}")
            time.sleep(0.3)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code < 500
    except requests.RequestException:
        return False


@dataclass(frozen=True)
class Desk:
    """django-helpdesk over its REST interface, as its people use it."""

    url: str
    logs: tuple[Path, ...]
    boxes: Sink
    environ: dict[str, str]

    def mails(self, customer: str) -> list[Mail]:
        """What has arrived for a customer."""
        read = [read_mail(raw) for raw in list(self.boxes.mails)]
        return [mail for mail in read if customer in [one.address for one in mail.to]]

    @contextmanager
    def installation(self) -> Iterator[Parts]:
        """Ours, as a lead's console sees it."""
        parts = build(load_settings(None, self.environ))
        # Nobody listens here: what is asked of it are rows and decisions.
        parts.service.means.tagger = parts.service.means.classifier = None
        try:
            yield parts
        finally:
            parts.store.close()

    def ask(self, method: str, path: str, who: tuple[str, str] = AGENT, **body: Any) -> Any:
        answer = requests.request(method, self.url + path, json=body or None, auth=who, timeout=120)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}\n{self.told()}"
        return answer.json()

    def open(self, title: str, customer: str) -> int:
        """A customer's second complaint would be an escalation of its own: each has one."""
        wish = {"queue": 1, "title": title, "description": COMPLAINT, "submitter_email": customer}
        return int(self.ask("POST", "/api/tickets/", **wish, priority=3)["id"])

    def reply(self, ticket: int, text: str, *, public: bool = True) -> int:
        return int(self.ask("POST", "/api/followups/", ticket=ticket, comment=text, public=public)["id"])

    def ticket(self, number: int) -> Any:
        return self.ask("GET", f"/api/tickets/{number}/")

    def notes(self, number: int) -> list[Any]:
        """What our own user wrote."""
        return [one for one in self.ticket(number)["followup_set"] if one["user"] == 2]

    def told(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in self.logs)


@pytest.fixture(scope="module")
def ports() -> Iterator[postfix.Ports]:
    """A real Postfix that hands every mail to the gate first."""
    chosen = postfix.choose_ports()
    serving = postfix.running(chosen)
    try:
        serving.__enter__()
    except postfix.NotInstalled as missing:
        pytest.skip(str(missing))
    yield chosen
    serving.__exit__(None, None, None)


@pytest.fixture(scope="module")
def boxes(ports: postfix.Ports) -> Iterator[Sink]:
    made = Sink(port=ports.sink, offers=())
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def desk(
    python: str, ports: postfix.Ports, boxes: Sink, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Both servers, each told about the other, and Postfix between them."""
    folder = tmp_path_factory.mktemp("django")
    here, there = free_port(), free_port()
    hook = f"http://desk:{HOOK_PASSWORD}@127.0.0.1:{here}/hooks/django-desk"
    desk_log, own_log = folder / "django.log", folder / "complaint-gift.log"
    theirs = {
        "DESK_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "desk", "PYTHONDONTWRITEBYTECODE": "1",
        "HELPDESK_FOLLOWUP_WEBHOOK_URLS": hook, "HELPDESK_NEW_TICKET_WEBHOOK_URLS": hook,
        "DESK_SMTP_PORT": str(ports.guarded),
    }  # fmt: skip
    ours = {
        "CG_CONFIG": str(write_config(folder, there, ports)), "DATA": str(folder / "data"), "PORT": str(here),
        "DESK_HOOK_PASSWORD": HOOK_PASSWORD, "DESK_PASSWORD": BOT[1], "DATABASE_URL": "", "REDIS_URL": "",
    }  # fmt: skip
    logins = [":".join(AGENT), ":".join(BOT)]
    url = f"http://127.0.0.1:{there}"
    receiver = run(
        [sys.executable, "-m", "complaint_gift.cli", "serve"],
        ours,
        own_log,
        f"http://127.0.0.1:{here}/readyz",
    )
    served = run(
        [python, str(HERE / "serve.py"), str(there), *logins], theirs, desk_log, f"{url}/api/tickets/"
    )
    for _ in receiver:
        for _ in served:
            yield Desk(url, (desk_log, own_log), boxes, ours)


def write_config(folder: Path, port: int, ports: postfix.Ports) -> Path:
    text = (HERE / "mapping.yaml").read_text("utf-8")
    text = re.sub(r"base_url: \S+ .*", f"base_url: http://127.0.0.1:{port}", text)
    upstream = {"host": "127.0.0.1", "port": ports.behind, "security": "none"}
    gate = {"port": ports.gate, "upstream": upstream, "on_error": "hold", "every_mail": True}
    mail = {"plugin": "email", "transport": "imap", "address": "support@desk.example", "gate": gate}
    post = {"host": "127.0.0.1", "port": ports.plain, "security": "none", "sender": "gift@desk.example"}
    more = {"workers": 1, "server": {"processes": 1}, "notify": {"email": post}}
    file = folder / "cg.yaml"
    # JSON is YAML.
    lines = [f"  mail: {json.dumps(mail)}", *(f"{name}: {json.dumps(told)}" for name, told in more.items())]
    file.write_text(text.rstrip() + "\n" + "\n".join(lines) + "\n", "utf-8")
    return file


def wait_for(found: Callable[[], Any], desk: Desk, seconds: float = 400) -> Any:
    until = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > until:
            pytest.fail(f"nothing came in {seconds} s\n{desk.told()}")
        time.sleep(0.5)
    return value


def test_bad_reply_gets_a_note_that_customers_cannot_read(desk: Desk) -> None:
    ticket = desk.open("Cold soup", "marta@example.net")
    sent = desk.reply(ticket, REPLY)
    (note,) = wait_for(lambda: desk.notes(ticket), desk)
    assert note["public"] is False
    assert note["comment"].endswith("]")
    assert "cg-note-" in note["comment"]
    assert note["email_recipients"] == []
    found = desk.ticket(ticket)
    assert found["title"] == "Cold soup"
    assert next(one for one in found["followup_set"] if one["id"] == sent)["public"] is True
    # What else it wants to change, it changes as described: the complaint now stands higher.
    wait_for(lambda: desk.ticket(ticket)["priority"] < 3, desk)


def held_for(desk: Desk, customer: str) -> list[KeptOutgoing]:
    with desk.installation() as parts:
        return [row for row in parts.service.list_outgoing(()) if customer in str(row.mail.recipients)]


def test_a_good_reply_leaves_through_the_gate(desk: Desk) -> None:
    ticket = desk.open("Cold tea", "nina@example.net")
    desk.reply(ticket, FINE)

    def arrived() -> list[Mail]:
        return [mail for mail in desk.mails("nina@example.net") if "refunded 12 euros" in mail.text]

    (mail,) = wait_for(arrived, desk)
    assert mail.sender.address == "support@desk.example"
    assert not [row for row in held_for(desk, "nina@example.net") if row.state is OutgoingState.HELD]


def test_a_bad_reply_waits_for_a_lead_who_changes_it(desk: Desk) -> None:
    ticket = desk.open("Cold coffee", "omar@example.org")
    sent = desk.reply(ticket, REPLY)
    assert sent, "django-helpdesk hears that its mail was taken"
    (row,) = wait_for(lambda: held_for(desk, "omar@example.org"), desk)
    assert row.state is OutgoingState.HELD
    assert "your own fault" in " ".join(finding.quote or "" for finding in row.findings)
    wait_for(lambda: desk.mails("support@desk.example"), desk)  # its author is told by mail
    assert not [mail for mail in desk.mails("omar@example.org") if "your own fault" in mail.text]

    with desk.installation() as parts:
        parts.service.edit_outgoing(row.id, "Olga", FINE)
        parts.service.approve(row.id, "Olga")

    def answers() -> list[Mail]:
        return [mail for mail in desk.mails("omar@example.org") if "refunded 12 euros" in mail.text]

    assert wait_for(answers, desk)
    wait_for(lambda: held_for(desk, "omar@example.org")[0].state is OutgoingState.SENT, desk)
    assert len(answers()) == 1
    assert "your own fault" not in answers()[0].text


def test_our_own_note_and_a_good_reply_are_left_alone(desk: Desk) -> None:
    ticket = desk.open("Cold again", "lena@example.net")
    desk.reply(ticket, FINE)
    desk.reply(ticket, REPLY, public=False)
    marker = desk.open("A later one", "omar@example.net")
    desk.reply(marker, REPLY)
    wait_for(lambda: desk.notes(marker), desk)
    assert desk.notes(ticket) == []
    time.sleep(3)  # the webhook about our own note has come by now
    assert len(desk.notes(marker)) == 1


def test_ticket_is_assigned_and_the_probe_tells_whether_we_are_staff(desk: Desk) -> None:
    ticket = desk.open("Cold pie", "pia@example.net")
    with desk.installation() as parts:
        source, plugin = parts.service.means.source("django-desk")
        client = plugin.connect(source)
        assert plugin.probe(source, client) == []

        def assign(mark: str, **payload: str) -> str:
            wish = Action(1, ActionKind.ASSIGN, source.name, str(ticket), payload, mark)
            return str(plugin.perform(wish, source, client).detail)

        assign("cg-assign-1", assignee_id="1")
        found = desk.ticket(ticket)
        assert (found["assigned_to"], found["queue"]) == (1, 1)
        assert "so already" in assign("cg-assign-2", assignee_id="1", group_id="1")
        with pytest.raises(Refused):
            assign("cg-assign-3", assignee_id="99")
        source.settings["api"]["auth"]["password"] = "wrong"
        with pytest.raises(Unreachable, match="not let in"):
            plugin.probe(source, plugin.connect(source))


def test_webhook_without_the_password_is_turned_away(desk: Desk) -> None:
    hook = re.search(r"ready: (http://\S+)", desk.logs[1].read_text())
    assert hook is not None
    for login in (None, ("desk", "wrong"), ("other", HOOK_PASSWORD)):
        answer = requests.post(f"{hook[1]}/hooks/django-desk", json={"ticket": {}}, auth=login, timeout=60)
        assert answer.status_code == 401
