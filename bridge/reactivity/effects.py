# ruff: noqa: SLF001 - the modules of the engine are friends
"""Effects and scopes: what happens because of the graph, and who ends it.

An effect and a scope are *owners*. What is made while an owner's function runs belongs to it, and
ends before that function runs again, or with the owner: inner effects, subscriptions, clean-ups,
whole parts of a page. The idea is Solid's (R. Carniato).
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeAlias, TypeVar, cast

from bridge.errors import DisposedError
from bridge.reactivity.edges import release
from bridge.reactivity.errors import NoOwnerError
from bridge.reactivity.reactions import (
    Reaction,
    begin_batch,
    end_batch,
    flush,
    pass_on,
    raise_all,
)
from bridge.reactivity.state import NEVER, Frame, Observer, label_of, now, untrack

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bridge.reactivity.computed import Computed
    from bridge.reactivity.signal import Signal

__all__ = ["Effect", "Scope", "on_cleanup", "root", "subscribe_to"]

T = TypeVar("T")
P = ParamSpec("P")
Owner: TypeAlias = "Effect | Scope"


class Effect(Reaction):
    """A function that runs now, and again whenever something that it read has changed.

    Made by `effect`. What it makes while it runs (effects, subscriptions, scopes) ends before it
    runs again, and so do its clean-ups: those given to `on_cleanup`, and the function that it
    may return. Clean-ups run untracked, the newest first.

    An effect that raises stays alive, follows what it had read until then, and the error goes to
    whoever wrote the signal, once; an exit or interrupt (``SystemExit``, ``CancelledError``) is
    no exception to that. The very first run is different: if it fails, or what follows from its
    writes, the effect ends and `effect` raises.
    """

    __slots__ = ("name",)

    _owner: Owner | None

    _children: dict[Owner, None] | None
    _cleanups: list[Callable[[], object]] | None

    def __init__(self, fn: Callable[[], object], *, name: str | None = None) -> None:
        state = now
        self._fn = fn
        self.name = name
        self._serial = state.clock = state.clock + 1
        self._at = NEVER
        self._stale = False
        self._linked = True
        self._sources = []
        self._old = self._children = self._cleanups = None
        owner = state.active
        if owner._owns:
            _adopt(self, owner)  # type: ignore[arg-type]  # only those own
        else:
            self._owner = None

    @property
    def disposed(self) -> bool:
        """Whether it has ended."""
        return not self._linked

    def dispose(self) -> None:
        """End it and all that it made. Safe while it runs; a second call does nothing.

        Raises:
            Exception: What clean-ups raised, when all have run: one as it is, several as a group.
        """
        if self._linked:
            _dispose(self)

    def _start(self) -> None:
        state = now
        try:
            self._run()
            if state.queue and not state.batch_depth:
                flush()
        except BaseException as error:
            # Nobody gets the effect, so nobody could end it; what made it may have to try again.
            if self._linked:
                if state.observer is not None and state.observer._heeds:
                    pass_on(self)
                _dispose(self)
            if state.queue and not state.batch_depth:
                begin_batch()
                end_batch(error)
            raise

    def _renew(self) -> None:
        """Run again: clean up first, and lose no error of either."""
        errors: list[BaseException] = []
        _clear(self, errors)
        try:
            if self._linked:
                self._keep(self._fn())
        except BaseException as error:  # noqa: BLE001 - raised below together with the others
            errors.append(error)
        raise_all(f"{self._label()} and its clean-ups failed", errors)

    def _end_late(self) -> None:
        """End what it made after it had been disposed of, in its last run."""
        _dispose(self)

    def _keep(self, result: object) -> None:
        """Take what the function returned: a clean-up, or nothing of interest."""
        if result is None:
            return
        if callable(result):
            if self._cleanups is None:
                self._cleanups = [result]
            else:
                self._cleanups.append(result)
        elif inspect.iscoroutine(result):
            result.close()
            raise TypeError(
                f"{self._label()} returned a coroutine, which nobody would await. Give effect() "
                "the 'async def' function itself."
            )

    def _end(self) -> None:
        release(self)
        # Whoever keeps an ended effect must not keep what its function closed over.
        self._fn = _Ended(self._label())

    def _label(self) -> str:
        fn = self._fn
        return fn.label if isinstance(fn, _Ended) else label_of("effect", self.name, fn)

    def __repr__(self) -> str:
        return f"<{self._label()}{'' if self._linked else ', disposed'}>"


class _Subscription(Effect):
    """Calls back with the value of one source."""

    __slots__ = ()

    def __init__(self, source: Signal[T] | Computed[T], callback: Callable[[T], object]) -> None:
        super().__init__(partial(_notify, source, callback))

    def _end(self) -> None:
        release(self)
        # Not by its label: that shows the value, which may be large.
        self._fn = _Ended("a subscription")

    def _label(self) -> str:
        fn = self._fn
        if isinstance(fn, partial):
            return f"subscription to {fn.args[0]._label()}"
        return super()._label()


class Scope(Frame):
    """Owns what is made inside it, and ends it; reads inside are not tracked.

    A scope made inside an effect or another scope belongs to that, unless it is `detached`.
    Leaving the ``with`` block does not end it: call `dispose`.

    Args:
        name: What messages call it.
        detached: Belong to nobody.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> count, seen = Signal(1), []
        >>> with Scope() as scope:
        ...     unsubscribe = count.subscribe(seen.append)
        >>> count.value = 2
        >>> scope.dispose()
        >>> count.value = 3
        >>> seen
        [1, 2]
    """

    __slots__ = (
        "__weakref__",
        "_caller",
        "_children",
        "_cleanups",
        "_depth",
        "_entered",
        "_floor",
        "_owner",
        "disposed",
        "name",
    )

    _owns = True
    _stale = False  # it is never due; effects ask their owners
    _owner: Owner | None

    def __init__(self, name: str | None = None, *, detached: bool = False) -> None:
        self.name = name
        self.disposed = False
        self._caller = None
        self._children: dict[Owner, None] | None = None
        self._cleanups: list[Callable[[], object]] | None = None
        self._entered: list[tuple[Frame, Observer | None, Frame | None]] = []
        self._owner = None
        if now.active._owns and not detached:
            _adopt(self, cast("Owner", now.active))

    def __enter__(self) -> Self:
        if self.disposed:
            raise DisposedError(self._label())
        outer = now.active
        self._entered.append((outer, now.observer, self._caller))
        self._caller = outer
        self._depth = outer._depth
        self._floor = outer._floor
        now.active = self
        now.observer = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        now.active, now.observer, self._caller = self._entered.pop()
        if self.disposed and not self._entered:
            _dispose(self)  # what was made after it had ended

    def run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function inside the scope and return what it returns.

        Raises:
            DisposedError: The scope has ended.
        """
        with self:
            return fn(*args, **kwargs)

    def on_cleanup(self, fn: Callable[[], object]) -> None:
        """Call `fn` when the scope ends.

        Raises:
            DisposedError: The scope has ended.
        """
        if self.disposed:
            raise DisposedError(self._label())
        if self._cleanups is None:
            self._cleanups = []
        self._cleanups.append(fn)

    def dispose(self) -> None:
        """End all that was made inside, the newest first; a second call does nothing.

        Raises:
            Exception: What clean-ups raised, when all have run: one as it is, several as a group.
        """
        if not self.disposed:
            _dispose(self)

    def _end(self) -> None:
        self.disposed = True

    def _label(self) -> str:
        return label_of("scope", self.name) if self.name else "a scope"

    def __repr__(self) -> str:
        return f"<{self._label()}{', disposed' if self.disposed else ''}>"


