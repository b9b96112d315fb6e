"""Bytes of a mail as text, whatever its sender says about them. Nothing in here ever raises.

Russian mail is declared wrongly more often than any library believes: no charset with cp1251 inside, utf-8
that is koi8-r, names like `win-1251`. What is valid UTF-8 is UTF-8; else the reading that looks most like a
language wins, and the declared charset counts only as one more candidate.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from functools import lru_cache

from complaint_gift.text.listing import listed

_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
# Seven-bit charsets are valid UTF-8 as they stand, so their name has to be believed.
_BELIEVED = re.compile(r"utf[-_]?7|unicode-1-1-utf-7|iso-?2022|hz|utf[-_]?16|utf[-_]?32|ucs", re.I)
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-cyrillic": "mac-cyrillic",
    "koi8": "koi8-r",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gb18030",
    "gb2312": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
}
_WINDOWS = re.compile(r"(?:x-)?(?:win|windows|cp)[-_]?(\d{3,4})", re.I)
_PAIRS = listed(
    """ст но то на ен ко ов ра ро го ер не по пр во от ни ал ос ет ло ре ва ка та ан ор ль ом ли ти ол ат
    ла ил ел ве те ть ес ес ри ле да де об за пе до ие ит мо ог их же ак та аз ви вс ая ое ый ий ся че
    чт ще ше шл бы бо ба вы ды ды зд ик ин ир ис ич ищ ма ме ми му на нн ну ны ня од ок он оп оч па пи
    ру ры рю са св се си ск сл см со сп сы тв тр ту ты уж уж ук ул ум ун уп ур ус ут уч фо хо ча чи шк
    шу эт ют юб яв яз ян ят ял яж аш ай ав ад ам ах бл вк вн вр гд гл гр дл дн др ду еб ев ег ед ее еж
    ей ек ем еп еч жа жд жи зв зн ид им ки кл кр кт ку лу лю ля мы нд нт ог оз ой от ош пл пу рд рж рн
    рт сч тн уб уг уд хн ци ыл ым ыт ьн ьс юд юч аю ую яю ею ею ью ия ию из иж би"""
)
_WORD = re.compile(r"[^\W\d_]{1,60}")
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]{0,4000})\?=", re.I)
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]{1,40}(?==\?)")
# A sign that touches letters where no writer puts it.
_INSIDE = re.compile(r"[»€§№°•£©®][^\W\d_]|[^\W\d_][«№§©®€£][^\W\d_]|[^\W\d_][^\w\s!-~«»–—…’‘“”°§€]")
_BASE64 = re.compile(rb"[+/_=-]*[A-Za-z0-9][A-Za-z0-9+/_=-]*")
_LONGEST_HEADER = 20_000
_SAMPLE = 4000
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(raw: bytes, declared: str = "") -> str:
    """The text of some bytes; `declared` is what the mail says about them. Never a surrogate."""
    name = known_charset(declared)
    if name and _BELIEVED.match(name):
        text = _strict(raw, name)
        if text is not None:
            return text
    text = _strict(raw, "utf-8-sig")
    if text is not None:
        return text
    if name and _is_wide(name):
        text = _strict(raw, name)
        if text is not None:
            return text
    # Cut in the middle of a character: still UTF-8.
    if name in ("", "utf-8", "ascii"):
        text = _clean(raw.decode("utf-8", "replace"))
        if text.count("\ufffd") * 50 < len(text):
            return text
    return _clean(raw.decode(_best(raw[:_SAMPLE], name), "replace"))


@lru_cache(maxsize=512)
def known_charset(declared: str) -> str:
    """The codec that this name means, "" for none: win-1251, x-cp1251 and `UTF-8"` are understood."""
    name = re.sub(r"[^a-z0-9_.-]", "", str(declared).lower())[:60]
    found = _WINDOWS.fullmatch(name)
    name = _ALIASES.get(name, f"cp{found[1]}" if found else name)
    for candidate in (name, name.removeprefix("x-")):
        try:
            info = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        # `hex`, `zip` and the like are codecs too, but no charsets.
        return (
            info.name
            if getattr(info, "_is_text_encoding", True) and info.name.replace("-", "_") not in _NO_CHARSETS
            else ""
        )
    return ""


_NO_CHARSETS = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
)


def decode_words(text: str) -> str:
    """A header's text with its encoded words (RFC 2047) read; words split inside a character are joined."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    place = 0
    for found in _ENCODED.finditer(_BETWEEN.sub(r"\1", text)):
        source = found.string
        between, place = source[place : found.start()], found.end()
        charset, raw = found[1].partition("*")[0], _word_bytes(found[2], found[3])
        if pending and not between and pending[0].lower() == charset.lower():
            pending = (charset, pending[1] + raw)
            continue
        out += [decode(pending[1], pending[0]) if pending else "", between]
        pending = (charset, raw)
    if pending is None:
        return text
    return "".join((*out, decode(pending[1], pending[0]), _BETWEEN.sub(r"\1", text)[place:]))


