"""Errors of remote calls: one class for each way in which a call ends without its value.

All of them are facts that cross a port whole, since a served function may itself call remotely.
"""

from __future__ import annotations

from bridge.errors import BridgeError

__all__ = [
    "DeadlineExceededError",
    "EncodingError",
    "LimitExceededError",
    "MalformedMessageError",
    "NotAllowedError",
    "NotExposedError",
    "PeerLostError",
    "ReferenceLostError",
    "RemoteError",
    "RpcError",
    "VersionMismatchError",
]


class RpcError(BridgeError):
    """The base of the errors of remote calls."""


class RemoteError(RpcError, RuntimeError):
    """What went wrong on the other side, as its interpreter told it.

    The cause (``__cause__``) of an exception that a remote call raised; raised itself when the
    exception's class cannot be had or rebuilt on this side. Its ``type`` is the qualified name of
    the exception's class there.

    Attributes:
        text: Its message.
        traceback: Its traceback, formatted there, with its own causes; empty if the other side
            does not trust this one.
    """

    def __init__(self, type: str, text: str, traceback: str) -> None:  # noqa: A002 - the attribute's name
        shown = f"\n\nOn the other side:\n{traceback.rstrip()}" if traceback else ""
        super().__init__(f"{type}: {text}{shown}")
        self.type = type
        self.text = text
        self.traceback = traceback


class DeadlineExceededError(RpcError, TimeoutError):
    """The time that the caller gave the call has passed; the other side was told to stop.

    The call may have taken effect nevertheless.

    Attributes:
        what: Which call.
        seconds: How long it was given.
    """

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(
            f"{what} did not end within {seconds:g} s, and was told to stop. It may have taken "
            "effect: give it more time, or make it harmless to repeat."
        )
        self.what = what
        self.seconds = seconds


class PeerLostError(RpcError, ConnectionError):
    """The other side is gone, or this side has closed the connection.

    Attributes:
        what: Which call, or ``""``.
        reason: Why it is gone, in words. The exception behind it, if there is one, is the cause.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what or 'the call'} cannot end: {reason}. Connect again, and repeat what is safe "
            "to repeat."
        )
        self.what = what
        self.reason = reason


class NotExposedError(RpcError, AttributeError):
    """A name was asked for that the served object does not show.

    Attributes:
        attribute: The name.
        owner: What was asked for it.
    """

    def __init__(self, attribute: str, owner: str, reason: str = "it has no such name") -> None:
        super().__init__(
            f"{attribute!r} of {owner} cannot be reached: {reason}. Only names without a leading "
            "underscore of objects that were handed over can, one step at a time."
        )
        self.attribute = attribute
        self.owner = owner


class ReferenceLostError(RpcError, ReferenceError):
    """A reference means nothing any more: it was released, or never given out.

    Attributes:
        number: The reference's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(
            f"the reference {number} is not known here: it was released, or its connection has "
            "ended. Ask for the object again."
        )
        self.number = number


class MalformedMessageError(RpcError, ValueError):
    """Bytes arrived that are no message of this protocol.

    Attributes:
        detail: What is wrong with them.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"a message cannot be read: {detail}. Both ends have to run the same version of "
            "bridge, and nothing else may write to their port."
        )
        self.detail = detail


class LimitExceededError(MalformedMessageError):
    """An end that is not trusted has sent or asked for more than it may.

    Attributes:
        limit: The name of the bound, an attribute of `bridge.rpc.PeerLimits`.
        found: How much it was.
        most: How much is allowed.
    """

    def __init__(self, limit: str, found: int, most: int) -> None:
        detail = f"{limit} is {found}, and {most} is allowed"
        super().__init__(detail)
        self.message = (
            f"a message exceeds what this end reads from an untrusted one: {detail}. Send less at "
            f"a time, or let the receiver raise the limit: PeerLimits({limit}=...)."
        )
        self.args = (self.message,)
        self.limit = limit
        self.found = found
        self.most = most


class NotAllowedError(RpcError, PermissionError):
    """A value of a type that this connection does not read.

    Its ``type`` is the name that was asked for, ``module:name``.
    """

    def __init__(self, type: str) -> None:  # noqa: A002 - the attribute's name
        super().__init__(
            f"a message names {type}, which this connection does not read. Send plain values, or "
            f"let the receiver allow it: Peer(port, allow=[{type!r}])."
        )
        self.type = type


class EncodingError(RpcError, TypeError):
    """A value cannot be sent.

    Attributes:
        what: What it was part of.
        reason: Why not.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what} cannot be sent: {reason}. Send plain values, or hand the object over by "
            "reference: by_reference(x)."
        )
        self.what = what
        self.reason = reason


class VersionMismatchError(RpcError, RuntimeError):
    """The other end speaks another version of the protocol.

    Attributes:
        ours: This end's version.
        theirs: The other end's.
    """

    def __init__(self, ours: int, theirs: int) -> None:
        super().__init__(
            f"this end speaks version {ours} of the protocol, the other one {theirs}. Run the "
            "same version of bridge on both."
        )
        self.ours = ours
        self.theirs = theirs
