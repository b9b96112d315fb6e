"""Jira at its worst: webhooks twice and in any order, 429s and lost answers, and everything of ours killed.

1,000 webhooks of a hundred requests come while all receivers and workers get SIGKILL in ten random rounds. In
the end each has to be settled, each action done, and each note to be there once and never for the customer.
Usage: jirachaos.py [WEBHOOKS [ROUNDS]]
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from chaos import SERVE, _await_calm, _kill, _programs  # noqa: E402
from installation import SECRET, Installation, await_answer, free_port  # noqa: E402
from jiradesk import open_requests, say_something  # noqa: E402
from sqlalchemy import select  # noqa: E402

from complaint_gift.demo.standin.desk import Desk  # noqa: E402
from complaint_gift.demo.standin_jira import EMAIL, Cast, create_app  # noqa: E402
from complaint_gift.demo.standin_jira.hooks import add_webhook  # noqa: E402
from complaint_gift.store.engine import connect, read_url  # noqa: E402
from complaint_gift.store.tables import action, delivery  # noqa: E402

WEBHOOKS, ROUNDS = 1_000, 10
PER_ISSUE = 10
SOURCE = "jira-bench"
FAULTS = {"duplicate": 0.2, "shuffle": 5.0, "throttle": 0.05, "drop": 0.05}
SETTLE_SECONDS = 3600.0


def measure(webhooks: int = WEBHOOKS, rounds: int = ROUNDS) -> list[dict[str, object]]:
    """One row; `lost`, `doubled` and `public` have to be 0."""
    with tempfile.TemporaryDirectory(prefix="cg-jira-") as name, ExitStack() as stack:
        folder, began = Path(name), time.monotonic()
        desk_port = free_port()
        app = create_app(folder / "desk.sqlite3", deliver=False)
        desk, cast = app.extensions["desk"], app.extensions["cast"]
        one = _installation(folder, desk_port, cast)
        one.prepare()
        _subscribe(desk, cast, one)
        desk.set_faults(**FAULTS)
        stack.enter_context(_jira(folder, desk_port))
        tree = stack.enter_context(one.running("-c", SERVE, ready="/readyz"))
        numbers = open_requests(desk, cast, max(1, webhooks // PER_ISSUE))
        killed = _talk_and_kill(one, tree, desk, cast, numbers, webhooks - len(numbers), rounds)
        _await_delivered(desk)
        _await_calm(one)
        return [_count(one, desk, cast, numbers, killed, time.monotonic() - began)]


def _installation(folder: Path, desk_port: int, cast: Cast) -> Installation:
    source = {
        "plugin": "jira",
        "base_url": f"http://127.0.0.1:{desk_port}",
        "email": EMAIL,
        "api_token": {"env": "BENCH_SECRET"},
        "signing_secrets": [{"env": "BENCH_SECRET"}],
        "bot_user_id": cast.bot,
        "agent_groups": ["agents"],
    }
    return Installation(folder / "product", f"sqlite:///{folder}/product.db", sources={SOURCE: source})


def _subscribe(desk: Desk, cast: Cast, one: Installation) -> None:
    events = ["jira:issue_created", "comment_created", "comment_updated", "comment_deleted"]
    wish = {
        "name": "bench",
        "url": f"http://127.0.0.1:{one.port}/hooks/{SOURCE}",
        "events": events,
        "secret": SECRET,
    }
    with desk.transaction() as records:
        add_webhook(records, wish, cast.lead)


@contextmanager
def _jira(folder: Path, port: int) -> Iterator[None]:
    environ = {**os.environ, "BENCH_DESK": str(folder / "desk.sqlite3"), "BENCH_SECRET": SECRET}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8", "-b", f"127.0.0.1:{port}",
         "--log-level", "critical", "jiradesk:app"],
        cwd=HERE, env=environ,
    )  # fmt: skip
    try:
        if not await_answer(port, "/rest/api/3/myself", seconds=120, alive=lambda: server.poll() is None):
            raise RuntimeError("the stand-in Jira does not answer")
        yield
    finally:
        server.terminate()
        server.wait()


def _talk_and_kill(
    one: Installation,
    tree: subprocess.Popen[bytes],
    desk: Desk,
    cast: Cast,
    numbers: list[str],
    left: int,
    rounds: int,
) -> int:
    """Comments on all issues, a share of them before each kill; gives how many processes were killed."""
    dice, killed, said = random.Random(1), 0, 0
    for round_ in range(rounds):
        until = left * (round_ + 1) // rounds
        while said < until:
            say_something(desk, cast, numbers[said % len(numbers)], said // len(numbers))
            said += 1
        time.sleep(dice.uniform(2, 6))
        found = _programs(tree.pid)
        killed += sum(_kill(pid) for kind in ("web", "worker") for pid in found[kind])
        await_answer(one.port, "/readyz", seconds=300)
    return killed


def _await_delivered(desk: Desk) -> None:
    """Until Jira has no webhook left to send."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with desk.reading() as records:
            (waiting,) = records.connection.execute(
                "select count(*) from invocation where state='waiting'"
            ).fetchone()
        if not waiting:
            return
        time.sleep(1)


