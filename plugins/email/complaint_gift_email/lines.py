"""What a single line of a mail looks like: an introduction, a header field, a rule, a farewell ..."""

from __future__ import annotations

import re
from collections.abc import Iterable

from complaint_gift.text.once import Once
from complaint_gift_email.wording import fold, wording

LOOKED_AT = 400
_QUOTE = re.compile(r"[ \t]{0,8}(?:[>\u203a\uff1e]|\|[ \t]|&gt;)")
# The Bat! writes the initials of whom it quotes before the mark: `АС> ...`.
_INITIALS = re.compile(r"[ \t]{0,2}[A-ZА-ЯЁ]{1,3}>(?=[> ]|$)")
_ENDS = re.compile(r"[:：][ \t*_>\"-]*$")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.?[\w-]|\[?mailto:|<https?://")
_TIME = re.compile(r"\b\d{1,2}[:.]\d\d(?!\.?\d{2,4}\b)")
_DATE = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}[./-]\d{1,2}[./-]\d{1,2}\b|\d{4}\s?[年г]|\b\d{1,2}/\d{1,2}\b"
)
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"\b(?:19|20)\d\d")
_FIELD = re.compile(r"[ \t*|_>]{0,8}([^\W\d_][^:：\n]{0,23}?)[ \t*_]{0,4}[:：][*_]{0,3}(?=\s|$|[^\s/])")
_RULE = re.compile(r"\s*[-_=*]{5,}\s*$")
_FRAME = re.compile(r"\s*(?:-{2,}|_{2,}|\*{2,}|={2,}|#{2,}|>{2,})")
_EDGES = " \t-_=*#>:："
_START = re.compile(r"[\s*_>\"«'(\[-]*")
_NOT_INTRO = re.compile(r"[.!?…]\s+[A-ZА-ЯЁ]")


def read_lines(texts: Iterable[str]) -> list[Line]:
    """The lines, to be asked what they are."""
    return [Line(text) for text in texts]


def is_marked(text: str) -> bool:
    """Whether it begins with `>` or another mark of a quotation."""
    return bool(_QUOTE.match(text) or _INITIALS.match(text))


def unmarked(text: str) -> str:
    """Without one mark, as it stood in the mail that is quoted."""
    mark = _QUOTE.match(text) or _INITIALS.match(text)
    return text[mark.end() :].removeprefix(" ") if mark else text


