"""Where work is done: what offloading needs of it, and which is used if nobody says."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from bridge._browser import ffi
from bridge.offload.naming import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Executor", "ThreadExecutor", "default_executor", "report_progress", "use"]

_local: ContextVar[Callable[[object], None] | None] = ContextVar("offload_progress", default=None)
_default: list[Executor] = []


@runtime_checkable
class Executor(Protocol):
    """Does work somewhere else: on a worker, on a pool, in a thread."""

    def execute(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        /,
    ) -> asyncio.Future[Any]:
        """Start ``fn(*args, **kwargs)``; cancelling the future ends the work.

        Raises:
            NotOffloadableError: The function cannot be found there.
        """


class ThreadExecutor:
    """Does work in threads of this process, where an application is tested outside the browser.

    A thread cannot be ended: work that was cancelled runs on, and its result is dropped. In Pyodide
    there are no threads.
    """

    def execute(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        /,
    ) -> asyncio.Future[Any]:
        """Start ``fn(*args, **kwargs)`` in a thread; a coroutine runs in a loop of its own."""
        loop = asyncio.get_running_loop()

        def report(value: object) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, value)

        def work() -> Any:
            _local.set(report)
            result = plain(fn)(*args, **kwargs)
            return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

        return loop.run_in_executor(None, contextvars.Context().run, work)


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


def report_progress(value: object) -> None:
    """Tell whoever offloaded the present call how far it is; elsewhere it does nothing.

    Args:
        value: Anything that can be sent, such as a fraction, or a tuple of done and total.
    """
    report = _local.get()
    if report is not None:
        report(value)
        return
    from bridge.rpc import report_progress as report_remotely  # noqa: PLC0415 - in workers only

    report_remotely(value)


def use(executor: Executor) -> Executor:
    """Offload to this from now on, wherever a scope names nothing else.

    Args:
        executor: A `WorkerExecutor`, a `PoolExecutor`, or anything with their ``execute``.

    Returns:
        The same executor.

    Raises:
        TypeError: It cannot take work.
    """
    _default[:] = [checked(executor)]
    return executor


def checked(executor: object) -> Executor:
    """Return what was given, if it can take work.

    Raises:
        TypeError: It cannot.
    """
    if not isinstance(executor, Executor):
        raise TypeError(
            f"expected an executor, found {type(executor).__qualname__}: wrap a worker as "
            "WorkerExecutor(), a pool as PoolExecutor(pool)"
        )
    return executor


def default_executor() -> Executor:
    """Return what `use` was given; otherwise one worker, which starts with the first call.

    Outside the browser it is a `ThreadExecutor`.
    """
    if not _default:
        if ffi.is_pyodide():
            from bridge.offload.one_worker import WorkerExecutor  # noqa: PLC0415 - brings workers

            _default.append(cast("Executor", WorkerExecutor()))
        else:
            _default.append(ThreadExecutor())
    return _default[0]
