"""A folder of YAML becomes a playbook.

playbook.yaml            extends, profile, shadow, block, off (all optional)
rules/*.yaml             one rule a document
signals/<language>/*.yaml    one signal a document; classes.yaml holds word classes

.yml and .YAML are read like .yaml; YAML anywhere else in the folder is refused, so that nothing is passed
over in silence. Only hidden files and folders are left alone: what editors, Git and Kubernetes leave behind.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from complaint_gift.domain import Severity
from complaint_gift.playbook.book import Playbook
from complaint_gift.playbook.fields import Fields
from complaint_gift.playbook.memory import Memory
from complaint_gift.playbook.problems import PlaybookError, Problem, Source, suggestion
from complaint_gift.playbook.rule import PROFILES, Rule
from complaint_gift.playbook.rule_files import blocks_nothing, read_rule
from complaint_gift.playbook.signal_files import (
    SignalDocument,
    finds_nothing,
    note_untrue_phrases,
    read_classes,
    read_signal,
)
from complaint_gift.playbook.strays import is_hidden, is_yaml, refuse_more_settings, refuse_stray
from complaint_gift.playbook.tree import MOST_BYTES, Node, read_bytes, read_content
from complaint_gift.rules.phrases import Classes
from complaint_gift.text.building import building

DEFAULT = Path(__file__).parent.parent / "playbooks" / "default"
DEFAULT_PROFILE = "standard"
_LANGUAGE = re.compile("[a-z]{2}")
_SIGNAL_NAME = re.compile(r"""\s*signal:\s+["']?([a-z0-9][\w.-]*)""")
_ENGINE = "1"  # part of the hash: raise it when the same rules mean something else
_NO_RULE = "Write `extends: default` into its playbook.yaml, or put rules into its folder rules/."


@dataclass(slots=True)
class _Pile:
    """What was read so far: documents by name, later folders over earlier ones."""

    memory: Memory
    thorough: bool
    trusted: bool = False
    classes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    signals: dict[tuple[str, str], list[SignalDocument]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    rules: dict[str, tuple[Node, Source]] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)
    sources: list[Source] = field(default_factory=list)
    settings: list[Source] = field(default_factory=list)
    profile: str = ""
    shadow: set[str] = field(default_factory=set)
    block: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)


@building()
def load_playbook(
    folder: Path | str | None = None, *, profile: str | None = None, check: bool | None = None
) -> Playbook:
    """Load a folder, or the shipped default. Raises PlaybookError with every problem found.

    `check` also tries every phrase on itself; without it that is done for folders other than the default.
    """
    root = DEFAULT if folder is None else Path(folder)
    own = root.resolve() != DEFAULT.resolve()
    memory = Memory(root)
    digest = _digest(root, DEFAULT) if own else _digest(root)
    pile = _Pile(memory, own if check is None else check, memory.is_sound(digest) and not check)
    _read_folder(root, pile)
    rules = _rules(pile)
    chosen = profile or pile.profile or DEFAULT_PROFILE
    problems = [problem for source in pile.sources for problem in source.problems]
    if not problems and not pile.rules:
        problems.append(Problem(str(root), 1, 1, "the folder holds no rule", remedy=_NO_RULE))
    if not problems and not pile.trusted:
        memory.call_sound(digest)
    memory.save()
    if chosen not in PROFILES:
        remedy = suggestion(chosen, PROFILES)
        problems.append(Problem(str(root), 1, 1, f"there is no profile `{chosen}`", remedy=remedy))
    if problems:
        raise PlaybookError(problems)
    documents = [document for documents in pile.signals.values() for document in documents]
    whole = hashlib.sha256(f"{digest} {chosen}".encode()).hexdigest()[:16]
    return Playbook(rules, documents, profile=chosen, digest=whole)


def _digest(*folders: Path) -> str:
    """A hash over all files of these folders that can matter."""
    digest = hashlib.sha256(_ENGINE.encode())
    for folder in folders:
        for path in yaml_files(folder):
            try:
                content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
            except OSError:
                content = b""
            digest.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape") + b"\0")
            digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def yaml_files(root: Path) -> list[Path]:
    """Every file of a folder that can matter, at any depth, in a fixed order."""
    found, seen = list[Path](), set[str]()
    for folder, inner, names in os.walk(root, followlinks=True):
        inner[:] = [name for name in inner if not is_hidden(name)]
        real = os.path.realpath(folder)
        if real in seen:  # a link that leads back up
            inner.clear()
            continue
        seen.add(real)
        found += (Path(folder, name) for name in names if is_yaml(name))
    return sorted(found)


