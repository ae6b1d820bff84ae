"""A page may hold any character in any place: its blocks keep their text and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doc_examples.collect.anchor import Place
from doc_examples.collect.torn import text_at, torn_files
from doc_examples.lines import SEPARATORS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Any]

SILENT = 'suppress_warnings = ["doc_examples.looks_like_python"]\n'
CONF_REST = SILENT + 'extensions = ["doc_examples"]\n'
CONF_MYST = SILENT + (
    'extensions = ["doc_examples", "myst_parser"]\nexclude_patterns = ["*.inc.*"]\n'
    'myst_enable_extensions = ["colon_fence", "deflist"]\n'
)

MARKDOWN = (
    "```python\nCODE\n```",
    "```{code-block} python\nCODE\n```",
    "```{code-block} python\n:caption: cap|tion\n\nCODE\n```",
    "````{note}\npro|se\n\n```python\nCODE\n```\n````",
    "> ```python\n> CODE\n> ```",
    "- it|em\n\n  ```python\n  CODE\n  ```",
    "```{eval-rst}\npro|se\n\n.. code-block:: python\n\n   CODE\n```",
)
REST = (
    ".. code-block:: python\n\n   CODE",
    ".. code-block:: python\n   :caption: cap|tion\n\n   CODE",
    "Te|xt::\n\n   CODE",
    ".. note::\n\n   pro|se\n\n   .. code-block:: python\n\n      CODE",
    "- it|em\n\n  .. code:: python\n\n     CODE",
)
"""Forms of a block; ``|`` stands where other characters are put, besides in the code."""

sown = st.text(alphabet=SEPARATORS, max_size=4)


def block(form: str, number: int, draw: Callable[[Any], str]) -> tuple[str, str]:
    """A block in one of the forms, and its code."""
    code = (
        f"m{number} = 1\nv = 'a{draw(sown)}b{draw(sown)}c'\ndef f():\n    return 1 #{draw(sown)}end"
    )
    lines = form.split("\n")
    at = next(index for index, line in enumerate(lines) if "CODE" in line)
    before = lines[at].removesuffix("CODE")
    lines[at : at + 1] = [before + line for line in code.split("\n")]
    return "\n".join(lines).replace("|", draw(sown)), code + "\n"


@pytest.mark.parametrize(
    ("name", "forms", "conf"), [("index.md", MARKDOWN, CONF_MYST), ("index.rst", REST, CONF_REST)]
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_blocks_keep_their_text_and_their_lines(
    project: Project, name: str, forms: tuple[str, ...], conf: str, data: st.DataObject
) -> None:
    made = [block(form, number, data.draw) for number, form in enumerate(forms)]
    title = "# Page" if name.endswith(".md") else "Page\n===="
    prose = [f"Some{data.draw(sown)} prose{data.draw(sown)} here." for _ in made]
    parts = [part for text, (shown, _) in zip(prose, made, strict=True) for part in (text, shown)]
    text = "\n\n".join([title, *parts]) + "\n"
    built = project({name: text}, conf=conf, fresh=True)
    assert built.error is None, built.warnings
    lines = text.split("\n")
    where = [
        next(n for n, line in enumerate(lines, 1) if f"m{i} =" in line) for i in range(len(made))
    ]
    assert [(e.line, e.code) for e in built.examples] == [
        (line, code) for line, (_, code) in zip(where, made, strict=True)
    ]


TORN = "x = 'a\u2028b\fc'\ny = 2\n"


@pytest.mark.parametrize(
    ("page", "files"),
    [
        (
            "# P\n\n```{include} part.inc.md\n```\n",
            {"part.inc.md": f"t\v\u2029\n\n```python\n{TORN}```\n"},
        ),
        (
            "# P\n\n```{literalinclude} part.inc.py\n:language: python\n:lines: 4-\n```\n",
            {"part.inc.py": f"# \n\n\n{TORN}"},
        ),
    ],
)
def test_included_text_keeps_its_lines(project: Project, page: str, files: dict[str, str]) -> None:
    built = project({"index.md": page, **files}, conf=CONF_MYST)
    assert built.error is None, built.warnings
    assert [(e.file, e.line, e.code) for e in built.examples] == [(next(iter(files)), 4, TORN)]


def test_a_text_included_in_restructuredtext_keeps_its_lines(project: Project) -> None:
    part = "t\v\u2029\n\n.. code-block:: python\n\n   x = 'a\u2028b\fc'\n   y = 2\n"
    conf = CONF_REST + 'exclude_patterns = ["*.inc.*"]\n'
    files = {"index.rst": "P\n=\n\n.. include:: part.inc.rst\n", "part.inc.rst": part}
    built = project(files, conf=conf)
    assert built.error is None, built.warnings
    assert [(e.file, e.line, e.code) for e in built.examples] == [("part.inc.rst", 5, TORN)]


def test_a_docstring_keeps_its_lines(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "project")
    module = '"""M.\n\nWords \u2028 and\v more.\n\n>>> \'a\' + "\u2029"\n"""\n'
    conf = CONF_REST + 'extensions += ["sphinx.ext.autodoc"]\n'
    files = {"index.rst": "P\n=\n\n.. automodule:: torn_module\n", "torn_module.py": module}
    built = project(files, conf=conf)
    assert built.error is None, built.warnings
    assert [(e.file, e.line) for e in built.examples] == [("torn_module.py", 5)]


def test_an_included_text_with_no_such_character_is_torn_in_no_way() -> None:
    assert torn_files(["a", "b"]) == []
    assert text_at(["a\fb"], Place(1, 0), "a b\n") == "a\fb\n"
    assert text_at(["  a\fb"], Place(1, 1), "x\n") == "x\n"
