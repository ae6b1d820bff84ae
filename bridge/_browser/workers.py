"""Workers as the browser offers them: start, hear, end, and ask a server why one did not run.

Everything here is plain data and callbacks for who spawns a worker; what any of it means stands in
`bridge.worker`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from bridge import _assets
from bridge._browser import ffi, interrupts
from bridge.proxies import ProxyScope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

__all__ = [
    "Answer",
    "ErrorEvent",
    "Hear",
    "HostWorker",
    "SharedWords",
    "Violation",
    "Violations",
    "absolute",
    "ask",
    "blob_files",
    "index_url",
    "is_isolated",
    "is_isolated_by_embedder_policy",
    "is_opaque",
    "load_script",
    "message_channel",
    "parse_error",
    "served_files",
    "shared_words",
    "to_bytes",
    "when_free",
]

FEATURE: Final = "a worker"
_INTERRUPT: Final = 2
"""What Pyodide takes for SIGINT; in the first byte, as every machine with browsers counts."""
Hear: TypeAlias = "Callable[[dict[str, object], object], None]"
"""Called with a message's plain fields, and with the message itself for what is not plain."""


class _New(Protocol):
    def new(self, *arguments: object) -> ffi.HostObject: ...


class ErrorEvent:
    """What an ``error`` event of a worker says.

    Attributes:
        plain: Whether it says nothing: the script never ran.
        message: The text.
        url: The file.
        line: The line in it; 0 if unknown.
    """

    __slots__ = ("line", "message", "plain", "url")

    def __init__(self, event: object) -> None:
        message = ffi.get(event, "message")
        self.plain = message is None
        self.message = "" if message is None else str(message)
        self.url = str(ffi.get(event, "filename") or "")
        line = ffi.get(event, "lineno")
        self.line = line if isinstance(line, int) else 0


def _class(name: str) -> _New:
    return cast("_New", ffi.get(ffi.js_globals(FEATURE), name))


def _method(target: object, name: str) -> Callable[..., object]:
    return cast("Callable[..., object]", getattr(target, name))


class HostWorker:
    """A worker of the browser.

    Args:
        url: Its script, run as a module.
        name: Shown in the browser's tools.
        hear: Called with each message.
        failed: Called with each ``error`` event.

    Raises:
        JsException: The browser refuses to make one (``SecurityError``: another origin).
    """

    __slots__ = ("_post", "_scope", "_worker")

    def __init__(
        self, url: str, name: str, hear: Hear, failed: Callable[[ErrorEvent], None]
    ) -> None:
        def on_message(event: object) -> None:
            data = ffi.get(event, "data")
            hear(_plain(data), data)

        def on_error(event: object) -> None:
            # The console would name this page as the place of an error that is handled here.
            _method(event, "preventDefault")()
            failed(ErrorEvent(event))

        options = ffi.to_js({"type": "module", "name": name})
        self._worker = _class("Worker").new(url, options)
        self._scope = ProxyScope("worker")
        self._listen("message", on_message)
        self._listen("error", on_error)
        self._listen("messageerror", on_error)
        _method(self._worker, "addEventListener")("error", _prevent_default())
        self._post = _method(self._worker, "postMessage")

    def _listen(self, kind: str, callback: Callable[[object], None]) -> None:
        handle = self._scope.proxy(callback, kind)
        _method(self._worker, "addEventListener")(kind, handle)
        # What is on its way when the worker is terminated must not find a dead handle.
        self._scope.on_dispose(lambda: _method(self._worker, "removeEventListener")(kind, handle))

    def post(self, message: Mapping[str, object], transfer: tuple[object, ...] = ()) -> None:
        """Send a message of plain data and objects of the page."""
        self._post(ffi.to_js(dict(message)), ffi.to_js(list(transfer)))

    def terminate(self) -> None:
        """End it at once; no event follows."""
        if not self._scope.disposed:
            _method(self._worker, "terminate")()
            self._scope.dispose()


