"""What holds when tests run side by side: a skip is no pass, and who measures time is alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent / "support"
pytestmark = pytest.mark.slow

CROWD = """
import pathlib, time
import pytest

def note(what):
    with open({journal!r}, "a") as file:
        file.write(what + "\\n")

@pytest.mark.parametrize("number", range(4))
def test_one_of_many(number):
    note("many in")
    time.sleep(0.3)
    note("many out")
@pytest.mark.alone
def test_measures():
    note("alone in")
    time.sleep(0.5)
    note("alone out")
"""


def run(folder: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = alone\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "given", "-p", "abreast", "-p", "no:cacheprovider"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # A room of their own: we are in the outer one, and would wait for ourselves.
    room = {"PYTHONPATH": str(SUPPORT), "TMPDIR": str(folder)}
    return subprocess.run(
        [*command, *options], cwd=folder, env=surroundings | room | environ,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_skip_fails_where_everything_is_installed(tmp_path: Path, options: tuple[str, ...]) -> None:
    text = (
        "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('needs a moon: apt-get install moon')\n"
    )
    (tmp_path / "test_it.py").write_text(text)
    strict = run(tmp_path, *options, CG_NO_SKIPS="1")
    assert strict.returncode == 1, strict.stdout
    assert "skipped, but nothing may be skipped here" in strict.stdout
    assert strict.stdout.count("test_b: needs a moon") == 1
    assert run(tmp_path, *options, CG_NO_SKIPS="0").returncode == 0


def test_who_measures_is_alone(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    for number in range(3):
        (tmp_path / f"test_{number}.py").write_text(CROWD.format(journal=str(journal)))
    done = run(tmp_path, "-n", "3", "--dist", "loadfile", "-k", "many or (measures and test_1)")
    assert done.returncode == 0, done.stdout
    lines = journal.read_text().splitlines()
    assert len(lines) == 2 * (3 * 4 + 1)
    at = lines.index("alone in")
    inside = sum(1 if line.endswith(" in") else -1 for line in lines[:at])
    assert inside == 0, lines
    assert lines[at + 1] == "alone out", lines


def test_browsers_stay_with_one_worker_and_files_together(tmp_path: Path) -> None:
    text = "import os, pytest\n@pytest.mark.parametrize('n', range(3))\n"
    text += f"def test_it(n):\n    with open({str(tmp_path / 'journal')!r}, 'a') as journal:\n"
    text += "        journal.write(os.environ['PYTEST_XDIST_WORKER'] + ' ' + __name__ + '\\n')\n"
    (tmp_path / "tests" / "e2e" / "deep").mkdir(parents=True)
    for name in ("e2e/test_a", "e2e/deep/test_b", "test_c", "test_d"):
        (tmp_path / "tests" / f"{name}.py").write_text(text)
    done = run(tmp_path, "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    assert done.returncode == 0, done.stdout
    rows = [line.split() for line in (tmp_path / "journal").read_text().splitlines()]
    assert len(rows) == 12
    workers = {
        name: {worker for worker, ran in rows if ran == name}
        for name in ("test_a", "test_b", "test_c", "test_d")
    }
    assert all(len(some) == 1 for some in workers.values())
    assert workers["test_a"] == workers["test_b"] != workers["test_c"]
