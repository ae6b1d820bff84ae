"""A container of the page that Python fills: numbers, handlers, and one call per patch.

`DomRoot` is what everything that writes to the DOM stands on: it gives out node numbers, keeps the
event handlers, sends op buffers, and at the end gives back the one proxy that it holds. Who decides
what to write (a virtual tree, a signal) is not its business.

What it needs of the page is the Protocol `Surface`; the page's own is made by `open_container`, a
plain Python one stands in `bridge._browser.document_model`.
"""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Final, Protocol, cast

from bridge._browser import ffi
from bridge._browser.applier import GLOBAL_NAME, SOURCE
from bridge._browser.tasks import follow
from bridge.errors import BridgeError, DisposedError
from bridge.proxies import ProxyScope

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge._browser.attributes import OpBuffer

__all__ = [
    "ContainerError",
    "DomRoot",
    "Handler",
    "Opener",
    "Surface",
    "open_container",
]

_ADVICE: Final = (
    "Serve the output of 'python -m bridge._browser.applier' as a script of the page, "
    "or give the page's scripts a nonce."
)


class ContainerError(BridgeError, LookupError):
    """The element that should hold the tree is missing, or taken.

    Attributes:
        container: What the caller named.
    """

    container: str

    def __init__(self, container: str, found: str, advice: str) -> None:
        super().__init__(f"container {container!r}: {found}. {advice}")
        self.container = container


class Handler(Protocol):
    """An event handler: a function of the event, plain or ``async``."""

    def __call__(self, event: ffi.HostObject, /) -> object: ...


class Surface(Protocol):
    """The page's side of one container."""

    def apply(self, text: str, objects: object = None, /) -> None:
        """Carry out an op buffer, given as JSON, with the objects that JSON cannot carry."""

    def node(self, number: int, /) -> object:
        """Return a node by its number."""

    def close(self) -> None:
        """Empty the container and forget everything."""


class Opener(Protocol):
    """Finds a container and makes its `Surface`."""

    def __call__(
        self, container: object, dispatch: Callable[[int, str, ffi.HostObject], None], /
    ) -> Surface: ...


def open_container(
    container: object, dispatch: Callable[[int, str, ffi.HostObject], None]
) -> Surface:
    """Take a container of the page; what it holds is removed.

    Args:
        container: An element, or the id of one.
        dispatch: Called for each event with the node's number, the event's type, and the event.

    Raises:
        ContainerError: No element has this id, or the element already holds a tree.
        HostUnavailableError: Not on a page, or the page's policy refuses the script.
    """
    page = ffi.document("a container for a tree")
    element = container
    if isinstance(container, str):
        find = cast("Callable[[str], object]", ffi.get(page, "getElementById"))
        element = ffi.none_if_null(find(container))
        if element is None:
            raise ContainerError(
                container,
                "the document has no element with this id",
                f'Put <div id="{container}"></div> into the page before patching.',
            )
    return _PageSurface(container, element, dispatch)


class _Opened(Protocol):
    apply: Callable[..., object]
    node: Callable[[int], object]
    close: Callable[[], object]


def _opening_function() -> Callable[[object, object], _Opened]:
    page = ffi.js_globals("writing to the document")
    if ffi.get(page, GLOBAL_NAME) is None:
        ffi.run_script(
            SOURCE,
            succeeded=lambda: ffi.get(page, GLOBAL_NAME) is not None,
            feature="writing to the document",
            advice=_ADVICE,
        )
    return cast("Callable[[object, object], _Opened]", ffi.get(page, GLOBAL_NAME))


class _PageSurface:
    """The surface of a container in the real page; owns the one proxy."""

    __slots__ = ("_apply", "_opened", "_scope")

    def __init__(
        self,
        container: object,
        element: object,
        dispatch: Callable[[int, str, ffi.HostObject], None],
    ) -> None:
        open_in_page = _opening_function()
        taken = ffi.get(cast("ffi.HostObject", open_in_page), "taken")
        if cast("Callable[[object], bool]", taken)(element):
            raise ContainerError(
                str(container) if isinstance(container, str) else "<element>",
                "it already holds a tree",
                "Unmount that one first, or patch it instead.",
            )
        self._scope = ProxyScope("dom")
        self._opened = open_in_page(element, self._scope.proxy(dispatch, "event dispatcher"))
        self._apply = self._opened.apply

    def apply(self, text: str, objects: object = None) -> None:
        """Carry out an op buffer."""
        if objects:
            self._apply(text, ffi.to_js(objects))
        else:
            self._apply(text)

    def node(self, number: int) -> object:
        """Return a node, a JsProxy; ``None`` if it is gone."""
        return ffi.none_if_null(self._opened.node(number))

    def close(self) -> None:
        """Empty the container and give the proxy back."""
        try:
            self._opened.close()
        finally:
            self._scope.dispose()


class DomRoot:
    """One container, its node numbers and its handlers.

    Args:
        container: An element, or the id of one.
        opener: How the container is opened; the page's own way if left out.

    Raises:
        ContainerError: No element has this id, or the element already holds a tree.
        HostUnavailableError: Not on a page.

    Attributes:
        handlers: From a node's number to its handlers by event type. Its user fills it; a handler
            can be exchanged here without the page noticing.
        next_number: The next free node number; take it and count it up, or call `reserve`.
    """

    __slots__ = ("_surface", "handlers", "next_number")

    def __init__(self, container: object, opener: Opener | None = None) -> None:
        self.handlers: dict[int, dict[str, Handler]] = {}
        self.next_number = 1
        self._surface: Surface | None = (opener or open_container)(container, self._dispatch)

    def reserve(self, count: int) -> int:
        """Take ``count`` node numbers in a row; returns the first."""
        first = self.next_number
        self.next_number += count
        return first

    def send(self, buffer: OpBuffer) -> None:
        """Carry out a buffer: one call into the page, none if it is empty.

        Raises:
            DisposedError: The root was closed.
        """
        if buffer.ops:
            # ASCII crosses the boundary fastest, and lone surrogates survive in it.
            text = json.dumps(buffer.ops, separators=(",", ":"), allow_nan=False)
            self._open().apply(text, buffer.objects)

    def node(self, number: int) -> object:
        """Return a node of the page; ``None`` if it is gone.

        Raises:
            DisposedError: The root was closed.
        """
        return self._open().node(number)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._surface is None

    def close(self) -> None:
        """Empty the container and give everything back. A second call does nothing.

        Tasks of ``async`` handlers run to their end.
        """
        surface, self._surface = self._surface, None
        self.handlers.clear()
        if surface is not None:
            surface.close()

    def _open(self) -> Surface:
        if self._surface is None:
            raise DisposedError("the tree of a container")
        return self._surface

    def _dispatch(self, number: int, kind: str, event: ffi.HostObject) -> None:
        handler = self.handlers.get(number, {}).get(kind)
        if handler is None:
            return
        result = handler(event)
        if inspect.isawaitable(result):
            follow(result)
