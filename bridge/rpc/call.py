"""A call in flight: one future, which ends exactly once.

It is a future, so that many calls are in flight without a task for each, and it passes for a
coroutine, because that is what the signature of a remote method promises: `asyncio.create_task`
takes it as it takes any other.

Who awaits it is continued in the turn in which the answer arrives, where that is possible: on
Pyodide, another turn of the event loop costs about as much as the message did.
"""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bridge.rpc.streams import Stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextvars import Context
    from types import TracebackType

    from bridge.rpc.remote import Options

__all__ = ["Call"]

T = TypeVar("T")


class Caller(Protocol):
    """What a call needs of the end that makes it."""

    loop: asyncio.AbstractEventLoop
    continuing: Callable[[], bool]

    def abandon(self, call: Call[Any]) -> None:
        """Tell the other end that nobody waits any more."""


class Call(asyncio.Future[T]):
    """A request whose answer has not come; awaiting it gives the value.

    `asyncio.wait` refuses coroutines, and so a call: it takes ``asyncio.create_task(call)``.

    Attributes:
        number: Its number between the two ends.
        options: How it was made.
    """

    def __init__(
        self,
        number: int,
        name: str,
        options: Options,
        home: Caller,
    ) -> None:
        super().__init__(loop=home.loop)
        self.number = number
        self._name = name
        self.options = options
        self.timer: asyncio.TimerHandle | None = None
        self._home = home
        self._listeners: list[tuple[Callable[[Any], object], Context]] = []
        self._started: Any = None
        self._read_by: weakref.ref[Stream] | None = None

    @property
    def what(self) -> str:
        """Its name in errors."""
        return f"the call of {self._name!r}" if self._name else "the call"

    def settle(self, value: T) -> None:
        """End with a value."""
        if not self.done():
            super().set_result(value)
            self._tell()

    def fail(self, error: BaseException) -> None:
        """End with an error."""
        if not self.done():
            if isinstance(error, StopIteration):
                # It would end the coroutine that waits, as if it had returned (PEP 479).
                told = RuntimeError(f"{self.what} raised StopIteration")
                told.__cause__ = error
                error = told
            super().set_exception(error)
            self._tell()

    def drop(self) -> None:
        """End as cancelled by the other side."""
        if not self.done():
            super().cancel("the other side cancelled the call")
            self._tell()

    def set_result(self, result: T, /) -> None:
        """End with a value; for who passes the call on as a future."""
        super().set_result(result)
        self._tell()

    def set_exception(self, exception: type | BaseException, /) -> None:
        """End with an error; for who passes the call on as a future."""
        super().set_exception(exception)
        self._tell()

    def cancel(self, msg: Any = None) -> bool:
        """Stop waiting, and tell the other side; whatever it answers is dropped."""
        if not super().cancel(msg):
            return False
        self._home.abandon(self)
        # Cancelling runs in the canceller's own step: who waits is continued in the next turn.
        self._tell(at_once=False)
        return True

    def add_done_callback(
        self, fn: Callable[[Any], object], /, *, context: Context | None = None
    ) -> None:
        """Call a function when the call has ended, as a future does."""
        if self.done():
            super().add_done_callback(fn, context=context)
        else:
            self._listeners.append((fn, context or contextvars.copy_context()))

    def remove_done_callback(self, fn: Callable[[Any], object], /) -> int:
        """Forget a function; return how often it was there."""
        kept = [listener for listener in self._listeners if listener[0] != fn]
        removed = len(self._listeners) - len(kept)
        self._listeners = kept
        return removed + super().remove_done_callback(fn)

    def _tell(self, *, at_once: bool = True) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        listeners, self._listeners = self._listeners, []
        if not listeners:
            return
        loop = self.get_loop()
        # A task cannot be continued inside the step of another one.
        now = at_once and asyncio.current_task(loop) is None and self._home.continuing()
        for fn, context in listeners:
            if now:
                try:
                    context.run(fn, self)
                except Exception as error:  # noqa: BLE001 - as an event loop does it
                    loop.call_exception_handler(
                        {"message": f"a callback of {self.what} failed", "exception": error}
                    )
            else:
                loop.call_soon(fn, self, context=context)

    # What makes it a coroutine for whoever asks.

    def send(self, value: object) -> object:
        """Run up to the next wait; the event loop's business."""
        if self._started is None:
            self._started = self.__await__()
        return self._started.send(value)

    def throw(
        self,
        kind: type[BaseException] | BaseException,
        value: object = None,
        trace: TracebackType | None = None,
    ) -> object:
        """Raise inside of it; the event loop's business."""
        if self._started is None:
            self._started = self.__await__()
        if value is None and trace is None:
            return self._started.throw(kind)
        return self._started.throw(kind, value, trace)

    def close(self) -> None:
        """End it without waiting."""
        if not self.done():
            self.cancel()

    # A remote generator or context manager is used without `await` before it.

    def __aiter__(self) -> AsyncIterator[Any]:
        found = self._read_by() if self._read_by is not None else None
        if found is None:
            found = Stream(self)
            # It holds this call, so that the collector would be needed if this held it, too.
            self._read_by = weakref.ref(found)
        return found

    async def aclose(self) -> None:
        """End the generator that it returns; one whose call is in flight is not begun.

        So that ``contextlib.aclosing(remote.generator())`` works, as with a local one.
        """
        found = self._read_by() if self._read_by is not None else None
        await (found or Stream(self)).aclose()

    async def __aenter__(self) -> Any:
        manager: Any = await self
        self._manager = manager
        return await manager.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return bool(await self._manager.__aexit__(kind, error, trace))
