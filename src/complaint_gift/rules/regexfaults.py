r"""What is wrong with a regular expression, in words, and what to write instead: one remedy a cause."""

from __future__ import annotations

import re

_ITSELF = r"or write \{0} for the sign itself."
_WITHOUT = "Patterns do not look around: {0}"
# What the library says, what that means, what to do. The first that fits; {0} is what it quotes.
_CAUSES = (
    (r"missing \]", "a [ that nothing closes", "Close it with ], " + _ITSELF.format("[")),
    (r"missing \)", "a ( that nothing closes", "Close it with ), " + _ITSELF.format("(")),
    (r"unexpected \)", "a ) that nothing has opened", "Open it with (, " + _ITSELF.format(")")),
    ("trailing", "a backslash at its end", r"Take it away, or write \\ for the sign itself."),
    ("no argument for", "`{0}` with nothing before it to repeat", "Put it behind something, " + _ITSELF),
    ("bad repetition", "`{0}`, a repetition of a repetition", "Keep one of the two signs."),
    (
        "invalid repetition",
        "`{0}`, which repeats too often or has its numbers the wrong way round",
        "Write the smaller number first; 1000 is the most, those within each other multiplied.",
    ),
    (
        r"invalid character class range: \\[pP]",
        r"`{0}`, a kind of letters that is not known",
        r"Known are \p{{Cyrillic}}, \p{{Latin}}, \p{{L}} (letters), \p{{Lu}} (capitals), \p{{N}} (digits).",
    ),
    (
        r"invalid character class range: \[:",
        r"`{0}`, a kind of signs that is not known",
        "Write the signs themselves, such as [a-zа-яё].",
    ),
    (
        "invalid character class range",
        "`{0}`, a range that runs backwards",
        "Write the lower end first, as in a-z; a - that is meant as a sign stands last: [a.-].",
    ),
    (
        r"invalid perl operator: \(\?<?!",
        "a look-around, `{0}`",
        _WITHOUT.format("leave it out and put what must not stand there into a phrase under `unless`."),
    ),
    (
        r"invalid perl operator: \(\?<?=",
        "a look-around, `{0}`",
        _WITHOUT.format("write what has to stand there into the pattern itself."),
    ),
    (r"invalid perl operator: \(\?>", "an atomic group, `{0}`", "Write (?: instead; it is as quick here."),
    (
        r"invalid perl operator: \(\?P$|invalid escape sequence: \\[\dkg]",
        "a back-reference, `{0}`",
        "Nothing can refer to what was found before: write it out a second time.",
    ),
    (
        "invalid perl operator|invalid named",
        "`{0}`, which is not known",
        r"Known are (?:...), (?P<name>...), (?i), (?-i:...), (?s) and (?m); for the signs write \(\?.",
    ),
    (
        r"invalid escape sequence: \\[zZ]",
        "`{0}`, which is not known",
        "Write $ for the end of the text.",
    ),
    (
        "invalid escape sequence",
        "`{0}`, which is not known",
        r"Write the sign itself, without the backslash; for a backslash write \\.",
    ),
    (".*too large", "repetitions that make it too large", "Repeat less, or write two patterns."),
)
_SCRIPT = re.compile(r"/(.+)/[gimsuy]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CLASSES = re.compile(r"\\.|\[\]?(?:\\.|[^\]\\])*\]", re.S)
_ENDED = re.compile(r"\$(?![)|$]|$)")


class BadRegex(Exception):
    """A pattern cannot be used; `remedy` says what to write instead."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.remedy = remedy


def refused(said: str) -> BadRegex:
    """The error for what RE2 says of a pattern that it cannot read."""
    quoted = said.partition(": ")[2]
    for mark, text, remedy in _CAUSES:
        if re.match(mark, said):
            return BadRegex(f"a pattern with {text.format(quoted)}", remedy.format(quoted))
    return BadRegex(f"a pattern that cannot be read ({said})", "Write it in the syntax of RE2.")


def look_over(pattern: str, longest: int) -> None:
    """Raise BadRegex for a pattern that could be read and would never find what is meant."""
    if not pattern.strip():
        raise BadRegex("an empty pattern", "Write what to look for.")
    if len(pattern) > longest:
        remedy = f"Keep it under {longest}: `regex` takes several, one a line."
        raise BadRegex(f"a pattern of {len(pattern)} characters", remedy)
    if _CONTROL.search(pattern):
        remedy = r"Put the pattern into single quotes: in double ones YAML reads \b as such a sign."
        raise BadRegex("a pattern with a sign that nobody can see", remedy)
    script = _SCRIPT.fullmatch(pattern)
    if script:
        remedy = f"Write `{script[1][:60]}` alone; case does not matter, and every place is found."
        raise BadRegex("a pattern between slashes, as JavaScript writes it", remedy)
    if "(?" not in pattern and _ENDED.search(_CLASSES.sub("_", pattern)):
        remedy = r"Write \$ for the sign itself; without the backslash it is the end of the text."
        raise BadRegex("a pattern that goes on behind the end, `$`", remedy)
