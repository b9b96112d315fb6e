"""Nobody who was erased can be found again: not in a row, not in the file, not in its log."""

from pathlib import Path

import pytest
from filled import fill
from made import LATER, NOW, a_conversation, a_delivery, a_message, an_action, an_escalation
from sqlalchemy import select

from complaint_gift.domain import ActionKind, Author, Role
from complaint_gift.service.records import ActionState, AuditEntry, DeliveryState, Waiver
from complaint_gift.store import SqlStore, upgrade
from complaint_gift.store.engine import connect, file_of, read_url
from complaint_gift.store.tables import metadata

pytestmark = pytest.mark.slow

NAME, MAIL, REF = "Зинаида Кукушкина", "z.kukushkina@example.com", "998877665544"
MARKERS = (NAME, "ZINAIDA.MARKER", MAIL, REF, "Квартира-Маркер-17")
HER = Author(REF, Role.CUSTOMER, NAME, MAIL)


def _seed(store: SqlStore) -> None:
    """Her words and names in every place that can hold one."""
    fill(store)
    escaped = NAME.encode("ascii", "backslashreplace")
    settled = [
        store.keep_delivery(a_delivery("json", body=b'{"name": "' + escaped + b'"}'))[0],
        store.keep_delivery(a_delivery("utf8", body=f"<b>{NAME.upper()}</b>".encode()))[0],
        store.keep_delivery(a_delivery("form", body=b"email=z.kukushkina%40example.com"))[0],
        store.keep_delivery(a_delivery("id", body=f'{{"id": {REF}}}'.encode(), headers={"to": MAIL}))[0],
    ]
    store.keep_delivery(a_delivery("waits", body=MAIL.encode()))
    with store.transaction() as tx:
        for row_id in settled:
            tx.claim_delivery(row_id, 1, 2)
            tx.settle_delivery(row_id, 2, DeliveryState.DONE, error=f"could not reach {MAIL}")
        hers = tx.lock_conversation("desk", "50")
        tx.save_conversation(hers.id, a_conversation("50", subject=f"{NAME} ждёт", requester_id=REF))
        tx.save_message(hers.id, a_message("x1", "Квартира-Маркер-17, ZINAIDA.MARKER", author=HER), NOW)
        tx.save_message(hers.id, a_message("x1", "Квартира-Маркер-17 снова", author=HER), LATER)
        other = tx.find_conversation("desk", "8")
        assert other is not None
        tx.save_message(other.id, a_message("y1", f"Как у {NAME}, пишите на {MAIL.upper()}"), NOW)
        tx.add_waiver(Waiver("demand", f"{NAME} просила", "agent-3", "desk", "8", "h9", NOW))
        tx.add_escalation(an_escalation("hers", conversation="50", summary=f"{NAME} speaks of a court"))
        asks = {"text": f"Ask {NAME}: {REF}"}
        for mark, kind in (("n", ActionKind.NOTE), ("t", ActionKind.NOTIFY)):
            tx.add_action(an_action(mark, kind=kind, conversation="8", payload=asks))
        done = tx.add_action(an_action("d", conversation="8", payload={"x": [{"y": MAIL}]}))
        tx.claim_action(done or 0, 1, 2)
        tx.settle_action(done or 0, 2, ActionState.DONE, receipt={"to": MAIL}, error=f"for {NAME}")


def _hits(url: str) -> list[str]:
    found = []
    with connect(read_url(url), pooled=False).connect() as connection:
        for name, table in metadata.tables.items():
            for row in connection.execute(select(table)):
                told = " ".join(
                    cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in row
                ).casefold()
                found += [f"{name}: {mark}" for mark in MARKERS if mark.casefold() in told]
    return found


