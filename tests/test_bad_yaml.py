"""More than a hundred ways to write a playbook wrongly: each is answered with place, mistake and remedy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from complaint_gift.playbook import PlaybookError, Problem, load_playbook

RULE = """\
id: a
kind: forbid
severity: error
signals: [s]
message: {en: Say it.}
examples:
  en:
    fires: ["bad a", "bad b"]
    passes: ["good a", "good b"]
"""
SIGNAL = """\
signal: s
phrases:
  - "bad"
examples:
  found: ["bad"]
  silent: ["good"]
"""
PATHS = {
    "rule": "rules/r.yaml",
    "signal": "signals/en/s.yaml",
    "classes": "signals/en/classes.yaml",
    "settings": "playbook.yaml",
}


@dataclass(frozen=True)
class Case:
    """One mistake: the file with it, where it is, what has to be said, words of the remedy."""

    name: str
    file: str
    content: str | bytes
    line: int
    column: int
    said: str
    remedy: str

    @classmethod
    def read(cls, line: str) -> Case:
        """A line of malformed.jsonl; bytes that are no UTF-8 are written in hexadecimal."""
        row = json.loads(line)
        content = bytes.fromhex(row["hex"]) if "hex" in row else row["content"]
        return cls(row["name"], row["file"], content, row["line"], row["column"], row["said"], row["remedy"])


def rule(old: str, new: str) -> str:
    """The sound rule with one thing changed."""
    assert old in RULE
    return RULE.replace(old, new, 1)


def signal(old: str, new: str) -> str:
    """The sound signal with one thing changed."""
    assert old in SIGNAL
    return SIGNAL.replace(old, new, 1)


LINES = (Path(__file__).parent / "malformed.jsonl").read_text(encoding="utf-8").splitlines()
LARGE = [
    Case("too large", "rule", b"# " + b"x" * 1_000_001, 1, 1, "the file has 1,000,003 bytes", "Split it"),
    Case("very deep", "rule", "a: " + "[" * 5000, 1, 4, "the file is nested too deep", "at most 20 levels"),
    Case("long", "rule", rule("Say it.", "x" * 2100), 5, 15, "`en` has 2100 characters", "under 2000"),
]
CASES = [*map(Case.read, LINES), *LARGE]


def problems_of(folder: Path, kind: str, content: str | bytes) -> tuple[Problem, ...]:
    """What the loader says about a sound playbook with one file replaced."""
    for name, text in {"rule": RULE, "signal": SIGNAL, kind: content}.items():
        path = folder / PATHS[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder)
    return caught.value.problems


def test_there_are_more_than_a_hundred_kinds() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 100


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_mistake_is_named_with_place_and_remedy(tmp_path: Path, case: Case) -> None:
    problems = problems_of(tmp_path, case.file, case.content)
    found = [p for p in problems if case.said in p.text and (p.line, p.column) == (case.line, case.column)]
    assert found, "\n".join(map(str, problems))
    assert found[0].file.endswith(PATHS[case.file])
    assert case.remedy in found[0].remedy
    lines = case.content.split("\n") if isinstance(case.content, str) else []
    if case.line <= len(lines):
        assert found[0].shown_line == lines[case.line - 1]


def test_the_sound_playbook_is_loaded(tmp_path: Path) -> None:
    for name, text in {"rule": RULE, "signal": SIGNAL}.items():
        path = tmp_path / PATHS[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert list(load_playbook(tmp_path).rules) == ["a"]


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "rule", rule("severity: error", "severty: error\nscope: [all]"))
    assert {problem.text for problem in problems} >= {
        "the rule has an unknown key `severty`",
        "`scope` cannot hold `all`",
    }


def test_a_mistake_shows_its_line_with_a_mark_under_the_place(tmp_path: Path) -> None:
    shown = str(problems_of(tmp_path, "rule", rule("kind: forbid", "kind: forbit"))[0])
    assert shown.split("\n")[1:] == ["    kind: forbit", "          ^", "    Did you mean `forbid`?"]


def test_a_long_line_is_shown_around_the_place(tmp_path: Path) -> None:
    phrase = "word " * 80 + "(open"
    problem = problems_of(tmp_path, "signal", signal('- "bad"', f'- "{phrase}"'))[0]
    lines = str(problem).split("\n")
    assert len(lines[1]) < 120
    assert lines[1][lines[2].index("^")] == "("


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="no such folder"):
        load_playbook(tmp_path / "nowhere")


def test_an_unknown_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="no profile `huge`"):
        load_playbook(profile="huge")
