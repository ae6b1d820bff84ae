"""Workers in this interpreter: the real inside of a pool over ports in memory, ended at will."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bridge.pool.inside import Bench
from bridge.pool.pool import WorkerPool
from bridge.rpc.loopback import LoopbackPort, pair
from bridge.worker import Ending, WorkerEnd

if TYPE_CHECKING:
    from collections.abc import Callable


class MemoryWorker:
    """A worker whose loop is the test's."""

    # It runs where the tests are: nothing has to be packed for it.
    packages = ("tests", "cloudpickle")

    def __init__(self) -> None:
        self.port: LoopbackPort
        self.port, self.far = pair()
        self.bench = Bench(self.far)
        self.ended: asyncio.Future[WorkerEnd] = asyncio.get_running_loop().create_future()

    async def recover(self, patience: float = 0.1, grace: float = 0.5, number: int = 0) -> bool:
        await asyncio.sleep(0 * (patience + grace + number))
        return not self.ended.done()

    def terminate(self, ending: Ending = Ending.TERMINATED, detail: str = "") -> None:
        if self.ended.done():
            return
        if self.bench._busy is not None:
            self.bench._busy.cancel()
        self.bench._inbox.clear()
        self.far.close()
        self.port.close()
        self.ended.set_result(WorkerEnd(ending, detail))


class Crew:
    """Starts such workers, and knows those that it started."""

    def __init__(self, failing: Callable[[int], Exception | None] = lambda _: None) -> None:
        self.workers: list[MemoryWorker] = []
        self.starts = 0
        self.failing = failing

    async def spawn(self, name: str) -> MemoryWorker:
        assert name
        self.starts += 1
        await asyncio.sleep(0)
        error = self.failing(self.starts)
        if error is not None:
            raise error
        self.workers.append(MemoryWorker())
        return self.workers[-1]

    @property
    def alive(self) -> list[MemoryWorker]:
        return [worker for worker in self.workers if not worker.ended.done()]


def memory_pool(crew: Crew | None = None, size: int = 2, **options: Any) -> WorkerPool:
    return WorkerPool(size, spawning=(crew or Crew()).spawn, **options)
