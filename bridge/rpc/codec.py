"""Values to bytes and back: pickle 5, references by number, large buffers beside the pickle.

Where one of the ends does not trust the other, plain values are JSON: see `bridge.rpc.plain`.

The distinction between value and reference is by identity, not by being callable: what has one
(lambdas, local functions, bound methods, generators, objects that were marked) crosses as a
number; what can be imported crosses by name; all else by value. Functions cannot be the rule,
because the pickle of a NumPy array names functions of its module.

How values are written is the business of `bridge._marshal`: large buffers and `bytes` travel beside
the pickle, and shared memory stays where it is.
"""

from __future__ import annotations

import pickle
from types import (
    AsyncGeneratorType,
    BuiltinMethodType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar, cast, overload

from bridge._marshal.errors import UnreadableError, UnsendableError
from bridge._marshal.names import importable
from bridge._marshal.values import (
    ATOMS,
    OUT_OF_BAND,
    Decoder,
    Encoder,
    missing_told,
    write,
)
from bridge.errors import BridgeError
from bridge.rpc.envelopes import PLAIN
from bridge.rpc.errors import (
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    NotAllowedError,
)
from bridge.rpc.limits import PeerLimits, shortened
from bridge.rpc.plain import Names, Reader, size_of
from bridge.rpc.plain_writer import Writer
from bridge.rpc.remote import Member, Remote, RemoteIterator, link_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from bridge.rpc.plain_writer import Crossing

__all__ = ["OUT_OF_BAND", "ByReference", "Codec", "Encoded", "Home", "by_reference", "importable"]

_MARK: Final = "__rpc_by_reference__"

T = TypeVar("T")
C = TypeVar("C", bound=type)


class ByReference:
    """Wraps one object that is to cross by reference; see `by_reference`."""

    __slots__ = ("target",)

    def __init__(self, target: object) -> None:
        self.target = target


@overload
def by_reference(obj: C) -> C: ...
@overload
def by_reference(obj: T) -> T: ...
def by_reference(obj: object) -> object:
    """Let an object, or all instances of a class, cross by reference instead of by value.

    Args:
        obj: A class, which is marked and returned, so that this is a decorator; or any object,
            which is returned wrapped for the one crossing.

    Examples:
        >>> @by_reference
        ... class Document:
        ...     pass
        >>> isinstance(Document(), Document)
        True
    """
    if isinstance(obj, type):
        setattr(obj, _MARK, True)
        return obj
    return ByReference(obj)


class Home(Protocol):
    """What a codec needs of the end that it works for."""

    def export(self, obj: object) -> int:
        """Hand an object over; return its number."""

    def unexport(self, numbers: Iterable[int]) -> None:
        """Take hand-overs back that were never sent."""

    def knows(self, obj: object) -> bool:
        """Tell whether an object has been handed over already."""

    def adopt(self, number: int) -> object:
        """Take what the other end handed over."""

    def own(self, number: int) -> object:
        """Return an object of this end that the other end sends back."""


class Encoded(NamedTuple):
    """A value, ready to travel."""

    body: bytes
    references: Sequence[int] = ()
    buffers: Sequence[object] = ()
    flags: int = 0


def _taken(number: int) -> object:
    raise MalformedMessageError(f"the reference {number} stands outside of a message")


def _returned(number: int) -> object:
    raise MalformedMessageError(f"the reference {number} stands outside of a message")


class _Encoder(Encoder):
    """Writes a message of a connection: what has no name crosses by reference."""

    def __init__(self, file: Any, home: Home, *, whole: bool = False) -> None:
        super().__init__(file, whole=whole)
        self.home = home
        self.numbers: list[int] = []

    def withdraw(self) -> None:
        """Take hand-overs back."""
        self.home.unexport(self.numbers)

    def unnamed(self, obj: Any) -> Any:
        """Hand a function or class over."""
        return self._reference(obj)

    def _reference(self, obj: object) -> tuple[object, tuple[int]]:
        number = self.home.export(obj)
        self.numbers.append(number)
        return _taken, (number,)

    def instance(self, obj: Any, kind: type) -> Any:
        """Say how an instance crosses: what was marked or handed over before, by reference."""
        mark = getattr(kind, _MARK, None)
        if mark is True or self.home.knows(obj):
            return self._reference(obj)
        if mark is not None:
            # A view: what it shows crosses in its place.
            return self.reducer_override(mark(obj))
        if kind.__module__ == "__main__" or "<" in kind.__qualname__:
            raise EncodingError(
                f"an instance of {kind.__qualname__}",
                "its class cannot be imported by the other side (move it into a module)",
            )
        return NotImplemented

    def _builtin(self, obj: BuiltinMethodType) -> object:
        owner = obj.__self__
        by_name = owner is None or isinstance(owner, (ModuleType, type))
        return NotImplemented if by_name else self._reference(obj)

    def _method(self, obj: MethodType) -> object:
        return NotImplemented if isinstance(obj.__self__, type) else self._reference(obj)

    def _wrapped(self, obj: ByReference) -> object:
        return self._reference(obj.target)

    def _remote(self, obj: Remote | RemoteIterator) -> object:
        link = link_of(obj)
        if cast("object", link.home) is self.home:
            return _returned, (link.number,)
        return self._reference(obj)


_Encoder.rules = {
    **Encoder.rules,
    BuiltinMethodType: _Encoder._builtin,  # noqa: SLF001 - the table of the class above
    MethodType: _Encoder._method,  # noqa: SLF001 - the same
    GeneratorType: _Encoder._reference,  # noqa: SLF001 - the same
    AsyncGeneratorType: _Encoder._reference,  # noqa: SLF001 - the same
    ByReference: _Encoder._wrapped,  # noqa: SLF001 - the same
    Member: _Encoder._reference,  # noqa: SLF001 - the same
    Remote: _Encoder._remote,  # noqa: SLF001 - the same
    RemoteIterator: _Encoder._remote,  # noqa: SLF001 - the same
}


def _taker(taken: dict[int, object]) -> Callable[[int], object]:
    # No method of the decoder, whose memory of what it has read would hold itself by it, and
    # with it every remote object until the collector runs.
    def take(number: int) -> object:
        try:
            return taken[number]
        except KeyError:
            raise MalformedMessageError(f"the reference {number} was not handed over") from None

    return take


class _Decoder(Decoder):
    def __init__(
        self, body: bytes, buffers: Sequence[object], home: Home, taken: dict[int, object]
    ) -> None:
        super().__init__(body, buffers)
        self._home = home
        self._take = _taker(taken)

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name of the pickle means."""
        if module == __name__:
            if name == "_taken":
                return self._take
            if name == "_returned":
                return self._home.own
        return super().find_class(module, name)


class _Plain:
    """Says what of the values for an untrusted end crosses by reference, and hands it over."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.numbers: list[int] = []

    def cross(self, obj: Any) -> Crossing | None:
        kind = type(obj)
        if kind is ByReference:
            return self._reference(obj.target)
        if kind in _REMOTE:
            link = link_of(obj)
            if cast("object", link.home) is self.home:
                return "!own", link.number
            return self._reference(obj)
        if kind in _NAMED or isinstance(obj, type):
            return self._named(obj, kind)
        mark = getattr(kind, _MARK, None)
        if kind in _ALWAYS or mark is True or self.home.knows(obj):
            return self._reference(obj)
        return None if mark is None else ("=", mark(obj))

    def _reference(self, obj: object) -> Crossing:
        number = self.home.export(obj)
        self.numbers.append(number)
        return "!ref", number

    def _named(self, obj: Any, kind: type) -> Crossing:
        if kind is MethodType:
            by_name = isinstance(obj.__self__, type)
        elif kind is BuiltinMethodType:
            by_name = obj.__self__ is None or isinstance(obj.__self__, (ModuleType, type))
        else:
            by_name = importable(obj)
        if not by_name:
            return self._reference(obj)
        module = obj.__module__ or getattr(getattr(obj, "__self__", None), "__module__", "builtins")
        return "!name", f"{module}:{obj.__qualname__}"


_REMOTE: Final = frozenset({Remote, RemoteIterator})
_ALWAYS: Final = frozenset({Member, GeneratorType, AsyncGeneratorType})
_NAMED: Final = frozenset({FunctionType, BuiltinMethodType, MethodType})
_PICKLE: Final = b"\x80"
"""What a pickle begins with, and JSON does not."""
_REQUEST: Final = b" "
"""What a plain request begins with: a list of a name, positional and named arguments."""
_PARTS: Final = 3
_DETAIL: Final = 300


def _refusal(what: str, error: Exception) -> EncodingError:
    if isinstance(error, EncodingError):
        return error
    if isinstance(error, UnsendableError):
        return EncodingError(error.what, error.reason)
    return EncodingError(what, f"{type(error).__name__}: {error}")


class Codec:
    """Writes and reads the values of one connection.

    Args:
        home: The end that hands objects over and takes them.
        trusted: Whether anything may be read: reading a pickle runs what its writer chose. Only
            for ends that run the same application.
        allow: Names (``module:qualified name``) that are read besides the plain types where the
            other end is not trusted.
        limits: How much is read where the other end is not trusted.

    Attributes:
        plain: Whether plain values are written, because one of the ends does not trust the other.
        faults: How many messages could not be read.
    """

    __slots__ = ("_home", "_names", "faults", "limits", "plain", "trusted")

    def __init__(
        self,
        home: Home,
        *,
        trusted: bool = False,
        allow: Collection[str] = (),
        limits: PeerLimits | None = None,
    ) -> None:
        self._home = home
        self._names = Names(allow)
        self.limits = limits or PeerLimits()
        self.trusted = trusted
        self.plain = not trusted
        self.faults = 0

    def encode(self, value: object, what: str) -> Encoded:
        """Write a value.

        Args:
            value: What is to cross.
            what: Its name in errors.

        Raises:
            EncodingError: It cannot be written; nothing was handed over then.
        """
        if self.plain:
            return self._encode_plain(value, what)
        if type(value) in ATOMS:
            return Encoded(pickle.dumps(value, 5), flags=PLAIN)
        try:
            body, encoder = write(value, _Encoder, self._home)
        except Exception as error:
            raise _refusal(what, error) from error
        return Encoded(body, encoder.numbers, encoder.travelling())

    def _encode_plain(self, value: object, what: str, start: bytes = b"") -> Encoded:
        rules = _Plain(self._home)
        writer = Writer(rules.cross, self.limits.nesting, OUT_OF_BAND)
        try:
            body = writer.write(value)
        except Exception as error:
            self._home.unexport(rules.numbers)
            raise _refusal(what, error) from error
        return Encoded(start + body, rules.numbers, writer.buffers)

    def encode_request(
        self, name: str, args: tuple[object, ...], named: dict[str, object], what: str
    ) -> Encoded:
        """Write a request, the cheapest way that its arguments allow.

        Raises:
            EncodingError: It cannot be written; nothing was handed over then.
        """
        if self.plain:
            return self._encode_plain([name, list(args), named], what, _REQUEST)
        for value in args:
            if type(value) not in ATOMS:
                return self.encode((name, args, named), what)
        for value in named.values():
            if type(value) not in ATOMS:
                return self.encode((name, args, named), what)
        return Encoded(pickle.dumps((name, args, named), 5), flags=PLAIN)

    def withdraw(self, encoded: Encoded) -> None:
        """Take back what an encoded value hands over, because it will not be sent."""
        self._home.unexport(encoded.references)

    def decode(
        self, body: bytes, references: Sequence[int], buffers: Sequence[object], flags: int = 0
    ) -> Any:
        """Read a value.

        Whatever the message hands over is adopted first, so that it is given back even if the
        value cannot be read.

        Raises:
            MalformedMessageError: The bytes are no value, or name something that is not here.
            MissingModuleError: They need a module that is not here.
            NotAllowedError: They name something that this connection does not read.
            ReferenceLostError: They refer to an object that this end has let go.
        """
        if not self.trusted:
            self._check(body, references, buffers)
        taken = {number: self._home.adopt(number) for number in references}
        try:
            if body[:1] != _PICKLE:
                return self._read_plain(body, buffers, taken)
            if not self.trusted:
                raise MalformedMessageError(  # noqa: TRY301 - counted with the others
                    "it is a pickle, which is not read from ends that are not trusted"
                )
            if flags & PLAIN:
                return pickle.loads(body)  # noqa: S301 - the application's own worker
            with missing_told("a message"):
                return _Decoder(body, buffers, self._home, taken).load()
        except BridgeError as error:
            if isinstance(error, (MalformedMessageError, NotAllowedError)):
                self.faults += 1
            raise
        except UnreadableError as error:
            self.faults += 1
            raise MalformedMessageError(shortened(error.detail, _DETAIL)) from error
        # A damaged pickle raises whatever its damage leads to.
        except Exception as error:
            self.faults += 1
            detail = shortened(f"{type(error).__name__}: {error}", _DETAIL)
            raise MalformedMessageError(detail) from error

    def _check(self, body: bytes, references: Sequence[int], buffers: Sequence[object]) -> None:
        for limit, found, most in (
            ("message_bytes", len(body) + size_of(buffers), self.limits.message_bytes),
            ("references", len(references), self.limits.references),
        ):
            if found > most:
                self.faults += 1
                raise LimitExceededError(limit, found, most)

    def _read_plain(
        self, body: bytes, buffers: Sequence[object], taken: dict[int, object]
    ) -> object:
        limits = None if self.trusted else self.limits
        found = Reader(self._home, taken, buffers, self._names, limits).read(body)
        if body[:1] != _REQUEST:
            return found
        if type(found) is not list or len(found) != _PARTS or type(found[1]) is not list:
            raise MalformedMessageError("a request should be a name, a list and a dictionary")
        name, args, named = found
        return name, tuple(args), named
