"""A drawing for narrow places: the nodes in one column, the edges as brackets beside it. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pattern_language.views.layout.shapes import Box, Drawing, Point, Route, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pattern_language.views.layout.shapes import Curve, Item, Link

MARGIN: Final = 4.0
_PORT_GAP: Final = 10.0
_TRACK_GAP: Final = 8.0
_CORNER: Final = 5.0
_STUB: Final = 18.0
"""From the boxes to the first track: room for an arrow head."""


def column(
    items: Sequence[Item], links: Sequence[Link], *, height: float = 40.0, gap: float = 10.0
) -> Drawing:
    """Lay out a graph as a column with brackets.

    Each edge leaves its source to the right, follows a track of its own down or up the column, and
    enters its target from the right. Short edges take inner tracks.

    Args:
        items: The nodes from top to bottom; all boxes are as wide as the widest.
        links: The edges, between known and different nodes.
        height: The least height of a box; boxes with many edges are higher.
        gap: Between boxes.
    """
    row = {item.id: index for index, item in enumerate(items)}
    width = max((item.width for item in items), default=0.0)
    ends: dict[str, list[tuple[bool, int, int]]] = defaultdict(list)
    for number, link in enumerate(links):
        # Brackets are nested: on a box, those to what is above come first, the innermost at the
        # top; those to what is below follow, the innermost at the bottom.
        for name, other in ((link.source, link.target), (link.target, link.source)):
            away = row[other] - row[name]
            ends[name].append((away > 0, -away, number))
    boxes: dict[str, Box] = {}
    ports: dict[tuple[str, int], float] = {}
    y = MARGIN
    for item in items:
        used = sorted(ends[item.id])
        tall = max(height, item.height, _PORT_GAP * (len(used) + 1))
        boxes[item.id] = Box(item.id, MARGIN, y, width, tall)
        for index, (_, _, number) in enumerate(used):
            ports[item.id, number] = y + tall / 2 + _PORT_GAP * (index - (len(used) - 1) / 2)
        y += tall + gap
    tracks = _tracks(links, ports)
    right = MARGIN + width
    count = max(tracks, default=-1) + 1
    routes = tuple(
        Route(
            link,
            _bracket(
                right,
                right + _STUB + tracks[number] * _TRACK_GAP,
                ports[link.source, number],
                ports[link.target, number],
            ),
        )
        for number, link in enumerate(links)
    )
    whole = right + _STUB + max(count - 1, 0) * _TRACK_GAP + MARGIN
    return Drawing(whole, max(y - gap, 0.0) + MARGIN, tuple(boxes.values()), routes)


def _tracks(links: Sequence[Link], ports: dict[tuple[str, int], float]) -> list[int]:
    """Give each edge the innermost track that is free along its way; the shortest choose first."""
    spans = []
    for number, link in enumerate(links):
        a, b = ports[link.source, number], ports[link.target, number]
        spans.append((min(a, b), max(a, b)))
    taken: list[list[tuple[float, float]]] = []
    found = [0] * len(links)
    for number in sorted(range(len(links)), key=lambda n: (spans[n][1] - spans[n][0], n)):
        low, high = spans[number]
        free = (
            index
            for index, others in enumerate(taken)
            if all(high < a - 1 or b + 1 < low for a, b in others)
        )
        found[number] = next(free, len(taken))
        if found[number] == len(taken):
            taken.append([])
        taken[found[number]].append(spans[number])
    return found


def _bracket(left: float, track: float, start: float, end: float) -> tuple[Curve, ...]:
    turn = min(_CORNER, abs(end - start) / 2)
    down = turn if end > start else -turn
    corner, far = Point(track, start), Point(track, end)
    return (
        line(Point(left, start), Point(track - turn, start)),
        (Point(track - turn, start), corner, corner, Point(track, start + down)),
        line(Point(track, start + down), Point(track, end - down)),
        (Point(track, end - down), far, far, Point(track - turn, end)),
        line(Point(track - turn, end), Point(left, end)),
    )
