"""Complaints that come before the learned layer has started: the whole product, and a real socket to ask."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pipeline import Pipeline, run_pipeline
from processes import wait_until

from complaint_gift.demo.standin_jira import Act, issues
from complaint_gift.demo.standin_jira.markup import to_document
from complaint_gift.learned.classifier import Classification
from complaint_gift.learned.server import accept, listening
from complaint_gift.rules.heads import HEADS
from complaint_gift.runtime.parts import ears_socket

pytestmark = pytest.mark.slow
# Neither holds a stock word for what it is.
UNSAID = {
    "en": "I moved so that he would not find me, and your colleague has read my new address out to him.",
    "ru": "Я переехала, чтобы он меня не нашёл, а ваша коллега продиктовала ему мой новый адрес.",
}
HEARD = Classification("complaint", 0.97, "critical", ("data-leak",))
ANSWERS = {
    "ping": lambda ask: "pong",
    "tag": lambda ask: dict.fromkeys(HEADS, ()),
    "classify": lambda ask: HEARD.as_json() if ask["text"] in UNSAID.values() else None,
}


@contextmanager
def answering(running: Pipeline) -> Iterator[None]:
    """What `python -m complaint_gift.learned` does, with answers that no training changes."""
    path = ears_socket(running.parts.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with listening(path) as listener:
        threading.Thread(target=accept, args=(listener, ANSWERS), daemon=True).start()
        yield


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    monkeypatch.setattr("complaint_gift.learned.encoder.available", lambda: True)
    with run_pipeline(tmp_path / "late") as pipeline:
        yield pipeline
        means = pipeline.parts.service.means
        for client in (means.tagger, means.classifier._ears):  # type: ignore[union-attr]
            client.close()


def complain(running: Pipeline, language: str) -> str:
    with running.jira.transaction() as records:
        act = Act(running.cast.customer, via="portal")
        wish = {"summary": "42", "description": to_document(UNSAID[language]), "project": "CARE",
                "request_type": "Жалоба", "assignee": running.cast.agent}  # fmt: skip
        number = str(issues.open_issue(records, act, wish)["id"])
    running.settle()
    return number


def state_of(running: Pipeline, number: str) -> tuple[list[str], int]:
    """The reasons why a person is needed, and how many notes we wrote."""
    waiting = running.parts.service.list_escalations()
    with running.jira.reading() as records:
        notes = sum(c["author"] == running.cast.bot for c in records.find("comment", number))
    return sorted(e.reason.value for e in waiting if e.conversation == number), notes


def test_reason_heard_only_by_the_learned_layer_is_raised_when_it_has_started(running: Pipeline) -> None:
    numbers, service = [complain(running, language) for language in UNSAID], running.parts.service
    before = [state_of(running, number)[0] for number in numbers]
    assert "data-leak" not in {reason for reasons in before for reason in reasons}
    assert service.sweep().reread == 0, "nobody answers yet"
    with answering(running):
        # After a failure nobody asks for a second.
        assert wait_until(service.means.is_awake)
        assert service.sweep().reread >= len(numbers)
        running.settle()
        after = [state_of(running, number) for number in numbers]
        assert after == [(sorted([*reasons, "data-leak"]), 1) for reasons in before]
    service.sweep()
    running.settle()
    assert [state_of(running, number) for number in numbers] == after
