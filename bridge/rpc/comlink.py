"""Comlink around Python: for JavaScript on the other end, and to find out that it is Python.

A JavaScript end that uses Comlink calls what Python serves, and Python calls what it exposes. Two
Python ends find each other by one Comlink call, and from then on send their own envelopes over the
same port. Comlink itself comes with bridge's wheel; it is no Python, and nothing here is needed
for a worker of bridge's own.

What crosses to JavaScript is data: dictionaries become plain objects, bytes and arrays typed
arrays, functions Comlink proxies; an exception keeps its class's name and its text.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from bridge import _assets
from bridge._browser import ffi
from bridge._browser.ports import open_port
from bridge.errors import HostUnavailableError
from bridge.proxies import ProxyScope
from bridge.rpc.envelopes import VERSION
from bridge.rpc.errors import NotExposedError, PeerLostError, RemoteError, VersionMismatchError
from bridge.rpc.peer import Peer
from bridge.rpc.serving import interface_names, public

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection
    from types import TracebackType
    from typing import Self

__all__ = ["ComlinkEnd", "ComlinkRemote", "connect"]

_HELLO: Final = "bridgeHello"
_FEATURE: Final = "Comlink"


class _Opened(Protocol):
    """What ``comlink_face.mjs`` makes of a port."""

    def call(self, name: str, *values: object) -> Awaitable[object]: ...
    def get(self, name: str) -> Awaitable[object]: ...
    def set(self, name: str, value: object) -> Awaitable[object]: ...
    def close(self) -> None: ...


class _Face(Protocol):
    def connect(self, comlink: object, port: object, ask: object, /) -> _Opened: ...


def _to_js(value: object, scope: ProxyScope) -> object:
    if callable(value) and not ffi.is_host_object(value):

        async def called(*given: object) -> object:
            result = value(*[_to_py(each) for each in given])
            if inspect.isawaitable(result):
                result = await result
            return _to_js(result, scope)

        return scope.proxy(called, "a callback")
    return value if ffi.is_host_object(value) else ffi.to_js(value)


def _to_py(value: object) -> Any:
    if not ffi.is_host_object(value):
        return ffi.none_if_null(value)
    if callable(value):
        function = cast("Any", value)

        async def called(*given: object) -> object:
            with ProxyScope("arguments of a Comlink callback") as scope:
                return _to_py(await function(*[_to_js(each, scope) for each in given]))

        return called
    return cast("Any", value).to_py()


class _Member:
    __slots__ = ("_end", "_name")

    def __init__(self, end: ComlinkEnd, name: str) -> None:
        self._end = end
        self._name = name

    async def __call__(self, *args: object) -> Any:
        """Call it."""
        return await self._end.ask("call", self._name, *args)

    def __await__(self) -> Any:
        return self._end.ask("get", self._name).__await__()

    async def set(self, value: object) -> None:
        """Assign the attribute on the other side."""
        await self._end.ask("set", self._name, value)


class ComlinkRemote:
    """An object that JavaScript exposes through Comlink: ``await remote.add(1, 2)``."""

    __slots__ = ("_end",)

    def __init__(self, end: ComlinkEnd) -> None:
        self._end = end

    def __getattr__(self, name: str) -> _Member:
        if name.startswith("_") or name == "then":
            raise AttributeError(f"{name!r} of a remote object cannot be reached")
        return _Member(self._end, name)

    async def __call__(self, *args: object) -> Any:
        """Call it."""
        return await self._end.ask("call", "", *args)


class ComlinkEnd:
    """This end of a port on which Comlink is spoken; see `connect`."""

    def __init__(
        self, port: object, serve: object, interface: type | None, options: dict[str, Any]
    ) -> None:
        self.peer: Peer | None = None
        """The peer, if the other end turned out to be Python."""
        self._port = port
        self._serve = serve
        self._shown: Collection[str] | None = (
            None if interface is None else interface_names(interface)
        )
        self._options = {**options, "interface": interface}
        self._scope = ProxyScope("Comlink")
        self._opened: _Opened | None = None

    @property
    def remote(self) -> Any:
        """What the other end exposes, Python or not."""
        return ComlinkRemote(self) if self.peer is None else self.peer.remote

    def open(self, comlink: object, face: object) -> None:
        """Begin to serve, and to be able to call."""
        ask = self._scope.proxy(self._asked, "serving")
        self._opened = cast("_Face", face).connect(comlink, self._port, ask)

    async def ask(self, kind: str, name: str, *values: object) -> Any:
        """Make a Comlink call.

        Raises:
            RemoteError: JavaScript threw.
            PeerLostError: This end is closed.
        """
        if self._opened is None:
            raise PeerLostError(f"the call of {name!r}", "this side closed the connection")
        method = getattr(self._opened, kind)
        sent = [_to_js(value, self._scope) for value in values]
        try:
            return _to_py(await method(name, *sent))
        except Exception as error:
            # Only JavaScript's own exceptions have a JavaScript object behind them.
            thrown = getattr(error, "js_error", error)
            if not ffi.is_host_object(thrown):
                raise
            read = [str(ffi.get(thrown, part) or "") for part in ("name", "message", "stack")]
            raise RemoteError(*read) from None

    async def greet(self, seconds: float) -> None:
        """Find out whether the other end is Python.

        Raises:
            VersionMismatchError: It is, and speaks another version.
            TimeoutError: It does not answer.
        """
        try:
            theirs = await asyncio.wait_for(self.ask("call", _HELLO, VERSION), seconds)
        except RemoteError:
            return
        if theirs is not None:
            self._meet(int(theirs))

    def _meet(self, theirs: int) -> None:
        if theirs != VERSION:
            raise VersionMismatchError(VERSION, theirs)
        if self.peer is None:
            self.peer = Peer(open_port(self._port), self._serve, **self._options)

    async def _asked(self, kind: str, name: str, values: Any) -> object:
        given = [_to_py(value) for value in values]
        if name == _HELLO:
            # Listening before it is told: what the other end sends next must not be lost.
            self._meet(int(given[0]))
            return VERSION
        return _to_js(await self._serving(kind, name, given), self._scope)

    async def _serving(self, kind: str, name: str, given: list[Any]) -> object:
        target = self._serve
        if not public(name) or (self._shown is not None and name not in self._shown):
            raise NotExposedError(name, type(target).__qualname__, "it is not shown")
        if not hasattr(target, name):
            raise NotExposedError(name, type(target).__qualname__)
        if kind == "set":
            if callable(getattr(type(target), name, None)):
                raise NotExposedError(name, type(target).__qualname__, "it cannot be replaced")
            setattr(target, name, given[0])
            return None
        found = getattr(target, name)
        if kind == "call":
            found = found(*given)
            return await found if inspect.isawaitable(found) else found
        return None if callable(found) else found

    def close(self) -> None:
        """End this end; a second call does nothing."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        if self.peer is not None:
            self.peer.close()
        opened.close()
        self._scope.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


