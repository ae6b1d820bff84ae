"""What a function that crosses by value takes along, and whether that is still the same."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from bridge._marshal.names import importable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Referred"]

_ABSENT: Final = object()


class Referred:
    """The global names and variables of enclosing functions that a function uses.

    Those of functions that it calls count, too, where these cross by value with it. A name that is
    bound to something else is noticed; a list that has grown is not.

    Examples:
        >>> rate = 2
        >>> function = eval("lambda: rate", {"rate": rate, "__name__": "__main__"})
        >>> found = Referred(function)
        >>> found.is_fresh()
        True
        >>> function.__globals__["rate"] = 3
        >>> found.is_fresh()
        False
    """

    __slots__ = ("_cells", "_codes", "_globals")

    def __init__(self, target: object) -> None:
        self._codes: list[tuple[FunctionType, CodeType, object, object]] = []
        self._globals: list[tuple[dict[str, Any], str, object]] = []
        self._cells: list[tuple[Any, object]] = []
        found: Any = getattr(target, "func", target)  # functools.partial
        waiting: list[object] = [found]
        seen: set[int] = set()
        while waiting:
            function = waiting.pop()
            if type(function) is FunctionType and id(function) not in seen:
                seen.add(id(function))
                if not importable(function):
                    waiting.extend(self._note(function))

    def _note(self, function: FunctionType) -> list[object]:
        defaults = function.__defaults__, function.__kwdefaults__
        self._codes.append((function, function.__code__, *defaults))
        namespace = function.__globals__
        used = [
            (name, namespace[name]) for name in set(_names(function.__code__)) if name in namespace
        ]
        self._globals.extend((namespace, name, value) for name, value in used)
        cells = [(cell, _content(cell)) for cell in function.__closure__ or ()]
        self._cells.extend(cells)
        return [value for _, value in (*used, *cells)]

    def is_fresh(self) -> bool:
        """Tell whether all of them are bound to what they were bound to."""
        return (
            all(namespace.get(name, _ABSENT) is value for namespace, name, value in self._globals)
            and all(_content(cell) is value for cell, value in self._cells)
            and all(
                function.__code__ is code
                and function.__defaults__ is defaults
                and function.__kwdefaults__ is named
                for function, code, defaults, named in self._codes
            )
        )


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        # The enclosing function has not bound it yet.
        return _ABSENT


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
