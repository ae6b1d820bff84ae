"""Reading a pickle whose writer is not trusted.

Two gates. What a pickle may look up is an allow-list of plain types. And before anything is built,
its instructions are read: a pickle can also harm by what needs no names, by asking for memory
that it does not fill, or by a chain so deep that freeing it overflows the small stack of
WebAssembly; and by plain types, where it changes the class instead of an instance, fills an object
that is not its own, or has a short text or a range become an enormous value.
"""

from __future__ import annotations

import builtins
import enum
import importlib
import pickletools
import re
from typing import TYPE_CHECKING, Any, Final

from bridge import errors
from bridge.errors import BridgeError
from bridge.rpc.errors import MalformedMessageError, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["PLAIN_TYPES", "find", "inspect"]

PLAIN_TYPES: Final = frozenset(
    {
        "builtins:bytearray",
        "builtins:complex",
        "builtins:frozenset",
        "builtins:memoryview",
        "builtins:range",
        "builtins:set",
        "builtins:slice",
        "collections:Counter",
        "collections:OrderedDict",
        "collections:deque",
        "datetime:date",
        "datetime:datetime",
        "datetime:time",
        "datetime:timedelta",
        "datetime:timezone",
        "decimal:Decimal",
        "fractions:Fraction",
        "pathlib:PurePosixPath",
        "uuid:UUID",
        "bridge.errors:_rebuild",
        "bridge.rpc.arrays:array_of",
    }
)
"""What is read from anybody, ``module:qualified name``; exceptions of `builtins` and errors of
bridge are read besides."""

_OWN_ERRORS: Final = frozenset({"bridge.errors", "bridge.rpc.errors"})

DEEPEST: Final = 500
"""Levels of nesting that are read."""

LARGEST: Final = 10_000_000
"""Things that are read, counting a shared one each time that it is held: hashing and comparing
walk it that often."""

_ALLOWED: Final = frozenset(
    {
        "PROTO",
        "FRAME",
        "STOP",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "LONG4",
        "BINFLOAT",
        "SHORT_BINUNICODE",
        "BINUNICODE",
        "BINUNICODE8",
        "SHORT_BINBYTES",
        "BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
        "NEXT_BUFFER",
        "READONLY_BUFFER",
        "EMPTY_LIST",
        "EMPTY_TUPLE",
        "EMPTY_DICT",
        "EMPTY_SET",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "APPEND",
        "APPENDS",
        "SETITEM",
        "SETITEMS",
        "ADDITEMS",
        "FROZENSET",
        "MARK",
        "POP",
        "POP_MARK",
        "DUP",
        "MEMOIZE",
        "BINGET",
        "LONG_BINGET",
        "BINPUT",
        "LONG_BINPUT",
        "STACK_GLOBAL",
        "GLOBAL",
        "REDUCE",
        "NEWOBJ",
        "NEWOBJ_EX",
        "BUILD",
        "BINPERSID",
    }
)


class _Sort(enum.IntEnum):
    """What a thing is, as far as its instruction tells."""

    ATOM = 0
    NUMBER = 1
    TEXT = 2
    BYTES = 3
    TUPLE = 4
    CONTAINER = 5
    NAMED = 6
    """A class or function that was looked up."""
    INSTANCE = 7
    """What calling one has made."""
    FOREIGN = 8
    """What was there before, such as an object that this end has handed over."""


_MAKES: Final = {
    "NONE": _Sort.ATOM, "NEWTRUE": _Sort.ATOM, "NEWFALSE": _Sort.ATOM, "BININT": _Sort.NUMBER,
    "BININT1": _Sort.NUMBER, "BININT2": _Sort.NUMBER, "LONG1": _Sort.NUMBER,
    "LONG4": _Sort.NUMBER, "BINFLOAT": _Sort.NUMBER, "SHORT_BINUNICODE": _Sort.TEXT,
    "BINUNICODE": _Sort.TEXT, "BINUNICODE8": _Sort.TEXT, "SHORT_BINBYTES": _Sort.BYTES,
    "BINBYTES": _Sort.BYTES, "BINBYTES8": _Sort.BYTES, "BYTEARRAY8": _Sort.BYTES,
    "NEXT_BUFFER": _Sort.FOREIGN, "EMPTY_TUPLE": _Sort.TUPLE, "EMPTY_LIST": _Sort.CONTAINER,
    "EMPTY_DICT": _Sort.CONTAINER, "EMPTY_SET": _Sort.CONTAINER,
}  # fmt: skip
"""Instructions that make something of nothing."""
_TAKES: Final = {
    "TUPLE1": (1, _Sort.TUPLE), "TUPLE2": (2, _Sort.TUPLE), "TUPLE3": (3, _Sort.TUPLE),
    "BINPERSID": (1, _Sort.FOREIGN), "READONLY_BUFFER": (1, _Sort.FOREIGN),
}  # fmt: skip
"""Instructions that make one thing of several."""
_CALLS: Final = {"REDUCE": 2, "NEWOBJ": 2, "NEWOBJ_EX": 3}
_OWN: Final = frozenset({_Sort.CONTAINER, _Sort.INSTANCE})
_OLD: Final = frozenset(f"bridge.rpc.codec:{name}" for name in ("_taken", "_returned", "_shared"))
"""Functions that return what was there before."""
_ARGUMENTS: Final = {
    "builtins:bytearray": {_Sort.BYTES},
    "builtins:frozenset": {_Sort.CONTAINER},
    "builtins:set": {_Sort.CONTAINER},
    "collections:Counter": {_Sort.CONTAINER},
    "collections:OrderedDict": {_Sort.CONTAINER},
    "collections:deque": {_Sort.CONTAINER, _Sort.TUPLE, _Sort.NUMBER, _Sort.ATOM},
    "fractions:Fraction": {_Sort.NUMBER, _Sort.TEXT},
}
"""What those get that could make much of little: no ranges, no lengths, no exponents."""
_RATIONAL: Final = re.compile(r"-?\d+(/\d+)?")
_LONGEST: Final = 10_000
"""Characters of a text that may be a name or a fraction."""
_WITH_STATE: Final = frozenset({"uuid:UUID"})
_ADDS: Final = {"APPEND": 1, "SETITEM": 2}
"""Instructions that add to the thing below."""
_ADDS_TO_MARK: Final = frozenset({"APPENDS", "SETITEMS", "ADDITEMS"})
_MAKES_OF_MARK: Final = {"TUPLE": _Sort.TUPLE, "FROZENSET": _Sort.ATOM}


