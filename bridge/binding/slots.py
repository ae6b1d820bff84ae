"""Slots: the places of a tree that a reactive value fills, and what the page gets for a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge._browser import ops
from bridge._browser.attributes import Kind, OpBuffer, PropError, Rule, write_prop
from bridge.reactivity import Computed, Signal
from bridge.vdom.live import TreeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.binding.nodes import Source

__all__ = [
    "PropSlot",
    "Slot",
    "TextSlot",
    "holds_reactive",
    "is_reactive",
    "is_readable",
    "reader",
    "settled",
]

_STAMPED: Final = {
    Kind.ATTRIBUTE: ops.ATTR,
    Kind.WORDED: ops.ATTR,
    Kind.ADDRESS: ops.ATTR,
    Kind.CLASS: ops.ATTR,
    Kind.STATE: ops.STATE,
    Kind.VALUE: ops.VALUE,
}
_LATE: Final = frozenset({Kind.STATE, Kind.VALUE})


def is_readable(value: object) -> bool:
    """Tell whether a value is a signal or a computed."""
    return isinstance(value, (Signal, Computed))


def is_reactive(value: object) -> bool:
    """Tell whether a value of a tree is a signal, a computed or a function."""
    return is_readable(value) or callable(value)


def holds_reactive(value: object) -> bool:
    """Tell whether a signal, a computed or a function stands inside a container."""
    if isinstance(value, dict):
        return any(is_reactive(each) or holds_reactive(each) for each in value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(is_reactive(each) or holds_reactive(each) for each in value)
    return False


def settled(
    value: object,
    tag: str,
    name: str,
    call: Callable[[Callable[..., object]], object] | None = None,
) -> object:
    """Put present values in the place of the signals that a value holds, at any depth.

    Args:
        value: A signal, a computed, a container of these, or a plain value.
        tag: The element, for messages.
        name: The prop, for messages.
        call: Calls the functions inside; if left out, there may be none.

    Raises:
        PropError: A function stands where none is called.
    """
    while isinstance(value, (Signal, Computed)):
        value = value.value
    if isinstance(value, dict):
        return {key: _settled_inside(each, tag, name, call) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_settled_inside(each, tag, name, call) for each in value]
    return value


def _settled_inside(
    value: object, tag: str, name: str, call: Callable[[Callable[..., object]], object] | None
) -> object:
    if callable(value) and not is_readable(value):
        if call is None:
            raise PropError(
                tag,
                name,
                "a function stands inside the value that a function or a signal gave",
                "Call it there, or give a signal.",
            )
        value = call(value)
    return settled(value, tag, name, call)


def reader(source: Source, *, of_item: bool) -> Callable[[object], object]:
    """Make a function of a row's item that reads a source.

    Args:
        source: What to read.
        of_item: Whether functions take the item, as in a template.
    """
    if isinstance(source, (Signal, Computed)):
        return lambda _: source.value
    if not callable(source):
        raise TypeError(f"expected a signal, a computed or a function, found {source!r}")
    if of_item:
        return source
    return lambda _: source()


class Slot:
    """A place that a reactive value fills.

    What the page gets for a value is its *wire*; equal wires need no writing.

    Attributes:
        tag: The element, for messages.
        number: The node in which it stands; in a template the number of its place.
        read: Reads the value, given the row's item.
        op: The op of a template's hole, or 0 where it cannot be one.
        name: The name on the wire; empty for a text.
        late: Whether it is filled after everything else: the state of a form.
        plain: Whether a text that is not empty is its own wire.
    """

    __slots__ = ("late", "name", "number", "op", "plain", "read", "tag")

    def __init__(
        self, tag: str, number: int, read: Callable[[object], object], op: int, name: str
    ) -> None:
        self.tag = tag
        self.number = number
        self.read = read
        self.op = op
        self.name = name
        self.late = False
        self.plain = True

    def kind(self) -> object:
        """Tell what it fills: slots of one kind at one node can take over from each other."""
        return self.__class__, self.op, self.name

    def label(self) -> str:
        """Name the place for messages."""
        return f"{self.name or 'text'} of <{self.tag}>"

    def wire(self, value: object) -> object:
        """Turn a value into what the page gets; reads the signals that stand in it."""
        raise NotImplementedError

    def write(self, buffer: OpBuffer, wire: object) -> None:
        """Write the ops that fill the slot of the cursor's node."""
        raise NotImplementedError


class TextSlot(Slot):
    """The text of a text node (DATA), or the whole content of an element (CONTENT)."""

    __slots__ = ()

    def wire(self, value: object) -> object:
        """Turn a value into text; ``None``, ``True`` and ``False`` are no text.

        Raises:
            TreeError: The value is no text.
        """
        if value.__class__ is str:
            return value
        if value is None or isinstance(value, bool):
            return ""
        if isinstance(value, (str, int, float)):
            return str(value)
        if isinstance(value, (Signal, Computed)):
            return self.wire(value.value)
        raise TreeError(
            f"<{self.tag}>",
            f"a reactive text became a {type(value).__name__}",
            "Use Show, For or Dynamic for what is more than text.",
        )

    def write(self, buffer: OpBuffer, wire: object) -> None:
        """Write the text."""
        buffer.ops += (self.op, wire)


class PropSlot(Slot):
    """A prop of an element, by the rules of `bridge._browser.attributes`."""

    __slots__ = ("rule",)

    def __init__(self, tag: str, number: int, read: Callable[[object], object], rule: Rule) -> None:
        op = _STAMPED.get(rule.kind, 0)
        # The value of a list box needs its options, which come after the copy is made.
        if tag == "select" and rule.kind == Kind.VALUE:
            op = 0
        super().__init__(tag, number, read, op, rule.name)
        self.rule = rule
        self.late = rule.kind in _LATE
        self.plain = rule.plain and op != 0

    def kind(self) -> object:
        """Tell what it fills."""
        return self.rule, self.op

    def wire(self, value: object) -> object:
        """Turn a value into the operand of the slot's op; where it has none, into ops.

        Raises:
            PropError: The value does not fit.
            UnsafeContentError: The value could run a script.
        """
        if value.__class__ is not str and not isinstance(value, (str, int, float)):
            value = settled(value, self.tag, self.name)
        if value is None and self.op == ops.ATTR:
            return None
        scratch = OpBuffer()
        write_prop(scratch, self.tag, self.rule, value)
        if not self.op:
            return scratch.ops, scratch.objects
        return None if scratch.ops[0] == ops.ATTR_OFF else scratch.ops[-1]

    def write(self, buffer: OpBuffer, wire: object) -> None:
        """Write the prop."""
        out = buffer.ops
        if isinstance(wire, tuple):
            written, objects = wire
            if objects:
                # The only op with an object ends with the object's index.
                written = [*written[:-1], len(buffer.objects)]
                buffer.objects += objects
            out += written
        elif self.op == ops.VALUE:
            out += (ops.VALUE, wire)
        elif wire is None and self.op == ops.ATTR:
            out += (ops.ATTR_OFF, self.name)
        else:
            out += (self.op, self.name, wire)
