"""The definition of a force."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from pattern_language.directives.base import LanguageDirective
from pattern_language.model import Force
from pattern_language.nodes import view
from pattern_language.prose import first_sentence, plain
from pattern_language.terms import TermError, parse_goods

if TYPE_CHECKING:
    from docutils.nodes import Node

GROUPED = "pattern_force"
"""The attribute that marks a force's section; its value is the position in the draft."""


class ForceDirective(LanguageDirective):
    """A tension between two goods; the first sentence of the body says it."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"goods": directives.unchanged_required}

    def run(self) -> list[Node]:
        """Record the force and show it as a section below the heading that groups it."""
        self.depend_on_ids()
        found = self.argument_id("the force")
        body = self.body()
        self.refuse_headings(body)
        if not body:
            self.report("empty-part", f"the force {found!r} has no text")
        force = Force(
            id=found,
            goods=self._goods(found),
            summary=first_sentence(plain(body)),
            docname=self.env.docname,
            place=self.place(),
        )
        section = nodes.section("", classes=["pattern-force"])
        section[GROUPED] = len(self.draft.forces)
        self.set_source_info(section)
        self.draft.forces.append(force)
        self.anchor(section, *(f"force-{name}" for name in self.names("forces", found)))
        section += nodes.title("", force.name)
        section += [*body, view("force-answers", found)]
        return [section]

    def _goods(self, found: str) -> tuple[str, str]:
        try:
            return parse_goods(self.options.get("goods", ""))
        except TermError as error:
            self.report("malformed", f"goods of the force {found!r}: {error}")
            first, _, second = found.replace("-", " ").partition(" and ")
            return first, second or first
