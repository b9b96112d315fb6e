"""Every trap of Russian mail: charsets, headers, addresses, names of files."""

import base64

import pytest

from complaint_gift_email.addresses import Address, normalise, read_addresses
from complaint_gift_email.attachments import keep, safe_name
from complaint_gift_email.charset import decode, decode_header, known_charset, loose_base64
from complaint_gift_email.message import read_mail

TEXT = "Здравствуйте! Товар пришёл сломанным."
REAL = {
    "koi8-r": "koi8-r", "windows-1251": "cp1251", "cp1251": "cp1251", "win-1251": "cp1251",
    "x-cp1251": "cp1251",
    "cp-1251": "cp1251", "windows1251": "cp1251", "koi8r": "koi8-r", "koi8-u": "koi8-u", "cp866": "cp866",
    "iso-8859-5": "iso-8859-5", "x-mac-cyrillic": "mac-cyrillic", "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    'UTF-8"': "utf-8", "default": "cp1251",
    "_autodetect": "cp1251", "x-user-defined": "cp1251", "us-ascii": "cp1251",
    "": "cp1251", "hex": "cp1251", "undefined": "cp1251", "utf-16": "utf-16", "x" * 300: "cp1251",
}  # fmt: skip
LIES = (("koi8-r", "utf-8"), ("utf-8", "cp1251"), ("iso-8859-1", "cp1251"), ("us-ascii", "utf-8"),
("utf-8", "koi8-r"),
        ("windows-1251", "koi8-r"), ("koi8-r", "cp1251"), ("cp1252", "cp866"))  # fmt: skip


def mail(body: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join((b"From: a@b.test", *lines, b"", body))


@pytest.mark.parametrize("declared", REAL)
def test_declared_names_of_charsets_are_understood(declared: str) -> None:
    raw = TEXT.encode(REAL[declared])
    kind = b"Content-Type: text/plain; charset=" + declared.encode()
    assert read_mail(mail(raw, kind)).text == TEXT
    assert decode(raw, declared) == TEXT


@pytest.mark.parametrize(("declared", "real"), LIES)
@pytest.mark.parametrize(
    "text", [TEXT, "Да", "Верните деньги", "ЖАЛОБА НА ДОСТАВКУ", "Order 123 не пришёл, где он?"]
)
def test_wrong_declarations_are_seen_through(declared: str, real: str, text: str) -> None:
    assert decode(text.encode(real), declared) == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [("Café déjà vu, s'il vous plaît", "iso-8859-1"), ("Grüße aus Köln", "iso-8859-1"), ("Größe",
    "windows-1252"),
     ("Příliš žluťoučký kůň", "iso-8859-2"), ("苦情があります", "shift_jis"), ("我要投诉", "gb2312"), ("苦情",
     "iso-2022-jp")],
)  # fmt: skip
def test_other_languages_keep_their_letters(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    ("coding", "raw"),
    [(b"base64", base64.encodebytes(TEXT.encode("koi8-r"))), (b"8 bit", TEXT.encode("koi8-r")),
     (b"quoted-printable", "".join(f"={b:02X}" for b in TEXT.encode("koi8-r")).encode()),
     (b"BASE64 ", base64.b64encode(TEXT.encode("koi8-r")).rstrip(b"=") + b"!"), (b"unheard-of",
     TEXT.encode("koi8-r"))],
)  # fmt: skip
def test_transfer_encodings_come_off_broken_or_not(coding: bytes, raw: bytes) -> None:
    lines = b"Content-Type: text/plain; charset=koi8-r", b"Content-Transfer-Encoding: " + coding
    assert read_mail(mail(raw, *lines)).text.startswith(TEXT)


def word(text: str, charset: str, name: str = "") -> bytes:
    return f"=?{name or charset}?B?{base64.b64encode(text.encode(charset)).decode()}?=".encode()


