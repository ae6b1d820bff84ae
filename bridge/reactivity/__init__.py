"""Signals, computed values, effects, and dataclasses whose fields are signals.

A `Signal` holds a value; a `computed` follows from others; an `effect` does something whenever
what it read has changed. Nobody has to say what depends on what: reading ``.value`` tells.
Everything downstream of a write is up to date when the assignment returns, each computed has run
at most once and each effect exactly once if a value that it read really changed.

Examples:
    >>> price, count = Signal(5), Signal(2)
    >>> total = computed(lambda: price.value * count.value)
    >>> shown = effect(lambda: print(f"{total.value} euros"))
    10 euros
    >>> with batch():
    ...     price.value, count.value = 4, 5
    20 euros
    >>> price.value, count.value = 10, 2
    50 euros
    20 euros
"""

from bridge.reactivity.api import batch, computed, effect, untracked
from bridge.reactivity.computed import Computed
from bridge.reactivity.effects import Effect, Scope, on_cleanup, root
from bridge.reactivity.errors import (
    ChainTooDeepError,
    CycleError,
    ImpureComputedError,
    NoEventLoopError,
    NoOwnerError,
    NotObservableError,
    ReactivityError,
    RunawayError,
    UnknownFieldError,
)
from bridge.reactivity.observable import Observable, observable, signal_of
from bridge.reactivity.resource import Resource, resource
from bridge.reactivity.signal import Signal
from bridge.reactivity.tasks import AsyncEffect

__all__ = [
    "AsyncEffect",
    "ChainTooDeepError",
    "Computed",
    "CycleError",
    "Effect",
    "ImpureComputedError",
    "NoEventLoopError",
    "NoOwnerError",
    "NotObservableError",
    "Observable",
    "ReactivityError",
    "Resource",
    "RunawayError",
    "Scope",
    "Signal",
    "UnknownFieldError",
    "batch",
    "computed",
    "effect",
    "observable",
    "on_cleanup",
    "resource",
    "root",
    "signal_of",
    "untracked",
]
