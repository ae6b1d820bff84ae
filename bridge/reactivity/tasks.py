# ruff: noqa: SLF001 - the modules of the engine are friends
"""Effects that await.

An ``async def`` function suspends, and other code runs meanwhile: whoever records reads must not
stay in place across an ``await``. So the coroutine is driven step by step, and the effect is put
in place for each step and taken away after it. Thus all that the coroutine itself reads is
tracked, before the first ``await`` and after it; what it hands to other tasks is not.
"""

from __future__ import annotations

import asyncio
from types import coroutine
from typing import TYPE_CHECKING, Any

from bridge.reactivity.effects import Effect
from bridge.reactivity.errors import NoEventLoopError
from bridge.reactivity.reactions import begin_batch, end_batch
from bridge.reactivity.state import now

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

__all__ = ["AsyncEffect", "running_loop"]


def running_loop(what: str) -> asyncio.AbstractEventLoop:
    """Return the running event loop, or say that `what` needs one.

    Raises:
        NoEventLoopError: None runs.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise NoEventLoopError(what) from None


class AsyncEffect(Effect):
    """An effect whose function is ``async def``. Made by `effect`.

    It starts with the next turn of the event loop. If something that it has read so far changes,
    before its end or after, it is cancelled, cleaned up and started again; the new run begins
    when the cancelled one has ended, so that its ``finally`` blocks come first. Between two
    ``await`` its writes are a batch. ``on_cleanup`` and ownership work as in any effect.

    An error goes to the event loop's exception handler, since no caller waits for it; the effect
    stays alive.

    Raises:
        NoEventLoopError: No event loop runs.
    """

    __slots__ = ("_coroutine_of", "_runs", "_task")

    def __init__(
        self, fn: Callable[[], Coroutine[Any, Any, object]], *, name: str | None = None
    ) -> None:
        self._coroutine_of = fn
        self._runs = 0
        self._task: asyncio.Task[None] | None = None
        super().__init__(self._launch, name=name or fn.__qualname__)

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task of the latest run, to wait for; None before the first."""
        return self._task

    def _launch(self) -> None:
        loop = running_loop(self._label())
        self._runs += 1
        previous = self._task
        if previous is not None:
            previous.cancel()
        self._task = loop.create_task(self._perform(self._runs, previous), name=self._label())

    async def _perform(self, run: int, previous: asyncio.Task[None] | None) -> None:
        try:
            if previous is not None and not previous.done():
                await asyncio.wait([previous])
            if run == self._runs:
                await self._drive(self._coroutine_of(), run)
        except asyncio.CancelledError:
            if run == self._runs:
                raise
        except Exception as error:  # noqa: BLE001 - nobody waits for it; the loop reports it
            self._report(error)

    @coroutine
    def _drive(self, routine: Coroutine[Any, Any, object], run: int) -> Generator[Any, Any, None]:
        resume: Callable[[Any], Any] = routine.send
        argument: object = None
        while True:
            try:
                awaited = self._step(run, resume, argument)
            except StopIteration as stop:
                if run == self._runs:
                    self._keep(stop.value)
                return
            try:
                argument = yield awaited
                resume = routine.send
            except GeneratorExit:
                routine.close()
                raise
            except BaseException as error:  # noqa: BLE001 - it is thrown into the coroutine
                resume, argument = routine.throw, error

    def _step(self, run: int, resume: Callable[[Any], Any], argument: object) -> Any:
        """Go on to the next await; tracked, unless the run has been superseded."""
        if run != self._runs:
            return resume(argument)
        state = now
        caller, outer = state.active, state.observer
        self._caller = caller
        self._depth = caller._depth + 1
        self._floor = caller._floor
        start = state.clock
        state.active = state.observer = self
        begin_batch()
        try:
            return resume(argument)
        finally:
            state.active, state.observer = caller, outer
            self._caller = None
            self._at = start if self._stale else state.clock
            try:
                end_batch()
            except Exception as error:  # noqa: BLE001 - not the fault of this coroutine
                self._report(error)

    def _report(self, error: Exception) -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"{self._label()} failed", "exception": error, "task": self._task}
        )

    def _end(self) -> None:
        super()._end()
        self._coroutine_of = _nothing
        self._runs += 1
        if self._task is not None:
            self._task.cancel()


async def _nothing() -> None:
    """Stand in for the function of what has ended."""
