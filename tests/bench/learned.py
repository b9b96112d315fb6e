"""The learned layer as it runs: one process on a socket, asked for 80-word replies, beside its limits.

Every text is new to it, or known but for one sentence, as while somebody writes. The complaint beside
the reply is long known, as it is in a conversation.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from review import texts_of

from complaint_gift.learned.client import Client
from complaint_gift.learned.encoder import available

COMPLAINT = {
    "en": "The parcel came a week late and the jug was in pieces. Nobody answers my letters.",
    "ru": "Посылка пришла на неделю позже, а кувшин разбит. На письма никто не отвечает.",
}
FRESH_MS, CHANGED_MS, MEMORY_MB = 60, 20, 400
PATIENCE_S = 5.0


def measure() -> list[dict[str, object]]:
    """Rows: medians and 99th percentiles in milliseconds, memory of the process, time until it answers."""
    if not available():
        print("the weights or onnxruntime are missing: nothing to measure", file=sys.stderr)
        return [{"name": "not installed", "median": None, "p99": None, "unit": "ms", "limit": None}]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.sock"
        began = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "complaint_gift.learned", str(path)]) as server:
            try:
                client = Client(path, patience=PATIENCE_S)
                _wait_for(path, client)
                started = time.perf_counter() - began
                rows = [row for language in ("en", "ru") for row in _replies(client, language)]
                memory = _peak_memory_mb(server.pid)
            finally:
                server.terminate()
    rows.append(_row("memory of the process, at most", [memory], "MB", MEMORY_MB))
    rows.append(_row("from its start to its first answer", [started], "s", None))
    return rows


def _replies(client: Client, language: str) -> list[dict[str, object]]:
    texts = texts_of(language)
    fresh = [_took(client, text, language) for text in texts]
    changed = []
    for text in texts:
        for word in ("again", "today", "honestly") if language == "en" else ("снова", "сегодня", "честно"):
            parts = text.split(". ")
            parts[len(parts) // 2] += f" {word}"
            changed.append(_took(client, ". ".join(parts), language))
    return [
        _row(f"80 words, every sentence new ({language})", fresh, "ms", FRESH_MS),
        _row(f"80 words, one sentence changed ({language})", changed, "ms", CHANGED_MS),
    ]


def _took(client: Client, text: str, language: str) -> float:
    began = time.perf_counter()
    if client.tag(text, COMPLAINT[language]) is None:
        raise RuntimeError("the learned layer did not answer; is the machine overloaded?")
    return (time.perf_counter() - began) * 1000


def _row(name: str, took: list[float], unit: str, limit: float | None) -> dict[str, object]:
    p99 = statistics.quantiles(took, n=100)[98] if len(took) > 1 else None
    median = round(statistics.median(took), 1)
    return {"name": name, "median": median, "p99": p99 and round(p99, 1), "unit": unit, "limit": limit}


def _wait_for(path: Path, client: Client) -> None:
    until = time.monotonic() + 30
    while not (path.exists() and client.ready()):
        if time.monotonic() > until:
            raise RuntimeError(f"the learned layer does not answer on {path}")
        time.sleep(0.01)
        client._not_before = 0.0


def _peak_memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no memory figure of process {pid} on {os.name}")
