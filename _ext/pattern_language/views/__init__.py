"""What readers see of the language; the names are those of directives and placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pattern_language.citations.view import cite
from pattern_language.views.chooser import pattern_chooser
from pattern_language.views.forces import force_answers, force_index
from pattern_language.views.graph import neighbourhood, pattern_graph
from pattern_language.views.header import header_facts
from pattern_language.views.index import pattern_index
from pattern_language.views.matrix import force_matrix
from pattern_language.views.sequences import sequence_navigation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pattern_language.context import View

VIEWS: Final[Mapping[str, View]] = {
    "cite": cite,
    "force-answers": force_answers,
    "force-index": force_index,
    "force-matrix": force_matrix,
    "header-facts": header_facts,
    "neighbourhood": neighbourhood,
    "pattern-chooser": pattern_chooser,
    "pattern-graph": pattern_graph,
    "pattern-index": pattern_index,
    "sequence-navigation": sequence_navigation,
}
