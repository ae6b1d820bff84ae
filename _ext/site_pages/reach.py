"""What readers who use a keyboard or a screen reader need, and themes and writers leave out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

SCRIPT: Final = "scrolling.mjs"


def copy_script(app: Sphinx) -> None:
    """Put the script beside the pages, before they are written."""
    if app.builder.format == "html" and app.builder.name != "epub":
        folder = Path(app.outdir, "_static")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).parent / SCRIPT, folder / SCRIPT)


def complete(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Add the script where there are tables, and items to lists that would have none."""
    del pagename, template, doctree
    body = context.get("body")
    if not isinstance(body, str):
        return
    if "table-wrapper" in body and app.builder.name != "epub":
        app.add_js_file(SCRIPT, type="module")
    context["body"] = listed(body)


def listed(body: str) -> str:
    """Make the entries of a bibliography items of their list.

    Docutils gives them a role that no list may hold, so that screen readers count no items.

    >>> listed('<div role="list"><div class="citation" role="doc-biblioentry"></div></div>')
    '<div role="list"><div class="citation" role="listitem"></div></div>'
    """
    return body.replace(' role="doc-biblioentry"', ' role="listitem"')
