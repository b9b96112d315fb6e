"""In which of our languages to answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def guess_language(texts: Iterable[str], default: str) -> str:
    """ "ru" where Cyrillic letters prevail, "en" where Latin ones do, `default` for no letters."""
    text = " ".join(texts)
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic == latin:
        return default
    return "ru" if cyrillic > latin else "en"
