"""How slow this machine is now, told by the boots that are made anyway.

A limit that ends what hangs must not end what is only slow. Each limit is therefore written as
the seconds that suffice on a machine of the reference; where the browser and the interpreters
take longer to start than there, everything gets as many times as long.
"""

from __future__ import annotations

from collections import deque

REFERENCE_LAUNCH = 1.0
"""Seconds in which the browser starts on the reference, a machine of two idle cores."""
REFERENCE_BOOT = 1.0
"""Seconds in which a document opens and its interpreter boots there."""
REMEMBERED = 5
"""How many of the last boots count; the slowest of them tells the pace."""


class Pace:
    """The pace of a machine, as its last boots tell it.

    >>> pace = Pace()
    >>> pace.patience(10.0)
    10.0
    >>> pace.note(6.0, reference=2.0)
    >>> pace.patience(10.0)
    30.0
    """

    def __init__(self) -> None:
        """Until the first boot, the pace is that of the reference."""
        self._ratios: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, seconds: float, reference: float) -> None:
        """Something took ``seconds`` that takes ``reference`` seconds on the reference."""
        self._ratios.append(seconds / reference)

    @property
    def slowness(self) -> float:
        """How many times as long as on the reference things take here; at least 1."""
        return max([1.0, *self._ratios])

    def patience(self, seconds: float) -> float:
        """The limit, in seconds, of what gets ``seconds`` on the reference; never less."""
        return seconds * self.slowness


THIS_MACHINE = Pace()
"""Of this process: all its runners share one machine."""
