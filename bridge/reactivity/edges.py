# ruff: noqa: SLF001 - the modules of the engine are friends
"""Edges: who reads whom, recorded, removed and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.reactivity.state import UNSET, Marked, Observer, Shadow, Source, now

if TYPE_CHECKING:
    from bridge.reactivity.computed import Computed

_FEW = 16  # up to here looking through the list is quicker than a set

__all__ = [
    "follow_beyond_stale",
    "forget",
    "mark",
    "reconcile",
    "release",
    "spoil",
    "track",
    "unlink",
]


def track(observer: Observer, source: Source) -> None:
    """Record a read that is not simply the next one of the last run."""
    sources = observer._sources
    pos = observer._pos
    if pos <= _FEW:
        if source in (sources if pos == len(sources) else sources[:pos]):
            return
    else:
        if observer._old is None:
            observer._old = []
        try:
            seen = observer._seen
        except AttributeError:
            seen = observer._seen = set()
        if len(seen) < pos:
            seen.update(sources[len(seen) : pos])
        if source in seen:
            return
        seen.add(source)
    if pos < len(sources):
        observer._old = sources[pos:]
        del sources[pos:]
    sources.append(source)
    observer._pos = pos + 1
    if observer._linked:
        source._link(observer)
    if observer._shadow is not None:
        source._follow(observer._shadow)


def reconcile(observer: Observer) -> None:
    """After a run: let go of the sources that it did not read again."""
    sources = observer._sources
    dropped = sources[observer._pos :]
    if dropped:
        del sources[observer._pos :]
    if observer._old is not None:
        dropped += observer._old
        observer._old = None
        if hasattr(observer, "_seen"):
            del observer._seen
    shadow = observer._shadow
    if dropped and (observer._linked or shadow is not None):
        kept = sources if len(sources) <= _FEW else set(sources)
        dropped = [source for source in dropped if source not in kept]
        if shadow is not None:
            forget(shadow, dropped)
        if observer._linked:
            unlink(observer, dropped)


def unlink(observer: Observer, sources: list[Source]) -> None:
    """Remove edges, and those of each computed that nobody observes any more, and so on."""
    stack: list[tuple[Observer, list[Source]]] = []
    while True:
        for source in sources:
            observers = source._observers
            if observers is None or observers.pop(observer, UNSET) is UNSET or observers:
                continue
            if source._linked:
                node: Computed[Any] = source  # type: ignore[assignment]
                node._linked = False
                if not node._stale:
                    node._stale = True
                    node._at = now.clock
                stack.append((node, node._sources))
                if node._old:
                    stack.append((node, node._old))
        if not stack:
            return
        observer, sources = stack.pop()


def follow_beyond_stale(observer: Observer) -> None:
    """Let an observer know directly of what lies behind those of its sources that stay stale.

    Marks do not pass a node that is stale already. Where an evaluation was broken off, the node
    stays stale, so that what follows it would never hear of a change again.
    """
    observer._pos = len(observer._sources)
    known: set[Source] = set()
    stack: list[Source] = [source for source in observer._sources if source._stale]
    while stack:
        node: Computed[Any] = stack.pop()  # type: ignore[assignment]  # signals are never stale
        for source in (*node._sources, *(node._old or ())):
            if source not in known:
                known.add(source)
                if source._stale:
                    stack.append(source)
                else:
                    track(observer, source)
    reconcile(observer)


def release(observer: Observer) -> None:
    """Remove all edges of an observer that has ended."""
    sources = observer._sources
    if observer._old:
        sources = sources + observer._old
    observer._linked = False
    observer._sources = []
    observer._old = None
    observer._pos = 0
    unlink(observer, sources)


def mark(observers: dict[Marked, None]) -> None:
    """Mark everything downstream as perhaps stale, and queue the reactions among it."""
    stack = [observers]
    while stack:
        observers = stack.pop()
        try:
            for observer in observers:
                if not observer._stale:
                    observer._stale = True
                    further = observer._observers
                    if further is None:
                        now.queue.append(observer)  # type: ignore[arg-type]
                    else:
                        stack.append(further)
        except RuntimeError:
            # The collector came in between, and a computed took its shadow out of the dictionary.
            stack.append(observers)


def spoil(shadow: Shadow) -> None:
    """Let a shadow and everything downstream be stale for good."""
    stack: list[Marked] = [shadow]
    while stack:
        shadow = stack.pop()  # type: ignore[assignment]  # only shadows follow a shadow
        if not shadow._spoilt:
            shadow._spoilt = shadow._stale = True
            stack.extend(shadow._observers)


def forget(shadow: Shadow, sources: list[Source]) -> None:
    """Let sources know nothing of a shadow any more."""
    for source in sources:
        theirs = source._shadow
        observers = source._observers if theirs is None else theirs._observers
        if observers:
            observers.pop(shadow, None)
