# ruff: noqa: SLF001 - built directly on the engine
"""Effects and scopes: what happens because of the graph, and who ends it.

An effect, a subscription and a scope are *owners*. What is made while an owner's function runs
belongs to it, and ends before that function runs again, or with the owner: effects inside
effects, clean-ups, whole parts of a page. The idea is Solid's (R. Carniato).
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from bridge.errors import DisposedError
from bridge.reactivity import graph
from bridge.reactivity.errors import NoOwnerError
from bridge.reactivity.graph import Frame, Reaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bridge.reactivity.graph import Computed, Signal

__all__ = ["Effect", "Scope", "on_cleanup", "root", "subscribe_to"]

T = TypeVar("T")


class Owner(Frame):
    """What can own: ends everything that was made in it, the newest first."""

    __slots__ = ()
    _owner: Owner | None
    _children: dict[Owner, None] | None
    _cleanups: list[Callable[[], object]] | None
    _ended: bool

    def _end(self, errors: list[Exception]) -> None:
        """Give up what this owner itself holds, besides children and clean-ups."""
        raise NotImplementedError


def current_owner() -> Owner | None:
    """Return whoever owns what is made now: the running effect or scope, if one runs."""
    frame = graph.active()
    return frame if isinstance(frame, Owner) else None


def _adopt(child: Owner) -> None:
    owner = current_owner()
    child._owner = owner
    if owner is not None:
        if owner._children is None:
            owner._children = {child: None}
        else:
            owner._children[child] = None


def _clear(owner: Owner, errors: list[Exception]) -> None:
    """End all that an owner owns: children before parents, younger before older."""
    if owner._children:
        order: list[Owner] = []
        stack = [*owner._children]
        owner._children = None
        while stack:
            child = stack.pop(0) if not order else stack.pop()
            order.append(child)
            if child._children:
                stack.extend(child._children)
                child._children = None
        for child in reversed(order):
            child._ended = True
            child._end(errors)
            _clean_up(child, errors)
            child._owner = None
    _clean_up(owner, errors)


def _clean_up(owner: Owner, errors: list[Exception]) -> None:
    cleanups = owner._cleanups
    if cleanups:
        owner._cleanups = None
        for cleanup in reversed(cleanups):
            try:
                graph.untrack(cleanup)
            except Exception as error:  # noqa: BLE001 - raised when all clean-ups have run
                errors.append(error)
