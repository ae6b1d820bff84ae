"""Lists of the page that follow lists of items: `For`.

An update looks at what differs between the old list and the new one, and at nothing else. Finding
that out is left to functions of the interpreter's own, which are twenty times faster than a loop.
"""

from __future__ import annotations

from itertools import compress, count, repeat
from operator import is_not
from typing import TYPE_CHECKING, cast

from bridge._browser import ops
from bridge.binding.holes import Spares, read_rows
from bridge.binding.regions import Region, scope_below
from bridge.binding.slots import is_readable, reader
from bridge.reactivity.state import now
from bridge.vdom.live import DuplicateKeyError, TreeError
from bridge.vdom.moves import staying
from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from bridge._browser.dom import Handler
    from bridge._browser.ffi import HostObject
    from bridge.binding.compose import Hearing, Inset
    from bridge.binding.holes import Part
    from bridge.binding.nodes import For, Readable
    from bridge.binding.templates import Template
    from bridge.binding.view import Block, View
    from bridge.reactivity import Scope

__all__ = ["ListRegion", "Row"]


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
        made: dict[str, list[Hearing]] = {}
        for hearing in cast("Template", self.template).hearings[number - self.number]:
            made.setdefault(hearing.kind, []).append(hearing)
        return {kind: self._handler(hearings) for kind, hearings in made.items()}

    def _handler(self, hearings: list[Hearing]) -> Handler:
        def handle(event: HostObject) -> object:
            result = None
            for hearing in hearings:
                result = hearing.handler(self.item, event)
            return result

        return handle


class _Copies:
    """Copies of a template that have been read but not placed: rows in order, and values."""

    __slots__ = ("rows", "values")

    def __init__(self, rows: list[Row], values: list[object]) -> None:
        self.rows = rows
        self.values = values


