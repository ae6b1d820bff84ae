"""What of a served object the other end may use: the one rule that every kind of end asks.

Names are taken one at a time. What is exposed is what somebody wrote down for it: the public names
of an object or of its class, the names that a module lists in ``__all__`` or defines itself, and,
where an interface is given, no more than its names. What Python makes by itself (modules that were
imported, frames, code, the parts of functions and generators) is never exposed. Only what a class
declares as data can be set.
"""

from __future__ import annotations

import inspect
import re
import sys
import unicodedata
from types import (
    CellType,
    CodeType,
    CoroutineType,
    FrameType,
    MethodType,
    ModuleType,
    TracebackType,
)
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol

from bridge._browser import ffi
from bridge.rpc.errors import NotExposedError
from bridge.rpc.remote import Member, Remote, RemoteIterator
from bridge.rpc.table import Sort, sort_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Exposure", "clipped", "owner_of", "public", "settable"]

_LONGEST: Final = 200
"""Characters of a name; what is longer is no name that somebody wrote."""
_MOST_KNOWN: Final = 1000
_TOLD: Final = 60
"""Characters of a refused name that its error repeats."""
_INTERNALS: Final = (CellType, CodeType, CoroutineType, FrameType, TracebackType)
_STAND_INS: Final = (Remote, RemoteIterator, Member)
_FIXED: Final = re.compile(r"(?:\w+\.)*(?:ClassVar|Final|InitVar)\b")
_BARE: Final = frozenset({object, Protocol, Generic})
_REPLACED: Final = "it cannot be replaced"
# From 3.14 on they are evaluated when they are asked for, and may name what is not there.
_AS_TEXT: Final[dict[str, Any]] = {"format": 4} if sys.version_info >= (3, 14) else {}


def public(name: object) -> bool:
    """Tell whether a name is one step, and meant for others.

    Examples:
        >>> [public(name) for name in ("add", "_pin", "__class__", "a.b", "", "1", 7)]
        [True, False, False, False, False, False, False]
    """
    return (
        type(name) is str
        and len(name) <= _LONGEST
        and name.isidentifier()
        and not name.startswith("_")
        # Python's own parser reads what looks like another name as that other name.
        and (name.isascii() or unicodedata.normalize("NFKC", name) == name)
    )


def clipped(name: str) -> str:
    """Return a name as it stands in errors, which go to whoever sent it."""
    return name if len(name) <= _TOLD else f"{name[:_TOLD]}..."


def owner_of(target: object) -> str:
    """Return what a target is called in errors."""
    kind = type(target)
    if isinstance(target, ModuleType):
        return str(vars(target).get("__name__", "module"))
    if sort_of(target) is Sort.FUNCTION:
        return str(getattr(target, "__qualname__", kind.__qualname__))
    return kind.__qualname__


