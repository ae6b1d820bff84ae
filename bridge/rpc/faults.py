"""Exceptions on their way: those of the same application by `bridge._marshal`, others plainly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bridge._marshal import exceptions
from bridge._marshal.exceptions import Description
from bridge.rpc.envelopes import Envelope, Kind
from bridge.rpc.errors import EncodingError, MalformedMessageError, RemoteError, RpcError
from bridge.rpc.limits import shortened

if TYPE_CHECKING:
    from bridge.rpc.codec import Codec

__all__ = ["Description", "describe", "pack_error", "rebuild"]

_PICKLE: Final = b"\x80"
"""What a pickle begins with, and plain values do not."""
_PLACE: Final = re.compile(r" \([^()]*[/\\][^()]*\)$")
"""The file at the end of the text of an `ImportError`."""


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as fault:  # noqa: BLE001 - reported as the text
        return f"<its text cannot be had: {type(fault).__name__}>"


def describe(error: BaseException, codec: Codec) -> Description:
    """Describe an exception for the other end.

    Args:
        error: Anything that was raised.
        codec: Of the connection.
    """
    if not codec.trusted:
        return _for_strangers(error, exceptions.name_of(type(error)), codec)
    if not codec.plain:
        return exceptions.describe(error)
    # This end trusts the other, which does not read what this one writes as pickle.
    name, text, trace, _ = exceptions.describe(error, whole=False)
    return name, text, trace, _encoded(error, name, codec) if isinstance(error, Exception) else None


def pack_error(number: int, error: BaseException, codec: Codec) -> Envelope:
    """Make the answer to a request that failed.

    Args:
        number: The call's.
        error: What was raised.
        codec: Of the connection.
    """
    body = codec.encode(describe(error, codec), "an error").body
    return Envelope(Kind.ERROR, number, 0, body)


def _for_strangers(error: BaseException, name: str, codec: Codec) -> Description:
    """Describe an exception without its traceback, its causes, and paths of this machine."""
    most = codec.limits.error_characters
    kind = type(error)
    told: BaseException = error
    # What these say of files is for who may see them.
    if isinstance(error, OSError) and error.filename is not None:
        told = kind(error.errno, error.strerror)
    elif isinstance(error, ImportError):
        told = kind(_PLACE.sub("", _text_of(error)))
    elif isinstance(error, SyntaxError):
        told = kind(error.msg)
    text = shortened(_text_of(told), most)
    if (
        kind.__module__ == "builtins"
        and len(told.args) == 1
        and type(told.args[0]) is str
        and len(told.args[0]) > most
    ):
        # Its class crosses although its text is cut.
        told = kind(text)
    whole = _encoded(told, name, codec) if isinstance(told, Exception) else None
    if whole is not None and len(whole) > 2 * most:
        whole = None
    return shortened(name, most), text, "", whole


def _encoded(error: Exception, name: str, codec: Codec) -> bytes | None:
    try:
        encoded = codec.encode(error, name)
    except EncodingError:
        return None
    # What an exception refers to is not worth keeping alive across a connection.
    if encoded.references or encoded.buffers:
        codec.withdraw(encoded)
        return None
    return encoded.body


def rebuild(description: Any, codec: Codec) -> Exception:
    """Make an exception of a description; a `RemoteError` among its causes has the traceback.

    Raises:
        MalformedMessageError: It is no description.
    """
    match description:
        case (str(name), str(text), str(trace), (bytes() | None) as whole):
            pass
        case _:
            raise MalformedMessageError("an error should be three texts and a body")
    if not codec.trusted:
        most = codec.limits.error_characters
        name, text, trace = (shortened(each, most) for each in (name, text, trace))
        if whole is not None and len(whole) > 2 * most:
            whole = None
    if codec.trusted and (whole is None or whole[:1] == _PICKLE):
        return exceptions.rebuild((name, text, trace, whole), RemoteError)
    remote = RemoteError(name, text, trace)
    if whole is None:
        return remote
    try:
        error = codec.decode(whole, (), ())
    except RpcError:
        # Its class is not here, cannot be rebuilt, or may not be read.
        return remote
    if not isinstance(error, Exception):
        return remote
    error.__cause__ = remote
    return error
