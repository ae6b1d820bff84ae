"""Laws of the model, whatever the pages say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from pattern_language.model import (
    Answer,
    Consequence,
    Effect,
    Language,
    Page,
    Pattern,
    Place,
    Pressing,
    Relation,
    RelationKind,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

IDS = tuple("abcdefg")
CATEGORIES = {"one": "One", "two": "Two"}
CANONICAL = [kind for kind in RelationKind if kind.is_canonical]
BUILDS = (RelationKind.REQUIRES, RelationKind.USES, RelationKind.REFINES)


def pattern(name: str, relations: Sequence[tuple[RelationKind, str]] = ()) -> Pattern:
    place = Place(f"pages/{name}", 3)
    return Pattern(
        id=name,
        name=name.upper(),
        intent="",
        category="one" if name < "d" else "two",
        state=State.COMPLETE,
        modules=(),
        docname=place.docname,
        place=place,
        relations=tuple(
            Relation(kind, name, target, "", replace(place, line=line))
            for line, (kind, target) in enumerate(relations, 10)
        ),
    )


def language(edges: Sequence[tuple[str, RelationKind, str]]) -> Language:
    told = {name: [(kind, t) for s, kind, t in edges if s == name] for name in IDS}
    pages = [Page(f"pages/{name}", (pattern(name, told[name]),)) for name in IDS]
    return Language.of(pages, CATEGORIES)


edges = st.tuples(st.sampled_from(IDS), st.sampled_from(list(RelationKind)), st.sampled_from(IDS))
languages = st.lists(edges, max_size=20).map(language)


@given(st.sampled_from(list(RelationKind)))
def test_the_inverse_of_an_inverse_is_the_relation_itself(kind: RelationKind) -> None:
    assert kind.inverse.inverse is kind
    assert kind.is_symmetric == (kind.inverse is kind)
    assert kind.is_canonical or kind.inverse.is_canonical


@given(edges)
def test_canonical_form_does_not_depend_on_the_side_that_tells(
    edge: tuple[str, RelationKind, str],
) -> None:
    source, kind, target = edge
    told = Relation(kind, source, target, "why", Place("p", 1))
    assert told.turned.turned == told
    assert told.canonical == told.turned.canonical
    assert told.canonical.canonical == told.canonical
    assert told.canonical.kind.is_canonical


@given(languages, st.randoms(use_true_random=False))
def test_the_order_in_which_pages_were_read_changes_nothing(
    found: Language, random: object
) -> None:
    pages = list(found.pages)
    random.shuffle(pages)  # type: ignore[attr-defined]
    other = Language.of(pages, CATEGORIES)
    assert other == found
    assert list(other.patterns) == list(found.patterns)
    assert other.relations == found.relations
    assert other.building_order == found.building_order


@given(languages)
def test_each_relation_is_told_from_both_sides(found: Language) -> None:
    for edge in found.relations:
        assert edge in found.relations_of(edge.source)
        assert edge.turned in found.relations_of(edge.target)
    told = [edge.canonical for name in IDS for edge in found.relations_of(name)]
    assert set(told) == set(found.relations)


@given(languages)
def test_the_building_order_holds_every_pattern_once(found: Language) -> None:
    assert sorted(found.building_order) == sorted(found.patterns)


@given(languages)
def test_requirements_without_a_circle_come_first_in_the_building_order(found: Language) -> None:
    circular = [name for name in IDS if name in found.prerequisites(name)]
    position = {name: index for index, name in enumerate(found.building_order)}
    if not circular:
        for name in IDS:
            for required in found.prerequisites(name):
                assert position[required] < position[name]


acyclic = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(BUILDS), st.sampled_from(IDS)).filter(
        lambda edge: edge[0] > edge[2]
    ),
    max_size=20,
).map(language)


@given(acyclic)
def test_without_circles_all_that_a_pattern_builds_on_comes_first(found: Language) -> None:
    position = {name: index for index, name in enumerate(found.building_order)}
    for edge in found.relations:
        assert position[edge.target] < position[edge.source]


@given(languages)
def test_prerequisites_are_closed(found: Language) -> None:
    for name in IDS:
        closure = found.prerequisites(name)
        for required in closure:
            assert found.prerequisites(required) <= closure


@given(st.lists(st.tuples(st.sampled_from(list(Effect)), st.sampled_from(["x", "y"])), max_size=6))
def test_answers_are_found_from_the_pattern_and_from_the_force(
    said: list[tuple[Effect, str]],
) -> None:
    place = Place("pages/a", 1)
    answers = tuple(Answer(effect, force) for effect, force in said)
    one = replace(
        pattern("a"),
        pressings=(Pressing("x", "", place),),
        consequences=(Consequence(answers, "", place),),
    )
    found = Language.of([Page("pages/a", (one,))], CATEGORIES)
    for force in ("x", "y"):
        effects = found.effects("a", force)
        assert set(effects) == {effect for effect, other in said if other == force}
        assert set(found.answered_by(force)) == set(effects)
    assert found.pressed_by("x") == (one,)
    assert found.pressed_by("y") == ()


def test_the_first_of_two_definitions_counts() -> None:
    first, second = pattern("a"), replace(pattern("a"), place=Place("pages/z", 3), name="A")
    pages = [Page("pages/z", (second,)), Page("pages/a", (first,))]
    assert Language.of(pages, CATEGORIES).patterns == {"a": first}
