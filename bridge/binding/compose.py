"""From a tree to ops: what is fixed is written at once, what varies is noted.

The same walk serves a tree that is shown once and the template of a list: only the numbers differ
(nodes of the page, or places of a copy).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from bridge._browser import ops
from bridge._browser.attributes import Kind, PropError, Rule, rules_of, write_prop
from bridge._browser.safety import RawHtml, check_children
from bridge.binding.handlers import Hearing, listeners_of
from bridge.binding.nodes import Dynamic, For, Show
from bridge.binding.slots import (
    PropSlot,
    Slot,
    TextSlot,
    holds_reactive,
    is_reactive,
    reader,
    settled,
)
from bridge.binding.two_way import bind_two_way
from bridge.vdom.live import TreeError
from bridge.vdom.nodes import Fragment, Listener, Memo, Ref, VNode, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bridge._browser.attributes import OpBuffer
    from bridge._browser.dom import DomRoot

__all__ = ["Composer", "Inset"]

_SPACES: Final = {"svg": ops.SVG, "math": ops.MATHML}
_LATE: Final = frozenset({Kind.STATE, Kind.VALUE})
_MIXED: Final = frozenset({Kind.CLASS, Kind.STYLE, Kind.STATE, Kind.VALUE})


class Inset(NamedTuple):
    """A place whose nodes come and go.

    Attributes:
        parent: The node in which they stand.
        anchor: The node before which they stand, or ``END`` if they have the parent to themselves.
        node: What the author wrote.
        space: The namespace in which they are created.
    """

    parent: int
    anchor: int
    node: For | Show | Dynamic
    space: int


class Composer:
    """Writes a tree into a buffer.

    Args:
        root: Gives out node numbers.
        buffer: Where to.
        of_item: Whether functions take a row's item.
        copied: Whether it is copied (a template), so that its nodes do not listen themselves.

    Attributes:
        slots: The places that reactive values fill.
        insets: The places whose nodes come and go.
        hearings: The nodes that listen.
        refs: Refs, and the nodes that they shall reach.
        paths: In a template, from a node to the child indices that lead to it.
    """

    def __init__(
        self, root: DomRoot, buffer: OpBuffer, *, of_item: bool, copied: bool = False
    ) -> None:
        self.slots: list[Slot] = []
        self.insets: list[Inset] = []
        self.hearings: list[Hearing] = []
        self.refs: list[tuple[Ref, int]] = []
        self.paths: dict[int, tuple[int, ...]] = {}
        self._root = root
        self._buffer = buffer
        self._of_item = of_item
        self._copied = copied

    def compose(self, content: object, home: int, place: int, anchor: int, space: int) -> list[int]:
        """Write content.

        Args:
            content: What the author wrote.
            home: The node in which it will stand.
            place: The node in which it is created, or ``DETACHED``.
            anchor: What it will stand before, or ``END`` if it has `home` to itself.
            space: The namespace.

        Returns:
            The nodes at the top, in order.

        Raises:
            TreeError: Something cannot be a node.
        """
        members = list(_members(content))
        if len(members) == 1 and isinstance(members[0], (For, Show, Dynamic)):
            self.insets.append(Inset(home, anchor, members[0], space))
            return []
        return [
            self._member(member, home, place, space, (index,))
            for index, member in enumerate(members)
        ]

    def _member(
        self, member: object, home: int, place: int, space: int, path: tuple[int, ...]
    ) -> int:
        if isinstance(member, VNode):
            return self._element(member, place, space, path)
        number = self._root.reserve(1)
        self.paths[number] = path
        if isinstance(member, (For, Show, Dynamic)):
            self._buffer.ops += (ops.TEXT, number, place, "")
            self.insets.append(Inset(home, number, member, space))
        elif isinstance(member, str):
            self._buffer.ops += (ops.TEXT, number, place, member)
        elif is_reactive(member):
            self._buffer.ops += (ops.TEXT, number, place, "")
            self.slots.append(TextSlot("text", number, self._reader(member), ops.DATA, ""))
        else:
            raise TreeError(
                "a view",
                f"a {type(member).__name__} cannot be a child: {member!r}",
                "Expected a node, a text, a number, a reactive value, For, Show, Dynamic, "
                "or a sequence of these; raw_html(...) only as the only child of an element.",
            )
        return number

    def _element(self, node: VNode, place: int, space: int, path: tuple[int, ...]) -> int:
        tag, props, children, _ = node
        if not isinstance(tag, str):
            raise TreeError("a view", f"{name_of(tag)} is no element", "Give an element.")
        number = self._root.reserve(1)
        self.paths[number] = path
        own = _SPACES.get(tag, space)
        if own:
            self._buffer.ops += (ops.ELEMENT_NS, number, place, own, tag)
        else:
            self._buffer.ops += (ops.ELEMENT, number, place, tag)
        runs = rules_of[tag].runs
        heard = len(self.hearings)
        for name, value in (props or {}).items():
            if name.startswith("bind:"):
                value_of = self._own_value(props or {})
                self._two_way(tag, number, name, value, value_of)
            else:
                self._prop(tag, number, name, value)
        self._listen_at_cursor(heard)
        members = list(_members(children))
        if runs:
            check_children(tag, members)
        if len(members) == 1 and not isinstance(members[0], VNode):
            self._sole(tag, number, members[0], ops.XHTML if tag == "foreignObject" else own)
        elif members:
            inner = ops.XHTML if tag == "foreignObject" else own
            for index, member in enumerate(members):
                self._member(member, number, number, inner, (*path, index))
        return number

    def _sole(self, tag: str, number: int, member: object, space: int) -> None:
        """Write the only child of an element, which is none itself; the cursor is at it."""
        if isinstance(member, RawHtml):
            self._buffer.ops += (ops.HTML, member.markup)
        elif isinstance(member, (For, Show, Dynamic)):
            self.insets.append(Inset(number, ops.END, member, space))
        elif isinstance(member, str):
            self._buffer.ops += (ops.CONTENT, member)
        elif is_reactive(member):
            self.slots.append(TextSlot(tag, number, self._reader(member), ops.CONTENT, ""))
        else:
            self._member(member, number, number, space, ())

    def _prop(self, tag: str, number: int, name: str, value: object) -> None:
        rule = rules_of[tag][name]
        if rule.kind == Kind.IGNORED or value is None:
            return
        if rule.kind == Kind.EVENT:
            self._listen(tag, number, rule, value)
        elif rule.kind == Kind.REF:
            if self._copied or not isinstance(value, Ref):
                raise PropError(
                    tag, name, "no Ref() of a single node", "Expected a Ref() outside templates."
                )
            self.refs.append((value, number))
        elif is_reactive(value):
            self._slot(PropSlot(tag, number, self._reader(value), rule))
        elif rule.kind in _MIXED and holds_reactive(value):
            self._slot(PropSlot(tag, number, self._mixed(tag, name, value), rule))
        elif rule.kind in _LATE or (self._copied and rule.kind == Kind.PROPERTY):
            # A copy of a template carries neither the state of a form nor properties.
            self._slot(PropSlot(tag, number, lambda _: value, rule))
        else:
            write_prop(self._buffer, tag, rule, value)

    def _listen_at_cursor(self, start: int) -> None:
        """Let the page listen for the hearings from `start` on; copies do it by themselves."""
        if start < len(self.hearings) and not self._copied:
            for kind, flags in listeners_of(self.hearings[start:]):
                self._buffer.ops += (ops.LISTEN, kind, flags)

    def _mixed(self, tag: str, name: str, value: object) -> Callable[[object], object]:
        """Make a reader of a container that holds reactive values."""
        if self._of_item:
            return lambda item: settled(value, tag, name, lambda function: function(item))
        return lambda _: settled(value, tag, name, lambda function: function())

    def _slot(self, slot: Slot) -> None:
        self.slots.append(slot)

    def _own_value(self, props: Mapping[str, object]) -> Callable[[object], object]:
        value = props.get("value")
        return self._reader(value) if is_reactive(value) else lambda _: value

    def _two_way(
        self, tag: str, number: int, name: str, value: object, own: Callable[[object], object]
    ) -> None:
        bound = bind_two_way(tag, name, value, own, of_item=self._of_item)
        for prop, read in bound.reads:
            self._slot(PropSlot(tag, number, read, rules_of[tag][prop]))
        self.hearings.append(Hearing(number, bound.event, 0, bound.handler))

    def _listen(self, tag: str, number: int, rule: Rule, value: object) -> None:
        flags = 0
        if isinstance(value, Listener):
            flags, value = value.flags, value.handler
        if not callable(value):
            raise PropError(
                tag,
                f"on_{rule.name}",
                f"a {type(value).__name__} cannot handle an event",
                "Expected a function of the event; in a template, of the item and the event.",
            )
        self.hearings.append(Hearing(number, rule.name, flags, value))

    def _reader(self, source: object) -> Callable[[object], object]:
        return reader(source, of_item=self._of_item)  # type: ignore[arg-type]


def _members(content: object) -> Iterator[object]:
    """Flatten content: nested sequences, fragments, components; numbers become text."""
    pending: list[Iterator[object]] = [iter((content,))]
    while pending:
        for member in pending[-1]:
            if member is None or isinstance(member, bool):
                continue
            if isinstance(member, VNode):
                below = _expand(member)
                if below is not member:
                    pending.append(iter((below,)))
                    break
                yield member
            elif isinstance(member, (int, float)):
                yield str(member)
            elif isinstance(member, Iterable) and not isinstance(member, (str, bytes, dict)):
                pending.append(iter(member))
                break
            else:
                yield member
        else:
            pending.pop()


def _expand(node: VNode) -> object:
    """Return what stands for a fragment or a component; an element stands for itself."""
    tag, props, children, _ = node
    if isinstance(tag, str):
        return node
    if isinstance(tag, Fragment):
        return children
    component: Callable[..., object] = tag.component if isinstance(tag, Memo) else tag  # type: ignore[assignment]
    arguments = {name: value for name, value in (props or {}).items() if name != "key"}
    if children is not None:
        arguments["children"] = children
    return component(**arguments)
