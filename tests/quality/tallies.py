"""Counting right and wrong, and showing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass
class Tally:
    """Hits among texts that have to fire, alarms among texts that must not."""

    caught: int = 0
    fires: int = 0
    alarms: int = 0
    passes: int = 0

    def add(self, fires: bool, found: bool) -> None:
        """Count one text."""
        if fires:
            self.fires += 1
            self.caught += found
        else:
            self.passes += 1
            self.alarms += found

    @property
    def recall(self) -> float:
        return self.caught / self.fires if self.fires else 0.0

    @property
    def alarm_rate(self) -> float:
        return self.alarms / self.passes if self.passes else 0.0

    @property
    def precision(self) -> float:
        found = self.caught + self.alarms
        return self.caught / found if found else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_json(self) -> dict[str, float | int]:
        """The counts and the shares, rounded."""
        return {
            "fires": self.fires,
            "passes": self.passes,
            "caught": round(self.recall, 3),
            "alarms": round(self.alarm_rate, 3),
            "precision": round(self.precision, 3),
            "f1": round(self.f1, 3),
        }


def macro(tallies: Iterable[Tally]) -> tuple[float, float]:
    """Mean caught and mean alarms."""
    kept = [tally for tally in tallies if tally.fires]
    if not kept:
        return 0.0, 0.0
    return sum(t.recall for t in kept) / len(kept), sum(t.alarm_rate for t in kept) / len(kept)


def table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    """Columns aligned, the first to the left, the others to the right."""
    every = [head, *lines]
    widths = [max(len(line[column]) for line in every) for column in range(len(head))]
    out = []
    for line in every:
        cells = [cell.ljust(width) if not column else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        out.append("  ".join(cells).rstrip())
    out.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(out)


def by_check(tallies: Mapping[tuple[str, str], Tally], languages: Iterable[str]) -> str:
    """A line a check: caught / alarms in each language."""
    languages = tuple(languages)
    lines = []
    for check in sorted({check for check, _ in tallies}):
        cells = [check]
        for language in languages:
            tally = tallies.get((check, language), Tally())
            cells += [f"{tally.recall:.2f}", f"{tally.alarm_rate:.2f}"] if tally.fires else ["-", "-"]
        lines.append(tuple(cells))
    means = ["all checks"]
    for language in languages:
        caught, alarms = macro(t for (_, lang), t in tallies.items() if lang == language)
        means += [f"{caught:.3f}", f"{alarms:.3f}"]
    lines.append(tuple(means))
    return table(
        ("check", *(f"{language} {what}" for language in languages for what in ("caught", "alarms"))), lines
    )
