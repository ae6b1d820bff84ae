"""However blocks are nested, each is collected at its place, and the scanner agrees."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Project = Callable[..., Any]
Marked = Callable[..., dict[str, tuple[str, int, int]]]

CONF = """
extensions = ["myst_parser", "sphinx_design", "doc_examples"]
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["doc_examples.looks_like_python"]
"""
PAGES = 12
DEPTH = 4


class Writer:
    """Writes random pages; every block begins with a marker of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - pages, not secrets
        self.count = 0

    def code(self) -> list[str]:
        self.count += 1
        lines = ["", "    y = 1", "# note", "z = '> a'"]
        more = [self.random.choice(lines) for _ in range(self.random.randint(0, 2))]
        return [f"f{self.count} = 1", *more, "end"]

    def page(self) -> str:
        title = "Page\n====\n" if isinstance(self, Rest) else "# Page\n"
        return f"{title}\n" + "\n".join(self.body(0)) + "\n"

    def body(self, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 2 if depth else 5)):
            if self.random.random() < 0.4:
                lines += ["Some text.", ""]
            leaf = depth == DEPTH or self.random.random() < 0.4
            lines += [*(self.leaf() if leaf else self.nest(self.body(depth + 1))), ""]
        return lines

    def leaf(self) -> list[str]:
        raise NotImplementedError

    def nest(self, inner: list[str]) -> list[str]:
        raise NotImplementedError


def indented(lines: list[str], first: str, rest: str) -> list[str]:
    prefixes = [first, *([rest] * (len(lines) - 1))]
    return [(prefix + line).rstrip() for prefix, line in zip(prefixes, lines, strict=True)]


class Markdown(Writer):
    def leaf(self) -> list[str]:
        options = self.random.choice([[], [""], [":caption: A", ""], ["---", "caption: A", "---"]])
        code = self.code()
        return self.random.choice(
            [
                ["```python", *code, "```"],
                ["~~~python", *code, "~~~"],
                ["```{code-block} python", *options, *code, "```"],
                [f"{{#n{self.count} session=a}}", "```python", *code, "```"],
            ]
        )

    def nest(self, inner: list[str]) -> list[str]:
        options = self.random.choice([[], [""], [":class: a", ""]])
        colons, ticks, waves = (self.fence(inner, mark) for mark in ":`~")
        return self.random.choice(
            [
                indented(inner, "> ", "> "),
                indented(inner, "- ", "  "),
                indented(inner, "1. ", "   "),
                [f"{colons}{{note}}", *options, *inner, colons],
                [f"{ticks}{{tip}}", *options, *inner, ticks],
                [f"{waves}{{dropdown}} T", *inner, waves],
                [f":{colons}{{tab-set}}", f"{colons}{{tab-item}} T", *inner, colons, f":{colons}"],
            ]
        )

    def fence(self, inner: list[str], mark: str) -> str:
        longest = max(len(run) for line in inner for run in re.findall(f"{mark}*", line))
        return mark * max(3, longest + 1)


class Rest(Writer):
    def leaf(self) -> list[str]:
        code = indented(self.code(), "   ", "   ")
        return self.random.choice(
            [
                [".. code-block:: python", "", *code],
                [".. code:: python", f"   :name: n{self.count}", "   :session: a", "", *code],
                ["Text::", "", *code],
                [f">>> f{self.count} = 1", ">>> x", "1"],
            ]
        )

    def nest(self, inner: list[str]) -> list[str]:
        return self.random.choice(
            [
                indented(inner, "* ", "  "),
                indented(inner, "1. ", "   "),
                [".. note::", "", *indented(inner, "   ", "   ")],
                [".. admonition:: T", "   :class: a", "", *indented(inner, "     ", "     ")],
                ["Term", *indented(inner, "   ", "   ")],
            ]
        )


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("writer", "suffix"), [(Markdown, "md"), (Rest, "rst")])
def test_random_nestings(
    project: Project, marked: Marked, writer: type[Writer], suffix: str, seed: int
) -> None:
    source = writer(seed)
    files = {f"page{number}.{suffix}": source.page() for number in range(PAGES)}
    pages = "\n   ".join(name.split(".")[0] for name in files)
    index = {"index.rst": f"Index\n=====\n\n.. toctree::\n\n   {pages}\n"}
    built = project(index | files, CONF)
    assert built.error is None, built.warnings
    want = marked(Path(built.app.srcdir), *files)
    assert len(want) == source.count
    assert built.places() == want