HALVES = "Жалоба на доставку".encode()
SUBJECTS = {
    "raw cp1251": "Жалоба на доставку".encode("cp1251"),
    "raw utf-8": HALVES,
    "koi8-r word": word("Жалоба на доставку", "koi8-r"),
    "unknown name": word("Жалоба на доставку", "cp1251", "cp-1251"),
    "quoted": b"=?windows-1251?Q?=C6=E0=EB=EE=E1=E0_=ED=E0_=E4=EE=F1=F2=E0=E2=EA=F3?=",
    "split inside a letter": b"=?utf-8?B?%b?=\r\n =?utf-8?B?%b?="
    % (base64.b64encode(HALVES[:7]), base64.b64encode(HALVES[7:])),
    "language": word("Жалоба на доставку", "utf-8", "utf-8*ru"),
    "two charsets": word("Жалоба ", "koi8-r") + b" " + word("на доставку", "cp1251"),
    "folded": word("Жалоба", "utf-8") + b"\r\n\t" + word(" на доставку", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", SUBJECTS)
def test_subjects_are_read(name: str) -> None:
    assert read_mail(mail(b"x", b"Subject: " + SUBJECTS[name])).subject == "Жалоба на доставку"


SENDERS = {
    b'=?windows-1251?Q?=C8=E2=E0=ED?= <a@b.test>': ("Иван", "a@b.test"),
    b'"=?windows-1251?Q?=C8=E2=E0=ED?=" <a@b.test>': ("Иван", "a@b.test"),
    "Иван <A@B.test>".encode(): ("Иван", "a@b.test"),
    "Иван <a@b.test>".encode("cp1251"): ("Иван", "a@b.test"),
    b'"a@shop.test" <evil@x.test>': ("a@shop.test", "evil@x.test"),
    b"=?utf-8?B?0JjQstCw0L0=?=\r\n <a@b.test>": ("Иван", "a@b.test"),
    "support@магазин.рф".encode(): ("", "support@магазин.рф"),
    b"support@xn--80aaxitdbjk.xn--p1ai": ("", "support@папироска.рф"),
    b"Ivan <a@b.test> (comment": ("Ivan", "a@b.test"),
    b"=?utf-8?Q?Doe=2C_Jane?= <j@x.test>": ("Doe, Jane", "j@x.test"),
    b"<a@b.test> Ivan": ("Ivan", "a@b.test"),
    b"Ivan <a@b.test": ("Ivan", "a@b.test"),
    b"a@b.test, c@d.test": ("", "a@b.test"),
    b"<>": ("", ""),
    b"undisclosed-recipients:;": ("", ""),
    b"": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("raw", SENDERS)
def test_senders_are_read(raw: bytes) -> None:
    sender = read_mail(mail(b"x").replace(b"a@b.test", raw, 1)).sender
    assert (sender.name, sender.address) == SENDERS[raw]
    (sender.name + sender.address).encode()


def test_groups_quotes_and_comments_part_addresses() -> None:
    raw = b'"Petrov, Ivan" <p@x.test>, Bob (the (inner) man) <b@x.test>; team: a@x.test, c@x.test;'
    assert [one.address for one in read_addresses(raw)] == ["p@x.test", "b@x.test", "a@x.test", "c@x.test"]


@pytest.mark.parametrize(
    "text", ["a", "@", "a@", "@b", "a@b c\r\nBcc: x@y.z", "a@b@c", "a" * 400 + "@b.test", "<>"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert normalise(text) == ""


def test_plus_part_can_be_taken_off() -> None:
    one = Address("support+cg.x@shop.test")
    assert (one.plain, one.tag, one.domain) == ("support@shop.test", "cg.x", "shop.test")


def test_header_text_cannot_begin_another_header() -> None:
    bad = base64.b64encode(b"x\r\nBcc: everybody@x.test")
    subject = read_mail(mail(b"x", b"Subject: =?utf-8?B?" + bad + b"?=")).subject
    assert subject == "x Bcc: everybody@x.test"
    assert decode_header(b"a\x00b\x1b[31m\xe2\x80\xa8c") == "ab [31m c"


def test_codecs_that_are_no_charsets_are_refused() -> None:
    assert [
        known_charset(name) for name in ("hex", "zip", "idna", "punycode", "unicode_escape", "x" * 100)
    ] == [""] * 6


NAMES = {
    b"filename*=utf-8''%D0%A7%D0%B5%D0%BA.pdf": "Чек.pdf",
    'filename="Чек.pdf"'.encode("cp1251"): "Чек.pdf",
    b'filename="=?windows-1251?Q?=D7=E5=EA=2Epdf?="': "Чек.pdf",
    b"filename*0*=koi8-r''%FE%C5; filename*1*=%CB.pdf": "Чек.pdf",
    b'filename="../../etc/passwd"': "passwd",
    b'filename="C:\\\\temp\\\\x.exe"': "x.exe",
    b'filename="..\\\\..\\\\boot.ini"': "boot.ini",
    b'filename=".."': "attachment",
    b'filename=""': "application.pdf",
    b'filename="con.txt"': "_con.txt",
    b'filename="a\x00b\x1f<>|?.pdf"': "ab _.pdf",
    'filename="gpj.\u202eexe"'.encode(): "gpj.exe",
    b'filename=".hidden"': "hidden",
}  # fmt: skip


@pytest.mark.parametrize("header", NAMES)
def test_names_of_attachments_are_read_and_safe(header: bytes) -> None:
    raw = mail(b"%PDF", b"Content-Type: application/pdf", b"Content-Disposition: attachment; " + header)
    (one,) = read_mail(raw).attachments
    assert one.name.replace("____", "_") == NAMES[header]


def test_attachments_are_kept_aside_under_their_own_names(tmp_path) -> None:
    named = b'Content-Disposition: attachment; filename="../run.sh"'
    part = b"--B\r\nContent-Type: text/x-sh\r\n" + named + b"\r\n\r\necho\r\n"
    raw = mail(part * 2 + b"--B--", b"Content-Type: multipart/mixed; boundary=B")
    found = keep(read_mail(raw).attachments, tmp_path / "kept")
    assert [path.name for path in found] == ["run.sh", "run-2.sh"]
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
    assert {path.name for path in tmp_path.iterdir()} == {"kept"}
    assert len(safe_name("я" * 500 + ".pdf").encode()) <= 255


def test_base64_ends_where_its_last_piece_does() -> None:
    pieces = b"".join(base64.b64encode(piece.encode()) for piece in ("Посылка ", "пришла ", "разбитой"))
    assert loose_base64(pieces).decode() == "Посылка пришла разбитой"
    wrapped = base64.encodebytes("Верните деньги!".encode())
    footer = b"\r\n-- \r\nTold to everybody\r\n________\r\nUnsubscribe here\r\n"
    assert loose_base64(base64.encodebytes("Курьер нахамил. ".encode()) + wrapped + footer).decode() == (
        "Курьер нахамил. Верните деньги!"
    )
