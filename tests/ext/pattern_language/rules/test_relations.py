"""Relations are told once, fit together, have no circle, and reach every pattern."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pattern_language.model import (
    Language,
    Page,
    Pattern,
    Place,
    Relation,
    RelationKind,
    State,
)
from pattern_language.rules import check
from pattern_language.rules.relations import cycles


def told(make: Any, one: str, other: str) -> list[str]:
    """Subtypes found when a says one thing of b, and b another of a."""
    patterns = make.pattern("a", one), make.pattern("b", other)
    return [subtype for _, _, subtype in make.found(*patterns)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uses b", "uses a"),
        ("requires b", "uses a"),
        ("enables b", "enables a"),
        ("refines b", "refines a"),
        ("requires b", "used-by a"),
        ("alternative-to b", "requires a"),
        ("alternative-to b", "uses a"),
        ("alternative-to b", "refines a"),
        ("conflicts-with b", "requires a"),
        ("conflicts-with b", "alternative-to a"),
        ("conflicts-with b", "generalises a"),
    ],
)
def test_contradictions_are_found_whoever_tells_them(make: Any, one: str, other: str) -> None:
    assert "contradiction" in told(make, one, other)
    kind, inverse = one.split(maxsplit=1)[0], other.split(maxsplit=1)[0]
    assert "contradiction" in told(make, f"{inverse} b", f"{kind} a")


@pytest.mark.parametrize(
    ("one", "other"), [("requires b", "generalises a"), ("uses b", "generalises a")]
)
def test_what_fits_together_is_not_found(make: Any, one: str, other: str) -> None:
    assert told(make, one, other) == []


@pytest.mark.parametrize("kind", list(RelationKind))
def test_a_relation_told_on_both_sides_is_found_once(make: Any, kind: RelationKind) -> None:
    found = told(make, f"{kind.value} b", f"{kind.inverse.value} a")
    assert found == ["repeated-relation"]


def test_a_relation_told_twice_on_one_page_is_found_at_the_second_place(make: Any) -> None:
    found = make.found(make.pattern("a", "uses b", "uses b"), make.pattern("b"))
    assert found == [("a", 71, "repeated-relation")]


def test_a_relation_to_itself_is_found_and_is_no_circle(make: Any) -> None:
    assert make.found(make.pattern("a", "requires a")) == [("a", 70, "self-relation")]


def test_a_circle_names_its_patterns_once(make: Any, messages: Any) -> None:
    patterns = [
        make.pattern("a", "requires b"),
        make.pattern("b", "requires c", "requires d"),
        make.pattern("c", "requires a"),
        make.pattern("d", "requires b"),
        make.pattern("e", "requires a"),
    ]
    assert [found for found in make.found(*patterns) if found[2] == "cycle"] == [("a", 70, "cycle")]
    (circle,) = [message for message in messages(*patterns) if "circle" in message]
    assert circle.endswith("a -> b -> c -> a")


edges = st.sets(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=9)


@given(edges)
def test_a_circle_is_found_exactly_where_requirements_cannot_be_ordered(
    required: set[tuple[str, str]],
) -> None:
    place = Place("p", 1)
    kind = RelationKind.REQUIRES
    patterns = [
        Pattern(
            name, name, "", "", State.COMPLETE, (), name, place,
            relations=tuple(
                Relation(kind, name, t, "", place) for s, t in sorted(required) if s == name != t
            ),
        )
        for name in "abcde"
    ]  # fmt: skip
    language = Language.of(Page(pattern.docname, (pattern,)) for pattern in patterns)
    position = {name: index for index, name in enumerate(language.building_order)}
    ordered = all(position[t] < position[s] for s, t in required if s != t)
    assert bool(list(cycles(language))) == (not ordered)


def test_a_pattern_is_reached_by_another_or_by_a_sequence(make: Any) -> None:
    def unreached(*records: Any) -> list[str]:
        return [f.place.docname for f in check(make.language(*records)) if f.subtype == "unreached"]

    one, other = make.pattern("a", "uses b"), make.pattern("b")
    assert unreached(one, other) == ["a"]
    assert unreached(one, other, make.sequence("s", "a")) == []
    assert unreached(make.pattern("a", "conflicts-with b"), other) == []
    assert unreached(make.pattern("a", "used-by b"), other) == ["b"]
