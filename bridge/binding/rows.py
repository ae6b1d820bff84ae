"""Rows of lists: how they are made, shown for another item, and ended."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Final, cast

from bridge._browser import ops
from bridge.binding.endings import end_all
from bridge.binding.handlers import handlers_of
from bridge.binding.holes import Hole, Spares, name_place, read_rows
from bridge.binding.regions import Region, scope_below
from bridge.binding.slots import reader
from bridge.reactivity.state import now
from bridge.vdom.live import TreeError
from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from bridge._browser.dom import Handler
    from bridge._browser.ffi import HostObject
    from bridge.binding.compose import Inset
    from bridge.binding.holes import Part
    from bridge.binding.nodes import For
    from bridge.binding.templates import Template
    from bridge.binding.view import Block, View
    from bridge.reactivity import Scope

__all__ = ["STALE", "Copies", "Row", "RowsRegion"]

STALE: Final = object()
"""Stands among the items for one that a row could not show."""


class Row:
    """One row of a list.

    Attributes:
        number: Its element.
        item: What it shows.
        key: Tells it apart.
        parts: What keeps it up to date.
        template: What it was copied from, if it was.
        block: What it was built as, if it was.
        scope: Owns what its function made, if there is one.
    """

    __slots__ = ("block", "item", "key", "number", "parts", "scope", "template")

    block: Block
    scope: Scope

    def __init__(self, number: int, item: object, key: Hashable, template: Template | None) -> None:
        self.number = number
        self.item = item
        self.key = key
        self.parts: list[Part] = []
        self.template = template

    def handlers_at(self, number: int) -> dict[str, Handler]:
        """Make the handlers of a node: functions of the event that look up the present item."""
        return handlers_of(
            cast("Template", self.template).hearings[number - self.number], self._adapt
        )

    def _adapt(self, handler: Callable[..., object]) -> Handler:
        def handle(event: HostObject) -> object:
            return handler(self.item, event)

        return handle


class Copies:
    """Copies of a template that have been read but not placed: rows in order, and values.

    Attributes:
        inner: The ops that fill what a copy cannot carry, for when the copies stand.
    """

    __slots__ = ("inner", "rows", "values")

    def __init__(self, rows: list[Row], values: list[object], inner: list[object]) -> None:
        self.rows = rows
        self.values = values
        self.inner = inner


class RowsRegion(Region):
    """The place of rows; which ones it has is decided by a subclass."""

    __slots__ = (
        "_by_key",
        "_each",
        "_items",
        "_key",
        "_read",
        "_rows",
        "_shown_each",
        "_spares",
        "_template",
    )

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Scope, *, of_item: bool
    ) -> None:
        super().__init__(view, inset, item, owner, of_item=of_item)
        self._read_node()
        self._items: list[object] = []
        self._rows: list[Row] = []
        self._by_key: dict[Hashable, Row] = {}
        self._shown_each: object = self._each
        self._spares = Spares(view, self)
        self._template: Template | None = None

    def _read_node(self) -> None:
        node = cast("For", self.inset.node)
        self._read = reader(node.items, of_item=self.of_item)
        self._each = node.each
        self._key: Callable[[object], Hashable] = node.key or id

    def holds_rows(self) -> bool:
        """Whether what stands in it may be shown for another item."""
        return self.in_row or cast("For", self.inset.node).key is not None

    # -- making --------------------------------------------------------------------------------
    def _make(self, items: list[object], keys: list[Hashable]) -> Copies | list[Row]:
        """Make rows without placing them. If one fails, nothing has happened."""
        if isinstance(self._each, VNode):
            return self._copies(self._each, items, keys)
        rows: list[Row] = []
        mark = self.view.mark()
        try:
            for item, key in zip(items, keys, strict=True):
                rows.append(self._build(item, key))
        except BaseException as error:
            self.view.roll_back(mark)
            self._end_rows(rows, error)
            raise
        return rows

    def _build(self, item: object, key: Hashable) -> Row:
        row = Row(0, item, key, None)
        block = self._build_block(row, item, None, [])
        row.number, row.block = block.tops[0], block
        return row

    def _build_block(
        self, row: Row, item: object, over: Block | None, errors: list[BaseException]
    ) -> Block:
        """Call the row's function and build what it returns; the row gets its scope."""
        inset, observer = self.inset, now.observer
        scope = scope_below(self, "row of a view")
        try:
            with scope:
                # A build follows nothing, unless it fails.
                now.observer = observer
                content = cast("Callable[[object], object]", self._each)(item)
                block = self.view.build(
                    content,
                    inset.parent,
                    -1,
                    None,
                    self,
                    of_item=False,
                    space=inset.space,
                    detached=True,
                    kept=self.holds_rows(),
                    over=over,
                    errors=errors,
                )
                self._check_row(block)
        except BaseException as error:
            name_place(error, f"the row of {item!r:.100}")
            end_all([scope.dispose], error)
            raise
        row.scope = scope
        return block

    def _check_row(self, block: Block) -> None:
        if len(block.tops) != 1 or block.regions:
            self.view.end(block)
            raise TreeError(
                repr(self.inset.node), "a row is not one node", "Put an element around it."
            )

    def _copies(self, tree: VNode, items: list[object], keys: list[Hashable]) -> Copies:
        template = self._template or self._adopt(tree)
        number = self.view.root.reserve(template.stride * len(items))
        stride = template.stride
        numbers = range(number, number + stride * len(items), stride)
        rows = list(map(Row, numbers, items, keys, repeat(template)))
        mark = self.view.mark()
        inner: list[object] = []
        try:
            values = read_rows(self._spares, template.stamped, rows)
            if template.after or template.insets:
                for row in rows:
                    self._complete(row, template)
                inner = self.view.buffer.ops[mark[0] :]
                del self.view.buffer.ops[mark[0] :]
        except BaseException as error:
            self.view.roll_back(mark)
            self._end_rows(rows, error)
            raise
        return Copies(rows, values, inner)

    def _fill_copies(self, made: Copies | list[Row]) -> None:
        """Fill what copies cannot carry, when they stand."""
        if isinstance(made, Copies):
            self.view.buffer.ops += made.inner

    def _adopt(self, tree: VNode) -> Template:
        """Find the template of a tree in the view, or make it."""
        self._template = self.view.use_template(tree, self.inset.space)
        return self._template

    # -- placing -------------------------------------------------------------------------------

    def _take(self, made: Copies | list[Row], start: int, end: int) -> Copies | list[Row]:
        if isinstance(made, list):
            return made[start:end]
        if start == 0 and end == len(made.rows):
            return made
        each = len(self._template.stamped) if self._template is not None else 0
        return Copies(made.rows[start:end], made.values[start * each : end * each], [])

    def _place(self, made: Copies | list[Row], anchor: int) -> list[Row]:
        """Put made rows before a node."""
        rows = made if isinstance(made, list) else made.rows
        if not rows:
            return rows
        self._by_key.update(zip([row.key for row in rows], rows, strict=True))
        parent, out = self.inset.parent, self.view.buffer.ops
        if isinstance(made, list):
            for row in rows:
                out += (ops.INSERT, parent, row.number, anchor)
            return rows
        template = cast("Template", self._template)
        first, stride = rows[0].number, template.stride
        out += (ops.STAMP, template.number, parent, anchor, first, len(rows))
        out += made.values
        end = first + stride * len(rows)
        for place in template.hearings:
            numbers = range(first + place, end + place, stride)
            self.view.listening.update(zip(numbers, rows, strict=True))
        return rows

    def _complete(self, row: Row, template: Template) -> None:
        """Fill what a copy cannot carry."""
        from bridge.binding.regions import open_region  # noqa: PLC0415 - it opens lists in turn

        parts = row.parts
        for inset in template.insets:
            where = template.inset_of(inset, row.number)
            region = open_region(self.view, where, row.item, self, of_item=True)
            parts.append(region)
            region.start()
        for slot in template.after:
            self.view.fill_first(self._spares, slot, row.number + slot.number, row.item, parts)

    def _take_over(self, row: Row, item: object, place: int, errors: list[BaseException]) -> None:
        """Show another item of the same key in a row, with the nodes that it has."""
        before = len(errors)
        row.item = item
        try:
            if row.template is None:
                self._rebuild(row, item, errors)
            else:
                self._refill(row, item, row.template, errors)
        except BaseException as error:  # noqa: BLE001 - raised when all rows have been dealt with
            errors.append(error)
        if len(errors) > before:
            # It counts as another item, so that the next list tries again.
            self._items[place] = STALE

    def _refill(
        self, row: Row, item: object, template: Template, errors: list[BaseException]
    ) -> None:
        holes: dict[object, Hole] = {}
        regions: list[Region] = []
        for part in row.parts:
            if isinstance(part, Hole):
                holes[part.slot.number, part.slot.kind()] = part
            else:
                regions.append(cast("Region", part))
        parts: list[Part] = []
        number = row.number
        view, spares = self.view, self._spares
        for slot in template.stamped:
            hole = holes.get((slot.number, slot.kind()))
            view.fill_again(
                spares, slot, number + slot.number, item, hole=hole, parts=parts, errors=errors
            )
        for region, inset in zip(regions, template.insets, strict=True):
            parts.append(region)
            try:
                region.show_other(item, inset.node)
            except BaseException as error:  # noqa: BLE001 - raised when all have been filled
                errors.append(error)
        for slot in template.after:
            hole = holes.get((slot.number, slot.kind()))
            view.fill_again(
                spares, slot, number + slot.number, item, hole=hole, parts=parts, errors=errors
            )
        row.parts = parts

    def _rebuild(self, row: Row, item: object, errors: list[BaseException]) -> None:
        old, scope = row.block, row.scope
        block = self._build_block(row, item, old, errors)
        if block is not old:
            out = self.view.buffer.ops
            out += (ops.INSERT, self.inset.parent, block.tops[0], row.number)
            out += (ops.REMOVE, row.number)
            row.number, row.block = block.tops[0], block
            end_all([lambda: self.view.end(old), scope.dispose])
        else:
            scope.dispose()

    # -- ending --------------------------------------------------------------------------------

    def _discard(self, gone: Sequence[Row], errors: list[BaseException]) -> None:
        """Take rows out of the page and give back what they held."""
        out = self.view.buffer.ops
        if len(gone) == len(self._rows) and self.inset.anchor == ops.END:
            out += (ops.CLEAR, self.inset.parent)
        else:
            for row in gone:
                out += (ops.REMOVE, row.number)
        if len(gone) == len(self._rows):
            self._by_key.clear()
        else:
            for row in gone:
                self._by_key.pop(row.key, None)
        try:
            self._end_rows(gone)
        except BaseException as error:  # noqa: BLE001 - raised when the others have been dealt with
            errors.append(error)

    def _end_rows(self, rows: Sequence[Row], error: BaseException | None = None) -> None:
        """Give back what rows held; their nodes are not touched."""
        ends: list[Callable[[], object]] = []
        for row in rows:
            if row.parts:
                ends += [part.end for part in row.parts]
                row.parts = []
            if row.template is None:
                ends += (partial(self.view.end, row.block), row.scope.dispose)
        if self._template is not None:
            listening, handlers = self.view.listening, self.view.root.handlers
            for place in self._template.hearings:
                numbers = [row.number + place for row in rows]
                for number in numbers:
                    listening.pop(number, None)
                # Few rows have been clicked: only those have handlers.
                for number in handlers.keys() & numbers if handlers else ():
                    del handlers[number]
        end_all(ends, error)

    def parts_below(self) -> Iterable[Part]:
        """Return what keeps its rows up to date."""
        for row in self._rows:
            yield from row.parts if row.template is not None else row.block.parts

    def remove_nodes(self) -> None:
        """Take its nodes out of the page."""
        for row in self._rows:
            self.view.buffer.ops += (ops.REMOVE, row.number)

    def end(self) -> None:
        """Let go of everything."""
        super().end()
        rows, self._rows, self._items = self._rows, [], []
        self._by_key.clear()
        try:
            self._end_rows(rows)
        finally:
            template, self._template = self._template, None
            if template is not None:
                self.view.leave_template(template)
