"""Functions and values as bytes: `bridge._marshal`, and what fits a pool of it.

What can be imported by both sides crosses by name. What cannot (lambdas, local functions, whatever
is defined in ``__main__``) crosses by value, with cloudpickle, if that is there. Only the pool's
own workers read these bytes: reading them runs what their writer chose.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bridge._browser import ffi
from bridge._marshal.errors import ByValueNeeded, UnsendableError
from bridge._marshal.exceptions import Description, rebuild
from bridge._marshal.values import ATOMS, Encoder, by_value, read, write
from bridge.pool.errors import CloudpickleNeededError, FunctionError
from bridge.rpc.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Packed", "name_of", "pack", "pack_call", "rebuilt", "unpack"]


class Packed(NamedTuple):
    """A value, ready to travel.

    Attributes:
        body: The pickle.
        buffers: What it refers to beside it; none of it changes any more.
        by_value: Whether reading it needs cloudpickle.
    """

    body: bytes
    buffers: Sequence[object] = ()
    by_value: bool = False


def name_of(function: object) -> str:
    """Return what messages call a function."""
    return str(getattr(function, "__qualname__", None) or type(function).__qualname__)


def _fixed(buffer: object) -> object:
    # Whoever owns it may change it before it travels, or before it travels again.
    if ffi.is_host_object(buffer):
        return buffer
    owner = buffer.obj if isinstance(buffer, memoryview) else buffer
    return buffer if type(owner) is bytes else bytearray(cast("bytes", buffer))


def pack(value: object, what: str = "the value", *, whole: bool = False) -> Packed:
    """Pack a value.

    Args:
        value: Anything that can be pickled; with cloudpickle also functions and classes that
            cannot be imported.
        what: What errors call it.
        whole: Whether large buffers stay in the pickle.

    Raises:
        FunctionError: It cannot be pickled, or needs cloudpickle, which is not here.

    Examples:
        >>> body, buffers, _ = pack((bytes(9000), 1))
        >>> len(body) < 200, unpack(body, buffers) == (bytes(9000), 1)
        (True, True)
    """
    if type(value) in ATOMS or (
        type(value) is tuple and ATOMS.issuperset(map(type, cast("tuple[object, ...]", value)))
    ):
        return Packed(pickle.dumps(value, 5))
    named = True
    try:
        try:
            body, encoder = write(value, Encoder, whole=whole)
        except ByValueNeeded:
            named = False
            body, encoder = write(value, _by_value(), whole=whole)
    except FunctionError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, UnsendableError):
            reason = f"{error.what}: {error.reason}"
        raise FunctionError(what, reason, "Send plain values, and make the rest there.") from error
    return Packed(body, [_fixed(each) for each in encoder.travelling()], not named)


def pack_call(args: tuple[object, ...], named: dict[str, object]) -> Packed:
    """Pack what a function is called with: the same as `pack`, sooner for plain arguments."""
    if not named and ATOMS.issuperset(map(type, args)):
        return Packed(pickle.dumps((args, named), 5))
    return pack((args, named), "the arguments")


def unpack(body: bytes, buffers: Sequence[object] = (), what: str = "the value") -> Any:
    """Read what `pack` wrote.

    Raises:
        MissingModuleError: It needs a module that is not here.
    """
    return read(body, buffers, what)


def _by_value() -> type[Encoder]:
    try:
        return by_value()
    except ImportError:
        raise CloudpickleNeededError from None


def rebuilt(description: Description) -> Exception:
    """Make an exception again that a task raised; a `RemoteError` has the traceback."""
    return rebuild(description, RemoteError)
