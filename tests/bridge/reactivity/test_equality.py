from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.reactivity.equality import PLAIN, same

plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary())


@given(plain, plain)
def test_plain_values_are_the_same_if_equal_and_of_one_type(a: object, b: object) -> None:
    assert same(a, a)
    if a is not b:
        assert same(a, b) == (type(a) is type(b) and a == b)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (np.arange(3), np.arange(3), False),
        (np.float64(1), np.float64(1), True),
        (np.float64(1), np.float64(2), False),
        ([1, [2]], [1, [2]], True),
        (object(), object(), False),
    ],
)
def test_no_truth_value_means_different(a: object, b: object, expected: bool) -> None:
    assert same(a, b) is expected


def test_plain_types_compare_without_calling_python() -> None:
    assert all(not hasattr(kind.__eq__, "__code__") for kind in PLAIN)
