import doctest

from pattern_language.views.layout import shapes
from pattern_language.views.layout.shapes import Box, Point, bend


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(shapes) == (0, doctest.testmod(shapes).attempted)


def test_a_bend_leaves_and_arrives_vertically_within_the_band() -> None:
    start, first, second, end = bend(Point(0, 10), Point(50, 30))
    assert (start.x, second.x) == (first.x, end.x)
    assert start.y <= first.y <= end.y
    assert start.y <= second.y <= end.y


def test_a_box_knows_its_edges_and_middle() -> None:
    box = Box("a", 10, 20, 30, 40)
    assert (box.right, box.bottom, box.middle) == (40, 60, Point(25, 40))
