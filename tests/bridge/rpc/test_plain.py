"""What strangers can send: plain values, within limits, and nothing else."""

from __future__ import annotations

import dataclasses
import enum
import fractions
import json
import math
import pathlib
import pickle
import pickletools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.rpc import (
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    NotAllowedError,
    NotExposedError,
    PeerLimits,
    ReferenceLostError,
)
from bridge.rpc import plain as plain_module
from bridge.rpc.codec import Codec
from bridge.rpc.plain import ERRORS, Names
from tests.bridge.rpc.test_codec import Home, crossing, values

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    length: float = dataclasses.field(init=False, default=0.0)


class Pair(NamedTuple):
    left: int
    right: object


class Colour(enum.Enum):
    RED = 1


class Stateful:
    def __init__(self) -> None:
        self.items = [1]


HERE = __name__


def read(body: bytes, buffers: Sequence[object] = (), **options: Any) -> object:
    return Codec(Home(), **options).decode(body, (), buffers)


surrogates = st.text(st.characters(), max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(surrogates, st.dictionaries(surrogates, values, max_size=2), values)))
def test_plain_values_are_read_as_they_were_written(value: object) -> None:
    found, encoded = crossing(value, trusted=False)
    assert found == value
    assert not encoded.references
    assert encoded.body[:1] != b"\x80"


def test_values_that_json_has_not_come_back() -> None:
    huge = 7**9_000
    made: list[object] = [
        "\ud800", "\ud83d\ude00", {"!t": 1}, {"!": 1}, {"!t": 1, "b": 2}, {(1, "a"): {2: 3}}, huge,
        -huge, {huge}, [huge, {"a": huge}], slice(1, None, 2), fractions.Fraction(-3, 7),
        pathlib.PurePosixPath("/a"), range(10**12), {frozenset({1}): 2}, b"", bytearray(b"ab"),
        {True: 1}, {None: 0}, (), [()], {"a": ({},)},
    ]  # fmt: skip
    for value in made:
        found, _ = crossing(value, trusted=False)
        assert found == value
        assert type(found) is type(value)
    found, _ = crossing([math.nan, math.inf, -math.inf, -0.0], trusted=False)
    assert math.isnan(found[0])
    assert [math.copysign(1, each) for each in found[1:]] == [1, -1, -1]


def test_a_value_that_holds_itself_or_is_no_plain_value_is_not_written() -> None:
    held: list[object] = []
    held.append(held)
    for value in (held, Stateful(), {1: Stateful()}):
        with pytest.raises(EncodingError):
            crossing(value, trusted=False)


def test_instances_of_classes_are_made_of_their_fields_if_they_are_allowed() -> None:
    home = Home()
    for value, name in ((Point(1, 2), "Point"), (Pair(1, (2,)), "Pair"), (Colour.RED, "Colour")):
        body = Codec(home).encode(value, "it").body
        with pytest.raises(NotAllowedError) as caught:
            read(body)
        assert caught.value.type == f"{HERE}:{name}"
        assert read(body, allow=[f"{HERE}:{name}"]) == value
    for fields in ('{"z":1}', '{"length":1}', '{"__class__":1}', "{}", "[]", "7"):
        body = f'{{"!new":["{HERE}:Point",{fields}]}}'.encode()
        with pytest.raises(MalformedMessageError):
            read(body, allow=[f"{HERE}:Point"])
    with pytest.raises(NotAllowedError):
        read(f'{{"!new":["{HERE}:Stateful",{{}}]}}'.encode(), allow=[f"{HERE}:Stateful"])


@pytest.mark.parametrize(
    "name", ["builtins:eval", "builtins:getattr", "os:system", "bridge.rpc.codec:pickle", "x", ""]
)
def test_nothing_is_looked_up_that_is_not_allowed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_module, "importlib", None)
    with pytest.raises(NotAllowedError) as caught:
        Names(("a:b",)).find(name)
    assert caught.value.type == name
    for tag in ("!name", "!new", "!member"):
        body = f'{{"{tag}":["{name}",{{}}]}}' if tag != "!name" else f'{{"!name":"{name}"}}'
        with pytest.raises(NotAllowedError):
            read(body.encode())


def test_numpy_is_not_imported_for_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy")
    with pytest.raises(NotAllowedError):
        read(b'{"!np":["<f8",[0],"C",""]}')


def test_only_exceptions_that_end_no_interpreter_are_read() -> None:
    assert ERRORS["ValueError"] is ValueError
    assert ERRORS["bridge.rpc.errors.NotExposedError"] is NotExposedError
    for name in ("KeyboardInterrupt", "SystemExit", "GeneratorExit", "BaseException", "eval"):
        assert name not in ERRORS
        with pytest.raises(NotAllowedError):
            read(f'{{"!error":["{name}",[],null]}}'.encode())
    for parts in ('["ValueError",[],{}]', '["bridge.rpc.errors.NotExposedError",[],{}]',
                  '["ValueError",[],{"message":"x"}]', '["ValueError"]', '[["a"],[],null]',
                  '["bridge.rpc.errors.NotExposedError",[],{"message":"x","__x":1}]'):  # fmt: skip
        with pytest.raises((MalformedMessageError, NotAllowedError)):
            read(b'{"!error":' + parts.encode() + b"}")


