"""Docutils' parser of reStructuredText, given the lines that an editor shows.

Docutils splits a page by ``str.splitlines``: a form feed or U+2028 in the middle of a line tears
that line in two, and with it the code, the indentation and all line numbers below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils.parsers.rst import Parser, roles, states
from docutils.statemachine import StringList
from sphinx.parsers import RSTParser

from doc_examples.lines import ANY_SEPARATOR, split_lines

if TYPE_CHECKING:
    from docutils import nodes


def input_lines(text: str, document: nodes.document) -> list[str]:
    """Return the lines of a page as docutils' state machine takes them."""
    width = document.settings.tab_width
    return [line.expandtabs(width).rstrip() for line in split_lines(text)]


class ExampleRSTParser(RSTParser):
    """Sphinx's parser, which takes lines as well as a text."""

    def parse(self, inputstring: str | StringList, document: nodes.document) -> None:
        """Parse a page into the document."""
        if isinstance(inputstring, str) and ANY_SEPARATOR.search(inputstring):
            lines = input_lines(inputstring, document)
            inputstring = StringList(lines, document.current_source)
        super().parse(inputstring, document)


class LineParser(Parser):
    """Docutils' own parser, for reStructuredText inside of Markdown."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a text into the document; the default role stays what it was."""
        self.setup_parse(inputstring, document)
        self.statemachine = states.RSTStateMachine(
            state_classes=self.state_classes,
            initial_state=self.initial_state,
            debug=document.reporter.debug_flag,
        )
        known = vars(roles)["_roles"]
        before = known.get("")
        self.statemachine.run(input_lines(inputstring, document), document, inliner=self.inliner)
        known.pop("", None)
        if before is not None:
            known[""] = before
        self.finish_parse()
