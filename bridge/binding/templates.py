"""Templates: a row of a list, built once in the page and copied for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge.binding.compose import Composer, Inset
from bridge.binding.handlers import Hearing, listeners_of
from bridge.binding.shapes import differences, nodes_of
from bridge.vdom.live import TreeError

if TYPE_CHECKING:
    from bridge._browser.dom import DomRoot
    from bridge.binding.slots import Slot
    from bridge.vdom.nodes import VNode

__all__ = ["Template"]


class Template:
    """A tree made ready for copying.

    A copy has its numbers in a row: the element itself first, then each other place that varies
    or listens.

    Attributes:
        number: Names it in the page.
        ops: What makes it there.
        stride: How many numbers a copy takes.
        stamped: The slots that are filled while copying, in the order of their values.
        after: The slots that are filled afterwards.
        insets: Places whose nodes come and go, with numbers that count from the copy's first.
        hearings: By place, the handlers by event type.
        tree: What it was made from.
        space: The namespace in which it was made.
        users: How many lists use it.
    """

    __slots__ = (
        "_shape",
        "_written",
        "after",
        "hearings",
        "insets",
        "number",
        "ops",
        "space",
        "stamped",
        "stride",
        "tree",
        "users",
    )

    def __init__(self, tree: VNode, root: DomRoot, number: int, space: int) -> None:
        buffer = OpBuffer()
        composer = Composer(root, buffer, of_item=True, copied=True)
        tops = composer.compose(tree, ops.DETACHED, ops.DETACHED, -1, space)
        if len(tops) != 1 or composer.paths[tops[0]] != (0,):
            raise TreeError("a list", "a row is not one node", "Put an element around it.")
        self.number = number
        self.tree = tree
        self.space = space
        self.users = 0
        places = {tops[0]: 0}
        slots = sorted(composer.slots, key=lambda slot: slot.late)
        for used in (
            *(slot.number for slot in slots),
            *(hearing.number for hearing in composer.hearings),
            *(end for inset in composer.insets for end in (inset.parent, inset.anchor) if end),
        ):
            places.setdefault(used, len(places))
        self.stride = len(places)
        for slot in slots:
            slot.number = places[slot.number]
        self.stamped: list[Slot] = [slot for slot in slots if slot.op]
        self.after: list[Slot] = [slot for slot in slots if not slot.op]
        self.insets = [
            inset._replace(
                parent=places[inset.parent],
                anchor=places[inset.anchor] if inset.anchor else ops.END,
            )
            for inset in composer.insets
        ]
        self.hearings: dict[int, list[Hearing]] = {}
        holes: list[list[object]] = []
        for hearing in composer.hearings:
            self.hearings.setdefault(places[hearing.number], []).append(hearing)
        for place, heard in self.hearings.items():
            holes += [[place, ops.LISTEN, *listener] for listener in listeners_of(heard)]
        holes += [[slot.number, slot.op, slot.name, 0] for slot in self.stamped]
        # The path of a top node begins with its place at the top, which a copy has not.
        paths = [list(composer.paths[made][1:]) for made in places if made != tops[0]]
        self._written = list(buffer.ops)
        self._shape = (
            paths,
            holes,
            [(inset.parent, inset.anchor, type(inset.node)) for inset in self.insets],
        )
        self.ops: list[object] = buffer.ops
        self.ops += (ops.TEMPLATE, number, tops[0], paths, holes)

    def looks_like(self, other: Template) -> bool:
        """Tell whether copies of another template can become copies of this one."""
        if self._shape != other._shape or self.space != other.space:
            return False
        before, after = nodes_of(other._written), nodes_of(self._written)
        return before is not None and after is not None and differences(before, after) == []

    def inset_of(self, inset: Inset, first: int) -> Inset:
        """Return an inset with the numbers of a copy."""
        return inset._replace(
            parent=first + inset.parent,
            anchor=first + inset.anchor if inset.anchor else ops.END,
        )
