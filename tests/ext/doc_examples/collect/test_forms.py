"""Every form that a block can have is collected with its true file, line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from doc_examples.records import Kind

Project = Callable[..., Any]
Marked = Callable[..., dict[str, tuple[str, int, int]]]

QUIET = 'suppress_warnings = ["doc_examples.looks_like_python"]\n'
"""Blocks without a language are marked by a statement here."""

CONF_REST = QUIET + 'extensions = ["doc_examples"]\n'
MYST = f"""{QUIET}
extensions = ["doc_examples", "myst_parser", "sphinx_design"]
myst_enable_extensions = ["colon_fence", "deflist"]
"""

MARKDOWN = """
---
title: Forms
---

# Forms

```python
f01 = 1
```

~~~python
f02 = 1
~~~

```
f03 = 1
```

`````python

f04 = 1
`````

- item
  ```python
  f05 = 1
  ```

  1. inner

     ```python
     f06 = 1
     ```

> quoted
> ```python
> f07 = 1
>
> f07
> ```
>
> > ```python
> > f08 = 1
> > ```

Term
: ```python
  f09 = 1
  ```

A note[^n].

[^n]: Text.

    ```python
    f10 = 1
    ```

<details>

```python
f11 = 1
```

</details>

```{code-block} python
f12 = 1
```

```{code-block} python
:caption: Shown
:emphasize-lines: 1

f13 = 1
```

```{code-block} python
---
caption: Shown
---
f14 = 1
```

```{code} python
f15 = 1
```

```{sourcecode} python
f16 = 1
```

```{code-block} python

f17 = 1
```

Indented:

    f18 = 1

```{eval-rst}
Text::

    f19 = 1

>>> f20 = 1

.. code-block:: python
   :session: other

   f21 = 1

.. note::

   .. code-block:: python

      f22 = 1
```

```{parsed-literal}
f23 = **1**
```

::::{note}
```python
f24 = 1
```
::::

::::{note}
:::{note}
```python
f25 = 1
```
:::
::::

:::::{tab-set}
::::{tab-item} One
```python
f26 = 1
```
::::
::::{tab-item} Two
:sync: two

```python
f27 = 1
```
::::
:::::

:::::{grid} 2
::::{grid-item-card} Card
```python
f28 = 1
```
::::
:::::

:::{dropdown} More
```{code-block} python
:caption: Deep

f29 = 1
```
:::

> - mixed
>
>   :::{note}
>   ```python
>   f30 = 1
>   ```
>   :::

:::python
```python
f31 = 1
```
:::

````{admonition} A title
```{note}
~~~python
f32 = 1
~~~
```
````

```pycon
>>> f33 = 1
```

````markdown
```python
f34 = 1
```
````

- ```python
  f35 = 1
  ```

| a |
|---|
| b |

