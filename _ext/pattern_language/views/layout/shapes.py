"""What a drawing consists of: boxes, and curves between them. Plain data.

Lengths are in units of the drawing (CSS pixels at its natural size), x to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Point(NamedTuple):
    """A place in a drawing."""

    x: float
    y: float


Curve: TypeAlias = tuple[Point, Point, Point, Point]
"""A cubic Bezier curve: start, two control points, end. It stays within their convex hull."""


@dataclass(frozen=True, slots=True)
class Item:
    """A node of a graph that is to be drawn."""

    id: str
    width: float
    lane: int = 0
    """Which of the vertical lanes it stands in, from the left."""
    height: float = 0.0
    """The least height that it needs, where boxes have heights of their own."""


@dataclass(frozen=True, slots=True)
class Link:
    """An edge of a graph that is to be drawn; there may be several between two nodes."""

    source: str
    target: str
    is_directed: bool = True
    """Directed edges lead downwards, unless they close a cycle."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node where it is drawn."""

    id: str
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Route:
    """An edge where it is drawn, from source to target."""

    link: Link
    curves: tuple[Curve, ...]
    """Each begins where the one before it ends."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A vertical band of a drawing, from its left to its right edge."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph as it is drawn."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    """In the order in which the nodes were given."""
    routes: tuple[Route, ...]
    """In the order in which the edges were given."""
    lanes: tuple[Lane, ...] = ()


def line(start: Point, end: Point) -> Curve:
    """Return a straight line as a curve.

    >>> line(Point(0, 0), Point(3, 0))[1]
    Point(x=1.0, y=0.0)
    """
    dx, dy = (end.x - start.x) / 3, (end.y - start.y) / 3
    return (start, Point(start.x + dx, start.y + dy), Point(end.x - dx, end.y - dy), end)


def bend(start: Point, end: Point) -> Curve:
    """Return a curve that leaves and arrives vertically, and never leaves the band between."""
    half = (end.y - start.y) / 2
    return (start, Point(start.x, start.y + half), Point(end.x, end.y - half), end)


def reverse(curves: tuple[Curve, ...]) -> tuple[Curve, ...]:
    """Return the same curves, walked from their end.

    >>> reverse((line(Point(0, 0), Point(3, 0)),))[0][0]
    Point(x=3, y=0)
    """
    return tuple((d, c, b, a) for a, b, c, d in reversed(curves))
