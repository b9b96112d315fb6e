"""Backup, restore, upgrade, erase, sweep, replay, doctor: each says what it did."""

import fcntl
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from complaint_gift.cli.sweep import WORDS
from complaint_gift.service import EscalationFilter, Swept
from complaint_gift.service.records import AuditEntry, DeliveryState, NewDelivery
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
    assert f"{kept} was set aside by a restore" in run("erase", "Anna", "--yes").output.replace("\n", "")


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


def test_restore_takes_no_database_from_under_a_part_that_runs_alone(
    run, escalate, store: SqlStore, data: Path, tmp_path: Path
) -> None:
    escalate()
    assert run("backup", str(tmp_path / "copy")).exit_code == 0
    database = data / "complaint-gift.sqlite3"
    store.close()
    with closing(sqlite3.connect(database)) as web:
        web.execute("SELECT count(*) FROM delivery").fetchall()
        told = run("restore", str(tmp_path / "copy"), "--yes")
        assert (told.exit_code, "stop web, workers, ticker and gate first" in told.output) == (2, True)
    assert [path.name for path in data.glob("complaint-gift.sqlite3.2*")] == []
    assert run("restore", str(tmp_path / "copy"), "--yes").exit_code == 0
    with closing(sqlite3.connect(database)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_damaged_database_gives_way_to_a_backup(run, escalate, store, data: Path, tmp_path: Path) -> None:
    escalate()
    assert run("backup", str(tmp_path / "copy")).exit_code == 0
    store.close()
    (data / "complaint-gift.sqlite3").write_bytes(b"no database" * 1000)
    assert run("restore", str(tmp_path / "copy"), "--yes").exit_code == 0
    assert count(SqlStore(f"sqlite:///{data}/complaint-gift.sqlite3")) == 1


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


def test_sweep_has_words_for_all_it_does() -> None:
    assert {field.name for field in fields(Swept)} | {"again"} == WORDS.keys()


def fail(store: SqlStore, state: DeliveryState, error: str) -> None:
    number, _ = store.keep_delivery(NewDelivery("desk", os.urandom(4).hex(), {}, b"{", datetime.now(UTC)))
    with store.transaction() as rows:
        rows.claim_delivery(number, 1, 2)
        rows.settle_delivery(number, 2, state, error=error)


def test_doctor_says_what_failed_and_why_and_sweep_tries_it_again(run, store: SqlStore) -> None:
    for number in range(5):
        fail(store, DeliveryState.FAILED, f"desk: ticket {number} is locked; unlock it")
    told = run("doctor").output
    assert "✗ 5 deliveries could not be worked off" in told
    assert "`complaint-gift sweep --failed`" in told
    assert told.count("is locked; unlock it") == 3
    assert "desk, delivery 5: desk: ticket 4 is locked; unlock it" in told
    assert "5 that had failed are tried again" in run("sweep", "--failed").stdout
    assert "could not be worked off" not in run("doctor").output
    with store.reading() as rows:
        assert len(rows.deliveries(DeliveryState.NEW, 10)) == 5


def test_doctor_notices_that_nobody_would_be_told(run, data: Path) -> None:
    assert "Nobody is told of an escalation: name people" in run("doctor").output
    policy = data.parent / "policy.yaml"
    policy.write_text(
        "extends: default\npeople:\n  owner: [{name: Olga}, {name: Anna, email: a@example.com}]\n"
        "  director: [{name: Dora, webhooks: [leads]}]\n"
    )
    config = data.parent / "complaint-gift.yaml"
    config.write_text(config.read_text() + "policy: policy.yaml\n")
    told = run("doctor").output
    assert "Nobody is told" not in told
    assert "Olga cannot be told anything" in told
    assert "Anna would be told by 'email', which is not set up" in told
    assert "Dora would be told by 'leads', which is not set up" in told


def test_serve_says_at_once_that_nobody_would_be_told(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaint_gift.runtime.tree.supervise", lambda *_, **__: 0)
    told = run("serve")
    assert (told.exit_code, "Nobody is told of an escalation" in told.stderr) == (0, True)


def test_doctor_goes_on_behind_a_broken_playbook(run, data: Path) -> None:
    folder = data.parent / "ours"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "ours.yaml").write_text("id: ours\nkind: forbit\n")
    config = data.parent / "complaint-gift.yaml"
    config.write_text(config.read_text() + f"playbook: {{folder: {folder}}}\n")
    told = run("doctor")
    assert told.exit_code == 1
    assert "✗ The playbook has" in told.output
    assert "Did you mean `forbid`?" in told.output
    assert "Nobody is told of an escalation" in told.output


def test_doctor_notices_a_learned_layer_that_is_away(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaint_gift.learned.encoder.available", lambda: True)
    told = run("doctor").output
    assert "The learned layer does not answer" in told
    assert "ears.sock`" in told
    monkeypatch.setattr("complaint_gift.learned.encoder.available", lambda: False)
    assert "learned layer" not in run("doctor").output


def test_doctor_notices_an_audit_whose_end_was_cut_off(run, store: SqlStore, data: Path) -> None:
    with store.transaction() as rows:
        for what in ("one", "two"):
            rows.append_audit(AuditEntry(datetime.now(UTC), "Olga", what))
    assert "changed by hand" not in run("doctor").output
    with sqlite3.connect(data / "complaint-gift.sqlite3") as raw:
        raw.execute("DELETE FROM audit WHERE id = 2")
    assert "The audit was changed by hand: the trail ends with entry 1, but 2 were written." in (
        run("doctor").output
    )


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
