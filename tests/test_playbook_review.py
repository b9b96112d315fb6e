"""Reviewing with a playbook: verdicts, findings, words, layers, and that nothing makes it fall over."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from growth import require_linear_in
from hostile_texts import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.domain import Decision, Finding, Layer, Scope, Severity
from complaint_gift.playbook import Context, ContextError, Playbook, load_playbook

FILES = {
    "rules/a.yaml": """
id: no-fake
kind: forbid
severity: error
profiles: [minimal, standard, full]
when: {complaint: yes}
signals: [fake]
message: {en: "No if.", ru: "Без если."}
why: {en: It takes it back.}
suggestion: {en: "Sorry[[, {customer_name}]][[ about {order}]]. By {event_date}."}
examples:
  en: {fires: ["Sorry if it hurt.", "Sorry if."], passes: ["Sorry.", "If."]}
  ru: {fires: ["Sorry if it hurt.", "Sorry if."], passes: ["Sorry.", "If."]}
---
id: apologise
kind: require
severity: warning
profiles: [minimal, standard, full]
when: {first_reply: yes, again: [stiff]}
signals: [sorry]
revoked_by: [fake]
message: {en: Say sorry.}
examples:
  en: {fires: ["No.", "Sorry if it hurt."], passes: ["Sorry.", "So sorry."]}
---
id: plain
kind: limit
severity: info
profiles: [full]
signals: [stiff]
most: 0
message: {en: Say it simply.}
examples:
  en: {fires: ["Hereby.", "We hereby."], passes: ["Here.", "By."]}
---
id: chatty
kind: forbid
profiles: [full]
when: {channel: [chat]}
signals: [stiff]
message: {en: No stiff words in a chat.}
examples:
  en: {fires: ["Hereby.", "We hereby."], passes: ["Here.", "By."]}
---
id: note-lesson
kind: require
severity: error
scope: [employee-note]
profiles: [minimal, standard, full]
signals: [sorry]
message: {en: What next time?}
examples:
  en: {fires: ["No.", "Never."], passes: ["Sorry.", "So sorry."]}
""",
    "signals/en/a.yaml": """
