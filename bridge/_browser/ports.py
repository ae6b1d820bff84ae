"""Ports: how bytes get from one interpreter to another.

A port carries messages of a small header and any number of buffers. Headers of one turn of the
event loop travel together, in one ``postMessage``, and Python is entered once for all of them.

`Port` is what everything above stands on; `open_port` makes one of a message port of the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from bridge._browser import ffi
from bridge.proxies import ProxyScope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Buffer", "Lost", "Port", "Receive"]

Buffer: TypeAlias = object
"""Anything with Python's buffer protocol, or an object of the page: an ``ArrayBuffer``, a typed
array, a ``SharedArrayBuffer``, a ``MessagePort``. (`collections.abc.Buffer` is newer than 3.11.)"""

Receive: TypeAlias = "Callable[[bytes, list[Buffer]], None]"
"""Called with the header and buffers of each message."""

Lost: TypeAlias = "Callable[[Exception], None]"
"""Called once, with the reason, when the other end is known to be gone."""


class Port(Protocol):
    """One end of a channel between two interpreters; messages arrive whole and in order."""

    def post(self, header: bytes, buffers: Sequence[Buffer] = (), transfer: bool = False) -> None:
        """Send one message. After `close`, or when the other end is gone, it does nothing.

        Args:
            header: What the receiver reads; small ones (a few KB) cross most cheaply.
            buffers: What travels beside it. A Python buffer is copied once, out of this
                interpreter's memory, and that copy is moved: the receiver gets a writable
                ``memoryview`` of bytes. Objects of the page arrive as objects of the page, but
                array buffers as ``memoryview``, too.
            transfer: Move objects of the page instead of cloning them; they are empty here then.
                Makes no difference to Python buffers.
        """

    def listen(self, receive: Receive, lost: Lost | None = None) -> None:
        """Say who gets the messages; those that came before are delivered first, in order.

        Args:
            receive: Called for each message. What it raises is raised to the event loop, after
                the other messages of the same delivery have been received.
            lost: Called once when the other end is known to be gone (its worker has ended), with
                the reason; at once if that is known already. Not called after `close`.
        """

    def close(self) -> None:
        """End this end; what was posted before is still sent. A second call does nothing."""
