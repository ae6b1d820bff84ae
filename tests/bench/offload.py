"""The suite ``offload``: how long the page's thread is taken by work that runs elsewhere, or not.

While the same computation is done in several ways, its progress bound to a ``<progress>``, two
witnesses watch the thread: the browser's own record of long tasks, which knows those of 50 ms and
more, and a heartbeat of messages that the page sends to itself, whose longest gap is the longest
time in which nothing else could run.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from tests.bench.offload_work import in_slices, step, whole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

UNIT = "ms of the page's thread; a longest task of 0 is one that took less than 50"

STEPS = 200
SECONDS = 2.0
"""What the computation takes in place, about."""

WATCH = """
(() => {
  let longest = 0, gap = 0, last = 0, beating = false;
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  const note = (entries) => {
    for (const each of entries) longest = Math.max(longest, each.duration);
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    // At the pace of a timer: without a pause it would take a processor from what it watches.
    if (beating) setTimeout(() => port2.postMessage(0), 0);
  };
  return {
    start: () => {
      [longest, gap, last, beating] = [0, 0, performance.now(), true];
      observer.observe({ type: "longtask" });
      port2.postMessage(0);
    },
    // A long task is reported after it has ended, in a later task.
    stop: async () => {
      beating = false;
      await new Promise((resolve) => setTimeout(resolve, 100));
      note(observer.takeRecords());
      observer.disconnect();
      return [longest, gap];
    },
  };
})()
"""


class Watched:
    """One run in one way: milliseconds of the longest task, the longest gap, and of the whole."""

    def __init__(self, watch: Any, expected: int) -> None:
        self._watch = watch
        self._expected = expected
        self.figures: dict[str, dict[str, list[float]]] = {}

    async def __call__(self, name: str, work: Callable[[], Awaitable[int]]) -> None:
        """Do it, check its result, and note what the witnesses saw."""
        await asyncio.sleep(0.05)
        self._watch.start()
        await asyncio.sleep(0)
        start = time.perf_counter()
        found = await work()
        seconds = time.perf_counter() - start
        longest, gap = (await self._watch.stop()).to_py()
        if found != self._expected:
            raise AssertionError(f"{name}: {found} instead of {self._expected}")
        row = self.figures.setdefault(name, {})
        for column, value in (("longest task", longest), ("longest gap", gap)):
            row.setdefault(column, []).append(float(value))
        row.setdefault("whole", []).append(seconds * 1e3)


async def measure(repeat: int, seconds: float = SECONDS) -> dict[str, dict[str, list[float]]]:
    """Measure the ways, taking turns.

    Args:
        repeat: How often each.
        seconds: What the computation shall take in place, about.

    Returns:
        By way and column, lists of milliseconds.
    """
    import js  # noqa: PLC0415 - only a page has it
    from pyodide.code import run_js  # noqa: PLC0415

    from bridge.binding import bind_property  # noqa: PLC0415 - brings the page along
    from bridge.offload import CallScope, WorkerExecutor  # noqa: PLC0415
    from bridge.reactivity import Signal  # noqa: PLC0415

    bar = js.document.createElement("progress")
    js.document.body.appendChild(bar)
    progress: Signal[float] = Signal(0.0)
    shown = bind_property(bar, "value", progress)
    size = _size(seconds)
    watched = Watched(run_js(WATCH), whole(STEPS, size))

    async def offloaded(executor: WorkerExecutor) -> int:
        with CallScope("bench", executor=executor) as scope:
            call = scope.offload(whole, STEPS, size)
            stop = call.progress.subscribe(lambda done: progress.set(done or 0.0))
            try:
                return await call
            finally:
                stop()

    async def blocking() -> int:
        return whole(STEPS, size)

    # Once per page: it imports what calls need, boots one interpreter and keeps its memory.
    first = WorkerExecutor()
    await watched("offloaded, first call of the page", lambda: offloaded(first))
    for _ in range(repeat):
        await watched("offloaded", lambda: offloaded(first))
        with WorkerExecutor() as other:
            await watched("offloaded, worker starts", lambda: offloaded(other))
        await watched("in place, in slices", lambda: in_slices(STEPS, size, progress.set))
        await watched("in place, blocking", blocking)
    first.close()
    shown.dispose()
    bar.remove()
    return watched.figures


def _size(seconds: float) -> int:
    """Find the size of a step of which all together take so long."""
    probe = 20_000
    times = []
    for _ in range(5):
        start = time.perf_counter()
        step(1, probe)
        times.append(time.perf_counter() - start)
    return max(1, int(probe * seconds / STEPS / min(times)))
