"""The scanner sees the blocks that a reader of the source sees."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.collect.scanner import Role, scan


def markdown(text: str, *, colon_fence: bool = True) -> list[tuple[int, str | None, str]]:
    found = scan(dedent(text).lstrip("\n"), "markdown", colon_fence=colon_fence)
    return [(item.line, item.language, item.code) for item in found]


def rest(text: str) -> list[tuple[int, str | None, str]]:
    found = scan(dedent(text).lstrip("\n"), "restructuredtext")
    return [(item.line, item.language, item.code) for item in found]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```python\nx\n```\n", [(2, "python", "x\n")]),
        ("~~~ python\nx\n```\n~~~\n", [(2, "python", "x\n```\n")]),
        ("```\nx\n", [(2, None, "x\n")]),
        ("a\n```js\nx\n````\nb\n", [(3, "js", "x\n")]),
        ("- a\n\n  ```js\n  x\n  ```\n", [(4, "js", "x\n")]),
        ("- ```js\n  x\n  ```\n- b\n", [(2, "js", "x\n")]),
        ("> ```js\n> x\n> ```\n", [(2, "js", "x\n")]),
        ("> ```js\n> x\n\ntext\n", [(2, "js", "x\n")]),
        ("- ```js\n  x\ntext\n", [(2, "js", "x\n")]),
        ("[^1]: a\n\n    ```js\n    x\n    ```\n", [(4, "js", "x\n")]),
        ("a\n: ```js\n  x\n  ```\n", [(3, "js", "x\n")]),
        ("a\n\n    x\n\n    y\n\nb\n", [(3, None, "x\n\ny\n")]),
        ("a\n    no code\n", []),
        ("`` `code` ``\n```not a `fence`\n", []),
        ("<!--\n```js\nx\n```\n-->\n", []),
        ("<pre>\n```js\n```\n</pre>\n```js\ny\n```\n", [(6, "js", "y\n")]),
        ("<details>\n\n```js\nx\n```\n\n</details>\n", [(4, "js", "x\n")]),
        ("---\na: |\n  ```js\n---\n```js\nx\n```\n", [(6, "js", "x\n")]),
        (":::{note}\n```js\nx\n```\n:::\n", [(3, "js", "x\n")]),
        ("::::{note}\n:::{tip}\n```js\nx\n```\n:::\n::::\n", [(4, "js", "x\n")]),
        ("````{note}\n:class: a\n\n```js\nx\n```\n````\n", [(5, "js", "x\n")]),
        ("````{note}\n---\nclass: a\n---\n```js\nx\n```\n````\n", [(6, "js", "x\n")]),
        ("````markdown\n```js\nx\n```\n````\n", [(2, "markdown", "```js\nx\n```\n")]),
        ("```{code-block} js\n:caption: a\n\nx\n```\n", [(4, "js", "x\n")]),
        ("```{code-block} css\n:root { }\n```\n", [(2, "css", ":root { }\n")]),
        ("```{raw} html\n```\n```{math}\nx\n```\n", []),
        ("```{pyodide}\n:editable:\n\nx\n```\n", [(4, "python", "x\n")]),
        ("```{eval-rst}\nA::\n\n   x\n```\n", [(4, None, "x\n")]),
        ("***\n\n- - ```js\n    x\n    ```\n", [(4, "js", "x\n")]),
    ],
)
def test_markdown(text: str, blocks: list[tuple[int, str | None, str]]) -> None:
    assert markdown(text) == blocks


def test_colons_open_a_fence_only_where_the_project_says_so() -> None:
    text = ":::{code-block} js\nx\n:::\n"
    assert markdown(text) == [(2, "js", "x\n")]
    assert markdown(text, colon_fence=False) == []


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (".. code-block:: js\n\n   x\n\n     y\n\nz\n", [(3, "js", "x\n\n  y\n")]),
        (".. code:: js\n   :name: a\n\n   x\n", [(4, "js", "x\n")]),
        ("A::\n\n   x\n\ny\n", [(3, None, "x\n")]),
        ("A\n\n::\n\n   x\n", [(5, None, "x\n")]),
        ("A::\n\n> x\n> y\n\nz\n", [(3, None, "> x\n> y\n")]),
        ("A:: b\n\n   quote\n", []),
        (">>> x\n1\n\ntext\n", [(1, "pycon", ">>> x\n1\n")]),
        ("text\n>>> no doctest\n", []),
        ("Term\n   >>> x\n", [(2, "pycon", ">>> x\n")]),
        ("* a\n\n  .. code:: js\n\n     x\n", [(5, "js", "x\n")]),
        ("* .. code:: js\n\n     x\n", [(3, "js", "x\n")]),
        ("1. a::\n\n      x\n", [(3, None, "x\n")]),
        (".. note::\n\n   .. code:: js\n\n      x\n", [(5, "js", "x\n")]),
        (".. note:: text::\n\n      x\n", [(3, None, "x\n")]),
        (".. A comment\n\n   .. code:: js\n\n      x\n", []),
        ("..\n   >>> x\n\ny\n", []),
        (".. _target:\n\n.. code:: js\n\n   x\n", [(5, "js", "x\n")]),
        (".. [1] A note::\n\n      x\n", [(3, None, "x\n")]),
        (".. raw:: html\n\n   >>> x\n", []),
        (".. parsed-literal::\n\n   *x*\n", [(3, None, "*x*\n")]),
        ("A::\n\n\tx\n", [(3, None, "x\n")]),
    ],
)
def test_restructuredtext(text: str, blocks: list[tuple[int, str | None, str]]) -> None:
    assert rest(text) == blocks


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("markdown", "```{literalinclude} a.py\n:lines: 1\n```\n"),
        ("restructuredtext", ".. literalinclude:: a.py\n   :lines: 1\n"),
    ],
)
def test_included_code_is_known_by_its_file(markup: str, text: str) -> None:
    (item,) = scan(text, markup)
    assert (item.line, item.code, item.role) == (1, "a.py", Role.INCLUDED)


@pytest.mark.parametrize(
    ("option", "roles"), [("", []), ("start-after: 'x'", [Role.PART]), ("literal:", [Role.PART])]
)
def test_an_include_of_a_part_is_known(option: str, roles: list[Role]) -> None:
    line = f":{option}\n" if option else ""
    assert [item.role for item in scan(f"```{{include}} a.md\n{line}```\n", "markdown")] == roles
    text = f".. include:: a.rst\n   {line}\nText\n"
    assert [item.role for item in scan(text, "restructuredtext")] == roles


PIECES = st.sampled_from(
    ["```", "~~~", ":::", "```{note}", "> ", "- ", "    ", "text", "", "::", ">>> x", ".. code::"]
)


@given(st.lists(st.lists(PIECES, max_size=3).map("".join)), st.sampled_from(("md", "rst")))
def test_any_text_is_scanned_to_its_end(lines: list[str], markup: str) -> None:
    name = {"md": "markdown", "rst": "restructuredtext"}[markup]
    for item in scan("\n".join(lines), name):
        assert 1 <= item.line <= len(lines) + 1


def test_another_markup_is_refused() -> None:
    with pytest.raises(ValueError, match="not 'html'"):
        scan("", "html")
