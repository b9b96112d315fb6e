"""Nothing is lost and nothing is done twice, whatever is killed.

10,000 webhooks are acknowledged while all receivers and workers get SIGKILL in 20 random rounds and Valkey
in four, once with its data wiped. The helpdesk does what it is asked but loses a tenth of its answers. In
the end each webhook has to be settled and each ticket to have exactly one escalation, note and set of tags.
Usage: chaos.py [WEBHOOKS [ROUNDS]]
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from helpdesk import CLIENT, open_tickets  # noqa: E402
from installation import SECRET, Installation, await_answer, event, free_port  # noqa: E402
from processes import children_of  # noqa: E402
from sending import Senders  # noqa: E402
from sqlalchemy import Connection, func, select  # noqa: E402

from complaint_gift.demo.standin import Desk, create_app  # noqa: E402
from complaint_gift.store.engine import READING, connect, read_url  # noqa: E402
from complaint_gift.store.tables import action, complaint_case, delivery, escalation  # noqa: E402

WEBHOOKS, ROUNDS, VALKEY_KILLS = 10_000, 20, 4
EVENTS_A_TICKET = 10
SENDERS = 4
DROP = 0.1
TAG = "complaint_escalated"
SETTLE_SECONDS = 3600.0
# The supervisor as it is, but patient for two seconds at most with what is killed over and over.
SERVE = """
import complaint_gift.runtime.supervisor as supervisor
supervisor.LONGEST_PAUSE = 2.0
from complaint_gift.cli import main
main(["serve"])
"""


@dataclass
class Damage:
    """What was killed."""

    rounds: int = 0
    processes: int = 0
    valkeys: int = 0
    wipes: int = 0
    log: list[str] = field(default_factory=list)


def measure(webhooks: int = WEBHOOKS, rounds: int = ROUNDS) -> list[dict[str, object]]:
    """One row; `lost` and `doubled` have to be 0."""
    with tempfile.TemporaryDirectory(prefix="cg-chaos-") as name, ExitStack() as stack:
        folder, began = Path(name), time.monotonic()
        desk_port = free_port()
        app = create_app(folder / "desk.sqlite3", clients={CLIENT: SECRET}, deliver=False)
        desk, cast = app.extensions["desk"], app.extensions["cast"]
        first, *tickets = open_tickets(
            desk, cast.customer, cast.agent, max(1, webhooks // EVENTS_A_TICKET) + 1
        )
        stack.enter_context(_helpdesk(folder, desk_port))
        desk.set_faults(drop=DROP)
        one = Installation(
            folder / "product", f"sqlite:///{folder}/product.db",
            base_url=f"http://127.0.0.1:{desk_port}", bot=str(cast.bot),
        )  # fmt: skip
        one.prepare()
        tree = stack.enter_context(_served(one))
        # A customer's first complaint is no second failure: whichever of the others came first would differ.
        _send_first(one, first)
        senders = Senders(one.port, one.hook, _events(tickets, webhooks), number=SENDERS)
        senders.start()
        damage = _do_damage(one, tree, senders, rounds)
        senders.stop()
        _await_calm(one)
        return [_count(one, desk, tickets, senders, damage, time.monotonic() - began)]


def _send_first(one: Installation, ticket: int) -> None:
    sender = Senders(one.port, one.hook, _events([ticket], 1), number=1)
    sender.start()
    sender.finished.wait(SETTLE_SECONDS)
    sender.stop()
    _await_calm(one)


def _events(tickets: list[int], number: int) -> Iterator[bytes]:
    for index in range(number):
        yield event(str(uuid.uuid4()), tickets[index % len(tickets)], length=0)


def _helpdesk(folder: Path, port: int) -> ExitStack:
    environ = {**os.environ, "BENCH_DESK": str(folder / "desk.sqlite3"), "BENCH_SECRET": SECRET}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8", "-b", f"127.0.0.1:{port}",
         "--log-level", "critical", "helpdesk:app"],
        cwd=HERE, env=environ,
    )  # fmt: skip
    stack = ExitStack()
    stack.callback(server.wait)
    stack.callback(server.terminate)
    if not await_answer(port, "/api/v2/users/me.json", alive=lambda: server.poll() is None):
        raise RuntimeError("the helpdesk does not answer")
    return stack


def _served(one: Installation) -> Any:
    return one.running("-c", SERVE, ready="/readyz")


def _do_damage(one: Installation, tree: subprocess.Popen[bytes], senders: Senders, rounds: int) -> Damage:
    """Kill at random moments until the rounds are over; the last ones wait for enough webhooks."""
    dice, damage = random.Random(1), Damage()
    bell_rounds = set(dice.sample(range(rounds), min(VALKEY_KILLS, rounds)))
    for number in range(rounds):
        time.sleep(dice.uniform(2, 10))
        found = _programs(tree.pid)
        damage.processes += sum(_kill(pid) for kind in ("web", "worker") for pid in found[kind])
        damage.rounds += 1
        if number in bell_rounds:
            damage.valkeys += sum(_kill(pid) for pid in found["valkey"])
            if number == max(bell_rounds):
                shutil.rmtree(one.folder / "data" / "valkey" / "appendonlydir")
                damage.wipes += 1
        await_answer(one.port, "/readyz", seconds=300)
    senders.finished.wait(SETTLE_SECONDS)
    return damage


def _programs(tree: int) -> dict[str, list[int]]:
    """The processes of the tree by what they do; a worker's horses and a web server's children with it."""
    found: dict[str, list[int]] = {"web": [], "worker": [], "valkey": []}
    for pid in children_of(tree):
        with suppress(OSError):
            told = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            kind = next((kind for kind in ("web", "worker") if kind.encode() in told), "")
            if "valkey-server" in told[0].decode():
                kind = "valkey"
            if kind:
                found[kind] += [pid, *children_of(pid)]
    return found


def _kill(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def _await_calm(one: Installation) -> None:
    """Until nothing waits any more, or for an hour."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        states = _states(one, delivery) + _states(one, action)
        if not states.get("new") and not states.get("pending") and not _half_read(one):
            return
        time.sleep(2)


