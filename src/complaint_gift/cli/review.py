"""`complaint-gift review`: a linter for replies, one text for a person or many lines for a machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from complaint_gift.cli.chosen import Stop, chosen_playbook, hearing
from complaint_gift.cli.report import as_json, report, spoken
from complaint_gift.cli.textfiles import FILE, counted, dumped, loaded, numbered, reading, writing
from complaint_gift.domain import Scope, Severity, Verdict
from complaint_gift.playbook import PROFILES, Context, ContextError, Playbook
from complaint_gift.promises import OfficeHours, find_promises
from complaint_gift.service.hours import Hours
from complaint_gift.service.policyfile import load_policy
from complaint_gift.text import html_to_plain

LARGEST_TEXT = 4 * 1024 * 1024
_UNREADABLE = re.compile("[\ufffd\0-\x08\x0e-\x1f]")
_FEWEST_READABLE = 10  # one sign in so many may be unreadable: a stray byte, not another encoding
SCOPES = [scope.value for scope in Scope]
_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}


@dataclass(frozen=True)
class Reviewer:
    """Reviews texts with one playbook; `tag` asks the learned layer, where there is one."""

    playbook: Playbook
    tag: Any = None

    def __call__(self, text: str, scope: str, context: Context) -> Verdict:
        learned = self.tag(text, context) if self.tag is not None else None
        return self.playbook.review(text, scope=Scope(scope), context=context, learned=learned)


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option(
    "--scope", type=click.Choice(SCOPES), default=SCOPES[0], show_default=True, help="What the text is."
)
@click.option(
    "--context", "context_file", type=FILE, metavar="FILE.json", help="What is known besides the text."
)
@click.option("--profile", type=click.Choice(PROFILES), help="Which rules speak.  [default: as configured]")
@click.option(
    "--playbook",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder of rules.  [default: as configured]",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice([*_LEVELS, "never"]),
    help="Exit with 1 from this severity on.  [default: error]",
)
@click.option(
    "--language",
    type=click.Choice(["en", "ru"]),
    help="Of what is said about the text.  [default: the text's]",
)
@click.option("--words-only", is_flag=True, help="Leave the learned layer out: quicker, less sharp.")
@click.option(
    "--jsonl",
    "source",
    type=FILE,
    metavar="IN",
    help='Many texts, a line each: {"id", "text", "scope", "context"}.',
)
@click.option("--out", type=FILE, metavar="OUT", help="Where the answers to --jsonl go.")
def review(
    file: Path | None,
    scope: str,
    context_file: Path | None,
    profile: str | None,
    folder: Path | None,
    shape: str,
    fail_on: str | None,
    language: str | None,
    words_only: bool,
    source: Path | None,
    out: Path | None,
) -> None:
    """Check a reply: the words of FILE, or of the standard input with `-`.

    Exits with 0 when nothing is as bad as --fail-on, with 1 when something is, with 2 when something
    could not be read.
    """
    if (source is None) != (out is None):
        raise Stop("--jsonl and --out go together: name the file to read and the file to write.")
    if source is not None and (file is not None or context_file is not None):
        raise Stop("With --jsonl every line brings its own text and context; leave FILE and --context out.")
    reviewer = Reviewer(chosen_playbook(folder, profile), None if words_only else hearing())
    if source is not None and out is not None:
        worst = _review_lines(reviewer, source, out, scope, language)
        fail_on = fail_on or "never"
    else:
        worst = _review_one(reviewer, file, scope, _context(context_file), shape, language)
    if fail_on != "never" and worst is not None and worst.rank <= _LEVELS[fail_on or "error"].rank:
        sys.exit(1)


def _review_one(
    reviewer: Reviewer, file: Path | None, scope: str, context: Context, shape: str, language: str | None
) -> Severity | None:
    if file is None and sys.stdin.isatty():
        raise Stop("Name a file, or write `complaint-gift review -` and type the reply, then Ctrl-D.")
    path = file or Path("-")
    text = read_text(path)
    verdict = reviewer(text, scope, context)
    if shape == "json":
        said_in = language or spoken(text, reviewer.playbook, context.language)
        found = as_json(verdict, reviewer.playbook, said_in)
        click.echo(dumped({"text": text, **found, **_promises(text, context)}))
    else:
        name = "<stdin>" if str(path) == "-" else str(path)
        click.echo(report(text, name, verdict, reviewer.playbook, language, context.language))
    return verdict.worst


def _promises(text: str, context: Context) -> dict[str, Any]:
    """What the reply promises, where it is known when it is sent."""
    if not context.sent_at:
        return {}
    try:
        sent = datetime.fromisoformat(context.sent_at)
    except ValueError:
        raise Stop(
            f'"sent_at" in the context is no time: {context.sent_at[:40]}. Write 2026-03-03T10:15:00+00:00.'
        ) from None
    sent = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    hours = _hours(context.timezone, sent)
    author = context.author.name if context.author else ""
    return {
        "promises": [
            {
                "what": one.what,
                "due_at": one.due_at.isoformat() if one.due_at else None,
                "who": one.who,
                "start": one.start,
                "end": one.end,
            }
            for one in find_promises(text, sent_at=sent, calendar=hours, author=author)
        ]
    }


def _hours(zone: str, sent: datetime) -> Hours | OfficeHours:
    """The working hours of the configured policy, in the context's zone; without either in that of `sent`."""
    hours: Hours | OfficeHours = OfficeHours(sent.tzinfo or UTC)
    if "CG_CONFIG" in os.environ:
        from complaint_gift.cli.common import in_words, read_settings

        with in_words():
            hours = load_policy(read_settings().policy).hours
    if not zone:
        return hours
    try:
        return replace(hours, zone=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Stop(f'"timezone" in the context is no zone: {zone[:40]}. Write Europe/Berlin.') from None


def _review_lines(
    reviewer: Reviewer, source: Path, out: Path, scope: str, language: str | None
) -> Severity | None:
    """Every line, in order. Nothing is written before the whole input has been understood."""
    rows = list(_rows(source, scope))
    worst: Severity | None = None
    with writing(out) as answers:
        shown = sys.stderr.isatty() and str(out) != "-"
        with click.progressbar(rows, label="Reviewing", file=sys.stderr, hidden=not shown) as moving:
            for name, text, kind, context in moving:
                verdict = reviewer(text, kind, context)
                said_in = language or spoken(text, reviewer.playbook, context.language)
                whole = as_json(verdict, reviewer.playbook, said_in)
                answer = {"id": name, **{key: whole[key] for key in ("verdict", "findings", "signals")}}
                answers.write(dumped(answer) + "\n")
                if verdict.worst is not None and (worst is None or verdict.worst.rank < worst.rank):
                    worst = verdict.worst
    if str(out) != "-":
        click.echo(f"{counted(len(rows), 'text')} reviewed: {out}", err=True)
    return worst


def _rows(source: Path, scope: str) -> Iterator[tuple[Any, str, str, Context]]:
    for number, line in numbered(source):
        yield _row(line, f"{source}, line {number}", scope)


def _row(line: str, where: str, scope: str) -> tuple[Any, str, str, Context]:
    try:
        row = loaded(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "too deep")
        raise Stop(
            f"{where}: not JSON ({reason}). Nothing was reviewed; mend the line and run again."
        ) from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise Stop(
            f'{where}: expected an object with "text" (a string), and "id", "scope", "context" where known.'
        )
    kind = row.get("scope") or scope
    if kind not in SCOPES:
        raise Stop(f'{where}: "scope" has to be one of {", ".join(SCOPES)}, not {str(kind)[:60]}.')
    try:
        return row.get("id"), row["text"], kind, Context.parse(row.get("context") or {})
    except ContextError as error:
        raise Stop(f"{where}: {error}") from None


def _context(path: Path | None) -> Context:
    if path is None:
        return Context()
    with reading(path) as lines:
        raw = lines.read(LARGEST_TEXT + 1)
    try:
        return Context.parse(loaded(raw))
    except ContextError as error:
        raise Stop(f"{path}: {error}") from None
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise Stop(
            f"{path}:{line}:{column}: this is not JSON ({getattr(error, 'msg', 'too deep')})."
        ) from None


def read_text(path: Path) -> str:
    """The words of a file, of the standard input for -. Raises Stop."""
    with reading(path) as lines:
        text = lines.read(LARGEST_TEXT + 1)
    if len(text) > LARGEST_TEXT:
        raise Stop(f"{path} is longer than {LARGEST_TEXT:,} characters; a reply is a page or two.")
    if len(_UNREADABLE.findall(text)) * _FEWEST_READABLE > len(text):
        raise Stop(f"{path} is not UTF-8. Save it as UTF-8, or check that it is a text at all.")
    return html_to_plain(text) if path.suffix.lower() in (".html", ".htm") else text
