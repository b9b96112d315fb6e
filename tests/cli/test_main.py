"""The command group: what is there, and errors as sentences."""

from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from complaint_gift.cli import main as group
from complaint_gift.cli.main import COMMANDS


def test_every_command_is_there_and_says_what_it_does() -> None:
    for name, place in COMMANDS.items():
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command), name
        assert command.name == name
        assert len(command.get_short_help_str(200)) > 10, name


def test_help_lists_commands_and_plugins_without_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_CONFIG", "/nowhere.yaml")
    told = CliRunner().invoke(group, ["--help"])
    assert told.exit_code == 0
    for name in ("serve", "demo", "doctor", "review", "zendesk"):
        assert f"\n  {name} " in told.output


def test_unknown_command_is_refused() -> None:
    told = CliRunner().invoke(group, ["sreve"])
    assert told.exit_code == 2
    assert "sreve" in told.output


def test_broken_plugin_breaks_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from complaint_gift.cli import main as module

    broken = EntryPoint("broken", "no_such_module:Plugin", "complaint_gift.plugins")
    main_module = import_module("complaint_gift.cli.main")
    monkeypatch.setattr(main_module, "entry_points", lambda group: [broken])
    monkeypatch.setattr(
        main_module,
        "load_plugins",
        lambda names: (_ for _ in ()).throw(main_module.PluginNotUsable("plugin 'broken' does not load")),
    )
    assert "Not usable" in CliRunner().invoke(module, ["--help"]).output
    told = CliRunner().invoke(module, ["broken", "install"])
    assert (told.exit_code, "does not load" in told.output) == (1, True)


def test_bad_configuration_is_told_whole_and_exits_with_two(run, tmp_path: Path) -> None:
    (tmp_path / "complaint-gift.yaml").write_text("colour: blue\nserver: {threads: 0}\n")
    told = run("sources")
    assert told.exit_code == 2
    assert "The configuration has 2 problems:" in told.output
    assert "complaint-gift.yaml:1: colour" in told.output


def test_configuration_can_be_named_on_the_command_line(run, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("{}\n")
    assert "No source is configured" in run("--config", str(other), "sources").output


def test_sources_and_plugins_are_listed(run) -> None:
    assert "receives at http://127.0.0.1:8080/hooks/desk" in run("sources").output
    assert "zendesk  can verify, fetch, note" in run("plugins").output
