"""Plain values to JSON and buffers; the inverse of `bridge.rpc.plain`."""

from __future__ import annotations

import binascii
import dataclasses
import datetime as dt
import enum
import json
import sys
import uuid
from array import array
from collections import Counter, OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

from bridge._browser import ffi
from bridge._marshal.arrays import array_type, reduce_array
from bridge._marshal.shared import parts_of
from bridge.errors import BridgeError
from bridge.rpc.errors import EncodingError
from bridge.rpc.plain import ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Crossing", "Writer"]

Crossing = tuple[str, object]
"""How something crosses that is no plain value: its tag, and what stands for it; the tag ``=``
means that another value crosses in its place."""

_ATOMS: Final = frozenset({int, float, bool, str, type(None)})
_TEXT: Final = frozenset({str})
_NUMBERS: Final = {float: "d", int: "q"}
_MANY: Final = 64
"""Items from which lists of one kind are written as a whole."""
_LONG_TEXT: Final = 8_192
"""Characters from which a text lies beside, where nobody looks for its end."""
_BITS: Final = 14_000
"""Bits up to which an integer is written in decimal digits."""

_dump: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode


class Writer:
    """Writes one message.

    Args:
        cross: Tells how an object crosses; ``None`` if it should be a plain value.
        nesting: Levels of containers that are written.
        aside: Bytes from which a buffer lies beside the text.
    """

    def __init__(
        self, cross: Callable[[object], Crossing | None], nesting: int, aside: int
    ) -> None:
        self.buffers: list[object] = []
        self._cross = cross
        self._left = nesting
        self._aside = aside
        self._places: dict[int, int] = {}
        self._long = False

    def write(self, value: object) -> bytes:
        """Write a value.

        Raises:
            EncodingError: It is no plain value.
        """
        try:
            text = _dump(self._tree(value))
        except ValueError:
            # An integer with more digits than Python writes: they are looked for.
            self._long = True
            self.buffers.clear()
            self._places.clear()
            text = _dump(self._tree(value))
        return text.encode("utf-8", "surrogatepass")

    def _tree(self, value: Any) -> object:
        kind = type(value)
        if kind in _ATOMS:
            if self._long and kind is int and value.bit_length() > _BITS:
                return {"!i": f"{value:x}"}
            if kind is str and len(value) >= _LONG_TEXT:
                self.buffers.append(value.encode("utf-8", "surrogatepass"))
                return {"!u": len(self.buffers) - 1}
            return value
        if self._left == 0:
            raise EncodingError("a value", "it is nested too deep, or holds itself")
        self._left -= 1
        try:
            write = _WRITERS.get(kind)
            return write(self, value) if write is not None else self._other(value, kind)
        finally:
            self._left += 1

    def _list(self, value: list[Any]) -> object:
        kinds = set(map(type, value))
        if len(kinds) == 1 and len(value) >= _MANY:
            written = self._alike(value, *kinds)
            if written is not None:
                return written
        if not self._long and kinds <= _ATOMS and not (str in kinds and _has_long(value)):
            return value
        return [self._tree(item) for item in value]

    def _alike(self, value: list[Any], kind: type) -> object:  # noqa: PLR0911 - one per kind
        """Write many items of one type as buffers or by column; `None` if that does not fit."""
        if kind in _NUMBERS:
            try:
                numbers = array(_NUMBERS[kind], value)
            except OverflowError:
                return None
            if sys.byteorder == "big":
                numbers.byteswap()
            return {"!n": [numbers.typecode, self._raw(numbers)]}
        if kind is tuple:
            if len(value[0]) == 0 or len(set(map(len, value))) != 1:
                return None
            return {"!tt": self._columns(zip(*value, strict=True))}
        if kind is dict:
            keys = list(value[0])
            if not keys or not _TEXT.issuperset(map(type, keys)) or len(set(map(tuple, value))) > 1:
                return None
            return {"!rows": [keys, self._columns(zip(*map(dict.values, value), strict=True))]}
        return None

    def _columns(self, columns: Iterable[tuple[Any, ...]]) -> list[object]:
        return [self._tree(list(column)) for column in columns]

    def _dict(self, value: dict[Any, Any]) -> object:
        if not _TEXT.issuperset(map(type, value)) or (
            len(value) == 1 and next(iter(value)).startswith("!")
        ):
            return {"!d": self._pairs(value)}
        kinds = set(map(type, value.values()))
        if not self._long and kinds <= _ATOMS and not (str in kinds and _has_long(value.values())):
            return value
        return {key: self._tree(item) for key, item in value.items()}

    def _pairs(self, value: dict[Any, Any]) -> object:
        return [self._list(list(value)), self._list(list(value.values()))]

    def _parts(self, *parts: object) -> object:
        return [self._tree(part) for part in parts]

    def _raw(self, value: Any) -> object:
        view = memoryview(value)
        if view.nbytes < self._aside:
            return binascii.b2a_base64(view, newline=False).decode("ascii")
        self.buffers.append(value)
        return len(self.buffers) - 1

    def _bytes(self, value: bytes) -> object:
        place = self._places.get(id(value))
        if place is None:
            found = self._raw(value)
            if type(found) is int:
                self._places[id(value)] = found
            return {"!b": found}
        return {"!b": place}

    def _view(self, value: memoryview) -> object:
        if not value.contiguous:
            raise EncodingError("a memoryview", "it is not contiguous")
        return {"!mv": self._raw(value.cast("B") if value.ndim else value)}

    def _other(self, value: Any, kind: type) -> object:  # noqa: PLR0911 - one per kind
        crossing = self._cross(value)
        if crossing is not None:
            tag, stands = crossing
            return self._tree(stands) if tag == "=" else {tag: stands}
        if kind is array_type():
            reduced = reduce_array(value)
            if reduced is not None:
                name, shape, order, raw = cast("Any", reduced[1])
                return {"!np": [name, list(shape), order, self._raw(raw.raw())]}
        if ffi.is_host_object(value):
            memory, *view = parts_of(value)
            self.buffers.append(memory)
            return {"!shared": [*view, len(self.buffers) - 1]}
        full = f"{kind.__module__}:{kind.__qualname__}"
        if isinstance(value, enum.Enum):
            return {"!member": [full, value.name]}
        if dataclasses.is_dataclass(kind):
            fields = (field.name for field in dataclasses.fields(kind) if field.init)
            return {"!new": [full, {name: self._tree(getattr(value, name)) for name in fields}]}
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            items = zip(cast("Any", kind)._fields, value, strict=True)
            return {"!new": [full, {name: self._tree(item) for name, item in items}]}
        if isinstance(value, Exception):
            return {"!error": self._error(value, kind)}
        raise EncodingError(
            f"an instance of {kind.__qualname__}",
            "ends that are not trusted exchange plain values, and instances of dataclasses, named "
            "tuples and enumerations that the receiver allows",
        )

    def _error(self, error: Exception, kind: type) -> object:
        name = kind.__qualname__
        if kind.__module__ != "builtins":
            name = f"{kind.__module__}.{name}"
        if ERRORS.get(name) is not kind:
            raise EncodingError(f"an instance of {name}", "its class is not read from strangers")
        if isinstance(error, BridgeError):
            facts = {key: item for key, item in vars(error).items() if not key.startswith("__")}
            return [name, [], {key: self._tree(item) for key, item in facts.items()}]
        if isinstance(error, SyntaxError):
            # Where it was read is nothing for strangers.
            return [name, [error.msg], None]
        return [name, [self._tree(item) for item in error.args], None]


