"""The contract between the core and a helpdesk.

A plugin is one folder and one entry point in the group `complaint_gift.plugins`; see `discovery`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from complaint_gift.domain import Action, Author, Conversation, Event, Finding

if TYPE_CHECKING:
    from marshmallow import Schema

API = 1


class PluginError(Exception):
    """What a plugin may say. The message is one sentence for a human: source, event, what to do."""


class NotAuthentic(PluginError):
    """The request does not prove that the helpdesk sent it."""


class Unreadable(PluginError):
    """The request is authentic, but its body cannot be understood."""


class UnknownEvent(PluginError):
    """A readable event that this plugin neither handles nor knowingly ignores."""


class Refused(PluginError):
    """The helpdesk said no for good: do not try again.

    `status` and `code` are what it answered (409, "UpdateConflict"), None and "" when it never came so far.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Published(Refused):
    """What should have stayed among colleagues could be read by customers: a person must know at once.

    Raised when the plugin has done what it could to take it back; the message says how far that went.
    """


class Unreachable(PluginError):
    """The helpdesk cannot be reached or asked for patience; `retry_after` in seconds if it said how long.

    `status` is that of the answer, 0 where none came, `code` the helpdesk's own word for why, "" without.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, *, status: int = 0, code: str = ""
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.code = code


class Uncertain(PluginError):
    """It was handed over, but the answer was lost: it may have happened or not. Only a person may go on."""


class Can(StrEnum):
    """What a plugin can do; the feature matrix of the README is generated from it."""

    VERIFY = "verify"
    FETCH = "fetch"
    NOTE = "note"
    TAG = "tag"
    PRIORITY = "priority"
    ASSIGN = "assign"
    POLL = "poll"
    INSTALL = "install"  # a command of its own sets the helpdesk up
    GATE = "gate"  # replies on their way out
    ACKNOWLEDGE = "acknowledge"
    EDIT = "edit"  # its note is brought up to date, no second one written
    FACTS = "facts"  # what is known of the case lies with the conversation
    ESCALATE = "escalate"  # a linked issue, or the conversation moves on


class Outcome(StrEnum):
    """How receiving a request ended; each plugin says which HTTP status its vendor handles best."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    NOT_AUTHENTIC = "not-authentic"
    UNAVAILABLE = "unavailable"  # the database is away: the vendor shall send it again


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as received. Header names are lower case; a repeated header keeps every value."""

    method: str
    path: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """The value of a header sent exactly once, None when absent; doubled headers count as absent."""
        values = self.headers.get(name.lower(), ())
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A stored request: raw bytes and the few headers worth keeping."""

    id: int
    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """One configured connection. `settings` is what the plugin's schema loaded, secrets resolved.

    `folder` is a private folder (mode 0700) for what a plugin caches between processes, such as an access
    token; None means: keep it in memory.
    """

    name: str
    plugin: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `perform` did: the external ids it made (loop guards need them) and one line for the log."""

    external_ids: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a reconciliation sweep: conversations that changed, and where to go on."""

    conversations: tuple[str, ...]
    cursor: str
    more: bool = False


class Fate(StrEnum):
    """What becomes of a message at the gate. The value is stored."""

    PASS = "pass"  # noqa: S105
    TELL = "tell"  # it goes on, and its author hears what was found
    HOLD = "hold"  # until a person decides
    REJECT = "reject"  # back to its author, with the reason


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of our side on its way out, which nobody outside has yet.

    `key` is the same for a repetition of the same message, `message` its id in its channel, "" for none.
    `text` is its new part as plain text, `history` the words it answers, with what those quote behind `>`:
    known, never judged. `author` is who wrote it; `tell` the mail address that reaches them, "" for none.
    `raw` are the bytes that go on, `envelope` what the plugin needs to send them (JSON). `findings` are the
    plugin's own, about accounts; their `params` bring their words as `say_en`, `say_ru`.
    """

    source: str
    key: str
    author: Author
    text: str
    raw: bytes = field(repr=False)
    envelope: Mapping[str, Any]
    conversation: str = ""
    is_reply: bool = True
    history: str = ""
    subject: str = ""
    recipients: tuple[str, ...] = ()
    tell: str = ""
    language: str = ""
    findings: tuple[Finding, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What shall become of a message. `number` is the row that keeps it, 0 while none does.

    `sentence` says why in one line of ASCII, `link` leads to the whole of it in the reader's language.
    `actions` are the notices that wait for `confirm`.
    """

    fate: Fate
    findings: tuple[Finding, ...] = ()
    decision: str = "pass"
    number: int = 0
    sentence: str = ""
    link: str = ""
    actions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message on its way out that nothing can stop, and that is judged when it has left.

    `key` is of this attempt alone. `headers` tell the plugin how it came, `raw` are its bytes.
    """

    key: str
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail of ours while it is written, as an add-in of the mail program tells of it.

    `text` is all of its body, quotations included. `conversation` is the mail program's own name of the
    thread, `answers` the Message-ID of the mail it answers; each "" where the program does not tell.
    """

    text: str
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    conversation: str = ""
    answers: str = ""
    is_reply: bool = True


class Memory(Protocol):
    """What the core knows, for plugins whose channel keeps no conversations, such as mail."""

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        """In which conversation each of these message ids is; unknown ones are left out."""

    def conversation(self, number: str) -> Conversation | None:
        """A conversation with its messages as we hold it, None for an unknown one."""

    def fate(self, message: str) -> Fate | None:
        """What became of the message of ours with this id, None where nothing was kept of it."""

    def words(self, conversation: str) -> Mapping[str, bool]:
        """By message id, whether its words are still held; they are not after erasing and retention."""


