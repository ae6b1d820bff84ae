"""Lists of the page that follow lists of items: `For`.

An update looks at what differs between the old list and the new one, and at nothing else. Finding
that out is left to functions of the interpreter's own, which are twenty times faster than a loop.
"""

from __future__ import annotations

from itertools import compress, count
from operator import is_not
from typing import TYPE_CHECKING, cast

from bridge._browser import ops
from bridge.binding.rows import STALE, RowsRegion
from bridge.binding.slots import is_readable
from bridge.errors import BridgeError
from bridge.reactivity.reactions import raise_all
from bridge.reactivity.state import now
from bridge.vdom.live import DuplicateKeyError
from bridge.vdom.moves import staying
from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from bridge.binding.holes import Probe
    from bridge.binding.nodes import Readable
    from bridge.binding.rows import Copies, Row
    from bridge.binding.templates import Template

__all__ = ["ListRegion"]


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


class ListRegion(RowsRegion):
    """The place of a `For`."""

    __slots__ = ()

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
                same = self._same_number(
                    going, shown, coming, head, following=following, errors=errors
                )
                rows[head:old_end] = same
            else:
                shown = old[head:old_end]
                rows[head:old_end] = self._rearrange(
                    going, shown, coming, head, following=following, errors=errors
                )
        except BaseException:
            self._items = old
            raise
        return True

    def _same_number(
        self,
        going: list[Row],
        shown: list[object],
        coming: list[object],
        head: int,
        *,
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
        return self._rearrange(going, shown, coming, head, following=following, errors=errors)

    def _rearrange(
        self,
        going: list[Row],
        shown: list[object],
        coming: list[object],
        head: int,
        *,
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
        self._items = [STALE] * len(self._rows)
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
        made: Copies | list[Row],
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


def _first_difference(old: Iterable[object], new: Iterable[object], limit: int) -> int:
    """Return the first place at which two lists hold different objects, at most `limit`.

    Examples:
        >>> _first_difference(["a", "b"], ["a", "c"], 2), _first_difference([], ["a"], 0)
        (1, 0)
    """
    return min(limit, next(compress(count(), map(is_not, old, new)), limit))
