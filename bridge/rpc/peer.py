"""One end of a connection between two interpreters, for applications."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from bridge.rpc.connection import Connection
from bridge.rpc.remote import Link, Remote
from bridge.rpc.table import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from bridge._browser.ports import Port
    from bridge.rpc.limits import PeerLimits

__all__ = ["Peer"]


class Peer:
    """Calls the other end's objects, and serves its own. Both ends are the same.

    Made inside a running event loop; it is an asynchronous context manager that closes itself.

    Args:
        port: Where the other end is.
        serve: The object, function or module that the other end finds as its `remote`.
        interface: A class (mostly a Protocol) whose public names are all that ``serve`` shows;
            without it, all public names.
        trusted: Whether the other end is part of the same application, so that its pickles may be
            read whole: reading one runs what its writer chose. Otherwise only plain values and
            NumPy's arrays of numbers cross, as JSON and buffers.
        allow: Names (``"module:qualified name"``) that are read besides, where the other end is
            not trusted: functions, classes, and with a class's name the instances of dataclasses,
            named tuples and enumerations, which are made by calling the class.
        limits: What the other end may cost where it is not trusted.
        name: Stands in the log.
        interrupt: Called with a call's number when the call was abandoned (cancelled, or past its
            deadline) and the other end has not answered within ``grace``, so that it must be
            computing; and again after every ``grace``, until the call has ended there, too.
        grace: Seconds.
        heartbeat: Seconds within which calls in flight raise `PeerLostError` after the other end
            has closed its ``MessagePort``, in browsers that do not tell; ``None`` never asks. The
            other end's JavaScript answers, so that an end which computes for longer is not taken
            for gone. An end whose page or worker has ended does not answer, either: whoever
            watches it tells `lose`, as `bridge.worker` does.

    Raises:
        ValueError: The heartbeat is not positive.

    Examples:
        >>> import asyncio
        >>> from bridge.rpc.loopback import pair
        >>> class Counter:
        ...     total = 0
        ...
        ...     def add(self, number: int) -> int:
        ...         self.total += number
        ...         return self.total
        >>> async def main() -> list[int]:
        ...     here, there = pair()
        ...     async with Peer(there, Counter()), Peer(here) as peer:
        ...         counter = peer.remote
        ...         return [await counter.add(3), await counter.add(4), await counter.total]
        >>> await main()
        [3, 7, 7]
    """

    def __init__(
        self,
        port: Port,
        serve: object = None,
        *,
        interface: type | None = None,
        trusted: bool = False,
        allow: Collection[str] = (),
        limits: PeerLimits | None = None,
        name: str = "peer",
        interrupt: Callable[[int], object] | None = None,
        grace: float = 0.5,
        heartbeat: float | None = 5.0,
    ) -> None:
        self._connection = Connection(
            port,
            serve,
            interface=interface,
            trusted=trusted,
            allow=allow,
            limits=limits,
            name=name,
            interrupt=interrupt,
            grace=grace,
            heartbeat=heartbeat,
        )
        self._root = Remote(Link(self._connection, ROOT))

    @property
    def remote(self) -> Any:
        """What the other end serves.

        A type checker is told what that is: ``counter: Remote[Counter] = peer.remote``.
        """
        return self._root

    @property
    def lost(self) -> str | None:
        """Why the connection has ended, in words; ``None`` while it stands."""
        return self._connection.lost

    @property
    def in_flight(self) -> int:
        """How many calls of this end have not ended."""
        return len(self._connection.calls)

    @property
    def running(self) -> int:
        """How many requests of the other end this end is working on, between two waits."""
        return len(self._connection.server.running)

    @property
    def handed_over(self) -> int:
        """How many objects of this end the other one refers to, the served one left out."""
        return len(self._connection.table)

    @property
    def complaints(self) -> tuple[str, ...]:
        """The latest messages that one of the ends could not read."""
        return tuple(self._connection.complaints)

    def close(self) -> None:
        """End the connection: calls in flight raise `PeerLostError`, on both sides."""
        self._connection.lose("this side closed the connection")

    def lose(self, reason: Exception | str) -> None:
        """Say that the other end is gone, as who watches it found out.

        Args:
            reason: Why; an exception becomes the cause of what calls in flight raise.
        """
        self._connection.lose(reason, tell=False)

    async def ended(self) -> str:
        """Wait until the connection has ended; return why."""
        if not self._connection.ended.done():
            # A future of its own, so that a cancelled wait ends nothing.
            await asyncio.shield(self._connection.ended)
        return self._connection.lost or ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
