"""Review of an 80-word reply, warm, beside linters of prose on the same English texts.

Texts: the whole replies of our own corpus, cut or joined at sentences to 70-90 words.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from complaint_gift.playbook import Context, load_playbook

CORPUS = Path(__file__).resolve().parents[1] / "quality" / "corpus" / "whole-replies.jsonl"
PEERS = Path(__file__).resolve().parent / "peers"
ROUNDS = 20
TEXTS = 60


def texts_of(language: str) -> list[str]:
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    sentences = [
        sentence.strip() + "."
        for row in rows
        if row["lang"] == language
        for sentence in row["reply"].replace("\n", " ").split(". ")
        if sentence.strip()
    ]
    random.Random(7).shuffle(sentences)
    made, words = [], []
    for sentence in sentences:
        words.extend(sentence.split())
        if len(words) >= 75:
            made.append(" ".join(words[:90]))
            words = []
    return made[:TEXTS]


def time_each(run: Callable[[str], object], texts: list[str], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of each warm call."""
    for text in texts:
        run(text)
    took = []
    for _ in range(rounds):
        for text in texts:
            started = time.perf_counter()
            run(text)
            took.append((time.perf_counter() - started) * 1000)
    return took


def time_ours() -> dict[str, list[float]]:
    found = {}
    for profile in ("minimal", "full"):
        playbook = load_playbook(profile=profile)
        for language in ("en", "ru"):
            context = Context.parse({"language": language})
            texts = texts_of(language)
            found[f"complaint-gift {profile} ({language})"] = time_each(
                lambda text, p=playbook, c=context: p.review(text, context=c), texts
            )
    return found


def time_peers() -> dict[str, list[float]]:
    texts = texts_of("en")
    found: dict[str, list[float]] = {}
    if shutil.which("npm") is None:
        print("npm is missing: textlint, write-good and alex are left out", file=sys.stderr)
    else:
        if not (PEERS / "node_modules").is_dir():
            install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
            subprocess.run(install, cwd=PEERS, check=True)
        told = subprocess.run(
            ["node", "time.mjs"],
            cwd=PEERS, input=json.dumps(texts), capture_output=True, text=True, check=True,
        )  # fmt: skip
        found |= json.loads(told.stdout)
    try:
        from proselint.tools import LintFile
    except ImportError:
        print("proselint is missing: pip install proselint", file=sys.stderr)
        return found
    from proselint.checks import __register__
    from proselint.registry import CheckRegistry

    CheckRegistry().register_many(__register__)
    found["proselint"] = time_each(lambda text: LintFile("reply", text).lint(), texts, rounds=3)
    return found


def measure() -> list[dict[str, object]]:
    """One row a contestant: name, median and p99 in milliseconds, limit where there is one."""
    rows: list[dict[str, object]] = []
    limits = {"minimal": 0.5, "full": 1.0}
    for name, took in (time_ours() | time_peers()).items():
        took.sort()
        limit = next((value for profile, value in limits.items() if f" {profile} " in name), None)
        rows.append(
            {
                "name": name,
                "median ms": round(statistics.median(took), 3),
                "p99 ms": round(took[int(len(took) * 0.99)], 3),
                "limit ms": limit,
            }
        )
    return rows


if __name__ == "__main__":
    for row in measure():
        print(row)