def _count(
    one: Installation, desk: Desk, cast: Cast, numbers: list[str], killed: int, seconds: float
) -> dict[str, object]:
    with connect(read_url(one.database_url), pooled=False).connect() as connection:
        settled = Counter(connection.execute(select(delivery.c.state)).scalars())
        wished = connection.execute(
            select(action.c.conversation, action.c.kind, action.c.mark, action.c.state, action.c.payload)
        ).all()
    with desk.reading() as records:
        sent = Counter(state for (state,) in records.connection.execute("select state from invocation"))
        notes = [c for number in numbers for c in records.find("comment", number) if c["author"] == cast.bot]
        repeated = records.connection.execute("select count(*) from invocation where tries > 1").fetchone()[0]
    marks = Counter(note["properties"].get("complaint_gift", {}).get("mark", "") for note in notes)
    # A note that takes the place of an earlier one carries its own mark only.
    wanted = {mark for _, kind, mark, _, _ in wished if kind == "note"}
    replaced = {mark for mark in wanted if mark not in marks}
    first = Counter(c for c, kind, _, _, payload in wished if kind == "note" and not _replaces(payload))
    there = Counter(str(note["issue"]) for note in notes)
    lost = {
        "webhooks": sum(n for state, n in sent.items() if state != "success"),
        "deliveries": sum(n for state, n in settled.items() if state not in ("done", "ignored")),
        "actions": sum(state != "done" for *_, state, _ in wished),
        "notes": sum(max(0, first[number] - there[number]) for number in numbers),
        "issues": sum(there[number] == 0 for number in numbers),
        "marks": marks.pop("", 0),
    }
    doubled = {
        "marks": sum(number - 1 for number in marks.values()),
        "notes": sum(max(0, there[number] - first[number]) for number in numbers),
    }
    return {
        "name": "jira chaos",
        "webhooks": sum(sent.values()),
        "sent again": repeated,
        "processes killed": killed,
        "notes": len(notes),
        "brought up to date": len(replaced),
        "lost": sum(lost.values()),
        "doubled": sum(doubled.values()),
        "public": sum(bool(note["public"]) for note in notes),
        "limit": 0,
        "seconds": round(seconds),
        "in detail": json.dumps({"lost": lost, "doubled": doubled}),
    }


def _replaces(payload: Any) -> bool:
    told = json.loads(payload) if isinstance(payload, str) else payload
    return bool(told.get("replaces"))


if __name__ == "__main__":
    (row,) = measure(*map(int, sys.argv[1:]))
    print(json.dumps(row, indent=1, ensure_ascii=False))
    sys.exit(1 if row["lost"] or row["doubled"] or row["public"] else 0)
