"""Reports pages that quote a suite of benchmarks and leave its newest line out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

QUOTED: Final = "bench-quoted"
"""The attribute of a node that shows a figure: the suite, the line, and the suite's newest line."""


def check_newest(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each suite whose newest line a page does not quote, at the first figure of it."""
    del app
    first: dict[str, nodes.Element] = {}
    lines: dict[str, set[str]] = {}
    for node in doctree.findall(nodes.Element):
        if QUOTED in node:
            suite, line, _ = node[QUOTED]
            first.setdefault(suite, node)
            lines.setdefault(suite, set()).add(line)
    for suite, node in first.items():
        newest = node[QUOTED][2]
        if newest not in lines[suite]:
            logger.warning(
                "the page quotes %s on Pyodide %s and leaves out %s, the newest that was recorded; "
                "quote that as well",
                suite,
                ", ".join(sorted(lines[suite])),
                newest,
                type="bench_figures",
                subtype="newest",
                location=node,
            )
