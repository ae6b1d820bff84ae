from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.reactivity.edges import mark
from bridge.reactivity.state import Shadow

if TYPE_CHECKING:
    from bridge.reactivity.state import Marked


class Leaving(Shadow):
    """A shadow that takes another one out of a dictionary when it is marked."""

    __slots__ = ("leave",)

    def __init__(self, leave: Any) -> None:
        self.leave = leave
        super().__init__(stale=False)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "_stale" and value:
            self.leave()


def test_marking_goes_on_when_the_collector_takes_a_shadow_out() -> None:
    first, last = Shadow(stale=False), Shadow(stale=False)
    observers: dict[Marked, None] = {}
    observers[Leaving(lambda: observers.pop(first))] = None
    observers[first] = observers[last] = None
    mark(observers)
    assert last._stale
    assert first not in observers
