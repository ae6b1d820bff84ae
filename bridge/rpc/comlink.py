"""Comlink around Python: for JavaScript on the other end, and to find out that it is Python.

A JavaScript end that uses Comlink calls what Python serves, and Python calls what it exposes. Two
Python ends find each other by one Comlink call, and from then on send their own envelopes over the
same port. Comlink itself comes with bridge's wheel; it is no Python, and nothing here is needed
for a worker of bridge's own.

What crosses to JavaScript is data: dictionaries become plain objects, bytes and arrays typed
arrays, functions Comlink proxies; an exception keeps its class's name and its text.

Comlink's own ``expose`` is not used, since it follows any path of names into JavaScript's
prototypes. Requests have one name here, and the same rule decides about it as for a `Peer`.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from bridge import _assets
from bridge._browser import ffi
from bridge._browser.ports import open_port
from bridge.errors import HostUnavailableError
from bridge.proxies import ProxyScope
from bridge.rpc.envelopes import VERSION
from bridge.rpc.errors import (
    MalformedMessageError,
    NotExposedError,
    PeerLostError,
    RemoteError,
    VersionMismatchError,
)
from bridge.rpc.exposure import Exposure, clipped
from bridge.rpc.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

__all__ = ["ComlinkEnd", "ComlinkRemote", "connect"]

_HELLO: Final = "bridgeHello"
_FEATURE: Final = "Comlink"
_KEPT: Final = 20
"""Complaints that are remembered."""
_LONGEST: Final = 10_000
"""Characters of an error's text that cross."""
_DEEPEST: Final = 100
"""Levels of data that become Python's; below, it stays JavaScript's, since depth costs stack."""

_log: Final = logging.getLogger("bridge.rpc")


class _Opened(Protocol):
    """What ``comlink_face.mjs`` makes of a port."""

    def request(self, kind: str, name: str, *values: object) -> Awaitable[Any]: ...
    def calm(self) -> None: ...
    def close(self) -> None: ...


class _Face(Protocol):
    def connect(  # noqa: PLR0917 - JavaScript knows places only
        self,
        comlink: object,
        port: object,
        ask: object,
        lost: object,
        note: object,
        pause: float,
        /,
    ) -> _Opened: ...


def _to_js(value: object, scope: ProxyScope) -> object:
    if callable(value):
        host = ffi.is_host_object(value)

        async def called(*given: object) -> object:
            async def work() -> object:
                result = value(*(given if host else [_to_py(each) for each in given]))
                return await result if inspect.isawaitable(result) else result

            return await _told(work, scope)

        return scope.proxy(called, "a callback")
    return value if ffi.is_host_object(value) else ffi.to_js(value)


def _to_py(value: object) -> Any:
    if not ffi.is_host_object(value):
        return ffi.none_if_null(value)
    if callable(value):
        function = cast("Any", value)

        async def called(*given: object) -> object:
            with ProxyScope("arguments of a Comlink callback") as scope:
                answer = await function(*[_to_js(each, scope) for each in given])
                return _answer("the callback", answer)

        return called
    return cast("Any", value).to_py(depth=_DEEPEST)


async def _told(work: Callable[[], Awaitable[object]], scope: ProxyScope) -> object:
    """Run something for JavaScript, which gets the value, or the error's name and text.

    No exception leaves it: JavaScript would make an error of it that bears the traceback.
    """
    try:
        return ffi.to_js([True, _to_js(await work(), scope)])
    # Whatever a served function raises is told to its caller, an interrupt too.
    except BaseException as error:  # noqa: BLE001 - the boundary of the other end's request
        kind = type(error)
        try:
            text = str(error)
        except Exception as fault:  # noqa: BLE001 - reported as the text
            text = f"<its text cannot be had: {type(fault).__name__}>"
        return ffi.to_js([False, kind.__qualname__, text[:_LONGEST]])


def _answer(what: str, answer: Any) -> Any:
    """Take what ``comlink_face.mjs`` makes of a reply.

    Raises:
        RemoteError: JavaScript threw.
        PeerLostError: There will be no reply.
    """
    kind = answer[0]
    if kind == "lost":
        raise PeerLostError(what, answer[1])
    if kind == "error":
        raise RemoteError(answer[1], answer[2], answer[3])
    return _to_py(answer[1])


class _Member:
    __slots__ = ("_end", "_name")

    def __init__(self, end: ComlinkEnd, name: str) -> None:
        self._end = end
        self._name = name

    async def __call__(self, *args: object) -> Any:
        """Call it."""
        return await self._end.ask("APPLY", self._name, *args)

    def __await__(self) -> Any:
        return self._end.ask("GET", self._name).__await__()

    async def set(self, value: object) -> None:
        """Assign the attribute on the other side."""
        await self._end.ask("SET", self._name, value)


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
        return await self._end.ask("APPLY", "", *args)


