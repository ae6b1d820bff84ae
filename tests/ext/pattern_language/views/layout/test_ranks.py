from hypothesis import given
from hypothesis import strategies as st

from pattern_language.views.layout.ranks import ranks


@given(st.integers(1, 20), st.data())
def test_every_node_stands_above_those_that_it_leads_to(count: int, data: st.DataObject) -> None:
    order = [f"n{number}" for number in range(count)]
    numbers = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(numbers, numbers)))
    edges = [(order[max(pair)], order[min(pair)]) for pair in pairs if len({*pair}) == 2]
    found = ranks(order, edges, dict.fromkeys(order, 0))
    assert all(found[upper] > found[lower] for upper, lower in edges)
    assert {*found.values()} == {*range(max(found.values()) + 1)}


def test_what_only_one_node_needs_stands_directly_below_it() -> None:
    edges = [("c", "b"), ("b", "a"), ("c", "helper")]
    found = ranks(["a", "helper", "b", "c"], edges, dict.fromkeys("abc", 0) | {"helper": 1})
    assert found == {"a": 0, "b": 1, "c": 2, "helper": 1}


def test_nodes_without_edges_fill_the_emptiest_rows_of_their_lane() -> None:
    order = ["a", "b", "loner", "other"]
    found = ranks(order, [("b", "a")], {"a": 0, "b": 0, "loner": 1, "other": 1})
    assert {found["loner"], found["other"]} == {0, 1}
