"""The schemas for editors agree with the loader, on what is right and on what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from tracked import ROOT

from complaint_gift.cli import main
from complaint_gift.playbook import DEFAULT, PlaybookError, load_playbook
from complaint_gift.playbook.schema import SCHEMAS

pytestmark = pytest.mark.slow

PLAYBOOKS = DEFAULT.parent


def schema(name: str) -> Any:
    told = CliRunner().invoke(main, ["rules", "schema", name])
    assert told.exit_code == 0
    return json.loads(told.output)


def kind_of(path: Path) -> str:
    if path.name in ("playbook.yaml", "classes.yaml"):
        return path.stem
    return "rule" if path.parent.name == "rules" else "signal"


def documents(path: Path) -> Iterator[Any]:
    # Version 1.2, as editors read it: `yes` is a text there.
    yield from YAML(typ="safe", pure=True).load_all(path.read_text("utf-8"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas_and_explain_every_key_of_a_document(name: str) -> None:
    found = schema(name)
    Draft202012Validator.check_schema(found)
    for key, shape in found.get("properties", {}).items():
        assert len(shape.get("description", "").split()) >= 3, f"{name}: {key} is not explained"
    for inner in ("when", "counts_if", "learned"):
        for key, shape in found.get("properties", {}).get(inner, {}).get("properties", {}).items():
            assert shape.get("description"), f"{name}: {inner}.{key} is not explained"


def test_everything_that_ships_is_valid() -> None:
    checks = {name: Draft202012Validator(schema(name)) for name in SCHEMAS}
    paths = sorted(PLAYBOOKS.rglob("*.yaml"))
    assert len(paths) > 100
    wrong = [
        f"{path.relative_to(ROOT)}: {error.json_path}: {error.message[:120]}"
        for path in paths
        for document in documents(path)
        for error in checks[kind_of(path)].iter_errors(document)
    ]
    assert wrong == []


def test_a_sketched_rule_is_valid(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["rules", "new", "ours", "--from", "Send it.", "--into", str(tmp_path)])
    assert made.exit_code == 0
    for path in tmp_path.rglob("*.yaml"):
        for document in documents(path):
            Draft202012Validator(schema(kind_of(path))).validate(document)


WRONG = {
    "rules/a.yaml": [
        "id: No Way",
        "id: a\nkind: prohibit",
        "id: no-dead-end\nseverity: fatal",
        "id: no-dead-end\nprofiles: [tiny]",
        "id: no-dead-end\nscope: reply",
        "id: no-dead-end\nwhen: {chanel: chat}",
        "id: no-dead-end\nwhen: {complaint: maybe}",
        "id: no-dead-end\nmessage: Stop.",
        "id: no-dead-end\nmessage: {english: Stop.}",
        "id: no-dead-end\nexamples: {en: {fire: [a, b]}}",
        "severity: info",
    ],
    "signals/en/a.yaml": [
        "phrases: [a]",
        "signal: a\nphrase: [a]",
        "signal: a\nphrases: [a]\nmood: angry",
        "signal: a\ndetector: lies",
        "signal: a\nphrases: [a]\ncounts_if: {negative: yes}",
        "signal: a\nlearned: {threshold: 0.4}",
        "signal: a\nlearned: {head: no-threats, threshold: 4}",
        "signal: a\nlearned: {head: no-threat}",
    ],
    "playbook.yaml": ["extends: other", "extends: default\nprofile: huge", "extends: default\nshadows: [a]"],
}


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, texts in WRONG.items() for text in texts])
def test_what_the_loader_refuses_the_schema_refuses(file: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / file
    (tmp_path / "playbook.yaml").write_text("extends: default\n", "utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", "utf-8")
    with pytest.raises(PlaybookError):
        load_playbook(tmp_path)
    (document,) = documents(path)
    assert not Draft202012Validator(schema(kind_of(path))).is_valid(document)
