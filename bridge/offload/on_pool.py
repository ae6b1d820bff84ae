"""Offloading to a pool of workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import bridge.pool

__all__ = ["PoolExecutor"]


class PoolExecutor:
    """Does work in a pool's workers, several calls at a time.

    Calls that the pool has no place for wait until it has.

    Args:
        pool: An open `bridge.pool.WorkerPool`; its owner closes it.
        priority: Of these calls among all that the pool is given; larger ones go first.
    """

    def __init__(self, pool: bridge.pool.WorkerPool, *, priority: int = 0) -> None:
        self._pool = pool
        self._priority = priority

    def execute(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        /,
    ) -> asyncio.Future[Any]:
        """Let a worker of the pool call ``fn(*args, **kwargs)``.

        What cannot be sent, and that the pool is closed, is the ending of the future.
        """
        work = self._perform(fn, args, kwargs, on_progress)
        # Not `create_task`: Pyodide 0.27 reports every task made by it that is cancelled.
        return asyncio.Task(work, loop=asyncio.get_running_loop())

    async def _perform(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
    ) -> Any:
        submitter = self._pool.options(
            priority=self._priority,
            # The pool repeats by itself what it may.
            idempotent=getattr(fn, "attempts", 1) > 1,
            on_progress=on_progress,
        )
        return await (await submitter.submit(fn, *args, **kwargs))
