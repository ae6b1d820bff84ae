"""Functions by name: what another interpreter imports instead of getting it.

What cannot be found by its name has to cross by value. As a plain argument it would cross as a
reference to what lives here, and the work would come back to be done by the interpreter that was to
be spared it.
"""

from __future__ import annotations

import importlib
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from bridge._marshal.names import named
from bridge.offload.errors import NotOffloadableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Named", "Wrapper", "find", "has_name", "module_of", "plain", "require_importable"]

_BOUND: Final = "it is bound to an object, which lives here"


class Wrapper:
    """The base of what stands under a function's name and offloads it."""

    __wrapped__: Callable[..., Any]

    def __reduce__(self) -> tuple[object, ...]:
        # What arrives is the function: it is done there, and not offloaded again.
        return find, (self.__wrapped__.__module__, self.__wrapped__.__qualname__)


class Named:
    """A function under whose name its wrapper stands; pickled as that name.

    Args:
        fn: The function.
    """

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn

    def __reduce__(self) -> tuple[object, ...]:
        return find, (self.fn.__module__, self.fn.__qualname__)


def plain(fn: object) -> Any:
    """Return a function without the wrappers that offload it."""
    while isinstance(fn, Wrapper):
        fn = fn.__wrapped__
    return fn


def find(module: str, path: str) -> Any:
    """Return a function of a module, without the wrappers that offload it.

    Examples:
        >>> find("statistics", "mean").__name__
        'mean'
    """
    found: object = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return plain(found)


def module_of(fn: Callable[..., Any]) -> str:
    """Return the top-level module of what `require_importable` let pass."""
    inner = getattr(fn, "func", fn)  # functools.partial
    work = plain(inner.fn if isinstance(inner, Named) else inner)
    return str(getattr(work, "__module__", None) or type(work).__module__).partition(".")[0]


def require_importable(fn: Callable[..., Any]) -> Any:
    """Make sure that another interpreter finds a function by its name; return what to send for it.

    Args:
        fn: A function, class, class method or builtin of a module; ``functools.partial`` of one; or
            an object whose class is of a module, and which can be pickled.

    Raises:
        NotOffloadableError: It does not.

    Examples:
        >>> import statistics
        >>> require_importable(statistics.mean) is statistics.mean
        True
        >>> require_importable(lambda: 1)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        bridge.offload.errors.NotOffloadableError: <lambda> cannot be offloaded: it has no name ...
    """
    work = plain(fn)
    inner = getattr(work, "func", None)
    if inner is not None and not hasattr(work, "__qualname__"):
        require_importable(inner)
        return work
    name = str(getattr(work, "__qualname__", None) or type(work).__qualname__)
    if isinstance(work, MethodType):
        if not isinstance(work.__self__, type):
            raise NotOffloadableError(name, _BOUND, bound=True)
        return work
    if isinstance(work, BuiltinFunctionType):
        if not isinstance(work.__self__, (ModuleType, type, type(None))):
            raise NotOffloadableError(name, _BOUND, bound=True)
        return work
    owner = work if isinstance(work, (FunctionType, type)) else type(work)
    _require_name(owner, name)
    if owner is work and named(work.__module__, work.__qualname__) is not work:
        return Named(work)
    return work


def has_name(fn: Callable[..., Any]) -> bool:
    """Tell whether another interpreter finds a function by its name; if not, it crosses by value.

    Raises:
        NotOffloadableError: It is bound to an object, of which only a copy would be changed there.

    Examples:
        >>> import statistics
        >>> has_name(statistics.mean), has_name(lambda: 1)
        (True, False)
    """
    try:
        require_importable(fn)
    except NotOffloadableError as refusal:
        if refusal.bound:
            raise
        return False
    return True


def _require_name(owner: FunctionType | type, name: str) -> None:
    if "<" in owner.__qualname__:
        raise NotOffloadableError(name, "it has no name that another interpreter could import")
    if owner.__module__ == "__main__":
        raise NotOffloadableError(name, "it belongs to the program that runs here, not to a module")
    if plain(named(owner.__module__, owner.__qualname__)) is not owner:
        reason = f"{owner.__module__} has something else under this name"
        raise NotOffloadableError(name, reason)
