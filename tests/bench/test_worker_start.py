"""The suite ``worker_start`` does not rot: each way starts, answers, and takes its own path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.worker_start import MEMORY_NUMPY, ROWS, START_NUMPY

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

SOURCE = Path(__file__).with_name("worker_start.py").read_text("utf-8")
SHORT = [row for row in ROWS if row not in (START_NUMPY, MEMORY_NUMPY)]


def test_each_start_answers_and_each_ending_is_told(interpreter: Interpreter) -> None:
    found = interpreter.run(
        f"""
import importlib, sys
from pathlib import Path
folder = Path("/tmp/bench/tests/bench")
folder.mkdir(parents=True, exist_ok=True)
(folder / "worker_start.py").write_text({SOURCE!r})
if "/tmp/bench" not in sys.path:
    sys.path.insert(0, "/tmp/bench")
importlib.invalidate_caches()
from tests.bench import worker_start
await worker_start.measure(1, {SHORT!r}, warm=False)
""",
        timeout=120,
    )
    assert list(found) == SHORT
    assert all(isinstance(cells["spawn, later"], list) for cells in found.values())
    assert sum(isinstance(way, list) for way in found["start"].values()) == len(found["start"])
