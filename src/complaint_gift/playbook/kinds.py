"""From the keys of a rule to its check: one reader a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from complaint_gift.playbook.fields import Fields
from complaint_gift.playbook.problems import Source, suggestion
from complaint_gift.playbook.tree import Node
from complaint_gift.rules import (
    ANYWHERE,
    Account,
    Address,
    Amount,
    Cancelled,
    Check,
    Disclosure,
    Forbid,
    Limit,
    Order,
    Points,
    Recall,
    Require,
    RequireIf,
    Similar,
    TakenBack,
    Wanted,
)
from complaint_gift.rules.overlap import words_key

_MOST_SENTENCES = 50
_USUAL_SENTENCES = 2


class KindReader:
    """Reads the keys that belong to the kind; `signals` are the known signal names."""

    def __init__(self, fields: Fields, signals: frozenset[str]) -> None:
        self.fields = fields
        self.known = signals

    def read(self, kind: str) -> Check:
        """The check of this kind."""
        return _KINDS[kind](self)

    def signals(self, key: str = "signals", *, required: bool = True) -> tuple[str, ...]:
        """The known names below `key`. An unknown one is left out and noted, a missing list noted."""
        fields = self.fields
        names: list[str] = []
        for item in fields.items(key):
            names += self._signal(item, key)
        self._need(key, required=required)
        return tuple(names)

    def _need(self, key: str, *, required: bool) -> None:
        """Note that a list of signals is absent, or empty."""
        fields, node = self.fields, self.fields.node.entries.get(key)
        if required and node is None:
            fields.wrong(fields.node, f"{fields.what} has no `{key}`", f"Add `{key}: [name of a signal]`.")
        elif node is not None and node.kind == "list" and not node.items:
            fields.wrong(node, f"`{key}` is an empty list", "Name at least one signal, or remove the key.")

    def _signal(self, node: Node, key: str) -> list[str]:
        if node.kind != "text":
            remedy = f"Write `{key}: [name, name]`."
            self.fields.wrong(node, f"`{key}` has to be a list of signals, not {node.shape}", remedy)
            return []
        if node.text in self.known:
            return [node.text]
        self.fields.wrong(
            node, f"`{key}` names an unknown signal `{node.text[:60]}`", suggestion(node.text, self.known)
        )
        return []

    def wanted(self) -> tuple[Wanted, ...]:
        """`signals` where each may be a mapping: a name with the company that it needs."""
        fields = self.fields
        found = []
        for item in fields.items("signals"):
            if item.kind != "map":
                found += [Wanted(name) for name in self._signal(item, "signals")]
                continue
            inner = KindReader(Fields(item, fields.source, "`signals`"), self.known)
            name = inner.fields.text("signal", required=True)
            if name and not inner._signal(item.entries["signal"], "signal"):
                name = ""
            wanted = Wanted(
                name,
                inner.signals("after", required=False),
                inner.signals("before", required=False),
                inner.signals("with", required=False),
                inner.signals("without", required=False),
                int(inner.fields.number("within", 1, 0, _MOST_SENTENCES)),
            )
            inner.fields.finish()
            if name:
                found.append(wanted)
        self._need("signals", required=True)
        return tuple(found)

    def cancelled(self) -> Cancelled | None:
        """`cancelled_by`, as a list of signals or as a mapping that also says `within`."""
        node = self.fields.node.entries.get("cancelled_by")
        if node is not None and node.kind in ("list", "text"):
            return Cancelled(self.signals("cancelled_by"))
        inner = self.fields.inner("cancelled_by")
        if inner is None:
            return None
        reader = KindReader(inner, self.known)
        result = Cancelled(reader.signals(), reader.within(2))
        inner.finish()
        return result

    def taken_back(self) -> TakenBack | None:
        """`taken_back`: what denies, and the signals for what we had said."""
        inner = self.fields.inner("taken_back")
        if inner is None:
            return None
        reader = KindReader(inner, self.known)
        result = TakenBack(reader.signals("denials"), reader.signals("told"))
        inner.finish()
        return result

    def within(self, default: int) -> int:
        """Sentences, 50 at most; ANYWHERE for `anywhere`, `default` where the key is not written."""
        node = self.fields.node.entries.get("within")
        if node is not None and node.kind == "text" and node.text == "anywhere":
            self.fields.get("within")
            return ANYWHERE
        if node is None:
            return default
        usual = min(default, _USUAL_SENTENCES)
        return int(self.fields.number("within", usual, 0, _MOST_SENTENCES))

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The entries of `all`, each a signal or a list where one is enough; else `signals` as one group."""
        fields = self.fields
        if not fields.has("all"):
            return (self.signals(),)
        if fields.has("signals"):
            line, column = fields.node.keys["signals"]
            fields.source.add(
                line, column, "`signals` and `all` in one rule", "Keep `signals` (any of them) or `all`."
            )
            fields.get("signals")
        self._need("all", required=True)
        groups = []
        for item in fields.items("all"):
            if item.kind == "list" and not item.items:
                fields.wrong(item, "`all` holds an empty list", "Name at least one signal, or remove it.")
            names = [
                name
                for part in (item.items if item.kind == "list" else [item])
                for name in self._signal(part, "all")
            ]
            groups.append(tuple(names))
        return tuple(group for group in groups if group)

    def stop(self) -> frozenset[str]:
        """Words that prove no reading, of all languages together, as keys of `overlap.meaning`."""
        inner = self.fields.inner("stop")
        if inner is None:
            return frozenset()
        return words_key(word for language in inner.languages() for word in inner.names(language))

    def unless(self) -> tuple[str, ...]:
        return self.signals("unless", required=False)


