"""The suite ``pool_cpu``: computations on one and on two workers; in the page, in milliseconds."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any, Final

from bridge.pool import WorkerPool
from tests.bench.pool_ends import work
from tests.bench.pool_ways import ByHand, Way, of_bridge

UNIT: Final = "ms for 16 tasks; the speed-up is a ratio"
TASKS: Final = 16
SECONDS: Final = 0.1


async def measure(
    repeat: int, tasks: int = TASKS, seconds: float = SECONDS
) -> dict[str, dict[str, Any]]:
    """Measure the ways, each on one worker and on two in turn.

    Args:
        repeat: How often each is timed.
        tasks: How many tasks make one timing.
        seconds: How long a task takes, about.

    Returns:
        By way: milliseconds on one worker and on two, and how many times as fast two are, from the
        best of both.
    """
    by_hand = [ByHand(1), ByHand(2)]
    figures: dict[str, dict[str, Any]] = {}
    async with WorkerPool(1, minimum=1) as one, WorkerPool(2, minimum=2) as two:
        try:
            rounds = await _rounds(one, seconds)
            expected = tasks * work(rounds)
            ways = [
                of_bridge(pool) | await each.open()
                for pool, each in zip((one, two), by_hand, strict=True)
            ]
            for name in ways[0]:
                if name in {"bridge, map in chunks", "port, one message"}:
                    continue  # the same as without chunks: a task is long enough
                times: tuple[list[float], list[float]] = ([], [])
                for _ in range(repeat):
                    for way, found in zip(ways, times, strict=True):
                        found.append(await _timed(way[name], tasks, rounds, expected))
                figures[name] = {
                    "1 worker": times[0],
                    "2 workers": times[1],
                    "speed-up": [min(times[0]) / min(times[1])],
                }
        finally:
            for each in by_hand:
                each.close()
    return figures


async def _rounds(pool: WorkerPool, seconds: float) -> int:
    """Find how long a loop has to be, in a worker that has nothing else to do."""
    probe = 100_000
    tasks = [await pool.submit(work, probe) for _ in range(10)]
    await asyncio.wait(tasks)
    return max(1000, int(probe * seconds / min(task.seconds for task in tasks)))


async def _timed(way: Way, tasks: int, rounds: int, expected: int) -> float:
    gc.collect()
    start = time.perf_counter()
    found = await way.work(tasks, rounds)
    passed = time.perf_counter() - start
    if found != expected:
        raise AssertionError(f"some results are wrong: {found} instead of {expected}")
    return passed * 1e3
