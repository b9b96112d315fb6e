"""What the tests of the learned layer share."""

import json
from pathlib import Path

import pytest

from complaint_gift.learned.encoder import Encoder
from complaint_gift.learned.tokenizer import Tokenizer

CORPUS = Path(__file__).resolve().parents[1] / "quality" / "corpus"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The shipped weights."""
    return Encoder()


@pytest.fixture(scope="session")
def tokenizer(encoder: Encoder) -> Tokenizer:
    return encoder.tokenizer


@pytest.fixture(scope="session")
def some_texts() -> list[str]:
    """Every 97th text of the corpora, in both languages."""
    texts = []
    for name, key in (("corpus", "text"), ("whole-replies", "reply"), ("messages", "text")):
        rows = [
            json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf8").splitlines()
        ]
        texts += [row[key] for row in rows[::97]]
    return texts
