from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.views.layout.rows import Rows, build, crossings, untangle


def rows_of(pairs: list[tuple[int, int]], lanes: dict[str, int]) -> Rows:
    """Two rows of six nodes, joined by pairs."""
    order = [f"{row}{number}" for row in "lu" for number in range(6)]
    rank = {name: int(name[0] == "u") for name in order}
    return build(order, [(f"u{a}", f"l{b}") for a, b in pairs], rank, lanes)


NUMBERS = st.integers(0, 5)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20)
NAMES = [f"{row}{number}" for row in "lu" for number in range(6)]
LANES = st.fixed_dictionaries({name: st.integers(0, 2) for name in NAMES})
ONE_LANE = dict.fromkeys(NAMES, 0)


@given(PAIRS)
def test_crossings_are_counted_by_pairs(pairs: list[tuple[int, int]]) -> None:
    crossed = [(a, b) for a, b in combinations(pairs, 2) if (a[0] - b[0]) * (a[1] - b[1]) < 0]
    assert crossings(rows_of(pairs, ONE_LANE)) == len(crossed)


@given(PAIRS, LANES)
@settings(deadline=None)
def test_untangling_never_adds_crossings_and_keeps_the_lanes(
    pairs: list[tuple[int, int]], lanes: dict[str, int]
) -> None:
    rows = rows_of(pairs, lanes)
    before = crossings(rows)
    members = [sorted(row, key=str) for row in rows.slots]
    untangle(rows, lanes)
    assert crossings(rows) <= before
    assert [sorted(row, key=str) for row in rows.slots] == members
    for row in rows.slots:
        found = [lanes[slot] for slot in row if isinstance(slot, str)]
        assert found == sorted(found)


def test_a_tangle_that_can_be_undone_is_undone() -> None:
    rows = rows_of([(0, 5), (1, 4), (2, 3), (3, 2), (4, 1), (5, 0)], ONE_LANE)
    assert crossings(rows) == 15
    untangle(rows, ONE_LANE)
    assert crossings(rows) == 0


def test_an_edge_over_several_rows_passes_each_of_them() -> None:
    rows = build(
        ["a", "b", "c"],
        [("c", "a"), ("c", "b"), ("b", "a")],
        {"a": 0, "b": 1, "c": 2},
        {"a": 0, "b": 0, "c": 0},
    )
    assert rows.chains[0] == ["c", (0, 1), "a"]
    assert set(rows.slots[1]) == {"b", (0, 1)}
