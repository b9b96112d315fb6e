"""Playbooks: YAML read into rules, and the one way to review a text."""

from complaint_gift.playbook.book import Playbook
from complaint_gift.playbook.live import LivePlaybook
from complaint_gift.playbook.loading import DEFAULT, load_playbook
from complaint_gift.playbook.problems import PlaybookError, Problem
from complaint_gift.playbook.rule import PROFILES, Example, Rule, SignalExample, Words
from complaint_gift.rules.context import Context, ContextError
from complaint_gift.rules.learned import Learned

__all__ = [
    "DEFAULT",
    "PROFILES",
    "Context",
    "ContextError",
    "Example",
    "Learned",
    "LivePlaybook",
    "Playbook",
    "PlaybookError",
    "Problem",
    "Rule",
    "SignalExample",
    "Words",
    "load_playbook",
]
