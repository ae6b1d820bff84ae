"""The table of options that authors read is the one by which pages are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from docutils import nodes

from doc_examples.collect.options import OPTIONS

Project = Callable[..., Any]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.md", "# P\n\n```{example-options}\n```\n"),
        ("index.rst", "P\n=\n\n.. example-options::\n"),
    ],
)
def test_every_option_has_a_row(project: Project, name: str, text: str) -> None:
    built = project({name: text}, 'extensions = ["myst_parser", "doc_examples"]\n', builder="html")
    assert built.warnings == ""
    (body,) = built.app.env.get_doctree("index").findall(nodes.tbody)
    rows = [[entry.astext() for entry in row.findall(nodes.entry)] for row in body.children]
    # The words of the last column have typographic quotes by now.
    assert sorted(row[:2] for row in rows) == sorted([o.name, o.syntax] for o in OPTIONS)
    assert all(meaning for _, _, meaning in rows)
