"""Exceptions on their way: told in any case, made again where that is possible, as they were.

An exception crosses as its class's name, its text and its traceback, which are only text, and as a
pickle inside, which may fail on its own without losing the rest. The pickle holds the fields of the
object and makes it again without calling its class: a class that formats its message in
``__init__`` would format it twice, and one that takes other arguments could not be made at all.
"""

from __future__ import annotations

import copyreg
import importlib
import sys
import traceback
from pathlib import Path
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final, cast

from bridge._browser import ffi
from bridge._browser.interrupts import is_frame_of
from bridge._marshal.errors import UnsendableError
from bridge._marshal.names import importable
from bridge._marshal.values import Decoder, Encoder, by_value, missing_told, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    Tell = Callable[[str, str, str], BaseException]

__all__ = ["Description", "NotCarried", "describe", "name_of", "rebuild", "reduce_exception"]

Description = tuple[str, str, str, bytes | None]
"""Qualified name of the class, text, traceback, pickle of the exception."""

_BRIDGE: Final = Path(__file__).parents[1]
_OWN: Final = tuple(
    str(_BRIDGE / folder) for folder in ("_marshal", "offload", "pool", "rpc", "worker")
)
_HEAP: Final = 1 << 9
"""The flag of classes that Python code has defined."""
_LINKS: Final = 50
"""How many exceptions travel with one, as its causes and contexts."""
_LONGEST: Final = 10_000
"""Characters of the text that stands in for an exception whose class is missing."""
_NO_FIELDS: Final = frozenset({"args", "obj", "with_traceback", "add_note"})
"""`AttributeError.obj` is left out by Python's own pickle, too: it may be anything."""


class NotCarried:
    """In place of what an exception held and what cannot be sent: only its texts.

    Examples:
        >>> NotCarried(print)
        <built-in function print>
    """

    __slots__ = ("_repr", "_str")

    def __init__(self, value: object) -> None:
        self._repr, self._str = _text_of(value, repr), _text_of(value, str)

    def __repr__(self) -> str:
        return self._repr

    def __str__(self) -> str:
        return self._str


def _text_of(value: object, how: Callable[[Any], str]) -> str:
    try:
        return how(value)
    except Exception as fault:  # noqa: BLE001 - reported as the text
        return f"<its text cannot be had: {type(fault).__name__}>"


def name_of(kind: type) -> str:
    """Return what messages call a class.

    Examples:
        >>> name_of(KeyError), name_of(NotCarried)
        ('KeyError', 'bridge._marshal.exceptions.NotCarried')
    """
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


# What travels: a class by its name, so that one that is missing there loses only itself.


def _told(name: str, text: str, _trace: str) -> BaseException:
    return RuntimeError(f"{name}: {text}")


def made(kind: type | tuple[str, str], text: str, group: tuple[Any, ...]) -> BaseException:
    """Make an exception that `restored` completes."""
    return _made(kind, text, group, _told)


def _made(
    kind: type | tuple[str, str], text: str, group: tuple[Any, ...], tell: Tell
) -> BaseException:
    if isinstance(kind, tuple):
        module, path = kind
        try:
            found: Any = importlib.import_module(module)
            for name in path.split("."):
                found = getattr(found, name)
        except (ImportError, AttributeError):
            found = None
        if not (isinstance(found, type) and issubclass(found, BaseException)):
            # Told, where it stood: among the others of a group, as a cause.
            return tell(f"{module}.{path}".removeprefix("builtins."), text, "")
        kind = found
    base: Any = next(each for each in kind.__mro__ if not each.__flags__ & _HEAP)
    return cast("BaseException", base.__new__(kind, *group))


_LINKED: Final = ("__cause__", "__context__", "__suppress_context__")
_Chain = tuple[BaseException | None, BaseException | None, bool]


def restored(error: BaseException, state: Any) -> None:
    """Give an exception what it had."""
    args, fields, attributes, chain, named = state
    # What is told in its place has fields of its own.
    if named is None or named == (type(error).__module__, type(error).__qualname__):
        error.args = args
        # Some texts ask whether a field was ever set: one that is empty there stays empty, but for
        # those that two arguments or more set, to whatever they are.
        numbered = ("errno", "strerror") if 2 <= len(args) <= 5 else ()  # noqa: PLR2004 - of `OSError`
        for name, value in fields.items():
            if _field(error, name) is not value or name in numbered:
                try:
                    setattr(error, name, value)
                except (AttributeError, TypeError, ValueError):
                    # Fixed when the object is made: the message of a group.
                    continue
        error.__dict__.update(attributes)
    _link(error, chain)


