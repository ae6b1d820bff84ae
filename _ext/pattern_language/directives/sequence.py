"""A path through the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from pattern_language.directives.base import link
from pattern_language.directives.entries import Entry, EntryReader
from pattern_language.model import Sequence, Step
from pattern_language.prose import plain
from pattern_language.terms import TermError, parse_id

if TYPE_CHECKING:
    from docutils.nodes import Node


class SequenceDirective(EntryReader):
    """Patterns in an order in which they build on each other, with what each adds."""

    required_arguments = 1
    final_argument_whitespace = True
    needs_entries = False
    option_spec: ClassVar = {"title": directives.unchanged_required}

    def run(self) -> list[Node]:
        """Record the sequence and show it as a section."""
        self.depend_on_ids()
        found = self.argument_id("the sequence")
        body = self.body()
        self.refuse_headings(body)
        steps = tuple(step for entry in self.entries(body) if (step := self._step(entry)))
        lists = [node for node in body if isinstance(node, nodes.definition_list)]
        for node in lists:
            node["classes"].append("pattern-steps")
        prose = [node for node in body if node not in lists]
        title = self.options.get("title") or found.replace("-", " ").capitalize()
        sequence = Sequence(
            id=found,
            title=title,
            summary=plain(prose),
            steps=steps,
            docname=self.env.docname,
            place=self.place(),
        )
        self.draft.sequences.append(sequence)
        section = nodes.section("", classes=["pattern-sequence"])
        self.set_source_info(section)
        self.anchor(section, *(f"sequence-{name}" for name in self.names("sequences", found)))
        section += nodes.title("", title)
        section += body
        return [section]

    def _step(self, entry: Entry) -> Step | None:
        try:
            pattern = parse_id(entry.text, "a pattern's id")
        except TermError as error:
            self.report("malformed", f"sequence: {error}", entry.place)
            return None
        entry.show(link(self.env.docname, "pattern", pattern, entry.place))
        return Step(pattern, entry.prose, entry.place)
