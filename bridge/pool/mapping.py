"""Results as they come: a function over iterables, drawn no further than results are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from bridge.pool.packing import rebuilt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from bridge.pool.task import PoolTask

__all__ = ["ChunkSize", "mapping"]

_TARGET: Final = 0.02
"""Seconds that a chunk should take: far more than its message, and hardly felt."""
_SHORT: Final = 0.001
"""Seconds below which a task is shorter than its way here and back."""
_GROWTH: Final = 8
_LARGEST: Final = 4096
_MEMORY: Final = 0.3
_END: Final = object()

Items: TypeAlias = "list[tuple[Any, ...]]"
Submit: TypeAlias = "Callable[[Items], Awaitable[PoolTask[Any]]]"


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
        3
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
    submit: Submit,
    iterables: Sequence[Iterable[Any] | AsyncIterable[Any]],
    *,
    ordered: bool,
    chunksize: int | Literal["auto"],
    ahead: tuple[int, int],
    raising: bool,
) -> AsyncIterator[Any]:
    """Yield what tasks return; see `bridge.pool.WorkerPool.map`.

    Args:
        submit: Gives a chunk of items to the pool; its task returns the values, and what calls
            raised, by their places.
        iterables: Where the items come from.
        ordered: Whether results come in the order of the items.
        chunksize: How many items travel together.
        ahead: Most tasks whose results are not taken, and the same while tasks are very short.
        raising: Whether the first error ends it, or errors are yielded.
    """
    window = _Window(submit, iterables, ChunkSize(chunksize), ahead, ordered=ordered)
    try:
        while (found := await window.next()) is not None:
            values, errors = found
            if not errors:
                for value in values:
                    yield value
                continue
            for value, error in _merged(values, errors):
                if error is not None and raising:
                    raise error
                yield value if error is None else error
    finally:
        window.stop()


class _Window:
    """The tasks of a mapping whose results are not taken, and what they are made of."""

    def __init__(
        self,
        submit: Submit,
        iterables: Sequence[Iterable[Any] | AsyncIterable[Any]],
        size: ChunkSize,
        ahead: tuple[int, int],
        *,
        ordered: bool,
    ) -> None:
        self._submit = submit
        self._size = size
        self._usual, self._wide = ahead
        self._ahead = self._usual
        self._ordered = ordered
        self._tasks: deque[PoolTask[Any]] = deque()
        waiting = any(isinstance(each, AsyncIterable) for each in iterables)
        self._source = (_Waiting if waiting else _Plain)(iterables, size)
        self._drawn: asyncio.Future[PoolTask[Any] | None] | None = None
        self._more = True

    async def next(self) -> tuple[list[Any], dict[int, Any]] | None:
        """Return what the next task returned; ``None`` after the last one."""
        while True:
            await self._fill()
            ready = self._ready()
            if ready is not None:
                self._tasks.remove(ready)
                values, errors = ready.result()
                self._size.learn(len(values) + len(errors), ready.seconds)
                self._ahead = self._wide if ready.seconds < _SHORT else self._usual
                return values, errors
            if self._drawn is None and not self._tasks:
                return None
            await self._wait()

    def stop(self) -> None:
        """Cancel what is left."""
        for task in self._tasks:
            task.cancel()
        if self._drawn is not None:
            self._drawn.cancel()
        self._source.stop()

    async def _fill(self) -> None:
        if self._drawn is not None and self._drawn.done():
            task, self._drawn = self._drawn.result(), None
            if task is None:
                self._more = False
            else:
                self._tasks.append(task)
        while self._more and self._drawn is None and len(self._tasks) < self._ahead:
            items = self._source.at_once()
            if items is None:
                self._drawn = asyncio.ensure_future(self._draw())
            elif items:
                self._tasks.append(await self._submit(items))
            else:
                self._more = False

    async def _draw(self) -> PoolTask[Any] | None:
        items = await self._source.next()
        return await self._submit(items) if items else None

    def _ready(self) -> PoolTask[Any] | None:
        if self._ordered:
            return self._tasks[0] if self._tasks and self._tasks[0].done() else None
        return next((task for task in self._tasks if task.done()), None)

    async def _wait(self) -> None:
        waited: set[asyncio.Future[Any]] = set() if self._drawn is None else {self._drawn}
        waited.update([self._tasks[0]] if self._ordered and self._tasks else self._tasks)
        # Not `await`: that would cancel what is waited for with who waits.
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)


def _merged(values: list[Any], errors: dict[int, Any]) -> Iterator[tuple[Any, Exception | None]]:
    rest = iter(values)
    for place in range(len(values) + len(errors)):
        if place in errors:
            yield None, rebuilt(errors[place])
        else:
            yield next(rest), None


class _Plain:
    """Draws from ordinary iterables, without waiting."""

    def __init__(self, iterables: Sequence[Any], size: ChunkSize) -> None:
        self._items = zip(*iterables, strict=False)
        self._size = size

    def at_once(self) -> Items | None:
        """Return a chunk, empty at the end; ``None`` if that has to be waited for."""
        return list(islice(self._items, self._size.next()))

    async def next(self) -> Items:
        """Return a chunk."""
        return list(islice(self._items, self._size.next()))

    def stop(self) -> None:
        """Draw no more."""


class _Waiting:
    """Draws from asynchronous iterables: a chunk is what there is without waiting for more."""

    def __init__(self, iterables: Sequence[Any], size: ChunkSize) -> None:
        self._sources: list[Any] = [
            aiter(each) if isinstance(each, AsyncIterable) else iter(each) for each in iterables
        ]
        self._size = size
        self._step: asyncio.Future[Any] | None = None
        self._over = False

    def at_once(self) -> Items | None:
        """Return an empty chunk at the end; else it has to be waited for."""
        return [] if self._over else None

    async def next(self) -> Items:
        """Wait for one item, and take what else is there."""
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
        return items

    async def _one(self) -> object:
        item: list[Any] = []
        for source in self._sources:
            if hasattr(source, "__anext__"):
                value = await anext(source, _END)
            else:
                value = next(source, _END)
            if value is _END:
                return _END
            item.append(value)
        return tuple(item)

    def stop(self) -> None:
        """Draw no more."""
        if self._step is not None:
            self._step.cancel()
