"""The replies that the demo offers to try, judged by the real playbook: the page must not contradict it."""

import pytest

from complaint_gift.demo import conversations
from complaint_gift.domain import Decision, Scope
from complaint_gift.playbook import Context, load_playbook

pytestmark = pytest.mark.slow

CASES = [
    pytest.param(language, sample, name, id=f"{folder}{language}-{name}-{sample['subject'][:24]}")
    for folder in ("", "jira")
    for language in conversations.LANGUAGES
    for sample in conversations.load_samples(language, folder)
    for name in sample["drafts"]
]


@pytest.mark.parametrize(("language", "sample", "name"), CASES)
def test_draft_gets_the_verdict_it_is_there_to_show(language: str, sample: dict, name: str) -> None:
    playbook = load_playbook(profile="minimal")
    is_complaint = sample.get("kind", "complaint") == "complaint"
    context = Context.parse({"complaint": is_complaint, "language": language})
    verdict = playbook.review(sample["drafts"][name], scope=Scope.PUBLIC_REPLY, context=context)
    found = [(finding.rule, finding.quote) for finding in verdict.findings]
    if name == "argues":
        assert verdict.decision is Decision.HOLD, found
    else:
        assert verdict.decision is Decision.PASS, found
