"""What an end that is not trusted may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["COMPLAINTS", "COMPLAINT_CHARACTERS", "PeerLimits", "shortened"]

COMPLAINTS: Final = 20
"""Complaints that are kept, of any end."""

COMPLAINT_CHARACTERS: Final = 500
"""Characters of each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerLimits:
    """Bounds on the work and memory that an untrusted end can cause.

    Ends that are trusted have none.

    What exceeds a bound of one request is answered with a `LimitExceededError`. What exceeds a
    bound of the whole connection ends it, and both ends are told why.

    Attributes:
        message_bytes: Bytes of one request or reply, its buffers included.
        envelopes: Requests and replies that travel together in one message of the port.
        items: Values in one request or reply, counting each item and container; and as many again
            in buffers of numbers, in which long lists of one type of number travel.
        nesting: Levels of containers inside each other.
        digits: Digits of one number.
        references: Objects that one request or reply hands over.
        handed_over: Objects of this end that the other one may hold at the same time: callbacks,
            generators, and whatever else crosses by reference.
        requests: Requests that are worked on at the same time.
        faults: Messages that cannot be read before the connection ends.
        error_characters: Characters of the text of an error, in either direction.

    Examples:
        >>> PeerLimits(items=1000).items
        1000
    """

    message_bytes: int = 64 * 1024 * 1024
    envelopes: int = 65_536
    items: int = 250_000
    nesting: int = 64
    digits: int = 10_000
    references: int = 1_000
    handed_over: int = 10_000
    requests: int = 1_000
    faults: int = 100
    error_characters: int = 2_000


def shortened(text: str, most: int) -> str:
    """Cut a text that is too long, and say so.

    Examples:
        >>> shortened("abc", 5), shortened("abcdefgh", 5)
        ('abc', 'abcde ... (8 characters)')
    """
    return text if len(text) <= most else f"{text[:most]} ... ({len(text)} characters)"
