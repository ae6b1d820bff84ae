# ruff: noqa: SLF001 - the binding is a friend of the reactive engine: there is one of these for
# each reactive value of the page, and making one must cost little
"""Holes: the reactions that keep the page's slots filled, and who follows what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge.reactivity.computed import Computed
from bridge.reactivity.edges import release
from bridge.reactivity.reactions import Reaction, pass_on
from bridge.reactivity.signal import Signal
from bridge.reactivity.state import NEVER, Observer, now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.binding.rows import Row
    from bridge.binding.slots import Slot
    from bridge.binding.view import View
    from bridge.reactivity.effects import Scope

__all__ = [
    "UNKNOWN",
    "Hole",
    "Part",
    "Probe",
    "Spares",
    "name_place",
    "read_into",
    "read_rows",
]

UNKNOWN: Final = object()
"""As a wire: nobody knows what the page has."""


def name_place(error: BaseException, place: str) -> None:
    """Add to an error, or to each of a group, where in a view it happened; once for each place."""
    note = f"in {place}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            name_place(each, place)
    elif note not in getattr(error, "__notes__", ()):
        error.add_note(note)


class Probe(Observer):
    """Remembers what a build reads, without being told when it changes.

    Builds follow nothing; but if one fails, the part that wanted it has to try again as soon as
    anything that it read has changed.
    """

    __slots__ = ()

    _heeds = True
    _linked = False
    _observers = None
    _shadow = None

    def __init__(self) -> None:
        self._at = now.clock
        self._pos = 0
        self._sources = []
        self._old = None

    def is_outdated(self) -> bool:
        """Tell whether a signal that the build read has been written since the build began."""
        at = self._at
        return any(s.__class__ is Signal and s._version > at for s in self._sources)


class Part(Reaction):
    """A reaction that belongs to a part of a view and ends with it.

    A subclass says in `_fn` what it does. What is made while it runs does not belong to it: it
    keeps lists of its own, which cost less.
    """

    __slots__ = ()

    _heeds = True
    _owns = False
    _children = None
    _cleanups = None

    def __init__(self, owner: Part | Scope | None) -> None:
        # The engine asks the owner whether it is due: it runs first, and may end this one.
        self._owner = owner
        self._serial = now.clock = now.clock + 1
        self._at = NEVER
        self._pos = 0
        self._stale = False
        self._linked = True
        self._sources = []
        self._old = None

    def end(self) -> None:
        """Let go of everything; safe while it runs."""
        release(self)

    def again(self) -> None:
        """Run at once, though nothing that it follows has changed."""
        self._stale = False
        self._run()

    def _end_late(self) -> None:
        release(self)


class Hole(Part):
    """Fills one slot again when what it read has changed.

    Attributes:
        view: Where the ops go.
        slot: What is filled.
        number: The node.
        item: The row's item, for a slot in a template.
        last: The wire that the page has, or `UNKNOWN`.
    """

    __slots__ = ("item", "last", "number", "slot", "view")

    slot: Slot
    number: int
    item: object
    last: object

    def __init__(self, view: View, owner: Part | Scope | None) -> None:
        super().__init__(owner)
        self.view = view

    def _fn(self) -> None:
        slot = self.slot
        try:
            value = slot.read(self.item)
            if value.__class__ is Signal or value.__class__ is Computed:
                value = value.value
            wire = value if slot.plain and value.__class__ is str and value else slot.wire(value)
        except Exception as error:
            name_place(error, slot.label())
            raise
        if wire != self.last or wire.__class__ is not self.last.__class__:
            self.last = wire
            self.view.fill(self.number, slot, wire)

    def _label(self) -> str:
        return self.slot.label()

    def __repr__(self) -> str:
        return f"<binding of {self._label()}>"


class Spares:
    """Gives out holes: one that followed nothing serves for the next slot.

    So a slot whose value never changes costs no hole.
    """

    __slots__ = ("_hole", "_owner", "_view")

    def __init__(self, view: View, owner: Part | Scope | None) -> None:
        self._view = view
        self._owner = owner
        self._hole: Hole | None = None

    def take(self) -> Hole:
        """Return a hole that follows nothing."""
        hole, self._hole = self._hole, None
        return hole or Hole(self._view, self._owner)

    def give_back(self, hole: Hole) -> None:
        """Keep a hole that was not needed."""
        self._hole = hole


def read_rows(spares: Spares, slots: Sequence[Slot], rows: Sequence[Row]) -> list[object]:
    """Do what `read_into` does for each slot of each row: the loop that long lists live on.

    Returns:
        The wires, row after row.
    """
    plan = [(slot, slot.read, slot.plain, slot.number) for slot in slots]
    wires: list[object] = []
    append = wires.append
    hole = spares.take()
    outer = now.observer
    now.observer = hole
    try:
        for row in rows:
            item = row.item
            for slot, read, plain, place in plan:
                value = read(item)
                kind = value.__class__
                if kind is Signal or kind is Computed:
                    value = value.value  # type: ignore[attr-defined]
                    kind = value.__class__
                wire = value if plain and kind is str and value else slot.wire(value)
                append(wire)
                if hole._sources:
                    hole.slot = slot
                    hole.number = row.number + place
                    hole.item = item
                    hole.last = wire
                    hole._at = now.clock
                    row.parts.append(hole)
                    hole = spares.take()
                    now.observer = hole
    except BaseException as error:
        now.observer = outer
        pass_on(hole)
        hole.end()
        name_place(error, slot.label())
        raise
    finally:
        now.observer = outer
    spares.give_back(hole)
    return wires


def read_into(spares: Spares, slot: Slot, number: int, item: object, parts: list[Part]) -> object:
    """Read a slot's value for the first time; add a hole to `parts` if it can change.

    Returns:
        The wire.
    """
    hole = spares.take()
    outer = now.observer
    now.observer = hole
    try:
        value = slot.read(item)
        if value.__class__ is Signal or value.__class__ is Computed:
            value = value.value
        wire = value if slot.plain and value.__class__ is str and value else slot.wire(value)
    except BaseException as error:
        now.observer = outer
        pass_on(hole)
        hole.end()
        name_place(error, slot.label())
        raise
    finally:
        now.observer = outer
    if hole._sources:
        hole.slot = slot
        hole.number = number
        hole.item = item
        hole.last = wire
        hole._at = now.clock
        parts.append(hole)
    else:
        spares.give_back(hole)
    return wire
