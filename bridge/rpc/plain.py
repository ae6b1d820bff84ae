"""Plain values as JSON and buffers: what is written to and read from ends that are not trusted.

`None`, booleans, numbers, texts, lists and dictionaries with keys of text are JSON's own. Every
other value is an object with one key, which begins with an exclamation mark and says what it is;
large bytes lie beside the text. The text is read by the interpreter's own JSON parser after it was
counted. Nothing in it is looked up anywhere but in fixed tables and in what the application allows.

A value that is held twice arrives as two, and one that holds itself cannot be written.
"""

from __future__ import annotations

import binascii
import builtins
import dataclasses
import datetime as dt
import enum
import importlib
import json
import sys
import uuid
from array import array
from collections import Counter, OrderedDict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from bridge import errors as core
from bridge._marshal.arrays import array_of
from bridge._marshal.shared import view_of
from bridge.errors import BridgeError
from bridge.rpc import errors as rpc_errors
from bridge.rpc.errors import LimitExceededError, MalformedMessageError, NotAllowedError
from bridge.rpc.limits import shortened
from bridge.rpc.scan import check_size

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from bridge.rpc.limits import PeerLimits

__all__ = ["ERRORS", "Names", "Reader", "size_of"]

ERRORS: Final[Mapping[str, type[Exception]]] = {
    **{
        name: found
        for name, found in vars(builtins).items()
        if isinstance(found, type) and issubclass(found, Exception) and found.__name__ == name
    },
    **{
        f"{module.__name__}.{name}": getattr(module, name)
        for module in (core, rpc_errors)
        for name in module.__all__
    },
}
"""The classes of exceptions that are read from anybody, by qualified name."""

_SAME_HASH: Final = 1_000
"""Keys that may have the same hash as another one: each costs as much as there are."""
_FEW_DIGITS: Final = 4_300
"""Digits up to which arithmetic that takes time in their square is cheap."""
_BITS: Final = 4
_NUMBER: Final = 8
_DETAIL: Final = 300


