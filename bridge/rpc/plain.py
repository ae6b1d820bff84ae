"""Reading a pickle whose writer is not trusted.

Two gates. What a pickle may look up is an allow-list of plain types. And before anything is built,
its instructions are read: a pickle can also harm by what needs no names, by asking for memory
that it does not fill, or by a chain so deep that freeing it overflows the small stack of
WebAssembly.
"""

from __future__ import annotations

import builtins
import importlib
import pickletools
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import BridgeError
from bridge.rpc.errors import MalformedMessageError, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Collection

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
_ATOMS: Final = frozenset(
    {
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
        "GLOBAL",
    }
)
_EMPTY: Final = frozenset({"EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT", "EMPTY_SET"})
_TAKES: Final = {
    "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "STACK_GLOBAL": 2, "REDUCE": 2, "NEWOBJ": 2,
    "NEWOBJ_EX": 3, "BINPERSID": 1, "READONLY_BUFFER": 1,
}  # fmt: skip
"""Instructions that make one thing of several."""
_ADDS: Final = {"APPEND": 1, "SETITEM": 2, "BUILD": 1}
"""Instructions that add to the thing below."""
_ADDS_TO_MARK: Final = frozenset({"APPENDS", "SETITEMS", "ADDITEMS"})
_MAKES_OF_MARK: Final = frozenset({"TUPLE", "FROZENSET"})


class _Shape:
    """What a pickle would build: things and what they hold, without building it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.holds: list[list[int]] = []
        self.stack: list[int] = []
        self.marks: list[int] = []
        self.memo: dict[int, int] = {}

    def new(self, parts: list[int]) -> None:
        self.stack.append(len(self.holds))
        self.holds.append(parts)

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
        self.holds[below].extend(parts)
        self.stack.append(below)

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
        if name in _ATOMS or name in _EMPTY:
            self.new([])
        elif name in _TAKES:
            self.new(self.pop(_TAKES[name]))
        elif name in _ADDS:
            self.add(self.pop(_ADDS[name]))
        elif name in _ADDS_TO_MARK:
            self.add(self.pop_mark())
        elif name in _MAKES_OF_MARK:
            self.new(self.pop_mark())
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
        depth: dict[int, int] = {}
        weight: dict[int, int] = {}
        for start in range(len(self.holds)):
            path: list[tuple[int, int]] = [(start, 0)] if start not in depth else []
            open_: set[int] = {start}
            while path:
                thing, place = path.pop()
                parts = self.holds[thing]
                while place < len(parts) and parts[place] in depth:
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
