"""Signals, computed values, effects, and dataclasses whose fields are signals."""

from bridge.reactivity.api import batch, computed, effect, untracked
from bridge.reactivity.computed import Computed
from bridge.reactivity.effects import Effect, Scope, on_cleanup, root
from bridge.reactivity.signal import Signal

__all__ = [
    "Computed",
    "Effect",
    "Scope",
    "Signal",
    "batch",
    "computed",
    "effect",
    "on_cleanup",
    "root",
    "untracked",
]
