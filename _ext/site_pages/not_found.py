"""The page that a host serves where there is none: ``404.html`` at the root of the output.

A host serves it for addresses of any depth, so nothing on it may be relative to the address in
the browser. A ``<base>`` says where the site begins: the path of ``html_baseurl``, or the host's
root. A few lines of script correct it where the site is served from elsewhere, before anything
relative is fetched: they look for a small file that lies at the root of this site alone.
"""

from __future__ import annotations

import hashlib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

PAGE = "404"
_SCRIPT = (Path(__file__).parent / "find_root.js").read_text("utf-8")


def root_of(base_url: str) -> str:
    """Return the path under which a site is published, with both slashes.

    >>> root_of("https://example.org/blueprints/"), root_of("")
    ('/blueprints/', '/')
    """
    return f"/{urlsplit(base_url).path.strip('/')}/".replace("//", "/")


def mark_of(project: str, root_doc: str) -> str:
    """Return the name of the file by which the script knows the site's root."""
    digest = hashlib.sha256(f"{project}\0{root_doc}".encode()).hexdigest()
    return f"root-{digest[:12]}.txt"


def head(root: str, mark: str) -> str:
    """Return what stands first in the head: the base, and the script that corrects it."""
    script = _SCRIPT.replace("MARK", mark)
    return (
        f'<base href="{escape(root)}">\n<meta name="robots" content="noindex">\n'
        f"<script>\n{script}</script>\n"
    )


def body(search: str, links: Sequence[tuple[str, str]]) -> str:
    """Return the article: a search, and links as pairs of address and title."""
    items = "".join(f'<li><a href="{escape(to)}">{escape(title)}</a></li>' for to, title in links)
    return (
        '<section id="page-not-found">\n<h1>Page not found</h1>\n'
        "<p>There is no page at this address. It may have been moved, or the address may hold a "
        "mistake.</p>\n"
        f'<form class="not-found-search" role="search" method="get" action="{escape(search)}">'
        '<label>Search for <input type="search" name="q"></label> '
        '<button type="submit">Search</button></form>\n'
        f"<p>Or start from one of these:</p>\n<ul>{items}</ul>\n</section>\n"
    )


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """Give Sphinx the page, and put the mark at the root of the output."""
    if app.builder.name != "html":
        return
    mark = mark_of(app.config.project, app.config.root_doc)
    Path(app.outdir, mark).write_text(f"{app.config.project}\n", encoding="utf-8")
    context: dict[str, object] = {
        "title": "Page not found",
        "metatags": head(root_of(app.config.html_baseurl), mark),
        "pageurl": None,
        "body": body(app.builder.get_relative_uri(PAGE, "search"), list(_links(app))),
    }
    yield PAGE, context, "page.html"


def _links(app: Sphinx) -> Iterator[tuple[str, str]]:
    links = app.config.site_pages_links or {app.config.root_doc: ""}
    for docname, title in links.items():
        if docname not in app.env.titles:
            logger.warning(
                "site_pages_links names %r; there is no such page",
                docname,
                type="site_pages",
                subtype="link",
            )
            continue
        shown = title or app.env.titles[docname].astext()
        yield app.builder.get_relative_uri(PAGE, docname), shown
