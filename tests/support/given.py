"""What every test may ask for, wherever it lives, and what a skip must not hide; a pytest plugin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED_SKIP = "needs ../shared"
_skipped: list[str] = []


@pytest.fixture(scope="session")
def shared() -> Path:
    """The texts and payloads that are measured on but are no part of the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"{ALLOWED_SKIP}: texts and payloads that are no part of the project")
    return folder


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED_SKIP):
            _skipped.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where root has installed everything (CG_NO_SKIPS=1) a skip is a failure."""
    if _skipped and os.environ.get("CG_NO_SKIPS") == "1" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("CG_NO_SKIPS") == "1":
        terminalreporter.section("skipped, but nothing may be skipped here", red=True)
        for line in _skipped:
            terminalreporter.write_line(line)