def _forbid(reader: KindReader) -> Check:
    least = int(reader.fields.number("at_least", 1, 1, 100))
    return Forbid(reader.wanted(), reader.unless(), reader.cancelled(), least, reader.taken_back())


def _require(reader: KindReader) -> Check:
    return Require(
        reader.groups(),
        reader.signals("revoked_by", required=False),
        reader.unless(),
        reader.within(ANYWHERE),
        reader.fields.flag("first_third", False),
        reader.signals("suspect", required=False),
        reader.fields.flag("by_itself", False),
        reader.signals("unless_all", required=False),
    )


def _require_if(reader: KindReader) -> Check:
    asked = reader.signals("if_complaint", required=False)
    condition = reader.signals("if", required=not asked)
    by_itself = reader.fields.flag("by_itself", False)
    return RequireIf(condition, reader.signals("then"), reader.unless(), reader.within(2), asked, by_itself)


def _order(reader: KindReader) -> Check:
    first, then = reader.signals("first"), reader.signals("then")
    always, may_precede = reader.fields.flag("always", False), reader.signals("may_precede", required=False)
    return Order(first, then, reader.unless(), always, may_precede)


def _limit(reader: KindReader) -> Check:
    fields = reader.fields
    longest = int(fields.number("longest_sentence", 0, 0, 1000))
    signals = reader.signals(required=not longest)
    return Limit(signals, int(fields.number("most", 0, 0, 1000)), longest, reader.unless())


def _recall(reader: KindReader) -> Check:
    check = Recall(stop=reader.stop(), signals=reader.signals(required=False))
    number = reader.fields.number
    least, specific = number("least", check.least, 1, 20), number("specific", check.specific, 1, 100)
    return replace(check, least=int(least), specific=int(specific))


def _points(reader: KindReader) -> Check:
    return Points(reader.stop(), reader.signals(required=False))


def _similar(reader: KindReader) -> Check:
    check = Similar(signals=reader.signals(required=False))
    return replace(check, at_least=reader.fields.number("at_least", check.at_least, 0.3, 1, whole=False))


_KINDS: dict[str, Callable[[KindReader], Check]] = {
    "forbid": _forbid,
    "require": _require,
    "require_if": _require_if,
    "order": _order,
    "limit": _limit,
    "account": lambda reader: Account(reader.signals(required=False)),
    "recall": _recall,
    "points": _points,
    "address": lambda reader: Address(
        *(reader.signals(key, required=False) for key in ("signals", "mirrored", "nameless"))
    ),
    "similar": _similar,
    "personal_data": lambda reader: Disclosure(reader.signals(required=False)),
    "amount": lambda reader: Amount(reader.signals(required=False), reader.unless()),
}
KINDS = tuple(_KINDS)


def kinds_with(key: str) -> tuple[str, ...]:
    """The kinds whose readers ask for a key."""
    return tuple(kind for kind in KINDS if _asks(kind, key))


def _asks(kind: str, key: str) -> bool:
    value = Node("text", 1, 1, "x")
    fields = Fields(Node("map", 1, 1, entries={key: value}, keys={key: (1, 1)}), Source(""), "")
    KindReader(fields, frozenset()).read(kind)
    return fields.was_asked(key)
