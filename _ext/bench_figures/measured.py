"""The role and the directive that show what the benchmarks wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bench_figures.figures import Suite, UnknownFigureError, load, shown
from bench_figures.newest import QUOTED
from bench_figures.place import true_line
from bench_figures.prose import SOURCED

if TYPE_CHECKING:
    from docutils.nodes import Node, system_message
    from sphinx.environment import BuildEnvironment


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
            line_of_role = true_line(self, self.text)
            message = self.inliner.reporter.error(f"bench: {error}", line=line_of_role)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        unit = suite.unit.partition(" ")[0]
        text = f"{shown(value)} {unit}"
        title = f"{suite.name}, Pyodide {line}: {', '.join(rest)}"
        classes = [SOURCED, "bench-figure"]
        quote = nodes.inline(self.rawtext, text, classes=classes, title=title)
        quote[QUOTED] = (suite.name, line, suite.newest)
        self.set_source_info(quote)
        return [quote], []


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
        table = _table(["case", *columns], cells)
        table[QUOTED] = (suite.name, line, suite.newest)
        self.set_source_info(table)
        return [
            table,
            nodes.caption("", caption, classes=[SOURCED, "bench-note"]),
        ]

    def _names(self, option: str) -> list[str]:
        return [name.strip() for name in self.options.get(option, "").split(",") if name.strip()]


def _table(head: list[str], rows: list[list[str]]) -> nodes.table:
    group = nodes.tgroup("", cols=len(head))
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    group += [nodes.colspec("", colwidth=width) for width in widths]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=[SOURCED, "bench-table"])


def _row(texts: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))
