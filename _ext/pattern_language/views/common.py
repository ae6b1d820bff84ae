"""Pieces of which the views are made, in nodes that every builder can write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pattern_language.context import Context
    from pattern_language.model import Effect, Force, Pattern
    from pattern_language.model import Sequence as PatternSequence
    from pattern_language.views.markup import Html


def raw(html: Html) -> nodes.raw:
    """Put markup into a page that is written for a browser."""
    return nodes.raw("", html, format="html")


def link(text: str, address: str, *classes: str, title: str = "") -> nodes.reference:
    """Make a link within the catalogue."""
    made = nodes.reference("", text, internal=True, refuri=address, classes=list(classes))
    if title:
        made["reftitle"] = title
    return made


def pattern_address(context: Context, pattern: Pattern) -> str:
    """Return where a pattern's page begins."""
    return context.address(pattern.docname, pattern.anchor())


def answer_address(context: Context, pattern: Pattern, effect: Effect, force: str) -> str:
    """Return where a pattern's consequence for a force stands."""
    return context.address(pattern.docname, pattern.anchor(force=force, effect=effect))


def pressing_address(context: Context, pattern: Pattern, force: str) -> str:
    """Return where a force stands in a pattern's list."""
    return context.address(pattern.docname, pattern.anchor(force=force))


def force_address(context: Context, force: Force) -> str:
    """Return where a force is defined."""
    return context.address(force.docname, force.anchor)


def pattern_link(context: Context, pattern: Pattern) -> nodes.reference:
    """Make a link to a pattern, by its name."""
    return link(pattern.name, pattern_address(context, pattern))


def force_link(context: Context, force: Force) -> nodes.reference:
    """Make a link to a force, by its two goods."""
    return link(force.name, force_address(context, force))


def sequence_link(context: Context, sequence: PatternSequence) -> nodes.reference:
    """Make a link to a sequence, by its title."""
    return link(sequence.title, context.address(sequence.docname, sequence.anchor))


def listed(items: Iterable[nodes.Node], separator: str = ", ") -> list[nodes.Node]:
    """Put text between nodes."""
    found: list[nodes.Node] = []
    for item in items:
        if found:
            found.append(nodes.Text(separator))
        found.append(item)
    return found


def paragraph(*children: nodes.Node | str, classes: Sequence[str] = ()) -> nodes.paragraph:
    """Make a paragraph of nodes and text."""
    made = [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return nodes.paragraph("", "", *made, classes=list(classes))


def bullets(
    items: Iterable[Sequence[nodes.Node]], classes: Sequence[str] = ()
) -> nodes.bullet_list:
    """Make a list; each item holds block nodes."""
    made = nodes.bullet_list("", bullet="-", classes=list(classes))
    made += [nodes.list_item("", *item) for item in items]
    return made


def definitions(
    items: Iterable[tuple[Sequence[nodes.Node], Sequence[nodes.Node], Sequence[str]]],
    classes: Sequence[str] = (),
) -> nodes.definition_list:
    """Make a definition list of terms, block nodes, and the classes of the terms."""
    made = nodes.definition_list("", classes=list(classes))
    made += [
        nodes.definition_list_item(
            "", nodes.term("", "", *term, classes=list(names)), nodes.definition("", *body)
        )
        for term, body, names in items
    ]
    return made


def box(*children: nodes.Node, classes: Sequence[str]) -> nodes.container:
    """Put block nodes into an element that style sheets know."""
    return nodes.container("", *children, classes=list(classes))
