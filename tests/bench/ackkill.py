"""Every acknowledged webhook is a row, however often all receivers are killed under load.

The web server with all its processes gets SIGKILL at a random moment, 20 times or more; what was answered
with 2xx is compared with the inbox. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from installation import Installation, await_answer, event  # noqa: E402
from postgres import cluster  # noqa: E402
from processes import children_of  # noqa: E402
from sending import Senders  # noqa: E402
from sqlalchemy import select  # noqa: E402

from complaint_gift.store.engine import connect, read_url  # noqa: E402
from complaint_gift.store.tables import delivery  # noqa: E402

ROUNDS = 20
ENOUGH = 10_000
SENDERS = 8


def measure() -> list[dict[str, object]]:
    """One row a database; `lost` has to be 0."""
    with tempfile.TemporaryDirectory(prefix="cg-kill-") as name, cluster(fsync=True) as server:
        folder = Path(name)
        urls = {"sqlite": f"sqlite:///{folder}/real.db", "postgresql": server.format("postgres")}
        return [_shoot(kind, Installation(folder / kind, url)) for kind, url in urls.items()]


def _shoot(kind: str, one: Installation) -> dict[str, object]:
    one.prepare()
    (one.folder / "data").mkdir()
    dice, acked, rounds = random.Random(kind), set[str](), 0
    while rounds < ROUNDS or len(acked) < ENOUGH:
        senders = Senders(one.port, one.hook, _events(), number=SENDERS)
        with (one.folder / "web.log").open("ab") as log:
            web = subprocess.Popen(
                [sys.executable, "-m", "complaint_gift.cli", "web"],
                env=one.environ, cwd=one.folder, stdout=log, stderr=log,
            )  # fmt: skip
        if not await_answer(one.port, "/healthz", alive=lambda: web.poll() is None):  # noqa: B023
            raise RuntimeError((one.folder / "web.log").read_text("utf-8")[-2000:])
        senders.start()
        time.sleep(dice.uniform(0.5, 2.5))
        for pid in [web.pid, *children_of(web.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        web.wait()
        senders.stop()
        acked |= senders.acked
        rounds += 1
    return {"name": kind, "kills": rounds, "acknowledged": len(acked), "lost": _lost(one, acked), "limit": 0}


def _events() -> Iterator[bytes]:
    while True:
        yield event(str(uuid.uuid4()))


def _lost(one: Installation, acked: set[str]) -> int:
    with connect(read_url(one.database_url), pooled=False).connect() as connection:
        return len(acked - set(connection.execute(select(delivery.c.key)).scalars()))


if __name__ == "__main__":
    for row in measure():
        print(row)
        if row["lost"]:
            sys.exit(1)
