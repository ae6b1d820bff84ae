"""The nodes of the plain Python document of `bridge._browser.document_model`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from bridge._browser import ops

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKUP", "TEXT", "ModelNode"]

TEXT: Final = "#text"
MARKUP: Final = "#markup"


class ModelNode:
    """A node: an element, a text, or markup that is kept as a text.

    Attributes:
        tag: The element's name, ``#text`` or ``#markup``.
        space: The namespace: 0 HTML, 1 SVG, 2 MathML.
        data: The text of a node that is no element.
        attributes: By name; the style as a list of pairs under ``style``.
        properties: What was set as a property, by name; ``value`` is the form value.
        wanted: Of these, what a control shall show whatever the user does.
        listeners: Pairs of event type and flags.
        children: In order.
        parent: The element that it stands in.
        number: Its number in the op buffers; ``None`` if it has none.
    """

    __slots__ = (
        "attributes",
        "children",
        "data",
        "listeners",
        "number",
        "parent",
        "properties",
        "space",
        "tag",
        "wanted",
    )

    def __init__(self, tag: str, data: str = "", space: int = ops.XHTML) -> None:
        self.tag = tag
        self.space = space
        self.data = data
        self.attributes: dict[str, object] = {}
        self.properties: dict[str, object] = {}
        self.wanted: dict[str, object] = {}
        self.listeners: set[tuple[str, int]] = set()
        self.children: list[ModelNode] = []
        self.parent: ModelNode | None = None
        self.number: int | None = None

    def insert(self, child: ModelNode, anchor: ModelNode | None = None) -> None:
        """Put a node before another, taking it from where it stands.

        Raises:
            ValueError: The anchor does not stand here.
        """
        if child.parent is not None:
            child.parent.children.remove(child)
        place = len(self.children) if anchor is None else self.children.index(anchor)
        self.children.insert(place, child)
        child.parent = self

    def walk(self) -> Iterator[ModelNode]:
        """Yield the node and all below it, in document order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += reversed(node.children)

    def copy(self) -> ModelNode:
        """Copy the node with all below it; numbers and listeners are not copied, as in a page."""
        made = ModelNode(self.tag, self.data, self.space)
        made.attributes = dict(self.attributes)
        made.properties = dict(self.properties)
        for child in self.children:
            made.insert(child.copy())
        return made

    def snapshot(self) -> object:
        """Describe the node and all below it by plain values, for comparing.

        Numbers are left out; default values of properties too, because a property that went back
        to its default cannot be told from one that was never set.
        """
        if self.tag in (TEXT, MARKUP):
            return [self.tag, self.data]
        properties = {n: v for n, v in self.properties.items() if v not in ("", None, False, [])}
        return [
            self.tag,
            self.space,
            dict(sorted(self.attributes.items())),
            dict(sorted(properties.items())),
            sorted(self.listeners),
            [child.snapshot() for child in self.children],
        ]

    def html(self) -> str:
        """Write the node as HTML, for messages and simple assertions."""
        if self.tag == TEXT:
            return escape(self.data, quote=False)
        if self.tag == MARKUP:
            return self.data
        attributes = "".join(
            f' {name}="{escape(_attribute_text(value))}"' for name, value in self.attributes.items()
        )
        inner = "".join(child.html() for child in self.children)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"


def _attribute_text(value: object) -> str:
    if isinstance(value, list):
        pairs = zip(value[::2], value[1::2], strict=True)
        return "; ".join(f"{name}: {setting}" for name, setting in pairs)
    return str(value)
