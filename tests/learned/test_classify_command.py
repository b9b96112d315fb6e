"""`complaint-gift classify` on a file of messages."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from complaint_gift.cli.classify import LARGEST_LINE, classify
from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.encoder import Encoder


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(classify, list(arguments))
    return found.exit_code, found.output


def test_every_line_gets_an_answer(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": 1, "text": "Верните деньги, подаю в суд! 😡"},
        {"id": "b", "text": "Thank you, great service"},
    ]
    source.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf8")
    assert run("--jsonl", str(source), "--out", str(out))[0] == 0
    first, second = map(json.loads, out.read_text(encoding="utf8").splitlines())
    assert (first["id"], first["kind"]) == (1, "complaint")
    assert "court" in first["triggers"]
    assert (second["id"], second["kind"]) == ("b", "praise")
    assert set(first) == {"id", "kind", "score", "severity", "triggers", "employees"}


@pytest.mark.parametrize(
    "line",
    [
        '{"id": NaN, "text": "x"}',
        '{"id": 1}',
        "[]",
        "{",
        '{"id": 1, "text": 5}',
        '{"text": "x"}',
        "[" * 50_000,
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path: Path, line: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    out.write_text("what was there")
    source.write_text('{"id": 0, "text": "fine"}\n' + line, encoding="utf8")
    code, said = run("--jsonl", str(source), "--out", str(out), "--words-only")
    assert code == 2
    assert "in.jsonl, line 2" in said
    assert out.read_text() == "what was there"


def test_a_lone_surrogate_in_an_id_comes_back(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(r'{"id": "\ud83d", "text": "The lid is broken"}')
    code, said = run("--jsonl", str(source), "--out", "-", "--words-only")
    assert code == 0
    assert json.loads(said)["id"] == "\ud83d"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    code, said = run("--jsonl", str(tmp_path / "none.jsonl"), "--out", "-")
    assert code == 2
    assert "none.jsonl cannot be read" in said


def test_words_alone_work(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 0, "text": "Приложение не работает"}\n', encoding="utf8")
    code, said = run("--jsonl", str(source), "--out", "-", "--words-only")
    assert code == 0
    assert json.loads(said.splitlines()[0])["kind"] == "complaint"


@pytest.mark.parametrize(
    "text",
    [
        "Terrible service, never again.",
        "Awful.",
        "I'm very disappointed.",
        "You lost my parcel.",
        "Ужасный сервис.",
        "Отвратительно!",
        "Верните деньги!",
        "Вы потеряли мою посылку.",
    ],
)
def test_a_few_plain_words_are_a_complaint(encoder: Encoder, text: str) -> None:
    found = Classifier(encoder).classify(text)
    assert found.kind == "complaint"
    assert found.score >= 0.5


@pytest.mark.parametrize(
    "text",
    ["No complaints at all, great.", "Никаких жалоб, всё супер.", "How do I get a refund?", "Спасибо!"],
)
def test_a_few_other_words_are_none(encoder: Encoder, text: str) -> None:
    assert Classifier(encoder).classify(text).kind != "complaint"


def test_one_message_is_no_messages(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'\xef\xbb\xbf{"id": 0, "text": "Thanks"}\r\n\r\n')
    code, said = run("--jsonl", str(source), "--out", str(tmp_path / "out.jsonl"), "--words-only")
    assert code == 0
    assert "1 message classified" in said


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_another_encoding_is_refused_rather_than_guessed(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "in.jsonl"
    line = {"id": "ticket-000123", "channel": "email", "text": "Плохо"}
    source.write_text('{"id": 0, "text": "ok"}\n' + json.dumps(line, ensure_ascii=False), encoding=encoding)
    code, said = run("--jsonl", str(source), "--out", str(tmp_path / "out.jsonl"), "--words-only")
    assert code == 2
    assert "is not UTF-8. Save the file as UTF-8" in said


@pytest.mark.parametrize("text", [b"Thanks \xf0\x9f\x98", "\ufffd\ufffd\ufffd\ufffd\ufffd".encode()])
def test_a_character_that_was_cut_is_let_through(tmp_path: Path, text: bytes) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"id": 0, "text": "' + text + b'"}')
    code, said = run("--jsonl", str(source), "--out", "-", "--words-only")
    assert code == 0
    assert json.loads(said)["id"] == 0


def test_a_line_that_is_too_long_is_told_as_such(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 0, "text": "x" * LARGEST_LINE}), encoding="utf8")
    code, said = run("--jsonl", str(source), "--out", "-", "--words-only")
    assert code == 2
    assert "line 1 is longer than" in said
