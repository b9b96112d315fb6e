"""Every example in every rule and signal of the shipped playbook, a case of its own."""

from __future__ import annotations

import pytest

from complaint_gift.playbook import Playbook, Rule, load_playbook
from complaint_gift.playbook.rule import Example, SignalExample
from complaint_gift.playbook.trial import try_example, try_signal

PLAYBOOK = load_playbook(profile="full")
RULES = [
    pytest.param(
        rule, example, id=f"{rule.id}-{example.language}-{'fires' if example.fires else 'passes'}-{number}"
    )
    for rule in PLAYBOOK.rules.values()
    for number, example in enumerate(rule.examples)
    if not example.todo
]
SIGNALS = [
    pytest.param(
        example, id=f"{example.signal}-{example.language}-{'found' if example.found else 'silent'}-{number}"
    )
    for document in PLAYBOOK.documents
    for number, example in enumerate(document.examples)
]


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return PLAYBOOK


@pytest.mark.parametrize(("rule", "example"), RULES)
def test_rule_does_what_its_example_says(playbook: Playbook, rule: Rule, example: Example) -> None:
    trial = try_example(playbook, rule, example)
    assert trial.passed, (
        f"{rule.file}:{example.line}: {example.text!r} found {[f.quote for f in trial.findings]}"
    )


@pytest.mark.parametrize("example", SIGNALS)
def test_signal_does_what_its_example_says(playbook: Playbook, example: SignalExample) -> None:
    trial = try_signal(playbook, example)
    found = [example.text[hit.start : hit.end] for hit in trial.hits]
    silenced = [(near.mark, near.by) for near in trial.dropped]
    assert trial.passed, f"{example.file}:{example.line}: {example.text!r} found {found}, silenced {silenced}"