def _prevent_default() -> object:
    """A listener without a handle, which outlives the worker's others.

    An interpreter that aborts reports its end first; the ``error`` event comes when the worker has
    been terminated for it, and would be an error of the page.
    """
    page = ffi.js_globals(FEATURE)
    call = ffi.get(ffi.get(ffi.get(page, "Function"), "prototype"), "call")
    prototype = ffi.get(ffi.get(page, "Event"), "prototype")
    return _method(call, "bind")(ffi.get(prototype, "preventDefault"))


def _plain(data: object) -> dict[str, object]:
    """The plain fields of a message: texts, numbers, and plain data below.

    A script may send anything: what has no fields has none here, and what cannot be converted is
    left out.
    """
    found: dict[str, object] = {}
    if not ffi.is_host_object(data):
        return found
    names = _method(ffi.get(ffi.js_globals(FEATURE), "Object"), "keys")(data)
    for name in cast("list[str]", names):
        if name in _BULKY:
            continue
        value = ffi.get(data, name)
        convert = getattr(value, "to_py", None)
        if convert is None:
            found[name] = value
            continue
        # What cannot be converted, or is no field of a message, has no meaning for a start.
        with contextlib.suppress(Exception):
            found[name] = convert()
    return found


_BULKY: Final = frozenset({"module", "snapshot", "library"})


def index_url() -> str:
    """Where this interpreter's own runtime came from, with a slash at the end.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    ffi.js_globals(FEATURE)
    import pyodide_js  # noqa: PLC0415 - present in Pyodide only

    config = ffi.get(ffi.get(pyodide_js, "_api"), "config")
    return absolute(str(ffi.get(config, "indexURL")))


def absolute(url: str) -> str:
    """Resolve a URL against this page's address: a worker made of a blob has none to resolve by.

    Raises:
        HostUnavailableError: Not in a browser.
        JsException: It is no URL.
    """
    base = str(ffi.get(ffi.get(ffi.js_globals(FEATURE), "location"), "href"))
    return str(ffi.get(_class("URL").new(url, base), "href"))


def is_isolated() -> bool:
    """Tell whether this page is cross-origin isolated."""
    return bool(ffi.get(ffi.js_globals(FEATURE), "crossOriginIsolated"))


async def is_isolated_by_embedder_policy() -> bool:
    """Tell whether this page is isolated by a policy that the scripts of its workers need as well.

    A page that its ``Document-Isolation-Policy`` isolates asks nothing of them. No property tells
    which of the two it is, but the headers of the page do; where they cannot be had, the answer is
    the more frequent one.
    """
    if not is_isolated():
        return False
    address = ffi.get(ffi.get(ffi.js_globals(FEATURE), "location"), "href")
    answer = await ask(str(address))
    return not answer.reached or bool(answer.embedder_policy)


def is_opaque() -> bool:
    """Tell whether this page has an opaque origin, which no file shares with it."""
    return ffi.get(ffi.js_globals(FEATURE), "origin") == "null"


def blob_files() -> dict[str, str]:
    """Make the files of a worker part of this page; returns their URLs by name."""
    create = _method(ffi.get(ffi.js_globals(FEATURE), "URL"), "createObjectURL")
    options = ffi.to_js({"type": "text/javascript"})
    blob = _class("Blob")
    return {
        name: str(create(blob.new(ffi.to_js([_assets.read(name)]), options)))
        for name in _assets.NAMES
    }


def served_files(script_url: str) -> dict[str, str]:
    """Return the URLs of a worker's files where they are served, by name."""
    base = str(ffi.get(ffi.get(ffi.js_globals(FEATURE), "location"), "href"))
    url = _class("URL")
    script = url.new(script_url, base)
    found = {name: str(ffi.get(url.new(name, script), "href")) for name in _assets.NAMES}
    return {**found, "worker.mjs": str(ffi.get(script, "href"))}


