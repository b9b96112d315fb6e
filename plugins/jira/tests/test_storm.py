"""A thousand webhooks, repeated and in any order, a Jira that refuses, workers that die: one note each."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_jira import AGENT, Desk, user
from small_world import World, make_store, make_template
from werkzeug.test import Client as WebClient

from complaint_gift.client import Answer, Client
from complaint_gift.plugin import Outcome, Source
from complaint_gift.service import Service
from complaint_gift.service.policyfile import load_policy
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.api import Jira
from complaint_gift_jira.dialect import dialect_of
from complaint_gift_jira.pace import Pace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ISSUES = 24


class Killed(BaseException):
    """A worker ends in the middle of its work."""


class Line(Client):
    """Talks to the desk without a network; what it is told to do wrong, it does at random."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("http://127.0.0.1:9", source="jira-main")
        self.web, self.chance, self.deadly, self.busy = WebClient(desk), random.Random(7), 0.0, 0.0
        self.deaths = self.refusals = 0

    def _exchange(self, method: str, path: str, params: Any, body: Any, authorization: str) -> Answer:
        if self.chance.random() < self.busy:
            self.refusals += 1
            return Answer(429, {"retry-after": "3", "ratelimit-reason": "jira-burst-based"}, b"{}")
        if self.chance.random() < self.deadly / 2:
            self._die()
        response = self.web.open(path, method=method, query_string=params, json=body)
        if self.chance.random() < self.deadly:
            self._die()
        return Answer(
            response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.data
        )

    def _die(self) -> None:
        self.deaths += 1
        raise Killed


class Storm(World):
    """The world of the core with our plugin and a Jira in it."""

    def __init__(self, store: Any, policy: Any, desk: Desk, source: Source) -> None:
        super().__init__(store, policy)
        self.jira, self.line, plugin = desk, Line(desk), JiraPlugin()
        self.source = source
        self.clock.moment = self.clock.moment.replace(year=2026, month=1, day=31, hour=9, minute=0)
        api = Jira(
            self.line,
            dialect_of(source.settings),
            Pace(source.name, None, lambda: self.clock.now().timestamp()),
        )
        plugin.connect = lambda _: api  # type: ignore[method-assign]
        self.service = Service(
            store=store, sources={source.name: source}, plugins={"jira": plugin}, playbook=lambda: self.book,
            policy=policy, bell=self.bell, notifier=self.post, clock=self.clock,
        )  # fmt: skip

    def blow(self, bodies: list[bytes], kit: Any) -> int:
        """Deliver each of them three to nine times in any order; gives how many arrived."""
        told = [body for body in bodies for _ in range(self.random.choice((3, 6, 9)))]
        self.random.shuffle(told)
        for body in told:
            outcome = self.service.receive(self.source.name, kit.sign(body, at=self.clock.now()))
            assert outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)
            if self.random.random() < 0.3:
                self.work()
        return len(told)

    def work(self) -> None:
        """As it is rung, until somebody dies; some rings are lost."""
        while self.bell.rings:
            kind, row = self.bell.rings.pop(self.random.randrange(len(self.bell.rings)))
            try:
                (self.service.process if kind == "delivery" else self.service.perform)(row)
            except Killed:
                self.bell.rings.clear()

    def calm(self) -> None:
        """The weather clears, the sweep comes round until nothing waits."""
        self.line.deadly = self.line.busy = 0.0
        for _ in range(40):
            self.clock.turn(minutes=3)
            self.service.sweep()
            if not self.bell.rings:
                return
            self.work()


@pytest.fixture
def storm(kit: Any, tmp_path: Path) -> Iterator[Storm]:
    desk = Desk()
    source = kit.make_source(site=None, base_url="http://127.0.0.1:9")
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: default\nlimits: {attempts: 40}\n")
    with make_store(make_template(tmp_path), tmp_path / "store") as store:
        yield Storm(store, load_policy(policy), desk, source)


def tell(storm: Storm, number: str, name: str, **more: Any) -> bytes:
    issue = storm.jira.issues[number]
    stamp = int(storm.clock.now().timestamp() * 1000) + storm.random.randrange(1000)
    fields = {"summary": issue["fields"]["summary"], "project": issue["fields"]["project"]}
    shown = {"id": number, "key": issue["key"], "fields": fields}
    return json.dumps({"timestamp": stamp, "webhookEvent": name, "issue": shown, **more}).encode()


def both_families(storm: Storm, number: str, comment: str, verb: str) -> list[bytes]:
    """One comment, told by both families of events and by a rule."""
    made = next(c for c in storm.jira.issues[number]["comments"] if c["id"] == comment)
    shown = {**storm.jira._shown(made), "updateAuthor": made["author"]}
    kind = "issue_commented" if verb == "comment_created" else "issue_comment_edited"
    rule = {"source": "jira-automation", "event": verb, "issue": {"id": number}, "comment": {"id": comment}}
    return [
        tell(storm, number, verb, comment=shown),
        tell(storm, number, "jira:issue_updated", issue_event_type_name=kind, comment=shown),
        json.dumps(rule | {"timestamp": int(storm.clock.now().timestamp() * 1000)}).encode(),
    ]


def test_storm_leaves_one_internal_note_for_each_finding(storm: Storm, kit: Any) -> None:
    storm.line.deadly, storm.line.busy = 0.02, 0.05
    numbers, replies, bodies = [], {}, []
    for n in range(ISSUES):
        customer = user(f"qm:1:{n}", "Sam")
        number = storm.jira.open(
            "I want to complain: the soup was cold.", reporter=customer, assignee=user(AGENT)
        )
        replies[number] = storm.jira.write(
            number, "It is your own fault.", updated="2026-01-31T08:10:00.000+0000"
        )
        bodies += [
            tell(storm, number, "jira:issue_created"),
            *both_families(storm, number, replies[number], "comment_created"),
        ]
        bodies += [tell(storm, number, "jira:issue_updated", changelog={"items": [{"field": "labels"}]})]
        numbers.append(number)
    arrived = storm.blow(bodies, kit)
    storm.calm()
    assert [len(storm.jira.notes(number)) for number in numbers] == [1] * ISSUES
    assert sorted(storm.reasons()) == ["violation-sent"] * ISSUES
    storm.line.deadly, storm.line.busy = 0.02, 0.05
    bodies = []
    for number in numbers:
        (reply,) = (c for c in storm.jira.issues[number]["comments"] if c["id"] == replies[number])
        reply["body"] = "Thank you for telling us. We are sorry and send a new soup today."
        bodies += both_families(storm, number, replies[number], "comment_updated")
    arrived += storm.blow(bodies, kit)
    storm.calm()
    assert arrived >= 1000
    assert storm.line.deaths >= 5
    assert storm.line.refusals >= 15
    for number in numbers:
        (note,) = storm.jira.notes(number)
        assert note["public"] is False
        assert "changed after this note" in str(note["body"])
        assert "complaint" in storm.jira.issues[number]["fields"]["labels"]
        assert storm.jira.issues[number]["properties"]["complaint_gift"]["complaint"] is True
