"""Definition lists whose terms are data."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes

from pattern_language.directives.base import LanguageDirective
from pattern_language.prose import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils.nodes import Node

    from pattern_language.model import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a definition list."""

    item: nodes.definition_list_item
    term: nodes.term
    text: str
    """The term as written."""
    prose: str
    """Plain text of the definition."""
    place: Place

    def show(self, *shown: Node) -> None:
        """Put the form that readers see in place of the term as written."""
        self.term[:] = shown


class EntryReader(LanguageDirective):
    """A directive whose body holds a definition list."""

    needs_entries: ClassVar[bool] = True
    """Whether a body of prose alone is a mistake."""

    def body(self) -> list[Node]:
        """Parse the content, in pieces where entries follow each other without an empty line.

        Markdown would read the next term as the last line of the definition before it.
        """
        cuts = [0, *_cuts(list(self.content)), len(self.content)]
        found: list[Node] = []
        for start, end in itertools.pairwise(cuts):
            for node in self.parse(self.content[start:end], self.content_offset + start):
                before = found[-1] if found else None
                if isinstance(node, nodes.definition_list) and isinstance(before, type(node)):
                    before += list(node.children)
                else:
                    found.append(node)
        return found

    def entries(self, body: list[Node]) -> Iterator[Entry]:
        """Yield the items of the definition lists, and report what follows a list.

        Prose before the first list is the author's introduction; after it, it is most likely an
        entry whose colon was forgotten.
        """
        found = False
        for node in body:
            if isinstance(node, nodes.definition_list):
                found = True
                for item in node:
                    yield from self._entry(item)
            elif found and isinstance(node, nodes.paragraph):
                self._refuse(node)
        if not found and self.content and self.needs_entries:
            self._refuse(body[0] if body else None)

    def _entry(self, item: nodes.Node) -> Iterator[Entry]:
        if not isinstance(item, nodes.definition_list_item):
            return
        # In MyST several terms may share a definition; each is an entry, the first has the text.
        definitions = [child for child in item if isinstance(child, nodes.definition)]
        term = item[0]
        if isinstance(term, nodes.term):
            text = " ".join(term.astext().split())
            yield Entry(item, term, text, plain(definitions), self.place(term))

    def _refuse(self, node: Node | None) -> None:
        message = (
            f"'{self.name}' expects a definition list: a term on a line of its own, "
            "and on the next line ': ' and its text (in MyST the extension 'deflist' reads it)"
        )
        self.report("malformed", message, self.place(node))


def _cuts(lines: list[str]) -> Iterator[int]:
    """Yield the indices of terms that follow text without an empty line between.

    >>> list(_cuts(["a", ": one", "b", ": two", "", "c", ": three"]))
    [2]
    """
    fence = ""
    for index, line in enumerate(lines):
        if match := re.match(r"(`{3,}|~{3,}|:{3,})", line):
            if not fence:
                fence = match[1]
            elif line.rstrip() == fence:
                fence = ""
        follows = index > 0 and lines[index - 1].strip()
        is_term = re.match(r"[^\s:]", line) and lines[index + 1 : index + 2]
        if not fence and follows and is_term and re.match(r":\s", lines[index + 1]):
            yield index