def _read_folder(root: Path, pile: _Pile) -> None:
    if not root.is_dir():
        source = Source(str(root))
        source.add(1, 1, "there is no such folder", "Name the folder that holds rules/ and signals/.")
        pile.sources.append(source)
        return
    settings = [path for path in _files(root) if path.stem.lower() == "playbook"]
    for path in settings[:1]:
        _read_settings(path, root, pile)
    languages = sorted(p for p in (root / "signals").glob("*") if p.is_dir() and _LANGUAGE.fullmatch(p.name))
    latin = tuple(sorted({p.name for p in languages} | {"en"}))
    for folder in languages:
        _read_classes(folder, root, pile)
        classes = Classes(pile.classes.get(folder.name))
        for path in _files(folder):
            if path.stem != "classes":
                _read_signals(path, root, folder.name, pile, classes, latin)
    here = set[str]()
    for path in _files(root / "rules"):
        source, documents = _open(path, root, pile)
        for node in documents:
            _keep_rule(node, source, pile, here)
    if root != DEFAULT:
        read = {root / "rules", *languages}
        strays = [path for path in yaml_files(root) if path.parent not in read and path not in settings[:1]]
        refused = [refuse_stray(path, root, settings) for path in strays]
        pile.sources += refused
        pile.unread.update(*map(_signals_named, refused))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if is_yaml(path.name) and not path.is_dir())


def _open(path: Path, root: Path, pile: _Pile) -> tuple[Source, list[Node]]:
    shown = str(path.relative_to(root.parent)) if root == DEFAULT else str(path)
    source = Source(shown)
    content = read_bytes(path, source)
    documents: list[Node] = []
    if content is not None:
        remembered = pile.memory.documents(content)
        if remembered is not None:
            source, documents = Source(shown, content.decode("utf-8-sig", "replace")), remembered
        else:
            source, documents = read_content(content, shown)
            if not source.problems:
                pile.memory.keep(content, documents)
    pile.sources.append(source)
    return source, documents


def _read_settings(path: Path, root: Path, pile: _Pile) -> None:
    source, documents = _open(path, root, pile)
    pile.settings.append(source)
    for node in documents[1:]:
        refuse_more_settings(node, source)
    below = False
    for node in documents[:1]:
        fields = Fields(node, source, path.name)
        if node.kind != "map":
            continue
        below = bool(fields.choice("extends", ("default",)))
        pile.profile = fields.choice("profile", PROFILES, pile.profile)
        for key, names in (("shadow", pile.shadow), ("block", pile.block), ("off", pile.off)):
            names.update(fields.names(key))
        fields.finish()
    # Where the file is wrong, whatever changes a shipped rule is no second mistake.
    if below or source.problems:
        _read_below(pile)


def _read_classes(folder: Path, root: Path, pile: _Pile) -> None:
    for path in _files(folder):
        if path.stem == "classes":
            source, documents = _open(path, root, pile)
            for node in documents:
                pile.classes.setdefault(folder.name, {}).update(read_classes(node, source))


def _read_below(pile: _Pile) -> None:
    """The shipped playbook. It is remembered by itself, so that no change above has it read again."""
    above = pile.memory, pile.thorough, pile.trusted
    memory, digest, first = Memory(DEFAULT), _digest(DEFAULT), len(pile.sources)
    pile.memory, pile.thorough, pile.trusted = memory, False, memory.is_sound(digest)
    _read_folder(DEFAULT, pile)
    if not pile.trusted and not any(source.problems for source in pile.sources[first:]):
        memory.call_sound(digest)
    memory.save()
    pile.memory, pile.thorough, pile.trusted = above


def _read_signals(
    path: Path, root: Path, language: str, pile: _Pile, classes: Classes, latin: tuple[str, ...]
) -> None:
    source, documents = _open(path, root, pile)
    if source.problems:
        pile.unread |= _signals_named(source)
    for node in documents:
        document = read_signal(node, source, language, classes, trusted=pile.trusted)
        if document is None:
            named = node.entries.get("signal")
            pile.unread |= {named.text} if named is not None else set()
            continue
        if pile.thorough and not pile.trusted:
            note_untrue_phrases(document, source, latin)
        key = document.part.signal, language
        if document.replaces:
            pile.signals[key] = []
        pile.signals.setdefault(key, []).append(replace(document, untested=()))


def _signals_named(source: Source) -> set[str]:
    """The signals that a file speaks of which cannot be used: rules that ask for them are right."""
    return {found[1] for found in map(_SIGNAL_NAME.match, source.lines) if found is not None}


def _keep_rule(node: Node, source: Source, pile: _Pile, here: set[str]) -> None:
    """Remember a rule document; one with an id that is known is laid over it, key by key.

    `here` are the names that this folder has said already: one folder says each of them once.
    """
    identity = node.entries.get("id")
    name = identity.text if identity is not None and identity.kind == "text" else f"{source.file}:{node.line}"
    known = pile.rules.get(name)
    is_again = name in here
    here.add(name)
    if known is None:
        pile.rules[name] = node, source
        return
    below, first = known
    if is_again:
        at = identity or node
        pile.doubled.add(name)
        source.add(
            at.line,
            at.column,
            f"the rule `{name}` is there twice (first in {first.file}:{below.line})",
            "Give one of them another id.",
        )
        return
    pile.rules[name] = _laid_over(below, node), source