async def load_script(url: str, within: float) -> None:
    """Load a script of the page by an element, as the strictest policy allows; errors are ignored.

    What the script should have defined is missing afterwards if it did not run. In a worker, which
    has no elements, nothing happens.

    Args:
        url: The script.
        within: Seconds that it may take.

    Raises:
        TimeoutError: It took longer.
    """
    page = ffi.get(ffi.js_globals(FEATURE), "document")
    if page is None:
        return
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle_once(_event: object) -> None:
        if not ended.done():
            ended.set_result(None)

    element = cast("_Script", ffi.call(page, "createElement", "script"))
    with ProxyScope("script") as scope:
        settle = scope.proxy(settle_once, "ended")
        element.addEventListener("load", settle)
        element.addEventListener("error", settle)
        element.src = url
        ffi.call(ffi.read(page, "head"), "appendChild", element)
        try:
            await asyncio.wait_for(ended, within)
        finally:
            element.removeEventListener("load", settle)
            element.removeEventListener("error", settle)
            element.remove()


class _Script(Protocol):
    src: str

    def addEventListener(self, kind: str, callback: object, /) -> None: ...  # noqa: N802 - the DOM's
    def removeEventListener(self, kind: str, callback: object, /) -> None: ...  # noqa: N802 - the DOM's
    def remove(self) -> None: ...


def message_channel() -> tuple[object, object]:
    """Open a channel; returns its two ends."""
    channel = _class("MessageChannel").new()
    return channel.port1, channel.port2


class SharedWords:
    """Words of memory that a worker shares, and Pyodide's interrupt byte in the first of them.

    Attributes:
        memory: What the worker is given.
    """

    __slots__ = ("_load", "_store", "_view", "memory")

    def __init__(self) -> None:
        atomics = ffi.get(ffi.js_globals(FEATURE), "Atomics")
        self.memory = _class("SharedArrayBuffer").new(4 * interrupts.SIZE)
        self._view = _class("Int32Array").new(self.memory)
        self._load = cast("Callable[[object, int], int]", _method(atomics, "load"))
        self._store = _method(atomics, "store")

    def __getitem__(self, place: int) -> int:
        return int(self._load(self._view, place))

    def __setitem__(self, place: int, value: int) -> None:
        self._store(self._view, place, value)

    def interrupt(self, target: int) -> None:
        """Ask the worker's Python to raise, if it runs what is meant (`bridge._browser`)."""
        self[interrupts.TARGET] = target
        self[0] = _INTERRUPT

    def withdraw(self) -> None:
        """Take back an interrupt that nobody took."""
        self[0] = 0


def shared_words() -> SharedWords | None:
    """Allocate shared memory; ``None`` where the page is not isolated."""
    return SharedWords() if is_isolated() else None


def to_bytes(data: bytes) -> object:
    """Copy bytes into an array of the page."""
    return ffi.to_js(data)


