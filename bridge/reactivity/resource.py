"""Resources: asynchronous data as signals."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar, overload

from bridge.reactivity.api import batch
from bridge.reactivity.effects import Effect, Scope
from bridge.reactivity.signal import Signal
from bridge.reactivity.tasks import running_loop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Resource", "State", "resource"]

T = TypeVar("T")
S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)

State: TypeAlias = Literal["idle", "loading", "ready", "reloading", "failed"]


class _Source(Protocol[S_co]):
    """A signal or a computed."""

    @property
    def value(self) -> S_co: ...


class Resource(Generic[T]):
    """Data that is fetched, and fetched again when its source changes. Made by `resource`.

    All attributes are tracked reads. The latest fetch wins: an earlier one is cancelled, and if
    it resists, its result is dropped.
    """

    def __init__(
        self,
        prepare: Callable[[], Callable[[], Awaitable[T]] | None],
        *,
        initial: T | None = None,
        name: str = "resource",
    ) -> None:
        self.name = name
        self._value: Signal[T | None] = Signal(initial, name=f"{name}.value")
        self._error: Signal[Exception | None] = Signal(None, name=f"{name}.error")
        self._state: Signal[State] = Signal("idle", name=f"{name}.state")
        self._again = Signal(0, name=f"{name}.reload")
        self._task: asyncio.Task[None] | None = None
        self._fetched = False
        running_loop(name)
        self._scope = Scope(name)
        self._scope.on_cleanup(self._cancel)
        with self._scope:
            Effect(partial(self._restart, prepare), name=name)._start()  # noqa: SLF001 - made here

    @property
    def value(self) -> T | None:
        """What was fetched last; kept while it is fetched again and when that fails."""
        return self._value.value

    @property
    def loading(self) -> bool:
        """Whether a fetch is under way."""
        return self._state.value in ("loading", "reloading")

    @property
    def error(self) -> Exception | None:
        """What the latest fetch raised; None while the next is under way."""
        return self._error.value

    @property
    def state(self) -> State:
        """Return how far it is.

        ``idle``: the source says that there is nothing to fetch; ``loading``: the first value is
        on its way; ``ready``; ``reloading``: another value is; ``failed``: see `error`.
        """
        return self._state.value

    def reload(self) -> None:
        """Fetch again."""
        self._again.update(lambda count: count + 1)

    async def settled(self) -> T | None:
        """Wait until no fetch is under way.

        Returns:
            The value.

        Raises:
            Exception: What the latest fetch raised.
        """
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        error = self._error.peek()
        if error is not None:
            raise error
        return self._value.peek()

    def dispose(self) -> None:
        """Cancel what is under way and stop following the source."""
        self._scope.dispose()

    def _restart(self, prepare: Callable[[], Callable[[], Awaitable[T]] | None]) -> None:
        _ = self._again.value
        try:
            fetch = prepare()
        except Exception as error:  # noqa: BLE001 - it is shown to whoever reads `error`
            self._cancel()
            self._fail(error)
            return
        self._cancel()
        with batch():
            self._error.set(None)
            if fetch is None:
                self._state.set("idle")
                return
            self._state.set("reloading" if self._fetched else "loading")
        self._task = running_loop(self.name).create_task(self._follow(fetch), name=self.name)

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _fail(self, error: Exception) -> None:
        with batch():
            self._error.set(error)
            self._state.set("failed")

    async def _follow(self, fetch: Callable[[], Awaitable[T]]) -> None:
        me = asyncio.current_task()
        try:
            value = await fetch()
        except Exception as error:  # noqa: BLE001 - it is shown to whoever reads `error`
            if self._task is me:
                self._fail(error)
        except BaseException:  # it was cancelled, or asked the interpreter to end
            if self._task is me:
                self._state.set("ready" if self._fetched else "idle")
            raise
        else:
            if self._task is me:
                self._fetched = True
                with batch():
                    self._value.set(value)
                    self._state.set("ready")


@overload
def resource(
    fetcher: Callable[[], Awaitable[T]],
    source: None = None,
    *,
    initial: T | None = None,
    name: str | None = None,
) -> Resource[T]: ...
@overload
def resource(
    fetcher: Callable[[S], Awaitable[T]],
    source: _Source[S | None] | Callable[[], S | None],
    *,
    initial: T | None = None,
    name: str | None = None,
) -> Resource[T]: ...
def resource(
    fetcher: Callable[..., Awaitable[T]],
    source: _Source[S | None] | Callable[[], S | None] | None = None,
    *,
    initial: T | None = None,
    name: str | None = None,
) -> Resource[T]:
    """Fetch data now, and again whenever its source changes.

    Args:
        fetcher: An ``async def`` function; gets the value of the source, or nothing if there is
            none. What it reads is not tracked: only the source is.
        source: A signal, a computed or a function that reads some. While its value is None or
            False, nothing is fetched.
        initial: The value before the first fetch.
        name: What messages call it; the fetcher's name if left out.

    Returns:
        The resource. It belongs to the running effect or scope, if there is one.

    Raises:
        NoEventLoopError: No event loop runs.

    Examples:
        >>> async def fetch(number: int) -> str:
        ...     await asyncio.sleep(0)
        ...     return f"user {number}"
        >>> user = Signal(1)
        >>> data = resource(fetch, user)
        >>> data.state, data.value
        ('loading', None)
        >>> await data.settled()
        'user 1'
        >>> user.value = 2
        >>> data.state, data.value
        ('reloading', 'user 1')
        >>> await data.settled()
        'user 2'
    """
    label = name or str(getattr(fetcher, "__qualname__", "resource"))
    if source is None:
        return Resource(lambda: fetcher, initial=initial, name=label)
    following = source

    def prepare() -> Callable[[], Awaitable[T]] | None:
        value = following() if callable(following) else following.value
        return None if value is None or value is False else lambda: fetcher(value)

    return Resource(prepare, initial=initial, name=label)
