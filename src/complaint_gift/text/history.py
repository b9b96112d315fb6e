"""The new part of a mail or comment: what its author wrote just now, without history and signature."""

from __future__ import annotations

import re

_QUOTE_LINE = re.compile(r"^[ \t]*>")
_DAYS = (
    "пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
    "|mon|tue|wed|thu|fri|sat|sun"
)
_OPENS_HEADER = re.compile(
    rf"^[ \t]*(?:On|Am|(?:{_DAYS})[a-zа-я]*\b|\d{{1,4}}[ ./-]\d?|[^\n]{{0,120}}<[^\s<>]+@)", re.I
)
_WROTE_LINE = re.compile(
    r"^[ \t]*(?:On\b[^\n]{4,200}|[^\n]{0,200}\d{1,2}[:.]\d{2}[^\n]{0,120}"
    r"|[^\n]{0,120}<[^\s<>]+@[^\s<>]+>[^\n]{0,60})"
    r"(?:wrote|writes|пишет|писал|писала|писал\(а\)|написал|написала|написал\(а\)|schrieb)[ \t]*:[ \t]*$",
    re.I,
)
_TITLES = (
    "Original Message|Forwarded message|Исходное сообщение|Оригинальное сообщение|Пересылаемое сообщение"
    "|Пересланное сообщение|Ursprüngliche Nachricht"
)
_ORIGINAL = re.compile(
    rf"^[ \t]*(?:-{{2,}}|_{{5,}}|\*{{3,}})[ \t]*(?:{_TITLES})(?:[ \t]*(?:-{{2,}}|_{{5,}}|\*{{3,}}))?[ \t]*$"
    r"|^[ \t]*_{20,}[ \t]*$",
    re.I,
)
_FIELDS = "From|Sent|To|Subject|Date|Cc|От|Отправлено|Кому|Тема|Дата|Копия|Von|An|Gesendet|Betreff"
_HEADER = re.compile(rf"^[ \t]*\*?(?:{_FIELDS})\*?:", re.I)
_FIRST_HEADER = re.compile(r"^[ \t]*\*?(?:From|От|Von|От кого)\*?:", re.I)
_SIGNATURE = re.compile(r"^--[ \t]*$")
_DEVICE = re.compile(
    r"^[ \t]*(?:Sent from my |Get Outlook for |Отправлено с |Отправлено из )[^\n]{0,80}$", re.I
)
_ABOVE = "Please type your reply above this line|Напишите ответ над этой строкой"
_SEPARATOR = re.compile(rf"^[ \t]*(?:##-|-{{3,}}[ \t]*(?:{_ABOVE}))", re.I)


def new_part(plain: str) -> str:
    """Cut quoted lines, everything below a reply header, and the signature; never returns less than one line.

    A text that is nothing but quotation comes back as it is, since cutting it all would hide it.
    """
    lines = plain.splitlines()
    end = _cut_at(lines)
    kept = [line for line in lines[:end] if not _QUOTE_LINE.match(line)]
    result = "\n".join(kept).strip("\n")
    return result if result.strip() else plain


def _cut_at(lines: list[str]) -> int:
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and number:
            return number
        if _ORIGINAL.match(line) or _SEPARATOR.match(line) or _DEVICE.match(line):
            return number
        if _starts_history(lines, number):
            return number
        if _FIRST_HEADER.match(line) and sum(bool(_HEADER.match(x)) for x in lines[number : number + 5]) >= 3:
            return number
    return len(lines)


def _starts_history(lines: list[str], number: int) -> bool:
    """A line "... wrote:"; mail programs wrap it, so up to three lines are joined."""
    joined = lines[number][:300]
    if not _OPENS_HEADER.match(joined):
        return False
    for extra in range(3):
        if joined.rstrip().endswith(":") and len(joined) < 400 and _WROTE_LINE.match(joined):
            return True
        following = number + extra + 1
        if following >= len(lines) or not lines[following].strip():
            return False
        joined = f"{joined.rstrip()} {lines[following].strip()[:200]}"
    return False
