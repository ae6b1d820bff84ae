"""Places that the page refused: what was to be written there is tried again with the next patch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge._browser.dom import PageWriteError
from bridge.binding.holes import UNKNOWN, Hole

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from bridge.binding.holes import Part
    from bridge.binding.regions import Region
    from bridge.binding.templates import Template

__all__ = ["Missed", "errors_of", "forget_wires", "writes_of"]

Place: TypeAlias = "tuple[int, str, object]"
"""A node's number, what of it is written, and the name of that."""

_NAMED: Final = {
    ops.ATTR: "attr",
    ops.ATTR_OFF: "attr",
    ops.PROP: "prop",
    ops.PROP_OFF: "prop",
    ops.OBJECT: "prop",
    ops.STATE: "state",
}
_UNNAMED: Final = {
    ops.CONTENT: ("content", ""),
    ops.HTML: ("content", ""),
    ops.DATA: ("content", ""),
    ops.STYLE: ("attr", "style"),
    ops.VALUE: ("state", "value"),
}
_CURSOR: Final = frozenset({ops.AT, ops.ELEMENT, ops.ELEMENT_NS, ops.TEXT})


class _Write(NamedTuple):
    """What was to be written, its object if it has one, and what the page said."""

    op: list[object]
    value: object
    reason: str


class Missed:
    """The places that a view's page refused, and what they shall hold.

    Args:
        templates: Finds a template by its number; asked only when something was refused.
    """

    __slots__ = ("_templates", "_writes")

    def __init__(self, templates: Callable[[], Mapping[int, Template]]) -> None:
        self._templates = templates
        self._writes: dict[Place, _Write] = {}

    def __bool__(self) -> bool:
        return bool(self._writes)

    def add(self, other: Missed) -> None:
        """Take what another one remembers."""
        self._writes |= other._writes

    def note(self, errors: list[PageWriteError], sent: OpBuffer) -> None:
        """Remember what a buffer could not write.

        Args:
            errors: What the page said.
            sent: The buffer.
        """
        refused = {(e.number, *_place(e.op, e.name)): e.reason for e in errors if not e.spoiled}
        for place, op in writes_of(sent.ops, self._templates()):
            if place in refused:
                value = sent.objects[cast("int", op[-1])] if op[0] == ops.OBJECT else None
                self._writes[place] = _Write(op, value, refused[place])

    def forget_written(self, sent: OpBuffer) -> None:
        """Leave out the places that a newer buffer writes."""
        for place, _ in writes_of(sent.ops, self._templates()):
            self._writes.pop(place, None)

    def again(self, node: Callable[[int], object]) -> OpBuffer:
        """Make a buffer that writes what is still missing; `keep` says what becomes of it.

        Args:
            node: Finds a node by its number; ``None`` if it is gone.
        """
        buffer = OpBuffer()
        for place, (op, value, _) in list(self._writes.items()):
            if node(place[0]) is None:
                del self._writes[place]
                continue
            buffer.ops += (ops.AT, place[0], *op)
            if op[0] == ops.OBJECT:
                buffer.ops[-1] = len(buffer.objects)
                buffer.objects.append(value)
        return buffer

    def keep(self, errors: list[PageWriteError]) -> list[PageWriteError]:
        """After `again`: keep what was refused once more.

        Returns:
            The errors that differ from what was told before.
        """
        before, self._writes = self._writes, {}
        news: list[PageWriteError] = []
        for error in errors:
            place = (error.number, *_place(error.op, error.name))
            write = before.get(place)
            if write is not None:
                self._writes[place] = write._replace(reason=error.reason)
            if write is None or write.reason != error.reason:
                news.append(error)
        return news


def errors_of(error: BaseException) -> list[PageWriteError] | None:
    """List what the page refused; ``None`` if something else happened."""
    errors = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
    refused = [each for each in errors if isinstance(each, PageWriteError)]
    return refused if len(refused) == len(errors) else None


def forget_wires(parts: Iterable[Part], numbers: Container[int] | None = None) -> None:
    """Let holes below write again, whatever they wrote last.

    Args:
        parts: What keeps a view up to date.
        numbers: The nodes that they fill; all if left out.
    """
    pending = list(parts)
    while pending:
        part = pending.pop()
        if isinstance(part, Hole):
            if numbers is None or part.number in numbers:
                part.last = UNKNOWN
        else:
            pending += cast("Region", part).parts_below()


def writes_of(
    written: list[object], templates: Mapping[int, Template]
) -> Iterator[tuple[Place, list[object]]]:
    """Go through the ops of a buffer that write something of a node.

    Args:
        written: The ops.
        templates: By number, those that the buffer copies.

    Yields:
        The place, and the op with its operands.
    """
    at, cursor = 0, ops.CONTAINER
    while at < len(written):
        op = cast("int", written[at])
        if op == ops.STAMP:
            number, _, _, first, count = cast("list[int]", written[at + 1 : at + 6])
            at += 6
            template = templates[number]
            for copy in range(first, first + count * template.stride, template.stride):
                for slot in template.stamped:
                    value, node = written[at], copy + slot.number
                    at += 1
                    if slot.op == ops.ATTR and value is None:
                        yield (node, "attr", slot.name), [ops.ATTR_OFF, slot.name]
                        continue
                    operands = [slot.name, value] if slot.op in _NAMED else [value]
                    yield (node, *_place(slot.op, slot.name)), [slot.op, *operands]
            continue
        end = at + 1 + ops.OPERANDS[op]
        if op in _CURSOR:
            cursor = cast("int", written[at + 1])
        elif op in _NAMED or op in _UNNAMED:
            yield (cursor, *_place(op, written[at + 1])), written[at:end]
        at = end


def _place(op: int, name: object) -> tuple[str, object]:
    return _UNNAMED.get(op) or (_NAMED.get(op, ""), name)
