"""The Outlook add-in's side of the plugin: the mail it tells of, the package, the settings."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from marshmallow import ValidationError

from complaint_gift.bundle import NotPackable
from complaint_gift.plugin import Draft, NotAuthentic
from complaint_gift_email import EmailPlugin
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.gate.reading import Passage, read_outgoing
from complaint_gift_email.outlook import admit, collect, files, manifest
from complaint_gift_email.outlook.draft import read_draft, write_mail
from complaint_gift_email.settings import EmailSettings
from complaint_gift_email.thread import name_of

KEY, OLD = "installation-1-of-the-add-in", "installation-0-of-the-add-in"
SERVER = "https://cg.shop.test"
HISTORY = "\n\nпн, 3 мар. 2025 г. в 10:00, Анна <anna@customer.test>:\n> Верните деньги!\n"


@pytest.fixture
def source(kit: Any) -> Any:
    return kit.make_source(outlook={"secrets": [KEY, OLD]})


def a_draft(text: str = "Спасибо, что написали.", **changes: Any) -> Draft:
    told = {"subject": "Re: Суп", "sender": "support@shop.test", "recipients": ("anna@customer.test",)}
    return Draft(text, **(told | changes))


def test_draft_is_read_as_the_gate_reads_the_mail(kit: Any, source: Any) -> None:
    draft = a_draft("Спасибо, что написали." + HISTORY, sender_name='Иван "Ваня" Петров')
    found = read_draft(draft, source, kit.Remembered())
    passage = Passage("<support@shop.test>", ("anna@customer.test",))
    mail = read_outgoing(source.name, write_mail(draft), passage, Accounts.of(source.settings), lambda _: "")
    assert found is not None
    assert mail is not None
    for name in ("text", "history", "subject", "author", "is_reply", "findings", "key"):
        assert getattr(found, name) == getattr(mail, name), name
    assert (found.text, found.author.name) == ("Спасибо, что написали.", 'Иван "Ваня" Петров')
    assert (found.raw, found.envelope) == (b"", {})


def test_mail_that_is_answered_tells_the_conversation(kit: Any, source: Any) -> None:
    memory = kit.Remembered()
    delivery = kit.store_mail(kit.make_mail("Суп был холодный."))
    (conversation,) = EmailPlugin().read(delivery, source, memory, None)  # type: ignore[arg-type]
    memory.add(conversation)
    for answers in ("<first@customer.test>", "first@customer.test"):
        found = read_draft(a_draft(answers=answers, conversation="AAQk"), source, memory)
        assert found is not None
        assert found.conversation == conversation.id


def test_thread_of_outlook_is_the_name_where_nothing_better_is_known(kit: Any, source: Any) -> None:
    found = read_draft(a_draft(conversation="AAQk"), source, kit.Remembered())
    assert found is not None
    assert found.conversation == name_of("outlook:AAQk")


@pytest.mark.parametrize(
    ("recipients", "is_read"),
    [
        (("anna@customer.test",), True),
        (("lead@shop.test", "anna@customer.test"), True),
        (("lead@shop.test",), False),
        (("SUPPORT+tag@Shop.Test",), False),
        (("/o=ExchangeLabs/ou=Group/cn=lead",), False),
        (("ivan@gmail.com",), False),
        (("other@gmail.com",), True),
        (("lead@shop.test.evil.example",), True),
        ((), False),
    ],
)
def test_only_mail_to_people_outside_is_read(kit: Any, recipients: tuple[str, ...], is_read: bool) -> None:
    source = kit.make_source(outlook={"secrets": [KEY]}, staff={"ivan": ["ivan@gmail.com"]})
    assert (read_draft(a_draft(recipients=recipients), source, kit.Remembered()) is not None) is is_read


def test_free_mailbox_as_company_does_not_make_everybody_a_colleague(kit: Any) -> None:
    source = kit.make_source(address="shop@mail.ru", domains=None, outlook={"secrets": [KEY]})
    assert files.ours(source) == ["shop@mail.ru"]
    assert read_draft(a_draft(recipients=("anna@mail.ru",)), source, kit.Remembered()) is not None


def test_mailbox_that_does_not_tell_who_sends_is_not_suspected(kit: Any, source: Any) -> None:
    found = read_draft(a_draft(sender=""), source, kit.Remembered())
    assert found is not None
    assert (found.author.account, found.findings) == ("support@shop.test", ())


def test_script_knows_the_company_in_both_spellings_and_no_private_address(kit: Any) -> None:
    source = kit.make_source(
        domains=["магазин.рф"], accounts=["care*@shop.test"], staff={"ivan": ["ivan@gmail.com"]},
        outlook={"secrets": [KEY]},
    )  # fmt: skip
    config = collect(source, SERVER)["config.js"].decode()
    told = json.loads(config.removeprefix("var complaintGift = ").rstrip(";\n"))
    assert told["ours"] == [
        "support@shop.test", "care*@shop.test", "*@shop.test", "*@магазин.рф", "*@xn--80aairftm.xn--p1ai",
    ]  # fmt: skip
    assert told["server"] == SERVER
    assert "ivan" not in config


def test_every_secret_of_a_rotation_is_taken_and_no_other(source: Any) -> None:
    for secret in (KEY, OLD):
        assert admit(secret, {source.name: source}).source == source.name
    for wrong in ("", KEY[:-1], f"{KEY} ", "x" * 5000):
        with pytest.raises(NotAuthentic):
            admit(wrong, {source.name: source})


def test_source_without_an_add_in_lets_nobody_in(kit: Any) -> None:
    with pytest.raises(NotAuthentic):
        admit("", {"mail-main": kit.make_source()})
    assert collect(kit.make_source(), SERVER) == {}


@pytest.mark.parametrize(
    ("outlook", "words"),
    [
        ({}, "secrets"),
        ({"secrets": []}, "secrets"),
        ({"secrets": ["short"]}, "24 letters"),
        ({"secrets": ["with spaces and more than enough"]}, "letters and digits"),
        ({"secrets": [KEY], "frames": ["http://mail.shop.test"]}, "like https"),
        ({"secrets": [KEY], "frames": ["https://mail.shop.test; script-src *"]}, "like https"),
        ({"secrets": [KEY], "color": "red"}, "color"),
    ],
)
def test_wrong_settings_are_refused_in_words(outlook: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as told:
        EmailSettings().load({"address": "support@shop.test", "outlook": outlook})
    assert words in json.dumps(told.value.messages, ensure_ascii=False)


def test_add_in_alone_is_a_source() -> None:
    assert (
        EmailSettings().load({"address": "support@shop.test", "outlook": {"secrets": [KEY]}})["imap"] is None
    )


def test_package_is_the_same_bytes_every_time(source: Any, tmp_path: Path) -> None:
    one, two = (manifest.build(tmp_path / name, source, server=SERVER).read_bytes() for name in "ab")
    assert one == two
    with zipfile.ZipFile(tmp_path / "a") as archive:
        assert archive.namelist() == ["color.png", "manifest.json", "outline.png", "ru.json"]


def test_package_leads_to_the_admins_server(source: Any) -> None:
    told = json.loads(manifest.collect(source, server=f"{SERVER}:8443/", company="Shop")["manifest.json"])
    send, pane = told["extensions"][0]["runtimes"]
    place = f"{SERVER}:8443/outlook/mail-main"
    assert send["code"] == {
        "page": f"{place}/events.html?installation={KEY}", "script": f"{place}/send.js",
    }  # fmt: skip
    assert pane["code"]["page"] == f"{place}/pane.html?installation={KEY}"
    assert told["validDomains"] == ["cg.shop.test:8443"]
    assert told["developer"]["name"] == "Shop"
    assert KEY not in json.dumps(send["code"]["script"])


def test_id_stays_for_a_place_and_differs_between_places(source: Any) -> None:
    def id_at(server: str) -> str:
        found: str = json.loads(manifest.collect(source, server=server)["manifest.json"])["id"]
        return found

    assert id_at(SERVER) == id_at(f"{SERVER}/") != id_at("https://other.shop.test")


def test_everything_the_manifest_loads_is_served(source: Any) -> None:
    served = collect(source, SERVER)
    text = manifest.collect(source, server=SERVER)["manifest.json"].decode()
    place = f"{SERVER}/outlook/mail-main/"
    named = {part.split('"')[0].split("?")[0] for part in text.split(place)[1:]}
    assert {"events.html", "pane.html", "send.js", "icon-80.png"} <= named <= set(served)


@pytest.mark.parametrize(
    "server",
    [
        "http://cg.shop.test",
        "cg.shop.test",
        "https://cg.shop.test/x",
        "https://10.0.0.1",
        "https://[",
        "https://localhost",
    ],
)
def test_address_that_office_could_not_load_from_is_refused(source: Any, server: str) -> None:
    with pytest.raises(NotPackable, match=r"https://cg|cg\.example"):
        manifest.collect(source, server=server)


def test_command_writes_the_package_and_says_what_to_do(source: Any, kit: Any, tmp_path: Path) -> None:
    group = EmailPlugin().commands(lambda: [source])
    out = tmp_path / "addin.zip"
    done = CliRunner().invoke(group, ["outlook-package", "--server", SERVER, "--out", str(out)])
    assert (done.exit_code, out.is_file()) == (0, True)
    assert "Integrated apps" in done.output
    assert KEY not in done.output
    bare = EmailPlugin().commands(lambda: [kit.make_source()])
    done = CliRunner().invoke(bare, ["outlook-package", "--server", SERVER, "--out", str(out)])
    assert done.exit_code == 1
    assert "has no `outlook:` yet" in done.output
