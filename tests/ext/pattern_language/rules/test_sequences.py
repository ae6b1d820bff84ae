"""Each step of a sequence stands on those before it."""

from __future__ import annotations

from typing import Any


def test_a_step_before_what_it_requires_is_found(make: Any) -> None:
    patterns = [make.pattern("a", "requires b"), make.pattern("b", "requires c"), make.pattern("c")]
    assert make.found(*patterns, make.sequence("s", "c b a")) == []
    assert make.found(*patterns, make.sequence("s", "b a")) == []
    # Directly or through one that the sequence leaves out.
    assert make.found(*patterns, make.sequence("s", "a c")) == [("index", 20, "sequence-order")]
    assert make.found(*patterns, make.sequence("s", "c a b")) == [("index", 21, "sequence-order")]


def test_a_weaker_relation_does_not_bind_the_order(make: Any) -> None:
    patterns = [make.pattern("a", "uses b"), make.pattern("b")]
    assert make.found(*patterns, make.sequence("s", "a b")) == []


def test_a_repeated_step_and_an_empty_sequence_are_found(make: Any) -> None:
    assert make.found(make.pattern("a"), make.sequence("s", "a a")) == [
        ("index", 21, "repeated-step")
    ]
    assert make.found(make.pattern("a"), make.sequence("s", "")) == [("index", 10, "empty-part")]
