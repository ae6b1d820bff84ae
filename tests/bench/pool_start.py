"""The suite ``pool_start``: from a pool that has no worker to results; in the page."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from bridge.pool import EventKind, WorkerPool
from bridge.worker import forget_shared
from tests.bench.pool_ends import tiny

UNIT: Final = "ms"
SIZE: Final = 2


async def measure(repeat: int) -> dict[str, dict[str, Any]]:
    """Open a pool of two workers again and again.

    In the first row the page has no compiled module and no snapshot for workers, as after it was
    loaded; the files are in the browser's cache.

    Args:
        repeat: How often each is timed.

    Returns:
        By what the page has: milliseconds until the first result, and until both workers are ready.
    """
    figures: dict[str, dict[str, Any]] = {
        row: {"first result": [], "both workers": []} for row in ("first pool", "later pool")
    }
    for _ in range(repeat):
        forget_shared()
        for cells in figures.values():
            first, both = await _opened()
            cells["first result"].append(first)
            cells["both workers"].append(both)
    return figures


async def _opened() -> tuple[float, float]:
    start = time.perf_counter()
    ready: list[float] = []
    all_ready = asyncio.Event()

    def note(event: Any) -> None:
        if event.kind is EventKind.READY:
            ready.append(time.perf_counter())
            if len(ready) == SIZE:
                all_ready.set()

    pool = WorkerPool(SIZE, minimum=SIZE)
    pool.listen(note)
    async with pool:
        if await pool.run(tiny, 1) != 2:
            raise AssertionError("the first result is wrong")
        first = time.perf_counter()
        await all_ready.wait()
    return (first - start) * 1e3, (ready[-1] - start) * 1e3
