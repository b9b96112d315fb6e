"""Writes what the pages say from what the code is: `make docs`. The tests compare, they never write."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from complaint_gift.cli.rulepage import page
from complaint_gift.discovery import GROUP, load_plugins
from complaint_gift.playbook import DEFAULT, load_playbook
from complaint_gift.plugin import Can
from complaint_gift.runtime.sections import FileSchema

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
END = "<!-- end -->"
PAGES = {DEFAULT / "RULES.md": "en", DEFAULT / "RULES.ru.md": "ru"}

# What a helpdesk gets from its plugin.
ABILITIES = {
    Can.VERIFY: "proves that a webhook is genuine",
    Can.FETCH: "reads the conversation",
    Can.NOTE: "writes an internal note",
    Can.EDIT: "brings its note up to date instead of writing a second one",
    Can.TAG: "sets and takes tags",
    Can.PRIORITY: "raises the priority",
    Can.ASSIGN: "reassigns",
    Can.FACTS: "keeps what is known of the case with the conversation",
    Can.ESCALATE: "opens a linked issue for an escalation, or moves the conversation on",
    Can.POLL: "finds what a lost webhook left out",
    Can.INSTALL: "sets the helpdesk up by a command",
    Can.GATE: "reads replies on their way out, and may hold them",
    Can.ACKNOWLEDGE: "tells the customer at once that the complaint has come",
}

# One line on each key of the configuration; lists and inner keys as they are dotted in messages.
KEYS = {
    "sources": "the helpdesks by name: `plugin`, and the keys of that plugin",
    "playbook.folder": "a folder of your own rules, beside this file",
    "playbook.profile": "`minimal`, `standard` or `full`; without it that of the folder, else `standard`",
    "policy": "your own clocks, ladder and people, beside this file",
    "company.company_accounts": "who speaks for the company, if not all of the staff",
    "company.personal_accounts": "staff whose accounts are their own",
    "review.tokens": "who may ask for a review (secrets)",
    "review.origins": "pages of other origins that may ask, as `https://desk.example.com`",
    "console.password": "opens `/console` (a secret)",
    "console.session_key": "signs its sessions, 16 characters or more (a secret)",
    "notify.email.host": "the mail server that tells people",
    "notify.email.port": "its port",
    "notify.email.security": "`starttls`, `tls` or `none`",
    "notify.email.sender": "the address it sends from",
    "notify.email.user": "if the server wants one",
    "notify.email.password": "if the server wants one (a secret)",
    "notify.webhooks.name": "what the policy calls this channel",
    "notify.webhooks.url": "where it posts, in the form that Slack reads (a secret)",
    "notify.webhooks.private": "yes if the address is inside your network",
    "workers": "how many work through what came in",
    "server.processes": "of the web server",
    "server.threads": "in each of them",
    "url": "the public address, for links in messages",
}


def rewritten(text: str) -> str:
    """The README with every part between markers made anew."""
    for name, make in {"plugins": plugins_table, "configuration": configuration_table}.items():
        first = f"<!-- {name}: made by `make docs` -->\n"
        assert text.count(first) == 1, f"the README needs one part called {name}"
        before, _, after = text.partition(first)
        text = f"{before}{first}{make()}\n{END}{after.partition(END)[2]}"
    return text


def plugins_table() -> str:
    """The abilities of every installed plugin that is part of this project."""
    names = sorted(
        point.name for point in entry_points(group=GROUP) if (ROOT / "plugins" / point.name).is_dir()
    )
    plugins = load_plugins(names)
    rows = [f"| | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for ability, said in ABILITIES.items():
        cells = ["yes" if ability in plugins[name].can else "" for name in names]
        rows.append(f"| {said} | {' | '.join(cells)} |")
    return "\n".join(rows)


def configuration_table() -> str:
    """Every key of the file, what it means, what holds without it."""
    rows = ["| key | what it says | without it |", "|---|---|---|"]
    rows += [f"| `{name}` | {KEYS.get(name, '')} | {default} |" for name, default in keys(FileSchema())]
    return "\n".join(rows)


def keys(schema: Schema, above: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, default in words) of every key that holds a value."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from keys(inner.schema, f"{above}{name}.")
        else:
            yield f"{above}{name}", _default(field)


def _default(field: fields.Field[Any]) -> str:
    if field.required:
        return "needed there"
    value = field.load_default() if callable(field.load_default) else field.load_default
    return "" if value in (None, "", [], {}) else f"`{str(value).lower() if value is False else value}`"


def main() -> None:
    """Write the pages about rules and the README's parts."""
    for path, language in PAGES.items():
        path.write_text(page(load_playbook(DEFAULT), language), encoding="utf-8")
    README.write_text(rewritten(README.read_text("utf-8")), encoding="utf-8")
    print("written:", *(path.relative_to(ROOT) for path in (*PAGES, README)))  # noqa: T201


if __name__ == "__main__":
    main()
