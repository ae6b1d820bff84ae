# ruff: noqa: SLF001 - the modules of the engine are friends
"""The functions that an application calls; each is also a decorator or a ``with`` block."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

from bridge.reactivity.computed import Computed
from bridge.reactivity.effects import Effect
from bridge.reactivity.reactions import begin_batch, end_batch
from bridge.reactivity.state import Observer, now, untrack

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from bridge.reactivity.equality import Equality

__all__ = ["batch", "computed", "effect", "untracked"]

T = TypeVar("T")
U = TypeVar("U")

_IS_ASYNC = inspect.CO_COROUTINE  # asking the code itself costs a tenth of iscoroutinefunction


class _MakeComputed(Protocol):
    def __call__(self, fn: Callable[[], U], /) -> Computed[U]: ...


@overload
def computed(
    fn: Callable[[], T], *, equals: Equality[T] = None, name: str | None = None
) -> Computed[T]: ...
@overload
def computed(
    fn: None = None, *, equals: Equality[Any] = None, name: str | None = None
) -> _MakeComputed: ...
def computed(
    fn: Callable[[], T] | None = None,
    *,
    equals: Equality[T] = None,
    name: str | None = None,
) -> Computed[T] | _MakeComputed:
    """Make a value that follows from other values.

    `fn` runs when the value is read and something that it had read has changed: at most once per
    change, and not at all while nobody asks. It must only read; see `ImpureComputedError`. If
    its result is the same as before, nothing that depends on it runs.

    Args:
        fn: Takes nothing and returns the value.
        equals: When a new result counts as the old one; as for `Signal`.
        name: What messages call it; the function's name if left out.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> price = Signal(100)
        >>> @computed
        ... def gross() -> int:
        ...     return price.value * 119 // 100
        >>> price.value = 200
        >>> gross.value
        238
    """
    if fn is None:

        def make(function: Callable[[], U]) -> Computed[U]:
            return Computed(function, equals=cast("Equality[U]", equals), name=name)

        return make
    return Computed(fn, equals=equals, name=name)


@overload
def effect(fn: Callable[[], object], *, name: str | None = None) -> Effect: ...
@overload
def effect(
    fn: None = None, *, name: str | None = None
) -> Callable[[Callable[[], object]], Effect]: ...
def effect(
    fn: Callable[[], object] | None = None, *, name: str | None = None
) -> Effect | Callable[[Callable[[], object]], Effect]:
    """Run a function now, and again whenever something that it read has really changed.

    Effects that are due run in the order in which they were made. `fn` may return a clean-up,
    and may be an ``async def`` function: see `AsyncEffect`.

    Args:
        fn: Takes nothing.
        name: What messages call it; the function's name if left out.

    Returns:
        The effect, to be ended with ``dispose()``, unless an effect or a scope owns it.

    Raises:
        Exception: What the first run raised, or what followed from its writes; the effect has
            ended then.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> count = Signal(1)
        >>> @effect
        ... def show() -> None:
        ...     print("count is", count.value)
        count is 1
        >>> count.value = 2
        count is 2
        >>> show.dispose()
        >>> count.value = 3
    """
    if fn is None:
        return lambda function: effect(function, name=name)
    code = getattr(fn, "__code__", None)
    if code.co_flags & _IS_ASYNC if code is not None else inspect.iscoroutinefunction(fn):
        from bridge.reactivity.tasks import AsyncEffect  # noqa: PLC0415 - needs asyncio

        made: Effect = AsyncEffect(cast("Callable[[], Coroutine[Any, Any, object]]", fn), name=name)
    else:
        made = Effect(fn, name=name)
    made._start()
    return made


class _Batch:
    __slots__ = ()

    def __enter__(self) -> None:
        begin_batch()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        end_batch(error)


class _Untracked:
    __slots__ = ("_outer",)

    def __init__(self) -> None:
        self._outer: list[Observer | None] = []

    def __enter__(self) -> None:
        self._outer.append(now.observer)
        now.observer = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        now.observer = self._outer.pop()


@overload
def batch() -> _Batch: ...
@overload
def batch(fn: Callable[[], T]) -> T: ...
def batch(fn: Callable[[], T] | None = None) -> T | _Batch:
    """Let several writes take effect together.

    Used as ``with batch():``, or with a function whose result it returns.

    Effects run when the outermost batch ends, once each; values read inside are right at once.
    There must be no ``await`` inside.

    A batch whose body raises has made its writes, so the effects run nevertheless. If one of
    them fails as well, both errors are raised in a group. ``KeyboardInterrupt`` and
    ``SystemExit`` are different: what is due runs with the next write.

    Examples:
        >>> from bridge.reactivity import Signal
        >>> first, last = Signal("Ada"), Signal("King")
        >>> show = effect(lambda: print(first.value, last.value))
        Ada King
        >>> with batch():
        ...     first.value, last.value = "Augusta", "Lovelace"
        Augusta Lovelace
    """
    if fn is None:
        return _Batch()
    with _Batch():
        return fn()


@overload
def untracked() -> _Untracked: ...
@overload
def untracked(fn: Callable[[], T]) -> T: ...
def untracked(fn: Callable[[], T] | None = None) -> T | _Untracked:
    """Read without depending on what is read.

    Used as ``with untracked():``, or with a function whose result it returns.
    """
    if fn is None:
        return _Untracked()
    return untrack(fn)