signal: fake
phrases: ["sorry if _2"]
learned: {head: no-fake-apology, threshold: 0.6, sure: 0.9}
examples: {found: ["sorry if it hurt"], silent: ["sorry"]}
---
signal: sorry
phrases: [sorry]
learned: {head: apologise-explicitly, threshold: 0.6, decides: either}
examples: {found: ["so sorry"], silent: ["if"]}
---
signal: stiff
phrases: [hereby]
examples: {found: ["hereby"], silent: ["by"]}
""",
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Playbook:
    return load_playbook(write(tmp_path, FILES), profile="full")


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def test_errors_come_first_and_decide(small: Playbook) -> None:
    verdict = small.review("We hereby say sorry if it hurt.")
    assert rules(verdict.findings) == ["no-fake", "apologise", "plain"]
    assert verdict.decision is Decision.HOLD
    assert verdict.playbook == small.hash
    assert {(s.name, s.start, s.end) for s in verdict.signals} == {
        ("stiff", 3, 9),
        ("sorry", 14, 19),
        ("fake", 14, 30),
    }


@pytest.mark.parametrize(
    ("text", "scope", "decision"),
    [
        ("We are sorry.", Scope.PUBLIC_REPLY, Decision.PASS),
        ("We hereby say sorry.", Scope.PUBLIC_REPLY, Decision.PASS),
        ("Hello.", Scope.PUBLIC_REPLY, Decision.WARN),
        ("Sorry if it hurt.", Scope.PUBLIC_REPLY, Decision.HOLD),
        ("Hello.", Scope.EMPLOYEE_NOTE, Decision.HOLD),
        ("Hello.", Scope.MANAGER_COMMENT, Decision.PASS),
    ],
)
def test_only_an_error_with_its_words_holds_a_reply(
    small: Playbook, text: str, scope: Scope, decision: Decision
) -> None:
    assert small.review(text, scope=scope).decision is decision


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({}, ["no-fake", "apologise"]),
        ({"complaint": False}, ["apologise"]),
        ({"first_reply": False}, ["no-fake"]),
        ({"first_reply": False, "complaint_text": "I hereby write twice."}, ["no-fake", "apologise"]),
        ({"first_reply": False, "complaint_text": "I write twice."}, ["no-fake"]),
        ({"channel": "email"}, ["no-fake", "apologise"]),
    ],
)
def test_conditions_switch_rules_on(small: Playbook, context: dict[str, Any], found: list[str]) -> None:
    assert rules(small.review("Sorry if it hurt.", context=Context.parse(context)).findings) == found


def test_a_condition_on_something_unknown_does_not_hold(small: Playbook) -> None:
    text = "We hereby say sorry."
    assert "chatty" not in rules(small.review(text).findings)
    assert "chatty" in rules(small.review(text, context=Context.parse({"channel": "chat"})).findings)


def test_profiles_choose_rules(tmp_path: Path) -> None:
    minimal = load_playbook(write(tmp_path, FILES), profile="minimal")
    assert "plain" in minimal.rules
    assert "plain" not in rules(minimal.review("We hereby say sorry.").findings)


def test_words_are_found_late_in_the_readers_language(small: Playbook) -> None:
    context = Context.parse({"customer_name": "Anna"})
    finding = small.review("Sorry if it hurt.", context=context).findings[0]
    english, russian = small.words(finding, "en"), small.words(finding, "ru")
    assert english.suggestion == "Sorry, Anna. By (date)."
    assert (english.message, russian.message) == ("No if.", "Без если.")
    account = small.review("Sorry if it hurt.", context=Context.parse({"customer_name": "user_81"}))
    assert small.words(account.findings[0], "en").suggestion == "Sorry. By (date)."
    assert russian.why == "It takes it back."  # better in another language than not at all
    assert small.words(dataclasses.replace(finding, rule="gone"), "en").message == "gone"


def test_ids_are_stable_while_other_words_change(small: Playbook) -> None:
    first = small.review("Sorry if it hurt.").findings
    later = small.review("Hello Anna. Sorry if it hurt. Sorry if it hurt.").findings
    assert first[0].id == later[0].id != later[1].id
    assert [f.id for f in first if f.missing] == [f.id for f in later if f.missing]


def test_the_learned_layer_gives_credit_and_is_missed_when_asked(small: Playbook) -> None:
    text = "That was wrong of us."
    assert rules(small.review(text).findings) == ["apologise"]
    verdict = small.review(text, learned={"apologise-explicitly": ((0, 21, 0.9),)})
    assert not verdict.findings
    assert [(s.name, s.layer) for s in verdict.signals] == [("sorry", Layer.LEARNED)]
    assert verdict.complete
    assert not small.review(text, asked=True).complete


@pytest.mark.parametrize(
    ("text", "score", "decision"),
    [
        ("It hurt, we gather.", 0.5, None),
        ("It hurt, we gather.", 0.9, Decision.WARN),
        ("It hurt, we gather.", 0.91, Decision.HOLD),
        ("Sorry if it hurt you.", 0.89, Decision.HOLD),
    ],
)
def test_what_the_learned_layer_alone_only_thinks_is_a_warning(
    small: Playbook, text: str, score: float, decision: Decision | None
) -> None:
    heard = {"no-fake-apology": ((0, len(text), score),), "apologise-explicitly": ((0, 5, 0.9),)}
    verdict = small.review(text, learned=heard)
    found = [finding for finding in verdict.findings if finding.rule == "no-fake"]
    wanted = {Decision.HOLD: Severity.ERROR, Decision.WARN: Severity.WARNING}
    assert [finding.severity for finding in found] == ([wanted[decision]] if decision else [])
    assert verdict.decision is (decision or Decision.PASS)


def test_shadow_and_block_are_the_admins(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "playbook.yaml": "shadow: [apologise]\nblock: [no-fake]\nprofile: minimal\n"})
    playbook = load_playbook(tmp_path)
    hidden: list[Finding] = []
    verdict = playbook.review("Sorry if it hurt.", shadow=hidden)
    assert (rules(verdict.findings), rules(tuple(hidden))) == (["no-fake"], ["apologise"])
    assert verdict.decision is Decision.BLOCK


@pytest.fixture(scope="module")
def full() -> Playbook:
    return load_playbook(profile="full")


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from('sorry if but you извините но вы \ud800\n>«»"')),
        max_size=200,
    ),
    st.sampled_from(list(Scope)),
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_reviewed_and_quotes_are_what_the_spans_say(
    full: Playbook, text: str, scope: Scope
) -> None:
    context = Context.parse(
        {"complaint_text": text[::-1], "customer_name": text[:20], "previous_replies": [text]}
    )
    verdict = full.review(text, scope=scope, context=context)
    for finding in verdict.findings:
        assert (finding.start is None) is (finding.end is None) is (finding.quote is None)
        if finding.start is not None and finding.end is not None:
            assert 0 <= finding.start < finding.end <= len(text)
            assert finding.quote == text[finding.start : finding.end]
        assert full.words(finding, "ru").message
    assert len({finding.id for finding in verdict.findings}) == len(verdict.findings)
    assert full.review(text, scope=scope, context=context) == verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reply_to_a_hostile_complaint_costs_no_more_the_longer_both_are(
    full: Playbook, name: str
) -> None:
    def review(text: str) -> None:
        full.review(text, context=Context.parse({"complaint_text": text}))

    review("warm up: We are sorry. Простите нас.")
    require_linear_in(review, HOSTILE[name])


def test_the_same_text_gets_the_same_verdict_in_every_loading() -> None:
    text = "Sorry if you felt ignored, but you should have read the terms."
    one, two = load_playbook(profile="minimal"), load_playbook(profile="minimal")
    assert one.review(text) == two.review(text)
    assert one.hash == two.hash != load_playbook(profile="full").hash


def test_missing_elements_never_hold_a_reply(full: Playbook) -> None:
    assert full.review("Hello.").decision is Decision.WARN
    for rule in full.rules.values():
        if Scope.PUBLIC_REPLY in rule.scopes and rule.kind in ("require", "recall", "points"):
            assert rule.severity is not Severity.ERROR


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"athor": {}}, 'unknown key "athor". Did you mean "author"?'),
        ({"zzz": 1}, "Known keys: complaint"),
        ({"complaint": "yes"}, '"complaint" in the context has to be true or false, not a text.'),
        ({"complaint_text": 5.5}, "has to be a text, not a number"),
        ({"author": "me"}, "has to be an object, not a text"),
        ({"author": {"mail": "x"}}, 'unknown key "mail"'),
        ({"author": {"company": "yes"}}, '"author.company"'),
        ({"about_employee": "Anna"}, "list of texts, not a text"),
        ({"about_employee": [1.5]}, '"about_employee[0]"'),
        ({"previous_replies": {}}, "list of texts, not an object"),
        ({"reply_to": "crowd"}, '"customer" or "bystander"'),
        ({"visibility": "secret"}, '"public" or "private"'),
        ({"remedy_limit": 50}, "has to be an object"),
        ({"remedy_limit": {}}, 'needs an "amount"'),
        ({"remedy_limit": {"amount": -1}}, "a number from 0 on"),
        ({"complaint_text": "x" * 1_000_001}, "longer than"),
    ],
)
def test_a_wrong_context_is_refused_in_words(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(ContextError) as caught:
        Context.parse(mapping)
    assert words in str(caught.value)


def test_a_context_is_read_and_null_means_not_known() -> None:
    context = Context.parse(
        {
            "order": 4711,
            "author": {"id": 7, "company": None},
            "customer_name": None,
            "remedy_limit": {"amount": 5, "currency": "eur"},
        }
    )
    assert (context.order, context.customer_name) == ("4711", "")
    assert context.author is not None
    assert (context.author.id, context.author.company) == ("7", None)
    assert context.remedy_limit is not None
    assert context.remedy_limit.currency == "EUR"


def test_a_context_that_is_no_object_is_refused() -> None:
    with pytest.raises(ContextError, match="not a list"):
        Context.parse([])  # type: ignore[arg-type]