@pytest.mark.parametrize("person", [NAME, MAIL, MAIL.upper(), REF])
def test_an_erased_person_is_in_no_row(store: SqlStore, url: str, person: str) -> None:
    _seed(store)
    assert {hit.split(":")[0] for hit in _hits(url)} == {
        "action", "conversation", "delivery", "escalation", "message", "message_version", "waiver",
    }  # fmt: skip
    with store.transaction() as tx:
        touched = tx.erase_person(person)
    assert _hits(url) == []
    assert touched["delivery"] >= 5
    assert touched["message"] == 2
    assert touched["conversation"] >= 1


def test_what_is_about_others_stays(store: SqlStore) -> None:
    _seed(store)
    with store.transaction() as tx:
        tx.erase_person(MAIL)
    with store.transaction() as tx:
        seven, eight = tx.find_conversation("desk", "7"), tx.find_conversation("desk", "8")
        assert seven is not None
        assert eight is not None
        assert len([m for m in tx.messages(seven.id) if m.message.text]) == 2
        assert [m.message.text for m in tx.messages(eight.id) if m.message.text] == ["My order is late"]
        assert [w.reason for w in tx.waivers("desk", "7")] == ["Анна просила"]
        kept = {row.action.mark: row.action.payload for row in tx.actions(conversation="8")}
        assert set(kept) == {"note-8", "t", "d"}, "a pending note about her is gone"
        assert kept["t"] == {"text": "Ask …: …"}, "people are still told, without her name"
        assert kept["note-8"] == an_action().payload
        assert len(tx.deliveries(DeliveryState.NEW, 99)) == 1
        assert [row.key for row in tx.deliveries(DeliveryState.IGNORED, 9)] == ["waits"]
        assert tx.verify_audit() is None
        summaries = [e.summary for e in tx.escalations_to_tell(LATER, 9)]
        assert sorted(summaries) == ["The customer speaks of a court", "… speaks of a court"]


def test_colleague_who_is_erased_leaves_a_chain_that_holds(store: SqlStore, url: str) -> None:
    with store.transaction() as tx:
        for who in (NAME, NAME.upper(), "Ольга", "#1"):
            tx.append_audit(AuditEntry(NOW, who, "escalation-resolved", {"escalation": 1}))
        assert tx.erase_person(NAME, "desk").get("audit") is None, "somebody else of that name elsewhere"
    with store.transaction() as tx:
        assert tx.erase_person(NAME)["audit"] == 2
        assert tx.erase_person(NAME).get("audit") is None
    assert _hits(url) == []
    with store.transaction() as tx:
        assert [row.entry.who for row in tx.audit(0, 9)][2:] == ["Ольга", "#1"]
        tx.append_audit(AuditEntry(NOW, "Ольга", "escalation-acknowledged"))
        assert tx.verify_audit() is None


def test_an_erased_person_does_not_come_back_with_the_next_fetch(store: SqlStore) -> None:
    _seed(store)
    with store.transaction() as tx:
        tx.erase_person(REF)
        row = tx.find_conversation("desk", "50")
        assert row is not None
        back = tx.save_message(row.id, a_message("x1", "Квартира-Маркер-17", author=HER), LATER)
    assert back.message.text == ""
    assert (back.message.author.name, back.message.author.account) == ("", "")


def test_ids_of_another_source_are_another_person(store: SqlStore) -> None:
    with store.transaction() as tx:
        for source in ("desk", "other"):
            row = tx.lock_conversation(source, "1")
            tx.save_conversation(row.id, a_conversation("1", requester_id="9"))
            tx.save_message(row.id, a_message(text="Мне плохо", author=Author("9", Role.CUSTOMER, "Ия")), NOW)
        tx.erase_person("9", "desk")
        kept = tx.find_conversation("other", "1")
        gone = tx.find_conversation("desk", "1")
        assert kept is not None
        assert gone is not None
        assert [m.message.text for m in tx.messages(kept.id)] == ["Мне плохо"]
        assert [m.message.text for m in tx.messages(gone.id)] == [""]


