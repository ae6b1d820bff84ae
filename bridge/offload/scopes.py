# ruff: noqa: SLF001 - scopes are friends
"""Scopes: on whose behalf calls are made, and with whom they end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, overload
from weakref import WeakSet

from bridge.errors import DisposedError
from bridge.offload.calls import Call, together
from bridge.offload.executors import checked, default_executor
from bridge.offload.waiting import Run, require_wait, wait
from bridge.reactivity import Computed, NoOwnerError, Signal, computed, on_cleanup

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from bridge.offload.executors import Executor

__all__ = ["CallScope", "current_scope"]

P = ParamSpec("P")
T = TypeVar("T")


class CallScope:
    """A view, a dialog, a component: who has calls made, and no interest in them when it is gone.

    Used with ``with``, calls of the block belong to it, and what is pending at the end of the block
    is cancelled. Made inside a scope or effect of `bridge.reactivity`, it closes with that.

    Args:
        name: Stands in errors.
        parent: The scope that closes this one, if this one does not close before; and that counts
            its calls too.
        executor: Where its calls are done; the parent's, or the default, if left out.
        owned: Whether it closes with the scope or effect of `bridge.reactivity` in which it was
            made.

    Attributes:
        pending: A signal: how many calls have not ended, those of inner scopes included.
        busy: Whether there are any; bind controls to it.
        closed: Whether it has ended.

    Examples:
        >>> import asyncio
        >>> async def main() -> int:
        ...     with CallScope("a view") as view:
        ...         call = view.offload(pow, 2, 10)
        ...         assert view.busy.value
        ...         found = await call
        ...     assert not view.busy.value
        ...     return found
        >>> await main()
        1024
    """

    def __init__(
        self,
        name: str = "calls",
        *,
        parent: CallScope | None = None,
        executor: Executor | None = None,
        owned: bool = True,
    ) -> None:
        self.name = name
        self.closed = False
        self.pending: Signal[int] = Signal(0, name=f"{name}.pending")
        self.busy: Computed[bool] = computed(lambda: self.pending.value > 0, name=f"{name}.busy")
        self._executor = None if executor is None else checked(executor)
        self._parent = parent
        self._calls: dict[Call[Any], None] = {}
        self._runs: dict[Run, None] = {}
        self._children: WeakSet[CallScope] = WeakSet()
        self._entered: list[Token[CallScope | None]] = []
        if parent is not None:
            parent._check()
            parent._children.add(self)
        if owned:
            with contextlib.suppress(NoOwnerError):
                on_cleanup(self.close)

    @overload
    def offload(
        self, fn: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Call[T]: ...
    @overload
    def offload(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Call[T]: ...
    def offload(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Call[Any]:
        """Call a function somewhere else, on behalf of this scope.

        Raises:
            DisposedError: The scope has closed.
            NotOffloadableError: The function is bound to an object of this interpreter.
        """
        return self.submit(fn, args, kwargs)

    @overload
    def offload_sync(
        self, fn: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...
    @overload
    def offload_sync(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    def offload_sync(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Do the same without ``await``.

        Raises:
            CannotWaitError: That cannot be done here; no work was started.
        """
        require_wait()
        return wait(self.submit(fn, args, kwargs))

    def submit(
        self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call[Any]:
        """Make a call; what `offload` does, for who passes arguments on."""
        self._check()
        executor = self.executor
        attempts: int = getattr(fn, "attempts", 1)
        call: Call[Any] = Call(getattr(fn, "__qualname__", None) or repr(fn), attempts)
        with together(f"the beginning of {call.name}"):
            # First, since it is refused where signals may not be set: then nothing was started.
            self._count(1)
            try:
                call.begin(lambda report: executor.execute(fn, args, kwargs, report))
            except BaseException:
                self._count(-1)
                raise
            self._calls[call] = None
            call.keep(self)
        return call

    def start(
        self, routine: Coroutine[Any, Any, object], name: str | None = None
    ) -> asyncio.Task[Any]:
        """Run a coroutine on behalf of this scope, as a task that ends with it.

        What it offloads belongs to the scope too.

        Raises:
            DisposedError: The scope has closed.
        """
        if self.closed:
            routine.close()
            self._check()
        token = _current.set(self)
        try:
            run = Run(routine, loop=asyncio.get_running_loop(), name=name or self.name)
        finally:
            _current.reset(token)
        self._runs[run] = None
        run.add_done_callback(self._runs.pop)
        return run

    @property
    def executor(self) -> Executor:
        """Where its calls are done."""
        scope: CallScope | None = self
        while scope is not None:
            if scope._executor is not None:
                return scope._executor
            scope = scope._parent
        return default_executor()

    def cancel(self, reason: str = "its scope moved on") -> None:
        """Cancel all that is pending, in inner scopes too; the scope can be used again."""
        with together(f"the end of calls of {self.name}"):
            for child in list(self._children):
                child.cancel(reason)
            running = _running()
            # Runs first: what they wait for is cancelled by them, and raises at their line.
            for run in list(self._runs):
                if run is not running:
                    run.cancel(reason)
            for call in list(self._calls):
                call.cancel(reason)

    def close(self) -> None:
        """Cancel all that is pending, and refuse further calls; a second call does nothing."""
        if self.closed:
            return
        self.closed = True
        if self._parent is not None:
            self._parent._children.discard(self)
        for child in list(self._children):
            child.close()
        self.cancel(f"{self.name} is closed")

    def ended(self, call: Call[Any]) -> None:
        """Take the news that a call has ended."""
        if self._calls.pop(call, self) is None:
            self._count(-1)

    def _count(self, change: int) -> None:
        scope: CallScope | None = self
        while scope is not None:
            scope.pending.set(scope.pending.peek() + change)
            scope = scope._parent

    def _check(self) -> None:
        if self.closed:
            raise DisposedError(f"the scope {self.name!r}")

    def __enter__(self) -> Self:
        self._check()
        self._entered.append(_current.set(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _current.reset(self._entered.pop())
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"{self.pending.peek()} pending"
        return f"<scope {self.name!r}: {state}>"


def _running() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


_current: ContextVar[CallScope | None] = ContextVar("offload_scope", default=None)


def current_scope() -> CallScope:
    """Return the scope on whose behalf the present code runs; the page's if there is none.

    That is the scope of the handler that is running, or of the ``with`` block around.
    """
    return _current.get() or _page()


@functools.cache
def _page() -> CallScope:
    return CallScope("page", owned=False)
