"""What every drawing owes its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pattern_language.views.layout.shapes import Box, Curve, Drawing, Link, Point

NEAR = 1e-6


def overlap(a: Box, b: Box) -> bool:
    return (
        a.x < b.right - NEAR
        and b.x < a.right - NEAR
        and a.y < b.bottom - NEAR
        and b.y < a.bottom - NEAR
    )


def meets(curve: Curve, box: Box) -> bool:
    """Whether the rectangle around a curve, which holds it, reaches into a box."""
    xs, ys = [point.x for point in curve], [point.y for point in curve]
    return (
        min(xs) < box.right - NEAR
        and box.x < max(xs) - NEAR
        and min(ys) < box.bottom - NEAR
        and box.y < max(ys) - NEAR
    )


def on_border(point: Point, box: Box) -> bool:
    on_side = min(abs(point.x - box.x), abs(point.x - box.right)) < NEAR
    on_end = min(abs(point.y - box.y), abs(point.y - box.bottom)) < NEAR
    inside_x = box.x - NEAR <= point.x <= box.right + NEAR
    inside_y = box.y - NEAR <= point.y <= box.bottom + NEAR
    return (on_side and inside_y) or (on_end and inside_x)


def check(drawing: Drawing, links: list[Link]) -> None:
    """Boxes keep apart, edges join what they should and meet no box, all is inside."""
    boxes = {box.id: box for box in drawing.boxes}
    placed = list(boxes.values())
    for index, box in enumerate(placed):
        assert not any(overlap(box, other) for other in placed[index + 1 :])
    assert [route.link for route in drawing.routes] == links
    for route in drawing.routes:
        for curve, following in zip(route.curves, route.curves[1:], strict=False):
            assert curve[3] == following[0]
        assert on_border(route.curves[0][0], boxes[route.link.source])
        assert on_border(route.curves[-1][3], boxes[route.link.target])
        for curve in route.curves:
            assert not any(meets(curve, box) for box in placed), route
    for x, y in (
        *((point.x, point.y) for r in drawing.routes for c in r.curves for point in c),
        *((box.x, box.y) for box in placed),
        *((box.right, box.bottom) for box in placed),
    ):
        assert -NEAR <= x <= drawing.width + NEAR
        assert -NEAR <= y <= drawing.height + NEAR
