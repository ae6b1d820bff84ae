"""The views ``pattern-graph`` and ``neighbourhood``: how patterns are related."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pattern_language.model import RelationKind, State
from pattern_language.views import svg
from pattern_language.views.common import (
    bullets,
    paragraph,
    pattern_address,
    pattern_link,
    raw,
)
from pattern_language.views.layout.column import column
from pattern_language.views.layout.layered import Style, layered
from pattern_language.views.layout.shapes import Drawing, Item, Link, Point, Route, line
from pattern_language.views.layout.text import width, wrap
from pattern_language.views.markup import Html, el, join
from pattern_language.words import RELATION_WORDS, STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docutils import nodes

    from pattern_language.context import Context
    from pattern_language.model import Pattern, Relation

_LABEL_LIMIT: Final = 116.0
"""Names that are wider stand in two lines."""
_PADDING: Final = 26.0
"""Of a box, both sides and the bar of its category together."""
_TITLE_SIZE: Final = 12.0
_PHRASES: Final = {kind: word.lower() for kind, word in RELATION_WORDS.items()} | {
    RelationKind.ALTERNATIVE_TO: "is an alternative to",
    RelationKind.USED_BY: "is used by",
}
"""The relations as they stand in a sentence."""
_NARROW_LIMIT: Final = 168.0


def pattern_graph(context: Context) -> list[nodes.Node]:
    """Draw the relations of all patterns, or of one and its neighbours.

    Above a pattern stand those that build on it; each category has a lane of its own. The same is
    told as a list, folded away in a browser.
    """
    if context.subject in context.language.patterns:
        return [*neighbourhood(context), _relations(context, context.subject)]
    patterns = context.language.patterns
    if not context.is_html:
        return [_relations(context)]
    if not patterns:
        return []
    relations = context.language.relations
    order = context.language.building_order
    categories = _categories(context)
    titles = [context.language.categories.get(name, name) for name in categories]
    wide = layered(
        [_item(patterns[name], categories.index(patterns[name].category)) for name in order],
        _links(relations),
        Style(head=30.0),
        titles=[width(title, _TITLE_SIZE) * 1.05 for title in titles],
    )
    label = "Map of the patterns and their relations"
    figure = _figure(context, wide, order, relations, label=label, titles=titles)
    summary = el("summary", None, "The relations as a list")
    # The list is made of nodes, so that its links are the builder's: markup stands around it.
    return [
        raw(Html(f'<figure class="pattern-graph">{figure}<details class="graph-text">{summary}')),
        _relations(context),
        raw(Html("</details></figure>")),
    ]


def neighbourhood(context: Context) -> list[nodes.Node]:
    """Draw one pattern and those that it is related to.

    Above it stand those that build on it, beside it alternatives and conflicts, below it what it
    builds on. Builders for other media get nothing: the page lists the relations beside it.
    """
    language = context.language
    if not context.is_html or context.subject not in language.patterns:
        return []
    centre = context.subject
    relations = [edge for edge in language.relations if centre in {edge.source, edge.target}]
    if not relations:
        return []
    rank = {centre: 1}
    for edge in relations:
        other = edge.target if edge.source == centre else edge.source
        if not edge.kind.is_symmetric:
            rank[other] = 0 if edge.source == centre else 2
        else:
            rank.setdefault(other, 1)
    base = min(rank.values())
    rank = {name: row - base for name, row in rank.items()}
    # In the middle of its row, the centre has neighbours on both sides.
    beside = [name for name in language.building_order if rank.get(name) == rank[centre]]
    beside.remove(centre)
    beside.insert(len(beside) // 2, centre)
    others = [name for name in language.building_order if name in rank and name not in beside]
    drawing = layered(
        [_item(language.patterns[name]) for name in (*beside, *others)],
        _links(relations),
        Style(gap=38.0, beside=52.0),
        rank=rank,
    )
    order = [name for name in language.building_order if name in rank]
    name = language.patterns[centre].name
    label = f"{name} among its neighbours"
    figure = _figure(context, drawing, order, relations, label=label)
    return [raw(Html(f'<figure class="pattern-graph pattern-neighbourhood">{figure}</figure>'))]


def _figure(
    context: Context,
    wide: Drawing,
    order: Sequence[str],
    relations: Sequence[Relation],
    *,
    label: str,
    titles: Sequence[str] = (),
) -> Html:
    patterns = context.language.patterns
    top_down = list(reversed(order))
    narrow = column([_narrow_item(context, patterns[name]) for name in top_down], _links(relations))
    kinds = [edge.kind for edge in relations]
    faces = {name: _face(context, patterns[name]) for name in order}
    noted = {name: _face(context, patterns[name], is_narrow=True) for name in order}
    return join(
        el(
            "div",
            {"class": "graph-wide"},
            svg.write(wide, faces, kinds, label=label, titles=titles),
        ),
        el(
            "div",
            {"class": "graph-narrow"},
            svg.write(narrow, noted, kinds, label=label),
        ),
        _legend(kinds, [patterns[name] for name in order]),
    )


def _categories(context: Context) -> list[str]:
    """Return the categories that have patterns, in the order of the catalogue."""
    return list(dict.fromkeys(p.category for p in context.language.patterns.values()))


def _item(pattern: Pattern, lane: int = 0) -> Item:
    lines = wrap(pattern.name, _LABEL_LIMIT, svg.FONT_SIZE)
    widest = max(width(one, svg.FONT_SIZE) for one in lines)
    return Item(pattern.id, max(widest + _PADDING, 84.0), lane)


def _narrow_item(context: Context, pattern: Pattern) -> Item:
    lines = wrap(pattern.name, _NARROW_LIMIT, svg.FONT_SIZE)
    note = width(_category(context, pattern), svg.NOTE_SIZE)
    widest = max(note, *(width(one, svg.FONT_SIZE) for one in lines))
    return Item(pattern.id, widest + _PADDING, height=24.0 + 16.0 * len(lines))


def _links(relations: Iterable[Relation]) -> list[Link]:
    return [Link(edge.source, edge.target, not edge.kind.is_symmetric) for edge in relations]


def _category(context: Context, pattern: Pattern) -> str:
    return context.language.categories.get(pattern.category, pattern.category)


def _face(context: Context, pattern: Pattern, *, is_narrow: bool = False) -> svg.Face:
    told = [
        f"{_PHRASES[edge.kind]} {context.language.patterns[edge.target].name}"
        for edge in context.language.relations_of(pattern.id)
    ]
    category = _category(context, pattern)
    facts = [category, *([STATE_WORDS[pattern.state]] if _is_unfinished(pattern) else []), *told]
    classes = ["graph-node-in-progress"] if _is_unfinished(pattern) else []
    if pattern.id == context.subject:
        classes.append("graph-node-subject")
    return svg.Face(
        wrap(pattern.name, _NARROW_LIMIT if is_narrow else _LABEL_LIMIT, svg.FONT_SIZE),
        pattern_address(context, pattern),
        f"{pattern.name}: {'; '.join(facts)}",
        _categories(context).index(pattern.category),
        tuple(classes),
        category if is_narrow else "",
    )


def _is_unfinished(pattern: Pattern) -> bool:
    return pattern.state is State.IN_PROGRESS


def _legend(kinds: Sequence[RelationKind], patterns: Sequence[Pattern]) -> Html:
    """Explain the lines that occur, and the dashed outline if it does."""
    entries = [
        el("li", None, _sample(kind), RELATION_WORDS[kind].lower())
        for kind in RelationKind
        if kind in kinds
    ]
    if any(_is_unfinished(pattern) for pattern in patterns):
        outline = el(
            "svg",
            {**_SAMPLE, "class": "graph-sample graph-node-in-progress"},
            el(
                "rect",
                {"class": "graph-box", "x": "1", "y": "1", "width": "34", "height": "12"},
            ),
        )
        entries.append(el("li", None, outline, STATE_WORDS[State.IN_PROGRESS].lower()))
    return el("ul", {"class": "graph-legend", "aria-label": "Legend"}, entries)


_SAMPLE: Final = {
    "xmlns": "http://www.w3.org/2000/svg",
    "viewBox": "0 0 36 14",
    "width": "36",
    "height": "14",
    "aria-hidden": "true",
}


def _sample(kind: RelationKind) -> Html:
    route = Route(Link("", ""), (line(Point(1, 7), Point(35, 7)),))
    return el("svg", {**_SAMPLE, "class": "graph-sample"}, svg.edge(route, kind))


def _relations(context: Context, subject: str = "") -> nodes.Node:
    """Tell the relations in words, each once, from what builds on others to what others need."""
    language = context.language
    items = []
    for name in reversed(language.building_order):
        told = language.relations_of(name) if name == subject else ()
        if not subject:
            told = tuple(edge for edge in language.relations if edge.source == name)
        for edge in told:
            source, target = language.patterns[edge.source], language.patterns[edge.target]
            words = f" {_PHRASES[edge.kind]} "
            ends = (pattern_link(context, source), words, pattern_link(context, target))
            items.append([paragraph(*ends, f": {edge.reason}" if edge.reason else "")])
    if not items:
        return paragraph("No pattern is related to another.")
    return bullets(items, ["pattern-relations-told"])
