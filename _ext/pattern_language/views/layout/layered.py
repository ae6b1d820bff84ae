"""A layered drawing: every node above those that it leads to, lanes side by side. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pattern_language.views.layout.places import LANE_GAP, Sizes, place
from pattern_language.views.layout.ranks import ranks
from pattern_language.views.layout.rows import build, untangle
from pattern_language.views.layout.shapes import (
    Box,
    Curve,
    Drawing,
    Lane,
    Point,
    Route,
    bend,
    line,
    reverse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pattern_language.views.layout.rows import Rows, Slot
    from pattern_language.views.layout.shapes import Item, Link

MARGIN: Final = 8.0
_PORT_GAP: Final = 16.0
_PORT_INSET: Final = 12.0
"""Ports keep this distance from a box's corners."""


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes of a layered drawing."""

    height: float = 46.0
    """Of a node."""
    gap: float = 46.0
    """The least distance of two rows; more where many edges pass, or pass far."""
    beside: float = 24.0
    """The least distance of two nodes of a lane in a row."""
    head: float = 0.0
    """Room above the first row, for the titles of lanes."""


def layered(
    items: Sequence[Item],
    links: Sequence[Link],
    style: Style = Style(),
    *,
    rank: Mapping[str, int] | None = None,
    titles: Sequence[float] = (),
) -> Drawing:
    """Lay out a graph.

    Directed edges lead downwards where the order of the nodes allows it: one that leads to a later
    node closes a cycle, and leads upwards. Undirected edges change no node's row.

    Args:
        items: The nodes, each after those that it should stand above.
        links: The edges, between known and different nodes.
        style: Sizes.
        rank: The row of each node from the bottom; worked out from the directed edges if not given.
        titles: The least width of each lane.

    Returns:
        A drawing in which boxes keep their distance, stand in their lanes, and no edge meets a
        box that is not one of its ends.
    """
    order = [item.id for item in items]
    number = {name: index for index, name in enumerate(order)}
    lanes = {item.id: item.lane for item in items}
    if rank is None:
        ranked = [_downwards(link, number) for link in links if link.is_directed]
        rank = ranks(order, ranked, lanes)
    edges = [_downwards(link, rank) for link in links]
    rows = build(order, edges, rank, lanes)
    untangle(rows, lanes)
    count = max(lanes.values(), default=-1) + 1
    least = [*titles, *[0.0] * (count - len(titles))]
    sizes = Sizes({item.id: item.width for item in items}, lanes, style.beside)
    placed = place(rows, sizes, least) if items else ({}, ())
    return _Draughtsman(items, links, edges, rows, placed, style=style).draw()


def _downwards(link: Link, height: Mapping[str, int]) -> tuple[str, str]:
    if height[link.source] >= height[link.target]:
        return link.source, link.target
    return link.target, link.source


class _Draughtsman:
    """Draws placed rows: boxes first, then edges from port to port."""

    def __init__(
        self,
        items: Sequence[Item],
        links: Sequence[Link],
        edges: Sequence[tuple[str, str]],
        rows: Rows,
        placed: tuple[Mapping[Slot, float], Sequence[Lane]],
        *,
        style: Style,
    ) -> None:
        self._links, self._edges, self._chains = links, edges, rows.chains
        self._slots, self._style = rows.slots, style
        middle, bands = placed
        self._x = {slot: x + MARGIN for slot, x in middle.items()}
        self._bands = [Lane(b.left + MARGIN, b.right + MARGIN) for b in bands]
        self._row = {slot: index for index, row in enumerate(rows.slots) for slot in row}
        self._tops = self._stack()
        self._boxes = {item.id: self._box(item) for item in items}
        self._ports: dict[tuple[int, str], float] = {}

    def draw(self) -> Drawing:
        self._open_ports()
        lanes = self._bands
        width = (lanes[-1].right if lanes else 0.0) + MARGIN
        height = (self._tops[0] + self._style.height if self._tops else self._style.head) + MARGIN
        if self._loops_below(0):
            height += self._style.gap
        return Drawing(
            width,
            height,
            tuple(self._boxes.values()),
            tuple(self._route(number) for number in range(len(self._links))),
            tuple(
                Lane(
                    lane.left - (LANE_GAP / 2 if index else 0),
                    lane.right + (LANE_GAP / 2 if index < len(lanes) - 1 else 0),
                )
                for index, lane in enumerate(lanes)
            ),
        )

    def _stack(self) -> list[float]:
        """Return the top of each row, row 0 lowest."""
        tops: list[float] = []
        y = self._style.head + MARGIN
        for row in range(len(self._slots) - 1, -1, -1):
            tops.append(y)
            y += self._style.height + self._gap_below(row)
        return tops[::-1]

    def _gap_below(self, row: int) -> float:
        """Flat edges that cross are hard to follow: where they go far, rows keep more distance."""
        reach = [
            abs(self._x[a] - self._x[b])
            for chain in self._chains
            for a, b in pairwise(chain)
            if self._row[a] == row
        ]
        far = sum(one > self._style.gap for one in reach)
        return self._style.gap + min(6.0 * far, self._style.gap)

    def _loops_below(self, row: int) -> bool:
        return any(
            self._row[upper] == row and not chain and not self._beside(number)
            for number, ((upper, _), chain) in enumerate(
                zip(self._edges, self._chains, strict=True)
            )
        )

    def _box(self, item: Item) -> Box:
        top = self._tops[self._row[item.id]]
        return Box(item.id, self._x[item.id] - item.width / 2, top, item.width, self._style.height)

    def _adjacent(self, a: str, b: str) -> bool:
        row = self._slots[self._row[a]]
        return abs(row.index(a) - row.index(b)) == 1

    def _beside(self, number: int) -> bool:
        """Whether an edge is a straight line between neighbours of a row, the only one there."""
        a, b = self._edges[number]
        if self._chains[number] or not self._adjacent(a, b):
            return False
        return all({*self._edges[other]} != {a, b} for other in range(number))

    def _open_ports(self) -> None:
        """Spread the edges over the sides of boxes in the order of where they come from."""
        above: dict[str, list[tuple[float, int]]] = defaultdict(list)
        below: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for number, ((upper, lower), chain) in enumerate(
            zip(self._edges, self._chains, strict=True)
        ):
            if chain:
                below[upper].append((self._x[chain[1]], number))
                above[lower].append((self._x[chain[-2]], number))
            elif not self._beside(number):
                below[upper].append((self._x[lower], number))
                below[lower].append((self._x[upper], number))
        for side in (above, below):
            for name, wishes in side.items():
                box = self._boxes[name]
                gaps = max(len(wishes) - 1, 1)
                inset = min(_PORT_INSET, box.width / 4)
                step = min(_PORT_GAP, (box.width - 2 * inset) / gaps)
                first = box.middle.x - step * (len(wishes) - 1) / 2
                for index, (_, number) in enumerate(sorted(wishes)):
                    self._ports[number, self._side(name, side is above)] = first + index * step

    @staticmethod
    def _side(name: str, is_above: bool) -> str:
        return f"{name} above" if is_above else f"{name} below"

    def _route(self, number: int) -> Route:
        link, (upper, lower) = self._links[number], self._edges[number]
        if self._chains[number]:
            curves = self._fall(number)
        elif self._beside(number):
            curves = (self._across(upper, lower),)
        else:
            curves = self._loop(number)
        return Route(link, curves if link.source == upper else reverse(curves))

    def _across(self, a: str, b: str) -> Curve:
        one, other = self._boxes[a], self._boxes[b]
        if one.x < other.x:
            return line(Point(one.right, one.middle.y), Point(other.x, other.middle.y))
        return line(Point(one.x, one.middle.y), Point(other.right, other.middle.y))

    def _fall(self, number: int) -> tuple[Curve, ...]:
        upper, lower = self._edges[number]
        chain = self._chains[number]
        at = Point(
            self._ports[number, self._side(upper, is_above=False)], self._boxes[upper].bottom
        )
        curves: list[Curve] = []
        for slot in chain[1:-1]:
            top = self._tops[self._row[slot]]
            entry = Point(self._x[slot], top)
            curves.append(bend(at, entry))
            at = Point(entry.x, top + self._style.height)
            curves.append(line(entry, at))
        port = self._ports[number, self._side(lower, is_above=True)]
        curves.append(bend(at, Point(port, self._boxes[lower].y)))
        return tuple(curves)

    def _loop(self, number: int) -> tuple[Curve, ...]:
        """Join two nodes of a row through the gap below it."""
        a, b = self._edges[number]
        y = self._boxes[a].bottom
        start = Point(self._ports[number, self._side(a, is_above=False)], y)
        end = Point(self._ports[number, self._side(b, is_above=False)], y)
        low = y + self._style.gap * 0.8
        return ((start, Point(start.x, low), Point(end.x, low), end),)