def subscribe_to(
    source: Signal[T] | Computed[T], callback: Callable[[T], object]
) -> Callable[[], None]:
    """Call `callback` with the value of a source now, and with each new one; see `Signal`."""
    subscription = _Subscription(source, callback)
    subscription._start()
    return subscription.dispose


def root(fn: Callable[Concatenate[Scope, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function inside a new scope that belongs to nobody; it gets the scope first.

    If the function raises, the scope is disposed of.
    """
    scope = Scope("root", detached=True)
    try:
        return scope.run(fn, scope, *args, **kwargs)
    except BaseException:
        scope.dispose()
        raise


def on_cleanup(fn: Callable[[], T]) -> Callable[[], T]:
    """Call `fn` before the running effect runs again, and when it or the running scope ends.

    Returns:
        The function, so that this can be a decorator.

    Raises:
        NoOwnerError: Neither an effect nor a scope is running.
    """
    owner = now.active
    if not isinstance(owner, Effect | Scope):
        raise NoOwnerError("on_cleanup()")
    if owner._cleanups is None:
        owner._cleanups = [fn]
    else:
        owner._cleanups.append(fn)
    return fn


def _notify(source: Signal[T] | Computed[T], callback: Callable[[T], object]) -> None:
    untrack(callback, source.value)


class _Ended:
    """Stands in for the function of what has ended, and keeps the name of that."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        self.label = label

    def __call__(self) -> None:
        """Do nothing."""


def _adopt(child: Owner, owner: Owner) -> None:
    child._owner = owner
    if owner._children is None:
        owner._children = {child: None}
    else:
        owner._children[child] = None


def _dispose(owner: Owner) -> None:
    above = owner._owner
    if above is not None:
        owner._owner = None
        if above._children is not None:
            above._children.pop(owner, None)
    owner._end()
    errors: list[BaseException] = []
    _clear(owner, errors)
    raise_all(f"clean-ups of {owner._label()} failed", errors)


def _clear(owner: Owner, errors: list[BaseException]) -> None:
    """End all that an owner owns: the younger before the older, children before parents."""
    if owner._children:
        order: list[Owner] = []
        stack: list[Owner] = [*reversed(owner._children)]
        owner._children = None
        while stack:
            child = stack.pop()
            order.append(child)
            if child._children:
                stack.extend(reversed(child._children))
                child._children = None
        for child in reversed(order):
            child._owner = None
            child._end()
            _clean_up(child, errors)
    if owner._cleanups:
        _clean_up(owner, errors)


def _clean_up(owner: Owner, errors: list[BaseException]) -> None:
    cleanups = owner._cleanups
    owner._cleanups = None
    for cleanup in reversed(cleanups or ()):
        try:
            untrack(cleanup)
        except BaseException as error:  # noqa: BLE001 - raised when all clean-ups have run
            errors.append(error)
