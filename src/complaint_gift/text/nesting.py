"""Which elements of HTML are open, as a browser would have it, in time that grows with its length.

A parser that builds a tree needs the square of the depth, of the attributes or of the neighbours, and
anybody may send us HTML. So what is open is kept on a stack, with the places of each name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from complaint_gift.text.listing import listed

SILENT = listed("template noscript svg math object select button")
BLOCKS = listed(
    """address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4
    h5 h6 header li main nav ol p pre section table tbody thead tfoot tr ul"""
)
CELLS = listed("td th caption")
_VOID = listed("area base br col embed hr img input link meta param source track wbr")
_TABLE_PARTS = listed("td th caption tr tbody thead tfoot")
# A closing tag does not reach beyond these.
_WALLS = CELLS | listed("table template object foreignobject")
_SPECIAL = _WALLS | BLOCKS | SILENT | listed("hr")
# What a tag ends that was left open just before it.
_ENDS = {
    "li": listed("p li"),
    "dd": listed("p dd dt"),
    "dt": listed("p dd dt"),
    "td": listed("p td th"),
    "th": listed("p td th"),
    "tr": listed("p td th tr"),
    "button": listed("p button"),
    "select": listed("select"),
    **dict.fromkeys(("tbody", "thead", "tfoot"), listed("p td th tr tbody thead tfoot")),
}
_ENDS_OF_BLOCKS = listed("p svg math")


@dataclass(slots=True)
class Element:
    """One that is open; `is_unread`: nobody sees what is in it."""

    name: str
    is_unread: bool = False


_E = TypeVar("_E", bound=Element)


class Nesting(Generic[_E]):
    """Tells `left` of each element that ends; `around` is around all of them.

    Inline elements that mean nothing are never opened.
    """

    def __init__(self, left: Callable[[_E], None], around: _E) -> None:
        self.unread = 0  # how many of those that are open are unread
        self._left = left
        self._stack = [around]
        # Where on the stack each name is open, and all that closing tags mind.
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._walls = [0]
        self._blocks = [0]

    @property
    def inmost(self) -> _E:
        """What was opened last and is still open."""
        return self._stack[-1]

    def end_before(self, name: str) -> None:
        """End what this element ends by beginning."""
        if name in _SPECIAL:
            ends = _ENDS.get(name, _ENDS_OF_BLOCKS)
            while self._stack[self._blocks[-1]].name in ends:
                self._pop_to(self._blocks[-1])

    def begin(self, element: _E) -> None:
        """Open it, unless nothing depends on where it ends."""
        name, at = element.name, len(self._stack)
        is_special = name in _SPECIAL
        if name in _VOID or not (is_special or element.is_unread or self._places.get(name)):
            return
        self._stack.append(element)
        self._places[name].append(at)
        self.unread += element.is_unread
        if name in _WALLS:
            self._walls.append(at)
        if is_special:
            self._blocks.append(at)

    def end(self, name: str) -> bool:
        """Close the last one of this name and all within it; False where none is within reach."""
        places = self._places.get(name)
        if not places or places[-1] < self._barrier(name):
            return False
        self._pop_to(places[-1])
        return True

    def _barrier(self, name: str) -> int:
        if name == "table":
            return 0
        if name in _TABLE_PARTS:
            return (self._places.get("table") or self._walls)[-1]
        return (self._walls if name in _SPECIAL else self._blocks)[-1]

    def _pop_to(self, place: int) -> None:
        while len(self._stack) > place:
            element = self._stack.pop()
            at = len(self._stack)
            self._places[element.name].pop()
            self.unread -= element.is_unread
            if self._walls[-1] == at:
                self._walls.pop()
            if self._blocks[-1] == at:
                self._blocks.pop()
            self._left(element)
