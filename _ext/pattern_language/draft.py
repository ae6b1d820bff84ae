"""What the directives of the page that is being read have found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

    from pattern_language.model import (
        Consequence,
        Force,
        Heading,
        KnownUse,
        Pattern,
        Pressing,
        Relation,
        Sequence,
    )

_KEY = "pattern_language_draft"


@dataclass(slots=True)
class Draft:
    """The records of one page, under construction.

    Parts belong to the page's first pattern; a second one is kept to be judged by the rules.
    """

    patterns: list[Pattern] = field(default_factory=list)
    pressings: list[Pressing] = field(default_factory=list)
    consequences: list[Consequence] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    stray_headings: list[Heading] = field(default_factory=list)
    uses: list[KnownUse] = field(default_factory=list)
    lead: str = ""
    forces: list[Force] = field(default_factory=list)
    sequences: list[Sequence] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Id of the pattern that the page is about; empty if there is none yet."""
        return self.patterns[0].id if self.patterns else ""


def draft_of(env: BuildEnvironment) -> Draft:
    """Return the draft of the page that is being read; Sphinx forgets it after each page."""
    if _KEY not in env.current_document:
        env.current_document[_KEY] = Draft()
    return cast("Draft", env.current_document[_KEY])
