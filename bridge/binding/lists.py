"""Lists of the page that follow lists of items: `For`.

An update looks at what differs between the old list and the new one, and at nothing else. Finding
that out is left to functions of the interpreter's own, which are twenty times faster than a loop.
"""

from __future__ import annotations

from functools import partial
from itertools import compress, count, repeat
from operator import is_not
from typing import TYPE_CHECKING, Final, cast

from bridge._browser import ops
from bridge.binding.endings import end_all
from bridge.binding.handlers import handlers_of
from bridge.binding.holes import Hole, Spares, name_place, read_rows
from bridge.binding.regions import Region, scope_below
from bridge.binding.slots import is_readable, reader
from bridge.errors import BridgeError
from bridge.reactivity.reactions import raise_all
from bridge.reactivity.state import now
from bridge.vdom.live import DuplicateKeyError, TreeError
from bridge.vdom.moves import staying
from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from bridge._browser.dom import Handler
    from bridge._browser.ffi import HostObject
    from bridge.binding.compose import Inset
    from bridge.binding.holes import Part, Probe
    from bridge.binding.nodes import For, Readable
    from bridge.binding.templates import Template
    from bridge.binding.view import Block, View
    from bridge.reactivity import Scope

__all__ = ["ListRegion", "Row"]

_STALE: Final = object()
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


class _DuplicateItemError(DuplicateKeyError):
    """Two items of a list cannot be told apart."""

    def __init__(self, key: object, path: str, items: list[object], places: list[int]) -> None:
        first, second = places
        what = f"in {path}: the items at {first} and {second}, {items[first]!r}"
        if key == id(items[second]) and items[first] is items[second]:
            text = (
                f"{what} both, are one and the same object, and a row stands for one item. Give "
                "For(..., key=...) a function that tells them apart, or leave one of them out."
            )
        else:
            text = (
                f"{what} and {items[second]!r}, have the same key {key!r}. Let the function given "
                "as key return something that no other item of the list has."
            )
        BridgeError.__init__(self, text)
        self.key = key
        self.path = path


class _Copies:
    """Copies of a template that have been read but not placed: rows in order, and values.

    Attributes:
        inner: The ops that fill what a copy cannot carry, for when the copies stand.
    """

    __slots__ = ("inner", "rows", "values")

    def __init__(self, rows: list[Row], values: list[object], inner: list[object]) -> None:
        self.rows = rows
        self.values = values
        self.inner = inner


