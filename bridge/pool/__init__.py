"""Many independent calls on a bounded number of warm workers, each accounted for exactly once.

Examples:
    .. code-block:: python

        import math

        from bridge.pool import WorkerPool

        async with WorkerPool(2) as pool:
            assert await pool.run(math.factorial, 20) == 2432902008176640000
            roots = [root async for root in pool.map(math.isqrt, range(100), ordered=False)]
            assert sorted(roots)[-1] == 9
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
