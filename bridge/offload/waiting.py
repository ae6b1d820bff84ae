"""Waiting without ``await`` (`bridge._waiting`), and sections in which nothing may wait."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, TypeVar

from bridge import _waiting
from bridge._waiting import Run
from bridge.offload.errors import WaitInSectionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

__all__ = ["Run", "require_no_section", "require_wait", "uninterrupted", "wait"]

T = TypeVar("T")

_section: Final[ContextVar[str | None]] = ContextVar("offload_section", default=None)


def wait(awaitable: Awaitable[T]) -> T:
    """Wait for something without ``await``, in the middle of a synchronous function.

    What it gives is what ``await`` would give, the same object; and so is what it raises. Other
    code runs meanwhile. Cancelling the handler or the scope around it cancels what is waited for,
    and raises ``CancelledError`` here.

    Args:
        awaitable: A call, a coroutine, a task, a promise.

    Raises:
        CannotWaitError: Python cannot be suspended here.
        WaitInSectionError: The wait stands in an `uninterrupted` section.
    """
    try:
        require_no_section()
    except WaitInSectionError:
        if asyncio.iscoroutine(awaitable):
            # Nobody will await it, and a warning of that would hide the error.
            awaitable.close()
        raise
    return _waiting.wait(awaitable)


def require_wait() -> None:
    """Make sure that `wait` works at the place of the call.

    Raises:
        CannotWaitError: It does not; the error names the entry into Python and what to do.
        WaitInSectionError: It stands in an `uninterrupted` section.
    """
    require_no_section()
    _waiting.require()


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
