from __future__ import annotations

import math
import pickle
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._marshal.exceptions import describe
from bridge._marshal.values import OUT_OF_BAND
from bridge.pool.errors import FunctionError
from bridge.pool.packing import pack, pack_call, rebuilt, unpack
from bridge.rpc import RemoteError
from tests.bridge.pool import jobs

plain: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_values_come_back_as_they_were(value: Any) -> None:
    body, buffers, by_value = pack(value)
    assert unpack(body, buffers) == value
    assert not by_value


@given(st.lists(plain, max_size=4), st.dictionaries(st.text(min_size=1), plain, max_size=3))
def test_calls_come_back_as_they_were(args: list[Any], named: dict[str, Any]) -> None:
    body, buffers, _ = pack_call(tuple(args), named)
    assert unpack(body, buffers) == (tuple(args), named)


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_large_bytes_travel_beside_the_pickle_wherever_arguments_hold_them(kind: Any) -> None:
    data = kind(OUT_OF_BAND)
    for value in (data, (1, data), [[data, data]]):
        body, buffers, _ = pack(value)
        assert len(body) < 200
        assert unpack(body, buffers) == value
    body, buffers, _ = pack_call((data,), {"more": data})
    assert len(body) < 300
    assert unpack(body, buffers) == ((data,), {"more": data})


def test_arrays_travel_beside_the_pickle_and_are_what_they_were_when_packed() -> None:
    array = np.arange(10_000, dtype="f8")
    body, buffers, _ = pack_call((array,), {})
    array[:] = 0
    assert len(body) < 300
    ((back,), _) = unpack(body, buffers)
    assert back[-1] == 9999
    back[0] = 7  # what arrives is the receiver's own


def test_whole_packs_keep_their_buffers_inside() -> None:
    array = np.arange(10_000, dtype="f8")
    body, buffers, _ = pack(array, whole=True)
    assert not buffers
    assert np.array_equal(unpack(body), array)


def test_functions_cross_by_name_if_both_sides_can_import_them_else_by_value() -> None:
    offset = 3

    def local(number: int) -> int:
        return number + offset

    body, buffers, by_value = pack(jobs.double)
    assert (unpack(body, buffers), by_value) == (jobs.double, False)
    body, buffers, by_value = pack(local)
    assert by_value
    offset = 5
    assert unpack(body, buffers)(1) == 4


def test_what_cannot_be_pickled_is_refused_with_its_name() -> None:
    with pytest.raises(FunctionError, match="the lock cannot be sent") as caught:
        pack(threading.Lock(), "the lock")
    assert caught.value.what == "the lock"
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - its own
    assert again.what == "the lock"


def described(error: BaseException) -> Any:
    try:
        raise error  # noqa: TRY301 - for its traceback
    except BaseException as caught:  # noqa: BLE001 - the test's own
        return describe(caught)


def test_exceptions_come_back_as_their_class_with_the_traceback_as_cause() -> None:
    back = rebuilt(described(KeyError("missing")))
    assert type(back) is KeyError
    assert back.args == ("missing",)
    assert isinstance(back.__cause__, RemoteError)
    assert "in described" in back.__cause__.traceback


class Odd(Exception):  # noqa: N818 - an exception that cannot be made again
    def __init__(self, one: int, two: int) -> None:
        super().__init__(one + two)


class Mute(Exception):  # noqa: N818 - an exception that cannot be told
    def __str__(self) -> str:
        raise RuntimeError


def test_exceptions_whose_class_wants_other_arguments_come_back_and_exits_are_told() -> None:
    back = rebuilt(described(Odd(1, 2)))
    assert type(back) is Odd
    assert back.args == (3,)
    assert isinstance(rebuilt(described(SystemExit(3))), RemoteError)
    assert "cannot be had" in described(Mute())[1]


def test_math_functions_cross_by_name() -> None:
    assert unpack(pack(math.sqrt).body) is math.sqrt
