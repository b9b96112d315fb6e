"""Whatever a payload holds, nothing but events and typed errors comes of it."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.plugin import PluginError
from complaint_gift.testing.strange import STRANGE_VALUES
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.conversation import read_conversation
from complaint_gift_jira.directory import Directory


def end_typed(step: Callable[[], Any]) -> None:
    """Nothing but the plugin's own errors, each a sentence that names its source."""
    error = ""
    try:
        step()
    except PluginError as exc:
        error = str(exc)
    assert not error or (error.startswith("jira-main: ") and "\n" not in error)


WORDS = """
    webhookEvent issue_event_type_name timestamp user issue comment changelog items field fields key id self
    author updateAuthor accountId body jsdPublic visibility project projectTypeKey created updated event
    transition type content text attrs reporter assignee labels priority status
"""
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=12),
    st.sampled_from(["10041", "comment_created", "jira:issue_updated", "service_desk", "2026-01-31T09:00Z"]),
)  # fmt: skip
NAMES = st.sampled_from(WORDS.split())
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, st.text(max_size=4)), inner, max_size=6)
    ),
    max_leaves=25,
)
FIELDS = Directory({"rating": "labels", "request_type": "status", "participants": "comment"})
OURS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "fixtures").glob("*.json"))]


def paths(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, value in inner:
        yield (*path, step)
        yield from paths(value, (*path, step))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """One of our payloads with up to three parts replaced or removed."""
    whole = json.loads(draw(st.sampled_from(OURS)))
    for _ in range(draw(st.integers(1, 3))):
        known = list(paths(whole))
        if not known:
            break
        *above, last = draw(st.sampled_from(known))
        inner = whole
        for step in above:
            inner = inner[step]
        if draw(st.booleans()):
            inner[last] = draw(st.one_of(TREES, st.sampled_from(STRANGE_VALUES).map(deepcopy)))
        else:
            del inner[last]
    return whole


def swallow(kit: Any, source: Any, body: Any) -> None:
    """All that ever happens to a payload: proven, keyed, understood; and read as an answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    plugin, request = JiraPlugin(), kit.sign(raw)
    end_typed(lambda: plugin.verify(request, source))
    assert plugin.key(request)
    end_typed(lambda: plugin.parse(kit.store(raw), source))
    if isinstance(body, dict):
        issue = body.get("issue") if isinstance(body.get("issue"), dict) else body
        comment = body.get("comment")
        comments = [comment] if isinstance(comment, dict) else [body]
        found = read_conversation(
            source, issue, comments, Directory({"rating": "labels", "request_type": "status"})
        )
        for message in found.messages:
            (message.text + message.author.name + message.author.id).encode()
            assert "\x00" not in message.text


KIT: list[Any] = []


@pytest.fixture(autouse=True)
def _keep_kit(kit: Any) -> None:
    """Hypothesis calls one test many times; a source is made once for all of them."""
    if not KIT:
        KIT.extend((kit, kit.make_source(header_tokens=[kit.TOKEN], projects=["SD"])))


@settings(max_examples=300, deadline=None)
@given(body=st.one_of(TREES, mutated(), st.binary(max_size=80)))
def test_any_payload_ends_typed(body: Any) -> None:
    swallow(*KIT, body)


def spoil(chance: random.Random, payloads: list[bytes] = OURS) -> Any:
    """As `mutated`, but quick enough for thousands: one number makes all of it."""
    whole = json.loads(chance.choice(payloads))
    for _ in range(chance.randint(1, 4)):
        known = list(paths(whole))
        if not known:
            return whole
        *above, last = chance.choice(known)
        inner = whole
        for step in above:
            inner = inner[step]
        how = chance.random()
        if how < 0.25:
            del inner[last]
        elif how < 0.6:
            inner[last] = deepcopy(chance.choice(STRANGE_VALUES))
        elif how < 0.8:
            inner[last] = deepcopy(chance.choice(known_parts(whole)))
        else:
            inner[last] = {chance.choice(WORDS.split()): inner[last]}
    return whole


def known_parts(whole: Any) -> list[Any]:
    """What stands elsewhere in it: objects where texts belong, and the other way round."""
    found = []
    for path in paths(whole):
        part = whole
        for step in path:
            part = part[step]
        found.append(part)
    return found or [None]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=12_000, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_ten_thousand_payloads_end_typed(seed: int) -> None:
    body: Any = spoil(random.Random(seed))
    if seed % 7 == 0:
        raw = json.dumps(body).encode()
        body = raw[: seed % (len(raw) + 1)]
    swallow(*KIT, body)


@pytest.mark.slow
@pytest.mark.needs_shared
@pytest.mark.timeout(1800)
def test_ten_thousand_payloads_seen_elsewhere_end_typed(shared: Path) -> None:
    """Real captures, larger and stranger than ours."""
    payloads = [path.read_bytes() for path in sorted((shared / "fixtures" / "jira").glob("*.json"))]
    for seed in range(10_000):
        body = spoil(random.Random(seed), payloads)
        try:
            swallow(*KIT, body)
        except Exception as exc:
            raise AssertionError(f"spoilt payload {seed}") from exc