class Names:
    """What the application lets an untrusted end name; looked up when it is first named.

    Args:
        allowed: ``module:qualified name``, each.

    Examples:
        >>> Names({"decimal:Context"}).find("decimal:Context")
        <class 'decimal.Context'>
        >>> Names(()).find("os:system")
        Traceback (most recent call last):
        ...
        bridge.rpc.errors.NotAllowedError: a message names os:system, which this connection does \
not read. Send plain values, or let the receiver allow it: Peer(port, allow=['os:system']).
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._found: dict[str, object] = {}

    def __contains__(self, full: str) -> bool:
        return full in self._allowed

    def find(self, full: object) -> object:
        """Return what is allowed under a name.

        Raises:
            NotAllowedError: It is not allowed.
        """
        if type(full) is not str or full not in self._allowed:
            raise NotAllowedError(shortened(str(full), _DETAIL))
        if full not in self._found:
            module, _, name = full.partition(":")
            found: object = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            self._found[full] = found
        return self._found[full]


class Home(Protocol):
    """What reading needs of the end that reads."""

    def own(self, number: int) -> object:
        """Return an object of this end that the other end sends back."""


def size_of(buffers: Iterable[object]) -> int:
    """Return how many bytes buffers hold; memory that is shared takes none."""
    return sum(memoryview(cast("bytes", buffer)).nbytes for buffer in buffers if _is_bytes(buffer))


def _is_bytes(buffer: object) -> bool:
    return isinstance(buffer, (bytes, bytearray, memoryview))


class Reader:
    """Reads one message.

    Args:
        home: The end that reads.
        taken: What the message hands over, by number.
        buffers: What lies beside the text.
        names: What may be named.
        limits: How much is read; ``None`` for anything.
    """

    def __init__(
        self,
        home: Home,
        taken: Mapping[int, object],
        buffers: Sequence[object],
        names: Names,
        limits: PeerLimits | None,
    ) -> None:
        self.home = home
        self.taken = taken
        self.buffers = buffers
        self.names = names
        self.limits = limits
        self._used: set[int] = set()
        self._bytes: dict[int, bytes] = {}
        self._numbers = 0

    def read(self, body: bytes) -> object:
        """Read a text.

        Raises:
            MalformedMessageError: It is no value, or more than is read.
            NotAllowedError: It names something that is not allowed.
            ReferenceLostError: It refers to an object that this end has let go.
        """
        if self.limits is not None:
            check_size(body, self.limits)
        try:
            text = body.decode("utf-8", "surrogatepass")
            if b'"!' in body:
                return json.loads(text, object_hook=self._hook)
            return json.loads(text)
        except BridgeError:
            raise
        # What does not fit raises whatever its type makes of it.
        except Exception as error:  # noqa: BLE001 - told as what it is
            detail = shortened(f"{type(error).__name__}: {error}", _DETAIL)
            raise MalformedMessageError(detail) from None

    def _hook(self, found: dict[str, Any]) -> object:
        if len(found) == 1:
            for key, parts in found.items():
                if key[:1] == "!":
                    make = _MAKERS.get(key)
                    if make is None:
                        raise MalformedMessageError(
                            f"{shortened(key, _DETAIL)!r} is no kind of value"
                        )
                    return make(self, parts)
        return found

    def raw(self, place: object) -> object:
        """Return bytes: a text of base 64, or the number of what lies beside."""
        if type(place) is str:
            return bytearray(binascii.a2b_base64(place, strict_mode=True))
        found = self.beside(place)
        if place in self._used:
            raise MalformedMessageError(f"the buffer {place} is used twice")
        self._used.add(cast("int", place))
        return found

    def beside(self, place: object) -> object:
        """Return what lies beside."""
        if type(place) is not int or not 0 <= place < len(self.buffers):
            raise MalformedMessageError(f"there is no buffer {shortened(repr(place), _DETAIL)}")
        return self.buffers[place]

    def constant(self, place: object) -> bytes:
        """Return `bytes`; the same ones may be used again."""
        if type(place) is str:
            return binascii.a2b_base64(place, strict_mode=True)
        raw = self.beside(place)
        number = cast("int", place)
        if number not in self._bytes:
            self._bytes[number] = bytes(memoryview(cast("bytes", raw)))
        return self._bytes[number]

    def text(self, place: object) -> str:
        """Return a text that lies beside."""
        return str(cast("bytes", self.raw(place)), "utf-8", "surrogatepass")

    def numbers(self, parts: Any) -> list[Any]:
        """Return a list of numbers of one type, as little-endian bytes."""
        code, place = parts
        if code not in ("d", "q"):
            raise MalformedMessageError("numbers should be of 64 bits")
        raw = memoryview(cast("bytes", self.raw(place))).cast("B")
        self._numbers += raw.nbytes // _NUMBER
        if self.limits is not None and self._numbers > self.limits.items:
            raise LimitExceededError("items", self._numbers, self.limits.items)
        found = array(code)
        found.frombytes(raw)
        if sys.byteorder == "big":
            found.byteswap()
        return found.tolist()

    def number(self, text: str) -> int:
        """Return an integer that has too many digits for JSON's parser."""
        most = sys.maxsize if self.limits is None else self.limits.digits
        if type(text) is not str:
            raise MalformedMessageError("a long number should be a text")
        # A hexadecimal digit is worth a little more than a decimal one.
        if len(text) > most:
            raise LimitExceededError("digits", len(text), most)
        return int(text, 16)

    def reference(self, number: int) -> object:
        """Return what the message hands over."""
        try:
            return self.taken[number]
        except (KeyError, TypeError):
            shown = shortened(repr(number), _DETAIL)
            raise MalformedMessageError(f"the reference {shown} was not handed over") from None

    def returned(self, number: int) -> object:
        """Return an object of this end."""
        if type(number) is not int:
            raise MalformedMessageError("an object should be a number")
        return self.home.own(number)

    def array(self, parts: Any) -> object:
        """Return an array of NumPy, where that is in use."""
        kind, shape, order, place = parts
        if "numpy" not in sys.modules:
            self.names.find("numpy:ndarray")
        return array_of(kind, tuple(shape), order, self.raw(place))

    def instance(self, parts: Any) -> object:
        """Return an instance of a class that is allowed, made of its fields."""
        full, values = parts
        kind = cast("Any", self.names.find(full))
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            known = {field.name for field in dataclasses.fields(kind) if field.init}
        elif isinstance(kind, type) and issubclass(kind, tuple):
            known = set(getattr(kind, "_fields", ()))
        else:
            raise NotAllowedError(full)
        if type(values) is not dict or not known.issuperset(values):
            raise MalformedMessageError(f"{full} has no such fields")
        return kind(**values)

    def member(self, parts: Any) -> object:
        """Return a member of an enumeration that is allowed."""
        full, name = parts
        kind = self.names.find(full)
        if not isinstance(kind, enum.EnumMeta):
            raise NotAllowedError(full)
        return kind.__members__[name]

    def error(self, parts: Any) -> Exception:
        """Return an exception of a class that is read from anybody."""
        name, args, facts = parts
        kind = ERRORS.get(name)
        if kind is None:
            raise NotAllowedError(shortened(str(name), _DETAIL))
        if facts is None:
            return kind(*args)
        if not issubclass(kind, BridgeError) or type(facts.get("message")) is not str:
            raise MalformedMessageError(f"{name} should have a message")
        if any(name.startswith("__") for name in facts):
            raise MalformedMessageError("an error of bridge should be a class and its facts")
        return core._rebuild(kind, facts)  # noqa: SLF001 - the inverse of what was written


def _checked(keys: list[Any]) -> list[Any]:
    """Refuse keys that are made to collide; reading them would take time in their square."""
    if len(keys) > _SAME_HASH and len(keys) - len(set(map(hash, keys))) > _SAME_HASH:
        raise MalformedMessageError(f"over {_SAME_HASH} keys have the same hash as another one")
    return keys


