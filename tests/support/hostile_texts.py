"""Texts and patterns made to hurt: 64 KB that no reader likes, regexes that others run on for ever."""

import random

CHANCE = random.Random(5)
HOSTILE = {
    "one letter": "a" * 65_536,
    "random Latin": "".join(CHANCE.choices("abcdefghij \n.,", k=65_536)),
    "random Cyrillic": "".join(CHANCE.choices("абвгдежзик \n.,", k=65_536)),
    "names": " ".join("".join(CHANCE.choices("abcdefghij", k=6)).title() + "." for _ in range(8_000)),
    "apologies": "sorry but you should have " * 2_500,
    "conditions": "if not sorry if " * 4_000,
    "quotation marks": '«"' * 32_768,
    "digits": "1 " * 32_768,
    "mail addresses": "a@" * 32_768,
    "lines": "> \n" * 20_000,
    "right to left": "\u202eאבגד " * 10_000,
    "surrogates": "\ud800" * 65_536,
    "binary": "".join(map(chr, range(256))) * 256,
    "brackets": "{[<(" * 16_384,
    "one word of sharp s": "ß" * 32_768,
    "one word of dotted I": "İ" * 32_768,
    "accents apart": "e\u0301" * 21_845,
    "directions": "\u202e\u202bשלום\u202c" * 3_855,
    "contractions": "'s" * 32_768,
    "but": "but " * 16_384,
    "but in Russian": "но " * 13_107,
    "round brackets": "(" * 65_536,
    "slots never closed": "[A " * 21_845,
    "numbers and dashes": "1-" * 32_768,
    "one sentence again and again": "We are sorry. " * 4_681,
    "quotations of one sentence": "«a». " * 9_362,
    "apologies that differ": "".join(f"We are sorry {n}. " for n in range(3_400)),
    "spaces behind a line": "a\n" + " " * 65_530 + ".b",
    "random Latin-1": "".join(CHANCE.choices([chr(code) for code in range(256)], k=43_690)),
}
# One character or one small word, again and again: nothing of it may cost more the more there is of it.
REPEATED = (
    *"ßİжЁ\u0301\u202e\u200b1«\"'()[{<>@%*_\n\t\u00a0😀",
    *("но ", "but ", "не ", "not ", "if ", "если ", "sorry but ", "sorry. ", "Sorry, but you. "),
    *(
        "> a\n",
        "'s",
        "«a». ",
        "1-",
        "1 000 ",
        "[A ",
        "(name ",
        "e\u0301",
        "aж",
        "a\n \n",
        "http://",
        "a@b.c ",
    ),
)

CATASTROPHIC = [
    "(a+)+$", "(a|aa)+$", "(a|a?)+$", "([a-zA-Z]+)*$", "(.*a){20}", r"(\d+)*x", r"^(\w+\s?)*$x", "(x+x+)+y",
    "(.*)*!", "(a*)*b", "((a+)?)+b", "(a+){10}b", r"(\s*\S*)*x", r"([^,]*,)*z", "(foo|fo)+bar", "(ab|a)*c",
    r"(\w*)*\d", "(.+)+z", "(a?){30}a{30}", "([ab]+)*c", r"(\w+\d*)+!", r"(,?\w+)+;", "(a|b|ab)*c", "(aa*)*b",
    r"((\w+\.)+)+@", r"([\w.-]+)+@", r"(<[^>]*>)*x", r"(\(.*\))*x", r"(-?\w+)+$x", "(é+)+x",
]  # fmt: skip
