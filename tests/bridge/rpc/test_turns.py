"""Who waits is continued at once where nothing is lost by it, elsewhere in a turn of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.rpc.turns import continuing

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def test_outside_of_the_browser_it_is_always_possible() -> None:
    assert continuing()() is True


def test_in_the_browser_it_is_possible_where_waiting_stays_possible(
    interpreter: Interpreter, interpreter_line: str
) -> None:
    found = interpreter.run("""
import asyncio, js
from bridge.environment import can_block
from bridge.rpc.turns import continuing
from pyodide.ffi import create_proxy
may = continuing()
found = {"task": [may(), can_block()]}
def plainly(event):
    found["plain callback"] = [may(), can_block()]
handler = create_proxy(plainly)
target = js.EventTarget.new()
target.addEventListener("ping", handler)
target.dispatchEvent(js.Event.new("ping"))
handler.destroy()
found
""")
    if interpreter_line == "0.26":
        # Waiting is never possible, so there is nothing to lose.
        assert found == {"task": [True, False], "plain callback": [True, False]}
    else:
        assert found == {"task": [True, True], "plain callback": [False, False]}
