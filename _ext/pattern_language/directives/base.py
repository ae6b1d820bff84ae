"""What all directives of the language share: places, faults, anchors, and the parse of bodies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from pattern_language.draft import Draft, draft_of
from pattern_language.model import Heading, Place
from pattern_language.terms import TermError, parse_id
from pattern_language.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docutils.statemachine import StringList

    from pattern_language.domain import PatternDomain


class LanguageDirective(SphinxDirective):
    """A directive that records something and shows it."""

    has_content = True

    @property
    def draft(self) -> Draft:
        """What the page has told so far."""
        return draft_of(self.env)

    @property
    def domain(self) -> PatternDomain:
        """The domain that keeps the language."""
        return cast("PatternDomain", self.env.domains["pattern"])

    def place(self, node: nodes.Node | None = None) -> Place:
        """Return where a node stands; the directive itself without one."""
        source, line = self.get_source_info()
        if node is not None:
            source, line = node.source or source, node.line or line
        return Place(self.env.docname, line, self._other_file(source))

    def _other_file(self, source: str) -> str:
        """Return the included file that a text stands in; empty for the page's own source."""
        page = self.env.doc2path(self.env.docname)
        path = Path(os.path.normpath(Path(page).parent / source.partition(":docstring")[0]))
        if path == Path(os.path.normpath(page)):
            return ""
        return Path(os.path.relpath(path, self.env.srcdir)).as_posix()

    def report(self, subtype: str, message: str, place: Place | None = None) -> None:
        """Warn of a fault that no record can hold."""
        warn(self.env, place or self.place(), subtype, message)

    def argument_id(self, what: str) -> str:
        """Return the directive's argument, an id; a malformed one is reported, and kept."""
        text: str = self.arguments[0]
        try:
            return parse_id(text, f"the id of {what}")
        except TermError as error:
            self.report("malformed", f"{self.name}: {error}")
            return "-".join(text.lower().split())

    def body(self) -> list[nodes.Node]:
        """Parse the content.

        Headings in it become rubrics in MyST and errors of docutils in reStructuredText.
        """
        return self.parse(self.content, self.content_offset)

    def parse(self, content: StringList, offset: int) -> list[nodes.Node]:
        """Parse some lines of the content."""
        # A section as parent would let MyST's headings escape from the directive.
        container = nodes.Element()
        container.document = self.state.document
        self.state.nested_parse(content, offset, container)
        children = list(container.children)
        container.clear()
        return children

    def headings(self, found: Iterable[nodes.Node]) -> list[Heading]:
        """Return the headings that stand where none may."""
        return [
            Heading(rubric.astext(), self.place(rubric))
            for node in found
            for rubric in node.findall(nodes.rubric)
        ]

    def refuse_headings(self, found: Iterable[nodes.Node]) -> None:
        """Report the headings of a body that belongs to no pattern."""
        for heading in self.headings(found):
            message = f"'{self.name}' holds the heading {heading.text!r}; it has no room for one"
            self.report("heading", message, heading.place)

    def names(self, kind: str, name: str) -> list[str]:
        """Return an id, and those that were redirected to it: links to them still arrive."""
        published = self.domain.published
        return [name, *(published.former(kind, name) if published else [])]

    def anchor(self, node: nodes.Element, *anchors: str) -> None:
        """Give a node its anchors; one that the page has already stays where it is.

        What is repeated is judged by the rules, which name both places.
        """
        document = self.state.document
        for name in anchors:
            if name not in document.ids:
                document.ids[name] = node
                node["ids"].append(name)
        if isinstance(node, nodes.section) and not node["ids"]:
            document.set_id(node)  # tables of contents need one

    def depend_on_ids(self) -> None:
        """Have the page read again when the file of published ids changes."""
        if self.config.pattern_language_ids:
            self.env.note_dependency(self.config.pattern_language_ids)


def link(env_docname: str, kind: str, target: str, place: Place) -> addnodes.pending_xref:
    """Make a reference that shows a name; an unknown target is left to the rules."""
    made = addnodes.pending_xref(
        "",
        nodes.inline("", target, classes=["xref", "pattern", f"pattern-{kind}"]),
        refdomain="pattern",
        reftype=kind,
        reftarget=target,
        refdoc=env_docname,
        refexplicit=False,
        refwarn=False,
        pattern_judged=True,
    )
    made.line = place.line
    return made