class ComlinkEnd:
    """This end of a port on which Comlink is spoken; see `connect`."""

    def __init__(
        self,
        port: object,
        serve: object,
        interface: type | None,
        options: dict[str, Any],
        heartbeat: float | None = None,
    ) -> None:
        self.peer: Peer | None = None
        """The peer, if the other end turned out to be Python."""
        self._port = port
        self._serve = serve
        self._exposure = Exposure(interface)
        self._heartbeat = heartbeat or 0.0
        self._options = {**options, "interface": interface}
        if heartbeat is not None:
            self._options["heartbeat"] = heartbeat
        self._scope = ProxyScope("Comlink")
        self._opened: _Opened | None = None
        self._lost = "this side closed the connection"
        self._complaints: deque[str] = deque(maxlen=_KEPT)

    @property
    def remote(self) -> Any:
        """What the other end exposes, Python or not."""
        return ComlinkRemote(self) if self.peer is None else self.peer.remote

    def open(self, comlink: object, face: object) -> None:
        """Begin to serve, and to be able to call."""
        ask = self._scope.proxy(self._asked, "serving")
        lost = self._scope.proxy(self._gone, "the end")
        note = self._scope.proxy(self._note, "complaints")
        self._opened = cast("_Face", face).connect(
            comlink, self._port, ask, lost, note, self._heartbeat
        )

    @property
    def complaints(self) -> tuple[str, ...]:
        """The latest messages of the other end that meant nothing."""
        return tuple(self._complaints)

    async def ask(self, kind: str, name: str, *values: object) -> Any:
        """Make a Comlink call.

        Raises:
            RemoteError: JavaScript threw.
            PeerLostError: This end is closed, or the other one has closed its port.
        """
        what = f"the call of {name!r}" if name else "the call"
        if self._opened is None:
            raise PeerLostError(what, self._lost)
        sent = [_to_js(value, self._scope) for value in values]
        return _answer(what, await self._opened.request(kind, name, *sent))

    async def greet(self, seconds: float) -> None:
        """Find out whether the other end is Python.

        Raises:
            VersionMismatchError: It is, and speaks another version.
            TimeoutError: It does not answer.
            PeerLostError: It has closed its port.
        """
        try:
            theirs = await asyncio.wait_for(self.ask("APPLY", _HELLO, VERSION), seconds)
        except RemoteError:
            return
        if type(theirs) is int:
            self._meet(theirs)

    def _meet(self, theirs: int) -> None:
        if theirs != VERSION:
            raise VersionMismatchError(VERSION, theirs)
        if self.peer is None:
            self.peer = Peer(open_port(self._port), self._serve, **self._options)
            if self._opened is not None:
                # The peer asks in a way that tells who computes from who is gone.
                self._opened.calm()

    async def _asked(self, kind: str, name: str, values: Any) -> object:
        async def work() -> object:
            return await self._serving(kind, name, [_to_py(value) for value in values])

        return await _told(work, self._scope)

    async def _serving(self, kind: str, name: str, given: list[Any]) -> object:
        if name == _HELLO and kind == "call":
            (theirs,) = given
            if type(theirs) is not int:
                raise MalformedMessageError("a greeting should bear the number of a version")
            # Listening before it is told: what the other end sends next must not be lost.
            self._meet(theirs)
            return VERSION
        target, exposure = self._serve, self._exposure
        if target is None:
            raise NotExposedError(clipped(name), "this end", "it serves no object")
        if kind == "set":
            (value,) = given
            exposure.assign(target, name, value)
            return None
        found = exposure.member(target, name) if name else exposure.itself(target)
        if kind == "call":
            found = found(*given)
            if inspect.isawaitable(found):
                found = await found
            # What is handed out can be called, which the interface may not say of the root.
            return exposure.itself(found) if found is target and callable(found) else found
        # Comlink reads what it then calls: a method itself is no data.
        return None if callable(found) else found

    def _note(self, text: str) -> None:
        self._complaints.append(text)
        _log.warning("Comlink: %s", text)

    def _gone(self, reason: str) -> None:
        if self._opened is not None:
            self._opened = None
            self._lost = reason
            if self.peer is not None:
                self.peer.lose(ConnectionResetError(reason))
            self._scope.dispose()

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
    heartbeat: float | None = None,
    **options: Any,
) -> ComlinkEnd:
    """Speak Comlink on a port, and bridge's own protocol if the other end is Python.

    Args:
        port: The browser's ``MessagePort``, or a worker, or a worker's own scope.
        serve: What the other end sees.
        comlink: The Comlink module whose transfer handlers are used, or its source; without it,
            the one of bridge's wheel.
        interface: A class whose public names are all that is shown.
        seconds: How long the other end may take for its first answer.
        heartbeat: Seconds without an answer after which the other end is taken for gone, and calls
            in flight raise `PeerLostError`. Only some browsers tell that a port was closed; in the
            others, calls without a heartbeat wait until this end is closed. Choose more than a
            JavaScript end ever computes without a pause; one that is Python is not taken for gone
            while it computes, and has the heartbeat of a `Peer` if none is given.
        options: For `Peer`, if the other end is Python.

    Raises:
        HostUnavailableError: Not in a browser, or Comlink is not in this build.
        ValueError: The heartbeat is not positive.
        TimeoutError: The other end did not answer.
        PeerLostError: It has closed its port.
        VersionMismatchError: It is Python, and speaks another version.
    """
    ffi.js_globals(_FEATURE)
    if heartbeat is not None and heartbeat <= 0:
        raise ValueError(f"expected a positive number of seconds, found {heartbeat}")
    if comlink is None:
        comlink = comlink_source()
    library = await _module(comlink) if isinstance(comlink, str) else comlink
    face = await _module(_assets.read("comlink_face.mjs"))
    end = ComlinkEnd(port, serve, interface, options, heartbeat)
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
