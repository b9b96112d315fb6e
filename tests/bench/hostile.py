"""What the lexical layer costs where it could hurt: its start, 64 KB of hostile text, an admin's regexes.

Limits are those of a review while somebody writes: no text of this size may take longer than a blink.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
START_S, MEMORY_MB, TEXT_MS = 0.8, 150, 100
ROUNDS = 5
START = """
import time
began = time.perf_counter()
from complaint_gift.playbook import load_playbook
playbook = load_playbook(profile="full")
playbook.review({text!r})
took = time.perf_counter() - began
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(took, int(peak.split()[1]) / 1024)
"""  # not ru_maxrss: a child begins with that of the process that started it
RULE = """id: worst
kind: forbid
severity: warning
scope: [public-reply]
profiles: [minimal, standard, full]
signals: [worst]
message: {en: Not these words., ru: Не эти слова.}
examples:
  en: {fires: ["zzz one", "zzz two"], passes: ["one", "two"]}
  ru: {fires: ["zzz раз", "zzz два"], passes: ["раз", "два"]}
"""


def measure() -> list[dict[str, object]]:
    """Rows: what was done, the median, the worst, their unit and the limit."""
    sys.path.insert(0, str(SUPPORT))
    rows = []
    for name, text in (("English", "We are sorry."), ("Russian", "Простите нас.")):
        starts = [_start(text) for _ in range(ROUNDS)]
        rows += [
            _row(f"start to the first {name} review", [took for took, _ in starts], "s", START_S),
            _row(f"memory after it ({name})", [memory for _, memory in starts], "MB", MEMORY_MB),
        ]
    return rows + _texts() + [_patterns()]


def _start(text: str) -> tuple[float, float]:
    code = START.format(text=text)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    took, memory = told.split()
    return float(took), float(memory)


def _texts() -> list[dict[str, object]]:
    from hostile_texts import HOSTILE

    from complaint_gift.playbook import load_playbook

    playbook = load_playbook(profile="full")
    playbook.review("warm up: We are sorry. Простите нас.")
    rows = []
    for name, text in HOSTILE.items():
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            playbook.review(text)
            took.append((time.perf_counter() - began) * 1000)
        rows.append(_row(f"64 KB: {name}", took, "ms", TEXT_MS))
    return rows


def _patterns() -> dict[str, object]:
    """The patterns that are accepted, together in one admin's file; the others are refused with a remedy."""
    from hostile_texts import CATASTROPHIC

    from complaint_gift.playbook import load_playbook
    from complaint_gift.rules.regexes import BadRegex, compile_regex

    accepted = []
    for pattern in CATASTROPHIC:
        try:
            compile_regex(pattern)
        except BadRegex:
            continue
        accepted.append(pattern)
    listed = "".join("  - '{}'\n".format(pattern.replace("'", "''")) for pattern in accepted)
    signal = f"signal: worst\nphrases: [zzz]\nregex:\n{listed}examples: {{found: [zzz], silent: ['1']}}\n"
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for path, text in (("rules/worst.yaml", RULE), ("signals/en/worst.yaml", signal)):
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, "utf-8")
        playbook = load_playbook(Path(folder))
        for text in ("a" * 65_536, "ab" * 32_768, "a.a" * 20_000, "foo fo " * 9_000):
            began = time.perf_counter()
            playbook.review(text)
            took.append((time.perf_counter() - began) * 1000)
    name = f"64 KB under {len(accepted)} of {len(CATASTROPHIC)} catastrophic regexes, the rest refused"
    return _row(name, took, "ms", None)


def _row(name: str, took: list[float], unit: str, limit: float | None) -> dict[str, object]:
    digits = 2 if unit == "s" else 1
    middle, worst = round(statistics.median(took), digits), round(max(took), digits)
    return {"name": name, "median": middle, "worst": worst, "unit": unit, "limit": limit}
