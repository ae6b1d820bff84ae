"""The view ``cite``: how a pattern is cited, offered on its page.

A citation names the address of the page, and only the builder that writes the page knows it. The
view therefore gives browsers a node of its own, which :mod:`extension` writes; other builders get
a paragraph of plain text.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from docutils import nodes

from pattern_language.citations import plain
from pattern_language.citations.entry import cite as citation_of
from pattern_language.citations.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pattern_language.citations.entry import Citation
    from pattern_language.context import Context


class CiteNode(nodes.General, nodes.Element):
    """Where a page written for a browser shows how to cite it; ``pattern`` is the pattern's id."""


def cite(context: Context) -> list[nodes.Node]:
    """Show how the pattern that the view is about is cited.

    Args:
        context: With a pattern as its subject; for any other the view shows nothing.
    """
    pattern = context.language.patterns.get(context.subject)
    if pattern is None:
        return []
    if context.is_html:
        return [CiteNode(pattern=pattern.id)]
    text = plain.write(citation_of(pattern, context.edition))
    label = nodes.strong("", "Cite this pattern: ")
    return [nodes.paragraph("", "", label, nodes.Text(text), classes=["pattern-cite"])]


def render(citation: Citation, downloads: Iterable[tuple[str, str]] = ()) -> str:
    """Write the HTML of a citation in all its formats.

    Without a script it is a list of blocks with headings; ``cite.mjs`` makes tabs and copy buttons
    of it. The first format is repeated for print, where nothing can be opened.

    Args:
        citation: What is cited.
        downloads: Label and relative address of files that cite the whole catalogue.

    Returns:
        A ``details`` element and a paragraph for print.
    """
    name = f"cite-{escape(citation.key)}"
    blocks = "".join(
        f'<section class="pattern-cite-format" id="{name}-{one.id}" '
        f'aria-labelledby="{name}-{one.id}-label">'
        f'<p class="pattern-cite-label" id="{name}-{one.id}-label">{one.label}</p>'
        f'<pre class="pattern-cite-text" tabindex="0">{escape(one.write(citation))}</pre>'
        "</section>"
        for one in FORMATS
    )
    links = ", ".join(
        f'<a href="{escape(address)}" download>{escape(label)}</a>' for label, address in downloads
    )
    files = links and f'<p class="pattern-cite-files">The whole catalogue: {links}</p>'
    return (
        f'<details class="pattern-cite" id="{name}"><summary>Cite this pattern</summary>'
        f'<div class="pattern-cite-formats">{blocks}</div>{files}</details>\n'
        f'<p class="pattern-cite-print">Cite as: {escape(plain.write(citation))}</p>\n'
    )
