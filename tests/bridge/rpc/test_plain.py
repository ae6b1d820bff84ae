"""Reading what somebody else wrote: nothing runs, nothing hangs, nothing is asked for in vain."""

from __future__ import annotations

import builtins
import contextlib
import fractions
import os
import pickle
import time
import uuid
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.rpc import MalformedMessageError, NotAllowedError, plain
from bridge.rpc.plain import DEEPEST, PLAIN_TYPES, find, inspect


class Run:
    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple[object, ...]:
        return self.call[0], self.call[1:]


@pytest.mark.parametrize("name", ["eval", "exec", "getattr", "open", "__import__", "type", "print",
                                  "KeyboardInterrupt", "SystemExit", "missing"])  # fmt: skip
def test_nothing_that_runs_code_can_be_named(name: str) -> None:
    with pytest.raises(NotAllowedError) as caught:
        find("builtins", name, ())
    assert caught.value.type == f"builtins:{name}"


@pytest.mark.parametrize("module", ["os", "bridge.rpc.codec", "bridge.rpc.errors", "subprocess"])
def test_nothing_of_other_modules_can_be_named(module: str) -> None:
    for name in ("system", "pickle", "annotations", "BridgeError.__init__", "run"):
        with pytest.raises(NotAllowedError):
            find(module, name, ())


def test_every_plain_type_and_every_usual_exception_is_there() -> None:
    for full in PLAIN_TYPES:
        module, _, name = full.partition(":")
        assert find(module, name, ()) is not None
    for name in ("ValueError", "KeyError", "TimeoutError"):
        assert find("builtins", name, ()) is getattr(builtins, name)


def deep(levels: int) -> bytes:
    return b"\x80\x05]" + b"\x85" * levels + b"."


def linked(levels: int) -> bytes:
    """Lists that are linked after they were made: no instruction sees the depth."""
    made = b"".join(b"]r" + place.to_bytes(4, "little") + b"0" for place in range(levels))
    links = b"".join(
        b"j" + place.to_bytes(4, "little") + b"j" + (place + 1).to_bytes(4, "little") + b"a0"
        for place in reversed(range(levels - 1))
    )
    return b"\x80\x05" + made + links + b"j\x00\x00\x00\x00."


