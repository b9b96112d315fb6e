"""One unit of work over all tables, as the use cases need it; `complaint_gift.store` implements it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from complaint_gift.domain import ActionKind, Author, Conversation, Escalation, Message, Verdict
from complaint_gift.service.held import KeptOutgoing, NewOutgoing, OutgoingState
from complaint_gift.service.records import (
    ActionRow,
    ActionState,
    AuditEntry,
    AuditRow,
    BrokenLink,
    Case,
    ClaimedAction,
    ClaimedDelivery,
    DeliveryRow,
    DeliveryState,
    DraftReview,
    EscalationFilter,
    Kept,
    KeptPromise,
    NewAction,
    NewDelivery,
    NewEscalation,
    PromiseState,
    RuleRecord,
    Seen,
    StoredConversation,
    StoredMessage,
    Subject,
    Tally,
    Waiver,
)


class Deliveries(Protocol):
    """The inbox. Work is claimed by a lease; only the holder of the lease may settle."""

    def claim_delivery(self, delivery_id: int, now: int, until: int) -> ClaimedDelivery | None:
        """Take it by one conditional update: state new, next_at <= now, no lease or lease_until <= now.

        Sets lease_until = until and attempts + 1. None when somebody else has it, it waits or is settled.
        """

    def settle_delivery(
        self, delivery_id: int, lease: int, state: DeliveryState, *, conversation: str = "", error: str = ""
    ) -> bool:
        """Give it its final state and drop the lease; False (nothing changed) when the lease is not ours."""

    def postpone_delivery(self, delivery_id: int, lease: int, next_at: int, error: str) -> bool:
        """Keep it new, drop the lease, try again at `next_at` (ms); False when the lease is not ours."""

    def waiting_deliveries(self, now: int, before: int, limit: int) -> list[int]:
        """Ids in state new that may be claimed now, received before `before` (ms), oldest first."""

    def drop_delivery(self, delivery_id: int, lease: int) -> bool:
        """Remove it, done and not worth a trace; False (nothing changed) when the lease is not ours."""

    def add_passing(self, deliveries: Sequence[NewDelivery]) -> None:
        """Insert them in state passing; their keys are new."""

    def release_passing(self, source: str, keys: Sequence[str]) -> Mapping[str, int]:
        """From passing to new; gives the ids of those that were passing, by key."""

    def drop_passing(self, source: str, keys: Sequence[str]) -> None:
        """Remove those that are passing."""

    def release_stranded(self, before: datetime, headers: Mapping[str, str], limit: int) -> int:
        """What is passing since then becomes new, with these headers besides its own; gives how many."""

    def reopen_delivery(self, delivery_id: int) -> bool:
        """An admin's wish: unreadable, ignored or failed becomes new, 0 attempts. False if it was none."""

    def newest_delivery(self) -> int:
        """The id of the delivery that came last, 0 while there is none."""

    def deliveries(self, state: DeliveryState | None, limit: int) -> list[DeliveryRow]:
        """The newest first, all states when None."""


class Conversations(Protocol):
    """What the helpdesk told us, in our own rows."""

    def find_conversation(self, source: str, external_id: str) -> StoredConversation | None:
        """None when there is no row. Takes no lock."""

    def lock_conversation(self, source: str, external_id: str) -> StoredConversation:
        """Get it or make its row, locked until the end of the transaction (PostgreSQL: FOR UPDATE)."""

    def whereabouts(self, source: str, messages: Sequence[str]) -> dict[str, str]:
        """In which conversation each of these messages is, by external ids; unknown ones are left out."""

    def conversation_by_id(self, conversation_id: int) -> StoredConversation | None:
        """The same by our own id, without a lock."""

    def save_conversation(self, conversation_id: int, snapshot: Conversation, fetched_after: int = 0) -> None:
        """Overwrite the snapshot columns (messages are saved apart), add 1 to version, forget deleted_at."""

    def mark_merged(self, conversation_id: int, into: str) -> None:
        """It lives on in the conversation with this external id; the row stays."""

    def mark_deleted(self, conversation_id: int, at: datetime) -> None:
        """The source deleted it. Call `purge_conversation` for its texts."""

    def messages(self, conversation_id: int) -> list[StoredMessage]:
        """All of them with their newest version, ordered by (sent_at, id)."""

    def find_author(self, source: str, author_id: str, account: str) -> Author | None:
        """Who wrote under this id, else under this account, as of their newest message of this source."""

    def replies_to_others(
        self, snapshot: Conversation, author: Author, since: datetime, before: datetime, limit: int
    ) -> list[str]:
        """Texts that this author (by id of the source, or by account) sent as staff to other customers.

        Public ones of other conversations, sent at or after `since` and before `before`; the newest first.
        """

    def save_message(self, conversation_id: int, message: Message, seen_at: datetime) -> StoredMessage:
        """Insert or update by (conversation, external id); a changed text makes a new version.

        Columns (author, visibility, channel ...) are overwritten. A redacted message stays redacted: its
        text is never taken back.
        """

    def redact_message(self, conversation_id: int, external_id: str) -> bool:
        """Empty the text of all its versions, the quotes of their findings and the words of its promises.

        The newest version is marked redacted, and only an empty version may follow. False if we have none.
        """

    def purge_conversation(self, conversation_id: int) -> None:
        """Leave none of its words: redact every message, empty subject and names, the payload of its settled
        actions, the bodies of its settled deliveries, the reasons of its waivers; drop its draft reviews and
        its pending actions but those of kind notify (they hold ids only)."""

    def erase_person(self, person: str, source: str = "") -> Mapping[str, int]:
        """Remove what identifies a person, given by external id, account (email) or exact name.

        A `source` narrows it to what came from there: ids are unique only within a source.

        Their texts, name and account, raw bodies, payloads, summaries and quotes that hold one of these, and
        all texts of conversations they requested. Gives rows touched per table.
        """


