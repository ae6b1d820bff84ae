"""What travels between two peers: the shapes of messages, and nothing that they mean.

A message of a port is a batch: the envelopes of one turn of the event loop, one after another. Each
has a head of fixed size that can be read when its body cannot, so that whoever waits for it is
told. Bodies are `codec`'s business.

| head       | bytes | holds                                                      |
|------------|-------|------------------------------------------------------------|
| kind       | 1     | a `Kind`                                                   |
| flags      | 1     | `PLAIN`: the body holds plain values only                  |
| call       | 8     | the call's number; of RELEASE how many times               |
| target     | 8     | the object's number; of HELLO 1 if it reads plain values only   |
| references | 4     | how many numbers of objects handed over follow, 8 bytes each |
| buffers    | 4     | how many of the message's buffers belong to it             |
| body       | 4     | how many bytes follow                                      |
"""

from __future__ import annotations

import enum
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from bridge.rpc.errors import MalformedMessageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PLAIN", "REQUESTS", "VERSION", "Envelope", "Kind", "pack", "unpack"]

VERSION: Final = 2
"""Of this protocol; two ends that differ part with an error."""

PLAIN: Final = 1

_HEAD: Final = struct.Struct("<BBQQIII")
_NUMBER: Final = 8


class Kind(enum.IntEnum):
    """What an envelope is."""

    HELLO = 1
    CALL = 2
    GET = 3
    SET = 4
    ENTER = 5
    EXIT = 6
    ITERATE = 7
    NEXT = 8
    CLOSE = 9
    CANCEL = 10
    RELEASE = 11
    RESULT = 12
    ERROR = 13
    CANCELLED = 14
    PROGRESS = 15
    COMPLAINT = 16
    BYE = 17


REQUESTS: Final = frozenset(range(Kind.CALL, Kind.CANCEL))
"""Kinds that are answered by exactly one RESULT, ERROR or CANCELLED."""


class Envelope(NamedTuple):
    """One message of the protocol.

    Attributes:
        kind: A `Kind`, or a number that this version does not know.
        flags: `PLAIN` or 0.
        call: Number of the call it belongs to.
        target: Number of the object that is meant.
        references: Numbers of objects that its body hands over.
        body: Encoded values.
        buffers: What its body refers to out of band.
    """

    kind: int
    call: int = 0
    target: int = 0
    body: bytes = b""
    references: Sequence[int] = ()
    buffers: Sequence[object] = ()
    flags: int = 0


def pack(envelope: Envelope) -> bytes:
    """Write an envelope; its buffers are left to the port.

    Examples:
        >>> envelopes, fault = unpack(pack(Envelope(Kind.CALL, 7, 0, b"body")) * 2, [])
        >>> [(each.kind, each.call, each.body) for each in envelopes], fault
        ([(2, 7, b'body'), (2, 7, b'body')], None)
    """
    kind, call, target, body, references, buffers, flags = envelope
    count = len(references)
    head = _HEAD.pack(kind, flags, call, target, count, len(buffers), len(body))
    if count:
        return head + struct.pack(f"<{count}Q", *references) + body
    return head + body


def unpack(
    batch: bytes, buffers: Sequence[object]
) -> tuple[list[Envelope], MalformedMessageError | None]:
    """Read a batch as far as it can be read.

    Returns:
        The envelopes up to the first fault, and the fault if there is one. Whatever stands after a
        fault is lost: nothing tells where the next envelope would begin.
    """
    found: list[Envelope] = []
    place = taken = 0
    end = len(batch)
    while place < end:
        if end - place < _HEAD.size:
            return found, MalformedMessageError(f"{end - place} bytes at its end are no head")
        kind, flags, call, target, count, own, length = _HEAD.unpack_from(batch, place)
        if kind == 0:
            return found, MalformedMessageError(f"{end - place} bytes at its end are no envelope")
        start = place + _HEAD.size + count * _NUMBER
        if start + length > end:
            return found, MalformedMessageError(
                f"its body should have {length} bytes, and {max(end - start, 0)} are there"
            )
        if taken + own > len(buffers):
            return found, MalformedMessageError(
                f"it should have {own} buffers, and {len(buffers) - taken} are there"
            )
        references: Sequence[int] = ()
        if count:
            references = struct.unpack_from(f"<{count}Q", batch, place + _HEAD.size)
        body = batch[start : start + length]
        place = start + length
        found.append(
            Envelope(kind, call, target, body, references, buffers[taken : taken + own], flags)
        )
        taken += own
    return found, None
