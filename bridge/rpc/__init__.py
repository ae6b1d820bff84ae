"""Calls between two interpreters, with Python's own semantics.

One `Peer` on each end of a port. What the one serves, the other finds as its ``remote``: methods
with positional and named arguments, attributes, callbacks, generators, context managers,
exceptions of their own class. Values cross by value, what has identity by reference, shared memory
as itself, and every call ends.
"""

from bridge.rpc.codec import by_reference
from bridge.rpc.errors import (
    DeadlineExceededError,
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    NotAllowedError,
    NotExposedError,
    PeerLostError,
    ReferenceLostError,
    RemoteError,
    RpcError,
    VersionMismatchError,
)
from bridge.rpc.limits import PeerLimits
from bridge.rpc.peer import Peer
from bridge.rpc.remote import ahead, release, with_options
from bridge.rpc.serving import report_progress

__all__ = [
    "DeadlineExceededError",
    "EncodingError",
    "LimitExceededError",
    "MalformedMessageError",
    "NotAllowedError",
    "NotExposedError",
    "Peer",
    "PeerLimits",
    "PeerLostError",
    "ReferenceLostError",
    "RemoteError",
    "RpcError",
    "VersionMismatchError",
    "ahead",
    "by_reference",
    "release",
    "report_progress",
    "with_options",
]
