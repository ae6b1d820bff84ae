"""The directives by which pages tell the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.directives.force import ForceDirective
from pattern_language.directives.lists import (
    ConsequencesDirective,
    ForcesDirective,
    KnownUsesDirective,
    RelatedDirective,
)
from pattern_language.directives.parts import (
    ContextDirective,
    ProblemDirective,
    ReferencesDirective,
    SolutionDirective,
    WhenNotToUseDirective,
)
from pattern_language.directives.pattern import PatternDirective
from pattern_language.directives.sequence import SequenceDirective
from pattern_language.directives.views import PLACED

if TYPE_CHECKING:
    from docutils.parsers.rst import Directive

DIRECTIVES: dict[str, type[Directive]] = {
    "pattern": PatternDirective,
    "context": ContextDirective,
    "problem": ProblemDirective,
    "forces": ForcesDirective,
    "solution": SolutionDirective,
    "consequences": ConsequencesDirective,
    "when-not-to-use": WhenNotToUseDirective,
    "known-uses": KnownUsesDirective,
    "related": RelatedDirective,
    "references": ReferencesDirective,
    "force": ForceDirective,
    "sequence": SequenceDirective,
    **PLACED,
}
"""By name; each is also the domain's own, as in ``pattern:forces``."""

__all__ = ["DIRECTIVES"]
