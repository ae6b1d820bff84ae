"""Ports: how bytes get from one interpreter to another.

A port carries messages of a small header and any number of buffers. Headers of one turn of the
event loop travel together, in one ``postMessage``, and Python is entered once for all of them.

`Port` is what everything above stands on; `open_port` makes one of a message port of the browser.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from bridge import _assets
from bridge._browser import ffi
from bridge.errors import BridgeError, DisposedError
from bridge.proxies import ProxyScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Buffer", "HostPort", "Lost", "Odd", "Port", "Receive", "is_ready", "open_port"]

GLOBAL_NAME: Final = "__bridge_port_1__"
"""The global function of ``port.mjs``; its number changes with what travels."""

Buffer: TypeAlias = object
"""Anything with Python's buffer protocol, or an object of the page such as an ``ArrayBuffer``, a
typed array, a ``SharedArrayBuffer`` or a ``MessagePort``.

(`collections.abc.Buffer` is newer than 3.11.)"""

Receive: TypeAlias = "Callable[[bytes, list[Buffer]], None]"
"""Called with the header and buffers of each message."""

Lost: TypeAlias = "Callable[[Exception], None]"
"""Called once, with the reason, when the other end is known to be gone."""


Odd: TypeAlias = "Callable[[str], None]"
"""Called with a short text about what arrived and is no message."""


class Port(Protocol):
    """One end of a channel between two interpreters; messages arrive whole and in order."""

    def post(self, header: bytes, buffers: Sequence[Buffer] = (), transfer: bool = False) -> None:
        """Send one message. After `close`, or when the other end is gone, it does nothing.

        Args:
            header: What the receiver reads; small ones (a few KB) cross most cheaply.
            buffers: What travels beside it. A Python buffer is copied once, out of this
                interpreter's memory, and that copy is moved: the receiver gets a writable
                ``memoryview`` of bytes. Objects of the page arrive as objects of the page, but
                array buffers as ``memoryview``, too.
            transfer: Move objects of the page instead of cloning them; they are empty here then.
                Makes no difference to Python buffers.
        """

    def listen(self, receive: Receive, lost: Lost | None = None, odd: Odd | None = None) -> None:
        """Say who gets the messages; those that came before are delivered first, in order.

        Args:
            receive: Called for each message. What it raises is raised to the event loop, after
                the other messages of the same delivery have been received.
            lost: Called once when the other end is known to be gone (its worker has ended, or its
                port was closed), with the reason; at once if that is known already. Not called
                after `close`.
            odd: Called for each delivery that holds something else than messages, after the
                messages in it were received; left out, it is logged.
        """

    def close(self) -> None:
        """End this end; what was posted before is still sent. A second call does nothing."""


_SMALL: Final = 4096
"""Headers up to this many bytes cross as strings: no proxy, no buffer to take and give back."""


class _Opened(Protocol):
    """What ``port.mjs`` makes of a target."""

    send: Callable[..., None]
    listen: Callable[[object, object, object, object], None]
    flush: Callable[[], None]
    hold: Callable[[], None]
    watch: Callable[[], bool]
    probe: Callable[[], None]
    close: Callable[[], None]


class HostPort:
    """A `Port` over a message port of the browser, or over anything with the same interface.

    Attributes:
        target: The browser's object.
        closed_there: Called in place of `lose` when the other end has closed its port, by who
            knows better why that may be.
    """

    __slots__ = (
        "_closed",
        "_lost",
        "_odd",
        "_opened",
        "_reason",
        "_receive",
        "_scope",
        "_send",
        "closed_there",
        "target",
    )

    def __init__(self, target: object, opened: _Opened) -> None:
        self.target = target
        self._opened = opened
        # Kept, since a look-up on an object of the page costs more than the call.
        self._send = opened.send
        self._scope = ProxyScope("port")
        self._receive: Receive | None = None
        self._lost: Lost | None = None
        self._odd: Odd = _log_odd
        self.closed_there: Callable[[], object] | None = None
        self._reason: Exception | None = None
        self._closed = False

    def post(self, header: bytes, buffers: Sequence[Buffer] = (), transfer: bool = False) -> None:
        """Send one message.

        Raises:
            JsException: An object of the page among the buffers cannot be cloned or moved.
        """
        if self._closed or self._reason is not None:
            return
        small = len(header) <= _SMALL
        text = header.decode("latin-1") if small else memoryview(header)
        if buffers:
            self._send(transfer, text, *[_crossing(buffer) for buffer in buffers])
        else:
            self._send(transfer, text)

    def flush(self) -> None:
        """Send now what was posted, although the turn goes on: who computes reports progress so."""
        if not self._closed and self._reason is None:
            self._opened.flush()

    def hold(self) -> None:
        """Let what was posted leave with the next message, which the caller is sure to post."""
        if not self._closed and self._reason is None:
            self._opened.hold()

    def watch(self) -> bool:
        """Let `probe` find out whether the other end has closed its port.

        Returns:
            Whether that can be: only a ``MessagePort`` can be closed.
        """
        return not self._closed and self._reason is None and self._opened.watch()

    def probe(self) -> None:
        """Ask whether the other end's port is open; after four answers that it is not, it is lost.

        JavaScript answers, once Python there returns to its event loop: an end that computes for
        long, or one that is not there yet, is not lost.
        """
        if not self._closed and self._reason is None:
            self._opened.probe()

    def listen(self, receive: Receive, lost: Lost | None = None, odd: Odd | None = None) -> None:
        """Say who gets the messages.

        Raises:
            BridgeError: Somebody listens already, or the port is closed.
        """
        if self._closed:
            raise DisposedError("the port")
        if self._receive is not None:
            raise BridgeError("this port already has a listener. Open one port per listener.")
        self._receive, self._lost, self._odd = receive, lost, odd or _log_odd
        if self._reason is not None:
            self._tell_lost()
            return
        proxy = self._scope.proxy
        self._opened.listen(
            proxy(self._one, "receive one"),
            proxy(self._many, "receive"),
            proxy(self._complain, "complaints"),
            proxy(self._other_closed, "the end"),
        )

    def lose(self, reason: Exception) -> None:
        """Note that the other end is gone, and tell the listener; once."""
        if self._closed or self._reason is not None:
            return
        self._reason = reason
        self._end()
        if self._receive is not None:
            self._tell_lost()

    def close(self) -> None:
        """End this end; what was posted before is still sent."""
        if not self._closed:
            self._closed = True
            if self._reason is None:
                self._end()

    def _end(self) -> None:
        self._opened.close()
        self._scope.dispose()

    def _tell_lost(self) -> None:
        if self._lost is not None and self._reason is not None:
            self._lost(self._reason)

    def _other_closed(self) -> None:
        if self.closed_there is not None:
            self.closed_there()
        else:
            self.lose(ConnectionResetError("the other end closed its port"))

    def _complain(self, fault: str, count: int) -> None:
        if self._receive is not None and not self._closed:
            others = f" ({count - 1} more in the same delivery)" if count > 1 else ""
            self._odd(f"a message is none: {fault}{others}")

    def _one(self, text: str) -> None:
        if self._receive is None or self._closed:
            return
        try:
            header = text.encode("latin-1")
        except UnicodeEncodeError:
            self._complain(_NOT_BYTES, 1)
        else:
            self._receive(header, [])

    def _many(self, batch: object) -> None:
        errors: list[BaseException] = []
        faults: list[str] = []
        for entry in _converted(cast("_Entries", batch)):
            if self._receive is None or self._closed:
                break
            try:
                header, buffers = _read(entry)
            # What the browser can send and Python cannot hold is the sender's fault.
            except Exception as error:  # noqa: BLE001 - told to who listens
                faults.append(_NOT_BYTES if isinstance(error, UnicodeError) else _fault(error))
                continue
            try:
                self._receive(header, buffers)
            # Also an interrupt hits one message, and not those behind it.
            except BaseException as error:  # noqa: BLE001 - raised below
                errors.append(error)
        if faults:
            self._complain(faults[0], len(faults))
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise BaseExceptionGroup("the listener of a port failed", errors)


_DEEP: Final = 3
"""The array of messages, each message, and each buffer; what a buffer holds is its owner's."""
_NOT_BYTES: Final = "its header has characters that are no bytes"
_log: Final = logging.getLogger("bridge.ports")


