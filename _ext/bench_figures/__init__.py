"""Sphinx extension: measured figures on a page come from the files that the benchmarks wrote.

A role quotes one figure, a directive shows a table; both name suite, line, row and column, and
what was not measured is an error of the build::

    {bench}`dom 0.28 | create 1k | bridge.binding`
    {bench}`dom 0.28 | create 1k | bridge.binding | best`

    ```{bench-table} dom 0.28
    :columns: bridge.vdom, bridge.binding
    :rows: create 1k, update 10th
    ```
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bench_figures.figures import Suite, UnknownFigureError, load, shown

if TYPE_CHECKING:
    from docutils.nodes import Node, system_message
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


def _suite(env: BuildEnvironment, name: str) -> Suite:
    directory = Path(env.srcdir, env.config.bench_figures_results)
    env.note_dependency(str(directory / f"{name}.json"))
    return load(directory, name)


def _words(text: str) -> tuple[str, str]:
    suite, _, line = text.strip().partition(" ")
    return suite, line.strip()


def _place(names: list[str]) -> list[str]:
    if len(names) not in {2, 3}:
        raise UnknownFigureError("figure", " | ".join(names), ["SUITE LINE | ROW | COLUMN"])
    return names


class BenchRole(SphinxRole):
    """Quotes one figure with its unit: ``SUITE LINE | ROW | COLUMN [| STATISTIC]``."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Look the figure up; one that is missing is reported at its line."""
        first, *rest = [part.strip() for part in self.text.split("|")]
        name, line = _words(first)
        try:
            suite = _suite(self.env, name)
            value = suite.value(line, *_place(rest))
        except UnknownFigureError as error:
            message = self.inliner.reporter.error(f"bench: {error}", line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        unit = suite.unit.partition(" ")[0]
        text = f"{shown(value)} {unit}"
        title = f"{suite.name}, Pyodide {line}: {', '.join(rest)}"
        return [nodes.inline(self.rawtext, text, classes=["bench-figure"], title=title)], []


class BenchTable(SphinxDirective):
    """Shows rows and columns of one suite on one line, medians."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = False
    option_spec: ClassVar = {
        "rows": directives.unchanged_required,
        "columns": directives.unchanged_required,
        "statistic": directives.unchanged_required,
    }

    def run(self) -> list[Node]:
        """Build the table; what is missing is reported at the directive's line."""
        name, line = _words(self.arguments[0])
        try:
            suite = _suite(self.env, name)
            found = suite.line(line)
            rows = self._names("rows") or list(found["rows"])
            columns = self._names("columns") or list(next(iter(found["rows"].values())))
            statistic = self.options.get("statistic", "median")
            cells = [
                [row, *(shown(suite.value(line, row, column, statistic)) for column in columns)]
                for row in rows
            ]
        except UnknownFigureError as error:
            raise self.error(f"bench-table: {error}") from error
        caption = (
            f"{suite.unit}, {statistic} of {found['repeat']}; Pyodide "
            f"{found['versions']['pyodide']}, {found['versions']['browser']}, {found['date']}."
        )
        return [
            _table(["case", *columns], cells),
            nodes.caption("", caption, classes=["bench-note"]),
        ]

    def _names(self, option: str) -> list[str]:
        return [name.strip() for name in self.options.get(option, "").split(",") if name.strip()]


def _table(head: list[str], rows: list[list[str]]) -> nodes.table:
    group = nodes.tgroup("", cols=len(head))
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    group += [nodes.colspec("", colwidth=width) for width in widths]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["bench-table"])


def _row(texts: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role and the directive."""
    app.add_config_value("bench_figures_results", "tests/bench/results", "env", types=(str,))
    app.add_role("bench", BenchRole())
    app.add_directive("bench-table", BenchTable)
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": True}
