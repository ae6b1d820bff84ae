"""A submitted task, as its author holds it: a future."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextvars import Context

    from bridge.pool.callbacks import Callbacks
    from bridge.pool.functions import Function

    Told = Callable[["PoolTask[Any]"], object]

__all__ = ["Options", "PoolTask"]

T = TypeVar("T")


class Options(NamedTuple):
    """How tasks are submitted; times are in seconds.

    Attributes:
        priority: Larger ones go first.
        idempotent: Whether the task may be run again when a worker dies that had it: repeating it,
            even half done, does no harm.
        timeout: How long it may take from its acceptance, waiting included.
        limit: How long it may run.
        on_progress: Called with what the function passes to `bridge.rpc.report_progress`.
    """

    priority: int = 0
    idempotent: bool = False
    timeout: float | None = None
    limit: float | None = None
    on_progress: Callable[[Any], object] | None = None


class PoolTask(asyncio.Future[T]):
    """A task that a pool has accepted: await it for its result, or cancel it.

    Cancelling settles it at once; a worker that is running it is told, and gets the pool's grace
    period to leave it before it is interrupted and at last ended.

    Attributes:
        number: Its number in the pool.
        function: Its function's entry.
        mode: How the function is called.
        body: What it is called with.
        buffers: What belongs to ``body``.
        by_value: Whether reading ``body`` needs cloudpickle.
        options: How it was submitted.
        seconds: How long a worker worked on it, once it has returned.
    """

    seconds: float = 0.0

    def __init__(  # noqa: PLR0917 - made for every task: by position, that costs least
        self,
        number: int,
        function: Function,
        mode: int,
        packed: tuple[bytes, Sequence[object], bool],
        options: Options,
        leave: Callable[[int], None],
        callbacks: Callbacks,
    ) -> None:
        super().__init__()
        self.number = number
        self.function = function
        self.mode = mode
        self.body, self.buffers, self.by_value = packed
        self.options = options
        self._leave = leave
        self._soon = callbacks.soon
        self._listeners: list[tuple[Told, Context]] = []

    def cancel(self, msg: Any = None) -> bool:
        """Withdraw the task; whatever comes of it is dropped.

        Returns:
            Whether it had no outcome yet.
        """
        cancelled = self.drop(msg)
        if cancelled:
            self._leave(self.number)
        return cancelled

    def drop(self, msg: Any = None) -> bool:
        """Settle it as cancelled, without telling the pool, which has decided that."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._tell()
        return cancelled

    def set_result(self, result: T, /) -> None:
        """Settle it; the pool's business."""
        super().set_result(result)
        self._tell()

    def set_exception(self, exception: type | BaseException, /) -> None:
        """Settle it; the pool's business."""
        if isinstance(exception, StopIteration):
            # It would end the coroutine that waits, as if it had returned (PEP 479).
            told = RuntimeError(f"{self.function.name} raised StopIteration")
            told.__cause__ = exception
            exception = told
        super().set_exception(exception)
        self._tell()

    # Its listeners are told by the pool: a future would take a turn of the loop for each.

    def add_done_callback(self, fn: Told, /, *, context: Context | None = None) -> None:
        """Call a function with this task, soon after it is settled."""
        context = copy_context() if context is None else context
        if self.done():
            self._soon(fn, self, context)
        else:
            self._listeners.append((fn, context))

    def remove_done_callback(self, fn: Told, /) -> int:
        """Take a function back; return how often it was there."""
        before = len(self._listeners)
        self._listeners = [each for each in self._listeners if each[0] != fn]
        return before - len(self._listeners)

    def _tell(self) -> None:
        listeners, self._listeners = self._listeners, []
        for fn, context in listeners:
            self._soon(fn, self, context)

    def release(self) -> None:
        """Let go of what the task was called with."""
        self.body, self.buffers = b"", ()

    def __repr__(self) -> str:
        state = "cancelled" if self.cancelled() else "settled" if self.done() else "unsettled"
        return f"<task {self.number} of {self.function.name}, {state}>"
