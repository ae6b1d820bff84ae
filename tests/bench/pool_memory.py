"""The suite ``pool_memory``: the WebAssembly memory of a pool's worker, as that reports it."""

from __future__ import annotations

from typing import Any, Final

from bridge.pool import WorkerPool
from tests.bench.pool_ends import fill, memory

UNIT: Final = "MB"
MB: Final = 1_000_000
LARGE: Final = 100 * MB


async def measure(repeat: int) -> dict[str, dict[str, Any]]:
    """Ask workers that have just started, while a task holds memory, and after it.

    Args:
        repeat: How many workers are asked.

    Returns:
        By moment: megabytes of the interpreter's memory, without what the browser adds.
    """
    figures: dict[str, dict[str, Any]] = {
        row: {"one worker": []} for row in ("started", "using 100 MB", "afterwards")
    }
    for _ in range(repeat):
        async with WorkerPool(1) as pool:
            for row, size in (
                ("started", await pool.run(memory)),
                ("using 100 MB", await pool.run(fill, LARGE)),
                ("afterwards", await pool.run(memory)),
            ):
                figures[row]["one worker"].append(size / MB)
    return figures
