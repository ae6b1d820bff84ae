"""A pattern language in Sphinx.

In ``conf.py``::

    extensions = ["pattern_language"]
    pattern_language_categories = {"workers": "Workers and parallelism"}
    pattern_language_ids = "published-ids.toml"
    pattern_language_citation = "CITATION.cff"

Pages tell patterns, forces and sequences by directives. What they tell is checked, shown as
graph, matrix and index, exported, and found by references from this and from other projects.
Works with MyST, with reStructuredText and with both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "0.1.0"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    # The model is imported where there is no Sphinx.
    from pattern_language import extension  # noqa: PLC0415

    extension.setup(app)
    return {
        "version": __version__,
        "env_version": extension.code_version(),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
