"""The suites of the pool do not rot: each way passes its checks, and none is left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

FILES = {path.name: path.read_text("utf-8") for path in Path(__file__).parent.glob("pool*.py")}
SET_UP = f"""
import importlib, sys
from pathlib import Path
folder = Path("/tmp/bench/tests/bench")
folder.mkdir(parents=True, exist_ok=True)
for name, text in {FILES!r}.items():
    (folder / name).write_text(text)
sys.path.insert(0, "/tmp/bench") if "/tmp/bench" not in sys.path else None
importlib.invalidate_caches()
from tests.bench import pool, pool_cpu, pool_memory, pool_start
"""


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    interpreter.run(SET_UP)
    return interpreter


def run(page: Interpreter, call: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = page.run(f"await {call}", timeout=90)
    return found


def timed(rows: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {
        row: sum(isinstance(cell, list) for cell in cells.values()) for row, cells in rows.items()
    }


def test_each_way_of_having_many_calls_made_passes_the_checks(page: Interpreter) -> None:
    assert timed(run(page, "pool.measure(1, 50, [1])")) == {
        "bridge, submit": 1,
        "bridge, map": 1,
        "bridge, map in chunks": 1,
        "Comlink, busy flags": 1,
        "port, 4 in flight": 1,
        "port, one message": 1,
        "pyodide-pool 0.1.1": 0,
        "wasm-multiprocessing 0.1.0": 0,
    }
    assert timed(run(page, "pool_cpu.measure(1, 4, 0.001)")) == {
        "bridge, submit": 3,
        "bridge, map": 3,
        "Comlink, busy flags": 3,
        "port, 4 in flight": 3,
    }


def test_starts_and_memory_are_measured(page: Interpreter) -> None:
    assert timed(run(page, "pool_start.measure(1)")) == {"first pool": 2, "later pool": 2}
    found = run(page, "pool_memory.measure(1)")
    started, holding, afterwards = (cells["one worker"][0] for cells in found.values())
    assert started < 100 < holding == afterwards
