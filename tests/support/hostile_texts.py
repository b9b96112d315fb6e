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
}

CATASTROPHIC = [
    "(a+)+$", "(a|aa)+$", "(a|a?)+$", "([a-zA-Z]+)*$", "(.*a){20}", r"(\d+)*x", r"^(\w+\s?)*$x", "(x+x+)+y",
    "(.*)*!", "(a*)*b", "((a+)?)+b", "(a+){10}b", r"(\s*\S*)*x", r"([^,]*,)*z", "(foo|fo)+bar", "(ab|a)*c",
    r"(\w*)*\d", "(.+)+z", "(a?){30}a{30}", "([ab]+)*c", r"(\w+\d*)+!", r"(,?\w+)+;", "(a|b|ab)*c", "(aa*)*b",
    r"((\w+\.)+)+@", r"([\w.-]+)+@", r"(<[^>]*>)*x", r"(\(.*\))*x", r"(-?\w+)+$x", "(é+)+x",
]  # fmt: skip
