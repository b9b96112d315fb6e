"""What the commands share: the configuration, the parts, and saying what is wrong in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from complaint_gift.runtime.problems import SettingsError
from complaint_gift.runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from complaint_gift.runtime import Parts

F = TypeVar("F", bound=Callable[..., Any])
NOT_USABLE = 2


class Stopped(click.ClickException):
    """A command that cannot go on; says why and exits with 2."""

    exit_code = NOT_USABLE

    def show(self, file: Any = None) -> None:
        """The message alone, in red on a terminal."""
        click.secho(self.format_message(), err=True, fg="red")


def read_settings() -> Settings:
    """The configuration of this environment; raises Stopped with every problem in it."""
    try:
        return load_settings(None, os.environ)
    except SettingsError as exc:
        count = len(exc.problems)
        head = (
            "The configuration has a problem:" if count == 1 else f"The configuration has {count} problems:"
        )
        raise Stopped("\n".join([head, *(f"  {problem}" for problem in exc.problems)])) from None


def language_of(environ: Mapping[str, str]) -> str:
    """The language of whoever sits at this terminal, as their system says it: Russian or English."""
    said = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ru" if said.lower().startswith("ru") else "en"


def make_parts(*, silent: bool = False) -> Parts:
    """Everything put together; `silent` rings no bell. Raises Stopped."""
    from complaint_gift.runtime import build
    from complaint_gift.runtime.queue import SilentBell

    settings = read_settings()
    with in_words():
        return build(settings, bell=SilentBell() if silent else None)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn every error that speaks for itself into one sentence and exit status 2."""
    from complaint_gift.playbook import PlaybookError
    from complaint_gift.runtime.tree import PortTaken
    from complaint_gift.runtime.valkey import ValkeyNotUsable
    from complaint_gift.service.escalating import AlreadyResolved, NotFound
    from complaint_gift.service.policyfile import PolicyError
    from complaint_gift.service.ports import StoreUnavailable
    from complaint_gift.store import BackupNotUsable, DatabaseNotUsable

    try:
        yield
    except (
        StoreUnavailable,
        BackupNotUsable,
        DatabaseNotUsable,
        PolicyError,
        PlaybookError,
        PortTaken,
        ValkeyNotUsable,
    ) as exc:
        raise Stopped(_sentence(exc)) from None
    except (NotFound, AlreadyResolved) as exc:
        raise Stopped(_sentence(exc)) from None


def told(command: F) -> F:
    """A decorator: the command's errors as sentences."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        with in_words():
            return command(*args, **kwargs)

    return run  # type: ignore[return-value]


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "\n")) else ".")