class Desk(Protocol):
    """What a listener of a plugin may ask of the core. Everything may raise Unreachable: the database."""

    def rule(self, outgoing: Outgoing, stop: Fate) -> Ruling:
        """Judge it. `stop` is the fate of what the playbook holds; nothing is written."""

    def keep(self, outgoing: Outgoing, ruling: Ruling) -> Ruling:
        """Write it down with its notice; committed when this returns. The same key is one row."""

    def confirm(self, ruling: Ruling) -> None:
        """It has gone out: its notice may go too. Never raises."""

    def forget(self, ruling: Ruling) -> None:
        """It has not gone out and will come again: as if it never came. Never raises."""

    def stops(self, stop: Fate) -> bool:
        """Whether anything could be held or turned away now, `stop` being the fate of what is held."""

    def note(
        self, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
    ) -> Mapping[str, int]:
        """Keep those that leave, and what became of others, by their keys; committed when this returns.

        Gives the numbers of those that were sent, for `judge`. Of what nobody says whether it was sent
        the author hears some minutes later, and its conversation never.
        """

    def judge(self, number: int) -> None:
        """What `rule`, `keep`, `confirm` and `take` would have done, now that it is sent. Twice is once."""

    def advise(self, draft: Outgoing) -> tuple[str, str] | None:
        """Title and text of what the author of a draft should read, None for nothing. No word is kept."""

    def memory(self, source: str) -> Memory:
        """What is known of this source's conversations."""

    def take(self, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Put a delivery into the inbox, as if it had come by HTTP; durable when this returns.

        False when its key is known already.
        """

    def branch(self) -> None:
        """To be called in a process that a listener has made by a fork: rules are kept fresh there too."""


class Listener(Protocol):
    """A door of a plugin besides webhooks, such as a port that speaks SMTP.

    Optional, found by `getattr`: `prepare()`, called before anything is started, the moment for a fork;
    `is_broken`: whether the whole process should be started anew.
    """

    name: str

    def start(self) -> None:
        """Open it; raises PluginError when the port is taken, in a sentence."""

    def stop(self) -> None:
        """Take nothing new, end what is under way."""


@runtime_checkable
class Plugin(Protocol):
    """What one helpdesk adapter implements.

    `name` is that of its entry point, `api` the version of this contract: another one is not loaded.
    `settings` loads its part of the configuration. `handled` and `ignored` are the vendor's names of events
    that it turns into ours and that it knowingly drops. `answers` gives the HTTP status for every Outcome.
    `kept_headers`, in lower case, are those that a Delivery keeps: never one with a password.

    Optional, found by `getattr`:
    `poll(source, cursor, client) -> Page`: what changed since the cursor, for reconciliation;
    `probe(source, client) -> list[str]`: one sentence for each thing that is wrong and what to do, for
    `doctor`, which puts the source before it; raises Refused or Unreachable when it cannot even look;
    `admit(token, sources, now)`: who asks for a review with a token that the helpdesk signed, as an object
    with `source` and `agent`; raises NotAuthentic;
    `listeners(source, desk: Desk) -> Sequence[Listener]`: doors that `complaint-gift gate` opens and closes;
    `listens(source) -> bool`: whether this source has any, so that the gate runs;
    `send(held: Outgoing, source, client) -> Receipt`: send a message that was held, once; raises Refused,
    Unreachable (nothing was handed over) or Uncertain (the answer was lost);
    `record(sent: Outgoing) -> (key, headers)`: of the delivery by which the inbox hears that it was sent;
    `pages(source, origin) -> Mapping[str, bytes]`: what an add-in of a mail program loads from us under
    `/outlook/<source>/`, by file name; `frames(source) -> Sequence[str]`: the origins that may show it;
    `compose(draft: Draft, source, memory) -> Outgoing | None`: the message being written, None if internal;
    `rewrite(held: Outgoing, text) -> bytes`: the raw message with this text of its new part; raises Refused;
    `read(delivery, source, memory: Memory, client) -> Sequence[Conversation]`: where deliveries bring their
    messages along, the conversations with the new messages; then `fetch` is never called, unless the
    plugin can FETCH;
    `tidy(source, memory: Memory) -> int`: remove what is kept aside of messages that have no words any more;
    `able(source) -> frozenset[Can]`: `can` where it depends on the source;
    `key_of(request, source) -> str`: `key` where it depends on the source;
    `replies(source) -> Mapping[Outcome, int]`: `answers` where they depend on the source;
    `largest`: bytes that a webhook may bring, where a megabyte is not enough;
    `commands(sources) -> click.Group`: becomes `complaint-gift <plugin name>`. `sources()` gives
    the configured sources of this plugin and is called late, so that `--help` needs no configuration.
    """

    name: str
    api: int
    settings: type[Schema]
    handled: frozenset[str]
    ignored: frozenset[str]
    can: frozenset[Can]
    answers: Mapping[Outcome, int]
    kept_headers: frozenset[str]

    def verify(self, request: Request, source: Source) -> None:
        """Raise NotAuthentic unless the request proves its origin, whatever garbage comes in."""

    def key(self, request: Request) -> str:
        """A key stable over the vendor's retries, from signed bytes where the id header is not signed."""

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        """Pure; raises Unreadable or UnknownEvent. A knowingly ignored event gives an empty list."""

    def connect(self, source: Source) -> Any:
        """The client that `fetch`, `perform` and `poll` get: authenticated, with time-outs."""

    def fetch(self, conversation: str, source: Source, client: Any) -> Conversation | None:
        """The conversation as it is now, None when it is gone; raises Refused or Unreachable."""

    def perform(self, action: Action, source: Source, client: Any) -> Receipt:
        """Do it once, however often it is called for the same mark; raises Refused or Unreachable."""

    def is_own(self, author_id: str, source: Source) -> bool:
        """True when this author is our own bot user: the first loop guard."""
