"""Phrases compiled for matching many of them at once.

Matching is bit-parallel: the places of a word in a text are the bits of one integer, so that a step of a
phrase is a shift and an AND over the whole text. Which phrases are worth trying is known from the words of
the text: every phrase is indexed under the rarest of its parts, and needs all of its parts to occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, product

from complaint_gift.rules.frequency import weight
from complaint_gift.rules.kinds import kinds_of
from complaint_gift.rules.phrases import Atom, BadPhrase, Edge, Gap, Node
from complaint_gift.text import Word, is_cyrillic, lemmas
from complaint_gift.text.lemmas import headword

_MOST_VARIANTS = 4000
_LONGEST_INNER_GAP = 6
_MOST_ENTRIES = 40_000

Element = frozenset[Atom] | Edge
Variant = tuple[Element, ...]


@dataclass(slots=True, frozen=True)
class Run:
    """A fixed sequence inside a choice: `parts` are set numbers or edge marks, `length` counts its words."""

    parts: tuple[int | str, ...]
    length: int
    required: int


@dataclass(slots=True, frozen=True)
class Step:
    """One step of a pattern: a choice (`single` a set number, `runs` run numbers), a gap or an edge."""

    single: int = -1
    runs: frozenset[int] = frozenset()
    optional: bool = False
    gap: int = 0
    edge: str = ""


@dataclass(slots=True, frozen=True, eq=False)
class Pattern:
    """A compiled phrase. `lead` widens a hit to the left."""

    steps: tuple[Step, ...]
    required: int
    lead: int


@dataclass(slots=True)
class Entry:
    """What one word means for a lexicon."""

    mask: int
    runs: tuple[int, ...]
    patterns: tuple[Pattern, ...]


@dataclass(slots=True)
class _Set:
    atoms: frozenset[Atom]
    cost: float
    words: set[Word] = field(default_factory=set)
    bits: int = 0
    runs: list[int] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)


class Lexicon:
    """Compiled phrases of one or more languages. Adding ends with the first reading of a text."""

    def __init__(self, latin: Sequence[str] = ("en",)) -> None:
        self._latin = tuple(latin)
        self.sets: list[_Set] = []
        self.runs: list[Run] = []
        self.run_bits: list[int] = []
        self.run_patterns: list[list[Pattern]] = []
        self._set_numbers: dict[frozenset[Atom], int] = {}
        self._run_numbers: dict[tuple[int | str, ...], int] = {}
        self._choices: dict[tuple[int, frozenset[int]], int] = {}
        self._bits = 0
        self._by_atom: dict[Atom, list[int]] = {}
        self._by_lemma: dict[str, Atom] = {}
        self._forms: dict[str, Atom] = {}
        self._prefixes: dict[str, Atom] = {}
        self._suffixes: dict[str, Atom] = {}
        self._entries: dict[Word, Entry] = {}

    def add(self, nodes: Sequence[Node], language: str = "", *, indexed: bool = True) -> Pattern:
        """Compile one phrase. Raises BadPhrase where it can match nothing, everything, or grows too large."""
        lead = 0
        for node in nodes:
            if not isinstance(node, Gap):
                break
            lead += node.most
        steps: list[Step] = []
        required, anchors = 0, list[tuple[float, int, Step]]()
        for node in dropwhile(lambda node: isinstance(node, Gap), nodes):
            step, bits, cost = self._step(node, language)
            steps.append(step)
            required |= bits
            if bits:
                anchors.append((cost, len(anchors), step))
        if not anchors:
            raise BadPhrase(
                "a phrase that matches even an empty text", 0, "Make at least one word compulsory."
            )
        pattern = Pattern(tuple(steps), required, lead)
        if indexed:
            self._index(pattern, min(anchors)[2])
        self._entries.clear()
        return pattern

    def _index(self, pattern: Pattern, anchor: Step) -> None:
        if anchor.single >= 0:
            self.sets[anchor.single].patterns.append(pattern)
        for run in anchor.runs:
            self.run_patterns[run].append(pattern)

    def _step(self, node: Node, language: str) -> tuple[Step, int, float]:
        """The step, the bits that must be present for it, and how often we expect it."""
        if isinstance(node, Gap):
            return Step(gap=node.most), 0, 0
        if isinstance(node, Edge):
            return Step(edge=node.mark), 0, 0
        variants = _variants(node)
        short = [v[0] for v in variants if len(v) == 1]
        singles: frozenset[Atom] = frozenset().union(*(one for one in short if isinstance(one, frozenset)))
        single = self._set(singles, language) if singles else -1
        long = [v for v in variants if len(v) > 1 or (len(v) == 1 and isinstance(v[0], Edge))]
        runs = frozenset(self._run(variant, language) for variant in long)
        optional = any(not variant for variant in variants)
        step = Step(single, runs, optional)
        if optional or any(self.runs[run].length == 0 for run in runs):
            return step, 0, 0
        cost = (self.sets[single].cost if single >= 0 else 0) + sum(self._run_cost(run) for run in runs)
        return step, self._choice_bit(single, runs), cost

    def _choice_bit(self, single: int, runs: frozenset[int]) -> int:
        """The bit that says that a choice occurs in the text at all."""
        if not runs:
            return 1 << single
        number = self._choices.get((single, runs))
        if number is None:
            number = self._choices[single, runs] = self._new_bit()
            if single >= 0:
                self.sets[single].bits |= 1 << number
            for run in runs:
                self.run_bits[run] |= 1 << number
        return 1 << number

    def _new_bit(self) -> int:
        # Sets and choices share one numbering; a choice takes a set number that no word belongs to.
        self.sets.append(_Set(frozenset(), 0))
        return len(self.sets) - 1

    def _set(self, atoms: frozenset[Atom], language: str) -> int:
        known = self._set_numbers.get(atoms)
        if known is not None:
            return known
        number = self._new_bit()
        self._set_numbers[atoms] = number
        self.sets[number] = _Set(atoms, sum(weight(atom) for atom in atoms), bits=1 << number)
        for atom in atoms:
            if atom not in self._by_atom:
                self._by_atom[atom] = []
                self._register(atom, language)
            self._by_atom[atom].append(number)
        return number

    def _register(self, atom: Atom, language: str) -> None:
        if atom.how == "word":
            if headword(atom.value, language):
                self._by_lemma[atom.value] = atom
            else:
                self._forms[atom.value] = atom
        elif atom.how == "prefix":
            self._prefixes[atom.value] = atom
        elif atom.how == "suffix":
            self._suffixes[atom.value] = atom

    def _run(self, variant: Variant, language: str) -> int:
        parts = tuple(part.mark if isinstance(part, Edge) else self._set(part, language) for part in variant)
        known = self._run_numbers.get(parts)
        if known is not None:
            return known
        number = self._run_numbers[parts] = len(self.runs)
        numbers = [part for part in parts if isinstance(part, int)]
        required = 0
        for part in numbers:
            required |= 1 << part
        self.runs.append(Run(parts, len(numbers), required))
        self.run_bits.append(0)
        self.run_patterns.append([])
        if numbers:
            self.sets[min(numbers, key=lambda n: self.sets[n].cost)].runs.append(number)
        return number

    def _run_cost(self, run: int) -> float:
        costs = [self.sets[part].cost for part in self.runs[run].parts if isinstance(part, int)]
        return min(costs, default=0) / 2

    def entry(self, word: Word) -> Entry:
        """What a word means here; remembered."""
        entry = self._entries.get(word)
        if entry is None:
            if len(self._entries) >= _MOST_ENTRIES:
                self._forget()
            entry = self._entries[word] = self._read(word)
        return entry

    def _forget(self) -> None:
        self._entries.clear()
        for one in self.sets:
            one.words.clear()

    def _read(self, word: Word) -> Entry:
        numbers = {number for atom in self._atoms(word) for number in self._by_atom.get(atom, ())}
        mask, runs, patterns = 0, [], []
        for number in sorted(numbers):
            one = self.sets[number]
            one.words.add(word)
            mask |= one.bits
            runs.extend(one.runs)
            patterns.extend(one.patterns)
        return Entry(mask, tuple(runs), tuple(patterns))

    def _atoms(self, word: Word) -> Iterable[Atom]:
        form = word.form
        yield Atom("exact", form)
        yield Atom("any", "")
        atom: Atom | None
        for kind in kinds_of(word):
            yield Atom("kind", kind)
        if (atom := self._forms.get(form)) is not None:
            yield atom
        for lemma in self._lemmas(form):
            if (atom := self._by_lemma.get(lemma)) is not None:
                yield atom
        for length in range(1, min(len(form), 24) + 1):
            if (atom := self._prefixes.get(form[:length])) is not None:
                yield atom
            if (atom := self._suffixes.get(form[-length:])) is not None:
                yield atom

    def _lemmas(self, form: str) -> frozenset[str]:
        if is_cyrillic(form):
            return lemmas(form)
        return frozenset().union(*(lemmas(form, language) for language in self._latin))


def _variants(node: Node) -> list[Variant]:
    """All fixed sequences of words that a choice allows; its single words stay together in one set."""
    if isinstance(node, Atom):
        return [(frozenset((node,)),)]
    if isinstance(node, Edge):
        return [(node,)]
    if isinstance(node, Gap):
        if node.most > _LONGEST_INNER_GAP:
            raise BadPhrase(
                f"a gap of {node.most} words inside brackets",
                0,
                f"Inside a choice a gap is at most `_{_LONGEST_INNER_GAP}`; split the phrase instead.",
            )
        anything: Element = frozenset((Atom("any", ""),))
        return [(anything,) * count for count in range(node.most + 1)]
    singles: set[Atom] = set()
    found: dict[Variant, None] = {}
    for option in node.options:
        for combination in product(*(_variants(part) for part in option)):
            variant = tuple(element for part in combination for element in part)
            if len(variant) == 1 and isinstance(variant[0], frozenset):
                singles |= variant[0]
            else:
                found[variant] = None
            if len(found) > _MOST_VARIANTS:
                raise BadPhrase("a choice with too many combinations", 0, "Split it into several phrases.")
    return ([(frozenset(singles),)] if singles else []) + list(found)


def check_size(nodes: Sequence[Node]) -> None:
    """Raise BadPhrase where a phrase could match the empty text or grows too large to compile."""
    compulsory = False
    for node in nodes:
        if isinstance(node, Gap | Edge):
            continue
        variants = _variants(node)
        compulsory = compulsory or all(any(not isinstance(part, Edge) for part in v) and v for v in variants)
    if not compulsory:
        raise BadPhrase("nothing but optional words", 0, "Make at least one word compulsory.")