HARMFUL = {
    "too deep": deep(DEEPEST + 1),
    "far too deep": deep(200_000),
    "deep by links": linked(5_000),
    "holds itself": b"\x80\x05]\x94h\x00a.",
    "expands": b"\x80\x05)" + b"2\x86" * 200 + b".",
    "huge memo": b"\x80\x05]r\xff\xff\xff\x7f.",
    "huge bytearray": b"\x80\x05\x96" + (2**40).to_bytes(8, "little") + b"abc.",
    "huge bytes": b"\x80\x05\x8e" + (2**40).to_bytes(8, "little") + b"abc.",
    "a name by extension": b"\x80\x05\x82\x01.",
    "a text persistent id": b"P1\n.",
    "an instance": b"(ios\nsystem\n.",
    "too little": b"\x80\x05\x85.",
    "no mark": b"\x80\x05]e.",
    "recall": b"\x80\x05h\x07.",
    "across a mark": b"\x80\x05](\x85.",
    "no end": b"\x80\x05]",
}


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_pickles_are_refused_before_anything_is_built(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(MalformedMessageError):
        inspect(HARMFUL[name])
    assert time.perf_counter() - start < 20


def text(value: str) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


def named(full: str) -> bytes:
    module, _, name = full.partition(":")
    return text(module) + text(name) + b"\x93"


def number(value: int) -> bytes:
    return b"J" + value.to_bytes(4, "little", signed=True)


def called(full: str, *args: bytes) -> bytes:
    """What calls something with arguments."""
    return named(full) + b"(" + b"".join(args) + b"tR"


def state(**facts: bytes) -> bytes:
    return b"}(" + b"".join(text(name) + value for name, value in facts.items()) + b"ub"


RANGE = called("builtins:range", number(2**31 - 1))
OWN = called("bridge.rpc.codec:_returned", number(0))
ERROR = "bridge.rpc.errors:NotExposedError"
GADGETS = {
    "memory by a length": called("builtins:bytearray", number(2**31 - 1)),
    "memory by a range": called("collections:deque", RANGE),
    "memory by a range, counted": called("collections:Counter", RANGE),
    "memory by a range, as a set": called("builtins:set", RANGE),
    "memory by a range that was remembered": RANGE
    + b"\x94" + named("builtins:frozenset") + b"h\0\x85R",
    "memory by an exponent": called("fractions:Fraction", text("1e999999999")),
    "memory by another exponent": called(
        "fractions:Fraction", called("decimal:Decimal", text("1e999999999"))
    ),
    "a changed class": named(ERROR)
    + b"N" + state(__str__=named("builtins:ValueError"))[:-1] + b"\x86b",
    "a changed function": named("bridge.rpc.arrays:array_of") + state(__doc__=b"N"),
    "a changed fraction class": named("fractions:Fraction") + state(numerator=b"K\x01"),
    "the served object's state": OWN + state(_code=b"K\x01"),
    "the served object's items": OWN + b"K\x01K\x02s",
    "the served object's list": OWN + b"K\x01a",
    "the served object, called": OWN + b")R",
    "the served object's class": OWN + b")\x81",
    "a changed array": called("bridge.rpc.arrays:array_of") + state(x=b"N"),
    "what was made, called": called("collections:deque") + b")R",
    "a name of nothing": b"NN\x93",
    "a name that was made": called("uuid:UUID") + text("x") + b"\x93",
    "a call without a tuple": named("builtins:complex") + b"]R",
    "a call by name and value": named("builtins:bytearray") + b"(" + number(2**30) + b"t}\x92",
    "a changed tuple": b")K\x01a",
    "a changed text": text("x") + state(x=b"N"),
}  # fmt: skip


@pytest.mark.parametrize("name", GADGETS)
def test_plain_types_do_no_harm_in_other_hands(name: str) -> None:
    body = b"\x80\x05" + GADGETS[name] + b"."
    with pytest.raises(MalformedMessageError):
        inspect(body)


class Stateful:
    def __init__(self) -> None:
        self.items = [1]


def test_what_has_a_state_of_its_own_may_bring_it() -> None:
    error = ValueError("x")
    error.add_note("noted")
    for value in (uuid.uuid4(), error, Stateful(), fractions.Fraction(-3, 7), range(3)):
        inspect(pickle.dumps(value, 5))
        inspect(pickle.dumps([value, value], 4))


def test_an_error_of_bridge_is_made_of_its_class_and_facts_only() -> None:
    make = cast("Any", find("bridge.errors", "_rebuild", ()))
    assert str(make(NotAllowedError, {"message": "no", "type": "x"})) == "no"
    for kind, facts in [
        (ValueError, {"message": "x"}), (Stateful, {"message": "x"}), ("x", {"message": "x"}),
        (NotAllowedError, {"message": 1}), (NotAllowedError, {}), (NotAllowedError, [1]),
        (NotAllowedError, {"message": "x", 1: 2}),
    ]:  # fmt: skip
        with pytest.raises(MalformedMessageError):
            make(kind, facts)


def test_many_small_things_are_counted_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain, "LARGEST", 1000)
    with pytest.raises(MalformedMessageError, match="over 1000 things"):
        inspect(b"\x80\x05" + b"]0" * 1001 + b"N.")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        inspect(b"\x80\x05" + body)


def test_what_pickle_writes_of_plain_values_passes() -> None:
    shared = [1, 2]
    held: list[list[int]] = [[]] * 2000
    values: list[object] = [{"a": shared, "b": shared}, list(range(10_000)), held, "x" * 100_000]
    for value in values:
        inspect(pickle.dumps(value, 5))


def test_a_call_in_a_pickle_passes_the_first_gate_only() -> None:
    body = pickle.dumps(Run(os.getcwd), 5)
    inspect(body)
    with pytest.raises(NotAllowedError):
        find("posix", "getcwd", ())
