"""`staying` finds a longest increasing subsequence."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bridge.vdom.moves import staying


@given(st.permutations(range(7)).flatmap(lambda p: st.lists(st.sampled_from(p), unique=True)))
def test_no_longer_subsequence_exists(sources: list[int]) -> None:
    found = len(staying(sources))
    longer = combinations(sources, found + 1)
    assert not any(list(one) == sorted(one) for one in longer)


@given(
    st.lists(st.integers(-1, 50)).map(
        lambda s: [x for i, x in enumerate(s) if x < 0 or x not in s[:i]]
    )
)
def test_what_stays_is_in_order_and_never_new(sources: list[int]) -> None:
    kept = [sources[place] for place in sorted(staying(sources))]
    assert kept == sorted(kept)
    assert -1 not in kept


def test_a_long_order_is_no_effort() -> None:
    assert len(staying(range(50_000))) == 50_000
    assert len(staying(range(50_000, 0, -1))) == 1
