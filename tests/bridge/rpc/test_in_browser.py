"""Remote calls in real Pyodide: into a real worker, and the law over a real message channel."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.bridge.rpc import play, served

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

CHECKS = (Path(__file__).parent / "checks_in_page.py").read_text("utf-8")
SET_UP = """
import importlib, sys
from pathlib import Path
sys.path.insert(0, "/tmp/rpc") if "/tmp/rpc" not in sys.path else None
Path("/tmp/rpc").mkdir(exist_ok=True)
for name, text in {files!r}.items():
    Path("/tmp/rpc", name).write_text(text)
importlib.invalidate_caches()
import rpc_checks
"""
FILES = {
    "rpc_served.py": inspect.getsource(served),
    "rpc_play.py": inspect.getsource(play),
    "rpc_checks.py": CHECKS,
}
LIMIT = 90.0


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    interpreter.run(SET_UP.format(files=FILES))
    return interpreter


def ask(page: Interpreter, call: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.run(f"await rpc_checks.{call}", timeout=LIMIT, **options)
    return found


def test_everything_that_a_call_can_be_works_into_a_worker(page: Interpreter) -> None:
    assert ask(page, "calls()") == {
        "named": [2, 8],
        "attribute": "Second",
        "error": ["no such account", True],
        "callback": [0, 1, 4, 9],
        "generators": [[0, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6]],
        "entered": 1,
        "left": 0,
        "progress": [[1, 3], [2, 3], [3, 3]],
        "deadline": "DeadlineExceededError",
        "cancelled": 2,
        "many": True,
        "owner": ["Ada", True],
        "in flight": 0,
        "handed over": 0,
        "lost": "WorkerDiedError",
    }


def test_reading_that_stops_ends_the_generator_and_tells_nobody(page: Interpreter) -> None:
    found = ask(page, "streams()")
    # Of each kind four are begun for certain; the last may be given up before it is.
    assert 12 <= found.pop("ended") <= 15
    assert found == {"told": [], "left": [0, 0]}


def test_arrays_and_bytes_move_by_transfer_and_not_in_the_pickle(page: Interpreter) -> None:
    found = ask(page, "buffers()", packages=["numpy"])
    assert found["same"]
    ((header, buffers, size),) = [each for each in found["sent"] if each[1]]
    assert (buffers, size) == (3, found["bytes"])
    assert header < 500


def test_shared_memory_is_the_same_on_both_ends(page: Interpreter) -> None:
    assert ask(page, "shared()") == {
        "written there": [0, 0, 7, 7, 7, 0],
        "written here": [1, 2, 3],
        "one object": True,
        "returned": [[9, 9, 9], 8, "Int32Array"],
        "whole": 1,
        "Float64Array": ["Float64Array", 16, 16],
        "Uint16Array": ["Uint16Array", 16, 4],
        "Uint8ClampedArray": ["Uint8ClampedArray", 16, 2],
        "DataView": ["DataView", 16, 2],
        "seen by who computes": True,
        "copied out": [42, 42, 42],
        "not shared": ["Uint8Array of the page", True],
    }


def test_a_buffer_is_copied_once_out_of_python_and_once_into_it(page: Interpreter) -> None:
    assert ask(page, "copies()") == {"view": [[1, 1], [1, 1], 1], "bytes": [[1, 1], [1, 1], 2]}


def test_a_thousand_calls_of_one_turn_are_one_message_each_way(page: Interpreter) -> None:
    assert ask(page, "crossings(1000)") == {"1": [1, 1], "2": [1, 1], "1000": [1, 1]}


def test_progress_of_a_computing_function_arrives_while_it_computes(page: Interpreter) -> None:
    found = ask(page, "live_progress()")
    # The answer is a message, too.
    assert 16 < found.pop("fewer") < 300
    # Of the last step, little is left to wait for on a busy machine.
    assert found.pop("early") >= 4
    assert found == {"result": 5, "messages": 6, "all, in order": True}


def test_without_await_where_stacks_can_be_switched_and_refused_elsewhere(
    page: Interpreter, interpreter_line: str
) -> None:
    found = ask(page, "without_await()")
    if interpreter_line == "0.26":
        assert found == {"can": False, "refused": "Pyodide 0.26 cannot switch stacks"}
        return
    assert found.pop("event").startswith("the browser called Python through Harness.")
    assert found == {
        "can": True,
        "call": [1],
        "all": ["Third", 6, [0, 1, 2, 3], [3, 2, 1], [1, 2, 3], "Third"],
        "entered": 1,
        "error": "sync",
    }


def test_every_call_ends_once_over_a_real_channel(page: Interpreter) -> None:
    assert ask(page, "law(0, 40)") == {"wrong": []}


def test_what_is_nested_as_deep_as_is_read_does_not_exhaust_the_stack(page: Interpreter) -> None:
    assert (
        page.run("""
from bridge.rpc import PeerLimits
from bridge.rpc.plain import Names, Reader
from bridge.rpc.scan import WIRE_LEVELS
def under(frames, work):
    return work() if frames == 0 else under(frames - 1, work)
most = WIRE_LEVELS * PeerLimits().nesting
shapes = ((b"[", b"]", 1), (b'{"a":', b"}", 1), (b'{"!t":[', b"]}", 2),
          (b'{"!d":[["k"],[', b"]]}", 3))
bodies = [opening * (most // levels) + b"1" + closing * (most // levels)
          for opening, closing, levels in shapes]
def read():
    return [Reader(None, {}, [], Names(()), PeerLimits()).read(body) is not None for body in bodies]
[under(frames, read) for frames in (0, 200, 400)]
""")
        == [[True] * 4] * 3
    )
