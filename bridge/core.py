"""The door of bridge: what most applications need, in one import.

Examples:
    >>> from bridge.core import Signal, effect
    >>> name = Signal("Ada")
    >>> greeting = effect(lambda: print("Hello", name.value))
    Hello Ada
    >>> name.value = "Grace"
    Hello Grace
"""

from bridge.proxies import keep_alive
from bridge.reactivity import (
    Observable,
    Scope,
    Signal,
    batch,
    computed,
    effect,
    observable,
    on_cleanup,
    resource,
    root,
    signal_of,
    untracked,
)

__all__ = [
    "Observable",
    "Scope",
    "Signal",
    "batch",
    "computed",
    "effect",
    "keep_alive",
    "observable",
    "on_cleanup",
    "resource",
    "root",
    "signal_of",
    "untracked",
]