def restored_by_itself(error: Any, state: Any) -> None:
    """Give an exception whose class reduces itself its own state, and its chain."""
    own, chain, notes = state
    if own is not None:
        setting = getattr(error, "__setstate__", None)
        if setting is None:
            error.__dict__.update(own)
        else:
            setting(own)
    if notes is not None:
        error.__notes__ = notes
    _link(error, chain)


def _link(error: BaseException, chain: _Chain) -> None:
    for name, value in zip(_LINKED, chain, strict=True):
        _set(error, name, value)


def _set(error: BaseException, name: str, value: object) -> None:
    # An error of JavaScript would hand what is assigned on to its object in the page.
    getattr(BaseException, name).__set__(error, value)


def made_js(name: str, text: str, stack: str) -> BaseException:
    """Make an error of JavaScript again.

    Raises:
        HostUnavailableError: Not in a browser.
    """
    page = ffi.js_globals("an error of JavaScript")
    make = cast("Any", ffi.get(page, "Error"))
    error = make.new(text)
    error.name, error.stack = name, stack
    if isinstance(error, BaseException):
        return error
    from pyodide.ffi import JsException  # noqa: PLC0415 - the host, on use only

    return cast("BaseException", JsException(error))


def reduce_exception(encoder: Encoder, error: BaseException) -> Any:
    """Say how an exception is written.

    Args:
        encoder: Who writes it. A `_Carrier` also says which causes travel along, and whether what
            it holds is tried first.
        error: The exception.
    """
    carrier = encoder if isinstance(encoder, _Carrier) else None
    kind = type(error)
    chain = _chain_of(error, carrier)
    if ffi.is_host_object(error):
        parts = (str(ffi.get(error, part) or "") for part in ("name", "message", "stack"))
        # An object of the page: it has no fields but these.
        return made_js, tuple(parts)
    if _reduces_itself(kind):
        reduced = error.__reduce_ex__(5)
        if isinstance(reduced, str) or len(reduced) > 3:  # noqa: PLR2004 - with items of its own
            return reduced
        own = reduced[2] if len(reduced) == 3 else None  # noqa: PLR2004 - with a state
        notes = getattr(error, "__notes__", None)
        return reduced[0], reduced[1], (own, chain, notes), None, None, restored_by_itself
    named = (kind.__module__, kind.__qualname__)
    # What is not found by this name is told, in its place.
    what: type | tuple[str, str] = named
    if not importable(kind) and (carrier is None or carrier.by_value):
        what = kind
    group: tuple[object, ...] = ()
    if isinstance(error, BaseExceptionGroup):
        group = (error.message, list(error.exceptions))
    keep = carrier.kept if carrier is not None else _same
    fields = {name: keep(value) for name, value in _fields_of(error)}
    attributes = {name: keep(value) for name, value in vars(error).items()}
    # The exceptions of a group are there already.
    args = error.args if group else tuple(keep(value) for value in error.args)
    state = (args, fields, attributes, chain, named if what is named else None)
    made_of = (what, _text_of(error, str)[:_LONGEST], group)
    return made, made_of, state, None, None, restored


def _same(value: object) -> object:
    return value


def _chain_of(error: BaseException, carrier: _Carrier | None) -> _Chain:
    def kept(link: BaseException | None) -> BaseException | None:
        return link if carrier is None or link is None or id(link) in carrier.links else None

    return kept(error.__cause__), kept(error.__context__), error.__suppress_context__


def _reduces_itself(kind: type) -> bool:
    """Tell whether the class's author has said how it is pickled."""
    if kind in copyreg.dispatch_table:
        return True
    return any(
        name in vars(each)
        for each in kind.__mro__
        if each.__flags__ & _HEAP
        for name in ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    )


def _fields_of(error: BaseException) -> Iterator[tuple[str, object]]:
    """Yield the fields that the builtin classes keep outside of ``__dict__``, and slots."""
    for each in type(error).__mro__:
        if each is BaseException or each is object:
            continue
        for name, field in vars(each).items():
            if (
                isinstance(field, (MemberDescriptorType, GetSetDescriptorType))
                and not name.startswith("__")
                and name not in _NO_FIELDS
            ):
                value = _field(error, name)
                if value is not _ABSENT:
                    yield name, value


_ABSENT: Final = object()


def _field(error: BaseException, name: str) -> object:
    try:
        return getattr(error, name)
    except (AttributeError, TypeError):
        return _ABSENT


