"""What we promised a customer: kept by a reply, a tag or a click; told before its time, and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from complaint_gift.domain import ActionKind, Reason
from complaint_gift.plugin import Can
from complaint_gift.service import lexicon
from complaint_gift.service.contexts import Facts
from complaint_gift.service.escalating import OURSELVES, Cause, NotFound, close, raise_escalation
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import AuditEntry, KeptPromise, PromiseState, StoredMessage
from complaint_gift.service.turns import OURS, is_public

BY_REPLY = "reply"
BY_PERSON = "agent:"
UNSETTLED = frozenset((PromiseState.OPEN, PromiseState.BROKEN))
WATCHED = (Reason.PROMISE_DUE, Reason.PROMISE_BROKEN)


@dataclass(frozen=True, slots=True)
class Watch:
    """The promises of one conversation during one look at it."""

    tx: Transaction
    outbox: Outbox
    means: Means
    facts: Facts

    def read_tags(self) -> None:
        """A tag keeps all that was promised before this look; it is taken off, so that it can come again."""
        snapshot, policy = self.facts.snapshot, self.means.policy.promises
        tags = sorted(tag for tag in snapshot.tags if tag.casefold() in policy.kept_tags)
        kept = [one for one in self._promises() if one.state in UNSETTLED]
        if not tags:
            return
        for promise in kept:
            self._settle(promise, PromiseState.KEPT, self.outbox.now, f"tag:{tags[0]}")
        if self.means.can(snapshot.source, Can.TAG) and snapshot.status != "closed":
            # With nothing left to keep it goes as well: else it would keep the next promise unread.
            cause = f"promises:{max((one.id for one in kept), default=0)}:{snapshot.updated_at}"
            payload = {"add": [], "remove": tags}
            self.outbox.add(ActionKind.TAGS, snapshot.source, snapshot.id, cause, payload)

    def read_replies(self) -> None:
        """What a later reply of ours says about a promise, unless a person has spoken about it."""
        promises = self._promises()
        replies = [m for m in self.facts.messages if is_public(m) and m.message.author.role in OURS]
        promising = {one.message_id for one in promises}
        for promise in promises:
            if promise.state in UNSETTLED and not promise.settled_by.startswith(BY_PERSON):
                self._read_replies_to(promise, replies, promising)

    def run_clocks(self) -> datetime | None:
        """Tell of those that are near their time or over it; gives when to look again."""
        return min(filter(None, (self._run_clock(one) for one in self._promises())), default=None)

    def _promises(self) -> list[KeptPromise]:
        """Those that reached the customer."""
        ours = self.tx.promises(self.facts.case.conversation_id) if self.facts.case else []
        hidden = {m.id for m in self.facts.messages if not is_public(m)}
        return [one for one in ours if one.message_id not in hidden]

    def _read_replies_to(
        self, promise: KeptPromise, replies: Sequence[StoredMessage], promising: Iterable[int]
    ) -> None:
        policy = self.means.policy
        for reply in replies:
            at = reply.message.sent_at
            if promise.made_at is None or at <= promise.made_at + policy.quiet.wall:
                continue
            if self._is_kept_by(reply.message.text):
                self._settle(promise, PromiseState.KEPT, at, BY_REPLY)
                return
            is_in_time = promise.due_at is None or at <= promise.due_at
            if reply.id in promising and is_in_time and promise.state is PromiseState.OPEN:
                self._settle(promise, PromiseState.MOVED, at, BY_REPLY)
                return

    def _is_kept_by(self, text: str) -> bool:
        policy = self.means.policy.promises
        if policy.kept_by_reply == "any":
            return bool(text.strip())
        return policy.kept_by_reply == "words" and lexicon.has_any(text, policy.kept_phrases)

    def _settle(self, promise: KeptPromise, state: PromiseState, at: datetime, by: str) -> None:
        self.tx.settle_promise(promise.id, state, at, by)
        detail = {"promise": promise.id, "by": by}
        self.tx.append_audit(AuditEntry(self.outbox.now, OURSELVES, f"promise-{state.value}", detail))
        # Nobody has to be reminded any more; what was late is for a person to look at.
        key = key_of(Reason.PROMISE_DUE, promise)
        close(self.tx, self.outbox, self.means, key, OURSELVES, f"promise {state.value}")

    def _run_clock(self, promise: KeptPromise) -> datetime | None:
        now, due = self.outbox.now, promise.due_at
        if promise.state is not PromiseState.OPEN or due is None:
            return None
        if due > now:
            remind_at = self._remind_at(promise, due)
            if remind_at is not None and remind_at > now:
                return remind_at
            if remind_at is not None and not self.tx.has_escalated(key_of(Reason.PROMISE_DUE, promise)):
                self._raise(Reason.PROMISE_DUE, promise, due)
            return due
        self.tx.settle_promise(promise.id, PromiseState.BROKEN, due, promise.settled_by)
        if due >= now - self.means.policy.limits.look_back.wall:
            self._raise(Reason.PROMISE_BROKEN, promise, due)
        if Reason.PROMISE_BROKEN in self.means.policy.urgencies:
            key = key_of(Reason.PROMISE_DUE, promise)
            close(self.tx, self.outbox, self.means, key, OURSELVES, Reason.PROMISE_BROKEN.value)
        return None

    def _remind_at(self, promise: KeptPromise, due: datetime) -> datetime | None:
        """Not before half of the time is over: who has just promised knows."""
        policy = self.means.policy
        if policy.promises.remind_before is None or Reason.PROMISE_DUE not in policy.urgencies:
            return None
        wanted = policy.hours.before(due, policy.promises.remind_before)
        made = promise.made_at or wanted
        return max(wanted, made + (due - made) / 2)

    def _raise(self, reason: Reason, promise: KeptPromise, due: datetime) -> None:
        key, snapshot = key_of(reason, promise), self.facts.snapshot
        authors = (m.message.author for m in self.facts.messages if m.id == promise.message_id)
        author = next((a.account or a.id for a in authors), "")
        when = due.astimezone(self.means.policy.hours.zone).strftime("%Y-%m-%d %H:%M %Z")
        cause = Cause(reason, snapshot.source, snapshot.id, key, when, author=author)
        raise_escalation(self.tx, self.outbox, self.means, cause, snapshot)


def key_of(reason: Reason, promise: KeptPromise) -> str:
    """One escalation of a reason for one promise, wherever its conversation goes."""
    return f"{reason.value}:{promise.id}"


def settle_promise(
    means: Means, source: str, conversation: str, promise_id: int, is_kept: bool, by: str
) -> KeptPromise:
    """A person's one click. Kept: what waits for it is resolved by them; else it is watched again.

    Raises NotFound.
    """
    now, who = means.now(), by.strip()[:200] or "somebody"
    with means.store.transaction() as tx:
        row = tx.find_conversation(source, conversation)
        found = next((one for one in tx.promises(row.id) if one.id == promise_id), None) if row else None
        if row is None or found is None:
            raise NotFound(f"{source} has no promise {promise_id} in conversation {conversation}")
        outbox = Outbox(tx, now)
        state = PromiseState.KEPT if is_kept else PromiseState.OPEN
        tx.settle_promise(found.id, state, now, BY_PERSON + who)
        said = "promise-kept" if is_kept else "promise-open"
        tx.append_audit(AuditEntry(now, who, said, {"promise": found.id}))
        for reason in WATCHED if is_kept else ():
            close(tx, outbox, means, key_of(reason, found), who, "promise kept")
        case = tx.case(row.id)
        if case is not None and not is_kept:
            tx.save_case(replace(case, look_at=now))
    outbox.ring(means.bell)
    return replace(found, state=state, settled_at=now, settled_by=BY_PERSON + who)
