"""Values to bytes and back: pickle 5, large buffers beside the pickle.

What can be imported crosses by name. What becomes of the rest (lambdas, local classes, bound
methods) is the decision of who sends: a subclass of `Encoder` makes references of it, or it crosses
by value, with cloudpickle (`by_value`).

Out-of-band buffers are pickle's own (PEP 574). `bytes` and `bytearray`, which pickle never takes
out of band, travel beside the pickle, too, wherever they are: a short look into arguments and plain
containers finds most, and the pickler itself shows the others by how it writes them. Shared memory
travels beside the pickle and stays where it is.
"""

from __future__ import annotations

import importlib
import io
import pickle
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from bridge._browser import ffi
from bridge._marshal.arrays import array_type, reduce_array
from bridge._marshal.errors import ByValueNeeded, UnreadableError, UnsendableError
from bridge._marshal.names import importable
from bridge._marshal.shared import parts_of, view_of
from bridge.errors import MissingModuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ATOMS",
    "OUT_OF_BAND",
    "Decoder",
    "Encoder",
    "aside",
    "by_value",
    "read",
    "write",
]

OUT_OF_BAND: Final = 8192
"""Bytes from which a buffer travels beside the pickle; below it, the copy is cheaper."""

ATOMS: Final = frozenset({int, float, bool, str, type(None)})
"""Types whose pickle is that of every pickler."""

_LOOK: Final = 256
"""How many items the search for large `bytes` looks at before it leaves it to the pickler."""

_STREAMED: Final = 65536
"""Bytes from which a pickler hands an object's content to its file by itself."""


def _shared(kind: str, offset: int, length: int, place: int) -> object:  # noqa: ARG001 - its name is what counts
    raise UnreadableError(f"the shared memory {place} stands outside of a message")


