"""Many independent calls on a bounded number of warm workers, each accounted for exactly once.

Examples:
    .. code-block:: python

        from bridge.pool import WorkerPool

        async with WorkerPool(packages=["numpy"]) as pool:
            print(await pool.run(simulate, 42))
            async for row in pool.map(parse, files, ordered=False):
                show(row)
"""

from bridge.pool.errors import (
    CloudpickleNeededError,
    FunctionError,
    NoWorkerError,
    PoolClosedError,
    PoolError,
    PoolFullError,
    TaskExpiredError,
    TaskInterruptedError,
    TaskLostError,
)
from bridge.pool.pool import WorkerPool
from bridge.pool.states import Outcome, SlotState
from bridge.pool.stats import Event, EventKind, Stats, WorkerView
from bridge.pool.submitting import Submitter
from bridge.pool.task import Options, PoolTask

__all__ = [
    "CloudpickleNeededError",
    "Event",
    "EventKind",
    "FunctionError",
    "NoWorkerError",
    "Options",
    "Outcome",
    "PoolClosedError",
    "PoolError",
    "PoolFullError",
    "PoolTask",
    "SlotState",
    "Stats",
    "Submitter",
    "TaskExpiredError",
    "TaskInterruptedError",
    "TaskLostError",
    "WorkerPool",
    "WorkerView",
]
