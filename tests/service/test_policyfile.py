"""A policy is read as a whole, and every mistake is named in its place."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from complaint_gift.domain import Reason
from complaint_gift.service.hours import Span
from complaint_gift.service.policyfile import PolicyError, load_policy


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_shipped_policy_speaks_both_languages_for_every_reason_it_escalates() -> None:
    policy = load_policy()
    for language in ("en", "ru"):
        for reason in policy.urgencies:
            assert policy.notes.text(reason, language)
    assert policy.notes.text(Reason.COURT, "de") == policy.notes.text(Reason.COURT, "en")


def test_shipped_notes_are_one_clean_line() -> None:
    for texts in load_policy().notes.texts.values():
        for text in texts.values():
            assert text.isprintable(), repr(text)
            assert "  " not in text


def test_own_file_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    text = (
        "extends: default\nreply:\n  within: {chat: 5 min}\n"
        "calendar:\n  timezone: Europe/Minsk\n  holidays: [2027-01-01]\n"
    )
    policy, shipped = load_policy(write(tmp_path, text)), load_policy()
    assert policy.reply_within["chat"] == Span(5, "min")
    assert policy.reply_within["email"] == shipped.reply_within["email"]
    assert policy.hours.zone.key == "Europe/Minsk"
    assert policy.hours.holidays == {date(2027, 1, 1)}
    assert policy.hours.week[0] == ((time(9), time(18)),)


def test_list_replaces_the_shipped_list(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, "extends: default\ncomplaint: {tags: [reklamation]}\n"))
    assert policy.signs.tags == {"reklamation"}


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (
            "extends: default\nreply: {quite: 5 min}\n",
            "2:16:",
            "reply has no key 'quite'; use one of within, quiet",
        ),
        ("extends: default\nreply: {quiet: soon}\n", "2:16:", "'soon' is not a length of time; write 30 min"),
        ("extends: default\nladder: [{to: boss, wait: 1 h}]\n", "2:10:", "nobody is called 'boss'"),
        ("extends: default\nladder: []\n", "2:9:", "the ladder has no step"),
        ("extends: default\nlanguage: de\n", "2:11:", "'de' is not known here; write one of en, ru"),
        ("extends: default\nescalations: {curt: off}\n", "2:21:", "there is no reason 'curt'"),
        ("extends: default\nescalations: {court: {due: 1 h, start: king}}\n", "2:40:", "no step 'king'"),
        ("extends: default\ncalendar: {timezone: Mars/Base}\n", "2:22:", "there is no time zone 'Mars/Base'"),
        ("extends: default\ncalendar: {week: {mon: ['9-18']}}\n", "2:25:", "'9-18' is no stretch of a day"),
        ("extends: default\ncalendar: {holidays: [christmas]}\n", "2:23:", "'christmas' is no date"),
        ("extends: default\nlimits: {notes: many}\n", "2:17:", "'many' is no number from 0 to 1000"),
        ("extends: default\nlimits: {attempts: 0}\n", "2:20:", "0 would try nothing at all; write 1"),
        ("extends: default\nlimits: {notes: 3, notes: 4}\n", "2:20:", "'notes' stands here twice"),
        ("extends: default\nnotes: {write: maybe}\n", "2:16:", "'maybe' is neither true nor false"),
        ("extends: default\nnotes: {en: {default: ' '}}\n", "2:13:", "the notes lack 'default'"),
        ("extends: default\ntriggers: {court: {en: ['(a|']}}\n", "2:25:", "'(a|' is not a phrase"),
        ("extends: default\npeople: {owner: [{mail: x}]}\n", "2:25:", "a person has no key 'mail'"),
        ("extends: default\nremedy_limits: [{amount: a lot}]\n", "2:26:", "'a lot' is no amount of money"),
        ("extends: default\nremedy_limits: [{role: boss, amount: 5}]\n", "2:24:", "'boss' is not known here"),
        (
            "extends: default\nremedy_limits: [{currency: EUR}]\n",
            "2:17:",
            "a limit of remedies lacks 'amount'",
        ),
        ("extends: minimal\n", "1:10:", "there is no policy 'minimal'"),
        ("reply: {quiet: 5 min}\n", "1:1:", "the policy lacks 'calendar'"),
        ("- one\n", "1:1:", "a policy is a mapping"),
        ("extends: default\nlimits: {notes: &a 3, attempts: *a}\n", "2:17:", "is an alias"),
        ("extends: default\nlimits: [\n", "3:1:", "correct the YAML here"),
    ],
)
def test_mistake_is_named_with_line_and_remedy(tmp_path: Path, text: str, where: str, said: str) -> None:
    told = problems(tmp_path, text)
    assert any(f"policy.yaml:{where}" in one and said in one for one in told), told


def test_all_mistakes_are_told_at_once_and_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "extends: default\nlanguage: de\nlimits: {notes: many}\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert [(p.line, p.shown_line) for p in caught.value.problems] == [
        (2, "language: de"),
        (3, "limits: {notes: many}"),
    ]


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path / "none.yaml")


def test_empty_file_says_what_it_lacks(tmp_path: Path) -> None:
    assert "extends: default" in problems(tmp_path, "")[0]
