"""The parts of a pattern that hold prose."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes

from pattern_language.directives.base import LanguageDirective
from pattern_language.model import PartKind
from pattern_language.prose import first_sentence, plain
from pattern_language.words import PART_TITLES

if TYPE_CHECKING:
    from docutils.nodes import Node

PART = "pattern_part"
"""The attribute that marks a section as a part; its value is the kind's."""


class PartDirective(LanguageDirective):
    """A part: a section with the standard title and a permanent anchor."""

    kind: ClassVar[PartKind]

    def run(self) -> list[Node]:
        """Parse the body and make the section of it."""
        subject = self.draft.subject
        if not subject:
            message = f"'{self.name}' is a part of a pattern, and no 'pattern' stands before it"
            self.report("outside", message)
        section = nodes.section("", classes=["pattern-part", f"pattern-part-{self.kind.value}"])
        section[PART] = self.kind.value
        self.set_source_info(section)
        title = nodes.title("", PART_TITLES[self.kind])
        self.set_source_info(title)
        owner = subject or self.env.docname.rpartition("/")[2]
        anchors = [f"{name}-{self.kind.value}" for name in self.names("patterns", owner)]
        self.anchor(section, *anchors)
        section += title
        body = self.body()
        self.draft.stray_headings += self.headings(body)
        section += self.fill(body)
        return [section]

    def fill(self, body: list[Node]) -> list[Node]:
        """Record what the body tells, and return what the section shows."""
        return body


class ContextDirective(PartDirective):
    """Where the problem arises."""

    kind = PartKind.CONTEXT


class ProblemDirective(PartDirective):
    """What is hard."""

    kind = PartKind.PROBLEM


class SolutionDirective(PartDirective):
    """What to do, at the level of design."""

    kind = PartKind.SOLUTION

    def fill(self, body: list[Node]) -> list[Node]:
        """Record the sentence with which it begins."""
        self.draft.lead = first_sentence(plain(body))
        return body


class WhenNotToUseDirective(PartDirective):
    """Where the solution is the wrong one."""

    kind = PartKind.WHEN_NOT_TO_USE


class ReferencesDirective(PartDirective):
    """The sources of the page."""

    kind = PartKind.REFERENCES
