"""What the pages say is so: tables, commands, addresses, keys and links are compared with the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from tables import ABILITIES, KEYS, README, keys, rewritten
from tracked import ROOT, tracked

from complaint_gift.cli.main import main
from complaint_gift.discovery import load_plugins
from complaint_gift.playbook import load_playbook
from complaint_gift.plugin import Can
from complaint_gift.runtime.secret import Secret
from complaint_gift.runtime.sections import FileSchema
from complaint_gift.runtime.settings import Console, Settings, load_settings
from complaint_gift.service.policyfile import load_policy
from complaint_gift.web import create_app

TEXT = README.read_text("utf-8")
AGAIN = "write it again with `make docs` and commit it"
BUILT_IN = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/complaint_gift_*"))
CODE = re.compile(r"`([^`]+)`")
# Set by us for our own children, or by the system: nobody has to know them.
PRIVATE = {"CG_NO_SKIPS"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, or below a text."""
    below = TEXT[TEXT.index(heading) :]
    table = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", below, re.M)
    assert table, f"no table below {heading}"
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table[1].splitlines()]


def test_readme_begins_with_the_two_commands() -> None:
    lines = [line.split("#")[0].split() for line in TEXT.splitlines()[:5] if line.startswith("    ")]
    assert lines == [["make", "demo"], ["make", "test"]]


def test_generated_parts_are_current() -> None:
    assert rewritten(TEXT) == TEXT, f"a table of the README is out of date: {AGAIN}"


def test_every_ability_of_plugins_has_words() -> None:
    assert set(ABILITIES) == set(Can), "tests/support/tables.py names the abilities of plugins"


def test_every_key_of_the_configuration_has_words() -> None:
    assert [name for name, _ in keys(FileSchema())] == list(KEYS), "tests/support/tables.py explains the keys"
    assert all(KEYS.values())


# Commands


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        elif command is not None:
            yield f"{above}{name}"


def documented() -> list[str]:
    """`rules list`, `test` in one row means two commands of one group."""
    found = []
    for first, *_ in rows("## Commands"):
        group = ""
        for name in CODE.findall(first):
            group = f"{name.split()[0]} " if " " in name else group
            found.append(name if " " in name else group + name)
    return found


def test_every_command_is_in_the_table_and_no_other() -> None:
    assert sorted(documented()) == sorted(commands(main)), "mend the table of commands in README.md"


def test_commands_shown_can_be_called_so() -> None:
    shown = re.findall(r"^    complaint-gift (.+?)(?: +#.*)?$", TEXT, re.M)
    assert len(shown) >= 6
    for line in shown:
        command: click.Command = main
        args = shlex.split(line)
        context = click.Context(main)
        while isinstance(command, click.Group):
            name, *args = args
            found = command.get_command(context, name)
            assert found is not None, f"README.md shows `complaint-gift {line}`: there is no {name}"
            command = found
        command.make_context(command.name, args)


def test_make_targets_shown_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for line in re.findall(r"^    (?:\w+=\S+ )?make ([a-z -]+?)(?:  .*)?$", TEXT, re.M):
        assert set(line.split()) <= targets


# Environment and configuration


class Watched(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)


def test_every_variable_of_the_environment_is_in_the_table_and_no_other(tmp_path: Path) -> None:
    environ = Watched({"DATA": str(tmp_path)})
    load_settings(None, environ)
    read = set(environ.asked)
    for path in (ROOT / "src").rglob("*.py"):
        read |= set(re.findall(r"env(?:iron)?(?:\.get\(|\[)\"(CG_[A-Z_]+)\"", path.read_text("utf-8")))
    told = {name for first, *_ in rows("| variable |") for name in CODE.findall(first)}
    assert told == read - PRIVATE, "mend the table of variables in README.md"


def test_defaults_of_the_environment_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    told = {name: value for names, value, *_ in rows("| variable |") for name in CODE.findall(names)}
    assert f"`{settings.host}`, `{settings.port}`" == told["HOST"]
    assert settings.data == (tmp_path / told["DATA"].strip("`")).resolve()


@pytest.fixture
def secrets() -> dict[str, str]:
    """The variables that deploy/example.env leaves to fill in, filled in."""
    names = re.findall(r"^([A-Z_]+)=$", (ROOT / "deploy" / "example.env").read_text("utf-8"), re.M)
    return dict.fromkeys(names, "a secret of thirty-two characters")


def test_example_configuration_is_accepted(secrets: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(ROOT / "deploy" / "example.yaml", secrets | {"DATA": str(tmp_path)})
    assert settings.sources
    assert settings.review_tokens
    assert settings.console is not None


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_key_of_a_plugin_is_explained(name: str) -> None:
    example = (ROOT / "deploy" / "example.yaml").read_text("utf-8")
    page = (ROOT / "plugins" / name / "README.md").read_text("utf-8")
    for key in load_plugins([name])[name].settings().fields:
        assert f"{key}:" in example or re.search(rf"\b{key}\b", page), (
            f"{key} of {name} is neither in deploy/example.yaml nor in plugins/{name}/README.md"
        )


# Addresses


def served() -> set[tuple[str, str]]:
    settings = Settings(
        config=None, data=Path(), host="127.0.0.1", port=8080, database_url="", redis_url="",
        sources={}, plugins={}, console=Console(Secret("password"), Secret("k" * 16)),
    )  # fmt: skip
    app = create_app(SimpleNamespace(settings=settings))  # type: ignore[arg-type]
    found = set()
    for rule in app.url_map.iter_rules():
        path = "/console" if rule.rule.startswith("/console/") else re.sub(r"<\w+:", "<", rule.rule)
        methods = {"GET"} if path == "/console" else rule.methods or set()
        if rule.endpoint != "static":
            found |= {(method, path) for method in methods - {"HEAD", "OPTIONS"}}
    return found


def addresses() -> set[tuple[str, str]]:
    """In a row a method or a path that is left out is the one before; `.../x` continues the path before."""
    found = set()
    for first, *_ in rows("## Addresses"):
        method = path = ""
        for code in CODE.findall(first):
            for part in code.split():
                if part.startswith("..."):
                    path += part[3:]
                elif part.startswith("/"):
                    path = part
                else:
                    method = part
            found.add((method, path))
    return found


def test_every_route_is_in_the_table_and_no_other() -> None:
    assert addresses() == served(), "mend the table of addresses in README.md"


# Figures and links


def test_policy_is_told_as_it_ships() -> None:
    policy = load_policy()
    tags = re.search(r"agent's click or tag \(`(\w+)`, `(\w+)`\)", TEXT)
    assert tags
    assert ({tags[1]}, {tags[2]}) == (policy.signs.tags, policy.signs.not_tags)
    first, *rungs = [rung.to for rung in policy.ladder]
    assert f"from the {first} to the {' to the '.join(rungs)}" in TEXT


def test_profiles_hold_as_many_rules_as_told() -> None:
    told = re.search(r"minimal \((\d+) rules\)", TEXT)
    assert told
    assert int(told[1]) == len(load_playbook(profile="minimal").active)


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        assert (page.parent / path).exists(), f"{page.name} links to {target}, which is not there"
        assert path or anchor in anchors, f"{page.name} links to #{anchor}, which is no heading"
