"""What must hold of a language. Pure functions from records to findings.

Each rule yields findings with a place and a subtype under which it can be suppressed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.rules.finding import Finding, Surroundings
from pattern_language.rules.forces import force_rules
from pattern_language.rules.ids import id_rules
from pattern_language.rules.pages import page_rules
from pattern_language.rules.permanence import permanence_rules
from pattern_language.rules.relations import relation_rules
from pattern_language.rules.sequences import sequence_rules
from pattern_language.rules.uses import use_rules

if TYPE_CHECKING:
    from pattern_language.model import Language

__all__ = ["Finding", "Surroundings", "check"]

_RULES = (
    page_rules,
    id_rules,
    force_rules,
    relation_rules,
    sequence_rules,
    permanence_rules,
    use_rules,
)


def check(language: Language, surroundings: Surroundings | None = None) -> list[Finding]:
    """Return all findings, by place."""
    around = surroundings or Surroundings()
    return sorted({finding for rule in _RULES for finding in rule(language, around)})
