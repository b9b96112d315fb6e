"""The contract of a plugin as a test suite: subclass `PluginContract` in pytest and get every test of it.

    class TestAcme(PluginContract):
        signed_headers = ("x-acme-signature", "x-acme-timestamp")
        ...

Every failure says in a sentence what the plugin did and what the contract wants.
"""

from __future__ import annotations

import dataclasses
import random
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from complaint_gift.domain import Action, Event
from complaint_gift.plugin import (
    API,
    Can,
    Delivery,
    NotAuthentic,
    Outcome,
    Plugin,
    PluginError,
    Request,
    Source,
    UnknownEvent,
    Unreadable,
)
from complaint_gift.testing.strange import GARBAGE, STRANGE_HEADERS, spoil

NEW, OLD, STRANGE = (
    "contract-secret-new-0123456789",
    "contract-secret-old-0123456789",
    "contract-secret-strange",
)
NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
LONGEST_ID = 255  # bytes of UTF-8, for keys and for every text of an event


@dataclass(frozen=True, slots=True)
class Workplace:
    """A helpdesk to write to: what to do there, and how often each of it has happened so far."""

    source: Source
    actions: tuple[Action, ...]
    effects: Callable[[Action], int]


def require(condition: object, sentence: str) -> None:
    """Fail the test with a sentence unless the condition holds."""
    if not condition:
        raise AssertionError(sentence)


