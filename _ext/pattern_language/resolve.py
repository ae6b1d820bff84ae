"""Puts the language into the pages when they are written."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from pattern_language.address import address_from
from pattern_language.citations.extension import edition_of
from pattern_language.context import Context
from pattern_language.directives.base import link
from pattern_language.model import Place, RelationKind
from pattern_language.nodes import LanguageView, RelatedPatterns
from pattern_language.views import VIEWS
from pattern_language.warn import warn
from pattern_language.words import RELATION_WORDS

if TYPE_CHECKING:
    from typing import Any

    from docutils.nodes import Node
    from sphinx.application import Sphinx

    from pattern_language.context import Badge
    from pattern_language.domain import PatternDomain


class ResolveLanguage(SphinxPostTransform):
    """Replaces the placeholders of a page."""

    default_priority = 5
    """Before references are resolved: what is put in holds some."""

    def run(self, **_kwargs: Any) -> None:
        """Fill in views, relations and permalinks."""
        for placed in list(self.document.findall(LanguageView)):
            placed.replace_self(self._view(placed))
        for related in list(self.document.findall(RelatedPatterns)):
            related.replace_self(self._related(related))
        permalinks = self.config.html_permalinks and getattr(self.builder, "add_permalinks", False)
        if self._is_html and permalinks:
            self._add_permalinks()

    @property
    def builder(self) -> Any:
        """The builder that writes; only some have the attributes that are asked for."""
        return self.app.builder

    @property
    def domain(self) -> PatternDomain:
        """The domain that keeps the language."""
        return cast("PatternDomain", self.env.domains["pattern"])

    @property
    def _is_html(self) -> bool:
        return bool(self.builder.format == "html")

    def _view(self, placed: LanguageView) -> list[Node]:
        view = VIEWS[placed["view"]]
        docname = self.env.current_document.docname
        page = _page_of(placed) or docname
        language = self.domain.language
        around = placed["options"].get("around", "")
        if around and around not in language.patterns:
            place = Place(page, placed.line or 1)
            warn(self.env, place, "unknown-pattern", f"there is no pattern {around!r}")
            return []

        def badge(about: str) -> Badge | None:
            return find_badge(self.app, about, docname)

        context = Context(
            language=language,
            edition=edition_of(self.app),
            docname=page,
            address=address_from(self.app.builder, docname),
            is_html=self._is_html,
            subject=placed["subject"] or around,
            options=placed["options"],
            badge=badge,
        )
        return list(view(context))

    def _related(self, related: RelatedPatterns) -> list[Node]:
        """Show the relations by kind: the page's own as written, then those that others tell."""
        docname = self.env.current_document.docname
        rows: dict[RelationKind, nodes.bullet_list] = {}

        def row(kind: RelationKind) -> nodes.bullet_list:
            return rows.setdefault(kind, nodes.bullet_list("", bullet="-"))

        told = set()
        for item in list(related.findall(nodes.definition_list_item)):
            if "relation" not in item:
                continue
            kind, target = RelationKind(item["relation"]), item["target"]
            told.add((kind, target))
            row(kind).append(_own(item))
        language = self.domain.language
        for relation in (
            language.relations_of(related["subject"])
            if related["subject"] in language.patterns
            else ()
        ):
            if (relation.kind, relation.target) not in told:
                shown = link(docname, "pattern", relation.target, relation.place)
                reason = nodes.Text(f": {relation.reason}")
                row(relation.kind).append(
                    nodes.list_item("", nodes.paragraph("", "", shown, reason))
                )
        if not rows:
            return [nodes.paragraph("", "No other pattern is related to this one.")]
        made = nodes.definition_list("", classes=["pattern-relations"])
        for kind in sorted(rows, key=list(RelationKind).index):
            made += nodes.definition_list_item(
                "",
                nodes.term("", RELATION_WORDS[kind]),
                nodes.definition("", rows[kind]),
                classes=[f"pattern-relation-{kind.value}"],
            )
        return [made]

    def _add_permalinks(self) -> None:
        icon = self.config.html_permalinks_icon
        for term in self.document.findall(nodes.term):
            if not isinstance(term.parent.parent, nodes.definition_list):
                continue
            classes = term.parent.parent["classes"]
            if "pattern-forces" in classes and term["ids"]:
                term.append(_permalink(term["ids"][0], "Link to this force", icon))
            elif "pattern-consequences" in classes:
                for answer in term.findall(nodes.inline):
                    if anchor := answer.get("pattern_anchor"):
                        answer.append(_permalink(anchor, "Link to this consequence", icon))


def find_badge(app: Sphinx, docname: str, from_docname: str) -> Badge | None:
    """Ask whoever verifies examples what is known of those of a page."""
    return cast("Badge | None", app.emit_firstresult("pattern-badge", docname, from_docname))


def _own(item: nodes.Element) -> nodes.list_item:
    term = cast("nodes.term", item[0])
    blocks = [block for child in item[1:] for block in list(child.children)]
    made = nodes.list_item()
    if blocks and isinstance(blocks[0], nodes.paragraph):
        blocks[0][:0] = [*term.children, nodes.Text(": ")]
    else:
        made += nodes.paragraph("", "", *term.children)
    made += blocks
    return made


def _permalink(anchor: str, title: str, icon: str) -> nodes.raw:
    address = html.escape(anchor, quote=True)
    made = f'<a class="headerlink" href="#{address}" title="{title}">{icon}</a>'
    return nodes.raw("", made, format="html")


def _page_of(node: Node) -> str:
    """Return the page that a node was read from, where a builder joins several into one."""
    parent = node.parent
    while parent is not None:
        if isinstance(parent, addnodes.start_of_file):
            return str(parent["docname"])
        parent = parent.parent
    return ""