def _taking(buffers: list[memoryview]) -> Callable[[pickle.PickleBuffer], bool]:
    # No method of the encoder, which would hold itself by it: CPython up to 3.12 crashes when
    # memoryviews of memoryviews are part of what its collector clears.
    def take(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < OUT_OF_BAND:
            return True
        buffers.append(raw)
        return False

    return take


class _Sink:
    """The file of a pickler; notes whether a large `bytes` or `bytearray` went through it.

    A pickler announces such an object's content by its last bytes before it, and then hands over
    the content by itself.
    """

    __slots__ = ("bulk", "chunks")

    def __init__(self) -> None:
        self.chunks: list[bytes | bytearray] = []
        self.bulk = False

    def write(self, chunk: bytes | bytearray | pickle.PickleBuffer) -> None:
        if type(chunk) is bytearray:
            self.bulk |= len(chunk) >= _STREAMED
        elif type(chunk) is bytes and len(chunk) >= _STREAMED and self.chunks:
            before = bytes(memoryview(self.chunks[-1])[-9:])
            size = len(chunk)
            self.bulk |= before[-5:] == b"B" + size.to_bytes(4, "little") or before[:1] == b"\x8e"
        self.chunks.append(cast("bytes", chunk))

    def joined(self) -> bytes:
        return bytes(self.chunks[0]) if len(self.chunks) == 1 else b"".join(self.chunks)


class Encoder(pickle.Pickler):
    """Writes one message.

    Args:
        file: Where to.
        whole: Whether all buffers stay in the pickle.

    Attributes:
        buffers: Pickle's own buffers, in order.
        aside: What travels beside them, in the order of its numbers.
    """

    rules: ClassVar[dict[type, Callable[[Any, Any], object]]] = {}
    """What to do with instances of exactly these types; subclasses add to it."""

    whole: bool = False

    def __init__(self, file: Any, *, whole: bool = False) -> None:
        self.whole = whole
        self.buffers: list[memoryview] = []
        self.aside: list[object] = []
        self._places: dict[int, int] = {}
        callback = None if whole else _taking(self.buffers)
        super().__init__(file, protocol=5, buffer_callback=cast("Any", callback))

    def reducer_override(self, obj: Any) -> Any:
        """Say how an object is written; pickle asks for what is no plain data."""
        kind = type(obj)
        rule = self.rules.get(kind)
        if rule is not None:
            return rule(self, obj)
        if isinstance(obj, (FunctionType, type)):
            return NotImplemented if importable(obj) else self.unnamed(obj)
        if kind is array_type():
            return reduce_array(obj) or NotImplemented
        found = self.instance(obj, kind)
        if found is NotImplemented:
            if isinstance(obj, BaseException):
                return _reduce_exception(self, obj)
            if ffi.is_host_object(obj):
                return self._host_object(obj)
        return found

    def _host_object(self, obj: object) -> object:
        memory, *view = parts_of(obj)
        self.aside.append(memory)
        return _shared, (*view, len(self.aside) - 1)

    def unnamed(self, obj: Any) -> Any:
        """Say how a function or class is written that has no name to import it by."""
        raise ByValueNeeded(obj)

    def instance(self, obj: Any, kind: type) -> Any:  # noqa: ARG002 - for subclasses
        """Say how an instance of any other class is written."""
        return NotImplemented

    def withdraw(self) -> None:
        """Take back what writing has given away: the message is not sent."""

    def put_aside(self, obj: object) -> int:
        """Let an object travel beside the pickle; return its number."""
        place = self._places.get(id(obj))
        if place is None:
            # `aside` keeps it, so that no other object gets its id meanwhile.
            place = self._places[id(obj)] = len(self.aside)
            self.aside.append(obj)
        return place

    def travelling(self) -> Sequence[object]:
        """Return what travels beside the pickle.

        Pickle's own buffers are taken from the beginning, one by one; the others are named from
        the end.
        """
        return (*self.buffers, *reversed(self.aside))


def _large(self: Encoder, obj: object) -> object:
    """Let large `bytes` travel beside the pickle: a ``persistent_id``, asked for each object."""
    kind = type(obj)
    if (kind is bytes or kind is bytearray) and len(cast("bytes", obj)) >= OUT_OF_BAND:
        return kind is bytes, self.put_aside(obj)
    return None


_bulky: dict[type, type] = {}
E = TypeVar("E", bound=Encoder)


def _for_bulk(kind: type[E]) -> type[E]:
    """Return the same encoder, asked for each single object: slow, only used where it pays."""
    if kind not in _bulky:
        _bulky[kind] = type(f"_Bulk{kind.__name__}", (kind,), {"persistent_id": _large})
    return cast("type[E]", _bulky[kind])


def _has_bulk(value: object) -> bool:
    """Look for large `bytes` in plain containers, as far as that is cheap."""
    waiting: list[object] = [value]
    for _ in range(_LOOK):
        if not waiting:
            return False
        item = waiting.pop()
        kind = type(item)
        if kind is bytes or kind is bytearray:
            if len(cast("bytes", item)) >= OUT_OF_BAND:
                return True
        elif kind is tuple or kind is list:
            waiting.extend(cast("list[object]", item)[:_LOOK])
        elif kind is dict and len(cast("dict[object, object]", item)) <= _LOOK:
            waiting.extend(cast("dict[object, object]", item).values())
    return False


def write(
    value: object, kind: Callable[..., E], *arguments: Any, whole: bool = False
) -> tuple[bytes, E]:
    """Write a value with an encoder of a kind; return the pickle, and the encoder.

    Args:
        value: What is to be sent.
        kind: A subclass of `Encoder`.
        *arguments: What it is made with, besides its file.
        whole: Whether all buffers stay in the pickle.

    Raises:
        Exception: What pickling raises; what was given away is taken back.
    """
    plain = cast("type[E]", kind)
    chosen = plain if whole or not _has_bulk(value) else _for_bulk(plain)
    while True:
        sink = _Sink()
        encoder = chosen(sink, *arguments, whole=whole)
        try:
            encoder.dump(value)
        except BaseException:
            encoder.withdraw()
            raise
        if whole or chosen is not plain or not sink.bulk:
            return sink.joined(), encoder
        # Once more, which costs less than carrying the copies along.
        encoder.withdraw()
        chosen = _for_bulk(plain)


_by_value: list[type[Encoder]] = []


def by_value() -> type[Encoder]:
    """Return the encoder that writes functions and classes by value, with cloudpickle.

    Raises:
        ImportError: There is no cloudpickle here.
    """
    if not _by_value:
        pickler: Any = importlib.import_module("cloudpickle").Pickler

        def reducer_override(self: Encoder, obj: Any) -> Any:
            found = Encoder.reducer_override(self, obj)
            return pickler.reducer_override(self, obj) if found is NotImplemented else found

        methods = {"reducer_override": reducer_override, "unnamed": lambda *_: NotImplemented}
        _by_value.append(cast("type[Encoder]", type("_ByValue", (Encoder, pickler), methods)))
    return _by_value[0]


def aside(buffers: Sequence[object], place: Any) -> object:
    """Return what travelled beside a pickle under a number.

    Raises:
        UnreadableError: There is nothing under this number.
    """
    if type(place) is not int or not 0 <= place < len(buffers):
        raise UnreadableError(f"there is no buffer {place!r}")
    return buffers[-1 - place]


def _sharer(buffers: Sequence[object]) -> Callable[[str, int, int, int], object]:
    # No method of the decoder, whose memory of what it has read would hold itself by it.
    def share(kind: str, offset: int, length: int, place: int) -> object:
        return view_of(aside(buffers, place), kind, offset, length)

    return share


class Decoder(pickle.Unpickler):
    """Reads one message. Only of who runs the same application: it runs what the writer chose."""

    def __init__(self, body: bytes, buffers: Sequence[object]) -> None:
        super().__init__(io.BytesIO(body), buffers=cast("Any", buffers))
        self._buffers = buffers
        self._bytes: dict[int, object] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name of the pickle means."""
        if module == __name__ and name == "_shared":
            return _sharer(self._buffers)
        return self.find(module, name)

    def find(self, module: str, name: str) -> Any:
        """Look up what a name means that is no mark of this package's own."""
        return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> object:
        """Return large `bytes` that travelled beside the pickle; each is one object."""
        constant, place = pid
        found = self._bytes.get(place)
        if found is None:
            raw = cast("memoryview", aside(self._buffers, place))
            found = self._bytes[place] = bytes(raw) if constant else bytearray(raw)
        return found


def read(body: bytes, buffers: Sequence[object] = (), what: str = "a message") -> Any:
    """Read what `write` wrote.

    Args:
        body: The pickle.
        buffers: What travelled beside it.
        what: Its name in errors.

    Raises:
        MissingModuleError: It needs a module that is not here.
        Exception: What reading a damaged pickle leads to.
    """
    with missing_told(what):
        if buffers:
            return Decoder(body, buffers).load()
        return pickle.loads(body)  # noqa: S301 - one application


class missing_told:  # noqa: N801 - a context manager, called like a function
    """Make `MissingModuleError` of the import that fails while something is read.

    Args:
        what: What is read.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ModuleNotFoundError) and not isinstance(error, MissingModuleError):
            raise MissingModuleError(error.name or str(error), self._what) from error


def _view(obj: memoryview) -> object:
    if not obj.contiguous:
        raise UnsendableError("a memoryview", "it is not contiguous")
    return memoryview, (pickle.PickleBuffer(obj),)


Encoder.rules = {memoryview: lambda _encoder, view: _view(view)}


def _reduce_exception(encoder: Encoder, error: BaseException) -> Any:
    from bridge._marshal.exceptions import reduce_exception  # noqa: PLC0415 - it builds on this module

    return reduce_exception(encoder, error)
