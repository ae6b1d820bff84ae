"""Views that authors place themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from pattern_language.nodes import view

if TYPE_CHECKING:
    from docutils.nodes import Node

PLACED: Final = ("pattern-graph", "pattern-index", "force-matrix", "pattern-chooser", "force-index")
"""The views that have a directive of their own name."""


class ViewDirective(SphinxDirective):
    """Leaves a placeholder for the view of the directive's name."""

    has_content = False
    option_spec: ClassVar = {"around": directives.unchanged_required}

    def run(self) -> list[Node]:
        """Leave the placeholder."""
        placed = view(self.name.rpartition(":")[2], **self.options)
        self.set_source_info(placed)
        return [placed]
