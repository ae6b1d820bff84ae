"""The suite ``dom``: runs in the page, returns figures in milliseconds."""

from __future__ import annotations

import gc
import json
import time
from typing import TYPE_CHECKING, Any, cast

from tests.bench.dom_adapters import ADAPTERS
from tests.bench.table_rows import OPERATIONS, Operation, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.bench.table_rows import Adapter

UNIT = "ms of script, and with the layout that follows"
SLOW = {"rebuild VDOM"}
"""What builds everything anew takes seconds for 10,000 rows; once is enough to know it."""

_LOOK = """
(id) => JSON.stringify([...document.querySelectorAll("#" + id + " tbody > tr")].map((row) => {
  const cells = row.children;
  if (cells.length !== 4 || cells[2].innerHTML.indexOf("glyphicon-remove") < 0)
    throw new Error("not a row: " + row.outerHTML);
  return [row.className, cells[0].textContent, cells[1].firstElementChild.textContent];
}))
"""


class Bench:
    """Adapters in containers of their own, and one model per adapter."""

    def __init__(self, names: Iterable[str]) -> None:
        import js  # noqa: PLC0415 - only a page has it
        from pyodide.code import run_js  # noqa: PLC0415

        self._page: Any = js.document
        self._look: Any = run_js(_LOOK)
        self.names = list(names)
        self._adapters: dict[str, Adapter] = {}
        self._tables: dict[str, Table] = {}
        for place, name in enumerate(self.names):
            container = self._page.createElement("div")
            container.id = f"bench-{place}"
            self._page.body.appendChild(container)
            self._adapters[name] = cast("Adapter", ADAPTERS[name](container.id))
            self._tables[name] = Table()

    def check(self, name: str) -> None:
        """Raise AssertionError unless the page shows what the model says."""
        shown = json.loads(self._look(f"bench-{self.names.index(name)}"))
        expected = self._tables[name].shown()
        if shown != expected:
            differing = [pair for pair in zip(shown, expected, strict=False) if pair[0] != pair[1]]
            raise AssertionError(
                f"{name}: {len(shown)} rows instead of {len(expected)}; differing: {differing[:3]}"
            )

    def run(
        self, name: str, operation: Operation, around: Callable[[Callable[[], None]], Any]
    ) -> Any:
        """Perform one operation and check what the page shows then.

        Args:
            name: The adapter.
            operation: What to do.
            around: Is given the operation to call, and returns what it measured.
        """
        adapter, table = self._adapters[name], self._tables[name]
        if operation.rows:
            table.rows = table.fresh(operation.rows)
            table.selected = None
            adapter.create(table.rows)
        step = operation.run(table)
        gc.collect()
        assert self._page.body.offsetHeight >= 0
        found = around(lambda: step(adapter))
        self.check(name)
        table.rows = []
        adapter.clear()
        return found

    def timed(self, step: Callable[[], None]) -> tuple[float, float]:
        """Return milliseconds of the script alone, and with the layout that follows."""
        start = time.perf_counter()
        step()
        script = time.perf_counter() - start
        assert self._page.body.offsetHeight >= 0
        return script * 1e3, (time.perf_counter() - start) * 1e3

    def close(self) -> None:
        """Give everything back."""
        for adapter in self._adapters.values():
            adapter.close()


def measure(repeat: int, names: Iterable[str] = ADAPTERS, sizes: int = 10_000) -> dict[str, Any]:
    """Measure all operations, adapters taking turns.

    Args:
        repeat: How often.
        names: Which adapters.
        sizes: Leaves out operations that create more rows.

    Returns:
        By operation and adapter, lists of script and total times in milliseconds.
    """
    bench = Bench(names)
    figures: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for operation in OPERATIONS:
        large = operation.name == "create 10k"
        if large and sizes < 10_000:
            continue
        rows = figures[operation.name] = {name: [] for name in bench.names}
        for turn in range(repeat if not large else min(repeat, 2)):
            for name in bench.names:
                if large and name in SLOW and turn:
                    continue
                rows[name].append(bench.run(name, operation, bench.timed))
    bench.close()
    return figures


def count_crossings(counter: Any, names: Iterable[str] = ADAPTERS) -> dict[str, dict[str, int]]:
    """Count the calls from Python into JavaScript in each operation.

    Args:
        counter: A function of the page that returns the calls so far.
        names: Which adapters.
    """
    bench = Bench(names)

    def counted(step: Callable[[], None]) -> int:
        before = int(counter())
        own = int(counter()) - before
        step()
        return int(counter()) - before - 2 * own

    found = {
        operation.name: {name: bench.run(name, operation, counted) for name in bench.names}
        for operation in OPERATIONS
        if operation.name != "create 10k"
    }
    bench.close()
    return found