def test_an_id_that_a_name_leads_to_counts_in_its_own_source_only(store: SqlStore) -> None:
    """Two small helpdesks both have a customer 42."""
    with store.transaction() as tx:
        for source, mail in (("desk", "iya@example.com"), ("other", "ben@example.com")):
            row = tx.lock_conversation(source, "1")
            tx.save_conversation(row.id, a_conversation("1", requester_id="42"))
            author = Author("42", Role.CUSTOMER, mail.partition("@")[0], mail)
            tx.save_message(row.id, a_message(text="Мне плохо", author=author), NOW)
        tx.erase_person("iya@example.com")
        kept, gone = tx.find_conversation("other", "1"), tx.find_conversation("desk", "1")
        assert kept is not None
        assert gone is not None
        assert kept.snapshot.requester_id == "42"
        assert [m.message.text for m in tx.messages(kept.id)] == ["Мне плохо"]
        assert [m.message.text for m in tx.messages(gone.id)] == [""]


def test_who_never_wrote_is_found_whatever_case_the_address_has(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "1")
        tx.save_conversation(row.id, a_conversation("1", requester_id="anna@example.com"))
        ours = Author("oleg", Role.AGENT, "Oleg", "oleg@acme.example", True)
        tx.save_message(row.id, a_message(text="Dear Anna, your order is late", author=ours), NOW)
        tx.erase_person("Anna@Example.com")
        assert [m.message.text for m in tx.messages(row.id)] == [""]


@pytest.mark.parametrize("person", ["", "  ", "nobody@example.com", "the", "9"])
def test_an_unknown_person_erases_nothing(store: SqlStore, url: str, person: str) -> None:
    fill(store)
    with store.transaction() as tx:
        assert tx.erase_person(person) == {}


def test_a_namesake_in_part_is_somebody_else(store: SqlStore) -> None:
    with store.transaction() as tx:
        row = tx.lock_conversation("desk", "1")
        for number, name in enumerate(["Анна", "Анна Петрова", "Марианна"]):
            author = Author(f"p{number}", Role.CUSTOMER, name, f"p{number}@example.com")
            tx.save_message(row.id, a_message(f"m{number}", f"Пишет {name}", author=author), NOW)
        tx.erase_person("p1@example.com")
        assert [m.message.text for m in tx.messages(row.id)] == ["Пишет Анна", "", "Пишет Марианна"]


def test_scrubbed_files_hold_no_trace(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    _seed(store)
    folder = Path(file_of(read_url(sqlite_url))).parent
    assert _traces(folder), "the test can fail"
    with store.transaction() as tx:
        tx.erase_person(NAME)
    assert _traces(folder), "erasing alone leaves traces in the log"
    store.scrub()
    assert _traces(folder) == []
    store.close()
    assert _traces(folder) == []


def _traces(folder: Path) -> list[str]:
    found = []
    for path in folder.iterdir():
        raw = path.read_bytes()
        for mark in MARKERS:
            forms = (mark.encode(), mark.upper().encode(), mark.encode("ascii", "backslashreplace"))
            found += [f"{path.name}: {mark}" for form in forms if form in raw]
    return found


def test_scrubbing_waits_for_readers_and_says_so(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from complaint_gift.service.ports import StoreUnavailable
    from complaint_gift.store import database

    monkeypatch.setattr(database, "_PATIENCE", 0.2)
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    fill(store)
    with connect(read_url(sqlite_url), pooled=False).connect() as reader:
        raw = reader.connection.driver_connection
        assert raw is not None
        raw.execute("BEGIN")
        raw.execute("SELECT count(*) FROM delivery").fetchall()
        with pytest.raises(StoreUnavailable, match="being read"):
            store.scrub()
        raw.execute("COMMIT")
    store.scrub()
    store.close()


def test_a_server_is_scrubbed_too(postgres_url: str) -> None:
    upgrade(postgres_url)
    store = SqlStore(postgres_url)
    fill(store)
    store.scrub()
    with store.transaction() as tx:
        assert tx.tally().deliveries == {"new": 1, "done": 1}
    store.close()
