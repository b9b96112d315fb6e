"""The steps that the panel shows as taken are those that the rules take for it."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from complaint_gift.playbook import load_playbook
from complaint_gift.rules.checks import Require

STEP = re.compile(r'\{ name: "\w+", rule: "([\w-]+)", signals: \[([^\]]*)\]')
SPANS = files("complaint_gift.web").joinpath("static", "panel", "spans.js").read_text("utf-8")
STEPS = [(rule, frozenset(re.findall(r'"([\w-]+)"', names))) for rule, names in STEP.findall(SPANS)]


def test_there_are_five_steps() -> None:
    assert len(STEPS) == 5


@pytest.mark.parametrize(("rule", "signals"), STEPS, ids=[rule for rule, _ in STEPS])
def test_what_satisfies_the_rule_is_the_step(rule: str, signals: frozenset[str]) -> None:
    check = load_playbook().rules[rule].check
    assert isinstance(check, Require)
    assert signals == frozenset(check.groups[0])