class PluginContract(ABC):
    """What every plugin keeps. Its subclass says how its vendor talks; the tests are inherited.

    `signed_headers`: lower-case names of the headers without which a request proves nothing, the signature
    or token first. `window`: seconds that a signed moment may be away, None where the vendor signs none.
    `signs_body`: False where the proof is a token or a password that does not cover the body.
    """

    signed_headers: tuple[str, ...]
    window: int | None = None
    signs_body: bool = True

    @abstractmethod
    def plugin(self) -> Plugin:
        """A new plugin."""

    @abstractmethod
    def source(self, *secrets: str) -> Source:
        """A source whose incoming requests are proved by these secrets."""

    @abstractmethod
    def deliver(self, body: bytes, secret: str, at: datetime) -> Request:
        """The request in which the vendor sends this body at this moment. Unsigned ids differ every time."""

    @abstractmethod
    def handled_events(self) -> tuple[bytes, bytes]:
        """Two different bodies that mean something to us."""

    @abstractmethod
    def ignored_event(self) -> bytes:
        """A body that the plugin knowingly drops."""

    @abstractmethod
    def unknown_event(self) -> bytes:
        """A well-formed body of an event that neither `handled` nor `ignored` names."""

    @abstractmethod
    def own_echo(self) -> bytes:
        """A body that says that our own bot wrote something."""

    @abstractmethod
    def workplace(self) -> AbstractContextManager[Workplace]:
        """A helpdesk for `perform`: a real one, a stand-in or a fake that remembers."""

    # -- what it says about itself

    def test_describes_itself(self) -> None:
        """This version of the contract, something handled, no event on both lists, no password kept."""
        plugin = self.plugin()
        require(isinstance(plugin, Plugin), "The plugin lacks members of complaint_gift.plugin.Plugin.")
        require(plugin.api == API, f"`api` is {plugin.api!r}, this contract is version {API}.")
        require(plugin.handled, "`handled` is empty: nothing would ever come in.")
        both = plugin.handled & plugin.ignored
        require(not both, f"{sorted(both)} are both handled and ignored.")
        require(plugin.can <= set(Can), "`can` holds something that is no complaint_gift.plugin.Can.")
        names = plugin.kept_headers
        require(all(name == name.lower() for name in names), "`kept_headers` must be lower case.")
        require("authorization" not in names, "`kept_headers` would store a password.")

    def test_answers_every_outcome(self) -> None:
        """2xx for what was taken, 4xx for what is not authentic, an error where we want it sent again."""
        answers = self.plugin().answers
        lacking = set(Outcome) - set(answers)
        require(not lacking, f"`answers` says nothing about {sorted(lacking)}.")
        for outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE):
            require(200 <= answers[outcome] < 300, f"{outcome} must be a 2xx, it is {answers[outcome]}.")
        refusal = answers[Outcome.NOT_AUTHENTIC]
        require(400 <= refusal < 500, f"not-authentic must be a 4xx, it is {refusal}.")
        sorry = answers[Outcome.UNAVAILABLE]
        require(
            sorry >= 400, f"unavailable must make the vendor try again, {sorry} tells it that all is well."
        )

    # -- proof of origin

    def test_accepts_what_is_genuine(self) -> None:
        for body in self._bodies():
            self.plugin().verify(self.deliver(body, NEW, NOW), self.source(NEW))

    def test_refuses_a_wrong_secret(self) -> None:
        for body in (*self._bodies(), b""):
            self._refuses(self.deliver(body, STRANGE, NOW), "a request signed with a strange secret")

    def test_accepts_both_secrets_of_a_rotation_and_no_retired_one(self) -> None:
        """`source(NEW, OLD)` takes requests signed with either, in any order; `source(NEW)` none with OLD."""
        body = self._bodies()[0]
        for secrets in ((NEW, OLD), (OLD, NEW)):
            for secret in secrets:
                self.plugin().verify(self.deliver(body, secret, NOW), self.source(*secrets))
        self._refuses(self.deliver(body, OLD, NOW), "a request signed with a retired secret")

    def test_refuses_missing_empty_and_doubled_headers(self) -> None:
        """Each of `signed_headers` in turn; a doubled one is refused even if both values are genuine."""
        genuine = self.deliver(self._bodies()[0], NEW, NOW)
        for name in self.signed_headers:
            value = genuine.headers[name][0]
            others = {key: values for key, values in genuine.headers.items() if key != name}
            self._refuses(replace(genuine, headers=others), f"a request without {name}")
            for values in ((), ("",), (value, value), (value, "x"), ("x", value)):
                changed = replace(genuine, headers={**others, name: values})
                self._refuses(changed, f"a request with {len(values)} values of {name}")
        self._refuses(replace(genuine, headers={}), "a request without any header")

    def test_refuses_strange_headers(self) -> None:
        """Whatever stands in `signed_headers`, `verify` raises NotAuthentic and nothing else."""
        genuine, chance = self.deliver(self._bodies()[0], NEW, NOW), random.Random(1)  # noqa: S311
        for name in self.signed_headers:
            for value in STRANGE_HEADERS:
                strange = replace(genuine, headers={**genuine.headers, name: (value,)})
                self._refuses(strange, f"{name}: {value[:20]!r}")
        letters = [chr(code) for code in (*range(256), 0x663, 0x202E, 0xDCFF, 0x1F600)]
        for _ in range(300):
            noise = {
                n: ("".join(chance.choices(letters, k=chance.randrange(80))),) for n in self.signed_headers
            }
            self._refuses(replace(genuine, headers=noise), "a request with random headers")

    def test_refuses_every_flipped_bit_of_the_proof(self) -> None:
        """In the first of `signed_headers`; its letters may change case only where `signs_body` is False."""
        genuine, name = self.deliver(self._bodies()[0], NEW, NOW), self.signed_headers[0]
        value = genuine.headers[name][0]
        for place in range(len(value)):
            for bit in range(8):
                flipped = value[:place] + chr(ord(value[place]) ^ (1 << bit)) + value[place + 1 :]
                if flipped.casefold() == value.casefold() and not self.signs_body:
                    continue  # the case of an authentication scheme carries no meaning
                changed = replace(genuine, headers={**genuine.headers, name: (flipped,)})
                self._refuses(changed, f"a proof with bit {bit} of character {place} flipped")

    def test_refuses_every_flipped_byte_of_the_body(self) -> None:
        """Where `signs_body` is False nothing is asked."""
        if not self.signs_body:
            return
        genuine, chance = self.deliver(self._bodies()[0], NEW, NOW), random.Random(2)  # noqa: S311
        for place in range(len(genuine.body)):
            body = bytearray(genuine.body)
            body[place] ^= 1 << chance.randrange(8)
            self._refuses(replace(genuine, body=bytes(body)), f"a body with byte {place} flipped")
        for other in (genuine.body[:-1], genuine.body + b" ", b"", self._bodies()[1]):
            self._refuses(replace(genuine, body=other), "the signature of another body")

    def test_refuses_stale_replayed_and_future_requests(self) -> None:
        """`received_at` may lie `window` seconds from the signed moment; nothing is asked without one."""
        if self.window is None:
            return
        body = self._bodies()[0]
        for seconds in (0, self.window - 1, 1 - self.window):
            fresh = self.deliver(body, NEW, NOW - timedelta(seconds=seconds))
            self.plugin().verify(replace(fresh, received_at=NOW), self.source(NEW))
        for seconds in (self.window + 1, -self.window - 1, 86_400, -86_400, 10**9):
            sent = self.deliver(body, NEW, NOW - timedelta(seconds=seconds))
            self._refuses(replace(sent, received_at=NOW), f"a request signed {seconds} seconds ago")

    # -- what it makes of a body

    def test_garbage_ends_in_nothing_but_typed_errors(self) -> None:
        """`verify` may raise NotAuthentic, `parse` Unreadable or UnknownEvent, `key` nothing at all."""
        plugin, source = self.plugin(), self.source(NEW)
        for body in GARBAGE:
            request = self.deliver(body, NEW, NOW)
            try:
                plugin.verify(request, source)
            except NotAuthentic:
                pass
            except Exception as exc:
                raise AssertionError(f"verify raised {exc!r} for the body {body[:40]!r}.") from exc
            self._key(request)
            self._parse(body)

    def test_spoiled_events_end_in_nothing_but_typed_errors(self) -> None:
        """The handled bodies, cut at every byte and with each of their values removed or made strange."""
        for body in self._bodies():
            for end in range(len(body)):
                self._parse(body[:end])
            for spoiled in spoil(body):
                self._parse(spoiled)

    def test_handled_events_mean_something(self) -> None:
        for body in self.handled_events():
            require(self._parse(body), f"A handled event gave no events: {body[:80]!r}.")

    def test_ignored_event_means_nothing(self) -> None:
        got = self._parse(self.ignored_event())
        require(got == [], f"A knowingly ignored event must give an empty list, it gave {got!r}.")

    def test_unknown_event_is_loud(self) -> None:
        got = self._parse(self.unknown_event())
        require(isinstance(got, UnknownEvent), f"An unknown event must raise UnknownEvent, it gave {got!r}.")

    def test_own_echo_means_nothing(self) -> None:
        got = self._parse(self.own_echo())
        require(got == [], f"What our own bot wrote must give an empty list, it gave {got!r}: a loop.")

    def test_parse_is_pure(self) -> None:
        """No connection, no changed settings, and the same events again, also from a new plugin."""
        plugin, source = self.plugin(), self.source(NEW)
        before = dict(source.settings)
        with _no_network():
            for body in self._bodies():
                first, again = (plugin.parse(self._stored(body), source) for _ in range(2))
                require(first == again, "parse gave two different results for one delivery.")
                fresh = self.plugin().parse(self._stored(body), source)
                require(first == fresh, "parse depends on what the plugin did before.")
        require(dict(source.settings) == before, "parse changed the settings of the source.")

    def test_key_is_the_same_for_a_repeated_delivery_only(self) -> None:
        """Neither new unsigned ids, nor 90 seconds, nor another signing secret may change it."""
        one, other = self.handled_events()
        first = self._key(self.deliver(one, NEW, NOW))
        for again in (self.deliver(one, NEW, NOW), self.deliver(one, NEW, NOW + timedelta(seconds=90))):
            require(self._key(again) == first, "The same event delivered again has another key.")
        require(self._key(self.deliver(one, OLD, NOW)) == first, "The key changes with the signing secret.")
        require(self._key(self.deliver(other, NEW, NOW)) != first, "Two different events have one key.")

    # -- what it writes

    def test_performing_twice_has_one_effect(self) -> None:
        """Three calls with one mark (`attempts` 0, 1, 1): one effect, and the same external ids each time."""
        plugin = self.plugin()
        with self.workplace() as place:
            for action in place.actions:
                require(place.effects(action) == 0, f"{action.kind} has happened before the test.")
                receipts = [
                    plugin.perform(
                        replace(action, attempts=tries), place.source, plugin.connect(place.source)
                    )
                    for tries in (0, 1, 1)
                ]
                count = place.effects(action)
                require(
                    count == 1, f"{action.kind} performed three times with one mark happened {count} times."
                )
                ids = {frozenset(receipt.external_ids) for receipt in receipts}
                require(
                    len(ids) == 1, f"{action.kind} gave other external ids when repeated: loop guards fail."
                )

    # -- how the tests ask

    def _bodies(self) -> tuple[bytes, ...]:
        return self.handled_events()

    def _refuses(self, request: Request, what: str) -> None:
        source = self.source(NEW)
        try:
            self.plugin().verify(request, source)
        except NotAuthentic as exc:
            _require_sentence(exc, source)
            return
        except Exception as exc:
            raise AssertionError(f"verify raised {exc!r} for {what}; it must raise NotAuthentic.") from exc
        raise AssertionError(f"verify accepted {what}.")

    def _stored(self, body: bytes) -> Delivery:
        request, plugin = self.deliver(body, NEW, NOW), self.plugin()
        kept = {name: request.header(name) or "" for name in plugin.kept_headers if request.header(name)}
        return Delivery(1, self.source(NEW).name, self._key(request), kept, body, NOW)

    def _key(self, request: Request) -> str:
        key = self.plugin().key(request)
        require(
            isinstance(key, str) and 0 < len(key) <= LONGEST_ID and _is_storable(key),
            f"key gave {key!r}; it must be a short text that every database takes.",
        )
        return key

    def _parse(self, body: bytes) -> list[Event] | PluginError:
        source = self.source(NEW)
        try:
            events = self.plugin().parse(self._stored(body), source)
        except (Unreadable, UnknownEvent) as exc:
            _require_sentence(exc, source)
            return exc
        except AssertionError:
            raise
        except Exception as exc:
            raise AssertionError(f"parse raised {exc!r} for the body {body[:200]!r}.") from exc
        for event in events:
            require(isinstance(event, Event), f"parse gave {event!r}, which is no Event.")
            for field in dataclasses.fields(event):
                value = getattr(event, field.name)
                if isinstance(value, str):
                    require(
                        _is_storable(value),
                        f"{field.name} of an event is {value[:40]!r}: no database takes it.",
                    )
        return events


def _require_sentence(exc: PluginError, source: Source) -> None:
    text = str(exc)
    good = source.name in text and "\n" not in text and len(text) <= 500 and text == text.strip()
    require(
        good and text, f"An error must be one sentence that names its source, this one is {text[:200]!r}."
    )
    require(not any(secret in text for secret in (NEW, OLD, STRANGE)), "An error shows a secret.")


def _is_storable(text: str) -> bool:
    try:
        return len(text.encode()) <= LONGEST_ID and "\x00" not in text
    except UnicodeEncodeError:
        return False


@contextmanager
def _no_network() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("parse opened a connection; it must be pure.")

    before = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect = before  # type: ignore[method-assign]
