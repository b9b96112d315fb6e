"""Backup, restore, upgrade, erase, sweep, replay, doctor: each says what it did."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from complaint_gift.service import EscalationFilter
from complaint_gift.store import SqlStore


def count(store: SqlStore) -> int:
    with store.reading() as rows:
        return len(rows.escalations(EscalationFilter(), 100))


def test_backup_brings_back_what_was_there(
    run, escalate, store: SqlStore, data: Path, tmp_path: Path
) -> None:
    escalate()
    told = run("backup", str(tmp_path / "copy"))
    assert (told.exit_code, "rows are in" in told.output) == (0, True)
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    escalate()
    store.close()
    told = run("restore", str(tmp_path / "copy"), "--yes")
    assert told.exit_code == 0, told.output
    assert count(store) == 1
    (kept,) = [path for path in data.glob("complaint-gift.sqlite3.2*") if path.suffix.count("-") == 1]
    old = SqlStore(f"sqlite:///{kept}")
    assert count(old) == 2
    old.close()


def test_backup_overwrites_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("dear")
    told = run("backup", str(tmp_path / "copy"))
    assert (told.exit_code, "exists already" in told.output) == (2, True)
    assert (tmp_path / "copy").read_text() == "dear"


def test_bad_backup_leaves_the_database_alone(run, escalate, store: SqlStore, tmp_path: Path) -> None:
    escalate()
    (tmp_path / "copy").write_text("no backup")
    told = run("restore", str(tmp_path / "copy"), "--yes")
    assert told.exit_code == 2
    assert count(store) == 1


def test_restore_waits_until_everything_is_stopped(run, data: Path, tmp_path: Path) -> None:
    (data / "valkey").mkdir()
    with (data / "valkey" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = run("restore", str(tmp_path / "copy"), "--yes")
    assert (told.exit_code, "stop it first" in told.output) == (2, True)


def test_upgrade_makes_the_database_and_says_so(run, data: Path) -> None:
    assert run("upgrade").output == "The database is up to date.\n"
    (data / "complaint-gift.sqlite3").unlink()
    assert "is at revision" in run("upgrade").output


def test_erase_asks_first_and_says_what_it_found(run, escalate, store: SqlStore) -> None:
    assert run("erase", "Anna", input="n\n").exit_code == 1
    assert "We hold nothing" in run("erase", "Anna", "--yes").output
    told = run("erase", "Anna", "--source", "elsewhere", "--yes")
    assert (told.exit_code, "configured are: desk" in told.output) == (2, True)
    assert run("erase", " ", "--yes").exit_code == 2


def test_sweep_says_when_nothing_was_left(run) -> None:
    told = run("sweep").stdout
    assert told == "Nothing was left lying.\n"


def payload(tmp_path: Path, **changes: object) -> Path:
    event = {
        "account_id": 7,
        "id": "0c2b1f2e-2f0c-4f57-8a1c-1f2b3c4d5e6f",
        "type": "zen:event-type:ticket.status_changed",
        "subject": "zen:ticket:35436",
        "time": "2026-11-25T09:00:00Z",
        "zendesk_event_version": "2022-11-06",
        "detail": {"id": "35436", "status": "OPEN", "actor_id": "8447388090494"},
        "event": {"current": "OPEN", "previous": "NEW"},
    } | changes
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    return path


def test_replay_says_what_a_payload_means_and_sends_it(run, store: SqlStore, tmp_path: Path) -> None:
    told = run("replay", str(payload(tmp_path)), "--source", "desk", "--dry-run")
    assert told.output == "event.json: ConversationChanged, conversation 35436\n"
    told = run("replay", str(payload(tmp_path)), "--source", "desk")
    assert "delivery 1 is new" in told.output
    with store.reading() as rows:
        assert len(rows.deliveries(None, 10)) == 1


def test_replay_names_what_it_cannot_read(run, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{")
    told = run("replay", str(path), "--source", "desk")
    assert (told.exit_code, "bad.json: Unreadable" in told.output) == (1, True)
    told = run("replay", str(payload(tmp_path)), "--source", "dsk")
    assert (told.exit_code, "configured are: desk" in told.output) == (2, True)


def test_doctor_names_everything_that_is_wrong_and_what_to_do(run) -> None:
    told = run("doctor")
    assert told.exit_code == 1
    for words in (
        "Redis does not answer",
        "No ticker is alive: start",
        "No worker is alive: start",
        "desk: ",
        "The console is closed: add",
        "things need attention",
    ):
        assert words in told.output, words


def test_doctor_reads_the_policy_back_in_the_language_of_the_terminal(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert "A customer hears from us within 4 working hours" in run("doctor").output
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert "Отвечаем клиенту за 4 рабочих часа" in run("doctor").output


def test_doctor_without_a_database_says_how_to_make_one(run, data: Path) -> None:
    os.remove(data / "complaint-gift.sqlite3")
    told = run("doctor")
    assert "run `complaint-gift upgrade`" in told.output
    assert told.exit_code == 1
