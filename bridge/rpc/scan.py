"""How much a JSON text would make, counted before it is read, by operations that run natively."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from bridge.rpc.errors import LimitExceededError, MalformedMessageError

if TYPE_CHECKING:
    from bridge.rpc.limits import PeerLimits

__all__ = ["WIRE_LEVELS", "check_size"]

WIRE_LEVELS: Final = 3
"""JSON containers that one container of Python may need."""

_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_OTHERS: Final = bytes(set(range(256)) - set(b"[{]}"))


def check_size(body: bytes, limits: PeerLimits) -> None:
    """Refuse a text that holds too many values, or nests them too deep.

    Args:
        body: JSON in UTF-8; it need not be valid.
        limits: What is read.

    Raises:
        LimitExceededError: It exceeds them.
        MalformedMessageError: It has more texts than its values can hold.

    Examples:
        >>> from bridge.rpc.limits import PeerLimits
        >>> check_size(b'{"a": [1, 2, "[[[["]}', PeerLimits(items=6, nesting=1))
        >>> check_size(b"[" * 100_000, PeerLimits())
        Traceback (most recent call last):
        ...
        bridge.rpc.errors.LimitExceededError: a message exceeds what this end reads from an \
untrusted one: nesting is 100000, and 200 is allowed. Send less at a time, or let the receiver \
raise the limit: PeerLimits(nesting=...).
    """
    # Nothing in a text counts: escapes go first, so that quotes are where texts begin and end.
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    texts = body.count(b'"') // 2
    most = WIRE_LEVELS * limits.nesting + 8
    opened = body.count(b"[") + body.count(b"{")
    items = body.count(b",") + opened
    # An entry of a dictionary has two texts, and anything else one.
    if texts > 2 * items + 2:
        raise MalformedMessageError("it has more texts than values")
    if items <= limits.items and opened <= most:
        return
    if texts > 2 * limits.items:
        raise LimitExceededError("items", texts, limits.items)
    bare = b"".join(body.split(b'"')[::2]) if texts else body
    opened = bare.count(b"[") + bare.count(b"{")
    items = bare.count(b",") + opened
    if items > limits.items:
        raise LimitExceededError("items", items, limits.items)
    if opened > most:
        steps = array("b", bare.translate(_STEPS, _OTHERS))
        deepest = max(accumulate(steps))
        if deepest > most:
            raise LimitExceededError("nesting", deepest, most)
