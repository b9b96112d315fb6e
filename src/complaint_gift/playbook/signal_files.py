"""Signal documents and word classes: from the tree of a file to the parts of signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from complaint_gift.playbook.fields import Fields
from complaint_gift.playbook.problems import Source
from complaint_gift.playbook.rule import SignalExample
from complaint_gift.playbook.tree import Node
from complaint_gift.rules.detectors import DETECTORS
from complaint_gift.rules.heads import HEADS
from complaint_gift.rules.lexicon import check_size
from complaint_gift.rules.marks import Counts
from complaint_gift.rules.phrases import BadPhrase, Classes
from complaint_gift.rules.regexes import compile_regex
from complaint_gift.rules.regexfaults import BadRegex
from complaint_gift.rules.signals import SURE, Finder, Learned, Part, Phrase
from complaint_gift.rules.specimen import specimen

_MARKS = ("negated", "quoted", "conditional", "counterfactual", "question")
_DEFAULTS = Counts()


@dataclass(frozen=True, slots=True)
class SignalDocument:
    """One document of a signal file. `replaces` drops what a playbook below says about the signal.

    One with `unless` alone adds exceptions to all that the others of the signal find.
    """

    part: Part
    about: str = ""
    examples: tuple[SignalExample, ...] = ()
    replaces: bool = False
    file: str = ""
    line: int = 0
    untested: tuple[tuple[Phrase, Node], ...] = field(default=(), repr=False)

    @property
    def only_excepts(self) -> bool:
        part = self.part
        return bool(part.unless) and not (part.phrases or part.finders or part.learned)


def read_classes(node: Node, source: Source) -> dict[str, list[str]]:
    """`name: [word, word]` of a classes.yaml."""
    fields = Fields(node, source, "the list of classes")
    classes: dict[str, list[str]] = {}
    if node.kind == "map":
        for name in node.entries:
            classes[name] = [word for word in fields.names(name) if word.strip()]
    return classes


def read_signal(
    node: Node, source: Source, language: str, classes: Classes, *, trusted: bool = False
) -> SignalDocument | None:
    """One signal in one language; None where it cannot be used. Problems go to the source.

    Phrases of a `trusted` folder were found to be sound before and are not read again.
    """
    fields = Fields(node, source, "the signal")
    if node.kind != "map":
        return None
    if "id" in node.entries and "signal" not in node.entries:
        fields.wrong(node, "a rule stands among the signals", "Move it into rules/.")
        return None
    before = len(source.problems)
    name = fields.text("signal", required=True)
    phrases = _phrases(fields, "phrases", classes, trusted=trusted)
    unless = _phrases(fields, "unless", classes, trusted=trusted)
    finders = (*_regexes(fields), *_detectors(fields))
    learned = _learned(fields)
    if not any(fields.has(key) for key in ("phrases", "unless", "regex", "detector", "learned")):
        fields.wrong(node, *finds_nothing(name))
    counts = _counts(fields)
    if (finders or learned) and not fields.has("phrases"):
        _refuse_marks(fields, heeded={"quoted"} if finders else set())
    part = Part(
        name, language, tuple(p for p, _ in phrases), tuple(p for p, _ in unless), counts, finders, learned
    )
    examples = _examples(fields, name, language)
    document = SignalDocument(
        part,
        fields.text("about"),
        examples,
        fields.flag("replace", False),
        source.file,
        node.line,
        tuple(phrases),
    )
    fields.finish()
    return document if len(source.problems) == before else None


def _refuse_marks(fields: Fields, heeded: set[str]) -> None:
    """What only phrases heed stands here in vain."""
    written = fields.node.entries
    marks = written["counts_if"].entries if "counts_if" in written else {}
    for key in ({"mood"} & written.keys()) | ({*_MARKS} & marks.keys()) - heeded:
        fields.wrong(
            marks.get(key) or written[key],
            f"`{key}` in a signal without `phrases`",
            "Only phrases heed it. Write the words as phrases, or remove the key.",
        )


def finds_nothing(name: str) -> tuple[str, str]:
    """Mistake and remedy."""
    return (
        f"the signal `{name}` finds nothing",
        "Add `phrases`, `regex`, `detector` or `learned`; `unless` alone adds to a signal that is there.",
    )


def _phrases(fields: Fields, key: str, classes: Classes, *, trusted: bool) -> list[tuple[Phrase, Node]]:
    found = []
    items, node = fields.items(key), fields.node.entries.get(key)
    if node is not None and node.kind == "list" and not items and not fields.has("replace"):
        fields.wrong(node, f"`{key}` is an empty list", "Write one phrase a line, or remove the key.")
    for item in items:
        if item.kind == "text" and not item.text.strip():
            fields.wrong(
                item, f"`{key}` holds an empty phrase", "Write words between the quotes, or remove it."
            )
            continue
        if item.kind != "text":
            fields.wrong(
                item,
                f"`{key}` has to be a list of phrases, not {item.shape}",
                "Write one phrase a line, in quotes.",
            )
            continue
        phrase = Phrase(item.text, classes, fields.source.file, item.line)
        if trusted or _is_sound(phrase, item, fields.source):
            found.append((phrase, item))
    return found


def _is_sound(phrase: Phrase, node: Node, source: Source) -> bool:
    try:
        check_size(phrase.nodes)
    except BadPhrase as error:
        column = node.column if node.block else node.column + node.quoted + error.column
        source.add(node.line, column, f"a phrase with {error.text}", error.remedy)
        return False
    return True


def _regexes(fields: Fields) -> list[Finder]:
    found: list[Finder] = []
    for item in fields.items("regex"):
        try:
            if item.kind != "text":
                raise BadRegex(f"a pattern that is {item.shape}", "Write a text in single quotes.")
            found.append(compile_regex(item.text))
        except BadRegex as error:
            fields.wrong(item, f"`regex` holds {error}", error.remedy)
    return found


def _detectors(fields: Fields) -> list[Finder]:
    return [*(DETECTORS[name] for name in fields.names("detector", DETECTORS))]


def _counts(fields: Fields) -> Counts:
    inner = fields.inner("counts_if")
    mood = fields.choice("mood", ("question", "statement", "any"), "any")
    values = {}
    if inner is not None:
        values = {mark: inner.flag(mark, getattr(_DEFAULTS, mark)) for mark in _MARKS}
        inner.finish(_MARKS)
    return Counts(**values, mood=mood)


def _learned(fields: Fields) -> Learned | None:
    inner = fields.inner("learned")
    if inner is None:
        return None
    head = inner.choice("head", HEADS, "", required=True)
    threshold = inner.number("threshold", 0.5, 0, 1, whole=False)
    decides = inner.choice("decides", ("either", "alone", "confirms"), "either")
    keeps = inner.number("keeps", 0, 0, 1, whole=False)
    sure = inner.number("sure", SURE, 0, 1, whole=False)
    spared_by = inner.names("spared_by")
    inner.finish()
    place = fields.source.file, inner.node.line, inner.node.column
    return Learned(head, threshold, decides, keeps, sure, spared_by, *place)


def _examples(fields: Fields, name: str, language: str) -> tuple[SignalExample, ...]:
    inner = fields.inner("examples")
    found: list[SignalExample] = []
    if inner is None:
        return ()
    for label in ("found", "silent"):
        for item in inner.items(label):
            if item.kind != "text":
                inner.wrong(item, f"an example has to be a text, not {item.shape}", "Put it into quotes.")
            else:
                found.append(
                    SignalExample(name, item.text, language, label == "found", fields.source.file, item.line)
                )
    inner.finish()
    return tuple(found)


def note_untrue_phrases(document: SignalDocument, source: Source, latin: Sequence[str]) -> None:
    """Note every phrase that does not match even the text made from its own words."""
    for phrase, node in document.untested:
        text = specimen(phrase.nodes)
        if not phrase_matches(phrase, text, document.part.language, latin):
            source.add(
                node.line,
                node.column,
                f"a phrase that does not match itself (tried: {text[:80]})",
                "Check ^ and $, punctuation marks and the order of the words.",
            )


def phrase_matches(phrase: Phrase, text: str, language: str, latin: Sequence[str]) -> bool:
    """Whether the phrase alone matches the text."""
    from complaint_gift.rules.lexicon import Lexicon
    from complaint_gift.rules.matching import Reading
    from complaint_gift.text import Text

    lexicon = Lexicon(latin)
    pattern = lexicon.add(phrase.nodes, language)
    return bool(Reading(Text(text), lexicon).matches(pattern))
