"""Everything wrong with a block is reported at its line, under a name of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Project = Callable[..., Any]

FENCE = "```python\nx = 1\n```\n"


@pytest.mark.parametrize(
    ("subtype", "line", "text"),
    [
        ("unknown_option", 4, "{sesion=a}\n" + FENCE),
        ("unknown_option", 4, "{onload=a}\n" + FENCE),
        ("bad_value", 4, "{timeout=soon}\n" + FENCE),
        ("bad_value", 4, "{timeout=-1}\n" + FENCE),
        ("bad_value", 4, '{raises="("}\n' + FENCE),
        ("bad_value", 4, '{lines=">=0.27"}\n' + FENCE),
        ("bad_value", 4, '{lines="newer: reason"}\n' + FENCE),
        ("bad_value", 4, "{reload=perhaps}\n" + FENCE),
        ("bad_value", 4, '{name="---"}\n' + FENCE),
        ("bad_value", 4, '{file="../secret"}\n' + FENCE),
        ("bad_value", 4, '{file="/etc/passwd"}\n' + FENCE),
        ("bad_value", 4, '{file="a//b"}\n' + FENCE),
        ("bad_value", 4, '{file="C:b"}\n' + FENCE),
        ("misplaced_option", 4, '{raises="X"}\n```json\n1\n```\n'),
        ("misplaced_option", 4, "{session=a}\n```text\n1\n```\n"),
        ("misplaced_option", 4, "{ellipsis=true}\n" + FENCE),
        ("malformed_options", 5, "{#one raises=no such: thing}\n\n" + FENCE),
        ("duplicate_name", 9, "{#one}\n" + FENCE + "\n{name=one}\n" + FENCE),
        ("output_without_block", 3, "```output\n1\n```\n"),
        ("output_without_block", 7, "```text\nwords\n```\n\n```output\n1\n```\n"),
        ("ambiguous_output", 11, FENCE + "\n```output\n1\n```\n\n```output\n2\n```\n"),
        ("looks_like_python", 3, "```text\nimport js\njs.alert(1)\n```\n"),
        ("looks_like_python", 3, "```\nx = f()\nassert x\n```\n"),
        ("looks_like_python", 3, "```text\nimport js\n```\n"),
        ("looks_like_python", 3, "```\nprint(1)\n```\n"),
        ("unknown_language", 3, "```pyhton\nprint(1)\n```\n"),
        ("unknown_language", 3, "```javscript\nlet x\n```\n"),
    ],
)
def test_each_fault_is_fatal_and_named_at_its_line(
    project: Project, subtype: str, line: int, text: str
) -> None:
    # The first line of code is one below the fence, and the fence one below the attributes.
    built = project({"index.md": f"# Page\n{text}"})
    assert [(fault.subtype, fault.line) for fault in built.faults] == [(subtype, line)]
    assert f"index.md:{line}: WARNING:" in built.warnings
    assert f"[doc_examples.{subtype}]" in built.warnings
    assert built.error is not None
    assert not (built.app.outdir / "plan.json").exists()


def test_a_fault_in_an_included_file_is_named_there(project: Project) -> None:
    conf = 'extensions = ["myst_parser", "doc_examples"]\nexclude_patterns = ["*.inc.md"]\n'
    built = project(
        {
            "index.md": "# Page\n\n```{include} part.inc.md\n```\n",
            "part.inc.md": "Text\n\n{sesion=a}\n" + FENCE,
        },
        conf=conf,
    )
    assert "part.inc.md:5: WARNING: unknown option 'sesion'" in built.warnings


def test_a_fault_of_a_page_that_is_not_read_again_is_still_fatal(project: Project) -> None:
    page = {"index.md": "# Page\n{sesion=a}\n" + FENCE}
    assert project(page).error is not None
    again = project(page)
    assert again.error is not None
    assert again.warnings.count("index.md:4: WARNING: unknown option 'sesion'") == 1


def test_a_fault_can_be_allowed_by_its_name(project: Project) -> None:
    conf = """
