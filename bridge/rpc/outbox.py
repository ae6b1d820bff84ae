"""When envelopes leave: one of a turn at once, several of it together, in one message.

A single call shall not wait for anything, and a thousand calls made in one turn shall not cross
into the browser a thousand times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge._browser.interrupts import shielded
from bridge.rpc.envelopes import Envelope, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge._browser.ports import Port

__all__ = ["Outbox", "Pace"]


class Pace:
    """Grants a few at once, and then so many per second.

    Args:
        burst: How many at once.
        per_second: How fast they grow again.

    Examples:
        >>> pace = Pace(2, 10.0)
        >>> [pace.grant(now) for now in (0.0, 0.0, 0.0, 0.15, 0.16)]
        [True, True, False, True, False]
    """

    __slots__ = ("_burst", "_left", "_per_second", "_since")

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._left = float(burst)
        self._since = 0.0

    def grant(self, now: float) -> bool:
        """Tell whether one more is granted.

        Args:
            now: Seconds, of any clock that does not go back.
        """
        grown = self._left + (now - self._since) * self._per_second
        self._left, self._since = min(float(self._burst), grown), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Outbox:
    """What one end has to send.

    Args:
        port: Where it goes.
        soon: Calls a function after the present turn of the event loop.
    """

    __slots__ = ("_due", "_hold", "_port", "_sent", "_soon", "_waiting")

    def __init__(self, port: Port, soon: Callable[[Callable[[], None]], object]) -> None:
        self._port = port
        self._soon = soon
        # Ports of the browser send when Python returns to it; others need not know of this.
        self._hold: Callable[[], None] | None = getattr(port, "hold", None)
        self._waiting: list[bytes] = []
        self._sent = False
        self._due = False

    def send(self, envelope: Envelope) -> None:
        """Send at once if it is the first of its turn, else with the others."""
        if envelope.buffers:
            # Buffers are copied when they are posted: later, their owner may have changed them.
            self._post(envelope.buffers, pack(envelope))
        elif self._sent:
            self._waiting.append(pack(envelope))
            if not self._due:
                self._due = True
                if self._hold is not None:
                    self._hold()
                self._soon(self._turn)
        else:
            self._sent = True
            self._port.post(pack(envelope))

    def flush(self) -> None:
        """Send what waits; what comes next is the first of its turn."""
        if self._waiting:
            self._post()
        self._sent = False

    def _post(self, buffers: Sequence[object] = (), last: bytes = b"") -> None:
        # In one message with what waits, so that nothing is overtaken.
        waiting = self._waiting
        if waiting:
            waiting.append(last)
            last = b"".join(waiting)
            self._waiting = []
        if buffers:
            # Only what stands before these buffers has none of its own: they are the first.
            self._port.post(last, buffers, transfer=True)
        else:
            self._port.post(last)

    @shielded
    def _turn(self) -> None:
        self._due = False
        self.flush()