HOSTILE = {
    "too deep": b"[" * 100_000,
    "far too deep": b'{"a":' * 1_000_000,
    "too many": b"[" + b"0," * 300_000 + b"0]",
    "no text": b"\xff\xfe",
    "nothing": b"",
    "no end": b"[1",
    "many quotes": b'"' * 3_000_000,
    "an unknown tag": b'{"!zzz":1}',
    "a long tag": b'{"!' + b"z" * 100_000 + b'":1}',
    "too many digits": b"9" * 5_000,
    "too many digits in a tag": b'{"!i":"' + b"f" * 20_000 + b'"}',
    "digits of a decimal": b'{"!dec":"' + b"9" * 20_000 + b'"}',
    "memory by a length": b'{"!ba":1000000000}',
    "memory by a text": b'{"!b":"a"}',
    "a negative buffer": b'{"!b":-1}',
    "a buffer by truth": b'{"!b":true}',
    "a fraction by an exponent": b'{"!frac":[{"!dec":"1e999999999"},1]}',
    "a fraction by nothing": b'{"!frac":[1,0]}',
    "a fraction of long numbers": b'{"!frac":[{"!i":"%s"},{"!i":"%s"}]}' % (
        b"f" * 9999, b"e" * 9999
    ),
    "a set of a range": b'{"!s":{"!range":[0,1000000000000,1]}}',
    "a queue of a range": b'{"!q":{"!range":[0,1000000000000,1]}}',
    "a set of lists": b'{"!s":[[]]}',
    "a member twice": b'{"!s":[1,1]}',
    "a key twice": b'{"!d":[[1,1],[2,3]]}',
    "keys without values": b'{"!d":[[1],[]]}',
    "one hash": b'{"!s":[%s]}' % b",".join(b"%d" % (each * (2**61 - 1)) for each in range(3_000)),
    "an own object by text": b'{"!own":"0"}',
    "a reference that was not sent": b'{"!ref":7}',
    "a reference by a list": b'{"!ref":[]}',
    "a date that is none": b'{"!date":[2024,99,99]}',
    "a date of lists": b'{"!date":[[],[],[]]}',
    "a huge delta": b'{"!delta":[1e300,0,0]}',
    "a zone": b'{"!zone":[1,2]}',
    "an array of another size": b'{"!np":["<f8",[1000000000],"C",""]}',
    "an array of objects": b'{"!np":["O",[1],"C","AAAAAAAAAAA="]}',
    "an array with huge sides": b'{"!np":["<f8",[0,1000000000000000000000],"C",""]}',
    "shared memory": b'{"!shared":["Int8Array",0,8,0]}',
    "a request of two": b' ["name",[]]',
    "a pickle": pickle.dumps([1], 5),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_with_one_short_complaint(name: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        read(HOSTILE[name])
    assert len(str(caught.value)) < 1_000


def test_a_buffer_is_used_once_unless_it_is_constant() -> None:
    buffers = [memoryview(bytearray(10))]
    first, second = cast("Any", read(b'[{"!b":0},{"!b":0}]', buffers))
    assert first is second
    for body in (b'[{"!ba":0},{"!ba":0}]', b'[{"!mv":0},{"!mv":0}]'):
        with pytest.raises(MalformedMessageError, match="twice"):
            read(body, buffers)


def test_bounds_are_those_of_the_end_that_reads() -> None:
    limits = PeerLimits(items=10, digits=50)
    assert read(b"[1,2]", limits=limits) == [1, 2]
    for body in (b"[%s0]" % (b"0," * 20), b'{"!i":"%s"}' % (b"f" * 51)):
        with pytest.raises(LimitExceededError):
            read(body, limits=limits)
        assert read(body, limits=limits, trusted=True) is not None


TAGS = sorted(plain_module._MAKERS)
texts = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.integers(), st.floats(),
        st.text("09af-e.", max_size=5),
        st.sampled_from(["ValueError", "numpy", "<f8", "C", "0:00", "os:system"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=9),
        st.dictionaries(st.sampled_from([*TAGS, "a", "!x"]), inner, max_size=1)
    ),
    max_leaves=12,
)  # fmt: skip
REFUSED = (MalformedMessageError, NotAllowedError, ReferenceLostError)


class Own(Home):
    """Its objects are lost."""

    def own(self, number: int) -> object:
        raise ReferenceLostError(number)


def complaint(body: bytes) -> str:
    """Read a message; return why it is refused."""
    try:
        Codec(Own()).decode(body, (), ())
    except REFUSED as error:
        return str(error)
    return ""


@settings(max_examples=500, deadline=None)
@given(texts)
def test_any_tags_give_a_value_or_are_refused(value: object) -> None:
    body = json.dumps(value).encode()
    assert len(complaint(body)) < 1_000


@settings(max_examples=300, deadline=None)
@given(values, st.data())
def test_any_bytes_give_a_value_or_are_refused(value: object, data: st.DataObject) -> None:
    body = bytearray(Codec(Own()).encode([value, "x"], "it").body)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert len(complaint(bytes(body))) < 1_000


COLUMNS: list[Any] = [
    [each / 7 for each in range(100)] + [math.inf, -0.0],
    [each - 2**62 for each in range(100)],
    [2**63] * 100,
    [True] * 100,
    "long \ud800 text" * 1_000,
    ["x", "long text" * 1_000, 1],
    {"a": "long text" * 1_000},
    [(each, each / 3, "x") for each in range(100)],
    [(each, (each,), [each]) for each in range(100)],
    [()] * 100,
    [(1,) * (each % 3) for each in range(100)],
    [{"id": each, "name": f"row {each}", "on": True, "tags": {each}} for each in range(100)],
    [{"!t": each} for each in range(100)],
    [{each: each} for each in range(100)],
    [{}] * 100,
    [{"a": 1, "b": 2}, {"b": 2, "a": 1}] * 50,
    [float("nan")] * 100,
]


@pytest.mark.parametrize("place", range(len(COLUMNS)))
def test_long_lists_of_one_kind_come_back_as_they_were(place: int) -> None:
    found, encoded = crossing([COLUMNS[place]], trusted=False)
    assert repr(found) == repr([COLUMNS[place]])
    assert len(encoded.body) < 6_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"!n":["d",0]}', b'{"!n":["b",""]}', b'{"!n":["d","AAAA"]}', b'{"!n":"d"}',
        b'{"!n":[[],""]}',
        b'{"!n":["d",[]]}', b'{"!u":0}', b'{"!u":"/w=="}', b'{"!u":[]}', b'{"!tt":[]}',
        b'{"!tt":[[1],[]]}', b'{"!tt":[1]}', b'{"!tt":["ab"]}', b'{"!tt":{}}', b'{"!rows":[]}',
        b'{"!rows":[[],[]]}', b'{"!rows":[["a"],[[1],[2]]]}', b'{"!rows":[["a","a"],[[1],[2]]]}',
        b'{"!rows":[["a","b"],[[1],[2,3]]]}', b'{"!rows":[[1],[[1]]]}', b'{"!rows":["a",[[1]]]}',
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        read(body)


