"""Functions and values as bytes, as cheaply as what they are allows.

What can be imported by both sides crosses by name. What cannot (lambdas, local functions, whatever
is defined in ``__main__``) crosses by value, with cloudpickle, if that is there. Only the pool's
own workers read these bytes: reading them runs what their writer chose.
"""

from __future__ import annotations

import importlib
import io
import pickle
import traceback
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from bridge._browser.interrupts import is_frame_of
from bridge.pool.errors import CloudpickleNeededError, FunctionError
from bridge.rpc.codec import importable
from bridge.rpc.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ByValueNeeded",
    "Packed",
    "name_of",
    "pack",
    "pack_call",
    "raised",
    "rebuilt",
    "unpack",
]

OUT_OF_BAND: Final = 8192
"""Bytes from which a buffer travels beside the pickle; below it, the copy is cheaper."""

_ATOMS: Final = frozenset({int, float, bool, str, type(None)})


class ByValueNeeded(Exception):  # noqa: N818 - not an error: the other way of packing has to be taken
    """Something can only cross by value."""


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


class _Bulk:
    """Lets large `bytes`, which pickle never takes out of band, travel beside the pickle."""

    __slots__ = ("data",)

    def __init__(self, data: bytes | bytearray) -> None:
        self.data = data

    def __reduce__(self) -> tuple[object, ...]:
        return type(self.data), (pickle.PickleBuffer(self.data),)


def name_of(function: object) -> str:
    """Return what messages call a function."""
    return str(getattr(function, "__qualname__", None) or type(function).__qualname__)


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (FunctionType, type)) and not importable(obj):
            raise ByValueNeeded
        return NotImplemented


def _bulk(value: object) -> object:
    kind = type(value)
    if (kind is bytes or kind is bytearray) and len(cast("bytes", value)) >= OUT_OF_BAND:
        return _Bulk(cast("bytes", value))
    if kind is tuple or kind is list:
        items = cast("list[object]", value)
        if _ATOMS.issuperset(map(type, items)):
            return value
        marked = [_bulk(item) for item in items]
        if any(one is not other for one, other in zip(marked, items, strict=True)):
            return kind(marked)
    return value


def _fixed(view: memoryview) -> object:
    # Whoever owns it may change it before it travels, or before it travels again.
    return view if type(view.obj) is bytes else bytearray(view)


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
    if type(value) in _ATOMS or (
        type(value) is tuple and _ATOMS.issuperset(map(type, cast("tuple[object, ...]", value)))
    ):
        return Packed(pickle.dumps(value, 5))
    views: list[memoryview] = []

    def take(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if whole or raw.nbytes < OUT_OF_BAND:
            return True
        views.append(raw)
        return False

    by_value = False
    file = io.BytesIO()
    value = value if whole else _bulk(value)
    try:
        try:
            _Pickler(file, 5, buffer_callback=take).dump(value)
        except ByValueNeeded:
            by_value = True
            views.clear()
            file = io.BytesIO()
            _by_value()(file, 5, buffer_callback=take).dump(value)
    except FunctionError:
        raise
    except Exception as error:
        raise FunctionError(
            what, f"{type(error).__name__}: {error}", "Send plain values, and make the rest there."
        ) from error
    return Packed(file.getvalue(), [_fixed(view) for view in views], by_value)


def pack_call(args: tuple[object, ...], named: dict[str, object]) -> Packed:
    """Pack what a function is called with: the same as `pack`, sooner for plain arguments."""
    if not named and _ATOMS.issuperset(map(type, args)):
        return Packed(pickle.dumps((args, named), 5))
    large = _bulk(args), {name: _bulk(value) for name, value in named.items()}
    return pack(large, "the arguments")


def unpack(body: bytes, buffers: Sequence[object] = ()) -> Any:
    """Read what `pack` wrote."""
    return pickle.loads(body, buffers=cast("Any", buffers))  # noqa: S301 - the pool's own workers


def _by_value() -> Callable[..., pickle.Pickler]:
    try:
        return cast("Callable[..., pickle.Pickler]", importlib.import_module("cloudpickle").Pickler)
    except ImportError:
        raise CloudpickleNeededError from None


Raised = tuple[str, str, str, "bytes | None"]
"""An exception on its way: its class's name, text, traceback, and pickle."""


def raised(error: BaseException, own: str) -> Raised:
    """Describe an exception so that it can always be told.

    Args:
        error: What was raised.
        own: The file whose frames at the beginning of the traceback are left out.
    """
    trace = error.__traceback__
    while trace is not None and (
        trace.tb_frame.f_code.co_filename == own or is_frame_of(trace.tb_frame)
    ):
        trace = trace.tb_next
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    try:
        text, where = str(error), "".join(traceback.format_exception(kind, error, trace))
    except Exception as fault:  # noqa: BLE001 - told in place of the text
        text, where = f"<its text cannot be had: {type(fault).__name__}>", ""
    whole = None
    if isinstance(error, Exception):
        try:
            whole = pack(error, whole=True).body
        except FunctionError:
            whole = None
    return name, text, where, whole


def rebuilt(description: Raised) -> Exception:
    """Make the exception again; its cause is a `RemoteError` with the traceback."""
    name, text, trace, whole = description
    remote = RemoteError(name, text, trace)
    if whole is None:
        return remote
    try:
        error = unpack(whole)
    except Exception:  # noqa: BLE001 - its class is not here, or cannot be rebuilt: the text remains
        return remote
    if not isinstance(error, Exception):
        return remote
    error.__cause__ = remote
    return error
