"""Shapes: what two builds of a content have in common, so that one can take over from the other.

Composing writes ops that depend on values in their operands only. If two builds create the same
nodes in the same places, and vary and listen at the same places, the nodes of the first serve for
the second: what differs in their fixed props and texts is written, and nothing is replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from bridge._browser import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.binding.compose import Composer, Inset
    from bridge.binding.slots import Slot

__all__ = ["Made", "Node", "differences", "nodes_of"]

_Props: TypeAlias = dict[tuple[str, str], list[object]]

_NAMED: Final = {
    ops.ATTR: ("attr", 2),
    ops.ATTR_OFF: ("attr", 1),
    ops.PROP: ("prop", 2),
    ops.PROP_OFF: ("prop", 1),
    ops.OBJECT: ("prop", 2),
}
_UNNAMED: Final = {
    ops.CONTENT: ("content", ""),
    ops.HTML: ("content", ""),
    ops.STYLE: ("attr", "style"),
}


class Node:
    """A node that composing created.

    Attributes:
        number: Its number.
        kind: What no take-over can change: the op, its namespace and tag, and its parent by place.
        props: What is fixed about it: ops by what they are about.
        listeners: Types and flags.
    """

    __slots__ = ("kind", "listeners", "number", "props")

    def __init__(self, number: int, kind: tuple[object, ...]) -> None:
        self.number = number
        self.kind = kind
        self.props: _Props = {}
        self.listeners: list[tuple[object, object]] = []


class Made:
    """What a build made, kept so that another one can take over from it.

    Attributes:
        slots: The places that vary.
        insets: The places whose nodes come and go.
    """

    __slots__ = ("_numbers", "_written", "insets", "slots")

    def __init__(
        self,
        written: list[object],
        slots: list[Slot],
        insets: list[Inset],
        numbers: list[int] | None = None,
    ) -> None:
        self._written = written
        self._numbers = numbers
        self.slots = slots
        self.insets = insets

    @classmethod
    def of(cls, written: list[object], composer: Composer) -> Made:
        """Remember what a composer wrote."""
        return cls(written, composer.slots, composer.insets)

    def renumbered(self, numbers: dict[int, int]) -> Made:
        """Return the same with the nodes of another build."""
        nodes = nodes_of(self._written) or []
        own = [numbers[node.number] for node in nodes]
        insets = [
            inset._replace(
                parent=numbers.get(inset.parent, inset.parent),
                anchor=numbers.get(inset.anchor, inset.anchor),
            )
            for inset in self.insets
        ]
        return Made(self._written, self.slots, insets, own)

    def _nodes(self) -> list[Node] | None:
        nodes = nodes_of(self._written)
        if nodes is not None and self._numbers is not None:
            for node, number in zip(nodes, self._numbers, strict=True):
                node.number = number
        return nodes

    def numbers_for(self, other: Made) -> dict[int, int]:
        """Map the numbers of a build of the same shape to those of this one."""
        pairs = zip(nodes_of(other._written) or [], self._nodes() or [], strict=True)
        return {new.number: old.number for new, old in pairs}

    def differences(self, other: Made) -> list[object] | None:
        """Find the ops that let this look like another build; ``None`` if nothing does."""
        before, after = self._nodes(), nodes_of(other._written)
        if before is None or after is None:
            return None
        written = differences(before, after)
        return written if written is not None and self._varies_alike(other, before, after) else None

    def _varies_alike(self, other: Made, before: list[Node], after: list[Node]) -> bool:
        if len(self.slots) != len(other.slots) or len(self.insets) != len(other.insets):
            return False
        number = {new.number: old.number for new, old in zip(after, before, strict=True)}
        return all(
            slot.kind() == theirs.kind() and slot.number == number[theirs.number]
            for slot, theirs in zip(self.slots, other.slots, strict=True)
        ) and all(
            inset.parent == number.get(its.parent, its.parent)
            and inset.anchor == number.get(its.anchor, its.anchor)
            and inset.space == its.space
            and type(inset.node) is type(its.node)
            for inset, its in zip(self.insets, other.insets, strict=True)
        )


def nodes_of(written: Sequence[object]) -> list[Node] | None:
    """Read the nodes out of the ops that composing wrote; ``None`` if it holds other ops."""
    nodes: list[Node] = []
    places: dict[object, int] = {}
    at = 0
    while at < len(written):
        op = written[at]
        if op in (ops.ELEMENT, ops.ELEMENT_NS, ops.TEXT):
            number, parent, *rest = written[at + 1 : at + (5 if op == ops.ELEMENT_NS else 4)]
            fixed = () if op == ops.TEXT else tuple(rest)
            node = Node(int(str(number)), (op, places.get(parent, -1), *fixed))
            if op == ops.TEXT:
                node.props["data", ""] = [ops.DATA, rest[0]]
            places[number] = len(nodes)
            nodes.append(node)
            at += 5 if op == ops.ELEMENT_NS else 4
        elif op in _NAMED:
            sort, operands = _NAMED[op]
            end = at + 1 + operands
            nodes[-1].props[sort, str(written[at + 1])] = list(written[at:end])
            at = end
        elif op in _UNNAMED:
            nodes[-1].props[_UNNAMED[op]] = list(written[at : at + 2])
            at += 2
        elif op == ops.LISTEN:
            nodes[-1].listeners.append((written[at + 1], written[at + 2]))
            at += 3
        else:
            return None
    return nodes


def differences(old: list[Node], new: list[Node]) -> list[object] | None:
    """Find the ops that let the nodes of one build look like those of another.

    Returns:
        The ops, with the numbers of the old nodes; ``None`` if they cannot.
    """
    if [node.kind for node in old] != [node.kind for node in new]:
        return None
    written: list[object] = []
    for before, after in zip(old, new, strict=True):
        changes = _changes(before, after)
        if changes:
            written += (ops.AT, before.number, *changes)
    return written


def _changes(before: Node, after: Node) -> list[object]:
    changes: list[object] = []
    for about, op in before.props.items():
        if about not in after.props:
            changes += _removal(*about, op)
    for about, op in after.props.items():
        # An object is known by its place in a buffer that is gone.
        if op[0] == ops.OBJECT or before.props.get(about) != op:
            changes += op
    for kind, flags in before.listeners:
        if (kind, flags) not in after.listeners:
            changes += (ops.UNLISTEN, kind, flags)
    for kind, flags in after.listeners:
        if (kind, flags) not in before.listeners:
            changes += (ops.LISTEN, kind, flags)
    return changes


def _removal(sort: str, name: str, op: list[object]) -> list[object]:
    if sort == "content":
        return [ops.CONTENT, ""]
    if sort == "prop":
        return [ops.PROP_OFF, name]
    return [ops.STYLE, []] if op[0] == ops.STYLE else [ops.ATTR_OFF, name]
