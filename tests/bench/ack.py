"""A verified, durable acknowledgement of a webhook beside a bare Flask POST under the same server.

gunicorn 2 x 8, 16 connections, events of 4.5 KB that are all different and signed; five rounds, each
server in turn, so that whatever else the machine does hits all of them. Every 2xx must be a row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from installation import SECRET, Installation, event  # noqa: E402
from postgres import cluster  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from complaint_gift.store.engine import connect, read_url  # noqa: E402
from complaint_gift.store.tables import delivery  # noqa: E402

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 16
ENOUGH = 20000 * SECONDS  # more requests than any server here answers in a round
LIMITS = {"sqlite": 0.35, "postgresql": 0.45}
P99_MS = 400.0


def measure() -> list[dict[str, object]]:
    """One row a server; ratio and limit are of the bare one's rate in the same rounds."""
    with tempfile.TemporaryDirectory(prefix="cg-ack-") as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(cluster(fsync=True)).format("postgres")
        served = {
            "bare Flask POST": Installation(folder / "bare", f"sqlite:///{folder}/bare.db"),
            "sqlite": Installation(folder / "sqlite", f"sqlite:///{folder}/real.db"),
            "postgresql": Installation(folder / "postgresql", url),
        }
        for label, one in served.items():
            one.folder.mkdir()
            one.prepare()
            application = ["--application", "bare:app"] if label == "bare Flask POST" else []
            stack.enter_context(_valkey(one, folder / label[:4]))
            stack.enter_context(one.running("web", *application))
        rounds = _interleave(served, folder)
        for label in LIMITS:
            _require_rows(served[label], label, rounds[label])
        return [_summary(label, told, rounds["bare Flask POST"]) for label, told in rounds.items()]


def _valkey(one: Installation, folder: Path) -> ExitStack:
    """A bell that works, as in production."""
    from complaint_gift.runtime.valkey import EmbeddedValkey, url_of

    stack = ExitStack()
    server = EmbeddedValkey(folder)
    server.start()
    stack.callback(server.stop)
    one.redis_url = url_of(folder)
    return stack


def _interleave(served: dict[str, Installation], folder: Path) -> dict[str, list[dict[str, float]]]:
    rounds: dict[str, list[dict[str, float]]] = {label: [] for label in served}
    for number in range(ROUNDS + 1):
        for label, one in served.items():
            path = "/bare" if label == "bare Flask POST" else one.hook
            told = _shoot(one.port, path, folder)
            told["warm"] = number > 0
            rounds[label].append(told)
    return rounds


def _shoot(port: int, path: str, folder: Path) -> dict[str, float]:
    shots = folder / "shots"
    _write_shots(shots)
    told = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-s", str(HERE / "ack.lua"),
         f"http://127.0.0.1:{port}", "--", path, str(shots)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    figures: dict[str, float] = json.loads(told.rpartition("TOLD ")[2])
    return figures


def _write_shots(path: Path) -> None:
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mark = "0" * 36
    head, _, tail = event(mark).partition(mark.encode())
    with path.open("wb") as file:
        file.write(b"\n".join([moment.encode(), head, tail]) + b"\n")
        for _ in range(ENOUGH):
            name = str(uuid.uuid4()).encode()
            raw = moment.encode() + head + name + tail
            proof = base64.b64encode(hmac.digest(SECRET.encode(), raw, hashlib.sha256))
            file.write(name + proof + b"\n")


def _require_rows(one: Installation, label: str, rounds: list[dict[str, float]]) -> None:
    """Durable means that everything acknowledged is there: wrk's last answers may be cut, rows never."""
    acked = sum(told["requests"] - told["errors"] for told in rounds)
    with connect(read_url(one.database_url), pooled=False).connect() as connection:
        rows = connection.execute(select(func.count()).select_from(delivery)).scalar_one()
    if rows < acked:
        raise AssertionError(f"{label}: {acked} acknowledged, but only {rows} rows")


def _summary(label: str, rounds: list[dict[str, float]], bare: list[dict[str, float]]) -> dict[str, object]:
    warm = [told for told in rounds if told["warm"]]
    rate = statistics.median(_rate(told) for told in warm)
    base = statistics.median(_rate(told) for told in bare if told["warm"])
    limit = LIMITS.get(label)
    return {
        "name": label,
        "acks a second": round(rate),
        "ratio to bare": round(rate / base, 3),
        "limit ratio": f">= {limit}" if limit else None,
        "p50 ms": round(statistics.median(told["p50"] for told in warm) / 1000, 1),
        "p99 ms": round(statistics.median(told["p99"] for told in warm) / 1000, 1),
        "limit p99": f"<= {P99_MS:.0f}" if limit else None,
        "errors": int(sum(told["errors"] for told in rounds)),
    }


def _rate(told: dict[str, float]) -> float:
    return told["requests"] / (told["us"] / 1_000_000)


if __name__ == "__main__":
    for row in measure():
        print(row)
