"""The contract suite lets a correct plugin pass and catches each fault by the test meant for it."""

import hashlib
import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest
from marshmallow import Schema

from complaint_gift.domain import Action, ActionKind, Conversation, Event, MessageAdded
from complaint_gift.plugin import (
    Can,
    Delivery,
    NotAuthentic,
    Outcome,
    PluginError,
    Receipt,
    Request,
    Source,
    UnknownEvent,
    Unreadable,
)
from complaint_gift.signing import check_hmac, check_moment, make_hmac
from complaint_gift.testing import PluginContract, Workplace

ANSWERS = {
    Outcome.ACCEPTED: 202,
    Outcome.DUPLICATE: 200,
    Outcome.NOT_AUTHENTIC: 401,
    Outcome.UNAVAILABLE: 503,
}


class Toy:
    """A plugin that keeps the contract."""

    name = "toy"
    api = 1
    settings = Schema
    handled = frozenset(["said"])
    ignored = frozenset(["pinged"])
    can = frozenset([Can.VERIFY, Can.NOTE])
    answers = ANSWERS
    kept_headers = frozenset(["x-toy-id"])
    board: list[str]

    def verify(self, request: Request, source: Source) -> None:
        moment = request.header("x-toy-moment")
        check_moment(moment, request.received_at, 300, source=source.name)
        signed = (moment or "").encode() + request.body
        check_hmac(request.header("x-toy-signature"), signed, source.settings["secrets"], source=source.name)

    def key(self, request: Request) -> str:
        return hashlib.sha256(request.body).hexdigest()

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        try:
            body = json.loads(delivery.body)
        except (ValueError, RecursionError):
            raise Unreadable(f"{source.name}: the body is not JSON.") from None
        if not isinstance(body, dict) or not isinstance(body.get("type"), str):
            raise Unreadable(f"{source.name}: the event has no type.")
        if body["type"] in self.ignored or body.get("by") == "us":
            return []
        if body["type"] not in self.handled:
            raise UnknownEvent(f"{source.name}: nobody has told us about this event.")
        number = body.get("n")
        if not isinstance(number, int) or not 0 <= number < 2**63:
            raise Unreadable(f"{source.name}: the event has no number.")
        return [MessageAdded(conversation=str(int(number)))]

    def connect(self, source: Source) -> Any:
        return source.settings["board"]

    def fetch(self, conversation: str, source: Source, client: Any) -> Conversation | None:
        return None

    def perform(self, action: Action, source: Source, client: Any) -> Receipt:
        if action.mark not in client:
            client.append(action.mark)
        return Receipt((f"note-{client.index(action.mark)}",))

    def is_own(self, author_id: str, source: Source) -> bool:
        return author_id == "us"


class ToyContract(PluginContract):
    kind: type[Toy] = Toy
    board: list[str] = []  # noqa: RUF012
    ids = itertools.count()

    signed_headers = ("x-toy-signature", "x-toy-moment")
    window = 300

    def plugin(self) -> Any:
        return self.kind()

    def source(self, *secrets: str) -> Source:
        return Source("toy-main", "toy", {"secrets": secrets, "board": self.board})

    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "x-toy-moment": (moment,),
            "x-toy-signature": (make_hmac(moment.encode() + body, secret),),
            "x-toy-id": (str(next(self.ids)),),
        }
        return Request("POST", "/hooks/toy-main", headers, body, at)

    def handled_events(self) -> tuple[bytes, bytes]:
        return b'{"type": "said", "n": 7}', b'{"type": "said", "n": 8}'

    def ignored_event(self) -> bytes:
        return b'{"type": "pinged"}'

    def unknown_event(self) -> bytes:
        return b'{"type": "sung"}'

    def own_echo(self) -> bytes:
        return b'{"type": "said", "n": 7, "by": "us"}'

    @contextmanager
    def workplace(self) -> Iterator[Workplace]:
        self.board.clear()
        actions = tuple(
            Action(n, ActionKind.NOTE, "toy-main", "7", {"text": "t"}, mark) for n, mark in enumerate("ab")
        )
        yield Workplace(self.source(), actions, lambda action: self.board.count(action.mark))


TESTS = sorted(name for name in dir(PluginContract) if name.startswith("test_"))


class TestToy(ToyContract):
    """The suite as a plugin author uses it: pytest collects the inherited tests, and all pass."""


def contract(kind: type[Toy]) -> ToyContract:
    made = ToyContract()
    made.kind = kind
    return made


class Unverified(Toy):
    def verify(self, request: Request, source: Source) -> None:
        pass


class CrashesOnProof(Toy):
    def verify(self, request: Request, source: Source) -> None:
        request.headers["x-toy-signature"][0].encode("ascii")
        super().verify(request, source)


class TakesTheFirstOfTwo(Toy):
    def verify(self, request: Request, source: Source) -> None:
        single = {name: values[:1] for name, values in request.headers.items()}
        super().verify(Request("POST", "", single, request.body, request.received_at), source)


class KnowsOneSecret(Toy):
    def verify(self, request: Request, source: Source) -> None:
        first = Source(source.name, "toy", {"secrets": source.settings["secrets"][:1]})
        super().verify(request, first)


class NeverTooOld(Toy):
    def verify(self, request: Request, source: Source) -> None:
        moment = request.header("x-toy-moment") or ""
        signed = moment.encode("utf-8", "surrogatepass") + request.body
        check_hmac(request.header("x-toy-signature"), signed, source.settings["secrets"], source=source.name)