```python
f36 = 1
"""

INCLUDED = """
Text of another file.

```python
f40 = 1
```

    f41 = 1
"""

REST = """
Forms
=====

Text::

   f60 = 1

.. code-block:: python

   f61 = 1

.. code-block:: python
   :caption: Shown
   :session: other
   :raises: ValueError

   f62 = 1

.. code:: python

   f63 = 1

.. sourcecode:: python

   f64 = 1

* item

  .. code-block:: python

     f65 = 1

     f65

  More::

    f66 = 1

>>> f67 = 1

.. note::

   .. tip::

      ::

         f68 = 1

Term
   >>> f69 = 1

.. parsed-literal::

   f70 = **1**

.. highlight:: python

Now Python::

   f71 = 1

Quoted::

> f72 = 1
> f72

.. A comment:

   .. code-block:: python

      f74 = 1
"""


def test_every_markdown_form_is_found_at_its_line_and_column(
    project: Project, marked: Marked
) -> None:
    built = project({"index.md": MARKDOWN}, conf=MYST)
    assert built.error is None, built.warnings
    want = marked(Path(built.app.srcdir), "index.md")
    assert len(want) == 36
    # The blank line, and the fence that is shown, are part of their blocks.
    for block in ("f04", "f34"):
        file, line, column = want[block]
        want[block] = (file, line - 1, column)
    assert built.places() == want


def test_every_restructuredtext_form_is_found_at_its_line_and_column(
    project: Project, marked: Marked
) -> None:
    built = project({"index.rst": REST}, conf=CONF_REST)
    assert built.error is None, built.warnings
    want = marked(Path(built.app.srcdir), "index.rst")
    assert want.pop("f74") is not None  # in a comment, so nobody sees it
    assert len(want) == 13
    file, line, column = want["f72"]
    want["f72"] = (file, line, column - 2)  # the quote marks are part of what is shown
    assert built.places() == want


def test_languages_and_kinds_of_restructuredtext(project: Project) -> None:
    built = project({"index.rst": REST}, conf=CONF_REST)
    kinds = {e.code.split()[0]: e.kind for e in built.examples}
    assert kinds["f60"] is Kind.PROSE
    assert kinds["f71"] is Kind.PYTHON
    assert kinds["f70"] is Kind.PROSE
    assert kinds[">>>"] is Kind.DOCTEST
    (block,) = [e for e in built.examples if e.code == "f62 = 1\n"]
    assert (block.session, block.options.raises) == ("other", "ValueError")


def test_languages_options_and_kinds_of_markdown(project: Project) -> None:
    built = project({"index.md": MARKDOWN}, conf=MYST)
    kinds = {e.code.split()[0]: e.kind for e in built.examples}
    assert kinds["f01"] is Kind.PYTHON
    assert kinds["f03"] is Kind.PROSE
    assert kinds["f18"] is Kind.PROSE
    assert kinds[">>>"] is Kind.DOCTEST
    (other,) = [e for e in built.examples if e.code == "f21 = 1\n"]
    assert other.session == "other"


def test_an_included_file_is_named_even_when_two_pages_include_it_twice(
    project: Project, marked: Marked
) -> None:
    page = """
    # Page

    ```{include} part.inc.md
    ```

    ```python
    f42 = 1
    ```

    ```{include} part.inc.md
    ```
    """
    conf = MYST + 'exclude_patterns = ["*.inc.md"]\n'
    files = {
        "index.md": page,
        "other.md": "---\norphan: true\n---\n" + dedent(page),
        "part.inc.md": INCLUDED,
    }
    built = project(files, conf=conf)
    assert built.error is None, built.warnings
    at = marked(Path(built.app.srcdir), "part.inc.md")
    own = [(e.file, e.line) for e in built.examples if e.docname == "index"]
    twice = [at["f40"][:2], at["f41"][:2]]
    assert own == [*twice, ("index.md", 7), *twice]
    names = [e.name for e in built.examples if e.docname == "index"]
    assert len(set(names)) == len(names)


def test_equal_blocks_stand_at_places_of_their_own(project: Project) -> None:
    fence = "\n```python\nx = 1\n```\n"
    nested = f"\n::::{{note}}\n:::{{tip}}{fence}:::\n::::\n"
    built = project({"index.md": f"# Page\n{fence}{nested}{fence}"})
    assert built.error is None, built.warnings
    assert [e.line for e in built.examples] == [4, 10, 16]


CODE = """
import math

def area(r):
    f50 = math.pi
    return f50 * r * r

class Box:
    def volume(self):
        f51 = 1
        return f51

f52 = 1
f53 = 1
f52 = 1
"""


@pytest.mark.parametrize(
    ("options", "line", "column"),
    [
        ("", 1, 0),
        (":lines: 12", 12, 0),
        (":lines: 14", 14, 0),
        (":pyobject: Box.volume", 8, 0),
        (":start-after: 'class Box:'\n:end-at: return f51\n:dedent: 4", 8, 4),
        (":lines: 4-5\n:dedent:", 4, 4),
        (":lines: 12-13\n:prepend: x = 1", 11, 0),
        (":lines: 12-13\n:append: x = 1", 12, 0),
        (":lines: 12-13\n:caption: A box", 12, 0),
    ],
)
def test_literalinclude_names_the_lines_of_the_other_file(
    project: Project, options: str, line: int, column: int
) -> None:
    page = f"# Page\n\n```{{literalinclude}} code.py\n:language: python\n{options}\n```\n"
    built = project({"index.md": page, "code.py": CODE})
    assert built.error is None, built.warnings
    (example,) = built.examples
    assert (example.file, example.line, example.column) == ("code.py", line, column)
    assert example.kind is Kind.PYTHON


@pytest.mark.parametrize(
    ("lines", "place", "code"),
    [
        (
            "4,8,10,12",
            ("code.py", 4),
            "    f50 = math.pi\n\n\n\n    def volume(self):\n\n        return f51\n\nf52 = 1\n",
        ),
        ("12,4", ("index.md", 3), "f52 = 1\n    f50 = math.pi\n"),
    ],
)
def test_lines_that_are_left_out_leave_the_others_their_numbers(
    project: Project, lines: str, place: tuple[str, int], code: str
) -> None:
    page = f"# Page\n\n```{{literalinclude}} code.py\n:language: python\n:lines: {lines}\n```\n"
    built = project({"index.md": page, "code.py": CODE})
    assert built.error is None, built.warnings
    assert [(e.file, e.line) for e in built.examples] == [place]
    assert [e.code for e in built.examples] == [code]


def test_options_stand_on_every_kind_of_fence(project: Project) -> None:
    built = project(
        {
            "index.md": """
            # Page

            {#one session=a .wide}
            ```python
            x = 1
            ```

            {#two timeout=60 needs="webgpu isolation"}
            ~~~javascript
            let x
            ~~~

            {#three session=a}
            ```{code-block} python
            :caption: Deep
            x
            ```

            {#four reload=true}
            :::{code-block} css
            :root-like { color: red }
            :::

            {#five on-lines=x lines=">=0.27: old"}
            ```{literalinclude} code.py
            :language: python
            :lines: 1
            ```
            """.replace(" on-lines=x", "").replace(":root-like", "body"),
            "code.py": "x\n",
        }
    )
    assert built.error is None, built.warnings
    assert [e.name for e in built.examples] == ["one", "two", "three", "four", "five"]
    assert built.by_name("two").options.needs == ("webgpu", "isolation")
    assert built.by_name("two").options.timeout == 60
    assert built.by_name("three").session == "a"
    assert built.by_name("four").options.reload
    assert built.by_name("five").options.lines is not None


def test_the_first_line_of_code_is_never_read_as_options(project: Project) -> None:
    page = "# P\n\n```css\n:root { --a: 1 }\n```\n\n```yaml\n---\na: 1\n---\nb: 2\n```\n"
    built = project({"index.md": page})
    assert built.error is None, built.warnings
    assert [e.code.splitlines()[0] for e in built.examples] == [":root { --a: 1 }", "---"]
    assert [e.line for e in built.examples] == [4, 8]


MODULE = r'''
"""A module.

>>> f80 = 1
"""

limit = 3
"""The limit.

>>> f81 = 1
"""


class Box:
    """A box.

    Example:
        Fill it::

            f82 = 1

        >>> f83 = 1
        >>> f83
        1
    """

    def volume(self):
        """The volume.

        .. code-block:: python

           f84 = 1
        """

    @property
    def size(self):
        r"""The size.

        >>> f85 = "\n"
        """
        return 1


def area():
    """The area.

    >>> f87 = "\\n"

    >>> f86 = 1
    """
'''


def test_doctests_of_docstrings_stand_in_their_module(
    project: Project, marked: Marked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "project")
    page = """
    # API

    ```{eval-rst}
    .. automodule:: boxes_of_forms
       :members:
    ```
    """
    conf = MYST + 'extensions += ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]\n'
    built = project({"index.md": page, "boxes_of_forms.py": MODULE}, conf=conf)
    assert built.error is None, built.warnings
    want = marked(Path(built.app.srcdir), "boxes_of_forms.py")
    have = built.places()
    assert have.keys() == want.keys()
    assert have == want
    owners = {e.docstring_of for e in built.examples}
    assert "boxes_of_forms.Box.volume" in owners
    assert "boxes_of_forms-box-volume-1" not in owners
    assert "boxes-of-forms-box-volume-1" in {e.name for e in built.examples}


def test_a_docstring_stands_in_the_module_that_defines_its_object(
    project: Project, marked: Marked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "project")
    files = {
        "index.md": "# API\n\n```{eval-rst}\n.. automodule:: door_of_forms\n   :members:\n```\n",
        "door_of_forms/__init__.py": """
            from door_of_forms.inner import area
            from door_of_forms.inner import limit
            __all__ = ["area", "limit"]
            """,
        "door_of_forms/inner.py": MODULE.replace("class Box:", "class Box(Exception):"),
    }
    conf = MYST + 'extensions += ["sphinx.ext.autodoc"]\n'
    built = project(files, conf=conf)
    assert built.error is None, built.warnings
    want = marked(Path(built.app.srcdir), "door_of_forms/inner.py")
    assert built.places() == {key: want[key] for key in ("f87", "f86")}
