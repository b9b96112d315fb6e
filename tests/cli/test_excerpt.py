"""The line of a reply that a finding is about, with marks under its words."""

from __future__ import annotations

import click
import pytest

from complaint_gift.cli import report

BEFORE, SAID, AFTER = "мы разобрались, " * 20, "нам жаль, если вы обиделись", ", и вот что мы сделаем" * 20


@pytest.mark.parametrize("room", [30, 72, 110])
@pytest.mark.parametrize("before", ["", "Анна, ", BEFORE])
@pytest.mark.parametrize("after", ["", ".", AFTER])
def test_marks_stand_under_the_words_however_narrow(
    room: int, before: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "_room", lambda _number: room)
    excerpt = report._excerpt(len(before), len(before + SAID), before + SAID + after, "a.txt", "red")
    head, _, line, marks = map(click.unstyle, excerpt)
    assert head.endswith(f"a.txt:1:{len(before) + 1}")
    first, last = marks.index("^"), marks.rindex("^")
    assert SAID.startswith(line[first : last + 1])
    assert last + 1 - first == len(SAID) or room == 30
    assert max(len(line), len(marks)) <= room + len(" 1 | ……")
