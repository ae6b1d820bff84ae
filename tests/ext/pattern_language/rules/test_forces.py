"""Forces press somewhere, and what presses is answered."""

from __future__ import annotations

from typing import Any

from pattern_language.model import PartKind
from pattern_language.rules import check


def test_a_force_without_an_answer_is_found_where_it_presses(make: Any) -> None:
    found = make.found(make.pattern("a", forces="x y"), make.force("y"))
    assert found == [("a", 31, "unanswered-force")]


def test_a_force_that_is_answered_and_not_listed_is_found_at_the_consequence(make: Any) -> None:
    pattern = make.pattern("a", answers="resolves x/balances y")
    assert make.found(pattern, make.force("y")) == [("a", 51, "unlisted-force")]


def test_without_a_list_of_forces_only_the_missing_part_is_found(make: Any) -> None:
    kinds = [kind for kind in PartKind if kind is not PartKind.FORCES]
    assert make.found(make.pattern("a", forces="", kinds=kinds)) == [("a", 3, "missing-part")]


def test_a_repeated_force_is_found_at_its_second_place(make: Any) -> None:
    assert make.found(make.pattern("a", forces="x x")) == [("a", 31, "repeated-force")]


def test_a_repeated_answer_is_found_and_several_effects_on_a_force_are_not(make: Any) -> None:
    both = make.pattern("a", answers="resolves x/worsens x")
    assert make.found(both) == []
    twice = make.pattern("a", answers="resolves x/resolves x")
    assert make.found(twice) == [("a", 51, "repeated-answer")]


def test_a_force_in_no_pattern_is_found_at_its_definition(make: Any) -> None:
    language = make.language(make.pattern("a"), make.force("x"), make.force("y", line=7))
    found = [(f.place.line, f.subtype) for f in check(language) if f.place.docname == "forces"]
    assert found == [(7, "unused-force")]
