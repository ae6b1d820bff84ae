"""Bindings of elements that the page already has, and `mount`.

A bound element costs one call into the page per write. For more than a handful of places, mount a
view: it sends all changes of a write in one call. Both write by the same script.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from bridge._browser import ffi, ops
from bridge._browser.attributes import OpBuffer, class_text, rules_of, write_prop
from bridge._browser.dom import ContainerError, DomRoot, open_lent
from bridge._browser.safety import check_text
from bridge._browser.tasks import follow
from bridge.binding.nodes import For
from bridge.binding.slots import TextSlot, is_readable, reader, settled
from bridge.binding.two_way import bind_two_way
from bridge.binding.view import View
from bridge.proxies import ProxyScope
from bridge.reactivity import Computed, Scope, Signal, batch, effect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence

    from bridge._browser.dom import Handler, Opener, Surface
    from bridge.binding.fields import Field
    from bridge.binding.nodes import Content, Source
    from bridge.vdom.nodes import VNode

__all__ = [
    "bind_attribute",
    "bind_checked",
    "bind_class",
    "bind_list",
    "bind_property",
    "bind_style",
    "bind_text",
    "bind_value",
    "bind_visible",
    "listen",
    "mount",
]

T = TypeVar("T")


def mount(container: object, content: Content, opener: Opener | None = None) -> View:
    """Show content in a container of the page, and let it follow the signals in it.

    Args:
        container: A CSS selector, such as ``"#app"``, or an element. What it holds is removed.
        content: A tree, a text, a reactive value, `For`, `Show`, `Dynamic`, or a sequence.
        opener: How the container is opened: the page's way if left out; a plain Python document
            for tests outside the browser.

    Returns:
        The view; ``dispose()`` empties the container and gives everything back. It ends with the
        scope or effect in which it is mounted, if there is one.

    Raises:
        ContainerError: Nothing matches, or the element holds a tree already.
        HostUnavailableError: Not on a page.
        TreeError: Something in the content cannot be a node.
        UnsafeContentError: Something in it could run a script.

    Examples:
        >>> from bridge._browser.document_model import DocumentModel
        >>> from bridge.binding.nodes import h
        >>> page, name = DocumentModel("app"), Signal("Ada")
        >>> view = mount("app", h("p", None, ["Hello ", name]), page.open)
        >>> name.value = "Grace"
        >>> page.show("app")
        '<p>Hello Grace</p>'
    """
    view = View(container if opener else _find(container), opener)
    view.show(content)
    return view


def bind_text(target: object, source: Source) -> Scope:
    """Let an element's text follow a reactive value. Text is never read as HTML.

    Args:
        target: A CSS selector or an element; what it holds is removed.
        source: A signal, a computed, or a function that reads some.

    Returns:
        The scope of the binding; ``dispose()`` ends it, and so does the end of the scope or effect
        around it.

    Raises:
        ContainerError: Nothing matches.
        HostUnavailableError: Not on a page.
        UnsafeContentError: The page would run the element's text.
    """
    element = _find(target)
    tag = _tag(element)
    check_text(tag, "...")
    slot = TextSlot(tag, 0, _reads_nothing, ops.CONTENT, "")
    return _follow(source, _Writer(element, lambda out, value: slot.write(out, slot.wire(value))))


def bind_attribute(
    target: object, name: str, source: Source | Mapping[str, object] | Sequence[object]
) -> Scope:
    """Let an attribute follow a reactive value; ``None`` and ``False`` take it away.

    ``class`` takes lists and dicts of conditions and ``style`` a dict, as in a tree; reactive
    values may stand in them.

    Raises:
        PropError: The value cannot be an attribute.
        UnsafeContentError: It could run a script.
    """
    element = _find(target)
    return _follow(source, _prop_writer(element, name))


def bind_property(target: object, name: str, source: Source) -> Scope:
    """Let a property of an element follow a reactive value."""
    element = _find(target)
    return _follow(source, _prop_writer(element, f"prop:{name}"))


def bind_class(target: object, name: str, source: Source) -> Scope:
    """Let an element have a class while a reactive value is true; its other classes stay."""
    element = _find(target)
    classes, joined = cast("_ClassList", ffi.read(element, "classList")), class_text(name)
    return _follow(source, lambda value: classes.toggle(joined, bool(value)))


def bind_style(target: object, name: str, source: Source) -> Scope:
    """Let one property of an element's style follow a reactive value; ``None`` takes it away."""
    element = _find(target)
    css = name if name.startswith("--") else name.replace("_", "-")
    style = cast("_Style", ffi.read(element, "style"))

    def write(value: object) -> None:
        if value is None or value is False:
            style.removeProperty(css)
        else:
            style.setProperty(css, str(value))

    return _follow(source, write)


def bind_visible(target: object, source: Source) -> Scope:
    """Show an element while a reactive value is true, by its ``hidden`` attribute."""
    return _follow(source, _Writer(_find(target), lambda out, value: _hide(out, hidden=not value)))


def bind_value(target: object, signal: Signal[T] | Field[T]) -> Scope:
    """Join a form element's value and a signal, both ways; caret and focus stay.

    Args:
        target: A CSS selector or an element: a text field, a text area, or a list box.
        signal: Holds a text; for a list box that takes several, a list of texts. A `Field` holds
            a value of any type; what does not parse marks the element as invalid.

    Raises:
        PropError: The signal holds no text; give a `Field`.
    """
    return _two_way(target, "bind:value", signal)