def test_numbers_in_buffers_are_counted_as_items() -> None:
    body = b'[{"!n":["d",0]},{"!n":["q",1]}]'
    assert read(body, [bytes(400), bytes(400)], limits=PeerLimits(items=100)) == [
        [0.0] * 50,
        [0] * 50,
    ]
    with pytest.raises(LimitExceededError, match="items is 101"):
        read(body, [bytes(400), bytes(408)], limits=PeerLimits(items=100))


def pickles() -> list[bytes]:
    """Every operation of pickle alone, and those that look up or call with all that they need."""
    bodies = [each.code.encode("latin-1") for each in pickletools.opcodes]
    name, text = b"cos\nsystem\n", b"X\x04\x00\x00\x00true"
    stacked = b"\x8c\x02os\x8c\x06system\x93"
    calls = [
        *(found + b"(" + text + b"tR" for found in (name, stacked)),
        b"(" + text + b"ios\nsystem\n",
        b"(" + name + text + b"o",
        name + b"(" + text + b"t\x81",
        name + b"(" + text + b"t}\x92",
        name + b"N}b",
        b"\x82\x01", b"\x83\x01\x00", b"\x84\x01\x00\x00\x00",
        b"Pos.system\n",
        text + b"Q",
        b"\x97\x98",
    ]  # fmt: skip
    whole = [
        start + each + b"." for each in calls + bodies for start in (b"\x80\x05", b"\x80\x02", b"")
    ]
    return list(dict.fromkeys(whole))


def test_no_pickle_is_read_whatever_it_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []
    monkeypatch.setattr(pickle, "loads", ran.append)
    monkeypatch.setattr("os.system", ran.append)
    assert len(pickles()) >= 100
    for body in pickles():
        for flags in (0, 1):
            try:
                found = Codec(Home()).decode(body, (), (), flags)
            except (MalformedMessageError, LimitExceededError):
                continue
            raise AssertionError((body, found))
    assert ran == []


@pytest.mark.parametrize("value", [list(range(5_000)), [0.5] * 5_000, "long text" * 5_000])
def test_what_lies_beside_is_read_whatever_shape_its_memory_has(value: object) -> None:
    encoded = Codec(Home()).encode(value, "it")
    views = [memoryview(cast("bytes", each)) for each in encoded.buffers]
    assert views
    assert Codec(Home()).decode(encoded.body, (), views) == value
