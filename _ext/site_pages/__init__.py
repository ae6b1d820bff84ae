"""Sphinx extension: what a site needs around its pages.

A page for addresses that do not exist (``not_found``), a place for the site as one page
(``single_page``), links to the sources (``edit_links``, used by ``conf.py``), a bibliography
style for web sources (``bibliography``), and what assistive technology needs (``reach``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from site_pages import bibliography, front_matter, licences, links, not_found, reach, single_page

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the page, its configuration and the style."""
    app.add_config_value("site_pages_links", {}, "html", types=(dict,))
    app.connect("config-inited", links.exclude)
    app.connect("source-read", front_matter.check)
    app.connect("html-collect-pages", not_found.pages)
    app.connect("builder-inited", reach.copy_script)
    app.connect("html-page-context", reach.complete)
    # After whoever leaves a redirect at the root.
    app.connect("build-finished", single_page.to_root, priority=900)
    app.add_config_value("site_pages_licences", False, "html", types=(bool,))
    app.add_directive("shipped-licences", licences.ShippedLicences)
    app.connect("doctree-resolved", licences.complete)
    # After whoever copies files of others.
    app.connect("build-finished", licences.finish, priority=950)
    bibliography.register()
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": True}
