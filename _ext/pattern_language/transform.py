"""Brings the parts of a page into one row, and records the page when it has been parsed.

A part that is written below the heading 'Implementation' becomes, for a parser, a piece of that
section. Readers see it as what it is: a part of the pattern, on the level of the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx.transforms import SphinxTransform

from pattern_language.directives.force import GROUPED
from pattern_language.directives.parts import PART
from pattern_language.directives.pattern import HEAD
from pattern_language.draft import Draft, draft_of
from pattern_language.model import Heading, Page, Part, PartKind, Place
from pattern_language.nodes import LanguageView, RelatedPatterns, view
from pattern_language.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pattern_language.domain import PatternDomain

_ORDER = list(PartKind)


class RecordPage(SphinxTransform):
    """Levels the parts, finds the implementation between them, and stores the page."""

    default_priority = 200
    """After the parse, before anything that numbers or collects sections."""

    def apply(self, **_kwargs: Any) -> None:
        """Record the page, if it tells anything of the language."""
        draft = draft_of(self.env)
        self._group_forces(draft)
        if draft.patterns:
            self._level()
            self._complete(draft)
            self._page.append(view("sequence-navigation", draft.subject))
        page = Page(
            self.env.docname, tuple(draft.patterns), tuple(draft.forces), tuple(draft.sequences)
        )
        if draft.patterns or draft.forces or draft.sequences:
            self._domain.note_page(page)
        if any(_shows_language(self.document)):
            self._domain.note_showing(self.env.docname)

    @property
    def _domain(self) -> PatternDomain:
        return cast("PatternDomain", self.env.domains["pattern"])

    def _former(self, pattern: str) -> list[str]:
        published = self._domain.published
        return published.former("patterns", pattern) if published else []

    def _anchor(self, section: nodes.section, anchor: str) -> None:
        """Add an anchor, unless the author has put it somewhere on the page."""
        if anchor not in self.document.ids:
            self.document.ids[anchor] = section
            section["ids"].append(anchor)

    def _group_forces(self, draft: Draft) -> None:
        for section in self.document.findall(nodes.section):
            parent = section.parent
            if GROUPED not in section or not isinstance(parent, nodes.section):
                continue
            index = section.attributes.pop(GROUPED)
            if isinstance(parent.parent, nodes.section):
                group = parent[0].astext()
                draft.forces[index] = replace(draft.forces[index], group=group)

    @property
    def _page(self) -> nodes.Element:
        """The section of the page's title, which the pattern's head is in; else the document."""
        heads = (node for node in self.document.findall(nodes.container) if HEAD in node)
        parent = next(heads).parent
        return parent if isinstance(parent, nodes.section) else self.document

    def _level(self) -> None:
        page = self._page
        for child in list(page.children):
            if not isinstance(child, nodes.section):
                continue
            if PART in child:
                self._take_strays(child)
                continue
            index = page.index(child)
            nested = [part for part in child.findall(nodes.section) if PART in part]
            for offset, part in enumerate(nested, 1):
                self._take_strays(part)
                part.parent.remove(part)
                page.insert(index + offset, part)

    def _take_strays(self, part: nodes.section) -> None:
        """Keep what is written after a part below it, and say that it belongs to no part."""
        for node in list(_following(part)):
            if isinstance(node, nodes.section):
                break
            if isinstance(node, nodes.Invisible | nodes.system_message | nodes.footnote):
                continue
            if isinstance(node, nodes.transition | nodes.citation):
                continue
            if isinstance(node, nodes.container) and HEAD in node:
                continue
            node.parent.remove(node)
            part += node
            title = part[0].astext()
            message = f"this stands after the part '{title}' and in no part: put it into one"
            warn(self.env, self._place(node), "stray", message)

    def _complete(self, draft: Draft) -> None:
        page = self._page
        first = draft.patterns[0]
        if isinstance(page, nodes.section):
            for name in [first.id, *self._former(first.id)]:
                self._anchor(page, f"pattern-{name}")
        title = page[0].astext() if isinstance(page, nodes.section) else ""
        draft.patterns = [replace(pattern, name=title) for pattern in draft.patterns]
        parts = list(self._parts(page, first.id, draft))
        draft.patterns[0] = replace(
            draft.patterns[0],
            parts=tuple(parts),
            pressings=tuple(draft.pressings),
            consequences=tuple(draft.consequences),
            relations=tuple(draft.relations),
            stray_headings=tuple(draft.stray_headings),
            uses=tuple(draft.uses),
            lead=draft.lead,
        )

    def _parts(self, page: nodes.Element, subject: str, draft: Draft) -> Iterator[Part]:
        """Yield the parts in order; ordinary sections are the implementation, or strays."""
        sections = [node for node in page if isinstance(node, nodes.section)]
        kinds = [PartKind(node[PART]) if PART in node else None for node in sections]
        implemented = False
        for index, (section, kind) in enumerate(zip(sections, kinds, strict=True)):
            if kind is not None:
                yield self._part(section, kind, section["ids"][0] if section["ids"] else "")
                continue
            if not _is_implementation(kinds, index):
                heading = Heading(section[0].astext(), self._place(section))
                draft.stray_headings.append(heading)
            elif not implemented:
                implemented = True
                here = PartKind.IMPLEMENTATION
                for name in [subject, *self._former(subject)]:
                    self._anchor(section, f"{name}-{here.value}")
                yield self._part(section, here, f"{subject}-{here.value}")

    def _part(self, section: nodes.section, kind: PartKind, anchor: str) -> Part:
        content = [
            node for node in section[1:] if not isinstance(node, nodes.Invisible | LanguageView)
        ]
        is_empty = all(isinstance(n, RelatedPatterns) and not n.children for n in content)
        return Part(kind, anchor, self._place(section), is_empty)

    def _place(self, node: nodes.Node) -> Place:
        return Place(self.env.docname, node.line or 1)


def _is_implementation(kinds: list[PartKind | None], index: int) -> bool:
    """Whether an ordinary section stands between what precedes and what follows that part."""
    before = next((kind for kind in reversed(kinds[:index]) if kind), None)
    after = next((kind for kind in kinds[index:] if kind), None)
    here = _ORDER.index(PartKind.IMPLEMENTATION)
    if before is PartKind.CONSEQUENCES:
        return True
    if before is None or _ORDER.index(before) > here:
        return False
    return after is not None and _ORDER.index(after) > here


def _following(node: nodes.Element) -> Iterator[nodes.Node]:
    siblings = node.parent.children
    yield from siblings[siblings.index(node) + 1 :]


def _shows_language(document: nodes.document) -> Iterator[bool]:
    for node in document.findall(nodes.Element):
        yield isinstance(node, LanguageView | RelatedPatterns) or (
            node.get("refdomain") == "pattern"
        )
