"""Escalations from a terminal."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from complaint_gift.cli.escalations import TEXTS
from complaint_gift.domain import EscalationState
from complaint_gift.web.wording import check_complete


def test_nothing_waiting_is_said(run) -> None:
    assert run("escalations", "list").output == "Nobody is waiting for a human.\n"
    assert "no escalation yet" in run("escalations", "list", "--all").output


def test_list_says_what_is_due(run, escalate) -> None:
    escalate()
    escalate(due_at=datetime.now(UTC) - timedelta(hours=3))
    told = run("escalations", "list").output
    assert "A customer mentions court" in told
    assert "due in 30 minutes" in told
    assert "overdue by 3 hours" in told
    assert told.index("overdue") < told.index("due in")


def test_list_speaks_the_language_of_the_terminal(run, escalate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert run("escalations", "list").output == "Сейчас никто не ждёт.\n"
    number = str(escalate())
    escalate(due_at=datetime.now(UTC) - timedelta(hours=3))
    told = run("escalations", "list").output
    for words in ("Клиент упоминает суд", "срок через 30 минут", "просрочено на 3 часа", "обращение 7"):
        assert words in told
    assert "теперь ваша, Dana" in run("escalations", "ack", number, "--by", "Dana").output
    assert "этим занимается Dana" in run("escalations", "list").output
    run("escalations", "resolve", number, "--note", "вернули деньги", "--by", "Dana")
    assert "решение, Dana: вернули деньги" in run("escalations", "list", "--all").output


def test_every_text_is_there_in_both_languages() -> None:
    check_complete(TEXTS)
    assert {state.value for state in EscalationState} <= set(TEXTS["en"])


def test_list_for_programs_is_json(run, escalate) -> None:
    number = escalate()
    (told,) = json.loads(run("escalations", "list", "--format", "json").output)
    assert (told["id"], told["state"], told["reason"]) == (number, "open", "court")
    assert datetime.fromisoformat(told["due_at"]).tzinfo is not None


def test_escalation_is_taken_and_resolved_by_name(run, escalate) -> None:
    number = str(escalate())
    assert "is yours, Dana" in run("escalations", "ack", number, "--by", "Dana").output
    assert "Dana is on it" in run("escalations", "list").output
    assert run("escalations", "resolve", number, "--note", "refunded", "--by", "Dana").exit_code == 0
    assert "Nobody is waiting" in run("escalations", "list").output
    assert "resolved by Dana: refunded" in run("escalations", "list", "--all").output


def test_what_is_not_there_is_refused_in_words(run, escalate) -> None:
    told = run("escalations", "ack", "99")
    assert (told.exit_code, "There is no escalation 99" in told.output) == (2, True)
    number = str(escalate())
    run("escalations", "resolve", number, "--note", "x", "--by", "Dana")
    told = run("escalations", "resolve", number, "--note", "x")
    assert (told.exit_code, "was resolved by Dana" in told.output) == (2, True)
    assert run("escalations", "resolve", number).exit_code == 2
