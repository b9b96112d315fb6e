"""Slots of a template that nobody filled in: "Dear {{name}}", «[вставить причину]», XXXX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from complaint_gift.rules.vocabulary import Shape, Vocabulary, vocabulary
from complaint_gift.text import wordfiles

Span = tuple[int, int]

# Words do not stand here but in words/<language>.yaml, under the names in braces.
# Alone in brackets or stars these are a slot, in capitals or not; with more words they may be a link's text.
_BARE = "(?i:{bare}|{slot})"
# In round brackets only where something was to be put in: small words there are mostly the writer's own.
_ROUND = rf"\((?=[^\W\d_])(?={_BARE}\))(?:(?i:{{<places (}})|(?=[A-ZА-ЯЁ_' ]+\))){_BARE}\)"
# What stands in brackets behind a stop adds nothing to a word before it.
_BEHIND_A_STOP = rf"(?<=[:;.,!?] )\({_BARE}\)"
# In capitals there, but what a file is, in which language, what was stressed.
_NO_SLOT = "(?:PDF|DOCX?|JPE?G|PNG|EN|RU|DE|{no_slot})"
_TITLE = "(?: {greeted_title})?"
_GREETING = r"(?i:(?<!\w){greeting},?)(?: {greeted_title}\.?)? "
_FIELD = "(?i:{field})"
_GREETED = (
    rf"{_GREETING}(?:@?{_FIELD}(?![\w.@])|@(?i:{{at_name}})(?!\w)|(?:\w{{2,20}} ){{1,2}}\({_BARE}\))"
    rf"|(?<![\w.+@-])@{_FIELD}(?![\w.@])"
)
_DATE_MASK = r"(?:{day_month}\w{0,2}(?:[./-]{year}{1,2})?|{clock})(?!\w)"
_ORDER = r"(?=[^\W\d_])(?i:{order_to_fill})[^\])\n]{0,60}[\])]"
_FILLED_WITH = {
    "{": r"\{\{[^{}\n]{0,60}\}\}|\{%? ?[A-Za-zА-Яа-яЁё_][A-Za-zА-Яа-яЁё0-9_ .-]{0,40} ?%?\}"
    r"|(?<![\w\])}])\{\d{1,2}\}",
    "${": r"\$\{[^{}\n]{1,40}\}",
    "[": rf"\[(?!{_NO_SLOT}\])[A-ZА-ЯЁ][A-ZА-ЯЁ _.:-]{{1,60}}\](?!\()"
    r"|\[(?:{opens_square}|{slot})[^\]\n]{0,60}\](?!\()"
    rf"|\[(?:{_BARE}|(?i:{{square}}|[xх]{{1,4}}|#| ))[\]>](?!\()|\[{_ORDER}"
    rf"|\[(?i:{{square_order}})[^\]\n]{{0,60}}\]|(?<=\[){_DATE_MASK}",
    "<": r"<(?:[A-ZА-ЯЁ][A-ZА-ЯЁ _-]{1,40}|(?:{opens_tag}|{slot})[^<>\n]{0,40})>"
    rf"|<{_BARE}[\]>]|(?<=<){_DATE_MASK}"
    r"|<(?=[^\W\d_])(?i:{order_to_fill}|{square_order})[^<>\n]{0,60}>",
    "(": rf"{_ROUND}|{_BEHIND_A_STOP}|\((?i:{{suggested}})\)|\({_ORDER}",
    "*": rf"(?<![*\w])\*{_BARE}\*(?![*\w])",
    "%": r"%[A-Z_]{3,30}%|%[a-zа-яё]{2,20}_[a-zа-яё_]{2,20}%|%%\w{2,30}%%"
    r"|(?<![\w%/=&-])(?<!\d )%(?:\d\$)?[sd](?!\w)",
    "@@": r"@@\w{2,30}@@",
    "___": r"(?<=[№#:])_{3}(?!\w)|(?<=[\w№#:.] )_{3}(?!\w)|_{4,}",
    "lorem": "lorem ipsum",
}
# The same, told by something that several texts may begin with.
_TOLD_BY = {
    "[_@(]": _GREETED,
    "{field_hints}": _GREETED,
    "XX|ХХ": r"(?<!\w)[XХ]{3,10}(?!\w)|(?<!\w)[XХ]{2,6}[.,][XХ]{2}(?!\w)"
    r"|[$£€] ?[XХ]{2}(?!\w)|(?<!\w)[XХ]{2}(?= ?(?:€|%|{sums}))",
    "{mask_hints}": rf"(?i:{{<by_date }}){_DATE_MASK}(?=[ \t]*(?:[.!?…](?!\w)|\n|\Z))",
    " [,!]": "{greets_nobody}",
    "[.…][.…][.…]": rf"{{addressed}}{_TITLE} [.…]{{3,}}|{{hailed_dots}}{_TITLE} [.…]{{3,}}(?=[ \t]?[,!])",
    r"\?\?|{name}|undefined|null|NaN|None": r"(?:{addressed}|{hailed})"
    rf"{_TITLE},? (?:\?{{2,}}|(?:{{name}}|undefined|null|None|NaN)(?!\w))",
    "{capital_hints}": r"(?<!\w)(?:{name_for_a_name}|{capitals})(?!\w)",
    "^(?i:{template})": r"^(?i:{template}) ?(?:(?:{number}|№|#) ?)?"
    r"(?:\d{1,4}|[\"«“][^\"»”\n]{1,40}[\"»”])[.,:;]?(?=[ \t]*\r?\n)",
}
# What holds no hint is not searched: one pattern of all these takes a microsecond a character.
_SHAPES = [
    (Shape("slots", hint, re.NOFLAG), Shape("slots", shape, re.NOFLAG))
    for hint, shape in [
        *((re.escape(mark), shape) for mark, shape in _FILLED_WITH.items()),
        *_TOLD_BY.items(),
    ]
]
# One brace in an address of the web is how such addresses are described, not a slot that was forgotten.
_PATH = re.compile(
    r"(?:https?://|www\.|(?<![^\s(\"«])(?:[\w-]{1,60}(?:\.[\w-]{1,60}){1,4})?/)[^\s<>\"»]{1,500}"
)


def find_placeholders(text: str) -> Iterator[Span]:
    """Slots of a template that nobody filled in, from left to right."""
    paths = [match.span() for match in _PATH.finditer(text)] if "/" in text and "{" in text else []
    paths.reverse()
    for start, end in _slots(text):
        while paths and paths[-1][1] <= start:
            paths.pop()
        described = paths and paths[-1][0] < start and text[start] == "{" and text[start + 1] not in "{%"
        if not described:
            yield start, end


def _slots(text: str) -> Iterator[Span]:
    """All shapes together; of two that overlap the one that begins first."""
    hints = _hints(vocabulary())
    found = [match.span() for hint, shape in hints if hint.search(text) for match in shape.finditer(text)]
    free = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= free:
            yield start, end
            free = end


@cache
def _hints(_: Vocabulary) -> list[tuple[re.Pattern[str], wordfiles.Shape]]:
    """A shape is compiled when the first text holds its hint: few ever do."""
    return [(hint.pattern(), shape) for hint, shape in _SHAPES]
