"""A block is found where it stands, whatever nesting put before its lines."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doc_examples.collect.anchor import Anchors, Place, normalised

LINE = st.text("abx =()'\"\\", min_size=1, max_size=8).map(lambda text: f"y{text}".rstrip())
CODE = st.lists(st.one_of(LINE, st.just(""), LINE.map(lambda text: f"    {text}")), min_size=1)
PREFIX = st.sampled_from(["", "  ", "    ", "> ", ">   ", "  > > ", "\t"])


@given(CODE, PREFIX, st.lists(LINE), st.lists(LINE), st.integers(-3, 3))
def test_a_block_is_found_behind_any_prefix(
    code: list[str], prefix: str, above: list[str], below: list[str], drift: int
) -> None:
    assume(code[0] and code[-1])
    noise = [f"text {line}" for line in above]
    source = [
        *noise,
        "```",
        *(prefix + line for line in code),
        "```",
        *(f"text {line}" for line in below),
    ]
    line = len(noise) + 2
    text = "\n".join(code) + "\n"
    assert Anchors(source).find(text, max(1, line + drift)) == Place(line, len(prefix))
    assert Anchors(source).find(text, None) == Place(line, len(prefix))


@given(CODE, st.integers(2, 4))
def test_equal_blocks_get_places_of_their_own_in_order(code: list[str], count: int) -> None:
    assume(code[0] and code[-1])
    source: list[str] = []
    fences = []
    for _ in range(count):
        fences.append(len(source) + 1)
        source += ["```", *code, "```", ""]
    anchors = Anchors(source)
    text = "\n".join(code) + "\n"
    found = [anchors.find(text, fence) for fence in fences]
    assert [place.line for place in found if place] == [fence + 1 for fence in fences]


def test_the_same_hint_is_the_same_place() -> None:
    anchors = Anchors(["```", "x", "```", "```", "x", "```"])
    assert anchors.find("x\n", 1) == anchors.find("x\n", 1) == Place(2, 0)
    assert anchors.find("x\n", 4) == Place(5, 0)


def test_a_place_at_or_after_the_hint_is_preferred() -> None:
    source = ["x", "", "", "", "```", "", "", "x"]
    assert Anchors(source).find("x\n", 5) == Place(8, 0)


def test_an_exact_text_is_preferred_to_one_that_differs_in_blanks() -> None:
    assert Anchors(["x  = 1", "x = 1"]).find("x = 1\n", None) == Place(2, 0)


def test_only_the_part_that_is_named_is_looked_at() -> None:
    source = ["x", "y", "x"]
    assert Anchors(source).find("x\n", None, within=(2, 3)) == Place(3, 0)
    assert Anchors(source).find("x\n", None, within=(2, 2)) is None


def test_a_text_that_stands_nowhere_has_no_place() -> None:
    assert Anchors(["x = 1", "y = 2"]).find("x = 1\nz = 2\n", 1) is None


def test_a_block_of_blank_lines_stands_below_its_fence() -> None:
    assert Anchors(["```", "", "```"]).find("\n", 1) == Place(2, 0)
    assert Anchors(["```", "", "```"]).find("\n", None) is None


@pytest.mark.parametrize("line", ["x = 1", "  x = 1", "> x =  1  ", " > >\tx\t= 1"])
def test_nesting_tabs_and_trailing_blanks_do_not_count(line: str) -> None:
    assert normalised(line) == "x = 1"
