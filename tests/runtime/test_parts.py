"""The composition root builds without opening anything, and rules change without a restart."""

import shutil
import time
from pathlib import Path

import pytest
from processes import wait_until
from structlog.testing import capture_logs

from complaint_gift.playbook import DEFAULT, LivePlaybook, Playbook
from complaint_gift.runtime import load_settings
from complaint_gift.runtime.parts import build, folder_of, keep_fresh, refresh

pytestmark = pytest.mark.slow


def test_nothing_is_opened_until_it_is_used(tmp_path: Path) -> None:
    parts = build(load_settings(None, {"DATA": str(tmp_path / "data")}))
    assert not (tmp_path / "data" / "complaint-gift.sqlite3").exists()
    assert parts.playbook().rules
    parts.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "playbook"
    (folder / "rules").mkdir(parents=True)
    (folder / "playbook.yaml").write_text("extends: default\nprofile: minimal\n")
    return folder


def test_changed_rules_are_taken_up_beside_the_work(folder: Path) -> None:
    playbook = LivePlaybook(folder)
    before = playbook().hash
    keep_fresh(playbook, every=0.05)
    (folder / "playbook.yaml").write_text("extends: default\nprofile: full\n")
    assert wait_until(lambda: playbook().hash != before)


def test_new_rules_are_warm_before_anybody_uses_them(folder: Path) -> None:
    playbook = LivePlaybook(folder)
    before = playbook()
    (folder / "playbook.yaml").write_text("extends: default\nprofile: full\n")
    prepared: list[Playbook] = []

    def prepare(book: Playbook) -> None:
        assert playbook() is before
        prepared.append(book)

    refresh(playbook, prepare)
    assert prepared == [playbook()]
    refresh(playbook, prepare)
    assert len(prepared) == 1


def test_bad_rules_keep_the_old_ones_and_say_so(folder: Path) -> None:
    playbook = LivePlaybook(folder)
    before = playbook().hash
    time.sleep(0.01)
    (folder / "playbook.yaml").write_text("extends: default\nprofile: everything\n")
    refresh(playbook)
    assert playbook().hash == before
    assert "everything" in str(playbook.problems)
    (folder / "playbook.yaml").write_text("extends: default\nprofile: minimal\n# mended\n")
    refresh(playbook)
    assert playbook.problems is None


def test_mended_rules_that_are_the_old_ones_are_told_too(folder: Path) -> None:
    playbook, settings = LivePlaybook(folder), folder / "playbook.yaml"
    sound = settings.read_text()
    with capture_logs() as told:
        settings.write_text("profile: everything\n")
        refresh(playbook)
        settings.write_text(sound)
        refresh(playbook)
        refresh(playbook)
    assert [line["event"] for line in told] == ["playbook-not-reloaded", "playbook-mended"]


@pytest.mark.parametrize(
    ("configured", "profile"), [("", "minimal"), ("profile: full", "full"), ("profile: minimal", "minimal")]
)
def test_the_profile_of_the_folder_holds_unless_the_configuration_names_one(
    folder: Path, tmp_path: Path, configured: str, profile: str
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"playbook: {{folder: playbook, {configured}}}\n")
    parts = build(load_settings(config, {"DATA": str(tmp_path / "data")}))
    assert parts.playbook().profile == profile
    parts.store.close()


def test_folder_that_vanishes_breaks_nothing(folder: Path) -> None:
    playbook = LivePlaybook(folder)
    before = playbook().hash
    shutil.rmtree(folder)
    refresh(playbook)
    assert playbook().hash == before


def test_shipped_rules_are_the_default() -> None:
    assert DEFAULT.is_dir()


def test_source_gets_a_private_folder(tmp_path: Path) -> None:
    settings = load_settings(None, {"DATA": str(tmp_path)})
    (tmp_path / "sources" / "desk").mkdir(parents=True, mode=0o755)
    assert folder_of(settings, "desk").stat().st_mode & 0o077 == 0
