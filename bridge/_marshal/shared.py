"""Shared memory on its way: what arrives is the same memory, neither copied nor moved.

On both ends it is an object of the page, a ``SharedArrayBuffer`` or a view of one, since Python's
own memory cannot be shared. Python copies out of a view by ``view.assign_to(buffer)`` and into it
by ``view.assign(buffer)``; single items are read and written by JavaScript's methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from bridge._browser import ffi
from bridge._marshal.errors import UnreadableError, UnsendableError
from bridge.environment import HOW_TO_ISOLATE, is_cross_origin_isolated

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parts", "parts_of", "view_of"]

_WHOLE: Final = "SharedArrayBuffer"
_VIEWS: Final = frozenset(
    {
        "BigInt64Array",
        "BigUint64Array",
        "DataView",
        "Float16Array",
        "Float32Array",
        "Float64Array",
        "Int16Array",
        "Int32Array",
        "Int8Array",
        "Uint16Array",
        "Uint32Array",
        "Uint8Array",
        "Uint8ClampedArray",
    }
)


class Parts(NamedTuple):
    """What a view of shared memory is made of.

    Attributes:
        memory: The ``SharedArrayBuffer``.
        kind: The name of the view's class, or ``SharedArrayBuffer`` if it is the memory itself.
        offset: Bytes before it.
        length: Its items; of a ``DataView``, bytes.
    """

    memory: object
    kind: str
    offset: int = 0
    length: int = 0


class _New(Protocol):
    def new(self, *arguments: object) -> object: ...


def _kind(value: object) -> str:
    # The objects' own tag: a class can be replaced, and a name is only a name.
    page = ffi.js_globals("shared memory")
    tell = ffi.get(ffi.get(ffi.get(page, "Object"), "prototype"), "toString")
    text = str(cast("Callable[[object], object]", ffi.get(tell, "call"))(value))
    return text.removeprefix("[object ").removesuffix("]")


def parts_of(value: object) -> Parts:
    """Take a view of shared memory apart.

    Args:
        value: An object of the page.

    Raises:
        UnsendableError: It is no shared memory, or cannot be shared because the page is not
            cross-origin isolated.
    """
    kind = _kind(value)
    memory = ffi.get(value, "buffer") if kind in _VIEWS else value
    if memory is None or _kind(memory) != _WHOLE:
        raise UnsendableError(
            f"{kind} of the page",
            "of the page's objects, only shared memory crosses (convert others: x.to_py())",
        )
    if not is_cross_origin_isolated():
        raise UnsendableError(
            "shared memory",
            f"the page is not cross-origin isolated ({HOW_TO_ISOLATE}; or send a copy)",
        )
    if kind == _WHOLE:
        return Parts(memory, kind)
    length = ffi.get(value, "byteLength" if kind == "DataView" else "length")
    return Parts(memory, kind, cast("int", ffi.get(value, "byteOffset")), cast("int", length))


def view_of(memory: object, kind: str, offset: int, length: int) -> object:
    """Make a view as it was on the other side.

    Raises:
        UnreadableError: The parts do not fit each other.
    """
    if (kind != _WHOLE and kind not in _VIEWS) or not ffi.is_host_object(memory):
        raise UnreadableError(f"{kind!r} is no view of shared memory")
    if _kind(memory) != _WHOLE:
        raise UnreadableError(f"{kind} has no shared memory to view")
    if kind == _WHOLE:
        return memory
    page = ffi.js_globals("shared memory")
    # What does not fit is an error of JavaScript, and becomes that of the message.
    return cast("_New", ffi.get(page, kind)).new(memory, offset, length)
