"""YAML at a place or under a name that an admin may choose: read, or refused with where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest
from shouting import RULE, SIGNAL, own_playbook, put

from complaint_gift.playbook import LivePlaybook, PlaybookError, load_playbook

OTHER = RULE.replace("no-shouting", "no-other")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own_playbook(tmp_path / "playbook")


def refused(folder: Path) -> str:
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", ["rules/other.YAML", "rules/other.yml", "rules/other.Yml"])
def test_an_ending_counts_however_it_is_written(folder: Path, name: str) -> None:
    put(folder, name, OTHER)
    assert load_playbook(folder).rules.keys() == {"no-shouting", "no-other"}


@pytest.mark.parametrize("name", ["playbook.yml", "playbook.YAML", "Playbook.yaml"])
def test_settings_are_read_under_every_ending(folder: Path, name: str) -> None:
    put(folder, name, "profile: minimal\n")
    assert load_playbook(folder).profile == "minimal"
    put(folder, name, "off: [no-shoutin]\n")
    assert f"{name}:1:7: `off` names an unknown rule" in refused(folder)


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("our.yaml", OTHER, "move it to rules/our.yaml"),
        ("our.yml", "# why\n" + OTHER, "move it to rules/our.yaml"),
        ("Rules/our.yaml", OTHER, "move it to rules/our.yaml"),
        ("rules/shop/our.yaml", OTHER, "move it to rules/our.yaml"),
        ("our.yaml", SIGNAL, "move it to signals/en/our.yaml"),
        ("signals/our.yaml", SIGNAL, "move it to signals/en/our.yaml"),
        ("signals/en/more/our.yaml", SIGNAL, "move it to signals/en/our.yaml"),
        ("signals/classes.yaml", "we: [we, us]\n", "move it to signals/en/classes.yaml"),
        ("settings.yaml", "off: [no-shouting]\n", "Put its keys into playbook.yaml"),
        ("compose.yaml", "services: {a: b}\n", "outside this folder"),
        ("empty.yaml", "", "outside this folder"),
        ("broken.yaml", "a: b: c", "outside this folder"),
    ],
)
def test_a_stray_file_is_told_where_it_belongs(folder: Path, name: str, text: str, remedy: str) -> None:
    path = put(folder, name, text)
    told = refused(folder)
    line = 1 + len(text) - len(text.lstrip("\n")) + text.startswith("# ") * 2
    assert f"{path}:{line}:1: nothing reads a file here" in told
    assert remedy in told


def test_a_second_file_of_settings_is_refused(folder: Path) -> None:
    put(folder, "playbook.yaml", "profile: full\n")
    path = put(folder, "playbook.yml", "profile: minimal\n")
    told = refused(folder)
    assert f"{path}:1:1: there is playbook.yaml already" in told
    assert "Keep playbook.yaml alone." in told


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("off: [no-shouting]\n", "into the first document"),
        (OTHER.strip(), "move it to rules/our.yaml"),
        (SIGNAL.strip(), "move it to signals/en/our.yaml"),
        ("what: this\n", "into the first document"),
    ],
)
def test_a_second_document_of_settings_is_refused(folder: Path, text: str, remedy: str) -> None:
    put(folder, "playbook.yaml", f"profile: full\n---\n{text}")
    told = refused(folder)
    assert "playbook.yaml:3:1: playbook.yaml has another document here" in told
    assert remedy in told


@pytest.mark.parametrize(
    "name",
    [
        "rules/.other.yaml.swp",
        "rules/.other.yaml",
        "rules/._shouting.yaml",
        "rules/other.yaml~",
        "rules/#other.yaml#",
        "rules/other.yaml.bak",
        "other.yaml.orig",
        ".pre-commit-config.yaml",
        ".github/workflows/test.yaml",
        "signals/.git/x.yaml",
        "README.md",
    ],
)
def test_what_editors_and_tools_leave_behind_is_left_alone(folder: Path, name: str) -> None:
    before = load_playbook(folder).hash
    put(folder, name, "id: [")
    assert load_playbook(folder).hash == before


def test_the_lock_of_an_editor_stops_no_reload(folder: Path) -> None:
    (folder / "rules" / ".#shouting.yaml").symlink_to("somebody@host.1234")
    live = LivePlaybook(folder)
    put(folder, "rules/other.YAML", OTHER)
    assert live.refresh()
    assert "no-other" in live().rules


def test_a_link_to_nowhere_is_told(folder: Path) -> None:
    (folder / "rules" / "gone.yaml").symlink_to("nowhere.yaml")
    assert "gone.yaml:1:1: the file cannot be read" in refused(folder)


def test_links_as_kubernetes_makes_them_are_read_once(folder: Path) -> None:
    put(folder, "..2025/other.yaml", OTHER)
    (folder / "rules" / "other.yaml").symlink_to("../..2025/other.yaml")
    (folder / "rules" / "up").symlink_to("..")
    assert "no-other" in load_playbook(folder).rules
