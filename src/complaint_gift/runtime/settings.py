"""The configuration of one installation: a YAML file and a few environment variables, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml.comments import CommentedMap

from complaint_gift.discovery import PluginNotUsable, load_plugins
from complaint_gift.plugin import Plugin, Source
from complaint_gift.runtime.document import Document, read_document
from complaint_gift.runtime.problems import Problem, SettingsError
from complaint_gift.runtime.secret import Secret
from complaint_gift.runtime.sections import FileSchema, check_section
from complaint_gift.store.engine import DatabaseNotUsable, read_url

ENVIRONMENT = "environment"
QUEUES = ("redis", "rediss", "unix")
_SCHEMES = ", ".join(f"{scheme}://" for scheme in QUEUES)


@dataclass(frozen=True, slots=True)
class Console:
    """Who may open the console."""

    password: Secret = field(repr=False)
    session_key: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a start needs to know; secrets are resolved. `redis_url` "" means: our own Valkey.

    `notify` is the checked section as it stands in the file: {"email": {...} | None, "webhooks": [...]}.
    """

    config: Path | None
    data: Path
    host: str
    port: int
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    sources: Mapping[str, Source]
    plugins: Mapping[str, Plugin] = field(repr=False)
    playbook_folder: Path | None = None
    profile: str | None = None
    policy: Path | None = None
    company_accounts: tuple[str, ...] = ()
    personal_accounts: tuple[str, ...] = ()
    review_tokens: tuple[Secret, ...] = field(default=(), repr=False)
    review_origins: tuple[str, ...] = ()
    console: Console | None = None
    notify: Mapping[str, Any] = field(default_factory=dict, repr=False)
    workers: int = 2
    processes: int = 2
    threads: int = 8
    url: str = ""

    @property
    def valkey_folder(self) -> Path:
        """Where the embedded server keeps its file and its socket."""
        return self.data / "valkey"

    @property
    def address(self) -> str:
        """Where people open it: the public address, or the one we listen on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared only
        return self.url.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def load_settings(config: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the file (None: CG_CONFIG, else no source) and DATA, PORT, HOST, DATABASE_URL, REDIS_URL.

    Raises SettingsError with every problem: file:line, field, remedy.
    """
    problems: list[Problem] = []
    place = _read_environment(environ, problems)
    named = config or (Path(environ["CG_CONFIG"]) if environ.get("CG_CONFIG") else None)
    document = Document(Path("-"), {}, CommentedMap())
    if named is not None:
        try:
            document = read_document(named.expanduser().resolve(), environ)
        except SettingsError as exc:
            raise SettingsError([*problems, *exc.problems]) from None
    file = check_section(document, FileSchema(), document.tree, ())
    plugins, sources = _load_sources(document)
    problems += sorted(document.problems, key=lambda p: int(p.where.rpartition(":")[2]))
    if problems or file is None:
        raise SettingsError(problems)
    return Settings(
        config=named.expanduser().resolve() if named else None,
        sources=sources,
        plugins=plugins,
        **place,
        **_from_file(file, document.path.parent),
    )


def _from_file(file: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    def beside(path: str | None) -> Path | None:
        return folder / Path(path).expanduser() if path else None

    console = file["console"]
    return {
        "playbook_folder": beside(file["playbook"]["folder"]),
        "profile": file["playbook"]["profile"],
        "policy": beside(file["policy"]),
        "company_accounts": tuple(file["company"]["company_accounts"]),
        "personal_accounts": tuple(file["company"]["personal_accounts"]),
        "review_tokens": tuple(file["review"]["tokens"]),
        "review_origins": tuple(file["review"]["origins"]),
        "console": Console(**console) if console else None,
        "notify": file["notify"],
        "workers": file["workers"],
        "processes": file["server"]["processes"],
        "threads": file["server"]["threads"],
        "url": file["url"],
    }


def _load_sources(document: Document) -> tuple[dict[str, Plugin], dict[str, Source]]:
    plugins: dict[str, Plugin] = {}
    sources: dict[str, Source] = {}
    entries = document.tree.get("sources")
    for name, entry in (entries if isinstance(entries, dict) else {}).items():
        path = ("sources", name)
        if not isinstance(entry, dict):
            continue  # the schema of the file has said so
        wanted = entry.get("plugin")
        if not isinstance(wanted, str) or not wanted:
            document.complain(path, "no plugin is named", "add `plugin: zendesk`")
            continue
        try:
            plugin = plugins.get(wanted) or load_plugins([wanted])[wanted]
        except PluginNotUsable as exc:
            document.complain((*path, "plugin"), str(exc), "correct the name or install the plugin")
            continue
        plugins[wanted] = plugin
        own = {key: value for key, value in entry.items() if key != "plugin"}
        loaded = check_section(document, plugin.settings(), own, path)
        if loaded is not None:
            sources[name] = Source(name, wanted, loaded)
    return plugins, sources


def _read_environment(environ: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    data = Path(environ.get("DATA") or "./.data").expanduser().resolve()
    port = environ.get("PORT") or "8080"
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        problems.append(_bad("PORT", f"{port!r} is no port", "give a number from 1 to 65535, as PORT=8080"))
        port = "0"
    database = environ.get("DATABASE_URL") or f"sqlite:///{data / 'complaint-gift.sqlite3'}"
    try:
        read_url(database)
    except DatabaseNotUsable as exc:
        problems.append(_bad("DATABASE_URL", "it names no database that can be used", str(exc)))
    redis = environ.get("REDIS_URL") or ""
    if redis and (wrong := _wrong_queue(redis)):
        problems.append(_bad("REDIS_URL", *wrong))
    return {
        "data": data,
        "host": environ.get("HOST") or "127.0.0.1",
        "port": int(port),
        "database_url": database,
        "redis_url": redis,
    }


def _wrong_queue(address: str) -> tuple[str, str] | None:
    """What is wrong with it and what to do. The address itself stays unsaid: it may hold a password."""
    try:
        read = urlsplit(address)
        _ = read.port  # read only now, and refused only now
    except ValueError:
        remedy = "write it as redis://host:6379/0, and in a password @ : / as %40 %3A %2F"
        return "it is not an address", remedy
    if read.scheme not in QUEUES:
        return f"it begins with {read.scheme or 'no scheme'}", f"begin it with one of {_SCHEMES}"
    return None


def _bad(name: str, text: str, remedy: str) -> Problem:
    return Problem(ENVIRONMENT, name, text, remedy)