class _Carrier(Encoder):
    """Writes an exception, whole, without references: it outlives what it was raised in."""

    by_value = False

    def __init__(self, file: Any, links: frozenset[int], careful: bool, *, whole: bool) -> None:
        super().__init__(file, whole=whole)
        self.links = links
        self._careful = careful

    def instance(self, obj: Any, kind: type) -> Any:
        """Refuse what stands for something of one connection."""
        if getattr(kind, "__rpc_by_reference__", None) is not None:
            raise UnsendableError(name_of(kind), "it belongs to a connection")
        return super().instance(obj, kind)

    def kept(self, value: object) -> object:
        """Return a value, or its texts if it is known that it cannot be sent."""
        if not self._careful or type(value) in (int, float, bool, str, bytes, type(None)):
            return value
        try:
            write(value, type(self), self.links, False, whole=True)
        except Exception:  # noqa: BLE001 - whatever pickling raises: the texts remain
            return NotCarried(value)
        return value


_by_value: list[type[_Carrier]] = []


def _carriers(errors: Iterable[BaseException]) -> Iterator[type[_Carrier]]:
    main = any(type(each).__module__ == "__main__" for each in errors)
    if main and "cloudpickle" in sys.modules:
        # A class of the program that came by value goes back so, and is the same class there.
        if not _by_value:
            bases = (_Carrier, by_value())
            _by_value.append(cast("type[_Carrier]", type("_ByValue", bases, {"by_value": True})))
        yield _by_value[0]
    yield _Carrier


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of bridge that stand before the application's."""
    found = trace
    while found is not None and (
        found.tb_frame.f_code.co_filename.startswith(_OWN) or is_frame_of(found.tb_frame)
    ):
        found = found.tb_next
    return found or trace


def _links_of(error: BaseException) -> dict[int, BaseException]:
    """Return the exceptions that travel along, nearest first, by their ids."""
    found = {id(error): error}
    waiting = [error]
    while waiting and len(found) < _LINKS:
        each = waiting.pop(0)
        parts = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        for link in (each.__cause__, each.__context__, *parts):
            if link is not None and id(link) not in found:
                found[id(link)] = link
                waiting.append(link)
    return found


def _pickled(error: BaseException) -> bytes | None:
    found = _links_of(error)
    links = frozenset(found)
    for careful in (False, True):
        for carrier in _carriers(found.values()):
            try:
                return write(error, carrier, links, careful, whole=True)[0]
            except Exception:  # noqa: BLE001, S112 - the next way, or the texts remain
                continue
    return None


def describe(error: BaseException, *, whole: bool = True) -> Description:
    """Describe an exception so that it can always be told.

    What would end the interpreter on the other side (``SystemExit``) is only told.

    Args:
        error: What was raised.
        whole: Whether it is pickled, too.
    """
    kind = type(error)
    trace = _own_frames(error.__traceback__)
    try:
        where = "".join(traceback.format_exception(kind, error, trace))
    except Exception as fault:  # noqa: BLE001 - reported in place of the traceback
        where = f"<the traceback cannot be formatted: {type(fault).__name__}>\n"
    pickled = _pickled(error) if whole and isinstance(error, Exception) else None
    return name_of(kind), _text_of(error, str), where, pickled


class _Reader(Decoder):
    def __init__(self, body: bytes, tell: Tell) -> None:
        super().__init__(body, ())
        self._tell = tell

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name == "made":
            tell = self._tell
            return lambda kind, text, group: _made(kind, text, group, tell)
        return super().find_class(module, name)


def rebuild(description: Description, tell: Tell) -> Exception:
    """Make an exception of its description.

    Its chain is as it was; the last of its causes has what ``tell`` makes of the traceback as its
    own.

    Args:
        description: What `describe` returned.
        tell: Makes an exception of name, text and traceback. It is returned where the exception
            itself cannot be had here.
    """
    name, text, trace, whole = description
    remote = tell(name, text, trace)
    error: object = None
    if whole is not None:
        try:
            with missing_told("an exception"):
                error = _Reader(whole, tell).load()
        except Exception:  # noqa: BLE001 - its class is not here, or cannot be rebuilt: it is told
            error = None
    if not isinstance(error, Exception) or (
        type(error) is type(remote) and name != name_of(type(error))
    ):
        return cast("Exception", remote)
    _attach(error, remote)
    return error


def _attach(error: BaseException, remote: BaseException) -> None:
    """Make an exception the cause of the last of another one's causes."""
    seen = {id(error)}
    last = error
    while last.__cause__ is not None and id(last.__cause__) not in seen:
        last = last.__cause__
        seen.add(id(last))
    suppress = last.__suppress_context__
    _set(last, "__cause__", remote)
    _set(last, "__suppress_context__", suppress)
