"""The graph on the small stack of WebAssembly, on every line."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from tests.bridge.reactivity import checks_in_pyodide

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def test_deep_chains_random_graphs_and_long_cycles_hold_in_pyodide(
    pristine_interpreter: Interpreter,
) -> None:
    source = inspect.getsource(checks_in_pyodide)
    done = pristine_interpreter.run(f"{source}\nrun_all()")
    assert done == [check.__name__ for check in checks_in_pyodide.CHECKS]
