"""Offloading in real Pyodide: a real worker, real events, on each line."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.bridge.offload import served

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

CHECKS = (Path(__file__).parent / "checks_in_page.py").read_text("utf-8")
SET_UP = """
import importlib, sys
from pathlib import Path
sys.path.insert(0, "/tmp/offload") if "/tmp/offload" not in sys.path else None
Path("/tmp/offload").mkdir(exist_ok=True)
for name, text in {files!r}.items():
    Path("/tmp/offload", name).parent.mkdir(exist_ok=True)
    Path("/tmp/offload", name).write_text(text)
importlib.invalidate_caches()
import offload_checks
"""
# Any installation of it serves, so that this needs no package of the distribution.
BY_VALUE = Path(str(importlib.util.find_spec("cloudpickle").origin)).parent  # type: ignore[union-attr]
FILES = {f"cloudpickle/{path.name}": path.read_text("utf-8") for path in BY_VALUE.glob("*.py")} | {
    "offload_served.py": inspect.getsource(served),
    "offload_checks.py": CHECKS,
}
LIMIT = 90.0
NO_SWITCHING = "0.26"


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    interpreter.run(SET_UP.format(files=FILES))
    return interpreter


def ask(page: Interpreter, call: str) -> dict[str, Any]:
    found: dict[str, Any] = page.run(f"await offload_checks.{call}", timeout=LIMIT)
    return found


def test_a_function_is_called_in_a_worker_by_a_line_that_awaits(page: Interpreter) -> None:
    assert ask(page, "awaited()") == {
        "plain": {"a": [1, 2]},
        "decorated": [49, -4],
        "together": [number * number for number in range(20)],
        "error": ["'here'", True],
        "bound": "list.append",
        "by value": [42, "compute"],
        "steps": 40,
        "progress": [None, [40, 40], True, True],
        "elsewhere": True,
        "workers": 0,
    }


def test_moving_on_ends_endless_work_and_the_latest_wins(page: Interpreter) -> None:
    found = ask(page, "cancelled()")
    assert found == {
        "interrupted": 0,
        "terminated": [16, 1],
        "busy": True,
        "call": [True, False],
        "behind": "behind",
        "deadline": 9,
        "latest": 64,
        "shown": [None, 64],
        "overtaken": True,
    }


def test_a_pool_does_several_at_a_time(page: Interpreter) -> None:
    assert ask(page, "pooled()") == {
        "together": [number * number for number in range(8)],
        "plain": "plain",
        "coroutine": -3,
        "busy": False,
        "steps": [3, [3, 3]],
        "error": "'there'",
        "latest": [49, 49],
        "cancelled": [True, True],
        "after": 25,
        "pending": 0,
    }


def test_a_worker_that_dies_is_replaced_and_its_call_repeated_if_that_is_harmless(
    page: Interpreter,
) -> None:
    assert ask(page, "deaths()") == {
        "raised": ["PeerLostError", "WorkerDiedError"],
        "next": 25,
        "started": 2,
        "repeated": ["PeerLostError", 4],
        "pending": 0,
    }


def test_the_same_without_await_where_stacks_can_be_switched(page: Interpreter) -> None:
    found = ask(page, "without_await()")
    assert found.pop("started") >= 1
    if page.line == NO_SWITCHING:
        assert found == {"can": False, "refused": ["Pyodide 0.26 cannot switch stacks", "", 2, 0]}
        return
    assert found == {
        "can": True,
        "call": 25,
        "deep": [1, 2, 3],
        "error": "'sync'",
        "section": "transfer",
        "second": 9,
        "first": "overtaken in 'search'",
    }


def test_cancelling_reaches_a_line_that_waits_without_await(page: Interpreter) -> None:
    if page.line == NO_SWITCHING:
        found = page.run("from bridge.environment import can_block; can_block()")
        assert found is False
        return
    assert ask(page, "cancelled_without_await()") == {
        "pending": 1,
        "log": ["two timed out", "one cancelled", "sleep cancelled"],
        "after": [0, 36],
        "sleep": [True, "sleep cancelled"],
    }


def test_values_and_exceptions_come_back_alike_from_a_worker_and_from_a_pool(
    page: Interpreter,
) -> None:
    found = ask(page, "carried()")
    expected = {
        "ring": [True, True, True],
        "thenable": ["Thenable"],
        "formatted": [
            "FormattingError",
            "cannot read a.txt",
            ["KeyError", "RemoteError"],
            ["path", "__notes__"],
            ["a note"],
        ],
        "JavaScript": ["JsException", "bad in JavaScript", ["RemoteError"], [], []],
    }
    for way in ("worker", "pool"):
        missing = found[way].pop("missing")
        assert missing[0] == "MissingModuleError"
        assert "'only_here'" in missing[1]
        assert found[way].pop("cancelled")[0] == "CancelledError"
        assert found[way] == expected


def test_a_wait_without_await_gives_and_raises_the_same_objects(page: Interpreter) -> None:
    if page.line == NO_SWITCHING:
        return
    assert ask(page, "waited()") == {"offload": [[], []], "rpc": [[], []]}


def test_what_was_reloaded_is_what_workers_run(page: Interpreter) -> None:
    versions = [[1, 1, 1], [22, 22, 22]]
    assert ask(page, "reloaded()") == {"worker": versions, "pool": versions, "workers": 1}


def test_a_plain_listener_is_refused_by_name_and_a_registered_one_may_wait(
    page: Interpreter,
) -> None:
    found = ask(page, "entries()")
    reason, entry, *remedies = found.pop("plain")
    registered = found.pop("registered")
    if page.line == NO_SWITCHING:
        assert reason == registered[0] == "Pyodide 0.26 cannot switch stacks"
    else:
        assert registered == 16
        assert entry.startswith("entries.<locals>.on_click (/tmp/offload/offload_checks.py:")
        assert entry in reason
        assert any("listen or handler" in remedy for remedy in remedies)
    assert any("await" in remedy for remedy in remedies)
    assert found == {"nothing started": True, "async": 25, "ended": [[], 0]}


def test_an_event_is_prevented_in_time_and_kept_for_its_handler(page: Interpreter) -> None:
    assert ask(page, "events()") == {
        "prevented": True,
        "submit": [
            "submit",
            "FORM",
            {"city": "Rome", "ok": "on"},
            True,
            ["preventDefault", "stopPropagation"],
        ],
        "typed": [["Oslo", False], ["Bern", False]],
        "outer": ["input"],
        "box": [["on", False]],
        "left": True,
    }


def test_handlers_stand_in_trees_and_their_busy_state_disables_a_button(
    page: Interpreter,
) -> None:
    assert ask(page, "mounted()") == {
        "save": [[["click", "BUTTON", 4]], True, False],
        "row": [["b", "click"]],
    }


def test_an_event_overtakes_the_former_run_or_is_ignored_as_was_said(page: Interpreter) -> None:
    assert ask(page, "again()") == {
        "beside": [[1, 4, 9], "True", "False", 0],
        "latest": [["1 cancelled", "2 cancelled", 9], "True", "False", 0],
        "ignore": [[1], "True", "False", 0],
    }


def press_keys_while_computing(
    page: Interpreter, field: str, seconds: float, keys: int
) -> dict[str, Any]:
    """Press keys by the DevTools protocol, while a worker computes."""

    async def work() -> dict[str, Any]:
        tab = page._page._tabs[""].page
        tools = await tab.context.new_cdp_session(tab)
        code = f"await offload_checks.computing({field!r}, {seconds})"
        block = {
            "kind": "value",
            "code": code,
            "file": "<interpreter>",
            "line": 1,
            "column": 0,
            "packages": [],
            "limit": LIMIT,
        }
        answer = asyncio.ensure_future(page._page.value(block, LIMIT))
        await tab.wait_for_function("globalThis.computing === true", timeout=LIMIT * 1000)
        for _ in range(keys):
            key = {"type": "keyDown", "key": "a", "code": "KeyA"}
            await tools.send("Input.dispatchKeyEvent", key)
            await tools.send("Input.dispatchKeyEvent", {**key, "type": "keyUp"})
            await asyncio.sleep(0.02)
        still = await tab.evaluate("globalThis.computing")
        found = await answer
        assert isinstance(found, dict), found
        assert found["fault"] is None, found["fault"]
        await tools.detach()
        return {**found["value"], "pressed while computing": still}

    return page._runner.call(work(), 2 * LIMIT)


def test_while_a_worker_computes_input_is_handled_and_python_is_left_alone(
    pristine_interpreter: Interpreter,
) -> None:
    # Pristine: Pyodide calls its event loop for cancelled timers too, such as those of other tests.
    page = pristine_interpreter
    page.run(SET_UP.format(files=FILES))
    page.run("offload_checks.prepare_input()")
    found = press_keys_while_computing(page, "heard", 3.0, keys=20)
    assert found["pressed while computing"]
    assert (found["result"], found["counted"], found["shown"]) == ("computed", 20, "20")
    assert "EventHandler.__call__" in found["calls"]
    found = press_keys_while_computing(page, "mute", 3.0, keys=20)
    assert found["pressed while computing"]
    assert (found["result"], found["mute"], found["counted"]) == ("computed", 20, 0)
    assert found["seconds"] > 2.5
    assert found["calls"] == []
