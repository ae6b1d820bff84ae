"""Values on their way: the same by whichever package sends them."""

from __future__ import annotations

import copy
import datetime as dt
import sys
import types
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._marshal.errors import ByValueNeeded
from bridge._marshal.names import importable
from bridge._marshal.values import OUT_OF_BAND, Encoder, read, write
from bridge.errors import MissingModuleError
from bridge.pool.packing import pack, unpack
from bridge.rpc.codec import Codec
from tests.bridge.rpc.test_codec import Home

if TYPE_CHECKING:
    from collections.abc import Callable

    Crossing = Callable[[Any], tuple[Any, int, int]]


def by_rpc(value: Any) -> tuple[Any, int, int]:
    codec = Codec(Home(), trusted=True)
    encoded = codec.encode(value, "it")
    buffers = [memoryview(bytearray(each)) for each in encoded.buffers]  # type: ignore[call-overload]
    found = codec.decode(encoded.body, encoded.references, buffers, encoded.flags)
    return found, len(encoded.body), len(buffers)


def by_pool(value: Any) -> tuple[Any, int, int]:
    body, buffers, _ = pack(value)
    copies: list[object] = [memoryview(bytearray(each)) for each in buffers]  # type: ignore[call-overload]
    return unpack(body, copies), len(body), len(copies)


WAYS = [by_rpc, by_pool]
"""What offloads goes one of these ways."""


@dataclass
class Holder:
    """An instance of a class that both sides can import."""

    data: Any
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Slotted:
    __slots__ = ("data",)

    data: Any


atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.datetimes(timezones=st.just(dt.UTC))
)
large = st.sampled_from([OUT_OF_BAND, 65535, 65536, 70000]).flatmap(
    lambda size: st.sampled_from([bytes(size), bytearray(size)])
)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.builds(deque, st.lists(inner, max_size=3))
        | st.builds(OrderedDict, st.dictionaries(st.text(max_size=3), inner, max_size=3))
        | st.builds(Holder, inner)
        | st.builds(Slotted, inner)
        # The same object twice.
        | inner.map(lambda each: [each, each])
    )


values = st.recursive(atoms | large, nested, max_leaves=8)


def shape(value: object, seen: dict[int, int]) -> object:
    """Describe a value with its types, and which of its mutable parts are the same object."""
    if isinstance(value, (list, tuple, dict, deque, bytearray, Holder, Slotted)):
        if id(value) in seen:
            return "seen", seen[id(value)]
        seen[id(value)] = len(seen)
    kind = type(value).__name__
    if isinstance(value, dict):
        return kind, [(key, shape(each, seen)) for key, each in value.items()]
    if isinstance(value, (list, tuple, deque)):
        return kind, [shape(each, seen) for each in value]
    if isinstance(value, Holder):
        return kind, shape(value.data, seen), shape(value.more, seen)
    if isinstance(value, Slotted):
        return kind, shape(value.data, seen)
    return kind, value


@pytest.mark.parametrize("way", WAYS)
@given(value=values)
def test_values_come_back_with_their_types_and_the_identity_of_their_parts(
    way: Crossing, value: Any
) -> None:
    kept = copy.deepcopy(value)
    found, _, _ = way(value)
    assert shape(found, {}) == shape(kept, {})


def chained(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value, value]
    return value


@pytest.mark.parametrize("way", WAYS)
def test_parts_that_are_shared_many_times_cost_one_of_them(way: Crossing) -> None:
    # As a tree it has 2 ** 60 leaves.
    found, size, _ = way(chained(60))
    assert found[0] is found[1]
    assert size < 1000


@pytest.mark.parametrize("way", WAYS)
def test_what_holds_itself_comes_back_holding_itself(way: Crossing) -> None:
    ring: list[Any] = []
    ring.append({"ring": ring, "holder": Holder(ring)})
    found, _, _ = way(ring)
    assert found[0]["ring"] is found
    assert found[0]["holder"].data is found


PLACES: dict[str, Callable[[Any], Any]] = {
    "alone": lambda data: data,
    "a value of a dict": lambda data: {"a": data},
    "deep": lambda data: [({"a": [data]},)],
    "an attribute": Holder,
    "a slot": Slotted,
    "behind many items": lambda data: [*range(5000), data],
    "a key": lambda data: {bytes(data): 1},
    "in a set": lambda data: {bytes(data)},
    "in a deque": lambda data: deque([1, data]),
    "of an exception": ValueError,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_large_bytes_travel_beside_the_pickle_wherever_they_are(
    way: Crossing, place: str, kind: type[bytes]
) -> None:
    value = PLACES[place](kind(10**6))
    _, size, buffers = way(value)
    assert size < 40_000
    assert buffers == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_one_buffer_in_two_places_travels_once_and_stays_one(
    way: Crossing, kind: type[bytes]
) -> None:
    data = kind(10**5)
    found, _, buffers = way({"a": data, "b": [data]})
    assert found["a"] is found["b"][0]
    assert type(found["a"]) is kind
    assert buffers == 1


@pytest.mark.parametrize("way", WAYS)
def test_arrays_and_views_travel_beside_the_pickle(way: Crossing) -> None:
    array = np.arange(10_000.0)
    found, size, buffers = way([array, array, memoryview(bytes(10_000))])
    assert found[0] is found[1]
    assert np.array_equal(found[0], array)
    assert found[2] == bytes(10_000)
    assert size < 400
    assert buffers == 2


@pytest.mark.parametrize("size", [65_535, 65_536, 1_000_000])
def test_large_texts_are_not_taken_for_bytes(size: int) -> None:
    body, encoder = write(["x" * size], Encoder)
    assert not encoder.travelling()
    assert read(body) == ["x" * size]


def test_what_has_no_name_needs_to_cross_by_value() -> None:
    with pytest.raises(ByValueNeeded):
        write([lambda: 1], Encoder)
    assert not importable(lambda: 1)
    assert importable(importable)


def test_a_module_that_is_missing_is_told_by_its_name_and_how_to_send_it() -> None:
    module = types.ModuleType("only_here")
    sys.modules["only_here"] = module
    module.Thing = type("Thing", (), {"__module__": "only_here"})  # type: ignore[attr-defined]
    try:
        body, _ = write([module.Thing()], Encoder)
    finally:
        del sys.modules["only_here"]
    with pytest.raises(MissingModuleError, match=r"'only_here'.*packages=\[.*modules=\[") as caught:
        read(body, (), "the arguments")
    assert (caught.value.name, caught.value.what) == ("only_here", "the arguments")
    assert isinstance(caught.value, ModuleNotFoundError)
