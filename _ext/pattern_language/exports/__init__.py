"""The language as files for other programs: JSON with its schema, BibTeX, RIS and CSL-JSON.

They are written beside the pages, with addresses relative to themselves, and by the builder
``patterns`` without any page (``sphinx-build -b patterns``). The bytes depend on the language, the
edition and the kind of builder only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pattern_language.citations.address import from_root
from pattern_language.citations.extension import edition_of
from pattern_language.exports.builder import PatternsBuilder
from pattern_language.exports.files import NAMES, write

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from pattern_language.domain import PatternDomain

__all__ = ["EXPORTING", "NAMES", "setup", "write"]

EXPORTING: Final = frozenset({"html", "dirhtml", "singlehtml", PatternsBuilder.name})
"""The builders that write the files."""


def setup(app: Sphinx) -> None:
    """Register the builder and the writer; called by the extension's own ``setup``."""
    app.add_builder(PatternsBuilder)
    app.connect("build-finished", _write)


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name not in EXPORTING:
        return

    domain = cast("PatternDomain", app.env.get_domain("pattern"))
    code = app.config.language or "en"
    write(domain.language, edition_of(app), Path(app.outdir), from_root(app.builder), code)