def _states(one: Installation, table: Any) -> Counter[str]:
    with _reading(one) as connection:
        return Counter(connection.execute(select(table.c.state)).scalars())


@contextmanager
def _reading(one: Installation) -> Iterator[Connection]:
    """A connection that waits for nobody who writes."""
    with connect(read_url(one.database_url), pooled=False).connect() as connection:
        yield connection.execution_options(**{READING: True})


def _half_read(one: Installation) -> int:
    """What was read by words alone and waits for the learned layer."""
    waiting = select(func.count()).where(complaint_case.c.read_again_at.is_not(None))
    with _reading(one) as connection:
        return int(connection.execute(waiting).scalar_one())


def _count(
    one: Installation, desk: Desk, tickets: list[int], senders: Senders, damage: Damage, seconds: float
) -> dict[str, object]:
    with connect(read_url(one.database_url), pooled=False).connect() as connection:
        settled = set(
            connection.execute(
                select(delivery.c.key).where(delivery.c.state.in_(["done", "ignored"]))
            ).scalars()
        )
        marks = dict(
            connection.execute(select(action.c.mark, action.c.state).where(action.c.kind != "notify")).all()
        )
        raised = Counter(
            (str(conversation), str(reason))
            for conversation, reason in connection.execute(
                select(escalation.c.conversation, escalation.c.reason).where(
                    escalation.c.conversation.in_(map(str, tickets))
                )
            )
        )
    # All tickets say the same, so each has to be escalated for the same reasons.
    reasons = {reason for _, reason in raised} or {"none"}
    done = Counter(mark for number in tickets for mark in _marks_on(desk, number))
    notes = {number: _notes_on(desk, number) for number in tickets}
    lost = {
        "webhooks": len(senders.acked - settled),
        "actions": sum(1 for mark, state in marks.items() if state != "done"),
        "notes": sum(1 for number in tickets if notes[number] == 0),
        "escalations": sum(1 for number in tickets for reason in reasons if raised[str(number), reason] == 0),
    }
    with desk.reading() as records:
        tagged = [number for number in tickets if TAG in (records.get("ticket", number) or {})["tags"]]
    lost["tags"] = len(tickets) - len(tagged)
    doubled = {
        "marks": sum(count - 1 for count in done.values()),
        "notes": sum(max(0, notes[number] - 1) for number in tickets),
        "escalations": sum(count - 1 for count in raised.values()),
    }
    return {
        "name": "chaos",
        "acknowledged": len(senders.acked),
        "sent again": senders.again,
        "kill rounds": damage.rounds,
        "processes killed": damage.processes,
        "Valkey kills": damage.valkeys,
        "wiped": damage.wipes,
        "effects": len(marks),
        "lost": sum(lost.values()),
        "doubled": sum(doubled.values()),
        "limit": 0,
        "seconds": round(seconds),
        "in detail": json.dumps({"lost": lost, "doubled": doubled}),
    }


def _marks_on(desk: Desk, number: int) -> list[str]:
    with desk.reading() as records:
        audits = records.find("audit", number)
    return [custom["cg_action"] for audit in audits if "cg_action" in (custom := audit["metadata"]["custom"])]


def _notes_on(desk: Desk, number: int) -> int:
    with desk.reading() as records:
        audits = records.find("audit", number)
    said = [told for audit in audits for told in audit["events"] if told["type"] == "Comment"]
    return sum(1 for told in said if not told["public"])


if __name__ == "__main__":
    (row,) = measure(*map(int, sys.argv[1:]))
    print(json.dumps(row, indent=1))
    sys.exit(1 if row["lost"] or row["doubled"] else 0)
