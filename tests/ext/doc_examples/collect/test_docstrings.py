"""A docstring is found in the text of its module, which is never imported."""

from __future__ import annotations

import pytest

from doc_examples.collect.docstrings import docstring_of, docstrings

SOURCE = '''"""Module."""
import typing

if typing.TYPE_CHECKING:
    x = 1
    """The x."""
else:
    def chosen():
        """Chosen."""


class Box(
    dict,
):
    """Box."""

    size: int = 3
    """Size."""

    async def fill(self):
        """Fill."""

        def inner():
            """Nobody documents this."""

    @property
    def depth(self):
        """Getter."""

    @depth.setter
    def depth(self, value):
        """Setter
        of two lines."""


try:
    def tried():
        """Tried."""
except ImportError:
    def failed():
        """Failed."""


def silent():
    return f"""no {1} docstring"""
'''


@pytest.mark.parametrize(
    ("dotted", "texts"),
    [
        ("package.module", ["Module."]),
        ("package.module.x", ["The x."]),
        ("package.module.chosen", ["Chosen."]),
        ("package.module.Box", ["Box."]),
        ("package.module.Box.size", ["Size."]),
        ("package.module.Box.fill", ["Fill."]),
        ("package.module.Box.depth", ["Getter.", "Setter"]),
        ("package.module.tried", ["Tried."]),
        ("package.module.failed", ["Failed."]),
    ],
)
def test_docstrings_are_found_by_the_name_of_their_object(dotted: str, texts: list[str]) -> None:
    lines = SOURCE.splitlines()
    found = docstring_of(SOURCE, dotted)
    assert [lines[doc.first - 1].strip().strip('"') for doc in found] == texts
    assert [doc.text.splitlines()[0] for doc in found] == texts


def test_an_object_without_docstring_leads_to_nothing_of_its_own() -> None:
    assert [doc.text for doc in docstring_of(SOURCE, "package.module.silent")] == ["Module."]


def test_a_text_that_is_no_python_has_no_docstrings() -> None:
    assert docstrings("def (") == []


@pytest.mark.parametrize(
    ("literal", "keeps"), [('"""a\n\\n\n"""', False), ('r"""a\n\\n\n"""', True), ('"a"', True)]
)
def test_escapes_that_make_lines_are_noticed(literal: str, keeps: bool) -> None:
    (doc,) = docstrings(literal)
    assert doc.keeps_lines is keeps