def bind_checked(target: object, signal: Signal[bool]) -> Scope:
    """Join a box's state and a signal, both ways."""
    return _two_way(target, "bind:checked", signal)


def bind_list(
    target: object,
    items: Source,
    each: VNode | Callable[..., Content],
    key: Callable[..., Hashable] | None = None,
) -> View:
    """Let an element's content be a list that follows a list of items; see `For`."""
    return mount(target, For(items, each, key))


def listen(target: object, kind: str, handler: Handler) -> Scope:
    """Call a function, plain or ``async``, for each event of a type; in a batch.

    Returns:
        The scope of the listener; ``dispose()`` ends it.
    """
    element = _find(target)
    scope = Scope(f"listening to {kind}")
    proxies = ProxyScope(f"listening to {kind}")

    def heard(event: ffi.HostObject) -> None:
        with batch():
            result = handler(event)
        if inspect.isawaitable(result):
            follow(cast("Awaitable[object]", result))

    proxy = proxies.proxy(heard, "handler")
    ffi.call(element, "addEventListener", kind, proxy)

    def end() -> None:
        ffi.call(element, "removeEventListener", kind, proxy)
        proxies.dispose()

    scope.on_cleanup(end)
    return scope


class _ClassList(Protocol):
    def toggle(self, name: str, wanted: bool, /) -> object: ...


class _Style(Protocol):
    def setProperty(self, name: str, value: str, priority: str = "", /) -> None: ...  # noqa: N802
    def removeProperty(self, name: str, /) -> object: ...  # noqa: N802


def _find(target: object) -> object:
    if not isinstance(target, str):
        return target
    element = ffi.call(ffi.document("an element of the page"), "querySelector", target)
    if element is None:
        raise ContainerError(
            target,
            "no element of the page matches this CSS selector",
            f"An element with the id {target!r} is '#{target}'."
            if target.isidentifier()
            else "Put it into the page first.",
        )
    return element


def _tag(element: object) -> str:
    return str(ffi.read(element, "localName")).lower()


def _hide(out: OpBuffer, *, hidden: bool) -> None:
    out.ops += (ops.ATTR, "hidden", "") if hidden else (ops.ATTR_OFF, "hidden")


class _Writer:
    """Writes into an element that the page already has, as a view writes into its own."""

    __slots__ = ("_root", "_write")

    def __init__(self, element: object, write: Callable[[OpBuffer, object], object]) -> None:
        self._root = DomRoot(element, lambda lent, _: open_lent(lent, None))
        self._write = write

    def __call__(self, value: object) -> None:
        """Write a value."""
        buffer = OpBuffer()
        buffer.ops += (ops.AT, ops.CONTAINER)
        self._write(buffer, value)
        self._root.send(buffer)

    def close(self) -> None:
        """Give everything back; what was written stays."""
        self._root.close()


def _reads_nothing(_: object) -> object:
    return None


def _reader(source: object) -> Callable[[object], object]:
    """Make a function that reads a source, or the sources in a container."""
    if not isinstance(source, (dict, list, tuple, set, frozenset)):
        return reader(cast("Source", source), of_item=False)
    return lambda _: settled(source, "element", "binding", lambda function: function())


def _follow(source: object, write: Callable[[object], object]) -> Scope:
    read = _reader(source)

    def follow() -> None:
        value = read(None)
        if is_readable(value):
            value = cast("Signal[object] | Computed[object]", value).value
        write(value)

    with Scope("binding") as scope:
        if isinstance(write, _Writer):
            scope.on_cleanup(write.close)
        effect(follow, name="binding")
    return scope


def _two_way(target: object, name: str, signal: object) -> Scope:
    element = _find(target)
    tag = _tag(element)
    bound = bind_two_way(tag, name, signal, _reads_nothing, of_item=False)
    root = DomRoot(element, _in_a_batch)
    root.handlers[ops.CONTAINER] = {bound.event: cast("Handler", bound.handler)}
    buffer = OpBuffer()
    buffer.ops += (ops.AT, ops.CONTAINER, ops.LISTEN, bound.event, 0)
    with Scope("binding") as scope:
        scope.on_cleanup(root.close)
        root.send(buffer)
        for prop, read in bound.reads:
            _follow_read(root, tag, prop, read)
    return scope


def _in_a_batch(element: object, dispatch: Callable[[int, str, ffi.HostObject], None]) -> Surface:
    def heard(number: int, kind: str, event: ffi.HostObject) -> None:
        with batch():
            dispatch(number, kind, event)

    return open_lent(element, heard)


def _follow_read(root: DomRoot, tag: str, prop: str, read: Callable[[object], object]) -> None:
    rule = rules_of[tag][prop]

    def follow() -> None:
        buffer = OpBuffer()
        buffer.ops += (ops.AT, ops.CONTAINER)
        write_prop(buffer, tag, rule, read(None))
        root.send(buffer)

    effect(follow, name="binding")


def _prop_writer(element: object, name: str) -> _Writer:
    tag = _tag(element)
    rule = rules_of[tag][name]
    return _Writer(
        element, lambda out, value: write_prop(out, tag, rule, settled(value, tag, name))
    )