class LooseSpelling(Toy):
    def verify(self, request: Request, source: Source) -> None:
        loose = {
            name: tuple(v.lower() if "sig" in name else v for v in values)
            for name, values in request.headers.items()
        }
        super().verify(Request("POST", "", loose, request.body, request.received_at), source)


class ShowsItsSecret(Toy):
    def verify(self, request: Request, source: Source) -> None:
        try:
            super().verify(request, source)
        except Exception as exc:
            raise type(exc)(f"{exc} {source.settings['secrets']}") from None


class RandomKey(Toy):
    def key(self, request: Request) -> str:
        return request.header("x-toy-id") or ""


class OneKey(Toy):
    def key(self, request: Request) -> str:
        return "always"


class CrashesOnGarbage(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        json.loads(delivery.body)
        return super().parse(delivery, source)


class CrashesOnTypes(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        with suppress(ValueError, RecursionError):
            body = json.loads(delivery.body)
            assert "n" not in body or body["n"] > 0
        return super().parse(delivery, source)


class PassesAnythingOn(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        events = super().parse(delivery, source)
        return [MessageAdded(conversation="7", actor_id=delivery.body.decode() * 20) for _ in events]


class HearsItself(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        body = delivery.body.replace(b'"us"', b'"them"')
        return super().parse(Delivery(1, "", "", {}, body, delivery.received_at), source)


class QuietAboutTheUnknown(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        try:
            return super().parse(delivery, source)
        except UnknownEvent:
            return []


class LoudAboutTheIgnored(Toy):
    ignored = frozenset(["nothing"])


class Deaf(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        super().parse(delivery, source)
        return []


class CallsHome(Toy):
    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        with socket.socket() as line, suppress(OSError):
            line.connect(("127.0.0.1", 9))
        return super().parse(delivery, source)


class Remembers(Toy):
    seen = 0

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        self.seen += 1
        return super().parse(delivery, source) * self.seen


class WritesTwice(Toy):
    def perform(self, action: Action, source: Source, client: Any) -> Receipt:
        client.append(action.mark)
        return Receipt()


class ForgetsItsIds(Toy):
    def perform(self, action: Action, source: Source, client: Any) -> Receipt:
        receipt = super().perform(action, source, client)
        return receipt if not action.attempts else Receipt()


class TellsTheVendorAllIsWell(Toy):
    answers = MappingProxyType(ANSWERS | {Outcome.UNAVAILABLE: 200})


class Overlaps(Toy):
    ignored = frozenset(["pinged", "said"])


class KeepsPasswords(Toy):
    kept_headers = frozenset(["authorization"])


BROKEN: list[tuple[type[Toy], str]] = [
    (Unverified, "test_refuses_a_wrong_secret"),
    (CrashesOnProof, "test_refuses_strange_headers"),
    (TakesTheFirstOfTwo, "test_refuses_missing_empty_and_doubled_headers"),
    (KnowsOneSecret, "test_accepts_both_secrets_of_a_rotation_and_no_retired_one"),
    (NeverTooOld, "test_refuses_stale_replayed_and_future_requests"),
    (LooseSpelling, "test_refuses_every_flipped_bit_of_the_proof"),
    (Unverified, "test_refuses_every_flipped_byte_of_the_body"),
    (ShowsItsSecret, "test_refuses_a_wrong_secret"),
    (RandomKey, "test_key_is_the_same_for_a_repeated_delivery_only"),
    (OneKey, "test_key_is_the_same_for_a_repeated_delivery_only"),
    (CrashesOnGarbage, "test_garbage_ends_in_nothing_but_typed_errors"),
    (CrashesOnTypes, "test_spoiled_events_end_in_nothing_but_typed_errors"),
    (PassesAnythingOn, "test_handled_events_mean_something"),
    (HearsItself, "test_own_echo_means_nothing"),
    (QuietAboutTheUnknown, "test_unknown_event_is_loud"),
    (LoudAboutTheIgnored, "test_ignored_event_means_nothing"),
    (Deaf, "test_handled_events_mean_something"),
    (CallsHome, "test_parse_is_pure"),
    (Remembers, "test_parse_is_pure"),
    (WritesTwice, "test_performing_twice_has_one_effect"),
    (ForgetsItsIds, "test_performing_twice_has_one_effect"),
    (TellsTheVendorAllIsWell, "test_answers_every_outcome"),
    (Overlaps, "test_describes_itself"),
    (KeepsPasswords, "test_describes_itself"),
]


@pytest.mark.parametrize(("kind", "name"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_each_fault_is_caught_by_its_test(kind: type[Toy], name: str) -> None:
    with pytest.raises((AssertionError, PluginError)) as caught:
        getattr(contract(kind), name)()
    assert str(caught.value)


class RefusesAll(Toy):
    def verify(self, request: Request, source: Source) -> None:
        raise NotAuthentic(f"{source.name}: never.")


def test_plugin_that_refuses_everything_is_caught() -> None:
    with pytest.raises(NotAuthentic):
        contract(RefusesAll).test_accepts_what_is_genuine()


def test_every_test_of_the_contract_is_seen_to_fail() -> None:
    assert {name for _, name in BROKEN} | {"test_accepts_what_is_genuine"} == set(TESTS)
