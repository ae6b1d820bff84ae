"""Every legal page collects: each block is an example, or listed with why it is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doc_examples.records import Kind

Project = Callable[..., Any]
Marked = Callable[..., dict[str, tuple[str, int, int]]]

MYST = """
suppress_warnings = ["doc_examples.looks_like_python"]
extensions = ["doc_examples", "myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
"""


TESTS = """
T
=

.. testcleanup:: *

   f90 = 1

.. testsetup::

   f91 = 1

.. testcode::

   f92 = 1

.. testoutput::

   out...put

.. doctest::
   :hide:

   >>> f93 = 1

.. doctest::
   :options: -ELLIPSIS

   >>> f94 = 1  # doctest: +NORMALIZE_WHITESPACE
   >>> f94
   1

.. testcode:: other

   f95 = 1
   1 / 0

.. testoutput:: other
   :hide:

   Traceback (most recent call last):
   ZeroDivisionError: division ...

.. doctest::
   :skipif: True

   >>> f96 = 1

.. testcode::
   :skipif: True

   f97 = 1

.. testoutput::

   never
"""


def test_blocks_of_sphinx_doctest_are_what_their_directives_say(
    project: Project, marked: Marked
) -> None:
    conf = 'extensions = ["doc_examples", "sphinx.ext.doctest"]\n'
    built = project({"index.rst": TESTS}, conf=conf)
    assert built.error is None, built.warnings
    assert built.places() == marked(Path(built.app.srcdir), "index.rst")
    blocks = {e.code.split(" = ")[0].removeprefix(">>> "): e for e in built.examples}
    order = [name for name in blocks if name.startswith("f")]
    assert (order[0], order[-1]) == ("f91", "f90")  # set up first, cleaned up last
    assert [(e.text, e.ellipsis) for e in blocks["f92"].expected] == [("out...put\n", True)]
    assert blocks["f93"].kind is Kind.DOCTEST
    assert "ELLIPSIS" in blocks["f93"].flags
    assert "ELLIPSIS" not in blocks["f94"].flags
    assert "doctest: +NORMALIZE" in blocks["f94"].code
    assert blocks["f95"].session == "other"
    assert blocks["f95"].options.raises == "ZeroDivisionError(?s:: .*)?"
    for name in ("f96", "f97"):
        assert blocks[name].kind is Kind.PROSE
        assert blocks[name].not_run == "skipped by its page, if True"
    (never,) = [e for e in built.examples if e.code == "never\n"]
    assert (never.kind, never.not_run) == (
        Kind.PROSE,
        "the block that would print it is not run",
    )


LEGAL_REST = """
T
=

.. parsed-literal::

   f201 = 1 |v|

.. parsed-literal::

   f202 = 1 *marked*

:field:
    - item

      text::

          f203 = 1

:other: text

    * indented

      .. code-block:: python

         f204 = 1

.. literalinclude:: inc/latin.py
   :encoding: latin-1

.. list-table::

   * - cell

       .. code-block:: python

          f205 = 1

.. figure:: x.png

   Caption

   .. code-block:: python

      f206 = 1

.. only:: nothing

   .. code-block:: python

      f207 = 1

.. raw:: html

   <pre>x = 9</pre>

.. include:: inc/part.rst
   :start-line: 2

.. include:: inc/text.rst
   :literal:

.. include:: inc/latin.py
   :code: python
   :encoding: latin-1

.. code-block:: python
   :dedent: 4

       f208 = 1

.. literalinclude:: inc/latin.py
   :encoding: latin-1
   :diff: inc/other.py

.. literalinclude:: inc/other.py
   :lines: 1
   :prepend: # head

.. deprecated:: 1.0
   Text::

      no code

.. versionadded:: 2.0

   .. code-block:: python

      f209 = 1

| Verse::
| more
"""

LEGAL_MARKDOWN = """
# T

```{code-block} python
:caption: |
:   two
:
:   three

f211 = 1
```

```{code-block}
```

```{code-block} python
```

```python
```

:field: text

    ```python
    f212 = 1
    ```

:other:
    - list

      ```python
      f213 = 1
      ```

:short: text
after it

    f214 = 1

```{parsed-literal}
f215 = 1 {{ v }}
```

{{ block }}

- [ ] task

  ~~~python
  f216 = 1
  ~~~

```{literalinclude} inc/latin.py
:encoding: latin-1
```

```{include} inc/part.md
:start-line: 2
```

```{include} inc/latin.py
:literal:
:encoding: latin-1
```

:::{figure} x.png
Caption

```python
f217 = 1
```
:::
"""

BESIDE = {
    "inc/latin.py": "# \xe9\nlatin = 1\n",
    "inc/other.py": "other = 0\n",
    "inc/part.rst": (
        "one\n\ntwo\n\n.. code-block:: python\n\n   part = 1\n\n.. include:: inc/deep.rst\n"
    ),
    "inc/deep.rst": "deep::\n\n   deep = 1\n",
    "inc/text.rst": "text = 1\n",
    "inc/part.md": "one\n\ntwo\n\n```python\npart = 1\n```\n",
    "x.png": "",
}


@pytest.mark.parametrize(
    ("page", "count"),
    [(("index.rst", LEGAL_REST), 17), (("index.md", LEGAL_MARKDOWN), 11)],
)
def test_every_legal_form_collects_at_its_place(
    project: Project, marked: Marked, tmp_path: Path, page: tuple[str, str], count: int
) -> None:
    conf = """
suppress_warnings = ["doc_examples.looks_like_python"]
extensions = ["doc_examples"]
rst_prolog = ".. |v| replace:: 1.2"
rst_epilog = ".. code-block:: python\\n\\n   made = 1"
exclude_patterns = ["inc"]
"""
    name, text = page
    if name.endswith(".md"):
        conf = MYST + (
            'myst_enable_extensions += ["fieldlist", "substitution", "tasklist"]\n'
            'myst_substitutions = {"v": "1.2", "block": "```python\\nmade = 1\\n```"}\n'
            'exclude_patterns = ["inc"]\n'
        )
    latin = tmp_path / "project" / "inc" / "latin.py"
    latin.parent.mkdir(parents=True)
    latin.write_text(BESIDE["inc/latin.py"], encoding="latin-1")
    files = {key: each for key, each in BESIDE.items() if key != "inc/latin.py"}
    built = project({name: text, **files}, conf=conf)
    assert built.error is None, built.warnings
    assert built.warnings == ""
    want = marked(Path(built.app.srcdir), name)
    assert built.places() == want
    found = [e for e in built.examples if e.code.strip()]
    assert len(found) == count
    assert {e.file for e in found if "latin" in e.code and e.language != "udiff"} == {
        "inc/latin.py"
    }
