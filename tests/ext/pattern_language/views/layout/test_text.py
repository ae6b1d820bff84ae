import doctest

from hypothesis import given
from hypothesis import strategies as st

from pattern_language.views.layout import text

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(text) == (0, doctest.testmod(text).attempted)


@given(TEXTS, TEXTS)
def test_text_is_as_wide_as_its_parts_together(a: str, b: str) -> None:
    assert abs(text.width(a + b, 10) - text.width(a, 10) - text.width(b, 10)) < 1e-6


@given(TEXTS, st.floats(0, 200))
def test_a_label_has_one_or_two_lines_and_keeps_every_word(label: str, limit: float) -> None:
    lines = text.wrap(label, limit, 10)
    assert len(lines) in {1, 2}
    assert "".join("".join(lines).split()) == "".join(label.split())


@given(st.lists(st.sampled_from(["Worker", "of", "Synchronous-looking", "I"]), min_size=2))
def test_a_label_in_two_lines_is_broken_at_the_narrowest_place(words: list[str]) -> None:
    label = " ".join(words)
    found = max(text.width(line, 10) for line in text.wrap(label, 0, 10))
    for cut in range(1, len(words)):
        lines = " ".join(words[:cut]), " ".join(words[cut:])
        assert found <= max(text.width(line, 10) for line in lines)


def test_letters_with_accents_are_as_wide_as_without_and_ideographs_are_square() -> None:
    assert text.width("é", 10) == text.width("e", 10)
    assert text.width("e\u0301", 10) == text.width("e", 10)
    assert text.width("\u8a9e", 10) == 10 * text.MARGIN
