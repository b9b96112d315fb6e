"""The policy as `doctor` reads it back: clocks, ladder, who is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from complaint_gift.cli.common import language_of
from complaint_gift.cli.policywords import read_back, say_span
from complaint_gift.service.hours import Span
from complaint_gift.service.policyfile import load_policy

PEOPLE = """\
people:
  owner: [{name: Anna Berg, accounts: [anna@acme.example]}]
  director: [{name: Boris Orlov, accounts: [boris@acme.example]}]
"""


def said(tmp_path: Path, text: str, language: str = "en") -> str:
    path = tmp_path / "policy.yaml"
    path.write_text(f"extends: default\n{text}", "utf-8")
    return "\n".join(read_back(load_policy(path), language))


def test_what_differs_from_the_default_is_read_back(tmp_path: Path) -> None:
    told = said(
        tmp_path,
        "calendar: {timezone: Europe/Berlin, week: {sat: ['10:00-14:00']}, holidays: [2027-01-01]}\n"
        "reply: {within: {default: 2 h, chat: 1 min}, quiet: 5 min}\n"
        "escalations: {court: {due: 3 d, start: director}, press: off}\n"
        "promises: {remind_before: off}\n",
    )
    assert (
        "Mon–Fri 09:00–18:00, Sat 10:00–14:00, time zone Europe/Berlin, days off in the calendar: 1." in told
    )
    assert "within 2 hours; email, web: 4 working hours; chat: 1 minute;" in told
    assert "judged 5 minutes after" in told
    assert "To be taken within 3 days, beginning with director: court." in told
    assert "Nobody is called for: press, " in told
    assert "Nobody is reminded" in told


def test_who_is_skipped_and_who_hears_instead_is_read_back(tmp_path: Path) -> None:
    assert "owner (nobody yet, enter somebody under people)" in said(tmp_path, "")
    told = said(tmp_path, PEOPLE)
    assert "30 minutes later owner (Anna Berg), 2 hours later director (Boris Orlov), then" in told
    assert "A complaint about Anna Berg begins with Boris Orlov." in told
    assert "A complaint about Boris Orlov begins with Anna Berg." in told
    alone = said(tmp_path, PEOPLE.replace("{name: Boris Orlov, accounts: [boris@acme.example]}", ""))
    assert "A complaint about Anna Berg reaches nobody" in alone


def test_the_policy_is_read_back_in_russian(tmp_path: Path) -> None:
    told = said(tmp_path, PEOPLE + "reply: {within: {chat: 1 min}}\n", "ru")
    assert "Рабочее время: пн–пт 09:00–18:00" in told
    assert "Отвечаем клиенту за 4 рабочих часа; chat: за 1 минуту;" in told
    assert "Если жалуются на сотрудника (Anna Berg), первыми узнают: Boris Orlov." in told
    assert say_span(Span(21, "d", working=True), "ru") == "21 рабочий день"


def test_a_week_without_work_counts_every_hour(tmp_path: Path) -> None:
    days = ", ".join(f"{day}: []" for day in ("mon", "tue", "wed", "thu", "fri"))
    assert "the clocks never stop" in said(tmp_path, f"calendar: {{week: {{{days}}}}}\n")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "ru_RU"}, "ru"),
    ],
)
def test_the_language_is_the_one_of_the_terminal(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
