"""What the gate keeps is there after a commit, once, and goes only when somebody has decided."""

from dataclasses import replace
from datetime import timedelta

import pytest
from filled import fill
from made import LATER, NOW, a_verdict, an_action, an_outgoing

from complaint_gift.domain import ActionKind
from complaint_gift.service.held import OutgoingState
from complaint_gift.service.records import Kept
from complaint_gift.store import SqlStore

LONG_AFTER = NOW + timedelta(days=400)


def test_a_held_message_comes_back_as_it_was(store: SqlStore) -> None:
    made = an_outgoing()
    with store.transaction() as tx:
        number = tx.add_outgoing(made)
    with store.reading() as tx:
        kept = tx.outgoing(number or 0)
        assert kept is not None
        assert kept == tx.find_outgoing("desk", "o1")
    assert (kept.mail.raw, kept.mail.text, kept.mail.recipients) == (
        made.mail.raw,
        "Вы обязаны ждать.",
        ("ben@example.com",),
    )
    assert kept.mail.author == made.mail.author
    assert kept.mail.envelope == made.mail.envelope
    assert kept.findings == a_verdict().findings
    assert (kept.state, kept.created_at) == (OutgoingState.HELD, NOW)


def test_the_same_key_is_kept_once(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert tx.add_outgoing(an_outgoing()) is not None
        assert tx.add_outgoing(an_outgoing(text="another")) is None
        assert tx.add_outgoing(an_outgoing(source="other")) is not None


def test_decisions_are_saved(store: SqlStore) -> None:
    with store.transaction() as tx:
        number = tx.add_outgoing(an_outgoing()) or 0
        kept = tx.outgoing(number)
        assert kept is not None
        mail = replace(kept.mail, text="Простите нас.", raw=b"new", findings=())
        wanted = replace(
            kept, mail=mail, state=OutgoingState.APPROVED, decided_at=LATER, decided_by="Анна", sends=1,
            is_edited=True, findings=(), escalation=5, reason="так лучше", error="451",
        )  # fmt: skip
        tx.save_outgoing(wanted)
        assert tx.outgoing(number) == wanted
        assert tx.outgoing(2**63) is tx.lock_outgoing(2**63) is None


def test_lists_come_oldest_first_and_without_bodies(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.add_outgoing(an_outgoing("young", created_at=LATER))
        tx.add_outgoing(an_outgoing("old"))
        tx.add_outgoing(an_outgoing("done", state=OutgoingState.SENT))
        held = tx.list_outgoing((OutgoingState.HELD,), 9)
        assert [one.mail.key for one in held] == ["old", "young"]
        assert held[0].mail.raw == b""
        assert len(tx.list_outgoing((), 2)) == 2
        assert tx.tally().outgoing == {"held": 2, "sent": 1}


def test_what_is_forgotten_takes_its_actions_along(store: SqlStore) -> None:
    with store.transaction() as tx:
        number = tx.add_outgoing(an_outgoing()) or 0
        told = {"kind": ActionKind.NOTIFY, "conversation": "8"}
        tx.add_action(an_action("mine", payload={"outgoing": number}, **told))
        tx.add_action(an_action("other", payload={"outgoing": number + 1}, **told))
        begun = tx.add_action(an_action("begun", payload={"outgoing": number}, **told)) or 0
        tx.claim_action(begun, 1, 2)
        tx.drop_outgoing(number)
        tx.drop_outgoing(number)
        assert tx.outgoing(number) is None
        assert sorted(row.action.mark for row in tx.actions()) == ["begun", "other"]


@pytest.mark.parametrize("state", OutgoingState)
def test_only_what_is_decided_goes(store: SqlStore, state: OutgoingState) -> None:
    waits = state in ("held", "unknown", "failed", "approved", "sending")
    with store.transaction() as tx:
        tx.add_outgoing(an_outgoing(state=state))
        assert tx.purge(Kept.OUTGOING, NOW, 9) == 0, "exactly as old is not older"
        assert tx.purge(Kept.OUTGOING, LONG_AFTER, 9) == (0 if waits else 1)


def test_an_erased_person_is_in_no_held_message(store: SqlStore) -> None:
    fill(store)
    with store.transaction() as tx:
        assert tx.erase_person("ben@example.com")["outgoing"] == 1
        kept = tx.find_outgoing("desk", "o1")
        assert kept is not None
        assert kept.state is OutgoingState.RETURNED
        assert (kept.mail.raw, kept.mail.text, kept.mail.history) == (b"", "", "")
        assert "ben@example.com" not in str(kept)
