"""The commands `review` and `rules`, as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from complaint_gift.cli.review import review
from complaint_gift.cli.rules import rules
from complaint_gift.playbook import DEFAULT, load_playbook

pytestmark = pytest.mark.slow

FAKE = "Dear Anna,\nI am sorry you feel that way 😀.\n"


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CG_CONFIG", raising=False)


def call(command: Any, *arguments: str, stdin: str | bytes = "") -> Result:
    result = CliRunner().invoke(command, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture
def reply(tmp_path: Path) -> Path:
    path = tmp_path / "reply.txt"
    path.write_text(FAKE, encoding="utf-8")
    return path


def test_review_shows_the_words_with_a_mark_under_them(reply: Path) -> None:
    result = call(review, str(reply), "--words-only", "--profile", "minimal")
    assert result.exit_code == 1
    lines = result.output.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("error[no-fake-apology]"))
    assert lines[at + 1] == f"  --> {reply}:2:6"
    assert lines[at + 3].strip() == "2 | I am sorry you feel that way 😀."
    assert lines[at + 4].index("^") == lines[at + 3].index("sorry")
    assert "Hold" in result.output


def test_review_gives_advice_once_for_all_of_its_lines() -> None:
    text = "It was your own fault.\nYou did not read the instructions.\n"
    shown = call(review, "-", "--words-only", "--profile", "minimal", stdin=text).output
    assert shown.count("error[no-blame-customer]") == 1
    assert shown.count("Take out what the customer did wrong") == 1
    assert "--> <stdin>:1:1" in shown
    assert "--> <stdin>:2:1" in shown
    assert "(2 errors" in shown


def test_review_speaks_russian_to_russian_texts_and_on_request(reply: Path) -> None:
    assert (
        "ошибка[no-fake-apology]" in call(review, "-", "--words-only", stdin="Простите, если обидели.").output
    )
    assert "ошибка[no-fake-apology]" in call(review, str(reply), "--words-only", "--language", "ru").output


@pytest.mark.parametrize(
    ("level", "text", "code"),
    [
        ("error", "We are sorry if you feel hurt.", 1),
        ("error", "Hello.", 0),
        ("warning", "Hello.", 1),
        ("never", "We are sorry if you feel hurt.", 0),
    ],
)
def test_fail_on_decides_the_exit_status(level: str, text: str, code: int) -> None:
    assert call(review, "-", "--words-only", "--fail-on", level, stdin=text).exit_code == code


def test_review_as_json_has_the_shape_of_the_api(reply: Path) -> None:
    result = call(review, str(reply), "--words-only", "--format", "json", "--profile", "minimal")
    answer = json.loads(result.output)
    assert answer.keys() == {"text", "verdict", "complete", "findings", "signals", "playbook"}
    finding = answer["findings"][0]
    assert finding.keys() == {
        "id",
        "rule",
        "severity",
        "layer",
        "missing",
        "start",
        "end",
        "quote",
        "message",
        "why",
        "suggestion",
    }
    assert answer["text"][finding["start"] : finding["end"]] == finding["quote"]
    assert answer["verdict"] == "hold"


THREAT = "Löschen Sie bitte die Bewertung, sonst meldet sich unser Anwalt bei Ihnen."


def test_review_speaks_the_language_of_the_text_where_rules_have_words_in_it() -> None:
    told = call(review, "-", "--words-only", stdin=THREAT).output
    assert "error[no-threats]: Nehmen Sie die Drohung heraus" in told
    assert "Hold: change it" in told
    on_request = call(review, "-", "--words-only", "--language", "en", stdin=THREAT).output
    assert "error[no-threats]: Take out the threat" in on_request


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Нам жаль, если вы обиделись.", "Извиняйтесь за то, что случилось"),
        ("We are sorry if you were offended.", "Say sorry for what happened"),
        (THREAT, "Nehmen Sie die Drohung heraus"),
    ],
)
def test_json_speaks_the_language_of_the_text_too(text: str, message: str, tmp_path: Path) -> None:
    told = json.loads(call(review, "-", "--words-only", "--format", "json", stdin=text).output)
    assert told["findings"][0]["message"].startswith(message)
    line = json.dumps({"text": text})
    many = call(review, "--words-only", "--jsonl", "-", "--out", "-", stdin=line).stdout
    assert json.loads(many)["findings"][0]["message"].startswith(message)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1251"])
def test_review_says_that_a_file_is_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "reply.txt"
    path.write_bytes("Вы сами виноваты, внимательнее надо.".encode(encoding))
    result = call(review, str(path), "--words-only")
    assert result.exit_code == 2
    assert "reply.txt is not UTF-8" in result.output


def test_review_passes_over_a_stray_byte(tmp_path: Path) -> None:
    path = tmp_path / "reply.txt"
    path.write_bytes(b"It is your own fault\xff, you should have read it.")
    assert "no-blame-customer" in call(review, str(path), "--words-only").output


def test_review_takes_a_context(reply: Path, tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    context.write_text('{"complaint": false}')
    assert (
        call(review, str(reply), "--words-only", "--context", str(context), "--profile", "minimal").exit_code
        == 0
    )


def test_review_lists_promises_when_it_knows_the_time(tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    context.write_text('{"sent_at": "2026-03-03T10:00:00+00:00"}')
    arguments = ("-", "--words-only", "--format", "json", "--context", str(context))
    answer = json.loads(call(review, *arguments, stdin="We will call you tomorrow by 12:00.").output)
    assert [promise["due_at"][:10] for promise in answer["promises"]] == ["2026-03-04"]
    context.write_text('{"sent_at": "soon"}')
    wrong = call(review, *arguments, stdin="We will call you tomorrow.")
    assert (wrong.exit_code, "is no time" in wrong.output) == (2, True)


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("", "2026-03-04T09:00:00+00:00"),
        ("Europe/Moscow", "2026-03-04T09:00:00+00:00"),
        ("Europe/Berlin", "2026-03-04T11:00:00+00:00"),
    ],
)
def test_review_promises_in_the_zone_of_the_context(tmp_path: Path, zone: str, due: str) -> None:
    context = tmp_path / "context.json"
    context.write_text(json.dumps({"sent_at": "2026-03-03T10:00:00+03:00", "timezone": zone}))
    arguments = ("-", "--words-only", "--format", "json", "--context", str(context))
    answer = json.loads(call(review, *arguments, stdin="Перезвоню вам завтра до 12.").output)
    assert [promise["due_at"] for promise in answer["promises"]] == [due]


def test_review_promises_by_the_hours_of_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.yaml").write_text(
        'extends: default\ncalendar: {timezone: Europe/Moscow, week: {wed: ["10:00-20:00"]}}\n'
    )
    (tmp_path / "config.yaml").write_text("policy: policy.yaml\n")
    monkeypatch.setenv("CG_CONFIG", str(tmp_path / "config.yaml"))
    context = tmp_path / "context.json"
    context.write_text('{"sent_at": "2026-03-03T10:00:00+00:00"}')
    arguments = ("-", "--words-only", "--format", "json", "--context", str(context))
    answer = json.loads(call(review, *arguments, stdin="Перезвоню вам завтра.").output)
    assert [promise["due_at"] for promise in answer["promises"]] == ["2026-03-04T17:00:00+00:00"]


def test_review_says_that_a_zone_is_none(tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    context.write_text('{"sent_at": "2026-03-03T10:00:00+00:00", "timezone": "Moscow/Europe"}')
    arguments = ("-", "--words-only", "--format", "json", "--context", str(context))
    wrong = call(review, *arguments, stdin="We will call you tomorrow.")
    assert (wrong.exit_code, "is no zone" in wrong.output) == (2, True)


def test_review_reads_html(tmp_path: Path) -> None:
    path = tmp_path / "reply.html"
    path.write_text("<p>I am sorry <b>you feel</b> that way</p>")
    assert "you feel" in call(review, str(path), "--words-only").output


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["/nowhere.txt"], "", "cannot be read"),
        (["-", "--jsonl", "-"], "x", "--jsonl and --out go together"),
        (["-", "--playbook", "/nowhere"], "x", "no such folder"),
        (["-", "--context", "/nowhere.json"], "x", "cannot be read"),
    ],
)
def test_review_says_what_it_cannot_do_and_exits_with_two(
    arguments: list[str], stdin: str, words: str
) -> None:
    result = call(review, *arguments, "--words-only", stdin=stdin)
    assert (result.exit_code, words in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "context.json:1:2: this is not JSON"),
        ('{"remedy_limit": NaN}', "context.json:1:1: this is not JSON (NaN is none)"),
        ('{"athor": 1}', 'Did you mean "author"?'),
        ("[]", "not a list"),
    ],
)
def test_review_names_what_is_wrong_in_a_context(
    reply: Path, tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "context.json"
    path.write_text(content)
    result = call(review, str(reply), "--words-only", "--context", str(path))
    assert (result.exit_code, words in result.output) == (2, True), result.output


def test_review_of_many_lines_answers_each(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": 1, "text": "We are sorry if you feel hurt."},
        {"id": "two", "text": "I did nothing wrong.", "scope": "employee-note"},
        {"id": None, "text": "\ud800", "context": {"complaint": False}},
    ]
    source.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    result = call(review, "--words-only", "--jsonl", str(source), "--out", str(out))
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert [answer["id"] for answer in answers] == [1, "two", None]
    assert all(answer.keys() == {"id", "verdict", "findings", "signals"} for answer in answers)
    assert answers[0]["verdict"] == "hold"
    assert (
        call(
            review, "--words-only", "--jsonl", str(source), "--out", str(out), "--fail-on", "error"
        ).exit_code
        == 1
    )


def test_many_lines_are_spoken_about_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "text": "We are sorry if you feel hurt."}\n')
    result = call(review, "--words-only", "--jsonl", str(source), "--out", "-", "--language", "ru")
    (answer,) = map(json.loads, result.output.splitlines())
    assert any("а" <= char <= "я" for char in answer["findings"][0]["message"])


def test_a_text_without_words_is_spoken_about_in_the_language_of_its_context(tmp_path: Path) -> None:
    path, context = tmp_path / "reply.txt", tmp_path / "context.json"
    path.write_text("ok 1")
    context.write_text('{"language": "ru"}')
    output = call(review, str(path), "--words-only", "--context", str(context)).output
    assert "Извинитесь прямо" in output
    assert "почему" in output


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2: not JSON"),
        ('{"id": NaN, "text": "x"}', "line 2: not JSON (NaN is none)"),
        ("[]", "line 2: expected an object"),
        ('{"id": 1}', "line 2: expected an object"),
        ('{"text": 5}', "line 2: expected an object"),
        ('{"text": "x", "scope": "letter"}', 'line 2: "scope" has to be one of'),
        ('{"text": "x", "context": {"complaint": "no"}}', 'line 2: "complaint" in the context'),
        ('{"text": "x", "context": 5}', "line 2: The context has to be an object"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(tmp_path: Path, line: str, words: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text": "fine"}\n' + line + "\n")
    result = call(review, "--words-only", "--jsonl", str(source), "--out", str(out))
    assert (result.exit_code, words in result.output) == (2, True), result.output
    assert not out.exists()


def test_rules_list_names_every_active_rule() -> None:
    output = call(rules, "list", "--profile", "minimal").output
    assert all(rule.id in output for rule in load_playbook(profile="minimal").active)
    assert "14 rules" in output


def test_rules_explain_shows_phrases_and_what_silenced_them() -> None:
    output = call(rules, "explain", "You should not have waited. We are sorry if you feel hurt.").output
    assert "fake-apology" in output
    assert "signals/en/fake-apology.yaml:" in output
    assert "no-fake-apology" in output
    silenced = call(rules, "explain", "You write «we are sorry».").output
    assert "inside a quotation" in silenced


def test_rules_new_writes_examples_that_fail_until_filled_in(tmp_path: Path) -> None:
    result = call(rules, "new", "no-emoji-shower", "--from", "So sad: boo hoo!", "--into", str(tmp_path))
    assert result.exit_code == 0, result.output
    test = call(rules, "test", "no-emoji-shower", "--playbook", str(tmp_path))
    assert test.exit_code == 1
    assert "TODO" in test.output
    again = call(rules, "new", "no-emoji-shower", "--into", str(tmp_path))
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert call(rules, "new", "No Way", "--into", str(tmp_path)).exit_code == 2


def test_rules_test_passes_on_the_shipped_playbook_and_names_failures(tmp_path: Path) -> None:
    assert call(rules, "test", "no-fake-apology").exit_code == 0
    unknown = call(rules, "test", "no-such-thing")
    assert (unknown.exit_code, "no rule and no signal" in unknown.output) == (2, True)


def test_rules_coverage_counts_examples_per_language() -> None:
    output = call(rules, "coverage").output
    line = next(line for line in output.split("\n") if line.startswith("no-fake-apology"))
    assert "en " in line
    assert "ru " in line


@pytest.mark.parametrize(("what", "pattern"), [("rule", "rules/*.yaml"), ("signal", "signals/*/*.yaml")])
def test_the_schema_accepts_every_shipped_document(what: str, pattern: str) -> None:
    schema = json.loads(call(rules, "schema", what).output)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted(DEFAULT.glob(pattern)):
        if path.stem != "classes":
            for document in YAML(typ="safe", pure=True).load_all(_with_booleans(path)):
                errors = [f"{path}: {error.message[:200]}" for error in validator.iter_errors(document)]
                assert not errors, errors[0]


def _with_booleans(path: Path) -> str:
    """YAML 1.2 reads yes and no as texts; editors read them as we do."""
    import re

    return re.sub(
        r"(?<=: )(yes|no)(?=[,}\n])", lambda m: {"yes": "true", "no": "false"}[m.group()], path.read_text()
    )
