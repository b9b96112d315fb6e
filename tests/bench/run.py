"""Runs the benchmarks and prints a table for each: `run.py [NAME ...]`; all of them without a name.

Every benchmark is a module of this folder with `measure()`, which gives rows (dicts with the same keys)
that hold the peers or the limit beside our own figures. The rows also go to artefacts/bench/<name>.json.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "artefacts" / "bench"
NAMES = ("review", "learned", "hostile", "ack", "keystroke", "quoting", "gate", "chaos", "jirachaos")


def describe_machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in _read("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores {model}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def _read(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def show(console: Console, name: str, rows: list[dict[str, object]]) -> None:
    table = Table(title=name, title_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if column == "name" else "right")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    console = Console()
    console.print(describe_machine())
    sys.path.insert(0, str(HERE))
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        with console.status(f"measuring {name} ..."):
            rows = importlib.import_module(name).measure()
        show(console, name, rows)
        told = {"machine": describe_machine(), "rows": rows}
        (OUT / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