async def _module(source: str) -> object:
    """Import the text of a JavaScript module."""
    from pyodide.code import run_js  # noqa: PLC0415 - the host, on use only

    load = run_js(
        "async (text) => { const url = URL.createObjectURL(new Blob([text], "
        "{type: 'text/javascript'})); try { return {...await import(url)}; } "
        "finally { URL.revokeObjectURL(url); } }"
    )
    return await load(source)


async def connect(
    port: object,
    serve: object = None,
    *,
    comlink: object = None,
    interface: type | None = None,
    seconds: float = 30.0,
    **options: Any,
) -> ComlinkEnd:
    """Speak Comlink on a port, and bridge's own protocol if the other end is Python.

    Args:
        port: The browser's ``MessagePort``, or a worker, or a worker's own scope.
        serve: What the other end sees.
        comlink: The Comlink module to use, or its source; without it, the one of bridge's wheel.
        interface: A class whose public names are all that is shown.
        seconds: How long the other end may take for its first answer.
        options: For `Peer`, if the other end is Python.

    Raises:
        HostUnavailableError: Not in a browser, or Comlink is not in this build.
        TimeoutError: The other end did not answer.
        VersionMismatchError: It is Python, and speaks another version.
    """
    ffi.js_globals(_FEATURE)
    if comlink is None:
        comlink = comlink_source()
    library = await _module(comlink) if isinstance(comlink, str) else comlink
    face = await _module(_assets.read("comlink_face.mjs"))
    end = ComlinkEnd(port, serve, interface, options)
    end.open(library, face)
    try:
        await end.greet(seconds)
    except BaseException:
        end.close()
        raise
    return end


def comlink_source() -> str:
    """Return the source of the Comlink that came with bridge.

    Raises:
        HostUnavailableError: This build has none.
    """
    try:
        return _assets.read("comlink.mjs")
    except HostUnavailableError:
        raise HostUnavailableError(
            _FEATURE,
            "this build of bridge was made without it",
            "Pass the module: connect(port, comlink=...).",
        ) from None
