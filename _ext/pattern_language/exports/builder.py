"""A builder that writes the language's files and no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.builders import Builder

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class PatternsBuilder(Builder):
    """Reads and checks all pages; the files are written when the build has finished.

    Addresses are those of the builder ``html``.
    """

    name = "patterns"
    format = "json"
    epilog = "The language's files are in %(outdir)s."
    allow_parallel = True

    def get_outdated_docs(self) -> list[str]:
        """No page is written."""
        return []

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the address that a page has on the site."""
        del typ
        suffix = self.config.html_link_suffix or self.config.html_file_suffix or ".html"
        return f"{docname}{suffix}"

    def prepare_writing(self, docnames: AbstractSet[str]) -> None:
        """Nothing is to be prepared."""

    def write_documents(self, docnames: AbstractSet[str]) -> None:
        """Pages that were read again are not even resolved."""
