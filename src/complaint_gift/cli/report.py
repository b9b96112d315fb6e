"""What a review found, as JSON and as text for a terminal, in the reader's language."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import click

from complaint_gift.domain import Decision, Finding, Severity, Verdict, gather
from complaint_gift.playbook import Playbook
from complaint_gift.playbook.rule import Words
from complaint_gift.text import Text, is_cyrillic
from complaint_gift.text.plurals import choose_plural

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_WIDEST = 110  # characters of a line, where no terminal is narrower
_NARROWEST = 30
_BEFORE = 10
_SIGNS = dict.fromkeys(("Cc", "Cf", "Cs"), "·")
_WORDS = {
    "en": {
        "error": "error",
        "warning": "warning",
        "info": "hint",
        "why": "why",
        "instead": "instead",
        "missing": "nothing in the text says it",
        "account": "about the account, not the words",
        "pass": "Ready to send.",
        "warn": "Can be sent; better with a change.",
        "hold": "Hold: change it, or send it anyway and say why.",
        "block": "Blocked: a lead has to release it.",
        "incomplete": "The learned layer has not spoken yet.",
    },
    "ru": {
        "error": "ошибка",
        "warning": "замечание",
        "info": "совет",
        "why": "почему",
        "instead": "лучше так",
        "missing": "этого в тексте нет",
        "account": "дело в аккаунте, а не в словах",
        "pass": "Можно отправлять.",
        "warn": "Отправить можно, но лучше поправить.",
        "hold": "Стоит задержать: поправьте или отправьте, указав причину.",
        "block": "Отправить может только руководитель.",
        "incomplete": "Обученный слой ещё не ответил.",
    },
}
_COUNTED: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("hint", "hints")},
    "ru": {
        "error": ("ошибка", "ошибки", "ошибок"),
        "warning": ("замечание", "замечания", "замечаний"),
        "info": ("совет", "совета", "советов"),
    },
}


def as_json(verdict: Verdict, playbook: Playbook, language: str) -> dict[str, Any]:
    """The shape of the review API; offsets are code points."""
    return {
        "verdict": verdict.decision.value,
        "complete": verdict.complete,
        "findings": [_finding(finding, playbook, language) for finding in verdict.findings],
        "signals": [signal.as_json() for signal in verdict.signals],
        "playbook": verdict.playbook,
    }


def _finding(finding: Finding, playbook: Playbook, language: str) -> dict[str, Any]:
    words = playbook.words(finding, language)
    return {
        **finding.as_json(),
        "message": words.message,
        "why": words.why,
        "suggestion": words.suggestion,
    }


def report(
    text: str, name: str, verdict: Verdict, playbook: Playbook, language: str | None, hint: str = ""
) -> str:
    """All advice, each with the lines of the text that it is for, then what to do, styled for a terminal.

    `hint` is the language of a text that tells none itself.
    """
    said_in = language or spoken(text, playbook, hint)
    language = said_in if said_in in _WORDS else language_of(text)
    groups = gather(verdict.findings, lambda finding: playbook.words(finding, said_in))
    blocks = [
        "\n".join(_block(alike, text, name, playbook.words(alike[0], said_in), language)) for alike in groups
    ]
    return "\n\n".join([*blocks, closing(verdict, language)])


def spoken(text: str, playbook: Playbook, hint: str = "") -> str:
    """The language for the words of rules: that of the text, whichever a rule may have words in."""
    return playbook.languages.told(Text(text), hint) or language_of(text)


def language_of(text: str) -> str:
    """The one of our own two languages in which a text is spoken about."""
    letters = [char for char in text[:5000] if char.isalpha()]
    return "ru" if sum(map(is_cyrillic, letters)) * 2 > len(letters) else "en"


def _block(alike: Sequence[Finding], text: str, name: str, said: Words, language: str) -> Iterator[str]:
    words = _WORDS[language]
    worst = min((finding.severity for finding in alike), key=lambda severity: severity.rank)
    label = click.style(f"{words[worst.value]}[{alike[0].rule}]", fg=_COLOURS[worst], bold=True)
    yield f"{label}{click.style(': ' + said.message, bold=True)}"
    gutter = "  "
    for finding in alike:
        if finding.start is None or finding.end is None:
            reason = words["missing"] if finding.missing else words["account"]
            yield f"  {click.style('-->', fg='blue')} {name}: {reason}"
        else:
            yield from _excerpt(finding.start, finding.end, text, name, _COLOURS[finding.severity])
            gutter = " " * (len(str(text.count("\n", 0, finding.start) + 1)) + 2)
    for label, value in ((words["why"], said.why), ("", said.reading), (words["instead"], said.suggestion)):
        if value:
            head = f"{click.style(label, bold=True)}: " if label else ""
            yield f"{gutter}{click.style('=', fg='blue')} {head}{value}"


def _excerpt(start: int, end: int, text: str, name: str, colour: str) -> Iterator[str]:
    """The line around a span, as compilers show it."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    number, column = text.count("\n", 0, start) + 1, start - first + 1
    widest = _room(number)
    left = max(first, start - max(_BEFORE, min(widest // 2, widest - (end - start))))
    right = min(last, left + widest)
    before = plain(("…" if left > first else "") + text[left:start])
    marked = plain(text[start : min(end, right)])
    after = plain(text[min(end, right) : right] + ("…" if right < last else ""))
    gutter = " " * (len(str(number)) + 2)
    bar = click.style("|", fg="blue")
    yield f"{gutter[:-1]}{click.style('-->', fg='blue')} {name}:{number}:{column}"
    yield f"{gutter}{bar}"
    yield f" {click.style(str(number), fg='blue')} {bar} {before}{click.style(marked, fg=colour)}{after}"
    under = click.style("^" * max(1, _width(marked)), fg=colour, bold=True)
    yield f"{gutter}{bar} {' ' * _width(before)}{under}"


def _room(number: int) -> int:
    """How much of a line is shown: on a terminal it must not be wrapped, or the marks stand elsewhere."""
    if not sys.stdout.isatty():
        return _WIDEST
    gutter = len(str(number)) + 4
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns - gutter - 2))


def plain(text: str) -> str:
    """One line that moves no cursor: control and direction marks become a visible sign."""
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    return " " if char in "\t\n\r" else _SIGNS.get(unicodedata.category(char), char)


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def closing(verdict: Verdict, language: str) -> str:
    """What to do with the text, in a line."""
    words = _WORDS[language]
    counts = []
    for severity in Severity:
        number = sum(finding.severity is severity for finding in verdict.findings)
        if number:
            counts.append(f"{number} {choose_plural(number, language, _COUNTED[language][severity.value])}")
    colour = {Decision.PASS: "green", Decision.WARN: "yellow"}.get(verdict.decision, "red")
    line = click.style(words[verdict.decision.value], fg=colour, bold=True)
    line += f" ({', '.join(counts)})" if counts else ""
    return line if verdict.complete else f"{line}\n{words['incomplete']}"