class Line:
    """One line; only its first 400 characters are looked at. Answers are computed once, when asked."""

    def __init__(self, text: str) -> None:
        self.text = text[:LOOKED_AT]
        self.is_quote = is_marked(self.text)

    def joined(self, other: Line) -> Line:
        """This line and the next one as one, as they were before a mail program wrapped them."""
        return Line(f"{self.text.rstrip()} {other.text.strip()}")

    @Once
    def folded(self) -> str:
        """In small letters, without what decorates the beginning."""
        return fold(self.text[_START.match(self.text).end() :])  # type: ignore[union-attr]

    @Once
    def words(self) -> list[str]:
        """Of `folded`: runs of letters, without digits."""
        return _WORD.findall(self.folded)

    @Once
    def ends_intro(self) -> bool:
        """Ends with a colon."""
        return bool(_ENDS.search(self.text[-40:]))

    @Once
    def has_address(self) -> bool:
        """A mail address, or a link in angle brackets as mail programs put beside a name."""
        return ("@" in self.text and bool(_ADDRESS.search(self.text))) or "<http" in self.text

    @Once
    def has_date(self) -> bool:
        """A day: in digits, or a number beside the name of a month or day."""
        if not _NUMBER.search(self.text):
            return False
        if _DATE.search(self.text):
            return True
        known = wording()
        return any(word in known.months or word in known.days for word in self.words)

    @Once
    def has_moment(self) -> bool:
        """A day and a time or year: what programs write and people rarely do."""
        return self.has_date and bool(_TIME.search(self.text) or _YEAR.search(self.text))

    @Once
    def has_verb(self) -> bool:
        """`wrote` in any language, near the end; anywhere in scripts that part no words."""
        known = wording()
        if any(word in known.wrote for word in self.words[-14:]):
            return True
        return any(word in self.folded for word in known.wrote_inside)

    @Once
    def opens(self) -> bool:
        """May be the beginning of a line that introduces a quotation: a date, a day, `On`, an address."""
        text = self.folded
        if not text:
            return False
        if text[0].isdigit() and _NUMBER.search(text):
            return self.has_date or self.has_address or bool(_TIME.search(self.text[:60]))
        known = wording()
        if self.words and self.words[0] in known.days and self.text[:1] != " ":
            return True
        opener = next((word for word in known.opens if text.startswith(word)), "")
        if opener and not text[len(opener) : len(opener) + 1].isalpha():
            return self.has_date or self.has_address or bool(_NUMBER.search(self.text)) or self.has_verb
        return self.has_address

    @Once
    def introduces(self) -> bool:
        """`... wrote:` with a moment or an address, or a moment and an address before a colon."""
        if not self.ends_intro or len(self.words) > 45:
            return False
        if self.has_verb:
            return self.has_address or not _NOT_INTRO.search(self.text[20:])
        return self.has_address and self.has_date and self.role not in ("to", "copy", "subject")

    @Once
    def role(self) -> str:
        """from, sent, to, copy, subject or other for a header field, "" for none."""
        found = _FIELD.match(self.text)
        return wording().fields.get(fold(found[1].strip(" \t*_")), "") if found else ""

    @Once
    def is_rule(self) -> bool:
        """Five or more dashes, underscores and the like, and nothing else."""
        return bool(_RULE.match(self.text))

    @Once
    def is_framed(self) -> bool:
        """Begins with dashes or other lines."""
        return bool(_FRAME.match(self.text)) or self.text.strip().endswith((":", "--"))

    @Once
    def is_framed_verb(self) -> bool:
        """`---- Bob wrote ----`."""
        text = self.text.strip()
        return text.startswith("--") and text.endswith("--") and len(text) < 200 and self.has_verb

    @Once
    def is_title(self) -> bool:
        """`-----Original Message-----` and its kind, framed or not."""
        if len(self.text) > 120:
            return False
        bare = fold(self.text.strip(_EDGES))
        return any(bare == title or (bare.startswith(title) and self.is_framed) for title in wording().titles)

    @Once
    def is_above(self) -> bool:
        """The line of a helpdesk below which nothing is read."""
        text = self.folded.strip(_EDGES)
        return text.startswith(wording().above) or self.text.startswith("##-")

    @Once
    def is_device(self) -> bool:
        """`Sent from my phone`."""
        return 0 < len(self.text.strip()) <= 120 and self.folded.strip("[<").startswith(wording().devices)

    @Once
    def is_disclaimer(self) -> bool:
        """`This e-mail is confidential ...`."""
        known = wording()
        return self.folded.startswith(known.disclaimers) and any(word in self.folded for word in known.sealed)

    @Once
    def is_banner(self) -> bool:
        """`CAUTION: this email originated from outside ...`, by the mail server of whoever got it."""
        return fold(self.text.strip(" *_|>\t")).startswith(wording().banners)

    @Once
    def is_farewell(self) -> bool:
        """`Best regards,` alone or with a name on the same line."""
        text = self.folded.strip()
        if not text or len(text) > 70:
            return False
        found = next((word for word in wording().farewells if text.startswith(word)), "")
        if not found:
            return False
        rest = text[len(found) :]
        if not rest.strip(" ,.!-–—)"):
            return True
        # A name may follow; after a single word such as `best` only behind a comma.
        near = ",.!-–— " if " " in found else ",.!-–—"
        return rest[0] in near and len(_WORD.findall(rest)) <= 5
