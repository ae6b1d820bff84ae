"""A pattern language as plain data: patterns, forces, and what they say of each other.

No Sphinx and no files. After Falkenthal, Breitenbücher and Leymann, 'The Nature of Pattern
Languages' (2018), the language is a typed multigraph: patterns are its nodes, relations with a
direction and a kind its edges. Forces are nodes of their own; a pattern is tied to a force by the
way in which the force presses (:class:`Pressing`) and by what the solution makes of it
(:class:`Answer`).

Each page of the catalogue yields one :class:`Page`; a :class:`Language` is made of all pages. Ids
may be repeated or dangling here: the records say what the pages say, and :mod:`rules` judges it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class State(StrEnum):
    """How far the engineering of a pattern has come."""

    COMPLETE = "complete"
    """Its module exists, and the examples of its page run."""
    IN_PROGRESS = "in-progress"
    """The form is complete; the engineering solution is still to be built."""


class PartKind(StrEnum):
    """The parts of a pattern in the order in which a page shows them.

    After Meszaros and Doble, 'A Pattern Language for Pattern Writing' (1998).
    """

    CONTEXT = "context"
    PROBLEM = "problem"
    FORCES = "forces"
    SOLUTION = "solution"
    CONSEQUENCES = "consequences"
    IMPLEMENTATION = "implementation"
    """Not a directive: the ordinary sections between consequences and what follows."""
    WHEN_NOT_TO_USE = "when-not-to-use"
    KNOWN_USES = "known-uses"
    RELATED = "related"
    REFERENCES = "references"


class Effect(StrEnum):
    """What a consequence makes of a force, the most welcome first."""

    RESOLVES = "resolves"
    """Both goods are had."""
    BALANCES = "balances"
    """Each good is had in part, and the page says how much."""
    LEAVES_OPEN = "leaves-open"
    """The tension remains for the application to decide."""
    WORSENS = "worsens"
    """The tension is stronger than it was without the pattern."""


class RelationKind(StrEnum):
    """The directed relations between patterns; each is written in one of its two directions."""

    REQUIRES = "requires"
    """The source cannot be applied without the target."""
    ENABLES = "enables"
    USES = "uses"
    """The source is better with the target, and works without it."""
    USED_BY = "used-by"
    REFINES = "refines"
    """The source is the target's solution, worked out for a narrower context."""
    GENERALISES = "generalises"
    ALTERNATIVE_TO = "alternative-to"
    """Both answer the same problem; one is chosen."""
    CONFLICTS_WITH = "conflicts-with"
    """Applying one takes away what the other depends on."""

    @property
    def inverse(self) -> RelationKind:
        """The same relation, read from the other side.

        >>> RelationKind.REQUIRES.inverse.value, RelationKind.CONFLICTS_WITH.inverse.value
        ('enables', 'conflicts-with')
        """
        return _INVERSE[self]

    @property
    def is_symmetric(self) -> bool:
        """Whether it reads the same from both sides."""
        return _INVERSE[self] is self

    @property
    def is_canonical(self) -> bool:
        """Whether it is the direction in which the language keeps the relation."""
        return self in _CANONICAL


