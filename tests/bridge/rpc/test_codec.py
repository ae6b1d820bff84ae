"""Values on their way: what crosses by value, what by reference, what beside the pickle."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import decimal
import pickle
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.rpc import EncodingError, MalformedMessageError, NotAllowedError, by_reference
from bridge.rpc.codec import OUT_OF_BAND, Codec, Encoded, importable
from tests.bridge.rpc.served import Account, Bank

if TYPE_CHECKING:
    from collections.abc import Iterable


class Home:
    """Hands objects over to itself."""

    def __init__(self) -> None:
        self.given: dict[int, object] = {}

    def export(self, obj: object) -> int:
        self.given[len(self.given) + 1] = obj
        return len(self.given)

    def unexport(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            del self.given[number]

    def knows(self, obj: object) -> bool:
        return any(each is obj for each in self.given.values())

    def adopt(self, number: int) -> object:
        return ("taken", number, self.given[number])

    def own(self, number: int) -> object:
        return self.given[number]


def crossing(value: object, *, trusted: bool = True) -> tuple[Any, Encoded]:
    """Write a value and read it again; buffers travel as copies."""
    codec = Codec(Home(), trusted=trusted)
    encoded = codec.encode(value, "it")
    buffers = [memoryview(bytearray(buffer)) for buffer in encoded.buffers]  # type: ignore[call-overload]
    return codec.decode(encoded.body, encoded.references, buffers, encoded.flags), encoded


atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.complex_numbers(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9)),
)
hashables = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none())
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(hashables, inner, max_size=4),
        st.sets(hashables, max_size=4),
        st.frozensets(hashables, max_size=4),
        st.builds(collections.deque, st.lists(inner, max_size=3)),
        st.builds(collections.OrderedDict, st.dictionaries(hashables, inner, max_size=3)),
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(values, st.booleans())
def test_plain_values_come_back_equal_and_of_their_type(value: object, trusted: bool) -> None:
    found, encoded = crossing(value, trusted=trusted)
    assert found == value
    assert type(found) is type(value)
    assert not encoded.references


KINDS = ["u1", "i8", "f2", "f4", "f8", "c16", "?", ">i4"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 40), min_size=0, max_size=3),
    st.sampled_from(["C", "F", "step", "swapped"]),
    st.booleans(),
)
def test_arrays_come_back_equal_and_writable(
    kind: str, shape: list[int], layout: str, trusted: bool
) -> None:
    size = int(np.prod(shape))
    array = (np.arange(size) % 100).astype(kind).reshape(shape)
    if layout == "F":
        array = np.asfortranarray(array)
    elif layout == "step" and shape:
        array = array[::2]
    elif layout == "swapped":
        array = array.T
    found, encoded = crossing(array, trusted=trusted)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype
    assert found.flags.writeable
    assert bool(encoded.buffers) == (array.nbytes >= OUT_OF_BAND)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(OUT_OF_BAND, 4 * OUT_OF_BAND),
    st.recursive(
        st.just("here"),
        lambda inner: st.one_of(
            st.tuples(st.just(1), inner),
            st.lists(inner, min_size=1, max_size=2),
            st.fixed_dictionaries({"a": inner}),
        ),
        max_leaves=4,
    ),
    st.sampled_from([bytes, bytearray, memoryview, np.ndarray]),
    st.booleans(),
)
def test_nested_buffers_travel_beside_the_pickle(
    size: int, nest: Any, kind: type, trusted: bool
) -> None:
    # A pattern that a pickle does not hold by chance.
    pattern = (bytes(range(7, 256)) * (size // 249 + 1))[:size]
    made = np.frombuffer(pattern, "u1") if kind is np.ndarray else kind(pattern)

    def placed(node: Any) -> Any:
        if node == "here":
            return made
        if isinstance(node, dict):
            return {key: placed(item) for key, item in node.items()}
        if isinstance(node, (list, tuple)):
            return type(node)(placed(item) for item in node)
        return node

    def same(left: Any, right: Any) -> bool:
        if isinstance(left, np.ndarray):
            return bool(np.array_equal(left, right))
        if isinstance(left, dict):
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        if isinstance(left, (list, tuple)):
            return all(same(*each) for each in zip(left, right, strict=True))
        return type(left) is type(right) and left == right

    value = placed(nest)
    found, encoded = crossing(value, trusted=trusted)
    assert same(value, found)
    # Of plain values, only constants are shared.
    assert len(encoded.buffers) == 1 or not (trusted or kind is bytes)
    assert pattern[:64] not in encoded.body
    assert len(encoded.body) < 400


def test_one_buffer_held_twice_travels_once_and_stays_one() -> None:
    data = bytes(OUT_OF_BAND)
    found, encoded = crossing([data, data, np.zeros(OUT_OF_BAND), {"a": data}])
    assert len(encoded.buffers) == 2
    assert found[0] is found[1] is found[3]["a"]
    assert found[0] == data


def test_small_buffers_stay_in_the_pickle() -> None:
    _, encoded = crossing([bytes(100), np.zeros(4)])
    assert encoded.buffers == ()


def test_what_has_identity_crosses_by_reference_and_the_rest_does_not() -> None:
    def local() -> None: ...

    bank = Bank()
    generator = (number for number in "ab")
    by_number: list[object] = [local, lambda: 1, bank.echo, generator, Account("Ada"), [1].append]
    for value in [*by_number, by_reference([1])]:
        found, encoded = crossing([value, value])
        assert len(encoded.references) == 1
        assert found[0][0] == "taken"
    by_name = [len, asyncio.sleep, Account, decimal.Decimal, dict.fromkeys, uuid.UUID]
    for value in by_name:
        found, encoded = crossing(value)
        assert not encoded.references
        assert found == value


def test_a_class_without_import_crosses_by_reference_and_its_instances_not_at_all() -> None:
    class Local:
        pass

    found, _ = crossing(Local)
    assert found[2] is Local
    with pytest.raises(EncodingError, match="Local"):
        crossing([Local()])


def test_what_could_not_be_written_is_not_handed_over() -> None:
    home = Home()
    with pytest.raises(EncodingError):
        Codec(home).encode([lambda: 1, (lambda: 2, asyncio.new_event_loop)[0], print, pickle], "it")
    assert home.given == {}


@pytest.mark.parametrize("body", [b"", b"\x80", pickle.dumps(1)[:-1], b"cos\nnone\n.", b"\xff" * 9])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_damaged_pickle_is_a_malformed_message(body: bytes, trusted: bool) -> None:
    with pytest.raises((MalformedMessageError, NotAllowedError)):
        Codec(Home(), trusted=trusted).decode(body, (), ())


def test_a_reference_that_was_not_handed_over_is_refused() -> None:
    home = Home()
    codec = Codec(home, trusted=True)
    encoded = codec.encode(lambda: 1, "it")
    with pytest.raises(MalformedMessageError, match="was not handed over"):
        codec.decode(encoded.body, (), ())


def test_only_what_its_module_has_under_its_name_can_be_imported_elsewhere() -> None:
    def local() -> None: ...

    assert importable(Bank)
    assert importable(Codec.encode)
    assert not importable(local)
    assert not importable(lambda: None)