class ListRegion(Region):
    """The place of a `For`."""

    __slots__ = ("_by_key", "_each", "_items", "_key", "_read", "_rows", "_spares", "_template")

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Scope, *, of_item: bool
    ) -> None:
        super().__init__(view, inset, item, owner, of_item=of_item)
        node = cast("For", inset.node)
        self._read = reader(node.items, of_item=of_item)
        self._each = node.each
        self._key: Callable[[object], Hashable] = node.key or id
        self._items: list[object] = []
        self._rows: list[Row] = []
        self._by_key: dict[Hashable, Row] = {}
        self._spares = Spares(view, self)
        self._template: Template | None = None

    def _fn(self) -> None:
        value = self._read(self.item)
        if is_readable(value):
            value = cast("Readable", value).value
        items = list(cast("Iterable[object]", value)) if value is not None else []
        now.observer = None
        if self._update(items):
            self.view.changed()

    # -- comparing -----------------------------------------------------------------------------

    def _update(self, items: list[object]) -> bool:
        """Bring the rows into line with the items; returns whether anything was to be done."""
        old = self._items
        head = _first_difference(old, items, min(len(old), len(items)))
        if head == len(old) == len(items):
            return False
        rest = min(len(old), len(items)) - head
        tail = _first_difference(reversed(old), reversed(items), rest)
        old_end, new_end = len(old) - tail, len(items) - tail
        rows = self._rows
        following = rows[old_end].number if tail else self.inset.anchor
        going, coming = rows[head:old_end], items[head:new_end]
        if not going:
            made = self._make(coming, self._new_keys(coming))
            rows[head:head] = self._place(made, following)
        elif not coming:
            self._discard(going)
            del rows[head:old_end]
        elif len(going) == len(coming):
            rows[head:old_end] = self._same_number(going, coming, following)
        else:
            rows[head:old_end] = self._rearrange(going, coming, following)
        self._items = items
        return True

    def _same_number(self, going: list[Row], coming: list[object], following: int) -> list[Row]:
        """Deal with what happens most: two rows changed places, or items were replaced."""
        inner = len(going) - 2
        if (
            inner >= 0
            and going[0].item is coming[-1]
            and going[-1].item is coming[0]
            and _first_difference((row.item for row in going[1:-1]), coming[1:-1], inner) == inner
        ):
            first, last = going[0].number, going[-1].number
            parent, out = self.inset.parent, self.view.buffer.ops
            out += (ops.MOVE, parent, last, first)
            if inner:  # neighbours change places with one move
                out += (ops.MOVE, parent, first, following)
            return [going[-1], *going[1:-1], going[0]]
        differing = list(compress(count(), map(is_not, (row.item for row in going), coming)))
        keyof = self._key
        if all(going[place].key == keyof(coming[place]) for place in differing):
            for place in differing:
                self._take_over(going[place], coming[place])
            return going
        return self._rearrange(going, coming, following)

    def _rearrange(self, going: list[Row], coming: list[object], following: int) -> list[Row]:
        keys = list(map(self._key, coming))
        places = {row.key: place for place, row in enumerate(going)}
        sources = [places.get(key, -1) for key in keys]
        fresh = [place for place, source in enumerate(sources) if source < 0]
        self._check_keys(keys, [keys[place] for place in fresh])
        made = self._make([coming[place] for place in fresh], [keys[place] for place in fresh])
        kept = set(sources)
        gone = [row for place, row in enumerate(going) if place not in kept]
        if gone:
            self._discard(gone)
        result: list[Row | None] = [going[source] if source >= 0 else None for source in sources]
        self._order(result, sources, made, following)
        for row, item in zip(cast("list[Row]", result), coming, strict=True):
            if row.item is not item:
                self._take_over(row, item)
        return cast("list[Row]", result)

    def _order(
        self,
        result: list[Row | None],
        sources: list[int],
        made: _Copies | list[Row],
        following: int,
    ) -> None:
        """Put kept rows and made ones into order, from the end; fills the gaps of `result`."""
        stays = staying(sources)
        parent, out = self.inset.parent, self.view.buffer.ops
        anchor = following
        fresh_rows = made if isinstance(made, list) else made.rows
        left = len(fresh_rows)
        place = len(result) - 1
        while place >= 0:
            row = result[place]
            if row is None:
                start = place
                while start > 0 and result[start - 1] is None:
                    start -= 1
                run = place - start + 1
                result[start : place + 1] = self._place(self._take(made, left - run, left), anchor)
                left -= run
                place = start
                row = cast("Row", result[start])
            elif place not in stays:
                out += (ops.MOVE, parent, row.number, anchor)
            anchor = row.number
            place -= 1

    # -- keys ----------------------------------------------------------------------------------

    def _new_keys(self, items: list[object]) -> list[Hashable]:
        keys = list(map(self._key, items))
        self._check_keys(keys, keys)
        return keys

    def _check_keys(self, keys: list[Hashable], fresh: list[Hashable]) -> None:
        if len(set(keys)) == len(keys) and self._by_key.keys().isdisjoint(fresh):
            return
        seen: set[Hashable] = set(self._by_key).intersection(fresh)
        for key in keys:
            if key in seen:
                raise DuplicateKeyError(key, repr(self.inset.node))
            seen.add(key)

    # -- making --------------------------------------------------------------------------------

    def _make(self, items: list[object], keys: list[Hashable]) -> _Copies | list[Row]:
        """Make rows without placing them. If one fails, nothing has happened."""
        if isinstance(self._each, VNode):
            return self._copies(self._each, items, keys)
        rows: list[Row] = []
        start = len(self.view.buffer.ops)
        try:
            for item, key in zip(items, keys, strict=True):
                rows.append(self._build(item, key))
        except BaseException:
            self._end_rows(rows)
            del self.view.buffer.ops[start:]
            raise
        return rows

    def _build(self, item: object, key: Hashable) -> Row:
        inset = self.inset
        scope = scope_below(self, "row of a view")
        try:
            with scope:
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
                )
            self._check_row(block)
        except BaseException:
            scope.dispose()
            raise
        row = Row(block.tops[0], item, key, None)
        row.block = block
        row.scope = scope
        return row

    def _check_row(self, block: Block) -> None:
        if len(block.tops) != 1 or block.regions:
            self.view.end(block)
            raise TreeError(
                repr(self.inset.node), "a row is not one node", "Put an element around it."
            )

    def _copies(self, tree: VNode, items: list[object], keys: list[Hashable]) -> _Copies:
        template = self._template or self._adopt(tree)
        number = self.view.root.reserve(template.stride * len(items))
        stride = template.stride
        numbers = range(number, number + stride * len(items), stride)
        rows = list(map(Row, numbers, items, keys, repeat(template)))
        try:
            values = read_rows(self._spares, template.stamped, rows)
        except BaseException:
            self._end_rows(rows)
            raise
        return _Copies(rows, values)

    def _adopt(self, tree: VNode) -> Template:
        """Find the template of a tree in the view, or make it."""
        self._template = self.view.use_template(tree, self.inset.space)
        return self._template

    # -- placing -------------------------------------------------------------------------------

    def _take(self, made: _Copies | list[Row], start: int, end: int) -> _Copies | list[Row]:
        if isinstance(made, list):
            return made[start:end]
        if start == 0 and end == len(made.rows):
            return made
        each = len(self._template.stamped) if self._template is not None else 0
        return _Copies(made.rows[start:end], made.values[start * each : end * each])

    def _place(self, made: _Copies | list[Row], anchor: int) -> list[Row]:
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
        if template.after or template.insets:
            for row in rows:
                self._complete(row, template)
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

    def _take_over(self, row: Row, item: object) -> None:
        """Show another item of the same key in a row."""
        row.item = item
        template = row.template
        if template is None:
            self._rebuild(row, item)
            return
        self._end_parts(row)
        parts = row.parts
        for slot in template.stamped:
            self.view.fill_first(self._spares, slot, row.number + slot.number, item, parts)
        self._complete(row, template)

    def _rebuild(self, row: Row, item: object) -> None:
        made = self._build(item, row.key)
        out = self.view.buffer.ops
        out += (ops.INSERT, self.inset.parent, made.number, row.number)
        out += (ops.REMOVE, row.number)
        self.view.end(row.block)
        row.scope.dispose()
        row.number, row.block, row.scope = made.number, made.block, made.scope

    # -- ending --------------------------------------------------------------------------------

    def _discard(self, gone: Sequence[Row]) -> None:
        """Take rows out of the page and give back what they held."""
        out = self.view.buffer.ops
        if len(gone) == len(self._rows) and self.inset.anchor == ops.END:
            out += (ops.CLEAR, self.inset.parent)
        else:
            for row in gone:
                out += (ops.REMOVE, row.number)
        by_key = self._by_key
        for row in gone:
            del by_key[row.key]
        self._end_rows(gone)

    def _end_parts(self, row: Row) -> None:
        for part in row.parts:
            if isinstance(part, Region):
                part.remove_nodes()
            part.end()
        row.parts = []

    def _end_rows(self, rows: Sequence[Row]) -> None:
        """Give back what rows held; their nodes are not touched."""
        for row in rows:
            for part in row.parts:
                part.end()
            row.parts = []
            if row.template is None:
                self.view.end(row.block)
                row.scope.dispose()
        if self._template is None:
            return
        listening, handlers = self.view.listening, self.view.root.handlers
        for place in self._template.hearings:
            numbers = [row.number + place for row in rows]
            for number in numbers:
                listening.pop(number, None)
            # Few rows have been clicked: only those have handlers.
            for number in handlers.keys() & numbers if handlers else ():
                del handlers[number]

    def remove_nodes(self) -> None:
        """Take its nodes out of the page."""
        for row in self._rows:
            self.view.buffer.ops += (ops.REMOVE, row.number)

    def end(self) -> None:
        """Let go of everything."""
        super().end()
        rows, self._rows, self._items = self._rows, [], []
        self._by_key.clear()
        self._end_rows(rows)
        template, self._template = self._template, None
        if template is not None:
            self.view.leave_template(template)


def _first_difference(old: Iterable[object], new: Iterable[object], limit: int) -> int:
    """Return the first place at which two lists hold different objects, at most `limit`.

    Examples:
        >>> _first_difference(["a", "b"], ["a", "c"], 2), _first_difference([], ["a"], 0)
        (1, 0)
    """
    return min(limit, next(compress(count(), map(is_not, old, new)), limit))
