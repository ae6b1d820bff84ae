"""Reading what somebody else wrote: nothing runs, nothing hangs, nothing is asked for in vain."""

from __future__ import annotations

import builtins
import contextlib
import os
import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.rpc import MalformedMessageError, NotAllowedError
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
