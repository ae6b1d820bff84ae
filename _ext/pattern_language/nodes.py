"""Placeholders in the doctree for what only the whole language can tell.

The resolver replaces them when a page is written, so that no builder ever sees one.
"""

from __future__ import annotations

from docutils import nodes


class LanguageView(nodes.General, nodes.Element):
    """Where a view stands: attributes ``view``, ``subject`` and ``options``."""


class RelatedPatterns(nodes.General, nodes.Element):
    """Where the relations of a pattern stand: ``subject``, and its own ones as children.

    The children are the items of the author's definition list; each has the attributes
    ``relation`` (the kind's value) and ``target``.
    """


def view(name: str, subject: str = "", **options: str) -> LanguageView:
    """Make the placeholder of a view."""
    return LanguageView("", view=name, subject=subject, options=options)
