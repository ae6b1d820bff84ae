"""Writes a drawing as inline SVG: it follows the theme, and each node is a link. Pure.

Colours and strokes come from the style sheet, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pattern_language.model import RelationKind
from pattern_language.views.markup import Html, el

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pattern_language.views.layout.shapes import Box, Curve, Drawing, Lane, Point, Route

FONT_SIZE: Final = 13.0
NOTE_SIZE: Final = 10.5
_LINE_HEIGHT: Final = 15.5
_BAR: Final = 4.0


@dataclass(frozen=True, slots=True)
class Face:
    """What a node shows."""

    lines: tuple[str, ...]
    """Of its name."""
    address: str
    label: str
    """What a screen reader says: the name, and what the place, the outline and the edges tell."""
    category: int
    """Number of its category, from 0: chooses the tone of its bar."""
    classes: tuple[str, ...] = ()
    note: str = ""
    """A small line below the name."""


def write(
    drawing: Drawing,
    faces: Mapping[str, Face],
    kinds: Sequence[RelationKind],
    *,
    label: str,
    titles: Sequence[str] = (),
) -> Html:
    """Write a drawing.

    Args:
        drawing: The geometry.
        faces: What each box shows.
        kinds: The kind of each route's relation.
        label: Name of the whole.
        titles: Of the lanes.
    """
    width, height = _n(drawing.width), _n(drawing.height)
    return el(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "graph-drawing",
            "viewBox": f"0 0 {width} {height}",
            "width": width,
            "height": height,
            "style": f"--natural-width: {width}px",
            "role": "group",
            "aria-label": label,
        },
        el("style", None, Html(_emphasis(faces))),
        [_lane(lane, title) for lane, title in zip(drawing.lanes, titles, strict=False)],
        _separators(drawing) if titles else Html(),
        el(
            "g",
            {"class": "graph-edges", "aria-hidden": "true"},
            [edge(route, kind) for route, kind in zip(drawing.routes, kinds, strict=True)],
        ),
        el("g", {"role": "list"}, [_node(box, faces[box.id]) for box in drawing.boxes]),
    )


def edge(route: Route, kind: RelationKind) -> Html:
    """Write an edge: its line, and the marks that tell its kind where colour does not."""
    first, last = route.curves[0], route.curves[-1]
    marks = [_mark(kind, last[3], last[2])]
    if kind.is_symmetric:
        marks.append(_mark(kind, first[0], first[1]))
    return el(
        "g",
        {
            "class": f"graph-edge graph-edge-{kind.value}",
            "data-ends": f"{route.link.source} {route.link.target}",
        },
        el("path", {"class": "graph-line", "d": _path(route.curves)}),
        marks,
    )


def _emphasis(faces: Mapping[str, Face]) -> str:
    """While a node is pointed at or focused, edges that are not its own step back."""
    # Ids consist of letters, digits and hyphens: nothing in them needs quoting.
    return "".join(
        f'svg:has([data-node="{name}"]:is(:hover,:focus-visible)) '
        f'.graph-edge:not([data-ends~="{name}"]){{opacity:.12}}'
        for name in faces
    )


def _node(box: Box, face: Face) -> Html:
    text_top = box.middle.y - _LINE_HEIGHT * (len(face.lines) - 1) / 2 + FONT_SIZE * 0.36
    if face.note:
        text_top -= NOTE_SIZE * 0.6
    left = _n(box.x + _BAR / 2 + box.width / 2)
    lines = []
    for index, line in enumerate(face.lines):
        # Read in one piece, the lines are the name again: a blank is where one was.
        blank = "" if not index or face.lines[index - 1].endswith("-") else " "
        lines.append(Html(blank))
        lines.append(el("text", {"x": left, "y": _n(text_top + index * _LINE_HEIGHT)}, line))
    if face.note:
        y = text_top + (len(face.lines) - 1) * _LINE_HEIGHT + NOTE_SIZE + 4
        lines.append(Html(" "))
        lines.append(el("text", {"class": "graph-note", "x": left, "y": _n(y)}, face.note))
    shape = {"x": _n(box.x), "y": _n(box.y), "height": _n(box.height)}
    return el(
        "g",
        {"role": "listitem"},
        el(
            "a",
            {
                "href": face.address,
                "class": " ".join(("graph-node", *face.classes)),
                "data-node": box.id,
                "aria-label": face.label,
            },
            el("rect", {"class": "graph-box", **shape, "width": _n(box.width)}),
            el(
                "rect",
                {"class": f"graph-bar category-{face.category % 6}", **shape, "width": _n(_BAR)},
            ),
            lines,
        ),
    )


def _lane(lane: Lane, title: str) -> Html:
    middle = (lane.left + lane.right) / 2
    return el(
        "text", {"class": "graph-title", "x": _n(middle), "y": "18", "aria-hidden": "true"}, title
    )


def _separators(drawing: Drawing) -> Html:
    path = "".join(f"M{_n(lane.right)} 4V{_n(drawing.height - 4)}" for lane in drawing.lanes[:-1])
    return el("path", {"class": "graph-separator", "d": path}) if path else Html()


def _mark(kind: RelationKind, tip: Point, before: Point) -> Html:
    """Write what an edge ends in; ``before`` is a point that it comes from."""
    length = ((tip.x - before.x) ** 2 + (tip.y - before.y) ** 2) ** 0.5 or 1.0
    ux, uy = (tip.x - before.x) / length, (tip.y - before.y) / length

    def at(along: float, across: float) -> str:
        return f"{_n(tip.x - ux * along - uy * across)} {_n(tip.y - uy * along + ux * across)}"

    name = f"graph-mark graph-mark-{kind.value}"
    if kind is RelationKind.REQUIRES:
        return el("path", {"class": name, "d": f"M{at(0, 0)}L{at(9, 4.2)}L{at(9, -4.2)}Z"})
    if kind is RelationKind.USES:
        return el("path", {"class": name, "d": f"M{at(7, 4)}L{at(0, 0)}L{at(7, -4)}"})
    if kind is RelationKind.REFINES:
        return el("path", {"class": name, "d": f"M{at(0, 0)}L{at(10, 5)}L{at(10, -5)}Z"})
    if kind is RelationKind.CONFLICTS_WITH:
        bars = f"M{at(2, 5)}L{at(10, -5)}M{at(2, -5)}L{at(10, 5)}"
        return el("path", {"class": name, "d": bars})
    x, y = at(3.5, 0).split()
    return el("circle", {"class": name, "cx": x, "cy": y, "r": "3"})


def _path(curves: Sequence[Curve]) -> str:
    start = curves[0][0]
    return f"M{_n(start.x)} {_n(start.y)}" + "".join(
        "C" + " ".join(f"{_n(point.x)} {_n(point.y)}" for point in curve[1:]) for curve in curves
    )


def _n(value: float) -> str:
    """Write a length; a tenth of a pixel is as fine as anyone sees.

    >>> _n(2.0), _n(-0.04), _n(1.25)
    ('2', '0', '1.2')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
