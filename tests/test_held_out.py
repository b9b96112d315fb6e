"""The held-out texts: a measure only as long as nothing has been trained on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

QUALITY = Path(__file__).parent / "quality"


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Where each text stands, and its words."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            said = row.get("text") or row.get("reply") or " ".join(s["text"] for s in row["sentences"])
            yield f"{path.name}:{number}", re.sub(r"\W+", " ", said.lower()).strip()


def test_no_held_out_text_is_trained_on() -> None:
    trained = {words for _, words in texts(QUALITY / "corpus")}
    held_out = dict(texts(QUALITY / "held-out"))
    assert len(held_out) > 2000
    assert [place for place, words in held_out.items() if words in trained] == []
