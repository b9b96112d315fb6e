"""What was read by words alone although there is a learned layer, until that is made up for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from complaint_gift.service.complaints import Hearing
from complaint_gift.service.records import Case


@dataclass(slots=True)
class Gaps:
    """Those of one conversation during one look at it, made at `now`.

    `is_open`: something is read for the second time now, where the learned layer answers.
    """

    is_open: bool
    now: datetime
    _is_new: bool = False
    _is_left: bool = False

    @classmethod
    def of(cls, before: Case | None, now: datetime) -> Gaps:
        """As the last look left them."""
        return cls(before is not None and before.half_read_at is not None, now)

    def find(self, hearings: Mapping[int, Hearing], new: Collection[int]) -> frozenset[int]:
        """Which messages that were heard before are heard again, this time in full; by version.

        `new` are those that nobody has heard before.
        """
        for version, hearing in hearings.items():
            self.note(hearing.is_complete, is_again=version not in new)
        if not self.is_open:
            return frozenset()
        return frozenset(v for v, hearing in hearings.items() if hearing.is_complete and v not in new)

    def note(self, is_complete: bool, *, is_again: bool) -> None:
        """One reading more; what was read in full before and is not now is no new gap."""
        if not is_complete:
            self._is_new |= not is_again
            self._is_left |= is_again and self.is_open

    def keep(self, case: Case, worth: timedelta) -> Case:
        """The case with what is left to make up for, unless that is older than `worth`."""
        if self._is_new:
            return replace(case, half_read_at=self.now, read_again_at=self.now)
        began = case.half_read_at
        if self._is_left and began is not None and began >= self.now - worth:
            return case
        return close(case)


def close(case: Case) -> Case:
    """Nothing of it is read again."""
    return replace(case, half_read_at=None, read_again_at=None)
