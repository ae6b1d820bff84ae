"""Results as they come: a function over what iterables yield, drawn no further than results are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from bridge.pool.packing import rebuilt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from bridge.pool.task import PoolTask

__all__ = ["ChunkSize", "mapping"]

_TARGET: Final = 0.02
"""Seconds that a chunk should take: far more than its message, and hardly felt."""
_GROWTH: Final = 8
_LARGEST: Final = 4096
_MEMORY: Final = 0.3
_END: Final = object()

Items = list[tuple[Any, ...]]


class ChunkSize:
    """How many items travel together.

    Examples:
        >>> size = ChunkSize("auto")
        >>> size.next()
        1
        >>> size.learn(1, 0.0001)
        >>> size.next()
        8
        >>> size.learn(8, 0.08)
        >>> size.next()
        6
    """

    def __init__(self, size: int | Literal["auto"]) -> None:
        self._fixed = None if size == "auto" else size
        self._size = 1 if size == "auto" else size
        self._each: float | None = None

    def next(self) -> int:
        """Return the size of the next chunk."""
        return self._size

    def learn(self, items: int, seconds: float) -> None:
        """Take note of how long a chunk took."""
        if self._fixed is not None or not items:
            return
        each = seconds / items
        known = self._each
        # A large chunk tells more than a small one, whose first call may have been slow.
        share = max(_MEMORY, items / (items + self._size))
        self._each = each if known is None else known + share * (each - known)
        wanted = int(_TARGET / self._each) if self._each else _LARGEST
        self._size = max(1, min(wanted, self._size * _GROWTH, _LARGEST))


async def mapping(
    submit: Callable[[Items], Awaitable[PoolTask[Any]]],
    iterables: Sequence[Iterable[Any] | AsyncIterable[Any]],
    *,
    ordered: bool,
    chunksize: int | Literal["auto"],
    ahead: int,
    raising: bool,
) -> AsyncIterator[Any]:
    """Yield what tasks return; see `bridge.pool.WorkerPool.map`.

    Args:
        submit: Gives a chunk of items to the pool; its task returns the values, and what calls
            raised, by their places.
        iterables: Where the items come from.
        ordered: Whether results come in the order of the items.
        chunksize: How many items travel together.
        ahead: Most tasks whose results are not taken.
        raising: Whether the first error ends it, or errors are yielded.
    """
    size = ChunkSize(chunksize)
    window: deque[PoolTask[Any]] = deque()
    drawing = _drawing(submit, iterables, size)
    drawn: asyncio.Future[PoolTask[Any] | None] | None = None
    more = True
    try:
        while True:
            while more and drawn is None and len(window) < ahead:
                found = drawing.at_once()
                if found is None:
                    drawn = asyncio.ensure_future(drawing.next())
                elif found is _END:
                    more = False
                else:
                    window.append(await submit(cast("Items", found)))
            if drawn is not None and drawn.done():
                task, drawn = drawn.result(), None
                if task is None:
                    more = False
                else:
                    window.append(task)
                continue
            ready = _ready(window, ordered=ordered)
            if ready is None:
                if drawn is None and not window:
                    return
                await _wait(window, drawn, ordered=ordered)
                continue
            window.remove(ready)
            values, errors = ready.result()
            size.learn(len(values) + len(errors), ready.seconds)
            if not errors:
                for value in values:
                    yield value
                continue
            for place, value in _merged(values, errors):
                if place is None:
                    yield value
                elif raising:
                    raise value
                else:
                    yield value
    finally:
        for unsettled in [*window, *([drawn] if drawn is not None else [])]:
            unsettled.cancel()
        drawing.stop()


def _ready(window: deque[PoolTask[Any]], *, ordered: bool) -> PoolTask[Any] | None:
    if ordered:
        return window[0] if window and window[0].done() else None
    return next((task for task in window if task.done()), None)


async def _wait(
    window: deque[PoolTask[Any]], drawn: asyncio.Future[Any] | None, *, ordered: bool
) -> None:
    waited: set[asyncio.Future[Any]] = set() if drawn is None else {drawn}
    waited.update([window[0]] if ordered and window else window)
    if len(waited) > 1:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        return
    (only,) = waited
    if not only.done():
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(_: object) -> None:
            if not turn.done():
                turn.set_result(None)

        only.add_done_callback(tell)
        try:
            await turn
        finally:
            only.remove_done_callback(tell)


def _merged(values: list[Any], errors: dict[int, Any]) -> Iterator[tuple[int | None, Any]]:
    rest = iter(values)
    for place in range(len(values) + len(errors)):
        if place in errors:
            yield place, rebuilt(errors[place])
        else:
            yield None, next(rest)


class _Plain:
    """Draws from ordinary iterables, without waiting."""

    def __init__(self, iterables: Sequence[Iterable[Any]], size: ChunkSize) -> None:
        self._items = zip(*iterables, strict=False)
        self._size = size

    def at_once(self) -> object:
        return list(islice(self._items, self._size.next())) or _END

    async def next(self) -> PoolTask[Any] | None:
        return None

    def stop(self) -> None:
        pass


class _Waiting:
    """Draws from asynchronous iterables: a chunk is what there is without waiting for more."""

    def __init__(
        self,
        submit: Callable[[Items], Awaitable[PoolTask[Any]]],
        iterables: Sequence[Iterable[Any] | AsyncIterable[Any]],
        size: ChunkSize,
    ) -> None:
        self._submit = submit
        self._sources = [
            aiter(each) if isinstance(each, AsyncIterable) else iter(each) for each in iterables
        ]
        self._size = size
        self._step: asyncio.Future[Any] | None = None
        self._over = False

    def at_once(self) -> object:
        return _END if self._over else None

    async def next(self) -> PoolTask[Any] | None:
        items: Items = []
        while len(items) < self._size.next() and not self._over:
            if self._step is None:
                self._step = asyncio.ensure_future(self._one())
            done, _ = await asyncio.wait({self._step}, timeout=0 if items else None)
            if not done:
                break
            item, self._step = self._step.result(), None
            if item is _END:
                self._over = True
            else:
                items.append(item)
        return await self._submit(items) if items else None

    async def _one(self) -> object:
        item: list[Any] = []
        for source in self._sources:
            if isinstance(source, AsyncIterable):
                value = await anext(source, _END)
            else:
                value = next(source, _END)
            if value is _END:
                return _END
            item.append(value)
        return tuple(item)

    def stop(self) -> None:
        if self._step is not None:
            self._step.cancel()


def _drawing(
    submit: Callable[[Items], Awaitable[PoolTask[Any]]],
    iterables: Sequence[Iterable[Any] | AsyncIterable[Any]],
    size: ChunkSize,
) -> _Plain | _Waiting:
    if any(isinstance(each, AsyncIterable) for each in iterables):
        return _Waiting(submit, iterables, size)
    return _Plain(cast("Sequence[Iterable[Any]]", iterables), size)