class Exposure:
    """Decides for the objects of one end; asked before anything is done with them.

    Args:
        interface: A class whose public names and special methods are all that is exposed; without
            it, all that the objects and their classes declare.

    Examples:
        >>> class Counter:
        ...     total: int = 0
        ...
        ...     def add(self, number: int) -> int:
        ...         self.total += number
        ...         return self.total
        >>> exposure, counter = Exposure(), Counter()
        >>> exposure.member(counter, "add")(3)
        3
        >>> exposure.assign(counter, "total", 7)
        >>> exposure.member(counter, "total")
        7
        >>> try:
        ...     exposure.assign(counter, "add", None)
        ... except NotExposedError as error:
        ...     print(error.attribute, error.owner)
        add Counter
    """

    __slots__ = ("_known", "_operators", "_settable", "_shown")

    def __init__(self, interface: type | None = None) -> None:
        # What was found to be exposed by a class, which most calls ask again and again.
        self._known: set[tuple[type, str]] = set()
        self._shown: frozenset[str] | None = None
        self._operators: frozenset[str] | None = None
        self._settable: frozenset[str] | None = None
        if interface is not None:
            self._shown = _names_of(interface)
            self._operators = _operators_of(interface)
            self._settable = frozenset(name for name in self._shown if settable(interface, name))

    def member(self, target: object, name: str) -> Any:
        """Return what a public name stands for, to be called or read.

        Raises:
            NotExposedError: The target does not expose it.
        """
        kind = type(target)
        plain = type(kind) is type and type(name) is str
        if not (plain and (kind, name) in self._known):
            self._check(target, name)
            if plain and _in_class(kind, name) and len(self._known) < _MOST_KNOWN:
                self._known.add((kind, name))
        try:
            value = getattr(target, name)
        except AttributeError as error:
            if _declared(target, name):
                raise
            raise NotExposedError(clipped(name), owner_of(target)) from error
        reason = "" if type(value) is MethodType else self._withheld(target, value)
        if reason:
            raise NotExposedError(name, owner_of(target), reason)
        return value

    def itself(self, target: object) -> Any:
        """Return the target, to be called.

        Raises:
            NotExposedError: It cannot be called, or its interface does not say so.
        """
        sort = sort_of(target)
        if sort is Sort.OBJECT:
            exposed = self.special(target, "__call__") is not None
        else:
            exposed = sort is Sort.FUNCTION and (
                self._operators is None or "__call__" in self._operators
            )
        if not exposed:
            raise NotExposedError("__call__", owner_of(target), "it cannot be called")
        return target

    def special(self, target: object, *names: str) -> Any:
        """Return what the target's class defines under the first of some names of Python's own.

        Functions, classes and iterators have none here: they are called or read only.
        """
        if sort_of(target) is not Sort.OBJECT or isinstance(target, _INTERNALS):
            return None
        for name in names:
            if self._operators is not None and name not in self._operators:
                continue
            for kind in type(target).__mro__:
                if name in kind.__dict__:
                    found = kind.__dict__[name]
                    if found is not None:
                        return getattr(type(target), name)
                    break
        return None

    def assign(self, target: object, name: str, value: object) -> None:
        """Set a public name that the target's class, or the interface, declares as data.

        Raises:
            NotExposedError: It is not declared, holds something that can be called, or is fixed.
        """
        self._check(target, name, declared=False)
        reason = self._kept(target, name)
        if reason:
            raise NotExposedError(name, owner_of(target), reason)
        try:
            setattr(target, name, value)
        except AttributeError as error:
            raise NotExposedError(name, owner_of(target), "it can be read only") from error

    def _kept(self, target: object, name: str) -> str:
        """Say why a name that can be read cannot be set; empty if it can."""
        if isinstance(target, (ModuleType, *_STAND_INS)) or ffi.is_host_object(target):
            return _REPLACED
        declared = settable(type(target), name) or (
            # What an interface declares need not be declared a second time.
            self._settable is not None and _only_own(target, name)
        )
        if self._settable is not None and name not in self._settable:
            declared = False
        try:
            current = getattr(target, name, None)
        except Exception:  # noqa: BLE001 - what cannot be read may be written
            current = None
        if (callable(current) and not isinstance(current, _STAND_INS)) or isinstance(
            current, (ModuleType, *_INTERNALS)
        ):
            return _REPLACED
        return "" if declared else "it is not declared as data that can be set"

    def _check(self, target: object, name: str, *, declared: bool = True) -> None:
        if not public(name):
            raise NotExposedError(clipped(str(name)), owner_of(target), "it is no public name")
        if sort_of(target) is not Sort.OBJECT or isinstance(target, (Member, *_INTERNALS)):
            raise NotExposedError(name, owner_of(target), "it can be called or read only")
        if self._shown is not None and name not in self._shown:
            raise NotExposedError(name, owner_of(target), "its interface has no such name")
        if isinstance(target, ModuleType):
            if not _defined(target, name):
                raise NotExposedError(name, owner_of(target), "the module does not define it")
        elif self._shown is None:
            if ffi.is_host_object(target):
                raise NotExposedError(
                    name, owner_of(target), "an object of the page exposes what an interface names"
                )
            if declared and not isinstance(target, Remote) and not _declared(target, name):
                raise NotExposedError(name, owner_of(target))

    def _withheld(self, target: object, value: object) -> str:
        """Say why a value that has a public name is not handed out; empty if it is."""
        if isinstance(value, ModuleType):
            return "it is a module"
        if isinstance(value, (CellType, CodeType, FrameType, TracebackType)):
            return "it is a part of the interpreter"
        if (
            isinstance(value, type)
            and self._shown is None
            and not isinstance(target, ModuleType)
            and getattr(value, "__module__", None)
            not in {kind.__module__ for kind in type(target).__mro__ if kind is not object}
        ):
            return "it is a class from elsewhere"
        return ""


