"""The suite ``pool``: what a task costs that does nothing; runs in the page, in microseconds."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any, Final

from bridge.pool import WorkerPool
from tests.bench.pool_ways import ByHand, Way, of_bridge

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT: Final = "us per task"
TASKS: Final = 1000

NOT_MEASURED: Final = {
    "pyodide-pool 0.1.1": "not measured: published without its part in JavaScript",
    "wasm-multiprocessing 0.1.0": "not measured: stands on pyodide-pool",
}
"""Peers that cannot be run as they are published; with a stand-in of ours for what they lack, the
figures would be the stand-in's."""


async def measure(
    repeat: int, tasks: int = TASKS, sizes: Sequence[int] = (1, 2)
) -> dict[str, dict[str, Any]]:
    """Measure all ways, taking turns.

    Args:
        repeat: How often each is timed, after one time that is not.
        tasks: How many tasks make one timing.
        sizes: On how many workers.

    Returns:
        By way and number of workers: microseconds per task.
    """
    figures: dict[str, dict[str, Any]] = {}
    for size in sizes:
        column = f"{size} worker" if size == 1 else f"{size} workers"
        by_hand = ByHand(size)
        async with WorkerPool(size, minimum=size, capacity=tasks) as pool:
            try:
                ways = of_bridge(pool) | await by_hand.open()
                for name in ways:
                    figures.setdefault(name, {})[column] = []
                for turn in range(repeat + 1):
                    for name, way in ways.items():
                        timed = await _timed(way, tasks)
                        if turn:
                            figures[name][column].append(timed)
            finally:
                by_hand.close()
    for name, reason in NOT_MEASURED.items():
        figures[name] = dict.fromkeys(figures["bridge, submit"], reason)
    return figures


async def _timed(way: Way, tasks: int) -> float:
    gc.collect()
    start = time.perf_counter()
    found = await way.tiny(tasks)
    seconds = time.perf_counter() - start
    if found != sum(range(tasks + 1)):
        raise AssertionError(f"some results are wrong: {found} is not the sum of all")
    return seconds * 1e6 / tasks
