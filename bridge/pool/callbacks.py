"""Who waits for tasks is told of many of them in one turn of the event loop.

Futures tell each of their listeners in a turn of its own. In a browser such a turn is a task of the
page's own loop, and costs about as much as all the rest that the pool does for a short task.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextvars import Context

__all__ = ["Callbacks"]

_TURN: Final = 0.005
"""Seconds after which the rest is left to another turn, so that the page stays responsive."""


class Callbacks:
    """Calls in order, as soon as possible, several in one turn.

    Args:
        loop: Whose turns these are.
    """

    __slots__ = ("_due", "_loop", "_scheduled")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: deque[tuple[Callable[..., object], object, Context]] = deque()
        self._scheduled = False

    def soon(self, callback: Callable[..., object], argument: object, context: Context) -> None:
        """Call a function in another turn; what it raises is reported to the loop."""
        self._due.append((callback, argument, context))
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._run)

    def _run(self) -> None:
        self._scheduled = False
        due = self._due
        most = len(due)
        if most > 1:
            # Where stacks can be switched, one of them may wait in the middle of this turn, and
            # those behind it shall not. If none does, this finds nothing left.
            self._schedule()
        start = time.perf_counter()
        while most and due:
            most -= 1
            self._call(*due.popleft())
            if time.perf_counter() - start > _TURN:
                break
        if due:
            self._schedule()

    def _call(self, callback: Callable[..., object], argument: object, context: Context) -> None:
        try:
            context.run(callback, argument)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as the loop does it
            message = f"a callback of {argument!r} failed: {callback!r}"
            self._loop.call_exception_handler({"message": message, "exception": error})
