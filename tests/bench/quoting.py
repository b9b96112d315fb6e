"""How well the new part of a mail is found, beside four published libraries, and how long hostile mails take.

Needs ../shared for the Russian formats. The libraries' own mails are read from the folder CG_MAIL_PEERS that
holds their source trees as mail-parser-reply, email-reply-parser, quotequail and talon; what is missing is
left out. A mail counts as right when the reply equals the expected one after white space is made one space;
ours may be with or without the signature, because each library has its own mind about signatures. "own" means
that the library's answer to its own mail is the expected one, unless its tests name another.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from complaint_gift_email.message import read_mail
from complaint_gift_email.quoting import Split, new_part

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "reference" / "email"
PEERS = Path(os.environ.get("CG_MAIL_PEERS", ROOT / "artefacts" / "mail-peers"))
ALL_LANGUAGES = ("en", "de", "da", "fr", "it", "es", "nl", "pl", "sv", "cs", "ja", "ko", "zh", "hu", "fi")
HOSTILE = {
    "hostile, 9 KB of On": "On " * 3000,
    "hostile, 1 MB of On": "On " * 350_000,
    "hostile, 1 MB of introductions": "On 11.07.2025 10:00, Bob:\n" * 40_000,
    "hostile, 1 MB of header fields": "От: a@b.test 11.07.2025\nКому: \n" * 20_000,
    "hostile, 1 MB of addresses": "a@b." * 250_000,
    "hostile, 1 MB of short lines": "On 1:\n" * 170_000,
}
Case = tuple[str, tuple[str, ...]]
Reader = Callable[[str], tuple[str, ...]]


def flat(text: str) -> str:
    return " ".join(text.split())


def ours(text: str) -> tuple[str, ...]:
    split = Split.of(text)
    return split.new, split.written, split.without_history, new_part(text)


def peers() -> dict[str, Reader]:
    """What is installed, by name."""
    found: dict[str, Reader] = {}
    if importlib.util.find_spec("mailparser_reply"):
        from mailparser_reply import EmailReplyParser as Mpr

        def read(text: str, languages: list[str]) -> tuple[str, ...]:
            reply = Mpr(languages=languages).read(text=text).replies
            return (reply[0].body, reply[0].content) if reply else ("",)

        found["mail-parser-reply"] = lambda text: read(text, ["en"])
    if importlib.util.find_spec("email_reply_parser"):
        from email_reply_parser import EmailReplyParser as Erp

        found["email-reply-parser"] = lambda text: (Erp.parse_reply(text),)
    if importlib.util.find_spec("quotequail"):
        import quotequail

        found["quotequail"] = lambda text: (_unquoted(quotequail.quote(text, quote_intro_line=True)),)
    if importlib.util.find_spec("talon"):
        from talon import quotations

        found["talon"] = lambda text: (quotations.extract_from_plain(text),)
    return found


def _unquoted(parts: list[tuple[bool, str]]) -> str:
    return "\n".join(text for shown, text in parts if shown)


def russian() -> Iterator[tuple[str, list[Case]]]:
    if not (SHARED / "ru_cases.py").is_file():
        return
    spec = importlib.util.spec_from_file_location("ru_cases", SHARED / "ru_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield "Russian formats, history", [(body, (kept,)) for _, body, kept, _ in module.CASES]
    yield "Russian formats, signature too", [(body, (bare,)) for _, body, _, bare in module.CASES]


def published(readers: dict[str, Reader]) -> Iterator[tuple[str, list[Case]]]:
    """The libraries' own mails, with what they expect."""
    replies = sorted((PEERS / "talon/tests/fixtures/standard_replies").glob("*.eml"))
    if replies:
        yield "talon's English mails", [_standard_reply(path) for path in replies]
    if "talon" in readers and (PEERS / "talon").is_dir():
        yield "talon's own unit mails", [case for case in _talon_units() if case[0].isascii()]
    for name in ("mail-parser-reply", "email-reply-parser"):
        paths = sorted((PEERS / name / "test" / "emails").glob("*.txt"))
        if paths and name in readers:
            texts = [path.read_text("utf-8", "replace") for path in paths]
            yield f"{name}'s own mails", [(text, _own(name, readers[name], text)) for text in texts]
    if (PEERS / "quotequail/tests/test_quote.py").is_file() and "quotequail" in readers:
        yield "quotequail's own mails", _quotequail_units()


