"""The head of a pattern's page: id, category, state, modules and intent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from pattern_language.directives.base import LanguageDirective
from pattern_language.model import Pattern, State
from pattern_language.nodes import view
from pattern_language.prose import plain

if TYPE_CHECKING:
    from docutils.nodes import Node

HEAD = "pattern_head"
"""The attribute that marks the head of a pattern; its value is the id."""


class PatternDirective(LanguageDirective):
    """Says that the page is a pattern; its body is the intent."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        "category": directives.unchanged_required,
        "state": directives.unchanged_required,
        "modules": directives.unchanged_required,
    }

    def run(self) -> list[Node]:
        """Record the pattern; its page's title becomes its name."""
        self.depend_on_ids()
        found = self.argument_id("the pattern")
        body = self.body()
        for node in body:
            if isinstance(node, nodes.paragraph):
                node["classes"].append("pattern-intent")
        pattern = Pattern(
            id=found,
            name="",
            intent=plain(body),
            category=self.options.get("category", ""),
            state=self._state(),
            modules=tuple(self.options.get("modules", "").replace(",", " ").split()),
            docname=self.env.docname,
            place=self.place(),
        )
        self.draft.patterns.append(pattern)
        self.draft.stray_headings += self.headings(body)
        header = nodes.container("", *body, classes=["pattern-header"])
        header[HEAD] = found
        header += view("header-facts", found)
        header += view("cite", found)
        self.set_source_info(header)
        return [header]

    def _state(self) -> State:
        text = self.options.get("state", State.COMPLETE.value)
        try:
            return State(text)
        except ValueError:
            known = " or ".join(repr(state.value) for state in State)
            self.report("state", f"the state of a pattern is {known}, not {text!r}")
            return State.COMPLETE
