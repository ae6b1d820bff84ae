"""The benchmarks do not rot: each suite's checks hold on a small repeat. Nothing is timed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench import signals
from tests.bench.browser import ROOT
from tests.bench.libraries import LIBRARIES
from tests.bench.shapes import SHAPES
from tests.bench.table_rows import OPERATIONS
from tests.bench.tables import MARK, tables, write_page

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

LARGE = {"large web app", "large web app, observed", "wide dense", "deep graph", "cellx1000"}
RESULTS = Path(__file__).with_name("results")


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in LARGE])
def test_bridge_passes_the_checks_of_each_shape(shape: str) -> None:
    # The peers are not installed here; the page has them.
    figures = signals.measure(1, ["bridge"], [shape])
    assert len(figures[shape]["bridge"]) == 1


def test_each_library_gets_its_own_notation() -> None:
    sources = {library.name: (library.read, library.write) for library in LIBRARIES}
    assert sources == {
        "bridge": ("X.value", "X.set(V)"),
        "reaktiv": ("X()", "X.set(V)"),
        "wybthon": ("X()", "X.write(V)"),
    }


def test_a_wrong_result_is_an_error_and_no_figure() -> None:
    library = LIBRARIES[0]
    with pytest.raises(AssertionError, match="instead of"):
        signals.Ready(library, lambda: (lambda: 1, 2))


def test_binding_and_vdom_show_the_table_after_each_operation(interpreter: Interpreter) -> None:
    for name in ("table_rows", "dom_adapters", "dom"):
        source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
        interpreter.run(f"""
import sys, types
for package in ("tests", "tests.bench"):
    sys.modules.setdefault(package, types.ModuleType(package))
module = types.ModuleType("tests.bench.{name}")
sys.modules[module.__name__] = module
exec({source!r}, vars(module))
""")
    found = interpreter.run(
        "sys.modules['tests.bench.dom'].measure(1, ['binding', 'vdom', 'vdom memo'], 1000)"
    )
    assert list(found) == [each.name for each in OPERATIONS if each.name != "create 10k"]
    assert all(len(times) == 1 for row in found.values() for times in row.values())


@pytest.mark.parametrize("suite", sorted(path.stem for path in RESULTS.glob("*.json")))
def test_the_page_shows_the_figures_that_were_recorded(suite: str) -> None:
    page = (ROOT / "reference/project/benchmarks.md").read_text("utf-8")
    recorded = json.loads((RESULTS / f"{suite}.json").read_text("utf-8"))
    assert tables(recorded) in page, "run: PYTHONPATH=.:_ext python tests/bench/run.py tables"


def test_writing_the_page_keeps_what_stands_above_the_mark(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\nProse.\n\n{MARK}\nold\n", "utf-8")
    write_page(RESULTS, page)
    text = page.read_text("utf-8")
    assert text.startswith(f"# Benchmarks\n\nProse.\n\n{MARK}\n")
    assert "\nold\n" not in text
