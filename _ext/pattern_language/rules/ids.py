"""Ids: each is defined once, and what refers to one finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pattern_language.model import Force, Language, Pattern, Place, Sequence
    from pattern_language.rules.finding import Surroundings


def id_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """Ids are unique and known; a redirected one is known to roles, not to records."""
    del around
    yield from duplicates("pattern", (p for page in language.pages for p in page.patterns))
    yield from duplicates("force", (f for page in language.pages for f in page.forces))
    yield from duplicates("sequence", (s for page in language.pages for s in page.sequences))
    yield from unknown_forces(language)
    yield from unknown_patterns(language)


def duplicates(what: str, defined: Iterable[Pattern | Force | Sequence]) -> Iterator[Finding]:
    """Find ids that are defined more than once."""
    first: dict[str, Place] = {}
    for one in sorted(defined, key=lambda one: one.place):
        if one.id in first:
            place = first[one.id]
            where = f"{place.file or place.docname}:{place.line}"
            message = f"the {what} {one.id!r} is defined already at {where}"
            yield Finding(one.place, "duplicate-id", message)
        first.setdefault(one.id, one.place)


def unknown_forces(language: Language) -> Iterator[Finding]:
    """Find forces that are named and defined nowhere."""
    for pattern in language.patterns.values():
        named = [(pressing.force, pressing.place) for pressing in pattern.pressings]
        named += [(a.force, one.place) for one in pattern.consequences for a in one.answers]
        for force, place in named:
            if force not in language.forces:
                yield Finding(place, "unknown-force", f"no page defines the force {force!r}")


def unknown_patterns(language: Language) -> Iterator[Finding]:
    """Find patterns that relations and sequences name and no page is about."""
    named = [
        (relation.target, relation.place)
        for pattern in language.patterns.values()
        for relation in pattern.relations
    ]
    named += [(step.pattern, step.place) for s in language.sequences.values() for step in s.steps]
    for pattern_id, place in named:
        if pattern_id not in language.patterns:
            yield Finding(place, "unknown-pattern", f"no page is about the pattern {pattern_id!r}")
