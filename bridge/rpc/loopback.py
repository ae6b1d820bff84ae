"""Two ports joined in memory: both ends of a connection in one interpreter.

For tests of what is served and of what calls it, without a worker and on any Python. Buffers are
copied as a real port copies them, so that what works here does not work by sharing memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, cast

from bridge._browser import ffi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge._browser.ports import Buffer, Lost, Odd, Receive

__all__ = ["LoopbackPort", "pair"]


class LoopbackPort:
    """One end of a pair; messages arrive in order, in a later turn of the event loop."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, list[Buffer]]] = []
        """Every message that was posted, for tests that count or replay; drop what is not used."""
        self.record = False
        self._other: LoopbackPort | None = None
        self._waiting: deque[tuple[bytes, list[Buffer]]] = deque()
        self._receive: Receive | None = None
        self._lost: Lost | None = None
        self._due = False

    def post(self, header: bytes, buffers: Sequence[Buffer] = (), transfer: bool = False) -> None:  # noqa: ARG002 - a port's signature
        """Send a message."""
        if self._other is None:
            return
        copies = [_crossed(buffer) for buffer in buffers]
        if self.record:
            self.sent.append((header, copies))
        self._other.deliver(header, copies)

    def deliver(self, header: bytes, buffers: Sequence[Buffer] = ()) -> None:
        """Let a message arrive at this end, as if the other one had sent it."""
        self._waiting.append((header, list(buffers)))
        self._wake()

    def listen(
        self,
        receive: Receive,
        lost: Lost | None = None,
        odd: Odd | None = None,  # noqa: ARG002 - a port's signature; every message is one here
    ) -> None:
        """Say who gets the messages."""
        self._receive, self._lost = receive, lost
        self._wake()

    def close(self) -> None:
        """End this end; what was posted before still arrives."""
        self._other = None
        self._receive = self._lost = None
        self._waiting.clear()

    def lose(self, reason: Exception) -> None:
        """Let this end learn that the other one is gone."""
        lost, self._lost = self._lost, None
        self._other = None
        self._waiting.clear()
        if lost is not None:
            lost(reason)

    def _wake(self) -> None:
        if self._due or self._receive is None or not self._waiting:
            return
        self._due = True
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._due = False
        if self._receive is None or not self._waiting:
            return
        header, buffers = self._waiting.popleft()
        try:
            self._receive(header, buffers)
        finally:
            self._wake()


def _crossed(buffer: Buffer) -> Buffer:
    # Of the page's objects only shared memory gets here, and that is the same on both ends.
    return buffer if ffi.is_host_object(buffer) else memoryview(bytearray(cast("bytes", buffer)))


def pair() -> tuple[LoopbackPort, LoopbackPort]:
    """Make two ports that are each other's other end."""
    one, two = LoopbackPort(), LoopbackPort()
    one._other, two._other = two, one  # noqa: SLF001 - the same class
    return one, two
