"""The suite ``rpc`` does not rot: each way of calling passes its checks, and none is left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.rpc import ROWS

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

FILES = {
    name: Path(__file__).with_name(f"{name}.py").read_text("utf-8") for name in ("rpc", "rpc_ends")
}
SHORT = [row for row in ROWS if not row.startswith("16 MB")]


def test_each_way_of_calling_a_worker_passes_the_checks(
    interpreter: Interpreter, interpreter_line: str
) -> None:
    found = interpreter.run(
        f"""
import importlib, sys
from pathlib import Path
folder = Path("/tmp/bench/tests/bench")
folder.mkdir(parents=True, exist_ok=True)
for name, text in {FILES!r}.items():
    (folder / f"{{name}}.py").write_text(text)
sys.path.insert(0, "/tmp/bench")
importlib.invalidate_caches()
from tests.bench import rpc
await rpc.measure(1, {SHORT!r}, 1000)
""",
        timeout=90,
        # There, looking at a method of Comlink's proxy asks the worker for it, and nobody waits.
        unhandled=interpreter_line == "0.26",
    )
    assert list(found) == SHORT
    timed = {
        way: sum(isinstance(row[way], list) for row in found.values()) for way in found[SHORT[0]]
    }
    assert timed == {
        "postMessage JS to JS": 6,
        "Comlink JS to JS": 6,
        "Comlink JS to Python": 6,
        "Comlink Python to Python": 6,
        "pickle over Comlink": 4,
        "bridge.rpc": 6,
        "bridge.rpc without await": 0 if interpreter_line == "0.26" else 3,
    }
