"""What the instructions say exists, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from marshmallow import Schema, fields

from complaint_gift_generic import GenericPlugin
from complaint_gift_generic.settings import GenericSettings

HERE = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ru.md")


@pytest.fixture(params=READMES)
def text(request: pytest.FixtureRequest) -> str:
    return (HERE / request.param).read_text("utf-8")


def names(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield name
        if isinstance(field, fields.Nested):
            yield from names(field.schema)


def example(text: str) -> dict[str, Any]:
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.S)[1])["sources"]["acme-desk"]
    assert shown.pop("plugin") == "generic"
    shown["proof"]["secrets"] = ["resolved from its file"]
    shown["api"]["auth"]["password"] = "resolved from the environment"
    return shown


def test_every_key_is_explained(text: str) -> None:
    told = set(re.findall(r"[a-z_]+", text))
    assert set(names(GenericSettings())) <= told


def test_example_is_accepted_and_reads_the_invented_helpdesk(kit: SimpleNamespace, text: str) -> None:
    source = kit.make_source(example(text))
    (event,) = GenericPlugin().parse(kit.store(kit.event()), source)
    assert (event.conversation, event.message, event.actor_id) == ("4107", "r-1", "u-2")


def test_both_languages_explain_the_same() -> None:
    english, russian = ((HERE / name).read_text("utf-8") for name in READMES)
    for pattern in (r"^## ", r"^\| ", r"^\d\. ", r"```", r"^- "):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, russian, re.M))
    shown = [
        re.sub(r" +#.*", "", re.search(r"```yaml\n(.*?)```", text, re.S)[1]) for text in (english, russian)
    ]
    assert shown[0] == shown[1]


def test_real_helpdesk_is_described_for_it(text: str) -> None:
    linked = re.search(r"\]\((tests/\S+\.yaml)\)", text)[1]
    assert "plugin: generic" in (HERE / linked).read_text("utf-8")