_PAIRS = (
    (RelationKind.REQUIRES, RelationKind.ENABLES),
    (RelationKind.USES, RelationKind.USED_BY),
    (RelationKind.REFINES, RelationKind.GENERALISES),
    (RelationKind.ALTERNATIVE_TO, RelationKind.ALTERNATIVE_TO),
    (RelationKind.CONFLICTS_WITH, RelationKind.CONFLICTS_WITH),
)
_INVERSE = dict(_PAIRS) | {back: kind for kind, back in _PAIRS}
_CANONICAL = frozenset(kind for kind, _ in _PAIRS)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is written."""

    docname: str
    line: int
    """1-based line in the source of the page (or, if ``file`` is set, of that file)."""
    file: str = ""
    """POSIX path relative to the source directory, where it is not the page's own source."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """A force in a pattern's list, with how it presses there."""

    force: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What a consequence makes of one force."""

    effect: Effect
    force: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """One consequence, and the forces that it answers."""

    answers: tuple[Answer, ...]
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Relation:
    """An edge of the language, with one sentence of reason."""

    kind: RelationKind
    source: str
    target: str
    reason: str
    place: Place

    @property
    def canonical(self) -> Relation:
        """The relation in the direction in which the language keeps it.

        A symmetric one goes from the smaller id to the larger.
        """
        turned = self.source > self.target if self.kind.is_symmetric else not self.kind.is_canonical
        return self.turned if turned else self

    @property
    def turned(self) -> Relation:
        """The same relation as its target tells it."""
        return Relation(self.kind.inverse, self.target, self.source, self.reason, self.place)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern's page."""

    kind: PartKind
    anchor: str
    place: Place
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands where the form has no room for one."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class KnownUse:
    """One place in the field where a pattern can be seen."""

    place: Place
    text: str
    is_sourced: bool
    """Whether it cites something, or links to another site."""
    cites: tuple[str, ...] = ()
    """Keys of the bibliography."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern, as its page tells it."""

    id: str
    """Permanent."""
    name: str
    """The title of its page."""
    intent: str
    category: str
    state: State
    modules: tuple[str, ...]
    """The modules that are its engineering solution."""
    docname: str
    place: Place
    parts: tuple[Part, ...] = ()
    """In the order of the page."""
    pressings: tuple[Pressing, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    relations: tuple[Relation, ...] = ()
    """Those written on its page, in the page's direction."""
    examples: tuple[str, ...] = ()
    """Names of the runnable blocks of its page."""
    stray_headings: tuple[Heading, ...] = ()
    uses: tuple[KnownUse, ...] = ()
    lead: str = ""
    """The first sentence of its solution."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All that its consequences make of forces, in order."""
        return tuple(answer for one in self.consequences for answer in one.answers)

    def anchor(self, *, force: str = "", effect: Effect | None = None) -> str:
        """Anchor of the pattern, of a force in its list, or of an answer to a force.

        >>> place = Place("workers/pool", 1)
        >>> pool = Pattern("pool", "Pool", "", "workers", State.COMPLETE, (), "workers/pool", place)
        >>> pool.anchor(), pool.anchor(force="speed")
        ('pattern-pool', 'pool-force-speed')
        >>> pool.anchor(force="speed", effect=Effect.LEAVES_OPEN)
        'pool-leaves-open-speed'
        """
        if not force:
            return f"pattern-{self.id}"
        return f"{self.id}-{effect.value if effect else 'force'}-{force}"


@dataclass(frozen=True, slots=True)
class Force:
    """A tension between two goods of which more of one costs some of the other."""

    id: str
    """Permanent."""
    goods: tuple[str, str]
    summary: str
    """The first sentence of its text."""
    docname: str
    place: Place
    group: str = ""
    """The heading below which it stands."""

    @property
    def name(self) -> str:
        """Its two goods, joined.

        >>> Force("x", ("Start-up time", "capability"), "", "forces", Place("forces", 1)).name
        'Start-up time and capability'
        """
        return " and ".join(self.goods)

    @property
    def anchor(self) -> str:
        """Its anchor on the page that defines it."""
        return f"force-{self.id}"


@dataclass(frozen=True, slots=True)
class Step:
    """A pattern's place in a sequence, with what it adds there."""

    pattern: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """A path through the language: patterns in an order in which they build on each other."""

    id: str
    title: str
    summary: str
    steps: tuple[Step, ...]
    docname: str
    place: Place

    @property
    def anchor(self) -> str:
        """Its anchor on the page that defines it."""
        return f"sequence-{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """All that one page contributes."""

    docname: str
    patterns: tuple[Pattern, ...] = ()
    forces: tuple[Force, ...] = ()
    sequences: tuple[Sequence, ...] = ()


@dataclass(frozen=True)
class Language:
    """The whole language: the pages, and the questions that a reader asks of them.

    Where an id is defined twice, the first definition (by page name and line) counts. Everything
    is sorted, so that the order in which pages were read changes nothing.
    """

    pages: tuple[Page, ...]
    categories: Mapping[str, str] = field(default_factory=dict)
    """Title of each category, in the order of the catalogue."""

    @classmethod
    def of(cls, pages: Iterable[Page], categories: Mapping[str, str] | None = None) -> Language:
        """Make a language of pages in any order."""
        return cls(tuple(sorted(pages, key=lambda page: page.docname)), dict(categories or {}))

    @cached_property
    def patterns(self) -> dict[str, Pattern]:
        """Patterns by id, in the order of the categories, then of names."""
        rank = {name: index for index, name in enumerate(self.categories)}
        found = [pattern for page in self.pages for pattern in page.patterns]
        found.sort(key=lambda p: (rank.get(p.category, len(rank)), p.category, p.name, p.place))
        return _by_id(found)

    @cached_property
    def forces(self) -> dict[str, Force]:
        """Forces by id, in the order of their definitions."""
        found = [force for page in self.pages for force in page.forces]
        return _by_id(sorted(found, key=lambda force: force.place))

    @cached_property
    def sequences(self) -> dict[str, Sequence]:
        """Sequences by id, in the order of their definitions."""
        found = [sequence for page in self.pages for sequence in page.sequences]
        return _by_id(sorted(found, key=lambda sequence: sequence.place))

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """The edges between known patterns, each once, in canonical direction."""
        found = {
            (edge.source, edge.kind, edge.target): edge
            for pattern in reversed(self.patterns.values())
            for edge in (relation.canonical for relation in reversed(pattern.relations))
            if edge.source in self.patterns and edge.target in self.patterns
        }
        return tuple(found[key] for key in sorted(found))

    def relations_of(self, pattern: str) -> tuple[Relation, ...]:
        """The relations of a pattern, all told from its side, by kind, then by target's name."""
        told = [edge for edge in self.relations if edge.source == pattern]
        told += [edge.turned for edge in self.relations if edge.target == pattern]
        kinds = list(RelationKind)
        return tuple(
            sorted(told, key=lambda e: (kinds.index(e.kind), self.patterns[e.target].name))
        )

    def pressed_by(self, force: str) -> tuple[Pattern, ...]:
        """The patterns that list a force."""
        return tuple(
            p for p in self.patterns.values() if any(x.force == force for x in p.pressings)
        )

    def answered_by(self, force: str) -> dict[Effect, tuple[Pattern, ...]]:
        """The patterns whose consequences answer a force, by what they make of it."""
        return {
            effect: found
            for effect in Effect
            if (
                found := tuple(
                    p for p in self.patterns.values() if Answer(effect, force) in p.answers
                )
            )
        }

    def effects(self, pattern: str, force: str) -> tuple[Effect, ...]:
        """What a pattern's consequences make of a force, without repetition."""
        made = {a.effect for a in self.patterns[pattern].answers if a.force == force}
        return tuple(effect for effect in Effect if effect in made)

    def sequences_of(self, pattern: str) -> tuple[Sequence, ...]:
        """The sequences that lead through a pattern."""
        return tuple(
            s for s in self.sequences.values() if any(step.pattern == pattern for step in s.steps)
        )

    def groups(self) -> dict[str, tuple[Force, ...]]:
        """The forces by the heading below which they stand, in the order of their page."""
        found: dict[str, list[Force]] = defaultdict(list)
        for force in self.forces.values():
            found[force.group].append(force)
        return {group: tuple(forces) for group, forces in found.items()}

    def prerequisites(self, pattern: str) -> frozenset[str]:
        """All patterns that one requires, directly or through others; itself if in a cycle."""
        requires = self._targets(RelationKind.REQUIRES)
        found: set[str] = set()
        todo = list(requires[pattern])
        while todo:
            if (one := todo.pop()) not in found:
                found.add(one)
                todo += requires[one]
        return frozenset(found)

    @cached_property
    def building_order(self) -> tuple[str, ...]:
        """All patterns so that each stands after those that it requires, uses or refines.

        Requirements are kept wherever they have no cycle; the weaker relations are kept as far as
        they contradict neither these nor, in the order of the catalogue, each other.
        """
        strong = self._targets(RelationKind.REQUIRES)
        weak = self._targets(RelationKind.USES, RelationKind.REFINES)
        order: list[str] = []
        left = list(self.patterns)
        while left:
            # The first of those that miss least: in a cycle, too, every round places one.
            missing = {
                name: tuple(sum(t in left and t != name for t in of[name]) for of in (strong, weak))
                for name in left
            }
            order.append(min(left, key=missing.__getitem__))
            left.remove(order[-1])
        return tuple(order)

    def _targets(self, *kinds: RelationKind) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.patterns}
        for kind in kinds:
            for edge in self.relations:
                if edge.kind is kind:
                    found[edge.source].append(edge.target)
        return found


T = TypeVar("T", Pattern, Force, Sequence)


def _by_id(items: Iterable[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        found.setdefault(item.id, item)
    return found
