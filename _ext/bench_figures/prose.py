"""Reports figures in a page's prose that come by no role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

from bench_figures.bare import Bare, bare_figures
from bench_figures.place import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.config import Config

logger = logging.getLogger(__name__)

SOURCED = "figure-with-source"
"""The class of every node whose figures have a source, whatever extension made it."""

_SKIPPED = (
    nodes.literal,
    nodes.literal_block,
    nodes.doctest_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.Invisible,
    nodes.footnote,
    nodes.footnote_reference,
    nodes.citation,
    nodes.citation_reference,
    nodes.system_message,
    nodes.problematic,
    addnodes.desc_signature,
)
# Stands for what is skipped, so that words beside it do not grow together.
_GAP = "\ufffc"


@dataclass(frozen=True, slots=True)
class Found:
    """A figure in the prose of a page."""

    bare: Bare
    beside: str
    """The line of text that it begins on."""
    below: int
    """Line breaks before it in its paragraph."""
    node: nodes.TextElement


def found_in(doctree: nodes.Node) -> Iterator[Found]:
    """Yield the figures of all paragraphs, titles, terms and cells, in the order of the page."""
    for block in _blocks(doctree):
        text = "".join(_texts(block))
        for bare in bare_figures(text):
            before = text[: bare.start]
            begin = before.rfind("\n") + 1
            end = text.find("\n", bare.start)
            beside = text[begin : end if end >= 0 else None].replace(_GAP, " ")
            yield Found(bare, beside, before.count("\n"), block)


def check_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each figure without a source, at its line, unless the page is exempt."""
    docname = app.env.current_document.docname
    if docname in app.config.bench_figures_exempt:
        return
    page = str(app.env.doc2path(docname))
    files: dict[str, Lines] = {}
    for found in found_in(doctree):
        source, line = _hint(found.node, page)
        near = (line or 1) + found.below
        if source not in files and Path(source).is_file():
            files[source] = Lines(Path(source).read_text("utf-8"))
        if source in files:
            true = files[source].find(found.bare.text, found.beside, near)
            location = f"{source}:{true or near}"
        else:  # the docstring of an object: autodoc names it, and counts its lines
            location = f"{source}:{near}"
        shown = " ".join(found.bare.text.split())
        logger.warning(
            "figure without a source: '%s'; quote what the benchmarks measured by {bench}, a "
            "limit or a definition by {limit}, a figure of others by {quoted}",
            shown,
            type="bench_figures",
            subtype="bare",
            location=location,
        )


def check_exemptions(app: Sphinx, config: Config) -> None:
    """Warn of exempt pages without a reason; the pages themselves are known later."""
    del app
    for docname, reason in config.bench_figures_exempt.items():
        if not str(reason).strip():
            logger.warning(
                "bench_figures_exempt lists %r without a reason; write why its figures need no "
                "source",
                docname,
                type="bench_figures",
                subtype="exempt",
            )


def check_exempt_pages(app: Sphinx, env: object, docnames: object) -> None:
    """Warn of exempt pages that do not exist."""
    del env, docnames
    for docname in app.config.bench_figures_exempt:
        if docname not in app.env.found_docs:
            logger.warning(
                "bench_figures_exempt lists %r; there is no such page",
                docname,
                type="bench_figures",
                subtype="exempt",
            )


def _skipped(node: nodes.Node) -> bool:
    if isinstance(node, _SKIPPED):
        return True
    if not isinstance(node, nodes.Element):
        return False
    if SOURCED in node.get("classes", ()):
        return True
    return isinstance(node, nodes.reference) and _shows_address(node)


def _shows_address(link: nodes.reference) -> bool:
    address, text = unquote(link.get("refuri", "")), unquote(link.astext())
    return bool(address) and address in {text, f"mailto:{text}"}


def _blocks(node: nodes.Node) -> Iterator[nodes.TextElement]:
    if _skipped(node):
        return
    if isinstance(node, nodes.TextElement) and not isinstance(node, nodes.Inline):
        yield node
        return
    for child in node.children:
        yield from _blocks(child)


def _texts(node: nodes.Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif _skipped(child) or isinstance(child, nodes.image):
            yield _GAP
        else:
            yield from _texts(child)


def _hint(node: nodes.Node | None, page: str) -> tuple[str, int | None]:
    """Return the file that a node comes from and its line there, as far as is known."""
    while node is not None:
        if isinstance(node, nodes.Element) and node.line:
            return node.source or page, node.line
        node = node.parent
    return page, None
