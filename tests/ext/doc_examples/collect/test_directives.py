"""The directives of reStructuredText take the options of examples and lose none of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from docutils import nodes

from doc_examples.collect.options import BY_NAME

Project = Callable[..., Any]

REST = 'extensions = ["doc_examples"]\n'
VALUES = {
    "name": "given",
    "session": "other",
    "raises": "ValueError",
    "needs": "webgpu",
    "packages": "numpy",
    "lines": ">=0.27: for a reason",
    "timeout": "5",
    "output-limit": "5",
    "reload": "",
    "tab": "second",
    "file": "a.py",
    "host": "true",
}


@pytest.mark.parametrize("directive", ["code-block", "sourcecode", "code"])
@pytest.mark.parametrize("option", sorted(VALUES))
def test_every_option_reaches_the_block(project: Project, directive: str, option: str) -> None:
    page = f"P\n=\n\n.. {directive}:: python\n   :{option}: {VALUES[option]}\n\n   x = 1\n"
    built = project({"index.rst": page}, conf=REST)
    assert built.error is None, built.warnings
    (example,) = built.examples
    name = option.replace("-", "_")
    said = getattr(example.options, name, None) or getattr(example, name)
    assert said
    assert example.line == 7


def test_the_table_leaves_out_only_what_an_output_has() -> None:
    assert BY_NAME.keys() - VALUES.keys() == {"ellipsis"}


def test_an_output_takes_its_flag(project: Project) -> None:
    page = """
    P
    =

    .. code-block:: python

       print(1)

    .. code-block:: output
       :ellipsis:
       :lines: >=0.27

       ...
    """
    built = project({"index.rst": page}, conf=REST)
    assert built.error is None, built.warnings
    (expected,) = built.examples[0].expected
    assert (expected.ellipsis, expected.line) == (True, 12)
    assert expected.lines is not None


def test_a_literalinclude_keeps_its_own_lines_and_has_another_word_for_ours(
    project: Project,
) -> None:
    page = """
    P
    =

    .. literalinclude:: a.py
       :language: python
       :lines: 2
       :on-lines: >=0.27: for a reason
       :session: other
    """
    built = project({"index.rst": page, "a.py": "x = 1\ny = 2\n"}, conf=REST)
    assert built.error is None, built.warnings
    (example,) = built.examples
    assert (example.code, example.line, example.session) == ("y = 2\n", 2, "other")
    assert example.options.lines is not None
    assert example.options.lines.specifier == ">=0.27"


def test_upstream_options_work_as_before(project: Project) -> None:
    page = """
    P
    =

    .. code-block:: python
       :linenos:
       :lineno-start: 7
       :emphasize-lines: 1
       :caption: Shown
       :name: given
       :class: wide
       :session: other

       x = 1
    """
    built = project({"index.rst": page}, conf=REST, builder="html")
    assert built.warnings == ""
    doctree = built.app.env.get_doctree("index")
    (block,) = doctree.findall(nodes.literal_block)
    assert block["linenos"]
    assert block["highlight_args"] == {"hl_lines": [1], "linenostart": 7}
    assert "wide" in block["classes"]
    (container,) = list(doctree.findall(nodes.container))
    assert container["ids"] == ["given"]