def when_free(name: str, callback: Callable[[], None]) -> None:
    """Call back when the Web Lock of this name is to be had, and leave it at once.

    The handle on the callback ends with the call, which comes in any case: at the latest when who
    holds the lock is terminated.
    """
    locks = ffi.get(ffi.get(ffi.js_globals(FEATURE), "navigator"), "locks")
    _method(locks, "request")(name, ffi.create_once_callable(lambda _lock: callback()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with.

    Attributes:
        reached: Whether there was an answer that could be read.
        opaque: Whether there was one that only a request without CORS may have.
        redirects: Whether there was a redirect that could not be followed.
        status: HTTP status; 0 without an answer.
        type: The content type; empty if there was none.
        embedder_policy: The header of that name; empty if there was none.
        final: The address that answered, if that is another one than was asked; else empty.
        whole: Whether the body came whole and could be decompressed.
        utf8: Whether the body is text in UTF-8.
        text: What the browser said of what failed.
    """

    reached: bool
    opaque: bool = False
    redirects: bool = False
    status: int = 0
    type: str = ""
    embedder_policy: str = ""
    final: str = ""
    whole: bool = True
    utf8: bool = True
    text: str = ""


async def ask(url: str, credentials: str = "same-origin") -> Answer:
    """Ask for a file anew, past every cache, and return what the answer says of itself.

    The request is aborted if the caller gives up.

    Args:
        url: The file.
        credentials: Whether to send cookies, as ``fetch`` takes it. Only without them does a status
            401 arrive at once: with them, the browser asks the user for a password first.
    """
    controller = _class("AbortController").new()
    options = {"cache": "no-store", "credentials": credentials}
    try:
        return await _ask(url, {**options, "signal": ffi.get(controller, "signal")})
    finally:
        _method(controller, "abort")()


async def _ask(url: str, options: Mapping[str, object]) -> Answer:
    from pyodide.ffi import JsException  # noqa: PLC0415 - present in Pyodide only

    fetch = cast("Callable[..., Awaitable[object]]", ffi.get(ffi.js_globals(FEATURE), "fetch"))

    async def attempt(**further: str) -> object | None:
        try:
            return await fetch(url, ffi.to_js({**options, **further}))
        except JsException:
            return None

    try:
        answer = await fetch(url, ffi.to_js(dict(options)))
    except JsException as refusal:
        text = str(ffi.get(refusal, "message") or refusal)
        if ffi.get(await attempt(redirect="manual"), "type") == "opaqueredirect":
            return Answer(reached=False, redirects=True, text=text)
        return Answer(reached=False, opaque=await attempt(mode="no-cors") is not None, text=text)
    read = _method(ffi.get(answer, "headers"), "get")
    status = ffi.get(answer, "status")
    whole, utf8, text = True, True, ""
    try:
        body = await cast("Awaitable[_Convertible]", _method(answer, "arrayBuffer")())
    except JsException as broken:
        whole, text = False, str(ffi.get(broken, "message") or broken)
    else:
        utf8 = _is_utf8(body.to_bytes())
    return Answer(
        reached=True,
        status=status if isinstance(status, int) else 0,
        type=str(ffi.none_if_null(read("content-type")) or ""),
        embedder_policy=str(ffi.none_if_null(read("cross-origin-embedder-policy")) or ""),
        final=str(ffi.get(answer, "url")) if ffi.get(answer, "redirected") else "",
        whole=whole,
        utf8=utf8,
        text=text,
    )


class _Convertible(Protocol):
    def to_bytes(self) -> bytes: ...


def _is_utf8(body: bytes) -> bool:
    try:
        # UTF-16 of Latin letters is UTF-8, too, with zeros in between.
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


class Violation:
    """One violation of the page's content security policy.

    Attributes:
        directive: The directive.
        blocked: What was blocked: a URL, or a scheme such as ``blob``.
    """

    __slots__ = ("blocked", "directive")

    def __init__(self, event: object) -> None:
        self.directive = str(ffi.get(event, "effectiveDirective") or "")
        self.blocked = str(ffi.get(event, "blockedURI") or "")


class Violations:
    """Notes violations of the page's content security policy until its scope ends."""

    def __init__(self, scope: ProxyScope) -> None:
        self.found: list[Violation] = []
        page = ffi.js_globals(FEATURE)
        # In a worker they are told to the global object, on a page to the document.
        target = ffi.get(page, "document") or page
        note = scope.proxy(self._note, "policy")
        ffi.call(target, "addEventListener", "securitypolicyviolation", note)
        scope.on_dispose(
            lambda: ffi.call(target, "removeEventListener", "securitypolicyviolation", note)
        )

    def _note(self, event: object) -> None:
        # A policy that only reports forbids nothing.
        if ffi.get(event, "disposition") != "report":
            self.found.append(Violation(event))

    def about(self, url: str) -> Violation | None:
        """Return one that blocked this file, or its scheme."""
        scheme = url.partition(":")[0]
        for violation in self.found:
            if violation.blocked in (url, scheme) or url.startswith(violation.blocked or "\0"):
                return violation
        return None


def parse_error(url: str, scope: ProxyScope, found: Callable[[ErrorEvent], None]) -> None:
    """Let the browser parse a module's file as a script, to learn why it does not parse.

    A module with a syntax error fails without a text; a classic script tells text and line. The
    callback hears of an error, and of nothing else.

    Args:
        url: The file.
        scope: Ends the attempt.
        found: Called with the error.
    """
    worker = _class("Worker").new(url)
    scope.on_dispose(_method(worker, "terminate"))

    def on_error(event: object) -> None:
        _method(event, "preventDefault")()
        found(ErrorEvent(event))

    _method(worker, "addEventListener")("error", scope.proxy(on_error, "parse error"))
