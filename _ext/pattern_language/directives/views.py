"""Views that authors place themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from pattern_language.nodes import view

if TYPE_CHECKING:
    from docutils.nodes import Node


class ViewDirective(SphinxDirective):
    """Leaves a placeholder for the view of the directive's name."""

    has_content = False

    def run(self) -> list[Node]:
        """Leave the placeholder."""
        placed = view(self.name.rpartition(":")[2], **self.options)
        self.set_source_info(placed)
        return [placed]


class GraphDirective(ViewDirective):
    """The map, or with ``around`` what one pattern is related to."""

    option_spec: ClassVar = {"around": directives.unchanged_required}


PLACED: Final[dict[str, type[ViewDirective]]] = {
    "pattern-graph": GraphDirective,
    **dict.fromkeys(
        ("pattern-index", "force-matrix", "pattern-chooser", "force-index"), ViewDirective
    ),
}
"""The views that have a directive of their own name."""
