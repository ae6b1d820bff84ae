"""Arrays as type, shape, order and bytes: nothing is lost, and nothing else is made of them."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._marshal.arrays import array_of, array_type, reduce_array
from bridge._marshal.errors import UnreadableError
from tests.pace import patience

KINDS = ["?", "u1", "<i2", ">i4", "<f2", "<f4", ">f8", "<c8", "<c16"]


@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 5), max_size=4),
    st.sampled_from("CF"),
    st.integers(1, 3),
)
def test_what_is_described_is_made_again(
    kind: str, shape: list[int], order: Any, step: int
) -> None:
    array = np.arange(math.prod(shape)).astype(kind).reshape(shape, order=order)
    array = array[::step] if shape else array
    described = reduce_array(array)
    assert described is not None
    make, parts = described
    found = make(*parts)
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)


def test_what_arrives_writable_is_not_copied_and_what_is_not_is() -> None:
    raw = bytearray(8)
    found: Any = array_of("u1", (8,), "C", memoryview(raw))
    found[0] = 7
    assert raw[0] == 7
    copied: Any = array_of("u1", (8,), "C", bytes(8))
    copied[0] = 7


@pytest.mark.parametrize("kind", ["O", "M8[s]", "U3", "S3", "V4", "i4,f8"])
def test_other_arrays_are_left_to_numpy(kind: str) -> None:
    assert reduce_array(np.zeros(3, kind)) is None


MISFITS: list[tuple[Any, Any, Any]] = [
    ("O", (1,), "C"), ("|O8", (1,), "C"), ("V8", (1,), "C"), ("S8", (1,), "C"),
    ("M8[s]", (1,), "C"), ("O,u1", (1,), "C"), ("u1", (9,), "C"), ("u1", (-1, -8), "C"),
    ("u1", [8], "C"),
    ("u1", (8.0,), "C"), ("u1", (True, 8), "C"), ("u1", (8,), "K"), ("u1", (2**62, 4), "C"),
    ("u1", (0, 2**70), "C"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "shape", "order"), MISFITS)
def test_parts_that_do_not_fit_make_no_array(kind: Any, shape: Any, order: Any) -> None:
    with pytest.raises(UnreadableError):
        array_of(kind, shape, order, bytearray(8))


def test_numpy_is_not_imported_by_who_has_no_arrays() -> None:
    assert array_type() is np.ndarray
    code = "import bridge.rpc, sys; raise SystemExit('numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, timeout=patience(60)).returncode
        == 0
    )