def _has_long(items: Iterable[Any]) -> bool:
    for item in items:  # noqa: SIM110 - for each small dictionary, and a generator costs more
        if type(item) is str and len(item) >= _LONG_TEXT:
            return True
    return False


def _when(value: Any, *fields: object) -> list[object]:
    return [*fields, value.hour, value.minute, value.second, value.microsecond, value.fold]


def _date(value: dt.date) -> list[object]:
    return [value.year, value.month, value.day]


def _zone(writer: Writer, zone: dt.timezone) -> object:
    named = zone.__getinitargs__()  # type: ignore[attr-defined]
    return {"!zone": [*writer._parts(named[0]), named[1] if len(named) > 1 else None]}  # type: ignore[misc]  # noqa: SLF001 - the writer's own


_WRITERS: Final[dict[type, Callable[[Writer, Any], object]]] = {
    list: lambda self, value: self._list(value),
    dict: lambda self, value: self._dict(value),
    tuple: lambda self, value: {"!t": self._list(list(value))},
    set: lambda self, value: {"!s": self._list(list(value))},
    frozenset: lambda self, value: {"!f": self._list(list(value))},
    deque: lambda self, value: {"!q": [self._list(list(value)), value.maxlen]},
    OrderedDict: lambda self, value: {"!od": self._pairs(value)},
    Counter: lambda self, value: {"!count": self._pairs(value)},
    bytes: lambda self, value: self._bytes(value),
    bytearray: lambda self, value: {"!ba": self._raw(value)},
    memoryview: lambda self, value: self._view(value),
    complex: lambda _, value: {"!c": [value.real, value.imag]},
    range: lambda self, value: {"!range": self._parts(value.start, value.stop, value.step)},
    slice: lambda self, value: {"!slice": self._parts(value.start, value.stop, value.step)},
    dt.date: lambda _, value: {"!date": _date(value)},
    dt.time: lambda self, value: {"!time": [*_when(value), self._tree(value.tzinfo)]},
    dt.datetime: lambda self, value: {
        "!datetime": [*_when(value, *_date(value)), self._tree(value.tzinfo)]
    },
    dt.timedelta: lambda _, value: {"!delta": [value.days, value.seconds, value.microseconds]},
    dt.timezone: _zone,
    uuid.UUID: lambda _, value: {"!uuid": value.hex},
    Decimal: lambda _, value: {"!dec": str(value)},
    Fraction: lambda self, value: {"!frac": self._parts(value.numerator, value.denominator)},
    PurePosixPath: lambda _, value: {"!path": str(value)},
}
