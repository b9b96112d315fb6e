"""Which of our actions an issue has seen, kept in a property of the issue itself.

A field does not say who set it: without this, a retry would do again what a person has taken back.
"""

from __future__ import annotations

from typing import Any

from complaint_gift_jira.ids import mapping

DONE = "complaint_gift_done"
MOST = 60


def is_done(issue: Any, mark: str) -> bool:
    """Whether the property, asked for together with the issue, holds this mark."""
    return mark in _marks(issue)


def remembered(issue: Any, mark: str, made: str = "") -> dict[str, Any]:
    """The property with this mark as well; the oldest ones go. `made` is what the mark has made."""
    kept = [one for one in _marks(issue) if one != mark][1 - MOST :]
    before = mapping(mapping(mapping(mapping(issue).get("properties")).get(DONE)).get("made"))
    newer = {name: before[name] for name in kept if isinstance(before.get(name), str)}
    return {"marks": [*kept, mark], "made": newer | ({mark: made} if made else {})}


def made_by(issue: Any, mark: str) -> str:
    """What the action with this mark has made, "" for nothing."""
    made = mapping(mapping(mapping(issue).get("properties")).get(DONE)).get("made")
    value = mapping(made).get(mark)
    return value if isinstance(value, str) else ""


def _marks(issue: Any) -> list[str]:
    marks = mapping(mapping(mapping(issue).get("properties")).get(DONE)).get("marks")
    return [one for one in marks if isinstance(one, str)] if isinstance(marks, list) else []
