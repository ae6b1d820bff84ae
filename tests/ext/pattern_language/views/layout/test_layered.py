import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.views.layout.layered import Style, layered
from pattern_language.views.layout.shapes import Drawing, Item, Link
from tests.ext.pattern_language.views.layout.checks import NEAR, check
from tests.ext.pattern_language.views.layout.graphs import graphs, large

Graph = tuple[list[Item], list[Link]]


def tops(drawing: Drawing) -> dict[str, float]:
    return {box.id: box.y for box in drawing.boxes}


@pytest.mark.parametrize("seed", range(10))
def test_twenty_five_nodes_and_sixty_edges_are_drawn_cleanly(seed: int) -> None:
    items, links = large(seed)
    check(layered(items, links), links)


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_boxes_keep_apart_and_no_edge_meets_a_box(graph: Graph) -> None:
    items, links = graph
    check(layered(items, links), links)


@given(graphs(most_items=12, most_links=25), st.floats(0, 40), st.lists(st.floats(0, 300)))
@settings(max_examples=30, deadline=None)
def test_boxes_stand_in_their_lanes_below_the_titles(
    graph: Graph, head: float, titles: list[float]
) -> None:
    items, links = graph
    count = max(item.lane for item in items) + 1
    drawing = layered(items, links, Style(head=head), titles=titles[:count])
    assert [box.id for box in drawing.boxes] == [item.id for item in items]
    for item, box in zip(items, drawing.boxes, strict=True):
        lane = drawing.lanes[item.lane]
        assert lane.left - NEAR <= box.x
        assert box.right <= lane.right + NEAR
        assert box.width == item.width
        assert box.y >= head
    for left, right in zip(drawing.lanes, drawing.lanes[1:], strict=False):
        assert abs(left.right - right.left) < NEAR
    for least, lane in zip(titles, drawing.lanes, strict=False):
        assert lane.right - lane.left >= least - NEAR


@given(graphs())
@settings(max_examples=30, deadline=None)
def test_without_cycles_every_directed_edge_leads_down(graph: Graph) -> None:
    items, links = graph
    order = [item.id for item in items]
    down = [link for link in links if order.index(link.source) > order.index(link.target)]
    found = tops(layered(items, down))
    for link in down:
        if link.is_directed:
            assert found[link.source] < found[link.target]


@given(graphs(most_items=10, most_links=20))
@settings(max_examples=20, deadline=None)
def test_the_same_graph_is_always_drawn_alike(graph: Graph) -> None:
    assert layered(*graph) == layered(*graph)


def test_an_edge_against_the_order_leads_up() -> None:
    items = [Item("a", 50), Item("b", 50)]
    links = [Link("b", "a"), Link("a", "b")]
    drawing = layered(items, links)
    check(drawing, links)
    found = tops(drawing)
    assert found["b"] < found["a"]
    assert drawing.routes[1].curves[0][0].y > drawing.routes[1].curves[-1][3].y


def test_neighbours_of_a_row_are_joined_by_a_straight_line_and_others_from_below() -> None:
    items = [Item(name, 50) for name in "abc"]
    links = [Link("a", "b", is_directed=False), Link("a", "c", is_directed=False)]
    drawing = layered(items, links, rank=dict.fromkeys("abc", 0))
    check(drawing, links)
    straight, loop = (route.curves[0] for route in drawing.routes)
    assert {point.y for point in straight} == {drawing.boxes[0].middle.y}
    assert loop[0].y == loop[3].y == drawing.boxes[0].bottom < loop[1].y


def test_two_edges_between_the_same_nodes_are_two_lines() -> None:
    items = [Item("a", 80), Item("b", 80)]
    links = [Link("b", "a"), Link("b", "a"), Link("b", "a", is_directed=False)]
    drawing = layered(items, links)
    assert len({route.curves[0][0] for route in drawing.routes}) == 3


def test_nothing_is_drawn_as_nothing() -> None:
    drawing = layered([], [])
    assert not drawing.boxes
    assert not drawing.routes
