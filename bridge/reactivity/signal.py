# ruff: noqa: SLF001 - the modules of the engine are friends
"""Signals: values that know who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from bridge.reactivity.computed import Computed
from bridge.reactivity.edges import mark, track
from bridge.reactivity.equality import PLAIN, Equality, same
from bridge.reactivity.errors import ImpureComputedError
from bridge.reactivity.reactions import flush
from bridge.reactivity.state import Frame, Observer, Shadow, Source, label_of, now, untrack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Signal"]

T = TypeVar("T")


class Signal(Source, Generic[T]):
    """A value that knows who reads it.

    Reading `value` inside a computed or an effect makes that depend on the signal; setting it
    lets everything that depends on it follow, before the assignment returns (or at the end of
    the `batch`).

    Args:
        value: The first value.
        equals: When a new value counts as no change: None for the default (`same`: identical, or
            equal and of the same type), False for never, or a function of the old and the new
            value. A change inside a list that stays the same list is no change: assign a new
            list without changing the old one first (``s.value = [*s.value, x]``), because a new
            list that equals the changed old one is no change either; or use False.
        name: What messages call it.

    Examples:
        >>> count = Signal(1)
        >>> seen = []
        >>> unsubscribe = count.subscribe(seen.append)
        >>> count.value = 2
        >>> count.update(lambda n: n + 1)
        >>> unsubscribe()
        >>> count.value = 4
        >>> seen
        [1, 2, 3]
    """

    __slots__ = ("__weakref__", "_equals", "_observers", "_value", "_version", "name")

    _stale = False
    _linked = False
    _shadow = None

    def __init__(self, value: T, *, equals: Equality[T] = None, name: str | None = None) -> None:
        self._value = value
        self._version = now.clock
        self._observers = None
        self._equals = equals
        self.name = name

    @property
    def value(self) -> T:
        """The present value. Reading tracks; setting is `set`."""
        observer = now.observer
        if observer is not None:
            pos = observer._pos
            sources = observer._sources
            if pos < len(sources):
                if sources[pos] is self:
                    observer._pos = pos + 1
                else:
                    track(observer, self)
            elif pos > 8 or self not in sources:  # noqa: PLR2004 - saves a call where it is cheap
                track(observer, self)
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        self.set(value)

    def peek(self) -> T:
        """Read without depending on it."""
        return self._value

    def set(self, value: T) -> None:  # noqa: C901 - flat, and every write passes here
        """Give it a new value and let everything that depends on it follow.

        Raises:
            ImpureComputedError: A computed is being evaluated, and the signal is older.
            Exception: What the effects raised that followed: one error as it is, several as an
                ``ExceptionGroup``. All of them have run, and the value is set.
        """
        old = self._value
        equals = self._equals
        if equals is None:
            if value is old:
                return
            kind = type(value)
            if kind is type(old):
                if kind in PLAIN:
                    if value == old:
                        return
                elif compare(same, old, value):
                    return
        elif equals is not False and compare(equals, old, value):
            return
        state = now
        if self._version < state.active._floor:
            raise ImpureComputedError(_evaluated(), self._label())
        self._value = value
        self._version = state.clock = state.last_write = state.clock + 1
        observers = self._observers
        if observers:
            mark(observers)
            if not state.batch_depth and state.queue:
                flush()

    def update(self, fn: Callable[[T], T]) -> None:
        """Set it to what `fn` makes of the present value, which is read without tracking."""
        self.set(untrack(fn, self._value))

    def subscribe(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Call `callback` with the present value now, and with each new one.

        The callback runs untracked. The subscription ends with the effect or scope in which it
        was made, if there is one.

        Returns:
            A function that ends the subscription; calling it again does nothing.
        """
        from bridge.reactivity.effects import subscribe_to  # noqa: PLC0415 - it builds on this

        return subscribe_to(self, callback)

    def _link(self, observer: Observer) -> None:
        observers = self._observers
        if observers is None:
            self._observers = {observer: None}
        else:
            observers[observer] = None

    def _follow(self, shadow: Shadow) -> None:
        observers = self._observers
        if observers is None:
            self._observers = {shadow: None}
        else:
            observers[shadow] = None

    def _label(self) -> str:
        return label_of("Signal", self.name) if self.name else repr(self)

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Signal({self._value!r}{name})"


def compare(equals: Callable[[T, T], bool], old: T, new: T) -> bool:
    """Compare untracked: an ``__eq__`` may read signals."""
    if now.observer is None:
        return equals(old, new)
    outer = now.observer
    now.observer = None
    try:
        return equals(old, new)
    finally:
        now.observer = outer


def _evaluated() -> str:
    """Name the computed that is being evaluated."""
    frame: Frame | None = now.active
    while frame is not None and not isinstance(frame, Computed):
        frame = frame._caller
    return frame._label() if frame is not None else "A computed"