def _pairs(parts: Any) -> zip[tuple[Any, Any]]:
    keys, values = parts
    if len(set(_checked(keys))) != len(keys):
        raise MalformedMessageError("a key is there twice")
    return zip(keys, values, strict=True)


def _members(parts: Any) -> set[Any]:
    found = set(_checked(parts))
    if len(found) != len(parts):
        raise MalformedMessageError("a member of a set is there twice")
    return found


def _columns(parts: Any) -> list[tuple[Any, ...]]:
    if type(parts) is not list or not parts or {type(each) for each in parts} != {list}:
        raise MalformedMessageError("columns should be lists")
    return list(zip(*parts, strict=True))


def _rows(parts: Any) -> list[dict[str, Any]]:
    keys, columns = parts
    distinct = type(keys) is list and {type(key) for key in keys} == {str} and set(keys)
    if not distinct or len(distinct) != len(keys) or len(keys) != len(columns):
        raise MalformedMessageError("rows should have one column for each of their keys")
    return [dict(zip(keys, row, strict=True)) for row in _columns(columns)]


def _fraction(parts: Any) -> Fraction:
    top, bottom = parts
    if type(top) is not int or type(bottom) is not int:
        raise MalformedMessageError("a fraction should be two integers")
    digits = max(top.bit_length(), bottom.bit_length()) // _BITS
    if digits > _FEW_DIGITS:
        raise MalformedMessageError(f"a fraction has over {_FEW_DIGITS} digits")
    return Fraction(top, bottom)


def _decimal(reader: Reader, text: Any) -> Decimal:
    if type(text) is not str:
        raise MalformedMessageError("a decimal should be a text")
    if reader.limits is not None and len(text) > reader.limits.digits:
        raise LimitExceededError("digits", len(text), reader.limits.digits)
    return Decimal(text)


def _three(kind: type) -> Callable[[Reader, Any], object]:
    return lambda _, parts: kind(*_exactly(parts, 3))


def _exactly(parts: Any, count: int) -> list[Any]:
    if type(parts) is not list or len(parts) != count:
        raise MalformedMessageError(f"a value should have {count} parts")
    return parts


def _when(parts: Any, kind: Any, count: int) -> object:
    *fields, fold, zone = _exactly(parts, count)
    return kind(*fields, tzinfo=zone, fold=fold)


def _zone(parts: Any) -> dt.timezone:
    offset, name = parts
    return dt.timezone(offset) if name is None else dt.timezone(offset, name)


def _text(make: Callable[[str], object]) -> Callable[[Reader, Any], object]:
    def made(_: Reader, text: Any) -> object:
        if type(text) is not str:
            raise MalformedMessageError("a value should be written as a text")
        return make(text)

    return made


def _list(make: Callable[[list[Any]], object]) -> Callable[[Reader, Any], object]:
    def made(_: Reader, parts: Any) -> object:
        if type(parts) is not list:
            raise MalformedMessageError("a value should be written as a list")
        return make(parts)

    return made


_MAKERS: Final[dict[str, Callable[[Reader, Any], object]]] = {
    "!t": _list(tuple),
    "!tt": _list(_columns),
    "!rows": _list(_rows),
    "!n": Reader.numbers,
    "!u": Reader.text,
    "!s": _list(_members),
    "!f": _list(lambda parts: frozenset(_members(parts))),
    "!d": _list(lambda parts: dict(_pairs(parts))),
    "!od": _list(lambda parts: OrderedDict(_pairs(parts))),
    "!count": _list(lambda parts: Counter(dict(_pairs(parts)))),
    "!q": _list(lambda parts: deque(_exactly(parts, 2)[0], parts[1])),
    "!b": lambda reader, place: reader.constant(place),
    "!ba": lambda reader, place: bytearray(memoryview(cast("bytes", reader.raw(place)))),
    "!mv": lambda reader, place: memoryview(cast("bytes", reader.raw(place))),
    "!i": Reader.number,
    "!c": _list(lambda parts: complex(*_exactly(parts, 2))),
    "!range": _three(range),
    "!slice": _three(slice),
    "!date": _three(dt.date),
    "!time": _list(lambda parts: _when(parts, dt.time, 6)),
    "!datetime": _list(lambda parts: _when(parts, dt.datetime, 9)),
    "!delta": _three(dt.timedelta),
    "!zone": _list(_zone),
    "!uuid": _text(uuid.UUID),
    "!dec": _decimal,
    "!frac": _list(_fraction),
    "!path": _text(PurePosixPath),
    "!np": Reader.array,
    "!shared": lambda reader, parts: view_of(reader.beside(parts[3]), *parts[:3]),
    "!ref": Reader.reference,
    "!own": Reader.returned,
    "!name": lambda reader, full: reader.names.find(full),
    "!new": Reader.instance,
    "!member": Reader.member,
    "!error": Reader.error,
}
