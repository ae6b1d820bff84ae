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
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from bridge._browser import ffi, ops
from bridge._browser.applier import GLOBAL_NAME, SOURCE
from bridge._browser.safety import check_text
from bridge._browser.tasks import follow
from bridge.errors import BridgeError, DisposedError
from bridge.proxies import ProxyScope

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Sequence

    from bridge._browser.attributes import OpBuffer

__all__ = [
    "ContainerError",
    "DomRoot",
    "Failure",
    "Handler",
    "Opener",
    "PageWriteError",
    "Surface",
    "open_container",
    "open_lent",
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


class PageWriteError(BridgeError, RuntimeError):
    """Something could not be written into the page; the rest of the patch was.

    A setter of the page raised, or an element does not take the value. When several places of one
    patch failed, an `ExceptionGroup` holds one error for each.

    Attributes:
        number: The node's number; -1 if it is not known.
        tag: The element's name, or ``#text``.
        op: What was to be done, of `bridge._browser.ops`.
        name: The attribute or property; ``value``, ``style``, ``text`` or ``markup`` for those.
        reason: What the page said.
        spoiled: Whether a node could not be made, placed or found, because somebody else has
            changed what the container holds: then the page shows something else than it should.
    """

    number: int
    tag: str
    op: int
    name: str
    reason: str
    spoiled: bool

    def __init__(self, number: int, tag: str, op: int, name: str, reason: str) -> None:
        spoiled = op in ops.STRUCTURE or number < 0
        name = name or _WRITTEN.get(op, "")
        if spoiled:
            found = f"the nodes of the container were changed from outside ({reason})"
            advice = "Let nobody else write into a container that holds a tree; mount it again."
        else:
            found = f"<{tag}> {name!r} could not be written ({reason})"
            advice = "The rest was written. Give a value that the element takes."
        super().__init__(f"{found}. {advice}")
        self.number, self.tag, self.op, self.name = number, tag, op, name
        self.reason, self.spoiled = reason, spoiled


_WRITTEN: Final = {
    ops.VALUE: "value",
    ops.STYLE: "style",
    ops.CONTENT: "text",
    ops.DATA: "text",
    ops.HTML: "markup",
}

Failure: TypeAlias = "tuple[int, str, int, str, object]"
"""What a surface reports: node number, tag, op, name, and what was thrown."""


def _raise_failures(failures: Iterable[Sequence[object]]) -> None:
    errors: list[Exception] = []
    for number, tag, op, name, thrown in failures:
        error = PageWriteError(
            cast("int", number), str(tag), cast("int", op), str(name), _said(thrown)
        )
        if isinstance(thrown, BaseException):
            error.__cause__ = thrown
        errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    raise ExceptionGroup("several places of the page could not be written", errors)


def _said(thrown: object) -> str:
    text = str(thrown).strip()
    return text.splitlines()[0] if text else type(thrown).__name__


class Handler(Protocol):
    """An event handler: a function of the event, plain or ``async``."""

    def __call__(self, event: ffi.HostObject, /) -> object: ...


class Surface(Protocol):
    """The page's side of one container."""

    @property
    def space(self) -> int:
        """The namespace of the container's children: ``XHTML``, ``SVG`` or ``MATHML``."""

    def apply(self, text: str, objects: object = None, /) -> Iterable[Sequence[object]] | None:
        """Carry out an op buffer, given as JSON, with the objects that JSON cannot carry.

        What cannot be written misses its own place only.

        Returns:
            A `Failure` for each place that was missed; ``None`` if there is none.
        """

    def node(self, number: int, /) -> object:
        """Return a node by its number."""

    def hold(self, token: int, /) -> None:
        """Say, in the course of an event, that its handler runs on: its control is left alone."""

    def release(self, token: int, /) -> None:
        """Say that such a handler has ended."""

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
        UnsafeContentError: The element is a script.
    """
    page = ffi.document("a container for a tree")
    element = container
    if isinstance(container, str):
        element = ffi.call(page, "getElementById", container)
        if element is None:
            raise ContainerError(
                container,
                "the document has no element with this id",
                f'Put <div id="{container}"></div> into the page before patching.',
            )
    return _PageSurface(container, element, dispatch)


def open_lent(
    container: object, dispatch: Callable[[int, str, ffi.HostObject], None] | None
) -> Surface:
    """Take an element of the page without what it holds: only its own props are written.

    Any number of surfaces may share it. It is node 0.

    Args:
        container: An element.
        dispatch: As for `open_container`; ``None`` if nothing of it is heard.

    Raises:
        HostUnavailableError: Not on a page, or the page's policy refuses the script.
    """
    return _PageSurface(container, container, dispatch, lent=True)


class _Opened(Protocol):
    apply: Callable[..., object]
    space: int
    node: Callable[[int], object]
    hold: Callable[[int], object]
    release: Callable[[int], object]
    close: Callable[[], object]


def _opening_function() -> Callable[..., _Opened]:
    feature = "writing to the document"
    found = ffi.own_global(GLOBAL_NAME, feature)
    if found is None:
        ffi.run_script(
            SOURCE,
            succeeded=lambda: ffi.own_global(GLOBAL_NAME, feature) is not None,
            feature=feature,
            advice=_ADVICE,
        )
        found = ffi.own_global(GLOBAL_NAME, feature)
    return cast("Callable[..., _Opened]", found)


class _PageSurface:
    """The surface of a container in the real page; owns the one proxy."""

    __slots__ = ("_apply", "_opened", "_scope")

    def __init__(
        self,
        container: object,
        element: object,
        dispatch: Callable[[int, str, ffi.HostObject], None] | None,
        *,
        lent: bool = False,
    ) -> None:
        open_in_page = _opening_function()
        taken = cast("Callable[[object], bool]", ffi.get(open_in_page, "taken"))
        if not lent and taken(element):
            raise ContainerError(
                str(container) if isinstance(container, str) else "<element>",
                "it already holds a tree",
                "Unmount that one first, or patch it instead.",
            )
        if not lent:
            # Whatever is put into a script of the page that has not run yet would run.
            check_text(str(ffi.read(element, "localName")), "a tree")
        self._scope = ProxyScope("dom")
        proxy = None if dispatch is None else self._scope.proxy(dispatch, "event dispatcher")
        self._opened = open_in_page(element, proxy, lent)
        self._apply = self._opened.apply

    @property
    def space(self) -> int:
        """The namespace of the container's children."""
        return int(self._opened.space)

    def apply(self, text: str, objects: object = None) -> Iterable[Sequence[object]] | None:
        """Carry out an op buffer."""
        failed = self._apply(text, ffi.to_js(objects)) if objects else self._apply(text)
        return cast("Iterable[Sequence[object]] | None", failed)

    def node(self, number: int) -> object:
        """Return a node, a JsProxy; ``None`` if it is gone."""
        return ffi.none_if_null(self._opened.node(number))

    def hold(self, token: int) -> None:
        """Leave the control of the present event alone."""
        self._opened.hold(token)

    def release(self, token: int) -> None:
        """End what `hold` began."""
        self._opened.release(token)

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
        space: The namespace in which the container's children are created.
    """

    __slots__ = ("_surface", "handlers", "next_number", "space")

    def __init__(self, container: object, opener: Opener | None = None) -> None:
        self.handlers: dict[int, dict[str, Handler]] = {}
        self.next_number = 1
        surface = (opener or open_container)(container, self._dispatch)
        self._surface: Surface | None = surface
        self.space = surface.space

    def reserve(self, count: int) -> int:
        """Take ``count`` node numbers in a row; returns the first."""
        first = self.next_number
        self.next_number += count
        return first

    def send(self, buffer: OpBuffer) -> None:
        """Carry out a buffer: one call into the page, none if it is empty.

        Raises:
            DisposedError: The root was closed.
            PageWriteError: A place could not be written; everything else has been. Of several
                places, an `ExceptionGroup`.
        """
        if buffer.ops:
            # ASCII crosses the boundary fastest, and lone surrogates survive in it.
            text = json.dumps(buffer.ops, separators=(",", ":"), allow_nan=False)
            failed = self._open().apply(text, buffer.objects)
            if failed is not None:
                _raise_failures(failed)

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
            self._hold(follow(result))

    def _hold(self, task: asyncio.Future[object]) -> None:
        """Leave what a handler that runs on handles to the user until it has ended."""
        if self._surface is not None:
            self._surface.hold(id(task))
            task.add_done_callback(self._release)

    def _release(self, task: asyncio.Future[object]) -> None:
        if self._surface is not None:
            self._surface.release(id(task))
