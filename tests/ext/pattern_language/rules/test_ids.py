"""Ids are defined once and known where they are named."""

from __future__ import annotations

from typing import Any


def test_a_second_definition_is_found_on_the_later_page(make: Any) -> None:
    pages = [make.pattern("a", docname="z"), make.pattern("a", docname="b")]
    assert make.found(*pages) == [("z", 3, "duplicate-id")]
    assert make.found(*reversed(pages)) == [("z", 3, "duplicate-id")]


def test_duplicate_forces_and_sequences_are_found(make: Any) -> None:
    again = make.force("x", docname="more", line=9)
    one, two = (make.sequence("s", "a", docname=name) for name in ("index", "other"))
    assert make.found(make.pattern("a"), again, one, two) == [
        ("more", 9, "duplicate-id"),
        ("other", 10, "duplicate-id"),
    ]


def test_the_message_names_the_first_definition(make: Any, messages: Any) -> None:
    told = messages(make.pattern("a", docname="z"), make.pattern("a", docname="b"))
    assert any("b:3" in message for message in told)


def test_unknown_forces_are_found_where_they_press_and_where_they_are_answered(make: Any) -> None:
    pattern = make.pattern("a", forces="x y", answers="resolves x/worsens y")
    assert make.found(pattern) == [("a", 31, "unknown-force"), ("a", 51, "unknown-force")]


def test_unknown_patterns_are_found_in_relations_and_sequences(make: Any) -> None:
    found = make.found(make.pattern("a", "uses ghost"), make.sequence("s", "a spirit"))
    assert found == [("a", 70, "unknown-pattern"), ("index", 21, "unknown-pattern")]
