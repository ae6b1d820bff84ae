import pytest
from hypothesis import given, settings

from pattern_language.views.layout.column import column
from pattern_language.views.layout.shapes import Item, Link
from tests.ext.pattern_language.views.layout.checks import check
from tests.ext.pattern_language.views.layout.graphs import graphs, large

Graph = tuple[list[Item], list[Link]]


@pytest.mark.parametrize("seed", range(10))
def test_twenty_five_nodes_and_sixty_edges_are_drawn_cleanly(seed: int) -> None:
    items, links = large(seed)
    check(column(items, links), links)


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_boxes_keep_apart_and_no_edge_meets_a_box(graph: Graph) -> None:
    items, links = graph
    check(column(items, links), links)


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_no_two_edges_share_a_piece_of_a_track(graph: Graph) -> None:
    drawing = column(*graph)
    tracks = [route.curves[2] for route in drawing.routes]
    for index, one in enumerate(tracks):
        for other in tracks[index + 1 :]:
            if one[0].x == other[0].x:
                low, high = sorted((one[0].y, one[3].y))
                least, most = sorted((other[0].y, other[3].y))
                assert high < least or most < low


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_every_edge_has_a_place_of_its_own_at_either_end(graph: Graph) -> None:
    ends = [
        (name, point)
        for route in column(*graph).routes
        for name, point in (
            (route.link.source, route.curves[0][0]),
            (route.link.target, route.curves[-1][3]),
        )
    ]
    assert len(set(ends)) == len(ends)


def test_nodes_keep_their_order_and_have_one_width() -> None:
    drawing = column([Item("b", 30), Item("a", 80, height=99)], [Link("b", "a")])
    assert [box.id for box in sorted(drawing.boxes, key=lambda box: box.y)] == ["b", "a"]
    assert [box.width for box in drawing.boxes] == [80, 80]
    assert drawing.boxes[1].height == 99
