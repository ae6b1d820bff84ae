"""The objects that one end has handed over by reference, by number.

Counted: each time that a reference travels adds one, and the other end gives back as many as it
got. A release that crosses with a new use on its way therefore never frees what is in use.
"""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    ClassMethodDescriptorType,
    FunctionType,
    GeneratorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Final

from bridge.rpc.errors import NotExposedError, ReferenceLostError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ROOT", "Export", "Sort", "Table", "sort_of"]

ROOT: Final = 0
"""The number of the object that an end serves from the beginning; never released."""


class Sort(enum.IntEnum):
    """What can be done with an object; stands in the lowest two bits of its number."""

    OBJECT = 0
    FUNCTION = 1
    ITERATOR = 2


# A partial's public names are its function and arguments, a cached function's empty its cache.
_FUNCTIONS: Final = (
    FunctionType,
    MethodType,
    BuiltinMethodType,
    ClassMethodDescriptorType,
    MethodDescriptorType,
    MethodWrapperType,
    WrapperDescriptorType,
    functools.partial,
    type(functools.cache(lambda: None)),
    type,
)
_ITERATORS: Final = (GeneratorType, AsyncGeneratorType)


def sort_of(obj: object) -> Sort:
    """Tell what the other end may do with an object.

    Examples:
        >>> sort_of(print).name, sort_of(n for n in "a").name, sort_of(object()).name
        ('FUNCTION', 'ITERATOR', 'OBJECT')
    """
    if isinstance(obj, _FUNCTIONS):
        return Sort.FUNCTION
    return Sort.ITERATOR if isinstance(obj, _ITERATORS) else Sort.OBJECT


@dataclass(slots=True)
class Export:
    """An object handed over.

    Attributes:
        target: The object; held as long as the other end may use it.
        sort: What may be done with it.
        count: How often it was handed over and not given back.
        fault: What an iterator raised after items that were still delivered.
        is_root: Whether it is what the end serves from the beginning.
    """

    target: object
    sort: Sort
    count: int = 0
    fault: BaseException | None = None
    is_root: bool = False


def _identity(obj: object) -> object:
    # A bound method is made anew by each access; its parts are the same, and are kept by it.
    if isinstance(obj, MethodType):
        return id(obj.__self__), id(obj.__func__)
    return id(obj)


class Table:
    """Objects by number, and numbers by object.

    Args:
        dropped: Called with each object that nobody on the other end refers to any more.
    """

    __slots__ = ("_dropped", "_exports", "_numbers", "_serial")

    def __init__(self, dropped: Callable[[object], object] | None = None) -> None:
        self._dropped = dropped
        self._exports: dict[int, Export] = {}
        self._numbers: dict[object, int] = {}
        self._serial = 0

    def serve(self, obj: object) -> None:
        """Make an object the root."""
        self._exports[ROOT] = Export(obj, sort_of(obj), 1, is_root=True)
        self._numbers[_identity(obj)] = ROOT

    def add(self, obj: object) -> int:
        """Hand an object over once more; return its number.

        Examples:
            >>> table = Table()
            >>> mine = object()
            >>> number = table.add(mine)
            >>> table.add(mine) == number
            True
            >>> table.release(number, 1), len(table), table.release(number, 1), len(table)
            (None, 1, None, 0)
        """
        identity = _identity(obj)
        number = self._numbers.get(identity)
        if number is None:
            sort = sort_of(obj)
            self._serial += 1
            number = self._serial << 2 | sort
            self._numbers[identity] = number
            self._exports[number] = Export(obj, sort)
        self._exports[number].count += 1
        return number

    def knows(self, obj: object) -> bool:
        """Tell whether an object has been handed over and is still referred to."""
        return _identity(obj) in self._numbers

    def find(self, number: int) -> Export:
        """Return what a number stands for.

        Raises:
            ReferenceLostError: It stands for nothing.
        """
        try:
            return self._exports[number]
        except KeyError:
            if number == ROOT:
                raise NotExposedError("", "this end", "it serves no object") from None
            raise ReferenceLostError(number) from None

    def release(self, number: int, times: int) -> None:
        """Take back references; the last one lets the object go.

        A number that is not known is ignored: who gives back too much harms only itself.
        """
        export = self._exports.get(number)
        if export is None or number == ROOT:
            return
        export.count -= times
        if export.count > 0:
            return
        del self._exports[number]
        del self._numbers[_identity(export.target)]
        if self._dropped is not None:
            self._dropped(export.target)

    def clear(self) -> None:
        """Let everything go, the root too."""
        exports = list(self._exports.values())
        self._exports.clear()
        self._numbers.clear()
        if self._dropped is not None:
            for export in exports:
                self._dropped(export.target)

    def counts(self) -> dict[int, int]:
        """How often each object was handed over and not given back, by number, without the root."""
        return {number: export.count for number, export in self._exports.items() if number != ROOT}

    def __len__(self) -> int:
        return len(self._exports) - (ROOT in self._exports)
