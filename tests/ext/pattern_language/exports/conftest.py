"""A language by hand that holds one of everything."""

from __future__ import annotations

import pytest

from pattern_language.edition import Edition
from pattern_language.model import (
    Answer,
    Consequence,
    Effect,
    Force,
    Language,
    Page,
    Part,
    PartKind,
    Pattern,
    Place,
    Pressing,
    Relation,
    RelationKind,
    Sequence,
    State,
    Step,
)


def _pattern(name: str, category: str, *relations: tuple[RelationKind, str]) -> Pattern:
    place = Place(name, 3)
    return Pattern(
        id=name,
        name=f"The «{name}» & more",
        intent=f"Do the {name} thing.",
        category=category,
        state=State.IN_PROGRESS if category == "rest" else State.COMPLETE,
        modules=(f"work.{name}",),
        docname=f"{category}/{name}",
        place=place,
        parts=(
            Part(PartKind.CONTEXT, f"{name}-context", place),
            Part(PartKind.PROBLEM, f"{name}-problem", place, is_empty=True),
        ),
        pressings=(Pressing("speed-and-memory", "It presses.", place),),
        consequences=(
            Consequence((Answer(Effect.RESOLVES, "speed-and-memory"),), "It is so.", place),
        ),
        relations=tuple(
            Relation(kind, name, target, "So it is.", place) for kind, target in relations
        ),
        examples=("first",) if category == "work" else (),
    )


@pytest.fixture
def pages() -> list[Page]:
    """The pages of the language."""
    alpha = _pattern("alpha", "work", (RelationKind.ENABLES, "beta"))
    beta = _pattern("beta", "work", (RelationKind.CONFLICTS_WITH, "gamma"))
    gamma = _pattern("gamma", "rest")
    goods = ("Speed", "memory")
    force = Force("speed-and-memory", goods, "Fast takes room.", "forces", Place("forces", 5), "G")
    here = Place("index", 2)
    steps = (Step("alpha", "It begins.", here), Step("beta", "It goes on.", here))
    sequence = Sequence("first-steps", "First steps", "From A to B.", steps, "index", here)
    return [
        Page("index", sequences=(sequence,)),
        Page("forces", forces=(force,)),
        *(Page(one.docname, (one,)) for one in (alpha, beta, gamma)),
    ]


@pytest.fixture
def language(pages: list[Page]) -> Language:
    """The language of the pages."""
    return Language.of(pages, {"work": "Work", "rest": "Rest"})


@pytest.fixture
def edition() -> Edition:
    """An edition that is published."""
    base = "https://example.org/language/"
    return Edition("A Catalogue", ("The authors",), "1.0", "2026-11-22", "MIT", base)


@pytest.fixture
def unpublished() -> Edition:
    """An edition of which nothing is known but title and authors."""
    return Edition("A Catalogue", ("The authors",), "", "")
