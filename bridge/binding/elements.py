"""Bindings of elements that the page already has, and `mount`.

A bound element costs one call into the page per write. For more than a handful of places, mount a
view: it sends all changes of a write in one call.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from bridge._browser import ffi, ops
from bridge._browser.attributes import OpBuffer, class_text, rules_of, write_prop
from bridge._browser.dom import ContainerError
from bridge._browser.tasks import follow
from bridge.binding.nodes import For
from bridge.binding.slots import TextSlot, is_readable, reader
from bridge.binding.two_way import bind_two_way
from bridge.binding.view import View
from bridge.proxies import ProxyScope
from bridge.reactivity import Computed, Scope, Signal, batch, effect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from bridge._browser.dom import Handler, Opener
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
    """
    element = _find(target)
    slot = TextSlot(_tag(element), 0, _reads_nothing, ops.CONTENT, "")

    def write(value: object) -> None:
        element.textContent = str(slot.wire(value))

    return _follow(source, write)


def bind_attribute(target: object, name: str, source: Source) -> Scope:
    """Let an attribute follow a reactive value; ``None`` and ``False`` take it away.

    ``class`` takes lists and dicts of conditions and ``style`` a dict, as in a tree.

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
    return _follow(source, lambda value: element.classList.toggle(class_text(name), bool(value)))


def bind_style(target: object, name: str, source: Source) -> Scope:
    """Let one property of an element's style follow a reactive value; ``None`` takes it away."""
    element = _find(target)
    css = name if name.startswith("--") else name.replace("_", "-")

    def write(value: object) -> None:
        if value is None or value is False:
            element.style.removeProperty(css)
        else:
            element.style.setProperty(css, str(value))

    return _follow(source, write)


def bind_visible(target: object, source: Source) -> Scope:
    """Show an element while a reactive value is true, by its ``hidden`` attribute."""
    element = _find(target)

    def write(value: object) -> None:
        element.hidden = not value

    return _follow(source, write)


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
    element.addEventListener(kind, proxy)

    def end() -> None:
        element.removeEventListener(kind, proxy)
        proxies.dispose()

    scope.on_cleanup(end)
    return scope


class _ClassList(Protocol):
    def toggle(self, name: str, wanted: bool, /) -> object: ...


class _Style(Protocol):
    cssText: str  # noqa: N815 - the DOM's name

    def setProperty(self, name: str, value: str, priority: str = "", /) -> None: ...  # noqa: N802
    def removeProperty(self, name: str, /) -> object: ...  # noqa: N802


class _Element(Protocol):
    """What a binding uses of an element."""

    textContent: str  # noqa: N815 - the DOM's name
    tagName: str  # noqa: N815 - the DOM's name
    hidden: bool
    value: str
    classList: _ClassList  # noqa: N815 - the DOM's name
    style: _Style

    def isSameNode(self, other: object, /) -> bool: ...  # noqa: N802 - the DOM's name
    def setSelectionRange(self, start: int, end: int, /) -> None: ...  # noqa: N802
    def setAttribute(self, name: str, value: str, /) -> None: ...  # noqa: N802
    def removeAttribute(self, name: str, /) -> None: ...  # noqa: N802
    def addEventListener(self, kind: str, handler: object, /) -> None: ...  # noqa: N802
    def removeEventListener(self, kind: str, handler: object, /) -> None: ...  # noqa: N802


def _find(target: object) -> _Element:
    if not isinstance(target, str):
        return cast("_Element", target)
    find = cast(
        "Callable[[str], object]", ffi.get(ffi.document("an element of the page"), "querySelector")
    )
    element = ffi.none_if_null(find(target))
    if element is None:
        raise ContainerError(
            target,
            "no element of the page matches this CSS selector",
            f"An element with the id {target!r} is '#{target}'."
            if target.isidentifier()
            else "Put it into the page first.",
        )
    return cast("_Element", element)


def _tag(element: _Element) -> str:
    return element.tagName.lower()


def _reads_nothing(_: object) -> object:
    return None


def _follow(source: Source, write: Callable[[object], object]) -> Scope:
    read = reader(source, of_item=False)

    def follow() -> None:
        value = read(None)
        if is_readable(value):
            value = cast("Signal[object] | Computed[object]", value).value
        write(value)

    with Scope("binding") as scope:
        effect(follow, name="binding")
    return scope


def _two_way(target: object, name: str, signal: object) -> Scope:
    element = _find(target)
    bound = bind_two_way(_tag(element), name, signal, _reads_nothing, of_item=False)
    with Scope("binding") as scope:
        for prop, read in bound.reads:
            _follow_read(element, prop, read)
        listen(element, bound.event, cast("Handler", bound.handler))
    return scope


def _follow_read(element: _Element, prop: str, read: Callable[[object], object]) -> None:
    write = _prop_writer(element, prop)
    effect(lambda: write(read(None)), name="binding")


def _prop_writer(element: _Element, name: str) -> Callable[[object], None]:
    tag = _tag(element)
    rule = rules_of[tag][name]

    def write(value: object) -> None:
        buffer = OpBuffer()
        write_prop(buffer, tag, rule, value)
        if buffer.ops:
            _carry_out(element, buffer)

    return write


def _carry_out(element: _Element, buffer: OpBuffer) -> None:
    """Carry out the ops of one prop on an element that has no number."""
    op, *operands = buffer.ops
    if op == ops.ATTR:
        element.setAttribute(str(operands[0]), str(operands[1]))
    elif op == ops.ATTR_OFF:
        element.removeAttribute(str(operands[0]))
    elif op == ops.VALUE:
        _write_value(element, operands[0])
    elif op == ops.OBJECT:
        setattr(element, str(operands[0]), buffer.objects[0])
    elif op == ops.STYLE:
        pairs = cast("list[str]", operands[0])
        element.style.cssText = ""
        for css, setting in zip(pairs[::2], pairs[1::2], strict=True):
            element.style.setProperty(css, setting)
    else:
        setattr(element, str(operands[0]), operands[1])


def _write_value(element: _Element, value: object) -> None:
    """Set a form value only if it differs, so that caret and selection stay."""
    if isinstance(value, list):
        for option in cast("list[ffi.HostObject]", ffi.get(element, "options")):
            wanted = ffi.get(option, "value") in value
            if bool(ffi.get(option, "selected")) != wanted:
                option.selected = wanted  # type: ignore[attr-defined]
    elif element.value != value:
        caret = _caret(element)
        length = len(element.value)
        element.value = str(value)
        if caret is not None:
            # A caret at the end stays at the end, wherever that now is.
            new = len(element.value)
            start, end = (new if place == length else min(place, new) for place in caret)
            element.setSelectionRange(start, end)


def _caret(element: _Element) -> tuple[int, int] | None:
    """Return the selection of an element that has the focus and can have a selection."""
    active = ffi.get(ffi.document("the focus"), "activeElement")
    if active is None or not element.isSameNode(active):
        return None
    start, end = (
        ffi.none_if_null(ffi.get(element, name)) for name in ("selectionStart", "selectionEnd")
    )
    return (start, end) if isinstance(start, int) and isinstance(end, int) else None
