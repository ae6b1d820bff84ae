"""Addresses of pages and anchors, relative to the page that is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.builders import Builder

    from pattern_language.context import Address


def address_from(builder: Builder, docname: str) -> Address:
    """Return the function that gives addresses as a page of a builder writes them."""

    def address(to: str, anchor: str) -> str:
        uri = builder.get_relative_uri(docname, to)
        # The single page gives each document an anchor of its own; a second '#' ends nowhere.
        return f"{uri.partition('#')[0]}#{anchor}" if anchor else uri

    return address