def _declared(target: object, name: str) -> bool:
    """Tell whether the object or its class has a name, without asking either."""
    return _in_class(type(target), name) or _own(target, name)


def _in_class(kind: type, name: str) -> bool:
    return any(name in each.__dict__ for each in kind.__mro__)


def _own(target: object, name: str) -> bool:
    try:
        return name in object.__getattribute__(target, "__dict__")
    except AttributeError:
        return False


def _only_own(target: object, name: str) -> bool:
    """Tell whether the object has a name, and its class has not."""
    return _own(target, name) and not _in_class(type(target), name)


def settable(kind: type, name: str) -> bool:
    """Tell whether a class declares a name as data of its instances that may change.

    That is an annotated name, a slot, a field, a property with a setter, another descriptor with a
    ``__set__``, or an attribute of the class that cannot be called. Names that are declared as
    ``ClassVar`` or ``Final`` are fixed.

    Examples:
        >>> class Account:
        ...     owner: str
        ...     limit: "Final[int]" = 3
        ...     balance = 0
        ...
        ...     @property
        ...     def rich(self) -> bool:
        ...         return self.balance > 100
        >>> {name: settable(Account, name) for name in ("owner", "limit", "balance", "rich", "x")}
        {'owner': True, 'limit': False, 'balance': True, 'rich': False, 'x': False}
    """
    annotated = False
    for each in kind.__mro__:
        told = _annotations_of(each).get(name)
        if told is not None:
            # Quoted where annotations are texts anyway.
            if _FIXED.match((told if isinstance(told, str) else repr(told)).strip("'\"")):
                return False
            annotated = True
        if name in each.__dict__:
            return _is_data(each.__dict__[name])
    return annotated


def _is_data(found: object) -> bool:
    if isinstance(found, property):
        return found.fset is not None
    kind = type(found)
    if hasattr(kind, "__set__"):
        # Those of classes written in C may rebuild the object (the shape of an array does).
        return kind.__name__ != "getset_descriptor"
    return not (hasattr(kind, "__get__") or callable(found) or isinstance(found, ModuleType))


def _annotations_of(kind: type) -> Mapping[str, object]:
    return inspect.get_annotations(kind, **_AS_TEXT)


def _names_of(interface: type) -> frozenset[str]:
    """Return the public names that a class declares."""
    names = {name for name in dir(interface) if not name.startswith("_")}
    for kind in interface.__mro__:
        names.update(_annotations_of(kind))
    return frozenset(names)


def _operators_of(interface: type) -> frozenset[str]:
    """Return the special methods that a class declares, those that every class has left out."""
    return frozenset(
        name
        for kind in interface.__mro__
        if kind not in _BARE
        for name in vars(kind)
        if name.startswith("__") and callable(getattr(kind, name, None))
    )


def _defined(module: ModuleType, name: str) -> bool:
    found = vars(module)
    if "__all__" in found:
        return name in _listed(found["__all__"])
    return name in found and getattr(found[name], "__module__", None) == found.get("__name__")


def _listed(names: object) -> Iterator[str]:
    # A string is iterable as well, and would list its letters.
    if isinstance(names, (list, tuple, set, frozenset)):
        yield from (name for name in names if type(name) is str)
