"""Proxy for a remote object.

Using a name is not a crossing; calling, awaiting or assigning one is. The names of a remote object
are those of the served one, so this class keeps its own out of the way: whatever else can be done
with a remote object is a function of `bridge.rpc` (`release`, `with_options`, `sync`).
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, Protocol, TypeVar, cast

from bridge.errors import DisposedError
from bridge.rpc.envelopes import Kind
from bridge.rpc.faults import describe
from bridge.rpc.streams import Items, Stream, gave_up
from bridge.rpc.table import Sort

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable
    from types import TracebackType

    from bridge.rpc.call import Call
    from bridge.rpc.codec import Codec

__all__ = [
    "Link",
    "Member",
    "Options",
    "Remote",
    "RemoteIterator",
    "ahead",
    "link_of",
    "release",
    "with_options",
]

R = TypeVar("R")
T = TypeVar("T")


class Options(NamedTuple):
    """How calls are made.

    Attributes:
        timeout: Seconds that a call may take; ``None`` for as long as it likes.
        on_progress: Called with each value that the callee reports.
    """

    timeout: float | None = None
    on_progress: Callable[[Any], object] | None = None


_DEFAULTS: Final = Options()


class Asker(Protocol):
    """What a remote object needs of the end that it belongs to."""

    codec: Codec

    def ask(  # noqa: PLR0917 - called for each call, by place
        self,
        kind: Kind,
        link: Link,
        name: str,
        args: tuple[object, ...],
        named: dict[str, object],
        options: Options,
    ) -> Call[Any]:
        """Send a request."""

    def give_back(self, number: int, times: int) -> None:
        """Tell the other end, soon, that references are not needed any more."""


class Link:
    """A reference to an object of the other end; the last user's end gives it back.

    Members hold the link and not the remote object, so that there is no cycle and Python's counting
    ends it at once.
    """

    __slots__ = ("__weakref__", "_stand_in", "home", "number", "received", "released")

    def __init__(self, home: Asker, number: int) -> None:
        self.home = home
        self.number = number
        self.received = 0
        """How often it was handed over; 0 for what was never counted, the root."""
        self.released = False
        self._stand_in: weakref.ref[Remote | RemoteIterator] | None = None

    def stand_in(self) -> Remote | RemoteIterator:
        """Return what stands for the object; the same as long as somebody uses it."""
        found = None if self._stand_in is None else self._stand_in()
        if found is None:
            found = RemoteIterator(self) if self.number & 3 == Sort.ITERATOR else Remote(self)
            self._stand_in = weakref.ref(found)
        return found

    def release(self) -> None:
        """Give it back; a second call does nothing."""
        if not self.released:
            self.released = True
            if self.received:
                self.home.give_back(self.number, self.received)

    def __del__(self) -> None:
        self.release()

    def ask(
        self,
        kind: Kind,
        options: Options,
        name: str = "",
        args: tuple[object, ...] = (),
        named: dict[str, object] | None = None,
    ) -> Call[Any]:
        """Send a request to the object.

        Raises:
            DisposedError: The reference was released.
        """
        if self.released:
            raise DisposedError(f"the remote object {self.number}", "Ask the other side again.")
        return self.home.ask(kind, self, name, args, named if named is not None else {}, options)


class Member:
    """A name of a remote object: call it, await its value, or set it.

    Examples:
        ``await calc.add(3, b=4)``, ``await calc.total``, ``await calc.total.set(7)``.
    """

    __slots__ = ("_link", "_name", "_options")

    def __init__(self, link: Link, name: str, options: Options) -> None:
        self._link = link
        self._name = name
        self._options = options

    def __call__(self, *args: object, **named: object) -> Call[Any]:
        """Call it."""
        return self._link.ask(Kind.CALL, self._options, self._name, args, named)

    def __await__(self) -> Any:
        return self._link.ask(Kind.GET, self._options, self._name).__await__()

    def set(self, value: object) -> Call[None]:
        """Assign the attribute on the other side."""
        return self._link.ask(Kind.SET, self._options, self._name, (value,))

    def __repr__(self) -> str:
        return f"<{self._name!r} of remote object {self._link.number}>"


class Remote:
    """An object of the other side.

    Its class is chosen at run time; in annotations use ``bridge.rpc.typing.Remote[P]``, where P is
    a Protocol of what it offers.
    """

    def __init__(self, link: Link, options: Options = _DEFAULTS) -> None:
        self.__dict__["_link"] = link
        self.__dict__["_options"] = options

    def __getattr__(self, name: str) -> Member:
        if name.startswith("_") or name == "then":
            # Also what copying, pickling and duck typing ask for: the answer is no. JavaScript
            # takes whatever has a `then` for a promise, and would call it.
            raise AttributeError(f"{name!r} of a remote object cannot be reached")
        state = self.__dict__
        found = state[name] = Member(state["_link"], name, state["_options"])
        return found

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(
            f"an assignment cannot be awaited: use `await remote.{name}.set(value)`"
        )

    @property
    def sync(self) -> Any:
        """The same object without ``await``, where Python can wait; see `bridge.rpc.sync`."""
        from bridge.rpc.sync import sync  # noqa: PLC0415 - it builds on this module

        return sync(self)

    def __call__(self, *args: object, **named: object) -> Call[Any]:
        """Call it."""
        return self._link.ask(Kind.CALL, self._options, "", args, named)

    def __aiter__(self) -> AsyncIterator[Any]:
        link, options = self._link, self._options
        return Stream(start=lambda: link.ask(Kind.ITERATE, options))

    async def __aenter__(self) -> Any:
        return await self._link.ask(Kind.ENTER, self._options)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        described = None if error is None else describe(error, self._link.home.codec)
        return bool(await self._link.ask(Kind.EXIT, self._options, "", (described,)))

    if TYPE_CHECKING:
        _link: Link
        _options: Options

    def __repr__(self) -> str:
        return f"<remote object {self._link.number}{' (released)' * self._link.released}>"


class RemoteIterator(Items):
    """A generator or iterator of the other side; it runs only as far as it is read.

    Args:
        link: The reference.
        options: For each request.
        ahead: How many items one request asks for.
    """

    __slots__ = ("__weakref__", "_asked", "_done", "_items", "_link", "_options", "_want")

    def __init__(self, link: Link, options: Options = _DEFAULTS, ahead: int = 1) -> None:
        self._link = link
        self._options = options
        self._want = ahead
        self._items: list[Any] = []
        self._asked: set[Call[Any]] = set()
        self._done = False

    async def __anext__(self) -> Any:
        if not self._items:
            if self._done:
                raise StopAsyncIteration
            call = self._link.ask(Kind.NEXT, self._options, "", (self._want,))
            self._asked.add(call)
            try:
                items, ended = await call
            except BaseException as error:
                if gave_up(call, error) and self._done:
                    raise StopAsyncIteration from None
                # As a local generator, it is over after an error, and after a cancelled wait.
                self._done = True
                self._link.release()
                raise
            finally:
                self._asked.discard(call)
            if self._done:
                raise StopAsyncIteration
            self._done = ended
            items.reverse()
            self._items = items
            if ended:
                self._link.release()
            if not items:
                raise StopAsyncIteration
        return self._items.pop()

    async def aclose(self) -> None:
        """End the iterator on the other side; its ``finally`` has run when this returns.

        An item that is waited for is given up. A second call does nothing.
        """
        self._items.clear()
        if self._done:
            return
        self._done = True
        for call in tuple(self._asked):
            call.cancel()
        if not self._link.released:
            try:
                await self._link.ask(Kind.CLOSE, self._options)
            finally:
                self._link.release()

    def __repr__(self) -> str:
        return f"<remote iterator {self._link.number}{' (ended)' * self._done}>"


def link_of(remote: object) -> Link:
    """Return the reference behind a remote object.

    Raises:
        TypeError: It is none.
    """
    if isinstance(remote, (Remote, RemoteIterator, Member)):
        return remote._link  # noqa: SLF001 - the module's own classes
    raise TypeError(f"expected a remote object, found {type(remote).__qualname__}")


def release(remote: object) -> None:
    """Give a remote object back now, instead of when Python collects it.

    Using it afterwards raises `bridge.errors.DisposedError`. A second call does nothing.

    Raises:
        TypeError: It is no remote object.

    Examples:
        >>> import asyncio
        >>> from bridge.rpc import Peer
        >>> from bridge.rpc.loopback import pair
        >>> class Desk:
        ...     def doubling(self):
        ...         return lambda number: number * 2
        >>> here, there = pair()
        >>> async with Peer(there, Desk()) as server, Peer(here) as peer:
        ...     double = await peer.remote.doubling()
        ...     print(await double(21), server.handed_over)
        ...     release(double)
        ...     while server.handed_over:
        ...         await asyncio.sleep(0)
        42 1
    """
    link_of(remote).release()


def with_options(
    remote: R,
    *,
    timeout: float | None = None,
    on_progress: Callable[[Any], object] | None = None,
) -> R:
    """Return the same remote object, whose calls are made differently.

    Args:
        remote: A remote object or one of its members.
        timeout: Seconds that each call may take. Afterwards it raises
            `DeadlineExceededError`, and the other side is told to stop.
        on_progress: Called with each value that the callee passes to `report_progress`.

    Raises:
        TypeError: It is no remote object.

    Examples:
        >>> import asyncio
        >>> from bridge.rpc import Peer
        >>> from bridge.rpc.loopback import pair
        >>> here, there = pair()
        >>> async with Peer(there, asyncio.sleep), Peer(here) as peer:
        ...     try:
        ...         await with_options(peer.remote, timeout=0.01)(60)
        ...     except TimeoutError as error:
        ...         print(type(error).__name__, error.seconds)
        DeadlineExceededError 0.01
    """
    link, options = link_of(remote), Options(timeout, on_progress)
    if isinstance(remote, Member):
        return cast("R", Member(link, remote._name, options))  # noqa: SLF001 - the module's own
    if isinstance(remote, RemoteIterator):
        return cast("R", RemoteIterator(link, options, remote._want))  # noqa: SLF001 - the same
    return cast("R", Remote(link, options))


def ahead(iterable: AsyncIterable[T], count: int) -> AsyncIterator[T]:
    """Read a remote generator several items at a time: fewer crossings, and less held back.

    Args:
        iterable: What a remote call of a generator function returned.
        count: How many items each request asks for.

    Raises:
        ValueError: The count is not positive.
        TypeError: It is not remote.

    Examples:
        >>> from bridge.rpc import Peer
        >>> from bridge.rpc.loopback import pair
        >>> class Numbers:
        ...     def squares(self, end: int):
        ...         yield from (number * number for number in range(end))
        >>> here, there = pair()
        >>> async with Peer(there, Numbers()), Peer(here) as peer:
        ...     print([number async for number in ahead(peer.remote.squares(5), 2)])
        [0, 1, 4, 9, 16]
    """
    if count < 1:
        raise ValueError(f"expected a positive number of items, found {count}")

    def read(found: object) -> RemoteIterator:
        if not isinstance(found, RemoteIterator):
            raise TypeError(f"expected a remote generator, found {type(found).__qualname__}")
        return RemoteIterator(found._link, found._options, count)  # noqa: SLF001 - the module's own

    if isinstance(iterable, RemoteIterator):
        return read(iterable)
    return Stream(cast("Any", iterable), read=read)
