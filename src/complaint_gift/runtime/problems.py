"""What is wrong with a configuration, said so that it can be repaired without reading code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` is file:line or "environment", `field` a dotted path, `remedy` an order."""

    where: str
    field: str
    text: str
    remedy: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.where}: {field}{self.text}; {self.remedy}"


class SettingsError(Exception):
    """The configuration cannot be used; every problem in it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