def decode_header(raw: bytes) -> str:
    """A raw header value on one line: 8-bit bytes guessed, encoded words read, no control characters."""
    return one_line(decode_words(decode(raw[:_LONGEST_HEADER])))


def one_line(text: str) -> str:
    """Without line breaks and control characters: nothing in it can begin another header."""
    return " ".join(_CONTROLS.sub(" ", text).replace("\u2028", " ").replace("\u2029", " ").split())


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("ascii", "ignore")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "))
    return loose_base64(raw)


def loose_base64(raw: bytes) -> bytes:
    """Base64 with whatever padding, noise or line breaks; what cannot be read is left out.

    Some programs pad every piece; below the last one servers put footers as they are.
    """
    head, _, tail = raw.partition(b"=")
    lines = (line.strip() for line in tail.lstrip(b"=").splitlines())
    more = b"".join(line for line in lines if len(line) % 4 == 0 and _BASE64.fullmatch(line))
    return b"".join(map(_decode_piece, (head, *more.split(b"="))))


def _decode_piece(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.replace(b"-", b"+").replace(b"_", b"/"))
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""


def _strict(raw: bytes, name: str) -> str | None:
    try:
        return _clean(raw.decode(name))
    except (UnicodeError, LookupError, ValueError):
        return None


def _clean(text: str) -> str:
    """Half surrogates (utf-7 can make them) break databases and JSON later; NUL breaks PostgreSQL."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", "")


def _is_wide(name: str) -> bool:
    return bool(re.match(r"gb|big5|euc|shift|cp9[345]|johab|hz|iso2022", name))


def _best(sample: bytes, declared: str) -> str:
    candidates = [name for name in (declared, *_CYRILLIC) if name and not name.startswith(("ascii", "utf"))]
    if "iso8859-1" in candidates or not declared or declared.startswith(("ascii", "utf")):
        candidates.append("cp1252")
    # Who names Latin-2 or Greek means it; the names of Western and Cyrillic charsets are often only defaults.
    bonus = 1.0 if declared in (*_CYRILLIC, "iso8859-1", "cp1252") else 4.0
    return max(
        candidates,
        key=lambda name: _likeness(sample.decode(name, "replace"), bonus if name == declared else 0.0),
    )


def _likeness(text: str, bonus: float) -> float:
    """How much it looks like Russian or another language written in one alphabet at a time."""
    value = bonus
    for word in _WORD.findall(text):
        russian = sum("а" <= c <= "я" or c in "ёЁ" or "А" <= c <= "Я" for c in word)
        foreign = sum(ord(c) >= 128 for c in word) - russian
        latin = len(word) - russian - foreign
        if latin and russian:
            value -= 3
        elif russian and not foreign:
            folded = word.lower().replace("ё", "е")
            pairs = [folded[i : i + 2] for i in range(len(folded) - 1)]
            value += sum(1.0 if pair in _PAIRS else -0.7 for pair in pairs) or (0.1 if len(word) == 1 else 0)
            value += 0.6 if word.islower() else 0.4 if word.istitle() else 0.2 if word.isupper() else -2.0
        else:
            # An accent or two in a Latin word is French; a word of nothing but accents is a wrong reading.
            value += 0.3 if latin >= foreign else -1.0 * foreign
    strange = sum(ord(c) >= 128 and not c.isalpha() and c not in "«»—–…№„“”’‘\xa0°§€•" for c in text)
    return value - 1.5 * strange - 2 * len(_INSIDE.findall(text)) - 3 * text.count("\ufffd")
