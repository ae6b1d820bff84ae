"""What an author writes: `h`, fragments, components, refs. Plain values, no page needed.

A tree is a value: build a new one for each patch, and do not change what was given to `h`
afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import eq
from typing import TYPE_CHECKING, Final, TypeAlias, overload

from bridge._browser import ops
from bridge._browser.safety import RawHtml, raw_html

if TYPE_CHECKING:
    from bridge._browser.dom import DomRoot, Handler

__all__ = [
    "Child",
    "Component",
    "Listener",
    "Memo",
    "Props",
    "Ref",
    "VNode",
    "fragment",
    "h",
    "listener",
    "memo",
    "name_of",
    "raw_html",
]

Props: TypeAlias = Mapping[str, object]
"""Attributes, properties, handlers, ``key`` and ``ref`` of a node, by name."""

Child: TypeAlias = "VNode | str | float | bool | RawHtml | Iterable[Child] | None"
"""What may stand below a node. Nodes, texts, numbers, nested sequences; ``None``, ``True`` and
``False`` stand for nothing."""

Component: TypeAlias = Callable[..., Child]
"""A function of props, given as keyword arguments, that returns what stands in its place."""


class Memo:
    """A component that is called again only when its props differ; made by `memo`."""

    __slots__ = ("component", "equal")

    def __init__(self, component: Component, equal: Callable[[Props, Props], bool]) -> None:
        self.component = component
        self.equal = equal

    def __call__(self, **props: object) -> Child:
        """Call the component."""
        return self.component(**props)


class VNode(tuple[object, Props | None, object, Hashable]):
    """One node of a tree: tag, props, children, key. Made by `h`.

    Two nodes are equal only when they are the same node. A node that is the same as in the last
    patch is skipped with all that stands below it.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{name_of(self[0])}{'' if self[3] is None else f' key={self[3]!r}'}>"


class Fragment:
    """The tag of a node that stands for its children alone."""

    __slots__ = ()


def name_of(tag: object) -> str:
    """Name a tag for people: an element's name, or that of the component's function."""
    if isinstance(tag, str):
        return tag
    if isinstance(tag, Fragment):
        return "fragment"
    component = tag.component if isinstance(tag, Memo) else tag
    return str(getattr(component, "__qualname__", component))


_FRAGMENT: Final = Fragment()
_READY: Final = frozenset({type(None), str, list, tuple, VNode, int, float, bool, RawHtml})
_new: Final = tuple.__new__


def h(tag: str | Component | Memo, props: Props | None = None, children: Child = None) -> VNode:
    """Describe a node.

    Args:
        tag: The name of an element, or a component.
        props: Attributes by their names in HTML; ``class`` as a text, list or dict of conditions;
            ``style`` as a text or dict; ``on_TYPE`` with a function of the event; ``key``, which
            tells siblings apart across patches; ``ref``. A component gets all but ``key`` as
            keyword arguments.
        children: A text, a node, or nested sequences of these. ``None``, ``True`` and ``False``
            are left out, numbers become text. A component gets them as ``children``.

    Raises:
        TypeError: The tag is neither a name nor a function.

    Examples:
        >>> h("ul", {"class": "menu"}, [h("li", {"key": name}, name) for name in ("a", "b")])
        <ul>
    """
    if tag.__class__ is not str and not callable(tag):
        raise TypeError(f"expected the name of an element or a component as tag, found {tag!r}")
    # An iterator can be walked once; a node may be looked at again.
    if children.__class__ not in _READY and not isinstance(children, (str, float, int)):
        children = tuple(children)  # type: ignore[arg-type]
    return _new(VNode, (tag, props, children, None if props is None else props.get("key")))


def fragment(children: Child = None, key: Hashable = None) -> VNode:
    """Group nodes without an element around them; with a key they move together.

    Examples:
        >>> h("dl", None, [fragment([h("dt", None, t), h("dd", None, d)], key=t)
        ...                for t, d in [("a", "first"), ("b", "second")]])
        <dl>
    """
    if children.__class__ not in _READY and not isinstance(children, (str, float, int)):
        children = tuple(children)  # type: ignore[arg-type]
    return _new(VNode, (_FRAGMENT, None, children, key))


@overload
def memo(component: Component) -> Memo: ...
@overload
def memo(*, equal: Callable[[Props, Props], bool]) -> Callable[[Component], Memo]: ...
def memo(
    component: Component | None = None, *, equal: Callable[[Props, Props], bool] = eq
) -> Memo | Callable[[Component], Memo]:
    """Make a component that is called again only when its props differ.

    It is not the rule for all components because props may hold objects that change in place: such
    an object equals itself, and the page would not follow. Give values (texts, numbers, tuples,
    frozen dataclasses) and functions that stay the same; a ``lambda`` written in the call is new
    each time, and then nothing is saved.

    Args:
        component: The function.
        equal: Compares the last props with the new ones; ``==`` if left out.

    Examples:
        >>> @memo
        ... def row(*, label):
        ...     return h("tr", None, h("td", None, label))
        >>> h(row, {"key": 1, "label": "one"})
        <row key=1>
    """
    if component is None:
        return lambda given: Memo(given, equal)
    return Memo(component, equal)


class Listener:
    """A handler with options; made by `listener`."""

    __slots__ = ("flags", "handler")

    def __init__(self, handler: Handler, flags: int) -> None:
        self.handler = handler
        self.flags = flags


def listener(
    handler: Handler,
    *,
    capture: bool = False,
    passive: bool = False,
    prevent_default: bool = False,
    stop_propagation: bool = False,
) -> Listener:
    """Give a handler options. A plain function needs none.

    Args:
        handler: A function of the event, plain or ``async``.
        capture: Hear the event on its way down.
        passive: Promise not to prevent the default, so that scrolling does not wait.
        prevent_default: Prevent the default at once. An ``async`` handler can do it only so,
            because it runs after the event.
        stop_propagation: Stop the event at once, likewise.
    """
    flags = (
        capture * ops.CAPTURE
        | passive * ops.PASSIVE
        | prevent_default * ops.PREVENT_DEFAULT
        | stop_propagation * ops.STOP_PROPAGATION
    )
    return Listener(handler, flags)


class Ref:
    """Reaches the element that a node became: ``h("input", {"ref": ref})``, ``ref.current``.

    Nothing crosses into the page before `current` is read, and nothing of the page is held.
    """

    __slots__ = ("_number", "_root")

    def __init__(self) -> None:
        self._root: DomRoot | None = None
        self._number = 0

    @property
    def current(self) -> object:
        """The element, or ``None`` while the node is not in the page."""
        root = self._root
        return None if root is None or root.closed else root.node(self._number)

    def attach(self, root: DomRoot, number: int) -> None:
        """Point at a node; called by a patch."""
        self._root = root
        self._number = number

    def detach(self, number: int) -> None:
        """Let go of a node, unless the ref points elsewhere by now; called by a patch."""
        if self._number == number:
            self._root = None
