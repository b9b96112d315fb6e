"""The package of the Outlook add-in, judged by the vendor's own validator, without a network."""

import json
import re
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
HERE = Path(__file__).resolve().parent
# What the validator has to refuse, or its silence about ours would mean nothing.
BROKEN = {
    "mode": ('"softBlock"', '"softblock"'),
    "scope": ('"mail"', '"mails"'),
    "context": ('"mailCompose"', '"mailWrite"'),
    "page": ('"page": "https://', '"page": "ftp://'),
    "action": ('"executeFunction"', '"runFunction"'),
    "color": ("#1D6A55", "green"),
    "id": ('"id": "', '"id": "x'),
    "surprise": ('"accentColor"', '"accentColour"'),
    "size": ('"size": 80', '"size": 81'),
}
BROKEN_RU = {
    "ru-name": ('"name.short": "Complaint Gift"', f'"name.short": "{"x" * 31}"'),
    "ru-place": ("ribbons[0]", "ribbon[0]"),
}


@pytest.fixture(scope="module")
def said(
    package: Path, office_packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What is wrong with ours ("" and "ru") and with each broken one, from one run of the validator."""
    folder = tmp_path_factory.mktemp("broken")
    files = {"": package / "manifest.json", "ru": package / "ru.json"}
    for broken, of in ((BROKEN, files[""]), (BROKEN_RU, files["ru"])):
        text = of.read_text("utf-8")
        for name, (before, after) in broken.items():
            assert before in text, name
            files[name] = folder / f"{name}.json"
            files[name].write_text(text.replace(before, after, 1), "utf-8")
    command = ["node", str(HERE / "validate.mjs"), str(office_packages), *map(str, files.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {name: found[str(path)] for name, path in files.items()}


@pytest.mark.parametrize("name", ["", "ru"])
def test_package_is_valid(said: dict[str, list[str]], name: str) -> None:
    assert said[name] == []


@pytest.mark.parametrize("name", [*BROKEN, *BROKEN_RU])
def test_broken_package_is_refused(said: dict[str, list[str]], name: str) -> None:
    assert said[name] != []


def test_names_in_the_manifest_are_those_of_the_script(package: Path, script: Path) -> None:
    extension = json.loads((package / "manifest.json").read_text("utf-8"))["extensions"][0]
    code = script.read_text("utf-8")
    (event,) = extension["autoRunEvents"][0]["events"]
    assert event == {
        "type": "messageSending", "actionId": "onMessageSend", "options": {"sendMode": "softBlock"},
    }  # fmt: skip
    assert re.findall(r'associate\("(\w+)"', code) == [event["actionId"]]
    actions = {action["id"] for runtime in extension["runtimes"] for action in runtime["actions"]}
    (control,) = extension["ribbons"][0]["tabs"][0]["groups"][0]["controls"]
    assert {event["actionId"], control["actionId"]} == actions
    assert re.findall(r'COMMAND = "(\w+)"', code) == [control["id"]]


def test_both_languages_name_everything_that_people_read(package: Path) -> None:
    english: Any = json.loads((package / "manifest.json").read_text("utf-8"))
    for path, words in json.loads((package / "ru.json").read_text("utf-8")).items():
        if path == "$schema":
            continue
        found = english
        for step in re.findall(r"\w+", path):
            found = found[int(step) if step.isdigit() else step]
        assert isinstance(found, str), path
        assert words == found == "Complaint Gift" or re.search("[а-яё]", words), path


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_icons_have_the_size_that_is_asked_for(package: Path, name: str, size: int) -> None:
    assert struct.unpack(">II", (package / name).read_bytes()[16:24]) == (size, size)


def test_lock_file_names_no_registry() -> None:
    assert "resolved" not in (HERE / "package-lock.json").read_text("utf-8")
