"""Which playbook and which layers a command works with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from complaint_gift.playbook import Playbook, PlaybookError, load_playbook


class Stop(click.ClickException):
    """The command cannot go on; one sentence, exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """The sentence alone, in red on a terminal."""
        click.secho(self.format_message(), err=True, fg="red")


def chosen_folder(folder: Path | None, profile: str | None) -> tuple[Path | None, str | None]:
    """Folder and profile: as asked, else as configured where there is a configuration, else None."""
    if folder is not None or "CG_CONFIG" not in os.environ:
        return folder, profile
    from complaint_gift.cli.common import read_settings

    settings = read_settings()
    return settings.playbook_folder, profile or settings.profile


def chosen_playbook(folder: Path | None, profile: str | None) -> Playbook:
    """The playbook a command works with. Raises Stop with every problem in it."""
    folder, profile = chosen_folder(folder, profile)
    try:
        return load_playbook(folder, profile=profile)
    except PlaybookError as error:
        raise Stop(str(error)) from None


def hearing() -> Callable[[str, Any], Any] | None:
    """The learned layer of this process, None where its weights are not installed."""
    from complaint_gift.learned.encoder import available

    if not available():
        return None
    from complaint_gift.learned.encoder import Encoder
    from complaint_gift.learned.tagger import Tagger

    return Tagger(Encoder()).tag
