# ruff: noqa: SLF001 - it looks inside on purpose
"""Counting what is alive, for tests and leak reports."""

from __future__ import annotations

import gc
from typing import NamedTuple

from bridge.reactivity.computed import Computed
from bridge.reactivity.reactions import Reaction
from bridge.reactivity.signal import Signal
from bridge.reactivity.state import Observer, Source

__all__ = ["LiveNodes", "live_nodes"]


class LiveNodes(NamedTuple):
    """How many nodes and edges of the graph exist.

    Attributes:
        signals: Signals that somebody holds.
        computeds: Computeds that somebody holds.
        effects: Effects and subscriptions that have not ended.
        edges: How many observers that lead to an effect the sources know of, all in all.
    """

    signals: int
    computeds: int
    effects: int
    edges: int


def live_nodes() -> LiveNodes:
    """Count the nodes that exist now, after collecting garbage.

    Looks at every object of the interpreter: for tests, not for applications.

    Examples:
        >>> before = live_nodes()
        >>> count = Signal(0)
        >>> unsubscribe = count.subscribe(lambda value: None)
        >>> [now - then for now, then in zip(live_nodes(), before)]
        [1, 0, 1, 1]
        >>> unsubscribe(); del count, unsubscribe
        >>> live_nodes() == before
        True
    """
    gc.collect()
    signals = computeds = effects = edges = 0
    for each in gc.get_objects():
        if isinstance(each, Signal):
            signals += 1
            edges += _edges(each)
        elif isinstance(each, Computed):
            computeds += 1
            edges += _edges(each)
        elif isinstance(each, Reaction) and each._linked:
            effects += 1
    return LiveNodes(signals, computeds, effects, edges)


def _edges(source: Source) -> int:
    return sum(isinstance(each, Observer) for each in source._observers or ())
