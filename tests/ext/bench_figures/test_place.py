"""A piece of text is found on its own line of the source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench_figures.place import Lines

FIGURE = "50 ms"


def test_of_equal_places_the_one_with_the_words_beside_it_is_taken() -> None:
    lines = Lines("slow: 50 ms\n\nfast: 50 ms\n")
    assert lines.find(FIGURE, "fast: 50 ms", near=1) == 3


def test_of_equal_places_with_equal_words_the_nearest_is_taken() -> None:
    source = "\n".join(["50 ms here"] * 9)
    assert Lines(source).find(FIGURE, "50 ms here", near=5) == 5


def test_a_place_is_given_out_once() -> None:
    lines = Lines("50 ms\n50 ms\n50 ms\n")
    assert [lines.find(FIGURE, FIGURE, near=1) for _ in range(3)] == [1, 2, 3]


def test_a_text_is_found_across_line_breaks_quotes_and_emphasis() -> None:
    assert Lines("a\n\n> takes **50**\n> ms.").find("50\nms", "takes 50", near=1) == 3


def test_typographic_punctuation_is_found_as_it_was_typed() -> None:
    assert Lines("a\n5--10 ms").find("5\u201310 ms", "5\u201310 ms", near=1) == 2


def test_a_number_is_not_found_within_another() -> None:
    assert Lines("150 ms\n1.50 ms\n50 msgs").find(FIGURE, FIGURE, near=1) is None


def test_what_has_no_words_stands_nowhere() -> None:
    assert Lines("a").find("<>", "", near=1) is None


@given(st.lists(st.sampled_from(["", "words", "50 ms", "more 50 ms words"]), min_size=1))
def test_all_places_are_given_out_in_order_to_those_who_ask_in_order(source: list[str]) -> None:
    lines = Lines("\n".join(source))
    here = [number for number, line in enumerate(source, 1) if FIGURE in line]
    assert [lines.find(FIGURE, source[number - 1], number) for number in here] == here
