"""The suite ``offload`` does not rot: each way gives the same result, and one of them blocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

FILES = {
    name: Path(__file__).with_name(f"{name}.py").read_text("utf-8")
    for name in ("offload", "offload_work")
}


def test_each_way_computes_the_same_and_only_one_of_them_blocks(interpreter: Interpreter) -> None:
    found = interpreter.run(
        f"""
import importlib, sys
from pathlib import Path
folder = Path("/tmp/bench_offload/tests/bench")
folder.mkdir(parents=True, exist_ok=True)
for name, text in {FILES!r}.items():
    (folder / f"{{name}}.py").write_text(text)
sys.path.insert(0, "/tmp/bench_offload")
importlib.invalidate_caches()
from tests.bench import offload
await offload.measure(1, 0.5)
""",
        timeout=90,
    )
    assert list(found) == [
        "offloaded, first call of the page",
        "offloaded",
        "offloaded, worker starts",
        "in place, in slices",
        "in place, blocking",
    ]
    columns = ["longest task", "longest gap", "whole"]
    assert all(list(row) == columns for row in found.values())
    assert all(len(times) == 1 for row in found.values() for times in row.values())
    blocking = found["in place, blocking"]
    # Against the time that it took itself, on whatever machine this is.
    assert 2 * min(*blocking["longest task"], *blocking["longest gap"]) > min(blocking["whole"])
    assert found["offloaded"]["longest gap"] < blocking["longest gap"]
