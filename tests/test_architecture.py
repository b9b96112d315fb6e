"""The house rules that no linter knows: sizes, names, folders, licences, what may be tracked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires
from itertools import chain
from pathlib import Path

import pytest
from tracked import ROOT, tracked

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LARGEST_BYTES = 2_000_000
SOURCES = ("src", "plugins")
FORBIDDEN = re.compile(r"(Manager|Helper|Util|Base|Handler|Data)s?(?=[A-Z_0-9]|$)")
# Written by hand once, then never touched again.
MIGRATIONS = "migrations/versions"


def code(*ends: str) -> list[Path]:
    found = tracked(*(f"{folder}/**/*{end}" for folder in SOURCES for end in ends))
    return [path for path in found if "/tests/" not in path.as_posix()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def classes_and_functions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines of the body, without blank ones and without the docstring."""
    body = function.body
    first = body[1] if len(body) > 1 and ast.get_docstring(function) is not None else body[0]
    return sum(bool(line.strip()) for line in lines[first.lineno - 1 : function.end_lineno])


def test_there_is_something_to_look_at() -> None:
    assert len(code(".py")) > 100
    assert len(tracked()) > len(code(".py"))


def test_files_fit_in_one_head() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in code(".py", ".js", ".html")}
    long = {name: size for name, size in sizes.items() if size > LONGEST_FILE and MIGRATIONS not in name}
    assert not long, f"over {LONGEST_FILE} lines: make it a package of the same name"


def test_functions_fit_on_one_screen() -> None:
    long = {}
    for path in code(".py"):
        lines = path.read_text("utf-8").splitlines()
        for node in classes_and_functions(path):
            if isinstance(node, ast.ClassDef) or MIGRATIONS in path.as_posix():
                continue
            if (size := length(node, lines)) > LONGEST_FUNCTION:
                long[f"{name_of(path)}:{node.lineno} {node.name}"] = size
    assert not long, f"over {LONGEST_FUNCTION} lines: give its parts names"


def test_class_names_say_what_a_thing_is() -> None:
    names = [(name_of(p), n.name) for p in code(".py") for n in classes_and_functions(p)]
    vague = [pair for pair in names if pair[1][0].isupper() and FORBIDDEN.search(pair[1])]
    for path in code(".js"):
        found = re.findall(r"^(?:export )?class (\w+)", path.read_text("utf-8"), re.M)
        vague += [(name_of(path), name) for name in found if FORBIDDEN.search(name)]
    assert not vague


@pytest.mark.parametrize(
    ("name", "is_vague"),
    [("RuleManager", True), ("DataStore", True), ("BaseRule", True), ("Utils", True), ("Database", False),
     ("Based", False), ("DatabaseNotUsable", False), ("Metadata", False)],
)  # fmt: skip
def test_vague_names_are_recognised(name: str, is_vague: bool) -> None:
    assert bool(FORBIDDEN.search(name)) is is_vague


def test_no_folder_can_shadow_the_standard_library() -> None:
    made = tracked("**/__init__.py")
    wrong = [
        name_of(path)
        for path in made
        if path.parent.parent == ROOT / "plugins" or "tests" in path.relative_to(ROOT).parts
    ]
    assert not wrong, "no __init__.py in plugins/<name>/ and in folders of tests"


def test_fixtures_say_where_they_come_from() -> None:
    folders = {path.parent for path in tracked("**/fixtures/**", "**/corpus/**")}
    assert len(folders) >= 2
    for folder in folders:
        page = folder / "README.md"
        assert page.is_file(), f"{name_of(folder)} needs a README.md that tells the origin of its files"
        assert "come from" in page.read_text("utf-8"), (
            f"{name_of(page)} does not tell where its files come from"
        )


# Parts of this very file must not look like what it looks for.
MACHINE = re.compile(r"/(?:work|root|home/[a-z]\w+|tmp/team|Users/\w+)/" + r"[\w.]|C:\\\\" + r"Users")
REGISTRIES = re.compile("|".join((r"pypi" + r"\.org", r"pythonhosted" + r"\.org", r"npmjs" + r"\.(org|com)")))


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    wrong = []
    for path in tracked():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if REGISTRIES.search(line) or (MACHINE.search(line) and path.suffix != ".jsonl"):
                wrong.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    assert not wrong


# What training makes: the weights, and the scores by which they were chosen.
LARGE = ("src/complaint_gift/learned/weights/", "tests/quality/learned-oof.json")


def test_large_files_are_the_weights_alone() -> None:
    large = [name_of(path) for path in tracked() if path.stat().st_size > LARGEST_BYTES]
    assert [name for name in large if not name.startswith(LARGE)] == []


# Licences


def needed() -> set[str]:
    """The names of everything that is installed with the project, its extras and its development tools."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"] | project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *chain.from_iterable(groups.values())]
    found: set[str] = set()
    while wanted:
        match = re.match(r"[A-Za-z0-9._-]+", wanted.pop())
        name = re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""
        if not name or name in found:
            continue
        found.add(name)
        try:
            wanted += [one for one in requires(name) or [] if "extra ==" not in one]
        except PackageNotFoundError:
            continue  # for another system or another extra
    return found


def licence(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    kinds = [one for one in told.get_all("Classifier") or [] if one.startswith("License")]
    return " ".join([told.get("License-Expression") or (told.get("License") or "")[:80], *kinds])


def test_no_dependency_is_under_the_gpl() -> None:
    names = needed()
    assert {"flask", "sqlalchemy", "werkzeug"} <= names
    assert not names & {"zenpy", "html2text"}
    strict = {
        name: licence(name)
        for name in names
        # The LGPL lets a program of another licence use a library.
        if re.search(r"\bA?GPL|(?<!Lesser )General Public", licence(name))
    }
    assert not strict


@pytest.mark.slow
def test_imports_go_one_way() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    told = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert " 0 broken" in told.stdout
