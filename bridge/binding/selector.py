"""`selector`: which one of many is chosen, without asking all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

from bridge.reactivity import Signal, effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.reactivity import Computed

__all__ = ["selector"]

K = TypeVar("K")


def selector(source: Signal[K] | Computed[K]) -> Callable[[K], bool]:
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
    # Held by those that follow: a key that nobody asks about any more leaves nothing behind.
    following: WeakValueDictionary[K, Signal[bool]] = WeakValueDictionary()
    before: K = source.peek()

    def follow() -> None:
        nonlocal before
        after = source.value
        if after == before:
            return
        for key, state in ((before, False), (after, True)):
            signal = following.get(key)
            if signal is not None:
                signal.set(state)
        before = after

    effect(follow, name="selector")

    def is_selected(key: K) -> bool:
        signal = following.get(key)
        if signal is None:
            following[key] = signal = Signal(key == before)
        signal.value  # noqa: B018 - reading is following
        # The source itself, because in a batch the signal comes later.
        return source.peek() == key

    return is_selected
