"""What the YAML parser refuses, in words an admin can use, and where the mistake really is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ruamel.yaml.error import MarkedYAMLError

_NO_COLON = "could not find expected ':'"
_UNCLOSED = "a quotation mark is never closed"
_CLOSE = "Close the quotation mark."
_NOT_PLAIN = re.compile("^ *[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]")


def explained(error: MarkedYAMLError, lines: Sequence[str]) -> tuple[int, int, str, str]:
    """Line and column from 1, what is wrong, the remedy."""
    problem = str(error.problem or error.context or error)
    mark = error.problem_mark or error.context_mark
    if _NO_COLON in problem or "unexpected end of stream" in problem:  # noticed in a line below
        mark = error.context_mark or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for number, text in enumerate(lines[:line], 1):
        if (indent := _NOT_PLAIN.match(text)) is not None:
            said = "a line begins with a space that is not a plain one"
            return number, indent.end(), said, "Type its indentation anew."
    quoted = _about_quotes(problem, lines, line, column)
    if quoted is not None:
        return quoted
    said, remedy = _in_words(problem, lines[line - 1] if 0 < line <= len(lines) else "")
    opened = error.context_mark.line + 1 if error.context_mark else line
    if "is not closed" in said and opened != line:
        said += f" (it starts in line {opened})"
    return line, column, said, remedy


def _about_quotes(
    problem: str, lines: Sequence[str], line: int, column: int
) -> tuple[int, int, str, str] | None:
    """What stands behind a closing quotation mark: words of the text itself, or one that opened above."""
    in_list = "expected ','" in problem
    if not (in_list or "expected <block end>" in problem) or line > len(lines):
        return None
    before, behind = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    quote = before.rstrip()[-1:]
    if quote not in ("'", '"') or behind[:1] in ("'", '"'):
        return None
    if before.count(quote) % 2:
        opens = re.compile(rf"(?:^|[\s\[{{,(]){quote}(?=[^{quote}]*$)")
        for number in range(line - 1, 0, -1):
            found = opens.search(lines[number - 1])
            if found is not None:
                return number, found.end(), _UNCLOSED, _CLOSE
    if in_list and before != before.rstrip():
        return None
    twice = "an apostrophe inside '...' twice" if quote == "'" else 'a quotation mark inside "..." as \\"'
    return (
        line,
        column,
        "words stand behind a closing quotation mark",
        f"Put the whole text into one pair of quotes, and write {twice}.",
    )


def _in_words(problem: str, shown: str) -> tuple[str, str]:
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or "'\\t'" in problem:
        return "a tab is used to indent", "Use spaces: YAML does not allow tabs."
    if shown.lstrip().startswith("```"):
        return "a line of Markdown is left in the file", "Remove the lines that begin with ```."
    for mark, said, remedy in _SAYINGS:
        if mark in problem:
            return said, remedy
    return (
        f"this is not valid YAML ({problem})",
        "Check the indentation, the quotes and the colons of this line.",
    )


_SAYINGS = (
    (
        "duplicate key",
        "a key is there twice",
        "Keep one of them.",
    ),
    (
        "undefined alias",
        "an alias (`*name`) is used",
        "Put a text that starts with * into quotes.",
    ),
    (
        "alphabetic or numeric character",
        "a `*` or `&` starts a value",
        "Put the value into quotes.",
    ),
    (
        "mapping values are not allowed",
        "a colon where no key can be",
        'Check the indentation of this line, or put the text into quotes: "like: this".',
    ),
    (
        "found unexpected end of stream",
        _UNCLOSED,
        _CLOSE,
    ),
    (
        "while scanning a quoted",
        _UNCLOSED,
        _CLOSE,
    ),
    (
        "expected <block end>",
        "the indentation does not fit the lines above",
        "Align keys and dashes with their neighbours.",
    ),
    (
        "expected ',' or ']'",
        "a list in [ ] is not closed or lacks a comma",
        "Separate the items with commas and close with ].",
    ),
    (
        "expected ',' or '}'",
        "a mapping in { } is not closed or lacks a comma",
        "Separate the entries with commas and close with }.",
    ),
    (
        _NO_COLON,
        "a key without a colon and a space behind it",
        "Write `key: value`, and texts over several lines in quotes.",
    ),
    (
        "unknown escape",
        "a backslash that means nothing",
        "Use single quotes around texts with backslashes.",
    ),
    (
        "cannot start any token",
        "a sign that no value can start with",
        "Put the value into quotes.",
    ),
    (
        "undefined tag handle",
        "a tag is used",
        "Put a text that starts with ! into quotes.",
    ),
    (
        "expected the node content",
        "something that no value can start with",
        "Put the value into quotes.",
    ),
    (
        "sequence entries are not allowed",
        "a dash where no list can be",
        "Start the list on a line of its own.",
    ),
    (
        "expected a single document",
        "several documents",
        "Separate documents with a line of ---.",
    ),
    (
        "did not find expected <document start>",
        "text outside of a document",
        "Separate documents with a line of ---.",
    ),
    (
        "expected '<document start>'",
        "text outside of a document",
        "Separate documents with a line of ---.",
    ),
    (
        "incompatible YAML",
        "a %YAML line of another version",
        "Remove the line that starts with %.",
    ),
    (
        "directive",
        "a line that starts with %",
        "Remove it, or put the text into quotes.",
    ),
    (
        "block scalar",
        "a block text (| or >) that is indented wrongly",
        "Indent its lines further than the key.",
    ),
    (
        "document separator",
        "--- inside a quoted text",
        "Close the quotation mark before it.",
    ),
)
