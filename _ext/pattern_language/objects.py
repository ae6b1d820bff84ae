"""What of a language can be referred to, and by which names. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pattern_language.model import Language, Page
from pattern_language.prose import named
from pattern_language.words import PART_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pattern_language.model import Pattern


@dataclass(frozen=True, slots=True)
class Target:
    """Where something of the language is found, and what it is called."""

    name: str
    docname: str
    anchor: str


def objects(language: Language, kind: str) -> Iterator[tuple[str, Target]]:
    """Yield the objects of a type (as roles name it) by id."""
    if kind == "force":
        for force in language.forces.values():
            yield force.id, Target(force.name, force.docname, force.anchor)
    elif kind == "sequence":
        for sequence in language.sequences.values():
            yield sequence.id, Target(sequence.title, sequence.docname, sequence.anchor)
    else:
        for pattern in language.patterns.values():
            yield from __objects_of(pattern, kind)


def __objects_of(pattern: Pattern, kind: str) -> Iterator[tuple[str, Target]]:
    if kind == "pattern":
        yield pattern.id, Target(pattern.name, pattern.docname, pattern.anchor())
    elif kind == "part":
        for part in pattern.parts:
            title = f"{pattern.name}: {PART_TITLES[part.kind]}"
            yield part.anchor, Target(title, pattern.docname, part.anchor)
    elif kind == "example":
        for name in pattern.examples:
            title = f"{pattern.name}: {name}"
            yield f"{pattern.id}/{name}", Target(title, pattern.docname, name)


def with_names(language: Language) -> Language:
    """Put names for the references that stand in the texts of the records."""

    def name(kind: str, target: str) -> str:
        found = dict(objects(language, kind)).get(target)
        return found.name if found else target

    def pages() -> Iterable[Page]:
        for page in language.pages:
            yield replace(
                page,
                patterns=tuple(map(pattern, page.patterns)),
                forces=tuple(replace(f, summary=named(f.summary, name)) for f in page.forces),
                sequences=tuple(
                    replace(
                        s,
                        summary=named(s.summary, name),
                        steps=tuple(replace(t, text=named(t.text, name)) for t in s.steps),
                    )
                    for s in page.sequences
                ),
            )

    def pattern(one: Pattern) -> Pattern:
        return replace(
            one,
            intent=named(one.intent, name),
            pressings=tuple(replace(p, text=named(p.text, name)) for p in one.pressings),
            consequences=tuple(replace(c, text=named(c.text, name)) for c in one.consequences),
            relations=tuple(replace(r, reason=named(r.reason, name)) for r in one.relations),
        )

    return Language.of(pages(), language.categories)
