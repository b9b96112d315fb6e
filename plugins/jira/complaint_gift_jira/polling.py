"""What changed while nobody told us: Data Center never repeats a webhook, and Cloud gives up in the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import structlog

from complaint_gift.plugin import Page, Refused, Source
from complaint_gift_jira.api import Jira
from complaint_gift_jira.settings import projects_jql

LOOK_BACK = 3600.0
LONGEST_BACK = 30 * 86_400.0
# The search index lags behind, and two clocks are never the same.
MARGIN = 120.0
_log = structlog.get_logger(__name__)


def poll(source: Source, cursor: str, api: Jira, clock: Callable[[], float] = time.time) -> Page:
    """Issues updated since the cursor, by JQL; without one since an hour ago.

    The cursor reads `since|until|place`: what is asked for, from where on the next round asks, and where the
    next page begins ("" after the last one). Minutes ago, because JQL reads times in our user's time zone.
    """
    now = clock()
    since, until, place = _read_cursor(cursor, now)
    if not place:
        since, until = until, now
    if api.dialect.counts_pages:
        # Who leaves a page makes the rest move up, and one is missed. So what changes meanwhile comes to the
        # front, and nobody grows too old: what was asked for first still is.
        jql = make_jql(source, now - since, "DESC")
    else:
        # The same on every page: a place is one in exactly this search.
        jql = make_jql(source, until - since, "ASC")
    try:
        numbers, following = api.search(jql, place)
    except Refused as exc:
        if not place or exc.status not in (400, 404, 410, 422):
            raise
        _log.warning("the place in a search is lost; it begins anew", source=source.name)
        return Page((), f"{since:.0f}|{since:.0f}|", more=True)
    return Page(tuple(dict.fromkeys(numbers)), f"{since:.0f}|{until:.0f}|{following}", more=bool(following))


def make_jql(source: Source, ago: float, order: str) -> str:
    """The search for what was updated in the last `ago` seconds, and a little before."""
    minutes = math.ceil((max(ago, 0.0) + MARGIN) / 60)
    projects = projects_jql(source.settings)
    narrowed = f"{projects} AND " if projects else ""
    return f'{narrowed}updated >= "-{minutes}m" ORDER BY updated {order}'


def _read_cursor(cursor: str, now: float) -> tuple[float, float, str]:
    since, _, rest = cursor.partition("|")
    until, _, place = rest.partition("|")
    try:
        times = float(since), float(until)
    except ValueError:
        times = math.nan, math.nan
    if not all(map(math.isfinite, times)):
        return now - LOOK_BACK, now - LOOK_BACK, ""
    first, last = (min(max(at, now - LONGEST_BACK), now) for at in times)
    return first, last, place