def _laid_over(below: Node, above: Node) -> Node:
    # What comes from below stands in another file: whatever is wrong with the whole is told at the upper one.
    below = _moved(below, above.line, above.column)
    entries, keys = dict(below.entries), dict(below.keys)
    for key, value in above.entries.items():
        old = entries.get(key)
        if (
            key in ("enforces", "message", "why", "reading", "suggestion", "examples")
            and old is not None
            and old.kind == value.kind == "map"
        ):
            value = replace(value, entries={**old.entries, **value.entries}, keys={**old.keys, **value.keys})
        entries[key] = value
        keys[key] = above.keys[key]
    return replace(above, entries=entries, keys=keys)


def _moved(node: Node, line: int, column: int) -> Node:
    items = [_moved(item, line, column) for item in node.items]
    entries = {key: _moved(value, line, column) for key, value in node.entries.items()}
    keys = dict.fromkeys(node.keys, (line, column))
    return replace(node, line=line, column=column, items=items, entries=entries, keys=keys)


def _rules(pile: _Pile) -> list[Rule]:
    names = frozenset(name for name, _ in pile.signals) | pile.unread
    _refuse_unknown_signals(names, pile)
    for name, language in pile.signals:
        _spread_exceptions(name, language, pile)
    rules = []
    for name, (node, source) in pile.rules.items():
        if name in pile.doubled or _changes_nothing(name, node, source, pile):
            continue
        rule = read_rule(node, source, names)
        if rule is not None and rule.id not in pile.off:
            shadow, block = rule.shadow or rule.id in pile.shadow, rule.block or rule.id in pile.block
            rules.append(replace(rule, shadow=shadow, block=block))
            if rule.id in pile.block and rule.severity is not Severity.ERROR:
                _add_to_settings(rule.id, pile, *blocks_nothing(rule))
    known = pile.rules
    for key, named in (("shadow", pile.shadow), ("block", pile.block), ("off", pile.off)):
        _refuse_unknown(key, named, known, pile)
    return rules


def _spread_exceptions(name: str, language: str, pile: _Pile) -> None:
    """Give the exceptions of documents that have nothing else to the other documents of the signal."""
    documents = pile.signals[name, language]
    alone = [one for one in documents if one.only_excepts]
    if not alone:
        return
    more = tuple(phrase for one in alone for phrase in one.part.unless)
    pile.signals[name, language] = [
        one if one.only_excepts else replace(one, part=replace(one.part, unless=(*one.part.unless, *more)))
        for one in documents
    ]
    # What is found without words is found in every language, and every language may except from it.
    every = chain.from_iterable(ones for (other, _), ones in pile.signals.items() if other == name)
    if (
        len(alone) == len(documents)
        and name not in pile.unread
        and not any(one.part.finders for one in every)
    ):
        sources = {source.file: source for source in pile.sources}
        for one in alone:
            sources[one.file].add(one.line, 1, *finds_nothing(name))


def _refuse_unknown_signals(names: frozenset[str], pile: _Pile) -> None:
    sources = {source.file: source for source in pile.sources}
    every = (document.part.learned for document in chain.from_iterable(pile.signals.values()))
    for learned in filter(None, every):
        for name in learned.spared_by:
            if name not in names:
                wrong = f"`spared_by` names an unknown signal `{name[:60]}`"
                sources[learned.file].add(learned.line, learned.column, wrong, suggestion(name, names))


def _changes_nothing(name: str, node: Node, source: Source, pile: _Pile) -> bool:
    """Note a document that is meant to change a rule, where there is no such rule."""
    identity = node.entries.get("id")
    if identity is None or identity.kind != "text" or "kind" in node.entries:
        return False
    near = _hint(name, pile.rules.keys() - {name})
    if near.startswith(("Known", "There")):
        near = "Check the id, and that playbook.yaml says `extends: default`."
    remedy = f"{near} A rule of your own needs `kind` and `message`."
    source.add(identity.line, identity.column, f"there is no rule `{name}` to change", remedy)
    return True


def _hint(name: str, known: Iterable[str]) -> str:
    """What was meant by the name of a rule that is not there."""
    if name in {path.stem for path in _files(DEFAULT / "rules")}:
        return "It is a shipped rule: write `extends: default` into playbook.yaml."
    return suggestion(name, known)


def _refuse_unknown(key: str, named: Iterable[str], known: Mapping[str, object], pile: _Pile) -> None:
    for name in sorted(named):
        if name not in known:
            remedy = f"Write a list: `{key}: [{name}]`." if "," in name else _hint(name, known)
            _add_to_settings(name, pile, f"`{key}` names an unknown rule `{name}`", remedy, key)


def _add_to_settings(name: str, pile: _Pile, text: str, remedy: str, key: str = "block") -> None:
    """Note a problem in every playbook.yaml that names this rule, behind the key if it can be seen."""
    for source in pile.settings:
        places = [(n, line) for n, line in enumerate(source.lines, 1) if name in line]
        line, shown = next(((n, one) for n, one in places if key in one), places[0] if places else (1, ""))
        source.add(line, max(1, shown.find(name) + 1), text, remedy)
