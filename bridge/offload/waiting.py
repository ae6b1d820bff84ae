"""Waiting in the middle of a synchronous function, where stacks can be switched.

Whether that is possible is a property of the moment: it depends on the line, on the browser, and on
the function through which JavaScript entered Python. So it is asked at the moment of the wait, and
before any work has started.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from bridge._browser import ffi
from bridge.environment import pyodide_line
from bridge.offload.errors import CannotWaitError, WaitInSectionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator
    from types import FrameType

__all__ = ["Run", "require_no_section", "require_wait", "uninterrupted", "wait"]

T = TypeVar("T")

_AWAIT: Final = "Use `await`, which works on every line."
_NOT_THE_APPLICATION: Final = ("bridge.", "asyncio", "_pyodide", "pyodide")
_section: ContextVar[str | None] = ContextVar("offload_section", default=None)


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

    Other code runs meanwhile. Cancelling the handler or the scope around it cancels what is waited
    for, and raises ``CancelledError`` here.

    Args:
        awaitable: A call, a coroutine, a task, a promise.

    Raises:
        CannotWaitError: Python cannot be suspended here.
        WaitInSectionError: The wait stands in an `uninterrupted` section.
    """
    try:
        require_wait()
    except BaseException:
        # A coroutine that nobody will await says so in a warning that hides the error.
        close = getattr(awaitable, "close", None)
        if close is not None and not isinstance(awaitable, asyncio.Future):
            close()
        raise
    from pyodide.ffi import run_sync  # noqa: PLC0415 - the host, on use only

    future = asyncio.ensure_future(awaitable)
    run = asyncio.current_task()
    if not isinstance(run, Run):
        return cast("T", run_sync(future))
    run.waiting = future
    try:
        return cast("T", run_sync(future))
    finally:
        run.waiting = None


def require_wait() -> None:
    """Make sure that `wait` works at the place of the call.

    Raises:
        CannotWaitError: It does not; the error names the entry into Python and what to do.
        WaitInSectionError: It stands in an `uninterrupted` section.
    """
    require_no_section()
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


@contextmanager
def uninterrupted(name: str) -> Iterator[None]:
    """Mark a section that other code must not interrupt: waiting inside is an error.

    Nothing in the text of a function that waits without ``await`` shows where it is suspended. This
    shows it when it happens. Only waits of `bridge.offload` are noticed.

    Args:
        name: Stands in the error.

    Raises:
        WaitInSectionError: At the line that waits.

    Examples:
        >>> with uninterrupted("transfer"):  # doctest: +ELLIPSIS
        ...     require_wait()
        Traceback (most recent call last):
        bridge.offload.errors.WaitInSectionError: a wait inside the section 'transfer', ...
    """
    token = _section.set(name)
    try:
        yield
    finally:
        _section.reset(token)


def require_no_section() -> None:
    """Make sure that no section around the place of the call forbids to wait.

    Raises:
        WaitInSectionError: One does.
    """
    section = _section.get()
    if section is not None:
        raise WaitInSectionError(section)