class Judgements(Protocol):
    """Verdicts, what drafts showed, and why somebody sent against it."""

    def save_verdict(self, version_id: int, subject: Subject, verdict: Verdict, created_at: datetime) -> None:
        """Replace the verdict of this version, subject and playbook."""

    def verdict(self, version_id: int, subject: Subject) -> Verdict | None:
        """The newest one (signals are not stored: empty)."""

    def save_draft_review(self, review: DraftReview) -> None:
        """Replace the one of the same text in the same conversation."""

    def draft_review(self, source: str, conversation: str, text_hash: str) -> DraftReview | None:
        """What was shown for exactly this text in this conversation."""

    def last_draft_review(self, source: str, conversation: str) -> DraftReview | None:
        """What was shown for the text that was reviewed last in this conversation."""

    def add_waiver(self, waiver: Waiver) -> bool:
        """False when this rule was already waived for this text here; the first reason stays."""

    def waivers(self, source: str, conversation: str) -> list[Waiver]:
        """Oldest first."""

    def add_sightings(
        self, source: str, conversation: str, seen: Seen, rules: Iterable[str], at: datetime
    ) -> None:
        """Remember that these rules were met so in this conversation; what is known keeps its first time."""

    def rule_records(self, since: datetime | None) -> list[RuleRecord]:
        """By rule, of what was first met or waived since then (None: of all that is kept)."""

    def save_promises(self, conversation_id: int, message_id: int, promises: Sequence[KeptPromise]) -> None:
        """Replace those of this message; one with the same words keeps its id and its state."""

    def settle_promise(self, promise_id: int, state: PromiseState, at: datetime, by: str) -> None:
        """Say what became of it; nothing happens when it is gone."""

    def move_promises(self, conversation_id: int, into: int) -> None:
        """They are kept where the conversation lives on."""

    def promises(self, conversation_id: int) -> list[KeptPromise]:
        """By the time they were made."""


class Cases(Protocol):
    """Which conversations are complaints."""

    def case(self, conversation_id: int) -> Case | None:
        """None while nobody has decided."""

    def save_case(self, case: Case) -> None:
        """Insert or overwrite by conversation."""

    def cases_to_look_at(self, now: datetime, limit: int) -> list[int]:
        """Conversation ids of cases with look_at <= now, the oldest first."""

    def cases_to_read_again(self, now: datetime, limit: int) -> list[Case]:
        """Those with read_again_at <= now, the newest first."""

    def put_off_reading(self, conversation_id: int, now: datetime, until: datetime) -> bool:
        """Set read_again_at to `until` if it is due; False when it is not, or not any more."""

    def count_complaints(self, source: str, requester_id: str, since: datetime, besides: int) -> int:
        """Complaints of this customer opened since then, not counting conversation `besides`."""


class Actions(Protocol):
    """The outbox. The same lease rules as the inbox."""

    def add_action(self, action: NewAction) -> int | None:
        """Its id, or None when an action with this mark exists (whatever its state)."""

    def claim_action(self, action_id: int, now: int, until: int) -> ClaimedAction | None:
        """As `claim_delivery`, for state pending."""

    def settle_action(
        self,
        action_id: int,
        lease: int,
        state: ActionState,
        *,
        error: str = "",
        receipt: Mapping[str, Any] | None = None,
    ) -> bool:
        """Give it its final state and drop the lease; False when the lease is not ours."""

    def postpone_action(self, action_id: int, lease: int, next_at: int, error: str) -> bool:
        """Keep it pending, drop the lease, try again at `next_at` (ms)."""

    def waiting_actions(self, now: int, before: int, limit: int) -> list[int]:
        """Ids in state pending that may be claimed now, created before `before` (ms), oldest first."""

    def retry_action(self, action_id: int) -> bool:
        """An admin's wish: refused or failed becomes pending with 0 attempts. False if it was neither."""

    def actions(
        self,
        *,
        source: str = "",
        conversation: str = "",
        state: ActionState | None = None,
        kind: ActionKind | None = None,
        limit: int = 100,
    ) -> list[ActionRow]:
        """The newest first; an empty argument does not narrow."""

    def count_notes(self, source: str, conversation: str, since: datetime) -> int:
        """Actions of kind note for this conversation created since then."""

    def count_acknowledged(self, source: str, requester_id: str, since: datetime) -> int:
        """Actions of kind acknowledge for any conversation of this customer created since then."""

    def add_own_writes(self, source: str, external_ids: Iterable[str], at: datetime) -> None:
        """Remember what we wrote ourselves; known ids are no error."""

    def own_writes(self, source: str, external_ids: Iterable[str]) -> frozenset[str]:
        """Those of the given ids that are our own."""


