"""Reading what the other end produces item by item, from a call that may still be in flight.

None of this is an asynchronous generator: one that is abandoned needs the event loop to close it,
and the loop of Pyodide does not. Here Python's counting ends what nobody reads any more, and the
reference that goes with it tells the other end.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from types import TracebackType

__all__ = ["Items", "Stream", "gave_up"]


class Items:
    """What a reader of remote items can do besides giving the next one."""

    __slots__ = ()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        """End the generator on the other side; its ``finally`` has run when this returns."""
        raise NotImplementedError

    async def asend(self, value: object) -> Any:
        """Return the next item.

        Raises:
            TypeError: The value is not ``None``: items cross in one direction only.
        """
        if value is not None:
            raise TypeError(
                f"expected asend(None), found a value of type {type(value).__qualname__}: a remote "
                "generator takes no values. Call a method of a remote object instead."
            )
        return await self.__anext__()

    async def athrow(
        self,
        kind: type[BaseException] | BaseException,
        value: object = None,
        trace: TracebackType | None = None,
    ) -> NoReturn:
        """Close the generator on the other side, and raise an exception here.

        It is not raised inside of the generator, which therefore cannot catch it.
        """
        await self.aclose()
        if isinstance(kind, BaseException):
            error = kind
        elif isinstance(value, BaseException):
            error = value
        else:
            error = kind() if value is None else kind(value)
        raise error if trace is None else error.with_traceback(trace)


class Stream(Items):
    """Reads what a call returns.

    Args:
        call: The call, if it has been made.
        start: Makes it otherwise, when the first item is asked for.
        read: Makes an iterator of what the call returned.
    """

    __slots__ = ("__weakref__", "_call", "_ended", "_items", "_read", "_start")

    def __init__(
        self,
        call: Awaitable[Any] | None = None,
        start: Callable[[], Awaitable[Any]] | None = None,
        read: Callable[[Any], AsyncIterator[Any]] = aiter,
    ) -> None:
        self._call = call
        self._start = start
        self._read = read
        self._items: AsyncIterator[Any] | None = None
        self._ended = False

    async def __anext__(self) -> Any:
        if self._ended:
            raise StopAsyncIteration
        try:
            if self._items is None:
                if self._call is None and self._start is not None:
                    self._call = self._start()
                self._items = self._read(await self._call)  # type: ignore[misc]
            return await anext(self._items)
        except BaseException as error:
            closed, self._ended = self._ended, True
            if gave_up(self._call, error) and closed:
                raise StopAsyncIteration from None
            raise

    async def aclose(self) -> None:
        """End the generator on the other side; its ``finally`` has run when this returns.

        A call that has not been answered is cancelled. A second call does nothing.
        """
        if self._ended:
            return
        self._ended = True
        items: Any = self._items
        call = self._call
        if items is None and call is not None:
            if inspect.iscoroutine(call):
                call.close()
                return
            if isinstance(call, asyncio.Future) and not call.done():
                call.cancel()
                return
            items = await call
        closing = getattr(type(items), "aclose", None)
        if closing is not None:
            await closing(items)


def gave_up(call: object, error: BaseException) -> bool:
    """Tell whether a wait ended because somebody else closed what was waited for."""
    task = asyncio.current_task()
    return (
        isinstance(error, asyncio.CancelledError)
        and isinstance(call, asyncio.Future)
        and call.cancelled()
        and not (task is not None and task.cancelling())
    )
