"""`complaint-gift rules docs`: one page about all rules, the same headings for each."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from complaint_gift.cli import main
from complaint_gift.cli.rulepage import page
from complaint_gift.cli.rulewords import BLOCKS, CODES, HEADINGS, PAGE, SEVERITIES, SOURCES, WHEN
from complaint_gift.playbook import DEFAULT, load_playbook
from complaint_gift.playbook.rule import When
from complaint_gift.playbook.rule_files import SLOTS

pytestmark = pytest.mark.slow

SLOT = r"\{(" + "|".join(SLOTS) + r")\}|\[\["
OWN_RULE = """
id: our-own
kind: forbid
severity: error
block: yes
shadow: yes
profiles: []
signals: [thanks]
message: {en: Do not thank.}
when: {channel: [chat, email], brand: [acme], language: [en], severity: [high], first_reply: no}
examples:
  en:
    fires: [Thank you for telling us., Thanks for telling us about it.]
    passes: [No., Never.]
"""


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^### (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_rule_has_every_heading_with_words_under_it(language: str) -> None:
    text, playbook = page(load_playbook(), language), load_playbook()
    found = sections(text)
    assert set(found) == set(playbook.rules)
    for identity, section in found.items():
        heads = re.findall(r"^\*\*(.+?)\.\*\*(?: \S|\n\n> \S)", section, flags=re.M)
        assert heads == list(HEADINGS[language].values()), identity
        assert PAGE[language]["lacking"] not in section, identity
        assert PAGE[language]["no_example"] not in section, identity
        assert not re.search(SLOT, section), identity


def test_russian_page_speaks_russian() -> None:
    for identity, section in sections(page(load_playbook(), "ru")).items():
        for line in section.splitlines():
            if line.startswith("**") and not line.startswith(("**Профили", "**Источник")):
                assert re.search("[а-яё]", line.partition(".**")[2]) or line.endswith(".**"), (identity, line)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_contents_lead_to_every_rule(language: str) -> None:
    text = page(load_playbook(), language)
    assert sorted(re.findall(r"^- \[(.+)\]\(#\1\): \S", text, flags=re.M)) == sorted(load_playbook().rules)


def test_both_languages_have_the_same_words() -> None:
    for words in (HEADINGS, PAGE, SEVERITIES, WHEN, BLOCKS, CODES, SOURCES):
        assert list(words["en"]) == list(words["ru"])
    for language in ("en", "ru"):
        assert {field.name for field in fields(When) if field.init} <= set(WHEN[language])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "our-own.yaml").write_text(OWN_RULE, "utf-8")
    (tmp_path / "playbook.yaml").write_text("extends: default\n", "utf-8")
    return tmp_path


def test_a_rule_of_ones_own_says_its_conditions_and_what_it_lacks(own: Path) -> None:
    section = sections(page(load_playbook(own), "en"))["our-own"]
    assert "only after the first reply; only in the channels `chat`, `email`" in section.lower()
    assert "only for the brands `acme`" in section
    assert "a lead has to release the text. In shadow now" in section
    assert "**Profiles.** none, so it never speaks" in section
    assert "**Why.** Not written down." in section
    assert "None in English" not in section
    assert "На русском примера нет." in sections(page(load_playbook(own), "ru"))["our-own"]


def test_command_writes_the_page_or_prints_it(tmp_path: Path, own: Path) -> None:
    out = tmp_path / "page.md"
    written = CliRunner().invoke(main, ["rules", "docs", "--playbook", str(own), "--out", str(out)])
    assert written.exit_code == 0
    assert "rules written" in written.output
    printed = CliRunner().invoke(main, ["rules", "docs", "--playbook", str(own)])
    assert printed.output == out.read_text("utf-8")
    refused = CliRunner().invoke(main, ["rules", "docs", "--out", str(tmp_path / "no" / "page.md")])
    assert refused.exit_code == 2
    assert "cannot be written" in refused.output


@pytest.mark.parametrize(("language", "name"), [("en", "RULES.md"), ("ru", "RULES.ru.md")])
def test_shipped_page_is_current(language: str, name: str) -> None:
    assert (DEFAULT / name).read_text("utf-8") == page(load_playbook(DEFAULT), language), (
        f"{name} does not say what the rules say any more: run `make docs` and commit it"
    )
