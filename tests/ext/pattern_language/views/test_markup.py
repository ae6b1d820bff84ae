import doctest

from hypothesis import given
from hypothesis import strategies as st

from pattern_language.views import markup
from pattern_language.views.markup import el
from tests.ext.pattern_language.views.reading import parse

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")))


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(markup).failed == 0


@given(TEXTS, TEXTS)
def test_any_text_and_attribute_is_read_back_as_it_was_written(text: str, value: str) -> None:
    found = parse(el("p", {"title": value}, el("b", None, text)))
    assert (found[0].text or "") == text
    assert found.get("title", "") == value
