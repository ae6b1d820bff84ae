"""Relations: what is said of two patterns fits together, and every pattern can be reached."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

from pattern_language.model import RelationKind
from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Language, Relation
    from pattern_language.rules.finding import Surroundings

_BUILDS_ON: Final = frozenset({RelationKind.REQUIRES, RelationKind.USES})


def relation_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """Relations are told once, contradict nothing, have no circle, and leave nobody out."""
    del around
    yield from self_relations(language)
    for relations in _by_pair(language):
        for first, second in combinations(relations, 2):
            yield from _repetition(first, second)
            yield from _contradiction(first, second)
    yield from cycles(language)
    yield from unreached(language)


def self_relations(language: Language) -> Iterator[Finding]:
    """Find patterns that are related to themselves."""
    for pattern in language.patterns.values():
        for relation in pattern.relations:
            if relation.source == relation.target:
                message = (
                    f"{pattern.id!r} cannot have the relation '{relation.kind.value}' to itself"
                )
                yield Finding(relation.place, "self-relation", message)


def _by_pair(language: Language) -> Iterator[list[Relation]]:
    """Yield the relations between each two patterns, in canonical direction, by place."""
    found: dict[frozenset[str], list[Relation]] = defaultdict(list)
    for pattern in language.patterns.values():
        for relation in pattern.relations:
            if relation.source != relation.target:
                found[frozenset((relation.source, relation.target))].append(relation.canonical)
    yield from (sorted(pair, key=lambda relation: relation.place) for pair in found.values())


def _repetition(first: Relation, second: Relation) -> Iterator[Finding]:
    if (first.kind, first.source, first.target) == (second.kind, second.source, second.target):
        message = (
            f"'{second.source} {second.kind.value} {second.target}' is told already at "
            f"{_where(first)}; each relation is written once and shown on both pages"
        )
        yield Finding(second.place, "repeated-relation", message)


def _contradiction(first: Relation, second: Relation) -> Iterator[Finding]:
    reason = _why_not_both(first, second)
    if reason:
        message = f"'{_said(second)}' contradicts '{_said(first)}' at {_where(first)}: {reason}"
        yield Finding(second.place, "contradiction", message)


def _why_not_both(first: Relation, second: Relation) -> str:
    """Return why two relations of one pair cannot both hold; empty if they can."""
    kinds = {first.kind, second.kind}
    if len(kinds) > 1:
        if RelationKind.CONFLICTS_WITH in kinds:
            return "patterns that conflict are not applied together"
        if RelationKind.ALTERNATIVE_TO in kinds:
            return "of alternatives one is chosen"
    if kinds <= _BUILDS_ON:
        if first.source != second.source:
            return "each would be built on the other"
        if len(kinds) > 1:
            return "what is required is used; the stronger of the two is enough"
    if kinds == {RelationKind.REFINES} and first.source != second.source:
        return "neither is the more general"
    return ""


def _said(relation: Relation) -> str:
    return f"{relation.source} {relation.kind.value} {relation.target}"


def _where(relation: Relation) -> str:
    return f"{relation.place.file or relation.place.docname}:{relation.place.line}"


def cycles(language: Language) -> Iterator[Finding]:
    """Find circles in 'requires': none of their patterns could be applied first.

    Each group of patterns that require one another yields one finding, with a shortest circle
    through the pattern whose id comes first.
    """
    done: set[str] = set()
    for pattern in sorted(language.patterns):
        if pattern in done or pattern not in language.prerequisites(pattern):
            continue
        circle = _shortest_circle(language, pattern)
        if not circle:
            continue  # it requires itself, which has a finding of its own
        done |= {p for p in language.prerequisites(pattern) if pattern in language.prerequisites(p)}
        edge = _requirements(language, pattern)[circle[1]]
        message = f"a circle in 'requires': {' -> '.join(circle)}"
        yield Finding(edge.place, "cycle", message)


def _requirements(language: Language, pattern: str) -> dict[str, Relation]:
    return {
        edge.target: edge
        for edge in language.relations
        if edge.source == pattern != edge.target and edge.kind is RelationKind.REQUIRES
    }


def _shortest_circle(language: Language, start: str) -> list[str]:
    """Return the patterns of a circle, the first one again at its end; empty if there is none."""
    paths = [[start]]
    seen: set[str] = set()
    for path in paths:  # grows while it is walked: breadth first
        for target in _requirements(language, path[-1]):
            if target == start:
                return [*path, start]
            if target not in seen:
                seen.add(target)
                paths.append([*path, target])
    return []


def unreached(language: Language) -> Iterator[Finding]:
    """Find patterns that no sequence leads through and that no other pattern builds on."""
    reached = {edge.target for edge in language.relations}
    reached |= {edge.source for edge in language.relations if edge.kind.is_symmetric}
    reached |= {step.pattern for s in language.sequences.values() for step in s.steps}
    for pattern in language.patterns.values():
        if pattern.id not in reached:
            message = (
                f"nothing leads to {pattern.id!r}: no other pattern has a relation to it, and it "
                "is in no sequence"
            )
            yield Finding(pattern.place, "unreached", message)
