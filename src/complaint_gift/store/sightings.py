"""How rules fare: where each was met, and how often people set it aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from complaint_gift.service.records import RuleRecord, Seen
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import sighting, waiver

Place = tuple[str, str]  # source, conversation
_MOST_REASONS = 5


class Sightings(Rows):
    """See service.transaction.Judgements."""

    def add_sightings(
        self, source: str, conversation: str, seen: Seen, rules: Iterable[str], at: datetime
    ) -> None:
        """Once per conversation, rule and way; the first time stays."""
        for rule in sorted(set(rules)):
            values = {"source": source, "conversation": conversation, "rule": rule, "seen": seen.value}
            self._insert(sighting, {**values, "at": at})

    def rule_records(self, since: datetime | None) -> list[RuleRecord]:
        """By rule, in order of their ids."""
        places = self._places(since)
        waived, reasons = self._waived(since)
        return [
            _record(rule, {seen: places[rule, seen] for seen in Seen}, waived[rule], reasons[rule])
            for rule in sorted({rule for rule, _ in places} | set(waived))
        ]

    def _places(self, since: datetime | None) -> defaultdict[tuple[str, Seen], set[Place]]:
        wanted = select(sighting.c.rule, sighting.c.seen, sighting.c.source, sighting.c.conversation)
        if since is not None:
            wanted = wanted.where(sighting.c.at >= since)
        places: defaultdict[tuple[str, Seen], set[Place]] = defaultdict(set)
        for row in self._db.execute(wanted):
            places[row.rule, Seen(row.seen)].add((row.source, row.conversation))
        return places

    def _waived(
        self, since: datetime | None
    ) -> tuple[defaultdict[str, set[Place]], defaultdict[str, Counter[str]]]:
        wanted = select(waiver).where(~waiver.c.sent)
        if since is not None:
            wanted = wanted.where(waiver.c.created_at >= since)
        places: defaultdict[str, set[Place]] = defaultdict(set)
        reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in self._db.execute(wanted.order_by(waiver.c.id)):
            places[row.rule].add((row.source, row.conversation))
            if row.reason:  # emptied where the conversation was purged
                reasons[row.rule][" ".join(row.reason.split())] += 1
        return places, reasons


def _record(
    rule: str, places: dict[Seen, set[Place]], waived: set[Place], reasons: Counter[str]
) -> RuleRecord:
    shown = places[Seen.SHOWN] | waived  # whoever waives it has seen it
    return RuleRecord(
        rule,
        shown=len(shown),
        waived=len(waived),
        sent_anyway=len(shown & places[Seen.SENT] - waived),
        found_later=len(places[Seen.SENT] - shown),
        shadow=len(places[Seen.SHADOW] - shown),
        reasons=tuple(reasons.most_common(_MOST_REASONS)),
    )
