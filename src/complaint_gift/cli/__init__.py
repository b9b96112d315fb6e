"""`complaint-gift`: one command, a sub-command in a module of its own for each thing a person does."""

from complaint_gift.cli.main import main

__all__ = ["main"]
