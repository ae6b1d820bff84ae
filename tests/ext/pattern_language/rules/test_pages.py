"""The form of a page, rule by rule."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.model import Heading, PartKind, Place, State
from pattern_language.rules import Surroundings
from pattern_language.rules.pages import REQUIRED, misordered_parts

KINDS = list(PartKind)


def test_a_complete_pattern_has_no_findings(make: Any) -> None:
    assert make.found(make.pattern("a")) == []


@pytest.mark.parametrize("kind", REQUIRED)
def test_a_missing_part_is_found_at_the_head(make: Any, kind: PartKind) -> None:
    kinds = [one for one in KINDS if one is not kind]
    found = make.found(make.pattern("a", kinds=kinds))
    assert ("a", 3, "missing-part") in found


def test_references_may_be_missing(make: Any) -> None:
    assert make.found(make.pattern("a", kinds=KINDS[:-1])) == []


def test_in_progress_the_implementation_and_examples_may_be_missing(make: Any) -> None:
    kinds = [one for one in KINDS if one is not PartKind.IMPLEMENTATION]
    around = Surroundings(examples=True)
    waiting = make.pattern("a", kinds=kinds, state=State.IN_PROGRESS, examples=())
    assert make.found(waiting, around=around) == []
    done = make.pattern("a", kinds=kinds, examples=())
    assert make.found(done, around=around) == [("a", 3, "missing-part"), ("a", 3, "no-example")]
    assert make.found(done) == [("a", 3, "missing-part")]


def test_a_repeated_part_is_found_where_it_is_repeated(make: Any) -> None:
    kinds = [*KINDS[:2], PartKind.PROBLEM, *KINDS[2:]]
    assert make.found(make.pattern("a", kinds=kinds)) == [("a", 12, "repeated-part")]


def test_one_part_out_of_order_is_one_finding(make: Any) -> None:
    kinds = [*KINDS[1:4], KINDS[0], *KINDS[4:]]
    assert make.found(make.pattern("a", kinds=kinds)) == [("a", 13, "misordered-part")]


def test_only_the_order_of_the_form_has_no_findings(make: Any) -> None:
    for kinds in permutations(KINDS[:4]):
        pattern = make.pattern("a", kinds=kinds)
        assert (not list(misordered_parts(pattern))) == (list(kinds) == KINDS[:4])


@given(st.lists(st.sampled_from(KINDS), max_size=6))
@settings(max_examples=50)
def test_misorder_is_found_exactly_where_kinds_go_down(kinds: list[PartKind]) -> None:
    from pattern_language.model import Part, Pattern  # noqa: PLC0415 - fixtures do not go with given

    place = Place("a", 1)
    parts = tuple(Part(kind, "", place) for kind in kinds)
    pattern = Pattern("a", "A", "", "", State.COMPLETE, (), "a", place, parts)
    ranks = [KINDS.index(kind) for kind in kinds]
    assert bool(list(misordered_parts(pattern))) == (ranks != sorted(ranks))


def test_an_empty_part_is_found(make: Any) -> None:
    assert make.found(make.pattern("a", empty={PartKind.SOLUTION})) == [("a", 13, "empty-part")]


def test_relations_told_elsewhere_fill_the_related_patterns(make: Any) -> None:
    empty = make.pattern("a", empty={PartKind.RELATED})
    assert make.found(empty) == [("a", 18, "empty-part")]
    assert make.found(empty, make.pattern("b", "uses a")) == []


def test_a_head_without_name_intent_or_known_category_is_found(make: Any) -> None:
    assert make.found(make.pattern("a", name="")) == [("a", 3, "no-name")]
    assert make.found(make.pattern("a", intent="")) == [("a", 3, "empty-part")]
    assert make.found(make.pattern("a", category="two")) == [("a", 3, "unknown-category")]


def test_stray_headings_are_found_where_they_stand(make: Any) -> None:
    heading = Heading("H", Place("a", 44))
    found = make.found(make.pattern("a", stray_headings=(heading,)))
    assert found == [("a", 44, "heading")]


def test_a_solution_begins_with_a_sentence_that_is_short_enough_to_be_quoted(make: Any) -> None:
    assert make.found(make.pattern("a", lead=" ".join(["word"] * 25))) == []
    found = make.found(make.pattern("a", lead=" ".join(["word"] * 26)))
    assert found == [("a", 13, "long-lead")]


def test_a_second_pattern_of_a_page_is_found_and_not_judged_further(make: Any) -> None:
    second = make.pattern("b", docname="a", kinds=[])
    assert make.found(make.pattern("a"), second) == [("a", 3, "several-patterns")]


@pytest.mark.parametrize(
    ("state", "modules", "faults"),
    [
        (State.COMPLETE, ("there",), []),
        (State.COMPLETE, ("there", "gone"), ["missing-module"]),
        (State.COMPLETE, (), []),
        (State.IN_PROGRESS, (), []),
        (State.IN_PROGRESS, ("gone",), ["missing-module"]),
        (State.IN_PROGRESS, ("there",), ["state"]),
        (State.IN_PROGRESS, ("gone", "there"), ["missing-module", "state"]),
    ],
)
def test_modules_exist_and_do_not_contradict_the_state(
    make: Any, state: State, modules: tuple[str, ...], faults: list[str]
) -> None:
    around = Surroundings(exists=lambda module: module == "there")
    found = make.found(make.pattern("a", state=state, modules=modules), around=around)
    assert found == [("a", 3, fault) for fault in faults]
