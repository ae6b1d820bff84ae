"""What an author writes: trees with reactive values in them, and the nodes that change shape.

A tree of `bridge.vdom.h` is a plain value; here it may hold signals, computeds and functions
wherever a text or a prop stands. The words are Solid's (R. Carniato): `For`, `Show`, `Dynamic`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Protocol, TypeAlias

from bridge._browser.safety import RawHtml
from bridge.vdom import nodes as plain
from bridge.vdom.nodes import VNode

__all__ = ["Content", "Dynamic", "For", "Readable", "Show", "Source", "h"]


class Readable(Protocol):
    """A signal or a computed."""

    @property
    def value(self) -> object:
        """The present value; reading tracks."""


Source: TypeAlias = Readable | Callable[..., object]
"""A signal, a computed, or a function that reads some. In the template of a
`For` a function takes the row's item; a signal that it returns is read too."""


class For:
    """A list of the page that follows a list of items, row by row.

    Only rows whose item came, went or moved are touched, and they are moved as little as can be.

    Args:
        items: A signal, computed or function whose value is a sequence. Give it a new list when
            it changes; a change inside the same list is not seen.
        each: What a row looks like. Either a tree, which becomes a template: it is built once,
            copied for each row, and its functions take the row's item, those that handle events
            ``(item, event)``. Or a function of the item that returns a tree, called once for
            each row: slower, but free to make signals and effects, which end with the row.
            Either way a row is one node.
        key: A function that tells items apart. Without it an item is itself; with it a new item
            of the same key takes over the row of the old one and keeps its elements, with focus
            and caret, as far as both look alike but for texts and props.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> names = Signal(["Ada", "Grace"])
        >>> For(names, h("li", None, lambda name: name), key=str)
        <For>
    """

    __slots__ = ("each", "items", "key")

    def __init__(
        self,
        items: Source,
        each: VNode | Callable[..., Content],
        key: Callable[..., Hashable] | None = None,
    ) -> None:
        if not isinstance(each, VNode) and not callable(each):
            raise TypeError(f"expected a tree or a function of an item as each, found {each!r}")
        self.items = items
        self.each = each
        self.key = key

    def __repr__(self) -> str:
        return "<For>"


class Show:
    """One of two contents, as a condition says; built when it is shown, ended when it is not.

    Args:
        condition: A reactive value; only whether it is true matters.
        then: Shown while it is: a tree, or a function that builds one.
        otherwise: Shown while it is not; nothing if left out.
    """

    __slots__ = ("condition", "otherwise", "then")

    def __init__(
        self,
        condition: Source,
        then: Content | Callable[[], Content],
        otherwise: Content | Callable[[], Content] = None,
    ) -> None:
        self.condition = condition
        self.then = then
        self.otherwise = otherwise

    def __repr__(self) -> str:
        return "<Show>"


class Dynamic:
    """Content that is built anew whenever what its function read has changed.

    For what changes shape in more than two ways. Its nodes are replaced, with their focus and
    state: keep it small, and prefer `For`, `Show` and reactive values.
    """

    __slots__ = ("build",)

    def __init__(self, build: Callable[..., Content]) -> None:
        self.build = build

    def __repr__(self) -> str:
        return "<Dynamic>"


Content: TypeAlias = (
    VNode
    | str
    | float
    | bool
    | RawHtml
    | For
    | Show
    | Dynamic
    | Source
    | Iterable["Content"]
    | None
)
"""What may stand below a node."""


def h(
    tag: str | Callable[..., Content],
    props: Mapping[str, object] | None = None,
    children: Content = None,
) -> VNode:
    """Describe a node, like `bridge.vdom.h`, with reactive values in props and children.

    A component, a function as `tag`, is called once, when the tree is built.

    Args:
        tag: The name of an element, or a component.
        props: As for `bridge.vdom.h`, and reactive values besides. ``bind:value``,
            ``bind:checked`` and ``bind:group`` take a signal or a `Field` and work both ways.
        children: Texts, nodes, reactive values, `For`, `Show`, `Dynamic`, nested sequences.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> count = Signal(0)
        >>> h("button", {"disabled": lambda: count.value > 9}, ["clicked ", count])
        <button>
    """
    if children is not None and not isinstance(children, (str, Iterable)):
        children = (children,)
    return plain.h(tag, props, children)  # type: ignore[arg-type]
