"""Long work as one line: `await offload(fn, *args)`, while the page goes on.

The function runs in a worker, or in a pool of them; the handler that waits for it stays a
sequence of statements. Every call belongs to whoever asked for it: it can be shown, overtaken and
cancelled. Where the runtime can switch stacks, the same is written without ``await``.

Examples:
    .. code-block:: python

        import difflib

        from bridge.offload import Slot, offload

        streets = ["River Lane", "River Walk", "Canal Bridge"]
        assert "River Walk" in await offload(difflib.get_close_matches, "River Wal", streets)

        # The latest wins: what was asked before it is cancelled.
        search = Slot("search")
        first = search.offload(difflib.get_close_matches, "Riv", streets)
        found = await search.offload(difflib.get_close_matches, "River Lan", streets)
        assert first.cancelled() and search.value.peek() == found
"""

from bridge.offload.api import Offloaded, offload, offload_sync, offloaded
from bridge.offload.calls import Call
from bridge.offload.errors import (
    CannotWaitError,
    NotOffloadableError,
    TooLateError,
    WaitInSectionError,
)
from bridge.offload.executors import Executor, ThreadExecutor, report_progress, use
from bridge.offload.handlers import EventHandler, HeardEvent, handler, listen
from bridge.offload.on_pool import PoolExecutor
from bridge.offload.one_worker import WorkerExecutor
from bridge.offload.scopes import CallScope, current_scope
from bridge.offload.slots import Slot
from bridge.offload.waiting import uninterrupted, wait

__all__ = [
    "Call",
    "CallScope",
    "CannotWaitError",
    "EventHandler",
    "Executor",
    "HeardEvent",
    "NotOffloadableError",
    "Offloaded",
    "PoolExecutor",
    "Slot",
    "ThreadExecutor",
    "TooLateError",
    "WaitInSectionError",
    "WorkerExecutor",
    "current_scope",
    "handler",
    "listen",
    "offload",
    "offload_sync",
    "offloaded",
    "report_progress",
    "uninterrupted",
    "use",
    "wait",
]