def _own(name: str, reader: Reader, text: str) -> tuple[str, ...]:
    if name != "mail-parser-reply":
        return reader(text)
    from mailparser_reply import EmailReplyParser as Mpr

    # Its tests read each mail in its own language.
    known = [one for one in ALL_LANGUAGES if one in _known_languages()]
    reply = Mpr(languages=known).read(text=text).replies
    return (reply[0].body, reply[0].content) if reply else ("",)


def _known_languages() -> set[str]:
    from mailparser_reply.constants import MAIL_LANGUAGES

    return set(MAIL_LANGUAGES)


def _standard_reply(path: Path) -> Case:
    """As its tests do: the plain text part of the mail, and the reply beside it or `Hello`."""
    beside = path.with_name(f"{path.stem}_reply_text")
    expected = beside.read_text("utf-8") if beside.is_file() else "Hello"
    return read_mail(path.read_bytes()).text, (expected, "Hello")


def _talon_units() -> list[Case]:
    """Runs its test functions and keeps what they compare."""
    from talon import quotations

    seen: list[Case] = []
    last: list[str] = []
    original = quotations.extract_from_plain

    def record(text: str) -> str:
        last[:] = [text]
        return str(original(text))

    def eq_(one: Any, other: Any, *_: Any) -> None:
        expected = next((side for side in (one, other) if isinstance(side, str)), "")
        if last:
            seen.append((last.pop(), (expected,)))

    source = (PEERS / "talon/tests/text_quotations_test.py").read_text("utf-8")
    source = re.sub(r"^(?:from \. |from \. import|from \.).*$", "", source, flags=re.M)
    mock = types.SimpleNamespace(object=lambda *_, **__: lambda function: function)
    space: dict[str, Any] = {
        "eq_": eq_,
        "ok_": lambda *_: None,
        "patch": mock,
        "assert_false": lambda *_: None,
    }
    quotations.extract_from_plain = record
    try:
        exec(compile(source, "talon", "exec"), space)
        for name, function in list(space.items()):
            if name.startswith("test_") and callable(function):
                last.clear()
                try:
                    function()
                except Exception:
                    last.clear()
    finally:
        quotations.extract_from_plain = original
    return seen


def _quotequail_units() -> list[Case]:
    sys.path.insert(0, str(PEERS / "quotequail"))
    spec = importlib.util.spec_from_file_location("qq_tests", PEERS / "quotequail/tests/test_quote.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    marks = [mark for mark in module.test_quote.pytestmark if mark.name == "parametrize"]
    return [
        (text, (_unquoted(plain), _unquoted(bare)))
        for mark in marks
        for text, plain, bare in (getattr(row, "values", row) for row in mark.args[1])
    ]


def score(reader: Reader, cases: list[Case]) -> int:
    right = 0
    for text, expected in cases:
        try:
            given = {flat(one) for one in reader(text)}
        except Exception:
            continue
        right += bool(given & {flat(one) for one in expected})
    return right


def measure() -> list[dict[str, object]]:
    """A row for each set of mails: how many are right; below, milliseconds of ours for hostile texts."""
    readers = peers()
    rows: list[dict[str, object]] = []
    for name, cases in (*russian(), *published(readers)):
        row: dict[str, object] = {"name": name, "mails": len(cases), "ours": score(ours, cases)}
        rows.append(row | {peer: score(reader, cases) for peer, reader in readers.items()})
    for name, text in HOSTILE.items():
        times = []
        for _ in range(5):
            started = time.thread_time()
            new_part(text)
            times.append((time.thread_time() - started) * 1000)
        rows.append({"name": name, "mails": "limit 50 ms", "ours": f"{sorted(times)[2]:.1f} ms"})
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [{column: row.get(column) for column in columns} for row in rows]
