"""`complaint-gift rules precision`: the numbers, and words where there are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from complaint_gift.cli import main
from complaint_gift.cli import precision as cli_precision
from complaint_gift.service.records import Seen, Waiver
from complaint_gift.store import SqlStore, upgrade

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    upgrade(f"sqlite:///{tmp_path}/complaint-gift.sqlite3")
    return tmp_path


@pytest.fixture
def used(data: Path) -> Path:
    """A rule that is doubted, a trusted one, one in shadow."""
    store = SqlStore(f"sqlite:///{data}/complaint-gift.sqlite3")
    with store.transaction() as tx:
        for number in range(10):
            tx.add_sightings("desk", str(number), Seen.SHOWN, ["no-dead-end", "no-threats"], NOW)
        for number in range(4):
            why = "it was a quotation" if number < 3 else "we did offer something"
            tx.add_waiver(Waiver("no-dead-end", why, "ann", "desk", str(number), "h", NOW))
        tx.add_sightings("desk", "9", Seen.SENT, ["no-dead-end"], NOW)
        tx.add_sightings("desk", "1", Seen.SHADOW, ["our-own"], LONG_AGO)
    store.close()
    return data


def ask(data: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["rules", "precision", *more], env={"DATA": str(data), "CG_CONFIG": ""})


@pytest.mark.parametrize(("language", "told"), [("en", "No rule has been met"), ("ru", "ни одно правило")])
def test_nothing_yet_is_said_in_words(data: Path, language: str, told: str) -> None:
    for more in ((), ("--since", "2024-05-01")):
        answer = ask(data, "--language", language, *more)
        assert answer.exit_code == 0
        assert told in answer.output
    assert "2024-05-01" in answer.output


def test_least_trusted_rule_comes_first_with_its_reasons(used: Path) -> None:
    lines = ask(used).stdout.splitlines()
    assert lines[1].split() == ["no-dead-end", "10", "4", "1", "0", "0", "60%"]
    assert lines[2].strip() == "3 x does not apply because: it was a quotation"
    assert lines[4].split() == ["no-threats", "10", "0", "0", "0", "0", "100%"]
    assert lines[5].split() == ["our-own", "0", "0", "0", "0", "1", "-"]


def test_russian_table_has_every_column(used: Path) -> None:
    answer = ask(used, "--language", "ru")
    for word in ("показано", "отведено", "отправлено всё равно", "найдено позже", "в тени", "точность"):
        assert word in answer.stdout
    assert "3 x не подходит, потому что: it was a quotation" in answer.stdout


@pytest.mark.parametrize("language", ["en", "ru"])
def test_table_fits_a_narrow_terminal(used: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_precision, "_room", lambda: 66)
    lines = ask(used, "--language", language).stdout.splitlines()
    assert max(map(len, lines)) <= 66
    told = " ".join(lines[:3]).split()
    assert {"en": "anyway", "ru": "отправлено"}[language] in told
    assert any(line.split() == ["no-threats", "10", "0", "0", "0", "0", "100%"] for line in lines)


def test_json_says_the_same_since_then(used: Path) -> None:
    found = {one["rule"]: one for one in json.loads(ask(used, "--format", "json", "--since", "30d").stdout)}
    assert set(found) == {"no-dead-end", "no-threats"}
    assert found["no-dead-end"] == {
        "rule": "no-dead-end",
        "shown": 10,
        "waived": 4,
        "sent_anyway": 1,
        "found_later": 0,
        "shadow": 0,
        "precision": 0.6,
        "reasons": [
            {"reason": "it was a quotation", "count": 3},
            {"reason": "we did offer something", "count": 1},
        ],
    }


@pytest.mark.parametrize("when", ["yesterday", "30 days", "999999d", "2025-13-01", "-3d"])
def test_a_moment_that_cannot_be_read_is_refused_in_words(data: Path, when: str) -> None:
    answer = ask(data, "--since", when)
    assert answer.exit_code == 2
    assert "--since cannot be" in answer.output
    assert "30d" in answer.output


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = ask(tmp_path / "nowhere")
    assert answer.exit_code == 2
    assert "nowhere/complaint-gift.sqlite3 is not there" in answer.output
    assert "in DATA" in answer.output
    assert "`complaint-gift upgrade`" in answer.output
