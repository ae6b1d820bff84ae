"""The verification report: every block of every page and its fate on every line.

The directive leaves a mark; the tables are put in when a page is written, so that new results
need no page to be read again. They are ordinary docutils nodes: every builder can show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from sphinx.errors import NoUri
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from doc_examples.live.site import site_of
from doc_examples.live.standing import HOST, State
from doc_examples.live.tally import differing, totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinx.application import Sphinx

    from doc_examples.live.site import Site
    from doc_examples.live.standing import Standing
    from doc_examples.records import Example

Cells = list[list[nodes.Node]]
"""The cells of a row, each with what it holds."""

WORDS = {
    State.PASSED: "passed",
    State.FAILED: "failed",
    State.NOT_RUN: "not run",
    State.NOT_APPLICABLE: "not applicable",
    State.STALE: "stale",
    State.UNVERIFIED: "not verified",
}


class ReportNode(nodes.General, nodes.Element):
    """The place of the report; replaced when its page is written."""


class ReportDirective(SphinxDirective):
    """``{verification-report}``: the fate of every block on every line."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark, and remember the page that has it."""
        vars(self.env).setdefault("doc_examples_reports", set()).add(self.env.docname)
        return [ReportNode()]


def report_pages(app: Sphinx) -> set[str]:
    """Return the pages that hold a report."""
    pages = cast("set[str]", vars(app.env).get("doc_examples_reports", set()))
    return pages & set(app.env.found_docs)


def report_address(app: Sphinx, example: Example, seen_from: str = "") -> str:
    """Return the address of a block's row in the report.

    It is relative to the page ``seen_from``, or else to the block's own.
    """
    pages = sorted(report_pages(app))
    if not pages:
        return ""
    try:
        page = app.builder.get_relative_uri(seen_from or example.docname, pages[0])
    except NoUri:
        return ""
    return f"{page}#{row_id(example)}"


def row_id(example: Example) -> str:
    """Return the identity of a block's row.

    A hyphen for the slash would give two pages one identity; HTML allows any character.
    """
    return f"verified:{example.id.replace('#', ':')}"


class WriteReport(SphinxPostTransform):
    """Replaces the mark by the tables."""

    default_priority = 410

    def run(self, **kwargs: Any) -> None:
        """Build the report where this page holds one."""
        del kwargs
        for mark in list(self.document.findall(ReportNode)):
            if "doc_examples_site" in vars(self.app):
                site = site_of(self.app)
                mark.replace_self(
                    _Report(self.app, site, self.env.current_document.docname).build()
                )
            else:
                mark.parent.remove(mark)


class _Report:
    """The report under construction."""

    def __init__(self, app: Sphinx, site: Site, docname: str) -> None:
        self._app = app
        self._site = site
        self._docname = docname

    def build(self) -> list[nodes.Node]:
        examples = self._site.plan.examples
        pages = list(dict.fromkeys(example.docname for example in examples))
        blocks, on = _count(len(examples), "block"), _count(len(pages), "page")
        shown: list[nodes.Node] = [
            nodes.paragraph("", f"{blocks} of code on {on}."),
            self._totals(),
        ]
        shown += self._differences()
        for page in pages:
            shown += self._page(page, [e for e in examples if e.docname == page])
        return shown

    def _totals(self) -> nodes.table:
        rows: list[Cells] = []
        for line in (*self._site.lines, HOST):
            standings = [
                s
                for e in self._site.plan.items()
                for s in self._site.standings(e)
                if s.line == line
            ]
            found = self._site.results[line]
            if line == HOST and not standings:
                continue
            count = totals(standings)
            name = "CPython" if line == HOST else f"Pyodide {found.version if found else line}"
            rows.append(
                [
                    _text(name),
                    _text(found.python if found else ""),
                    _text(found.browser if found else ""),
                    *(_text(str(count[state])) for state in WORDS),
                ]
            )
        return _table(["Line", "Python", "Browser", *WORDS.values()], rows, "example-totals")

    def _differences(self) -> list[nodes.Node]:
        rubric = nodes.rubric("", "Outputs that differ between lines")
        rows: list[Cells] = []
        for example in self._site.plan.items():
            for lines, output in differing(self._site.standings(example)):
                rows.append(
                    [
                        [self._link(example)],
                        _text(", ".join(lines)),
                        [nodes.literal_block(output, output, language="none")],
                    ]
                )
        if not rows:
            return [rubric, nodes.paragraph("", "None.")]
        return [rubric, _table(["Block", "Lines", "Output"], rows, "example-differences")]

    def _page(self, docname: str, examples: Sequence[Example]) -> list[nodes.Node]:
        title = self._app.env.titles.get(docname)
        heading = nodes.rubric("", title.astext() if title else docname)
        lines = [*self._site.lines]
        rows: list[Cells] = []
        for example in examples:
            place = f"{example.file}:{example.line}"
            cells: Cells = [
                [_anchored(example, self._link(example)), nodes.paragraph("", place)],
                _text(example.language),
                _text(example.kind.value),
                *self._fates(example, lines),
            ]
            rows.append(cells)
        head = ["Block", "Language", "Kind", *lines]
        return [heading, _table(head, rows, "example-fates")]

    def _fates(self, example: Example, lines: Sequence[str]) -> list[list[nodes.Node]]:
        standings = self._site.standings(example)
        if not standings:
            return [_fate("", example.kind.value, example.not_run) for _ in lines]
        if standings[0].line == HOST:
            return [_standing(standings[0], "CPython: ") for _ in lines]
        return [_standing(standing) for standing in standings]

    def _link(self, example: Example) -> nodes.paragraph:
        literal = nodes.literal("", example.name)
        try:
            uri = self._app.builder.get_relative_uri(self._docname, example.docname)
        except NoUri:
            return nodes.paragraph("", "", literal)
        reference = nodes.reference("", "", literal, refuri=f"{uri}#{example.name}", internal=True)
        return nodes.paragraph("", "", reference)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _anchored(example: Example, paragraph: nodes.paragraph) -> nodes.paragraph:
    paragraph["ids"].append(row_id(example))
    return paragraph


def _standing(standing: Standing, before: str = "") -> list[nodes.Node]:
    return _fate(standing.state.value, before + WORDS[standing.state], standing.reason)


def _fate(state: str, word: str, reason: str = "") -> list[nodes.Node]:
    classes = ["example-fate", *([f"example-fate-{state}"] if state else [])]
    shown: list[nodes.Node] = [nodes.paragraph("", "", nodes.inline("", word, classes=classes))]
    if reason:
        shown.append(nodes.paragraph("", reason, classes=["example-reason"]))
    return shown


def _text(text: str) -> list[nodes.Node]:
    return [nodes.paragraph("", text)] if text else []


def _table(head: Sequence[str], rows: Iterable[Cells], name: str) -> nodes.table:
    group = nodes.tgroup("", cols=len(head))
    group += [nodes.colspec("", colwidth=1) for _ in head]
    header = nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in head))
    body = [nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows]
    group += [nodes.thead("", header), nodes.tbody("", *body)]
    return nodes.table("", group, classes=[name])
