"""A lost permission must not look like a deletion, also where nobody told us what we ought to see."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.plugin import Unreachable


@pytest.fixture
def seen(desk: Any, tmp_path: Path) -> Any:
    """A desk of which one issue has been read."""
    desk.source = replace(desk.source, folder=tmp_path)
    fetch(desk, desk.open())
    return desk


def fetch(desk: Any, number: str) -> Any:
    return desk.plugin.fetch(number, desk.source, desk.api())


def test_deletion_is_believed_while_every_project_is_seen(seen: Any) -> None:
    assert fetch(seen, "999") is None
    assert seen.asked[-1][1].endswith("/project/10")


def test_project_that_was_seen_and_is_lost_is_no_deletion(seen: Any) -> None:
    seen.fail("/project/10", 404, times=2)
    with pytest.raises(Unreachable, match="project SD cannot be seen; let our user"):
        fetch(seen, "999")
    assert "project SD cannot be seen any more" in "\n".join(seen.plugin.probe(seen.source, seen.api()))


def test_projects_that_are_configured_are_those_that_count(seen: Any) -> None:
    told = replace(seen.source, settings={**seen.source.settings, "projects": ["SD"]})
    seen.source = told
    seen.fail("/project/10", 404)
    assert fetch(seen, "999") is None
    assert seen.asked[-1][1].endswith("/project/SD")


def test_what_is_kept_is_private_and_of_this_jira(seen: Any, tmp_path: Path) -> None:
    kept = tmp_path / "projects.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text(kept.read_text("utf-8").replace("127.0.0.1", "jira.example.com"))
    seen.fail("/project/10", 404)
    assert fetch(seen, "999") is None


@pytest.mark.parametrize("spoilt", ["", "{broken", "[]", '{"about": 1}', "null"])
def test_spoilt_memory_is_made_anew(seen: Any, tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "projects.json").write_text(spoilt)
    assert fetch(seen, "999") is None
    fetch(seen, seen.open())
    seen.fail("/project/10", 404)
    with pytest.raises(Unreachable):
        fetch(seen, "999")
