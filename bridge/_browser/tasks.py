"""The tasks of ``async`` event handlers: kept until they end, and their errors reported."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable

__all__ = ["follow"]

# The loop holds tasks only weakly, and a handler may end whatever else could hold its own.
_running: Final[set[asyncio.Future[object]]] = set()


def follow(result: Awaitable[object]) -> asyncio.Future[object]:
    """Run what a handler returned; an error goes to the event loop's exception handler.

    Returns:
        The task, for those who want to know when it ends.
    """
    task = asyncio.ensure_future(result)
    _running.add(task)
    task.add_done_callback(_finish)
    return task


def _finish(task: asyncio.Future[object]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        task.get_loop().call_exception_handler(
            {"message": "an event handler failed", "exception": error, "future": task}
        )