class Escalations(Protocol):
    """The queue of what needs a human. No row is ever deleted while it is not resolved."""

    def add_escalation(self, escalation: NewEscalation) -> int | None:
        """Its id, or None while one with the same key is open or acknowledged."""

    def has_escalated(self, key: str, since: datetime | None = None) -> bool:
        """Whether there is one with this key in any state; with `since`, one not resolved before then."""

    def escalation_waiting(self, key: str) -> Escalation | None:
        """The one with this key that is open or acknowledged."""

    def escalation(self, escalation_id: int) -> Escalation | None:
        """Locked until the end of the transaction where the database can."""

    def escalations(self, wanted: EscalationFilter, limit: int) -> list[Escalation]:
        """By due_at, the most urgent first; resolved ones last."""

    def escalations_to_tell(self, now: datetime, limit: int) -> list[Escalation]:
        """Those not resolved with next_at <= now."""

    def escalation_to_tell(self, escalation_id: int, now: datetime) -> Escalation | None:
        """This one, locked, if it is still one of those."""

    def annotate_escalation(self, escalation_id: int, summary: str) -> None:
        """Only its summary changes; whoever is to hear of it next hears at the same time."""

    def save_escalation(self, escalation: Escalation, next_at: datetime | None) -> None:
        """Overwrite conversation, state, rung, summary, about, who and when, and next_at (None: never)."""


class OutgoingMessages(Protocol):
    """What the gate kept: told about, turned away or held."""

    def add_outgoing(self, message: NewOutgoing) -> int | None:
        """Its id, or None when one with this (source, key) is kept already."""

    def find_outgoing(self, source: str, key: str) -> KeptOutgoing | None:
        """By its key."""

    def outgoing_named(self, source: str, message: str) -> KeptOutgoing | None:
        """The newest with this message id, without its raw bytes; None for the empty id."""

    def outgoing(self, number: int) -> KeptOutgoing | None:
        """None when there is none. Takes no lock."""

    def lock_outgoing(self, number: int) -> KeptOutgoing | None:
        """The same, locked until the end of the transaction where the database can."""

    def outgoing_of(self, escalation: int) -> KeptOutgoing | None:
        """The one that this escalation is about."""

    def list_outgoing(self, states: Iterable[OutgoingState], limit: int) -> list[KeptOutgoing]:
        """The oldest first, without their raw bytes; all states when none is given."""

    def save_outgoing(self, kept: KeptOutgoing) -> None:
        """Overwrite what may change: text, raw bytes, findings, state, who, when, why, escalation, sends."""

    def drop_outgoing(self, number: int) -> None:
        """Remove it, and the actions about it that have not begun."""


class Housekeeping(Protocol):
    """Cursors, leases, heartbeats, the audit chain, retention."""

    def cursor(self, source: str) -> str:
        """Where polling this source goes on, "" at the start."""

    def save_cursor(self, source: str, value: str) -> None:
        """Remember where to go on."""

    def take_lease(self, name: str, owner: str, now: int, until: int) -> bool:
        """True when `owner` holds it until `until` (ms): it was free, over, or already theirs."""

    def drop_lease(self, name: str, owner: str) -> None:
        """Let go of it at once; nothing happens when it is not theirs."""

    def beat(self, name: str, at: datetime) -> None:
        """`name` (ticker, worker:<host>:<pid>) is alive at this moment."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Add the next link: hash = records.chain_hash(previous, entry), previous read under a lock."""

    def audit(self, after: int, limit: int) -> list[AuditRow]:
        """Rows with id > after in order of id."""

    def verify_audit(self) -> BrokenLink | None:
        """The first entry that was edited, removed or put in, None when the chain is whole to its end."""

    def purge(self, kept: Kept, before: datetime, limit: int) -> int:
        """Remove at most `limit` rows older than `before`; gives how many.

        DELIVERY_BODY empties bodies and headers of settled deliveries, TEXT purges closed or deleted
        conversations last updated before then, QUIET_TEXT open ones too, ACTION and DELIVERY delete settled
        rows, ESCALATION deletes resolved ones, OUTGOING those that are decided. Nothing that waits for work
        or for a human is touched.
        """

    def tally(self) -> Tally:
        """Counts by state, the oldest that waits, and all heartbeats."""


class Transaction(
    Deliveries,
    Conversations,
    Judgements,
    Cases,
    Actions,
    Escalations,
    OutgoingMessages,
    Housekeeping,
    Protocol,
):
    """One unit of work over all tables."""
