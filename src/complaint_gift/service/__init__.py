"""The use cases: receive, process, review, escalate, perform, sweep. No framework in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from complaint_gift.domain import Escalation, EscalationState, Scope, Verdict
from complaint_gift.plugin import Fate, Leaving, Memory, Outcome, Outgoing, Plugin, Request, Ruling, Source
from complaint_gift.service import (
    afterwards,
    again,
    authors,
    erasing,
    escalating,
    gate,
    notices,
    performing,
    processing,
    promises,
    receiving,
    releasing,
    reviewing,
    sweeping,
    warming,
)
from complaint_gift.service.again import Ended
from complaint_gift.service.escalating import AlreadyResolved, NotFound
from complaint_gift.service.held import WAITING, KeptOutgoing, OutgoingState
from complaint_gift.service.means import Company, Means
from complaint_gift.service.notices import Told
from complaint_gift.service.policy import Policy
from complaint_gift.service.ports import (
    Bell,
    Book,
    Classifier,
    Clock,
    Links,
    Notifier,
    Store,
    StoreUnavailable,
)
from complaint_gift.service.recalling import StoredMemory
from complaint_gift.service.receiving import UnknownSource
from complaint_gift.service.records import (
    ActionRow,
    ActionState,
    AuditEntry,
    BrokenLink,
    Case,
    DeliveryRow,
    DeliveryState,
    EscalationFilter,
    KeptPromise,
    RuleRecord,
    Tally,
)
from complaint_gift.service.reviewing import CaseFacts
from complaint_gift.service.sweeping import Swept

__all__ = [
    "AlreadyResolved",
    "CaseFacts",
    "Company",
    "Ended",
    "EscalationFilter",
    "NotFound",
    "RuleRecord",
    "Service",
    "StoreUnavailable",
    "Swept",
    "Told",
    "UnknownSource",
]


class Service:
    """One door to all use cases. Safe to share between threads. Everything may raise StoreUnavailable."""

    def __init__(
        self,
        *,
        store: Store,
        sources: Mapping[str, Source],
        plugins: Mapping[str, Plugin],
        playbook: Callable[[], Book],
        policy: Policy,
        bell: Bell,
        notifier: Notifier,
        clock: Clock,
        company: Company | None = None,
        tagger: Any = None,
        classifier: Classifier | None = None,
        links: Links | None = None,
    ) -> None:
        """`plugins` by plugin name; `playbook` gives the current one, so that a reload needs no restart.

        `tagger` has `tag` and `ready` of learned.client.Client, None where no learned layer is installed.
        """
        self.means = Means(
            store=store,
            sources=sources,
            plugins=plugins,
            playbook=playbook,
            policy=policy,
            bell=bell,
            notifier=notifier,
            clock=clock,
            company=company or Company(),
            tagger=tagger,
            classifier=classifier,
            links=links,
        )

    def warm(self, book: Book | None = None) -> None:
        """Load what is loaded when it is first needed: before the first fork, and for a new playbook."""
        warming.warm(self.means, book or self.means.playbook())

    def receive(self, source: str, request: Request) -> Outcome:
        """Take a request in. Raises UnknownSource; a database that is down is Outcome.UNAVAILABLE."""
        return receiving.receive(self.means, source, request)

    def process(self, delivery_id: int) -> None:
        """Work a delivery off, once, however often it is called."""
        processing.process(self.means, delivery_id)

    def perform(self, action_id: int) -> None:
        """Do an action, once, however often it is called."""
        performing.perform(self.means, action_id)

    def sweep(self) -> Swept:
        """Ring again, look at what is due, climb ladders, reconcile, purge."""
        return sweeping.sweep(self.means)

    def tick(self, owner: str) -> Swept | None:
        """A sweep if this process is the ticker; None when another one is."""
        return sweeping.tick(self.means, owner)

    def beat(self, name: str) -> None:
        """`name` is alive, as `worker:<host>:<pid>`."""
        with self.means.store.transaction() as tx:
            tx.beat(name, self.means.now())

    def review_draft(
        self,
        text: str,
        *,
        scope: Scope = Scope.PUBLIC_REPLY,
        context: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """The verdict on a plain text while it is written. Raises rules.context.ContextError."""
        return reviewing.review_draft(self.means, text, scope=scope, context=context)

    def waive(
        self,
        source: str,
        conversation: str,
        text: str,
        rules: tuple[str, ...],
        reason: str,
        by: str,
        *,
        sent: bool = False,
    ) -> int:
        """Keep why a rule does not apply, or why it is `sent` anyway; gives how many are newly waived."""
        return reviewing.waive(self.means, source, conversation, text, rules, reason, by, sent=sent)

    def rule_records(self, since: datetime | None = None) -> list[RuleRecord]:
        """What became of each rule since then, those first that were set aside most often."""
        return reviewing.rule_records(self.means, since)

    def decide_complaint(self, source: str, conversation: str, is_complaint: bool, by: str) -> Case:
        """A person's one click. Raises NotFound."""
        return reviewing.decide_complaint(self.means, source, conversation, is_complaint, by)

    def settle_promise(
        self, source: str, conversation: str, promise_id: int, is_kept: bool, by: str
    ) -> KeptPromise:
        """A person's one click about a promise. Raises NotFound."""
        return promises.settle_promise(self.means, source, conversation, promise_id, is_kept, by)

    def case_facts(self, source: str, conversation: str) -> CaseFacts:
        """Stage, promises, about, audience. Raises NotFound."""
        return reviewing.case_facts(self.means, source, conversation)

    def list_escalations(self, wanted: EscalationFilter | None = None, limit: int = 200) -> list[Escalation]:
        """The most urgent first; those that wait if nothing else is wanted."""
        waiting = EscalationFilter(frozenset((EscalationState.OPEN, EscalationState.ACKNOWLEDGED)))
        return escalating.list_escalations(self.means, wanted or waiting, limit)

    def acknowledge(self, escalation_id: int, by: str) -> Escalation:
        """Somebody takes it. Raises NotFound or AlreadyResolved."""
        return escalating.acknowledge(self.means, escalation_id, by)

    def resolve(self, escalation_id: int, by: str, resolution: str = "") -> Escalation:
        """Somebody has dealt with it. Raises NotFound or AlreadyResolved."""
        return escalating.resolve(self.means, escalation_id, by, resolution)

    def look_behind(self, escalation_id: int) -> Told:
        """The findings and the given reasons behind an escalation, for a lead. Raises NotFound."""
        with self.means.store.reading() as tx:
            found = tx.escalation(escalation_id)
            if found is None:
                raise NotFound(f"there is no escalation {escalation_id}; list them to see what waits")
            return notices.look_behind(tx, found)

    def rule(self, mail: Outgoing, stop: Fate) -> Ruling:
        """What shall become of a message on its way out; nothing is written."""
        return gate.rule(self.means, mail, stop)

    def keep(self, mail: Outgoing, ruling: Ruling) -> Ruling:
        """Write it down with its ruling and its notice."""
        return gate.keep(self.means, mail, ruling)

    def confirm(self, ruling: Ruling) -> None:
        """It has gone out: its notice goes too."""
        gate.confirm(self.means, ruling)

    def forget(self, ruling: Ruling) -> None:
        """It was not taken: as if it never came."""
        gate.forget(self.means, ruling)

    def stops(self, stop: Fate) -> bool:
        """Whether anything could be held or turned away now."""
        return afterwards.stops(self.means, stop)

    def note(
        self, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
    ) -> Mapping[str, int]:
        """Keep messages that leave before they are judged, and what became of them, in one commit."""
        return afterwards.note(self.means, source, leaving, sent, unsent)

    def list_outgoing(
        self, states: Iterable[OutgoingState] = WAITING, limit: int = 200
    ) -> list[KeptOutgoing]:
        """Messages at the gate, the oldest first; those that wait for a person if nothing else is wanted."""
        return releasing.list_outgoing(self.means, tuple(states), limit)

    def look_at_outgoing(self, number: int) -> KeptOutgoing:
        """One message with all of it. Raises NotFound."""
        return releasing.look_at(self.means, number)

    def approve(self, number: int, by: str) -> KeptOutgoing:
        """Have a held message sent. Raises NotFound or AlreadyResolved."""
        return releasing.approve(self.means, number, by)

    def edit_outgoing(self, number: int, by: str, text: str) -> KeptOutgoing:
        """Give it another text. Raises NotFound, AlreadyResolved or plugin.Refused."""
        return releasing.edit(self.means, number, by, text)

    def give_back(self, number: int, by: str, reason: str) -> KeptOutgoing:
        """It does not go out; its author is told. Raises NotFound or AlreadyResolved."""
        return releasing.give_back(self.means, number, by, reason)

    def call_sent(self, number: int, by: str) -> KeptOutgoing:
        """Somebody found out that it did go out. Raises NotFound or AlreadyResolved."""
        return releasing.call_sent(self.means, number, by)

    def advise(self, draft: Outgoing) -> tuple[str, str] | None:
        """Title and text of what the author of a draft should read, None for nothing."""
        return authors.advise(self.means, draft)

    def memory(self, source: str) -> Memory:
        """What a plugin may ask about conversations of its source."""
        return StoredMemory(self.means, source)

    def take(self, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Put a delivery of a plugin's own door into the inbox. Raises UnknownSource."""
        return receiving.take(self.means, source, key, headers, body)

    def deliveries(self, state: DeliveryState | None = None, limit: int = 100) -> list[DeliveryRow]:
        """The newest first."""
        with self.means.store.reading() as tx:
            return tx.deliveries(state, limit)

    def actions(
        self, *, source: str = "", conversation: str = "", state: ActionState | None = None, limit: int = 100
    ) -> list[ActionRow]:
        """The newest first."""
        with self.means.store.reading() as tx:
            return tx.actions(source=source, conversation=conversation, state=state, limit=limit)

    def reopen_delivery(self, delivery_id: int, by: str) -> None:
        """Try an unreadable, ignored or failed delivery again. Raises NotFound."""
        self._try_again("delivery", delivery_id, by)

    def retry_action(self, action_id: int, by: str) -> None:
        """Try a refused or failed action again. Raises NotFound."""
        self._try_again("action", action_id, by)

    def list_ended(self) -> list[Ended]:
        """Deliveries and actions of the last days that ended without success."""
        return again.list_ended(self.means)

    def try_again(self, by: str) -> int:
        """Have those worked on once more, but for what speaks to customers; gives how many."""
        return again.try_again(self.means, by)

    def _try_again(self, kind: str, row_id: int, by: str) -> None:
        now = self.means.now()
        with self.means.store.transaction() as tx:
            reopen = tx.reopen_delivery if kind == "delivery" else tx.retry_action
            if not reopen(row_id):
                raise NotFound(f"there is no {kind} {row_id} that has ended without success")
            tx.append_audit(AuditEntry(now, by.strip()[:200] or "somebody", f"{kind}-again", {kind: row_id}))
        self.means.bell.ring("delivery" if kind == "delivery" else "action", row_id)

    def look(self, source: str, conversation: str) -> bool:
        """Have this conversation fetched and judged anew by a worker. Raises UnknownSource."""
        if source not in self.means.sources:
            raise UnknownSource(source)
        return receiving.ask_for_look(self.means, source, conversation, self.means.now().isoformat())

    def erase(self, person: str, by: str, source: str = "") -> Mapping[str, int]:
        """Remove a person from everything we hold; rows touched per table. Raises ValueError."""
        return erasing.erase(self.means, person, by, source)

    def tally(self) -> Tally:
        """Counts and the oldest that wait, for doctor, readiness and metrics."""
        with self.means.store.reading() as tx:
            return tx.tally()

    def check_audit(self) -> BrokenLink | None:
        """The first broken link of the audit chain, None when it is whole to its end."""
        return erasing.check_audit(self.means)