class _Shape:
    """What a pickle would build: things and what they hold, without building it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.sorts = bytearray()
        self.holds: list[Sequence[int]] = []
        self.texts: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.made: dict[int, str] = {}
        self.stack: list[int] = []
        self.marks: list[int] = []
        self.memo: dict[int, int] = {}

    def new(self, parts: Sequence[int], sort: _Sort) -> None:
        if len(self.holds) == LARGEST:
            raise MalformedMessageError(f"its pickle makes over {LARGEST} things")
        self.stack.append(len(self.holds))
        self.holds.append(parts)
        self.sorts.append(sort)

    def text(self, text: str) -> None:
        if len(text) <= _LONGEST:
            self.texts[len(self.holds)] = text
        self.new((), _Sort.TEXT)

    def name(self, parts: Sequence[int], module: str | None, name: str | None) -> None:
        if module is None or name is None:
            raise MalformedMessageError("its pickle looks up what it does not name")
        self.names[len(self.holds)] = f"{module}:{name}"
        self.new(parts, _Sort.NAMED)

    def call(self, parts: list[int]) -> None:
        name = self.names.get(parts[0])
        if name is None or self.sorts[parts[1]] != _Sort.TUPLE:
            raise MalformedMessageError("its pickle calls what it did not look up")
        expected = _ARGUMENTS.get(name)
        if expected is not None:
            for part in (*self.holds[parts[1]], *parts[2:]):
                text = self.texts.get(part, "" if self.sorts[part] == _Sort.TEXT else "0")
                if self.sorts[part] not in expected or not _RATIONAL.fullmatch(text):
                    raise MalformedMessageError(f"its pickle makes {name} of something else")
        if name not in _OLD:
            self.made[len(self.holds)] = name
        self.new(parts, _Sort.FOREIGN if name in _OLD else _Sort.INSTANCE)

    def pop(self, count: int) -> list[int]:
        floor = self.marks[-1] if self.marks else 0
        if len(self.stack) - count < floor:
            raise MalformedMessageError("its pickle takes more than it has")
        parts = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return parts

    def pop_mark(self) -> list[int]:
        if not self.marks:
            raise MalformedMessageError("its pickle has no mark where it needs one")
        return self.pop(len(self.stack) - self.marks.pop())

    def add(self, parts: list[int]) -> None:
        (below,) = self.pop(1)
        if self.sorts[below] not in _OWN:
            raise MalformedMessageError("its pickle changes what it did not make")
        held = self.holds[below]
        if isinstance(held, list):
            held.extend(parts)
        else:
            self.holds[below] = [*held, *parts]
        self.stack.append(below)

    def build(self, state: list[int]) -> None:
        (below,) = self.pop(1)
        self.stack.append(below)
        made = self.made.get(below)
        if made is None or (made in PLAIN_TYPES and made not in _WITH_STATE):
            raise MalformedMessageError("its pickle sets the state of what has none")
        self.add(state)

    def remember(self, place: int) -> None:
        if not 0 <= place <= self.size:
            raise MalformedMessageError("its pickle remembers more than it holds")
        (top,) = self.pop(1)
        self.stack.append(top)
        self.memo[place] = top

    def recall(self, place: int) -> None:
        if place not in self.memo:
            raise MalformedMessageError("its pickle recalls what it did not remember")
        self.stack.append(self.memo[place])

    def step(self, name: str, argument: Any) -> None:  # noqa: C901, PLR0912 - one case per kind
        if name not in _ALLOWED:
            raise MalformedMessageError(f"its pickle uses {name}")
        sort = _MAKES.get(name)
        if sort is _Sort.TEXT:
            self.text(argument)
        elif sort is not None:
            self.new((), sort)
        elif name in _TAKES:
            count, sort = _TAKES[name]
            self.new(self.pop(count), sort)
        elif name in _CALLS:
            self.call(self.pop(_CALLS[name]))
        elif name == "GLOBAL":
            self.name((), *argument.split(" ", 1))
        elif name == "STACK_GLOBAL":
            parts = self.pop(2)
            self.name(parts, self.texts.get(parts[0]), self.texts.get(parts[1]))
        elif name == "BUILD":
            self.build(self.pop(1))
        elif name in _ADDS:
            self.add(self.pop(_ADDS[name]))
        elif name in _ADDS_TO_MARK:
            self.add(self.pop_mark())
        elif name in _MAKES_OF_MARK:
            self.new(self.pop_mark(), _MAKES_OF_MARK[name])
        elif name == "MARK":
            self.marks.append(len(self.stack))
        elif name == "POP_MARK":
            self.pop_mark()
        elif name == "POP":
            self.pop(1)
        elif name == "DUP":
            (top,) = self.pop(1)
            self.stack += [top, top]
        elif name == "MEMOIZE":
            self.remember(len(self.memo))
        elif name.endswith("BINPUT"):
            self.remember(argument)
        elif name.endswith("BINGET"):
            self.recall(argument)

    def check(self) -> None:
        """Refuse what is nested too deep, and what holds itself."""
        # What holds nothing is done: most things are of this kind.
        depth = [0 if parts else 1 for parts in self.holds]
        weight = depth[:]
        for start in range(len(self.holds)):
            path: list[tuple[int, int]] = [(start, 0)] if not depth[start] else []
            open_: set[int] = {start}
            while path:
                thing, place = path.pop()
                parts = self.holds[thing]
                while place < len(parts) and depth[parts[place]]:
                    place += 1
                if place < len(parts):
                    inner = parts[place]
                    if inner in open_:
                        raise MalformedMessageError("a value holds itself")
                    path += [(thing, place), (inner, 0)]
                    open_.add(inner)
                    continue
                depth[thing] = 1 + max((depth[part] for part in parts), default=0)
                weight[thing] = 1 + sum(weight[part] for part in parts)
                open_.discard(thing)
                if weight[thing] > LARGEST:
                    raise MalformedMessageError(f"a value has over {LARGEST} parts")
                if depth[thing] > DEEPEST:
                    raise MalformedMessageError(f"values are nested over {DEEPEST} levels deep")


def inspect(body: bytes) -> None:
    """Read a pickle's instructions without following them.

    Raises:
        MalformedMessageError: It is damaged, asks for more than it brings, nests too deep, or
            uses an instruction that bridge never writes.

    Examples:
        >>> import pickle
        >>> inspect(pickle.dumps([1, {"a": (2, 3)}], 5))
    """
    shape = _Shape(len(body))
    try:
        for opcode, argument, _place in pickletools.genops(body):
            shape.step(opcode.name, argument)
    except BridgeError:
        raise
    except Exception as error:  # damaged bytes raise whatever their damage leads to
        raise MalformedMessageError(f"{type(error).__name__}: {error}") from error
    shape.check()


def _rebuild(kind: object, state: object) -> object:
    """Make an error of bridge again, and nothing else."""
    if (
        isinstance(kind, type)
        and issubclass(kind, BridgeError)
        and isinstance(state, dict)
        and all(type(key) is str for key in state)
        and type(state.get("message")) is str
    ):
        return errors._rebuild(kind, state)  # noqa: SLF001 - the function that the writer named
    raise MalformedMessageError("an error of bridge should be a class and its facts")


def find(module: str, name: str, allowed: Collection[str]) -> object:
    """Look up what a pickle names, if it may be named.

    Args:
        module: Its module.
        name: Its qualified name.
        allowed: Names besides the plain types.

    Raises:
        NotAllowedError: It may not be named.

    Examples:
        >>> find("builtins", "ValueError", ())
        <class 'ValueError'>
        >>> find("builtins", "eval", ())
        Traceback (most recent call last):
        ...
        bridge.rpc.errors.NotAllowedError: a message names builtins:eval, which this connection \
does not read. Send plain values, or let the receiver allow it: Peer(port, allow=['builtins:eval']).
    """
    full = f"{module}:{name}"
    if full == "bridge.errors:_rebuild":
        return _rebuild
    if full in PLAIN_TYPES or full in allowed:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found
    if module == "builtins":
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return found
    if module in _OWN_ERRORS:
        found = getattr(importlib.import_module(module), name, None)
        if isinstance(found, type) and issubclass(found, BridgeError):
            return found
    raise NotAllowedError(full)
