"""Pools of real workers, in Chromium, on each line."""

from __future__ import annotations

import inspect
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle  # type: ignore[import-untyped]
import pytest

from tests.bridge.pool import jobs

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

CHECKS = (Path(__file__).parent / "checks_in_page.py").read_text("utf-8")
SET_UP = """
import importlib, sys
from pathlib import Path
sys.path.insert(0, "/tmp/pool") if "/tmp/pool" not in sys.path else None
Path("/tmp/pool").mkdir(exist_ok=True)
for name, text in {files!r}.items():
    Path("/tmp/pool", name).parent.mkdir(exist_ok=True)
    Path("/tmp/pool", name).write_text(text)
importlib.invalidate_caches()
import pool_checks
"""
# Any installation of it serves, so that this needs no package of the distribution.
BY_VALUE = Path(cloudpickle.__file__).parent
FILES = {f"cloudpickle/{path.name}": path.read_text("utf-8") for path in BY_VALUE.glob("*.py")} | {
    "pool_jobs.py": inspect.getsource(jobs),
    "pool_checks.py": CHECKS,
}
LIMIT = 120.0
LONG = "BRIDGE_POOL_FAULT_TASKS"
"""Names the number of tasks of the fault test's long form."""
SEED = "BRIDGE_POOL_FAULT_SEED"


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    interpreter.run(SET_UP.format(files=FILES))
    return interpreter


def ask(page: Interpreter, call: str, *, limit: float = LIMIT, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.run(f"await pool_checks.{call}", timeout=limit, **options)
    return found


def test_everything_that_a_pool_offers(page: Interpreter) -> None:
    assert ask(page, "everything()") == {
        "plain": 42,
        "named": [[1], {"b": [2, None]}],
        "async": "value",
        "by value": 42,
        "prepared": [1, "two"],
        "error": ["no", True],
        "bytes": True,
        "map": [0, 2, 4, 6, 8, 10],
        "several": [32, 9],
        "unordered": list(range(20)),
        "async items": True,
        "progress": ["counted", [0, 1, 2]],
        "begun": True,
        "live": [0, True],
        "drained": [0, 1, 2, 3],
        "left": 0,
        "events": ["begun", "ended", "handed over", "ready", "settled", "starting"],
    }


def test_cancelled_late_and_lost_tasks_leave_a_pool_that_works(page: Interpreter) -> None:
    assert ask(page, "broken_off()") == {
        "cancelled": [True, False, True],
        "limit": "limit",
        "timeout": "timeout",
        "overdue": "timeout",
        "goes on": 8,
        "after a stubborn one": 10,
        "lost": [1, "fatal"],
        "poison": [3, "fatal"],
        "after poison": 12,
    }


def test_who_switches_stacks_holds_up_nobody_else(page: Interpreter, interpreter_line: str) -> None:
    expected: Any = "not possible" if interpreter_line == "0.26" else ["second", "first"]
    assert ask(page, "suspended()") == expected


def test_a_start_that_cannot_succeed_fails_what_waits_with_its_cause(page: Interpreter) -> None:
    assert ask(page, "no_worker()") == {
        "package": ["NoWorkerError"],
        "cause": "PackageMissingError",
        "initializer": "ValueError('unfit')",
    }


def test_every_task_is_accounted_for_once_while_workers_are_killed(page: Interpreter) -> None:
    tasks = int(os.environ.get(LONG, "60"))
    seed = int(os.environ.get(SEED, random.randrange(1_000_000)))  # noqa: S311 - no secret
    print(f"{SEED}={seed}")  # noqa: T201 - shown when the test fails
    found = ask(page, f"killed({tasks}, {seed})", limit=max(LIMIT, 1.5 * tasks))
    print(found)  # noqa: T201 - the same
    assert found["wrong"] == []
    assert found["tasks"] == found["accounted"] == found["settled"] == tasks
    assert found["died"] >= 1
    assert found["left"] == 0
