"""How tasks are given to a pool: one by one, or drawn from what yields them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol, TypeVar, overload

from bridge.pool import wire
from bridge.pool.mapping import mapping

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable

    from bridge.pool.states import Policy
    from bridge.pool.task import Options, PoolTask

__all__ = ["Submitter"]

P = ParamSpec("P")
T = TypeVar("T")


class Accepting(Protocol):
    """What submitting needs of a pool."""

    policy: Policy

    async def accept(
        self, function: Callable[..., object], mode: int, value: object, options: Options
    ) -> PoolTask[Any]:
        """Take a task as soon as there is room for it."""

    def accept_now(
        self, function: Callable[..., object], mode: int, value: object, options: Options
    ) -> PoolTask[Any]:
        """Take a task if there is room for it."""


class Submitter:
    """A pool, with options for what is submitted through it."""

    def __init__(self, pool: Accepting, options: Options) -> None:
        self._pool = pool
        self._options = options

    def options(self, **changes: Any) -> Submitter:
        """Return the same pool with other options for tasks; see `bridge.pool.Options`.

        Args:
            **changes: ``priority``, ``idempotent``, ``timeout``, ``limit``, ``on_progress``.

        Raises:
            ValueError: There is no such option.
        """
        return Submitter(self._pool, self._options._replace(**changes))

    @overload
    async def submit(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **named: P.kwargs
    ) -> PoolTask[T]: ...
    @overload
    async def submit(
        self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs
    ) -> PoolTask[T]: ...
    async def submit(
        self, function: Callable[..., Any], /, *args: Any, **named: Any
    ) -> PoolTask[Any]:
        """Give a task to the pool; wait until it has a place for it.

        Args:
            function: Called in a worker; an ``async`` one is awaited there. It is sent to each
                worker once: what it refers to is what it was then.
            *args: What it is called with, as it is now.
            **named: The same, by name.

        Returns:
            The accepted task, to be awaited for the result.

        Raises:
            PoolClosedError: The pool is not open.
            FunctionError: Something of it cannot be sent.
        """
        return await self._pool.accept(function, wire.CALL, (args, named), self._options)

    @overload
    def submit_nowait(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **named: P.kwargs
    ) -> PoolTask[T]: ...
    @overload
    def submit_nowait(
        self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs
    ) -> PoolTask[T]: ...
    def submit_nowait(
        self, function: Callable[..., Any], /, *args: Any, **named: Any
    ) -> PoolTask[Any]:
        """Give a task to the pool without waiting.

        Raises:
            PoolFullError: The pool has no place for it.
            PoolClosedError: The pool is not open.
            FunctionError: Something of it cannot be sent, or needs cloudpickle, which is not
                loaded (`submit` loads it).
        """
        return self._pool.accept_now(function, wire.CALL, (args, named), self._options)

    @overload
    async def run(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **named: P.kwargs
    ) -> T: ...
    @overload
    async def run(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T: ...
    async def run(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        """Submit a task and wait for its result; cancelling the wait cancels the task."""
        return await (await self.submit(function, *args, **named))

    def map(
        self,
        function: Callable[..., Awaitable[T]] | Callable[..., T],
        /,
        *iterables: Iterable[Any] | AsyncIterable[Any],
        ordered: bool = True,
        chunksize: int | Literal["auto"] = 1,
        ahead: int | None = None,
        errors: Literal["raise", "yield"] = "raise",
    ) -> AsyncIterator[T]:
        """Call a function for each item (of several iterables: for items side by side).

        Items are drawn only as results are taken. When the loop over the results is left, what is
        still unsettled is cancelled; leave it by ``contextlib.aclosing`` to have that at once.

        Args:
            function: As for `submit`.
            *iterables: Ordinary or asynchronous ones.
            ordered: Whether results come in the order of the items, or as they are ready.
            chunksize: How many items travel as one task, which is lost, repeated and cancelled as
                a whole; ``"auto"`` lets the time that items take decide.
            ahead: Most tasks that are submitted and whose results are not taken; left out, three
                per worker, and sixteen while they take less than a millisecond.
            errors: Whether the first error ends the loop, or errors come in place of results.

        Raises:
            ValueError: There is no iterable, or a number is not positive.
        """
        if not iterables:
            raise ValueError("expected at least one iterable")
        if chunksize != "auto" and chunksize < 1:
            raise ValueError(f"expected a positive chunksize or 'auto', found {chunksize!r}")
        if ahead is not None and ahead < 1:
            raise ValueError(f"expected a positive number of tasks ahead, found {ahead}")
        size, capacity = self._pool.policy.size, self._pool.policy.capacity
        usual, wide = (3 * size, 16 * size) if ahead is None else (ahead, ahead)

        mode = wire.EACH if errors == "raise" else wire.EACH | wire.EVERY

        async def submit(items: list[tuple[Any, ...]]) -> PoolTask[Any]:
            return await self._pool.accept(function, mode, items, self._options)

        return mapping(
            submit,
            iterables,
            ordered=ordered,
            chunksize=chunksize,
            ahead=(min(usual, capacity), min(wide, capacity)),
            raising=errors == "raise",
        )
