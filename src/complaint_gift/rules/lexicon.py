"""Phrases compiled for matching many of them at once.

Matching is bit-parallel: the places of a word in a text are the bits of one integer, so that a step of a
phrase is a shift and an AND over the whole text. Which phrases are worth trying is known from the words of
a sentence: every phrase is indexed under the rarest of its parts, and needs all of its parts to occur.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile, product

from complaint_gift.rules.frequency import weight
from complaint_gift.rules.kinds import WHO_WILL, kinds_of
from complaint_gift.rules.phrases import HOWS, Atom, BadPhrase, Choice, Edge, Gap, Node
from complaint_gift.text import Word, is_cyrillic, lemmas
from complaint_gift.text.building import building
from complaint_gift.text.lemmas import future, headword, is_base

_MOST_VARIANTS = 4000
_LONGEST_INNER_GAP = 6
_MOST_ENTRIES = 40_000
_ANYTHING = Atom("any", "")

Element = frozenset[Atom] | Edge
Variant = tuple[Element, ...]
VariantsOf = Callable[[Node], list[Variant]]


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


@dataclass(slots=True, frozen=True)
class Entry:
    """What one word means: its atoms, the bits of their sets, the runs and patterns it may start."""

    atoms: tuple[int, ...] = ()
    mask: int = 0
    runs: tuple[int, ...] = ()
    patterns: tuple[Pattern, ...] = ()


@dataclass(slots=True)
class _Set:
    cost: float = 0
    bits: int = 0
    runs: list[int] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)


class Lexicon:
    """Compiled phrases of one or more languages. Nothing is added once a text was read."""

    def __init__(self, latin: Sequence[str] = ("en",)) -> None:
        self._latin = tuple(latin)
        self.runs: list[Run] = []
        self.run_bits: list[int] = []
        self.run_patterns: list[list[Pattern]] = []
        self.bare_runs: list[int] = []  # edges alone, found without a word
        self._sets: list[_Set] = []
        self._set_numbers: dict[frozenset[Atom], int] = {}
        self._run_numbers: dict[tuple[int | str, ...], int] = {}
        self._choices: dict[tuple[int, frozenset[int]], int] = {}
        self._variants: dict[int, tuple[Node, list[Variant]]] = {}
        self.atoms_of: list[tuple[int, ...]] = []
        self._tests: dict[str, dict[str, int]] = {how: {} for how in HOWS}
        self._with_atom: list[list[int]] = []
        self._words: dict[str, str] = {}
        self._heads: dict[bool, frozenset[str]] = {}
        self._entries: dict[Word, Entry] = {}
        self.anything = self._set(frozenset((_ANYTHING,)), "en")

    def add(self, nodes: Sequence[Node], language: str = "en", *, indexed: bool = True) -> Pattern:
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
            raise BadPhrase("nothing but optional words", 0, "Make at least one word compulsory.")
        pattern = Pattern(tuple(steps), required, lead)
        if indexed:
            self._index(pattern, min(anchors)[2])
        return pattern

    def _index(self, pattern: Pattern, anchor: Step) -> None:
        if anchor.single >= 0:
            self._sets[anchor.single].patterns.append(pattern)
        for run in anchor.runs:
            self.run_patterns[run].append(pattern)

    def _step(self, node: Node, language: str) -> tuple[Step, int, float]:
        """The step, the bits that must be present for it, and how often we expect it."""
        if isinstance(node, Gap):
            return Step(gap=node.most), 0, 0
        if isinstance(node, Edge):
            return Step(edge=node.mark), 0, 0
        single, runs, optional = -1, list[int](), False
        for variant in self._variants_of(node):
            if len(variant) == 1 and isinstance(variant[0], frozenset):
                single = self._set(variant[0], language)
            elif variant:
                runs.append(self._run(variant, language))
            else:
                optional = True
        step = Step(single, frozenset(runs), optional)
        if optional or any(self.runs[run].length == 0 for run in runs):
            return step, 0, 0
        cost = (self._sets[single].cost if single >= 0 else 0) + sum(self._run_cost(run) for run in runs)
        return step, self._choice_bit(single, step.runs), cost

    def _variants_of(self, node: Node) -> list[Variant]:
        """Variants, remembered per node: a class is one node however often it is used."""
        known = self._variants.get(id(node))
        if known is None:
            known = self._variants[id(node)] = (node, variants(node, self._variants_of))
        return known[1]

    def _choice_bit(self, single: int, runs: frozenset[int]) -> int:
        """The bit that says that a choice occurs in the text at all."""
        if not runs:
            return 1 << single
        number = self._choices.get((single, runs))
        if number is None:
            # Sets and choices share one numbering; a choice takes a number that no word belongs to.
            number = self._choices[single, runs] = len(self._sets)
            self._sets.append(_Set())
            self.atoms_of.append(())
            if single >= 0:
                self._sets[single].bits |= 1 << number
            for run in runs:
                self.run_bits[run] |= 1 << number
        return 1 << number

    def _set(self, atoms: frozenset[Atom], language: str) -> int:
        number = self._set_numbers.get(atoms)
        if number is None:
            number = self._set_numbers[atoms] = len(self._sets)
            self._sets.append(_Set(sum(map(weight, atoms)), 1 << number))
            self.atoms_of.append(tuple(self._atom(atom, language) for atom in atoms))
            for atom_number in self.atoms_of[number]:
                self._with_atom[atom_number].append(number)
        return number

    def _atom(self, atom: Atom, language: str) -> int:
        how, _, value = atom.partition(":")
        tests = self._tests[how]
        number = tests.get(value)
        if number is None:
            number = tests[value] = len(self._with_atom)
            self._with_atom.append([])
            if how == "word":
                self._words[value] = language
        return number

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
        if not numbers:
            self.bare_runs.append(number)
        else:
            self._sets[min(numbers, key=lambda n: self._sets[n].cost)].runs.append(number)
        return number

    def _run_cost(self, run: int) -> float:
        costs = [self._sets[part].cost for part in self.runs[run].parts if isinstance(part, int)]
        return min(costs, default=0) / 2

    def entry(self, word: Word) -> Entry:
        """What a word means here; remembered."""
        entry = self._entries.get(word)
        if entry is None:
            if len(self._entries) >= _MOST_ENTRIES:
                self._entries.clear()
            entry = self._entries[word] = self._read(word)
        return entry

    def _read(self, word: Word) -> Entry:
        atoms = self._atoms_of(word)
        if not atoms:
            return _EMPTY
        mask, runs, patterns = 0, list[int](), list[Pattern]()
        for number in sorted({number for atom in atoms for number in self._with_atom[atom]}):
            one = self._sets[number]
            mask |= one.bits
            runs.extend(one.runs)
            patterns.extend(one.patterns)
        return Entry(tuple(sorted(atoms)), mask, tuple(runs), tuple(patterns))

    def _atoms_of(self, word: Word) -> set[int]:
        """The numbers of all tests that this word passes."""
        form, tests = word.form, self._tests
        found = {tests["exact"].get(form)}
        found.update(tests["kind"].get(kind) for kind in kinds_of(word))
        cyrillic = is_cyrillic(form)
        if cyrillic and self._asks_who_will:
            found.add(tests["kind"].get(WHO_WILL.get(future(form), "")))
        elif "verb" in tests["kind"] and is_base(form):
            found.add(tests["kind"]["verb"])
        heads = self._heads.get(cyrillic)
        if heads is None:
            heads = self._heads[cyrillic] = self._dictionary_forms(cyrillic)
        if form not in heads:
            found.add(tests["word"].get(form))
        found.update(tests["word"].get(lemma) for lemma in self._lemmas(form, cyrillic) & heads)
        for how, lengths in self._affixes.items():
            affixes = tests[how]
            for length in lengths:
                if length > len(form):
                    break
                found.add(affixes.get(form[:length] if how == "prefix" else form[-length:]))
        found.discard(None)
        return found  # type: ignore[return-value]

    @cached_property
    def _asks_who_will(self) -> bool:
        return not self._tests["kind"].keys().isdisjoint(WHO_WILL.values())

    @cached_property
    def _affixes(self) -> dict[str, list[int]]:
        """How long the beginnings and endings are that phrases ask for."""
        return {how: sorted(set(map(len, self._tests[how]))) for how in ("prefix", "suffix")}

    @building()
    def _dictionary_forms(self, cyrillic: bool) -> frozenset[str]:
        """The words of phrases in one script that mean all their forms. Asked when such a word comes up."""
        return frozenset(
            word
            for word, language in self._words.items()
            if is_cyrillic(word) is cyrillic and headword(word, language)
        )

    def _lemmas(self, form: str, cyrillic: bool) -> frozenset[str]:
        if cyrillic:
            return lemmas(form)
        return frozenset().union(*(lemmas(form, language) for language in self._latin))


_EMPTY = Entry()


def variants(node: Node, inner: VariantsOf | None = None) -> list[Variant]:
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
        return [(frozenset((_ANYTHING,)),) * count for count in range(node.most + 1)]
    singles: set[Atom] = set()
    found: dict[Variant, None] = {}
    for option in node.options:
        if len(option) == 1 and isinstance(option[0], Atom):
            singles.add(option[0])
            continue
        for combination in product(*((inner or variants)(part) for part in option)):
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
        if isinstance(node, Choice | Atom):
            found = variants(node)
            compulsory = compulsory or all(any(not isinstance(part, Edge) for part in v) for v in found)
    if not compulsory:
        raise BadPhrase("nothing but optional words", 0, "Make at least one word compulsory.")
