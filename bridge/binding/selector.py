# ruff: noqa: SLF001 - the binding is a friend of the reactive engine, see `holes`
"""`selector`: which one of many is chosen, without asking all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from bridge.reactivity import Signal, effect
from bridge.reactivity.state import now

if TYPE_CHECKING:
    from bridge.reactivity import Computed

__all__ = ["Selector", "selector"]

K = TypeVar("K")
_ROOM: Final = 64  # keys kept before those that nobody follows any more are looked for


class Selector(Generic[K]):
    """A test for 'is this the chosen one?'; made by `selector`."""

    __slots__ = ("_before", "_following", "_room", "_source")

    def __init__(self, source: Signal[K] | Computed[K]) -> None:
        self._source = source
        self._before: K = source.peek()
        self._following: dict[K, Signal[bool]] = {}
        self._room = _ROOM
        effect(self._follow, name="selector")

    def __call__(self, key: K) -> bool:
        """Tell whether `key` is the chosen one; reading tracks."""
        if now.observer is not None:
            signal = self._following.get(key)
            if signal is None:
                signal = self._add(key)
            signal.value  # noqa: B018 - reading is following
        # The source itself, because in a batch the signal comes later.
        return self._source.peek() == key

    def _add(self, key: K) -> Signal[bool]:
        following = self._following
        if len(following) >= self._room:
            for old in [old for old, signal in following.items() if not signal._observers]:
                del following[old]
            self._room = 2 * len(following) + _ROOM
        following[key] = signal = Signal(key == self._before)
        return signal

    def _follow(self) -> None:
        after, before = self._source.value, self._before
        if after == before:
            return
        # A key that cannot be looked up must not leave half of the change done.
        pairs = (self._following.get(before), False), (self._following.get(after), True)
        self._before = after
        for signal, state in pairs:
            if signal is not None:
                signal.set(state)


def selector(source: Signal[K] | Computed[K]) -> Selector[K]:
    """Make a test for 'is this the chosen one?' that only the old and the new one follow.

    With ``source.value == key`` in each of n rows a new choice asks all n; with a selector two.
    The idea is Solid's ``createSelector``. It ends with the scope or effect in which it is made.

    Args:
        source: Holds the chosen key, which must be hashable.

    Examples:
        >>> chosen = Signal(1)
        >>> is_chosen = selector(chosen)
        >>> is_chosen(1), is_chosen(2)
        (True, False)
    """
    return Selector(source)
