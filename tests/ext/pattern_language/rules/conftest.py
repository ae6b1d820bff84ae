"""Languages written as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pattern_language.model import (
    Consequence,
    Force,
    Language,
    Page,
    Part,
    PartKind,
    Pattern,
    Place,
    Pressing,
    Relation,
    Sequence,
    State,
    Step,
)
from pattern_language.rules import Surroundings, check
from pattern_language.terms import parse_answers, parse_relation

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Make:
    """Makes records with places of their own, and asks the rules about them."""

    def pattern(
        self,
        name: str,
        /,
        *relations: str,
        forces: str = "x",
        answers: str = "resolves x",
        **rest: Any,
    ) -> Pattern:
        """Make a complete pattern; its n-th relation stands in line 70 + n."""
        docname = rest.pop("docname", name)
        place = Place(docname, 3)

        def at(line: int) -> Place:
            return replace(place, line=line)

        kinds = rest.pop("kinds", list(PartKind))
        empty = rest.pop("empty", ())
        pattern = Pattern(
            id=name,
            name=name.title(),
            intent="An intent.",
            category="one",
            state=State.COMPLETE,
            modules=(),
            docname=docname,
            place=place,
            parts=tuple(
                Part(kind, f"{name}-{kind.value}", at(line), kind in empty)
                for line, kind in enumerate(kinds, 10)
            ),
            pressings=tuple(
                Pressing(force, "", at(line)) for line, force in enumerate(forces.split(), 30)
            ),
            consequences=tuple(
                Consequence(parse_answers(text), "", at(line))
                for line, text in enumerate(filter(None, answers.split("/")), 50)
            ),
            relations=tuple(
                Relation(kind, name, target, "", at(line))
                for line, (kind, target) in enumerate(map(parse_relation, relations), 70)
            ),
            examples=("one",),
        )
        return replace(pattern, **rest)

    def force(self, name: str, docname: str = "forces", line: int = 1) -> Force:
        """Make a force."""
        return Force(name, ("A", "b"), "", docname, Place(docname, line))

    def sequence(self, name: str, steps: str, docname: str = "index") -> Sequence:
        """Make a sequence; its n-th step stands in line 20 + n."""
        made = tuple(Step(s, "", Place(docname, n)) for n, s in enumerate(steps.split(), 20))
        return Sequence(name, name, "", made, docname, Place(docname, 10))

    def language(self, *records: Pattern | Force | Sequence) -> Language:
        """Put records on their pages."""
        pages: dict[str, Page] = {}
        for record in records:
            page = pages.setdefault(record.docname, Page(record.docname))
            if isinstance(record, Pattern):
                page = replace(page, patterns=(*page.patterns, record))
            elif isinstance(record, Force):
                page = replace(page, forces=(*page.forces, record))
            else:
                page = replace(page, sequences=(*page.sequences, record))
            pages[record.docname] = page
        return Language.of(pages.values(), {"one": "One"})

    def found(
        self, *records: Pattern | Force | Sequence, around: Surroundings | None = None
    ) -> list[tuple[str, int, str]]:
        """Return page, line and subtype of what the rules find, besides missing company.

        Small languages need neither sequences nor a definition of every force.
        """
        return [
            (finding.place.docname or finding.place.file, finding.place.line, finding.subtype)
            for finding in check(self.language(self.force("x"), *records), around)
            if finding.subtype not in {"unreached", "unused-force"}
        ]


@pytest.fixture
def make() -> Make:
    """The maker of records."""
    return Make()


@pytest.fixture
def messages(make: Make) -> Callable[..., list[str]]:
    """A function that returns the messages about some records."""

    def told(*records: Any) -> list[str]:
        return [finding.message for finding in check(make.language(*records))]

    return told