class ListRegion(Region):
    """The place of a `For`."""

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

    def _follow(self, probe: Probe) -> None:
        value = self._read(self.item)
        if is_readable(value):
            value = cast("Readable", value).value
        items = list(cast("Iterable[object]", value)) if value is not None else []
        now.observer = probe
        errors: list[BaseException] = []
        if self.other and self._each is not self._shown_each:
            self._exchange(items, errors)
        elif not self._update(items, errors):
            self.other = False
            return
        self.other = False
        self._shown_each = self._each
        self.view.changed()
        raise_all(f"rows of {self._label()} failed", errors)

    # -- comparing -----------------------------------------------------------------------------

    def _update(self, items: list[object], errors: list[BaseException]) -> bool:
        """Bring the rows into line with the items; returns whether anything was to be done.

        What may raise comes first, and leaves everything as it was. What raises later, while
        rows are taken over or end, does not hold up the others.
        """
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
        self._items = items
        try:
            if not going:
                made = self._make(coming, self._new_keys(coming, head))
                rows[head:head] = self._place(made, following)
                self._fill_copies(made)
            elif not coming:
                self._discard(going, errors)
                del rows[head:old_end]
            elif len(going) == len(coming):
                shown = old[head:old_end]
                same = self._same_number(going, shown, coming, head, following, errors)
                rows[head:old_end] = same
            else:
                shown = old[head:old_end]
                rows[head:old_end] = self._rearrange(going, shown, coming, head, following, errors)
        except BaseException:
            self._items = old
            raise
        return True

    def _same_number(  # noqa: PLR0913 - the parts of one comparison
        self,
        going: list[Row],
        shown: list[object],
        coming: list[object],
        head: int,
        following: int,
        errors: list[BaseException],
    ) -> list[Row]:
        """Deal with what happens most: two rows changed places, or items were replaced."""
        inner = len(going) - 2
        if (
            inner >= 0
            and shown[0] is coming[-1]
            and shown[-1] is coming[0]
            and _first_difference(shown[1:-1], coming[1:-1], inner) == inner
        ):
            first, last = going[0].number, going[-1].number
            parent, out = self.inset.parent, self.view.buffer.ops
            out += (ops.MOVE, parent, last, first)
            if inner:  # neighbours change places with one move
                out += (ops.MOVE, parent, first, following)
            return [going[-1], *going[1:-1], going[0]]
        differing = list(compress(count(), map(is_not, shown, coming)))
        keyof = self._key
        if all(going[place].key == keyof(coming[place]) for place in differing):
            for place in differing:
                self._take_over(going[place], coming[place], head + place, errors)
            return going
        return self._rearrange(going, shown, coming, head, following, errors)

    def _rearrange(  # noqa: PLR0913 - the parts of one comparison
        self,
        going: list[Row],
        shown: list[object],
        coming: list[object],
        head: int,
        following: int,
        errors: list[BaseException],
    ) -> list[Row]:
        keys = list(map(self._key, coming))
        places = {row.key: place for place, row in enumerate(going)}
        sources = [places.get(key, -1) for key in keys]
        fresh = [place for place, source in enumerate(sources) if source < 0]
        self._check_keys(keys, [keys[place] for place in fresh], head)
        made = self._make([coming[place] for place in fresh], [keys[place] for place in fresh])
        kept = set(sources)
        gone = [row for place, row in enumerate(going) if place not in kept]
        if gone:
            self._discard(gone, errors)
        result: list[Row | None] = [going[source] if source >= 0 else None for source in sources]
        self._order(result, sources, made, following)
        self._fill_copies(made)
        for place, source in enumerate(sources):
            if source >= 0 and shown[source] is not coming[place]:
                self._take_over(going[source], coming[place], head + place, errors)
        return cast("list[Row]", result)

    def _exchange(self, items: list[object], errors: list[BaseException]) -> None:
        """Show items by another `each` than before: by taking over rows if they look alike."""
        each, template = self._each, self._template
        keys = list(map(self._key, items))
        if isinstance(each, VNode):
            fresh = self.view.use_template(each, self.inset.space)
            alike = template is not None and fresh.looks_like(template)
        else:
            fresh, alike = None, template is None
        if not alike:
            self._replace_all(items, keys, fresh, errors)
            return
        for row in self._rows:
            row.template = fresh
        self._template = fresh
        if template is not None:
            self.view.leave_template(template)
            for row in self._rows:
                for place in template.hearings:
                    self.view.root.handlers.pop(row.number + place, None)
        # Every item counts as another one, because what it is shown by is.
        self._items = [_STALE] * len(self._rows)
        self._update(items, errors)

    def _replace_all(
        self,
        items: list[object],
        keys: list[Hashable],
        fresh: Template | None,
        errors: list[BaseException],
    ) -> None:
        before, by_key, shown = self._template, self._by_key, self._items
        self._template, self._by_key, self._items = fresh, {}, items
        try:
            self._check_keys(keys, keys, 0)
            made = self._make(items, keys)
        except BaseException:
            self._template, self._by_key, self._items = before, by_key, shown
            if fresh is not None:
                self.view.leave_template(fresh)
            raise
        self._template, self._by_key = before, by_key
        if self._rows:
            self._discard(self._rows, errors)
        self._template = fresh
        if before is not None:
            self.view.leave_template(before)
        self._rows = self._place(made, self.inset.anchor)
        self._fill_copies(made)

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

    def _new_keys(self, items: list[object], head: int) -> list[Hashable]:
        keys = list(map(self._key, items))
        self._check_keys(keys, keys, head)
        return keys

    def _check_keys(self, keys: list[Hashable], fresh: list[Hashable], head: int) -> None:
        """Refuse items that cannot be told apart; the keys are those from the place `head` on."""
        if len(set(keys)) == len(keys) and self._by_key.keys().isdisjoint(fresh):
            return
        items = self._items
        tail = len(items) - head - len(keys)
        others = [row.key for row in self._rows]
        keys = [*others[:head], *keys, *others[len(others) - tail :]]
        seen: dict[Hashable, int] = {}
        for place, key in enumerate(keys):
            if key in seen:
                raise _DuplicateItemError(key, repr(self.inset.node), items, [seen[key], place])
            seen[key] = place

    # -- making --------------------------------------------------------------------------------

    def _make(self, items: list[object], keys: list[Hashable]) -> _Copies | list[Row]:
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

    def _copies(self, tree: VNode, items: list[object], keys: list[Hashable]) -> _Copies:
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
        return _Copies(rows, values, inner)

    def _fill_copies(self, made: _Copies | list[Row]) -> None:
        """Fill what copies cannot carry, when they stand."""
        if isinstance(made, _Copies):
            self.view.buffer.ops += made.inner

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
        return _Copies(made.rows[start:end], made.values[start * each : end * each], [])

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
            self._items[place] = _STALE

    def _refill(self, row: Row, item: object, template: Template, errors: list[BaseException]) -> None:
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
            view.fill_again(spares, slot, number + slot.number, item, hole, parts, errors)
        for region, inset in zip(regions, template.insets, strict=True):
            parts.append(region)
            try:
                region.show_other(item, inset.node)
            except BaseException as error:  # noqa: BLE001 - raised when all have been filled
                errors.append(error)
        for slot in template.after:
            hole = holes.get((slot.number, slot.kind()))
            view.fill_again(spares, slot, number + slot.number, item, hole, parts, errors)
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
        by_key = self._by_key
        for row in gone:
            by_key.pop(row.key, None)
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


def _first_difference(old: Iterable[object], new: Iterable[object], limit: int) -> int:
    """Return the first place at which two lists hold different objects, at most `limit`.

    Examples:
        >>> _first_difference(["a", "b"], ["a", "c"], 2), _first_difference([], ["a"], 0)
        (1, 0)
    """
    return min(limit, next(compress(count(), map(is_not, old, new)), limit))