def _log_odd(text: str) -> None:
    _log.warning("%s", text)


def _fault(error: Exception) -> str:
    return f"it cannot be read ({type(error).__name__})"


def _converted(batch: _Entries) -> Iterable[object]:
    try:
        return cast("list[object]", batch.to_py(depth=_DEEP))
    except Exception:  # noqa: BLE001 - found out for each entry when it is read
        return batch


def _read(entry: object) -> tuple[bytes, list[Buffer]]:
    if ffi.is_host_object(entry):
        entry = cast("_Entries", entry).to_py(depth=_DEEP - 1)
    header, *buffers = cast("list[object]", entry)
    if isinstance(header, str):
        return header.encode("latin-1"), buffers
    return bytes(cast("memoryview", header)), buffers


class _Entries(Protocol):
    def to_py(self, *, depth: int) -> object: ...
    def __iter__(self) -> Iterator[object]: ...


def _crossing(buffer: Buffer) -> object:
    """What crosses for a buffer: an object of the page as it is, else contiguous bytes."""
    if ffi.is_host_object(buffer):
        return buffer
    view = memoryview(cast("bytes", buffer))
    # `cast` refuses what is not contiguous, and arrays with a zero in their shape.
    if not view.nbytes:
        return memoryview(b"")
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def is_ready() -> bool:
    """Tell whether the page already has the script that ports need."""
    return ffi.own_global(GLOBAL_NAME, "a port between interpreters") is not None


def open_port(target: object) -> HostPort:
    """Make a port of the browser's message port.

    Args:
        target: A ``MessagePort``, or an object with ``postMessage`` and ``message`` events.

    Raises:
        HostUnavailableError: Not in a browser, or the page's policy refuses the script.
    """
    if not is_ready():
        ffi.run_script(
            _assets.read("port.mjs"),
            succeeded=is_ready,
            feature="a port between interpreters",
            advice="Serve the output of 'python -m bridge.assets DIR', and load its port.mjs "
            "as a script of the page, or give the page's scripts a nonce.",
        )
    found = ffi.own_global(GLOBAL_NAME, "a port between interpreters")
    opening = cast("Callable[[object], _Opened]", found)
    return HostPort(target, opening(target))
