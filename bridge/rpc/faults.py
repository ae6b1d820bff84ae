"""Exceptions on their way: described so that they can be told, rebuilt where that is possible.

An exception crosses as its class's name, its text and its traceback, which are only text, and as a
pickle inside, which may fail on its own without losing the rest.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge._browser.interrupts import is_frame_of
from bridge.rpc.envelopes import Envelope, Kind
from bridge.rpc.errors import EncodingError, MalformedMessageError, RemoteError, RpcError
from bridge.rpc.limits import shortened

if TYPE_CHECKING:
    from types import TracebackType

    from bridge.rpc.codec import Codec

__all__ = ["Description", "describe", "pack_error", "rebuild"]

Description = tuple[str, str, str, bytes | None]
"""Qualified name of the class, text, traceback, encoded exception."""

_HERE: Final = str(Path(__file__).parent)
_PLACE: Final = re.compile(r" \([^()]*[/\\][^()]*\)$")
"""The file at the end of the text of an `ImportError`."""


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as fault:  # noqa: BLE001 - reported as the text
        return f"<its text cannot be had: {type(fault).__name__}>"


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of this package that stand before the served ones."""
    while trace is not None and (
        trace.tb_frame.f_code.co_filename.startswith(_HERE) or is_frame_of(trace.tb_frame)
    ):
        trace = trace.tb_next
    return trace


def describe(error: BaseException, codec: Codec) -> Description:
    """Describe an exception for the other end.

    Args:
        error: Anything that was raised.
        codec: Of the connection.
    """
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _name_of(kind)
    if not codec.trusted:
        return _for_strangers(error, name, codec)
    trace = _own_frames(error.__traceback__)
    try:
        text = "".join(traceback.format_exception(kind, error, trace))
    except Exception as fault:  # noqa: BLE001 - reported in place of the traceback
        text = f"<the traceback cannot be formatted: {type(fault).__name__}>\n"
    whole: bytes | None = None
    if isinstance(error, Exception):
        try:
            encoded = codec.encode(error, name)
        except EncodingError:
            encoded = None
        # What an exception refers to is not worth keeping alive across a connection.
        if encoded is not None:
            if encoded.references or encoded.buffers:
                codec.withdraw(encoded)
            else:
                whole = encoded.body
    return name, _text_of(error), text, whole


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
    whole: bytes | None = None
    if isinstance(told, Exception):
        try:
            encoded = codec.encode(told, name)
        except EncodingError:
            encoded = None
        if encoded is not None:
            if encoded.references or encoded.buffers or len(encoded.body) > 2 * most:
                codec.withdraw(encoded)
            else:
                whole = encoded.body
    return shortened(name, most), text, "", whole


def _name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def rebuild(description: Any, codec: Codec) -> Exception:
    """Make an exception of a description; its cause is a `RemoteError` with the remote traceback.

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
