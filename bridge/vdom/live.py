"""What Python remembers of a patched tree, and the errors that name places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.errors import BridgeError
from bridge.vdom.nodes import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge._browser.safety import RawHtml
    from bridge.vdom.nodes import VNode

__all__ = [
    "COMPONENT",
    "DuplicateKeyError",
    "Live",
    "PatchError",
    "TreeError",
    "first_number",
    "following_number",
    "path_of",
    "top_numbers",
]

COMPONENT: Final = -1
"""The number of what has no node of its own."""


class Live:
    """A node as it stands in the page: the memory that the next tree is compared with.

    Few members and cheap ones: there is one for each node of the page, and making them is a good
    part of what a patch costs.

    Attributes:
        item: What it was made from: a `VNode`, or the data of a text node.
        number: The node's number in the page, or `COMPONENT`.
        parent: What it stands below; ``None`` at the container.
        space: The namespace in which its children are created.
        children: What stands below it.
        content: An element's sole text or markup.
    """

    __slots__ = ("children", "content", "item", "number", "parent", "space")

    def __init__(self, item: VNode | str, number: int, parent: Live | None, space: int) -> None:
        self.item = item
        self.number = number
        self.parent = parent
        self.space = space
        self.children: list[Live] | tuple[()] = ()
        self.content: str | RawHtml | None = None


class TreeError(BridgeError, TypeError):
    """Something in a tree cannot be a node.

    Attributes:
        path: Where it stands, from the container down.
    """

    path: str

    def __init__(self, path: str, found: str, advice: str) -> None:
        super().__init__(f"in {path}: {found}. {advice}")
        self.path = path


class DuplicateKeyError(BridgeError, ValueError):
    """Two siblings have the same key, so that nobody can tell which is which.

    Attributes:
        key: The key that stands twice.
        path: The parent of the two, from the container down.
    """

    key: object
    path: str

    def __init__(self, key: object, path: str) -> None:
        super().__init__(
            f"in {path}: two children have the key {key!r}. Keys must differ among siblings."
        )
        self.key = key
        self.path = path


class PatchError(BridgeError, RuntimeError):
    """A patch was begun while another one of the same container was being computed."""


def path_of(live: Live | None) -> str:
    """Name a place: ``container > table#people > row[key=3]``."""
    names: list[str] = []
    while live is not None:
        item = live.item
        if isinstance(item, str):
            name = item
        else:
            tag, props, _, key = item
            name = name_of(tag)
            if props and isinstance(tag, str) and "id" in props:
                name += f"#{props['id']}"
            if key is not None:
                name += f"[key={key!r}]"
        names.append(name)
        live = live.parent
    return " > ".join(reversed(names))


def top_numbers(lives: Iterable[Live]) -> list[int]:
    """List the nodes that some siblings stand for, components looked through, in order."""
    found: list[int] = []
    pending = list(lives)
    pending.reverse()
    while pending:
        live = pending.pop()
        if live.number == COMPONENT:
            pending.extend(reversed(live.children))
        else:
            found.append(live.number)
    return found


def first_number(lives: Sequence[Live], start: int) -> int:
    """Return the first node from a place on; 0 if nothing stands there."""
    for place in range(start, len(lives)):
        live = lives[place]
        if live.number != COMPONENT:
            return live.number
        below = top_numbers((live,))
        if below:
            return below[0]
    return 0


def following_number(live: Live) -> int:
    """Return the node that follows a component's own; 0 at the end of the parent element."""
    while live.number == COMPONENT:
        parent = live.parent
        if parent is None:
            break
        found = first_number(parent.children, parent.children.index(live) + 1)
        if found:
            return found
        live = parent
    return 0
