import doctest
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pattern_language.views.layout import places
from pattern_language.views.layout.rows import build
from pattern_language.views.layout.shapes import Lane

VALUES = st.floats(-100, 100)


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(places) == (0, doctest.testmod(places).attempted)


@given(st.lists(st.tuples(VALUES, st.floats(0.5, 5)), min_size=1, max_size=6), st.data())
def test_no_rising_row_is_nearer_to_the_wishes(
    wishes: list[tuple[float, float]], data: st.DataObject
) -> None:
    wanted, weights = [w for w, _ in wishes], [w for _, w in wishes]
    found = places.pool(wanted, weights)
    assert all(a <= b + 1e-9 for a, b in pairwise(found))
    other = sorted(data.draw(st.lists(VALUES, min_size=len(wanted), max_size=len(wanted))))

    def cost(row: list[float]) -> float:
        return sum(w * (a - b) ** 2 for a, b, w in zip(row, wanted, weights, strict=True))

    assert cost(found) <= cost(other) + 1e-6


def test_a_chain_of_nodes_runs_straight_down() -> None:
    names = ["a", "b", "c"]
    lanes = dict.fromkeys(names, 0)
    rows = build(names, [("c", "b"), ("b", "a")], {"a": 0, "b": 1, "c": 2}, lanes)
    sizes = places.Sizes({"a": 50.0, "b": 90.0, "c": 50.0}, lanes, 20.0)
    middle, bands = places.place(rows, sizes, [0.0])
    assert {round(middle[name], 3) for name in names} == {45.0}
    assert bands == (Lane(0.0, 90.0),)
