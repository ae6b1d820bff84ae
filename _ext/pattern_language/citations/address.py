"""Addresses on the built site, relative to its root."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.builders import Builder


def from_root(builder: Builder) -> Callable[[str, str], str]:
    """Return the function from page name and anchor (or an empty string) to an address.

    Args:
        builder: One that writes HTML, or gives the addresses of one that does.
    """
    config = builder.config

    def address(docname: str, anchor: str) -> str:
        page, _, own = builder.get_target_uri(docname).partition("#")
        if not page:
            # The single page: all that its builder knows is where on it a document begins.
            suffix = config.html_link_suffix or config.html_file_suffix or ".html"
            page = f"{config.root_doc}{suffix}"
        fragment = anchor or own
        return f"{page}#{fragment}" if fragment else page

    return address
