"""Waiting in the middle of a synchronous function, where stacks can be switched.

Whether that is possible is a property of the moment: it depends on the line, on the browser, and on
the function through which JavaScript entered Python. So it is asked at the moment of the wait, and
before any work has started.

While it waits, the page goes on, so other code can run in the middle of the statement.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from bridge._browser import ffi
from bridge.environment import pyodide_line
from bridge.errors import CannotWaitError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from types import FrameType

__all__ = ["Run", "require", "wait"]

T = TypeVar("T")

_AWAIT: Final = "Use `await`, which works on every line."
_NOT_THE_APPLICATION: Final = ("bridge.", "asyncio", "_pyodide", "pyodide")


class Run(asyncio.Task[Any]):
    """A task that can be cancelled also while it waits without ``await``.

    A plain task cannot: its statement is suspended outside of the event loop's knowledge, goes on
    to the end of its wait, and then continues as if nothing had happened.

    Attributes:
        waiting: What it waits for without ``await``; None while it does not.
    """

    waiting: asyncio.Future[Any] | None = None

    def cancel(self, msg: Any = None) -> bool:
        """Cancel; what is waited for is cancelled, and so raises at the line that waits."""
        if self.waiting is not None and not self.waiting.done():
            return self.waiting.cancel(msg)
        return super().cancel(msg)


def wait(awaitable: Awaitable[T]) -> T:
    """Wait for something without ``await``, in the middle of a synchronous function.

    What it gives is what ``await`` would give, the same object; and so is what it raises.

    Args:
        awaitable: A call, a coroutine, a task, a promise.

    Raises:
        CannotWaitError: Python cannot be suspended here; nothing was started.
    """
    try:
        require()
    except BaseException:
        # A coroutine that nobody will await says so in a warning that hides the error.
        close = getattr(awaitable, "close", None)
        if close is not None and asyncio.iscoroutine(awaitable):
            close()
        raise
    from pyodide.ffi import run_sync  # noqa: PLC0415 - the host, on use only

    loop = asyncio.get_running_loop()
    # Not `create_task`: Pyodide 0.27 reports every task made by it that is cancelled.
    waiting = asyncio.Task(_outcome(awaitable), loop=loop)
    # The value stays in Python: on its way through a promise it would be converted, and whatever
    # has a `then` would be taken for another promise. Only the news crosses.
    over: asyncio.Future[None] = loop.create_future()
    waiting.add_done_callback(lambda _: over.set_result(None))
    run = asyncio.current_task()
    outer = run.waiting if isinstance(run, Run) else None
    if isinstance(run, Run):
        run.waiting = waiting
    try:
        run_sync(over)
    finally:
        if isinstance(run, Run):
            run.waiting = outer
    value, error = waiting.result()
    if error is not None:
        raise error
    return cast("T", value)


async def _outcome(awaitable: Awaitable[T]) -> tuple[T | None, BaseException | None]:
    try:
        return await awaitable, None
    except asyncio.CancelledError:
        raise
    # Raised where it is waited for; as the ending of a task, some would end the event loop.
    except BaseException as error:  # noqa: BLE001 - see above
        return None, error


def require() -> None:
    """Make sure that `wait` works at the place of the call.

    Raises:
        CannotWaitError: It does not; the error names the entry into Python and what to do.
    """
    if ffi.stack_switching():
        return
    if not ffi.is_pyodide():
        raise CannotWaitError("this Python does not run inside a browser", (_AWAIT,))
    if pyodide_line() == "0.26":
        raise CannotWaitError(
            "Pyodide 0.26 cannot switch stacks", (_AWAIT, "Or run a later Pyodide.")
        )
    web_assembly = ffi.get(ffi.js_globals(), "WebAssembly")
    if ffi.get(web_assembly, "Suspending") is None:
        raise CannotWaitError("this browser cannot switch stacks", (_AWAIT,))
    entry = _entry()
    raise CannotWaitError(
        f"the browser called Python through {entry}, as a plain function whose value it needs at "
        "once",
        (
            "Register event handlers with bridge.offload's listen or handler.",
            "Or make that function `async def` and use `await` in it.",
        ),
        entry,
    )


def _entry() -> str:
    # The outermost function of the application; what the library has around it says little.
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the way to what is running
    found = outermost = frame
    while frame is not None:
        outermost = frame
        if not str(frame.f_globals.get("__name__", "")).startswith(_NOT_THE_APPLICATION):
            found = frame
        frame = frame.f_back
    entered = found or outermost
    if entered is None:
        return ""
    code = entered.f_code
    return f"{code.co_qualname} ({code.co_filename}:{code.co_firstlineno})"
