"""The directive ``example-options``: the table of options, for the reference of authors."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from doc_examples.collect.options import OPTIONS


class OptionTable(SphinxDirective):
    """Shows every option of a block with an example of its use and its meaning.

    The rows are those of :data:`~doc_examples.collect.options.OPTIONS`, by which pages are
    checked: what the table says is what holds.
    """

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        rows: list[list[nodes.literal | str]] = [
            [nodes.literal("", option.name), nodes.literal("", option.syntax), option.help]
            for option in sorted(OPTIONS, key=lambda option: option.name)
        ]
        group = nodes.tgroup(cols=3)
        group += [nodes.colspec(colwidth=width) for width in (15, 35, 50)]
        group += nodes.thead("", _row(["Option", "Example", "Meaning"]))
        group += nodes.tbody("", *(_row(row) for row in rows))
        table = nodes.table("", group, classes=["example-options"])
        self.set_source_info(table)
        return [table]


def _row(cells: list[nodes.literal | str]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        inner = nodes.Text(cell) if isinstance(cell, str) else cell
        row += nodes.entry("", nodes.paragraph("", "", inner))
    return row
