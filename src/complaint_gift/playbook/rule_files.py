"""Rule documents: from the tree of a file to rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from complaint_gift.domain import Scope, Severity
from complaint_gift.playbook.fields import Fields
from complaint_gift.playbook.kinds import KINDS, KindReader, kinds_with
from complaint_gift.playbook.problems import Source
from complaint_gift.playbook.rule import PROFILES, Example, Rule, When
from complaint_gift.playbook.tree import Node
from complaint_gift.rules import Context, ContextError
from complaint_gift.rules.context import SEVERITIES, VISIBILITIES

_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_SLOT = re.compile(r"\{([^{}]*)\}")
SLOTS = frozenset(
    (
        "customer_name",
        "order",
        "event_date",
        "missing",
        "count",
        "most",
        "percent",
        "amount",
        "limit",
        "reason",
        "data",
    )
)
_LEAST_EXAMPLES = 2
_OF_SIGNALS = frozenset(("phrases", "regex", "detector", "counts_if", "mood", "learned"))
_CONTEXT = "A context holds what the review API knows by: " + ", ".join(sorted(Context.__slots__)) + "."


def read_rule(node: Node, source: Source, signals: frozenset[str]) -> Rule | None:
    """One rule; None where it cannot be used at all. Problems go to the source."""
    fields = Fields(node, source, "the rule")
    if node.kind != "map":
        return None
    if "signal" in node.entries and "id" not in node.entries:
        fields.wrong(node, "a signal stands among the rules", "Move it into signals/<language>/.")
        return None
    before = len(source.problems)
    identity = _identity(fields)
    kind = fields.choice("kind", KINDS, required=True)
    severity = fields.choice("severity", [s.value for s in Severity], "warning")
    scopes = fields.names("scope", [s.value for s in Scope]) or (Scope.PUBLIC_REPLY.value,)
    texts = {key: _texts(fields, key) for key in ("message", "why", "reading", "suggestion")}
    if not fields.has("message"):
        fields.wrong(node, "the rule has no `message`", "Add `message: {en: ..., ru: ...}`.")
    profiles = _profiles(fields)
    rule = None
    if kind:
        check = KindReader(fields, signals).read(kind)
        rule = Rule(
            identity,
            kind,
            Severity(severity or "warning"),
            frozenset(map(Scope, scopes)),
            frozenset(profiles),
            check,
            _when(fields, signals),
            _enforced(fields),
            **texts,
            examples=_examples(fields, texts["message"]),
            source=fields.names("source"),
            shadow=fields.flag("shadow", False),
            block=fields.flag("block", False),
            file=source.file,
            line=node.line,
        )
        _judge(rule, fields)
        fields.finish(home_of=lambda key: _home(key, kind))
    return rule if len(source.problems) == before else None


def _home(key: str, kind: str) -> str:
    """Where a key belongs that a rule of this kind does not have; "" when it belongs nowhere."""
    kinds = " or ".join(f"`{one}`" for one in kinds_with(key))
    if kinds:
        return f"It is for {kinds}, and this rule is `{kind}`: change its kind, or remove the key."
    if key in When.__dataclass_fields__:
        return f"Write it under `when:`, as in `when: {{{key}: ...}}`."
    return "It is for signals, which stand in signals/<language>/." if key in _OF_SIGNALS else ""


def _identity(fields: Fields) -> str:
    identity = fields.text("id", required=True)
    if identity and not _ID.fullmatch(identity):
        fields.wrong(
            fields.node.entries["id"],
            f"`{identity[:60]}` cannot be an id",
            "Use small letters, digits and dashes.",
        )
    return identity


def _profiles(fields: Fields) -> tuple[str, ...]:
    """The named ones; an empty list is allowed and means none, no key means `full`."""
    entry = fields.get("profiles")
    if entry is not None and entry.kind == "list" and not entry.items:
        return ()
    return fields.names("profiles", PROFILES) if fields.has("profiles") else ("full",)


def _enforced(fields: Fields) -> Mapping[str, str]:
    """A line in English, or one per language."""
    node = fields.node.entries.get("enforces")
    return fields.translations("enforces") if node and node.kind == "map" else {"en": fields.text("enforces")}


def _texts(fields: Fields, key: str) -> Mapping[str, str]:
    texts = fields.translations(key)
    for language, text in texts.items():
        node = fields.node.entries[key].entries[language]
        if key == "message" and not text and node.kind == "text":
            fields.wrong(node, f"`message` says nothing in {language}", "Say what the writer should do.")
        for slot in _SLOT.findall(text):
            if slot not in SLOTS:
                fields.wrong(
                    node,
                    f"`{key}` has an unknown slot {{{slot}}}",
                    "Slots: " + ", ".join(sorted(SLOTS)) + ".",
                )
        if text.count("[[") != text.count("]]"):
            fields.wrong(node, f"`{key}` opens [[ without closing ]]", "Close the optional part with ]].")
    return texts


def _judge(rule: Rule, fields: Fields) -> None:
    """What fits in form, but not together."""
    public = Scope.PUBLIC_REPLY in rule.scopes
    if rule.severity is Severity.ERROR and rule.kind in ("require", "recall", "points") and public:
        fields.wrong(
            fields.node.entries["severity"],
            "a missing element is at most a warning in a reply",
            "Write `severity: warning`: only words that are there may hold a reply.",
        )
    if rule.block and rule.severity is not Severity.ERROR:
        fields.wrong(fields.node.entries["block"], *blocks_nothing(rule))
    examples = fields.node.entries.get("examples", fields.node)
    for language in rule.message:
        for fires in (True, False):
            name = "fires" if fires else "passes"
            # Those that cannot be read are there, and told already.
            count = _written(examples, language, name)
            if count < _LEAST_EXAMPLES:
                noun = "example" if count == 1 else "examples"
                fields.wrong(
                    examples,
                    f"the rule `{rule.id}` has {count} `{name}` {noun} in {language}",
                    f"Add at least {_LEAST_EXAMPLES} texts under examples, {language}, {name}.",
                )


def blocks_nothing(rule: Rule) -> tuple[str, str]:
    """Mistake and remedy where a lead shall release what nothing keeps back."""
    severity = rule.severity.value
    return (
        f"`block` does nothing for `{rule.id}`, which is of severity `{severity}`",
        "Only an error is kept back for a lead: write `severity: error`, or take the rule out of `block`.",
    )


def _written(examples: Node, language: str, label: str) -> int:
    labels = examples.entries.get(language)
    node = labels.entries.get(label) if labels is not None else None
    if node is None or node.kind == "null":
        return 0
    return len(node.items) if node.kind == "list" else 1


def _when(fields: Fields, signals: frozenset[str]) -> When:
    inner = fields.inner("when")
    if inner is None:
        return When()
    result = When(
        complaint=_if_said(inner, "complaint"),
        first_reply=_if_said(inner, "first_reply"),
        visibility=inner.names("visibility", VISIBILITIES),
        reply_to=inner.names("reply_to", ("customer", "bystander")),
        channel=inner.names("channel"),
        not_channel=inner.names("not_channel"),
        language=_codes(inner),
        severity=inner.names("severity", SEVERITIES),
        brand=inner.names("brand"),
        source=inner.names("source"),
        complaint_signal=KindReader(inner, signals).signals("complaint_signal", required=False),
        again=KindReader(inner, signals).signals("again", required=False),
    )
    inner.finish()
    return result


def _codes(fields: Fields) -> tuple[str, ...]:
    names = fields.names("language")
    for name in names:
        if not re.fullmatch("[a-z]{2}", name):
            node = fields.node.entries["language"]
            fields.wrong(node, f"`{name[:60]}` is no language", "Use two-letter codes such as en and ru.")
    return names


def _if_said(fields: Fields, key: str) -> bool | None:
    value = fields.flag(key, True)
    return value if fields.has(key) else None


def _examples(fields: Fields, message: Mapping[str, str]) -> tuple[Example, ...]:
    inner = fields.inner("examples")
    found: list[Example] = []
    if inner is None:
        return ()
    for language in inner.languages():
        labels = inner.inner(language)
        if labels is None:
            continue
        for label in ("fires", "passes", "todo_fires", "todo_passes"):
            for item in labels.items(label):
                found += _example(item, labels, language, label)
        labels.finish()
    return tuple(found)


def _example(node: Node, fields: Fields, language: str, label: str) -> list[Example]:
    fires, todo = label.endswith("fires"), label.startswith("todo")
    if node.kind == "text":
        return [Example(node.text, language, fires, todo=todo, line=node.line)]
    if node.kind != "map":
        fields.wrong(
            node,
            f"an example has to be a text, not {node.shape}",
            "Write a text, in quotes where it has a colon.",
        )
        return []
    inner = Fields(node, fields.source, "the example")
    text = inner.text("text", required=True)
    context_node = inner.get("context")
    scope = inner.choice("scope", [s.value for s in Scope])
    inner.finish()
    context: Any = plain(context_node) if context_node is not None else {}
    if context_node is not None and not _is_context(context_node, context, fields.source):
        return []
    return [Example(text, language, fires, context, todo, node.line, Scope(scope) if scope else None)]


def _is_context(node: Node, context: Any, source: Source) -> bool:
    """Whether it can be read; every key that cannot is told at its place."""
    before = len(source.problems)
    if node.kind != "map":
        source.add(
            node.line, node.column, f"`context` has to be a mapping of keys, not {node.shape}", _CONTEXT
        )
        return False
    for key, (line, column) in node.keys.items():
        try:
            Context.parse({key: context[key]})
        except ContextError as error:
            source.add(line, column, str(error).rstrip("."), _CONTEXT)
    return len(source.problems) == before


def plain(node: Node) -> object:
    """The node as dictionaries, lists, texts, numbers and booleans."""
    if node.kind == "map":
        return {key: plain(value) for key, value in node.entries.items()}
    if node.kind == "list":
        return [plain(item) for item in node.items]
    if node.kind == "null":
        return None
    if node.flag is not None:
        return node.flag
    if not node.quoted:
        try:
            return int(node.text)
        except ValueError:
            pass
        try:
            return float(node.text) if node.text.replace(".", "", 1).isdigit() else node.text
        except ValueError:
            pass
    return node.text