extensions = ["myst_parser", "doc_examples"]
suppress_warnings = ["doc_examples.looks_like_python"]
"""
    built = project({"index.md": "# Page\n```text\nimport js\njs.alert(1)\n```\n"}, conf=conf)
    assert built.error is None
    assert built.warnings == ""


def test_the_class_prose_says_that_a_text_is_no_python(project: Project) -> None:
    built = project({"index.md": "# Page\n\n{.prose}\n```text\nimport js\njs.alert(1)\n```\n"})
    assert built.error is None, built.warnings


def test_an_attribute_line_above_something_else_is_noticed(project: Project) -> None:
    page = "# Page\n\n{session=a}\n:::{note}\n```python\nx = 1\n```\n:::\n"
    built = project({"index.md": page})
    assert "index.md:4: WARNING: the attribute line gives session to '{note}'" in built.warnings


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (4, ":::{no-such-directive}\n```python\nx = 1\n```\n:::\n"),
        (3, "```{code-block} css\n:root {}\nx {}\n```\n"),
    ],
)
def test_a_block_that_a_failing_directive_swallows_is_fatal_at_its_line(
    project: Project, line: int, text: str
) -> None:
    built = project({"index.md": f"# Page\n{text}"})
    assert built.error is not None
    assert f"index.md:{line}: WARNING:" in built.warnings
    assert "[doc_examples.disagreement]" in built.warnings


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("index.rst", "P\n=\n\n.. code-block:: python\n   :raisez: a\n\n   x = 1\n", 7),
        ("index.rst", "P\n=\n\n.. literalinclude:: code.py\n   :raisez: a\n", 4),
        ("index.md", "# P\n```{code-block} python\n:raisez: a\n\nx = 1\n```\n", 5),
        ("index.md", "# P\n{raisez=a}\n```python\nx = 1\n```\n", 4),
        ("index.md", "# P\n{raisez=a}\n```{code} python\nx = 1\n```\n", 4),
        ("index.md", "# P\n```{pyodide}\n:raisez: a\n\nx = 1\n```\n", 5),
        ("index.md", "# P\n```{code-block} python\n---\nraisez: a\n---\nx = 1\n```\n", 6),
    ],
)
def test_an_unknown_option_names_its_place_and_the_nearest_one(
    project: Project, name: str, text: str, line: int
) -> None:
    conf = 'extensions = ["doc_examples", "myst_parser"]\n'
    built = project({name: text, "code.py": "y = 2\n"}, conf=conf)
    assert built.error is not None
    assert f"{name}:{line}: WARNING: unknown option 'raisez'; is 'raises' meant?" in built.warnings
    assert len(built.examples) == 1


def test_a_misspelt_option_of_a_directive_is_named_too(project: Project) -> None:
    text = "P\n=\n\n.. code-block:: python\n   :captoin: a\n\n   x = 1\n"
    built = project({"index.rst": text}, conf='extensions = ["doc_examples"]\n')
    assert "unknown option 'captoin'; is 'caption' meant?" in built.warnings


def test_a_difference_that_is_meant_is_excluded_with_its_reason(project: Project) -> None:
    conf = """
extensions = ["myst_parser", "doc_examples"]
doc_examples_exclude = {"index.md:4": "shows an unknown directive"}
suppress_warnings = ["myst.directive_unknown"]
"""
    page = "# Page\n```{no-such-directive}\n~~~python\nx = 1\n~~~\n```\n"
    built = project({"index.md": page}, conf=conf)
    assert built.error is None, built.warnings


def test_code_in_a_table_of_restructuredtext_stands_at_its_place(project: Project) -> None:
    page = """
    Page
    ====

    +------------------+
    | .. code:: python |
    |                  |
    |    x = 1         |
    |    y = 2         |
    +------------------+
    """
    built = project({"index.rst": page}, conf='extensions = ["doc_examples"]\n')
    assert built.error is None, built.warnings
    (found,) = built.examples
    assert (found.code, found.line, found.column) == ("x = 1\ny = 2\n", 7, 5)
