"""What Office loads from us: the pane and its modules, and the script that answers when somebody sends.

`send.js` runs where there may be no page and no modules (classic Outlook on Windows), so it is one script.
What differs between installations is `config.js`; nothing in it is secret, for Office must be able to fetch
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from complaint_gift.addresses import in_ascii
from complaint_gift.bundle import bundle
from complaint_gift.plugin import Source
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.outlook.draft import own_domains

APP = Path(__file__).resolve().parent / "app"
SUFFIXES = (".js", ".html", ".css", ".png")
SCRIPT = "send.js"
# Where Outlook on the web and the new Outlook show add-ins.
FRAMES = (
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.cloud.microsoft",
    "https://outlook.live.com",
    "https://*.office.com",
    "https://*.office365.us",
    "https://*.partner.outlook.cn",
)


def collect(source: Source, origin: str) -> Mapping[str, bytes]:
    """Every file by its name; nothing where no add-in is configured. `origin` as https://cg.example.com."""
    if not source.settings["outlook"]:
        return {}
    config = _config(source, origin)
    return {**_app(), "config.js": config, SCRIPT: config + _script()}


def frames(source: Source) -> Sequence[str]:
    """The origins whose pages may show ours."""
    return (*FRAMES, *source.settings["outlook"]["frames"])


def ours(source: Source) -> list[str]:
    """Patterns of addresses inside the company, `*` allowed; people's private addresses are not told."""
    accounts = Accounts.of(source.settings)
    patterns = [*accounts.accounts, *(f"*@{domain}" for domain in sorted(own_domains(source)))]
    return list(dict.fromkeys(form for one in patterns for form in (one, in_ascii(one))))


def _config(source: Source, origin: str) -> bytes:
    told = {"source": source.name, "server": origin, "ours": ours(source)}
    # A plain global: the script and the modules both read it.
    return f"var complaintGift = {json.dumps(told, ensure_ascii=True)};\n".encode()


@lru_cache(maxsize=1)
def _app() -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(APP.iterdir()) if path.suffix in SUFFIXES}


@lru_cache(maxsize=1)
def _script() -> bytes:
    return bundle(APP / SCRIPT).encode()
