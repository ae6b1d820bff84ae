"""Slots: places for at most one call, of which the latest wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from bridge.offload.calls import together
from bridge.offload.scopes import CallScope, current_scope
from bridge.offload.waiting import require_wait, wait
from bridge.reactivity import Computed, Signal, computed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bridge.offload.calls import Call

__all__ = ["Slot"]

P = ParamSpec("P")
T = TypeVar("T")


class Slot(Generic[T]):
    """A place for at most one pending call, such as *the search*.

    A new call overtakes the one that is there: that is cancelled, and whatever it still delivers is
    dropped. Which is the latest is decided by the identity of the call.

    Args:
        name: Stands in messages.
        initial: The value before the first call has ended.
        scope: On whose behalf; the scope of the present code if left out.

    Attributes:
        value: A signal: what the latest call returned; kept while the next is pending, or fails.
        error: A signal: what the latest call raised; None while the next is pending.
        busy: Whether a call is pending.
        progress: What the pending call reported last; None if none is.

    Examples:
        >>> async def main() -> int | None:
        ...     search: Slot[int] = Slot("search")
        ...     first = search.offload(pow, 2, 3)
        ...     assert await search.offload(pow, 2, 4) == 16
        ...     assert first.cancelled()
        ...     return search.value.peek()
        >>> await main()
        16
    """

    def __init__(
        self, name: str = "slot", *, initial: T | None = None, scope: CallScope | None = None
    ) -> None:
        self.name = name
        self.value: Signal[T | None] = Signal(initial, name=f"{name}.value")
        self.error: Signal[BaseException | None] = Signal(None, name=f"{name}.error")
        self._call: Signal[Call[T] | None] = Signal(None, name=f"{name}.call")
        self.busy: Computed[bool] = computed(
            lambda: self._call.value is not None, name=f"{name}.busy"
        )
        self.progress: Computed[Any] = computed(self._progress, name=f"{name}.progress")
        self._scope = scope or current_scope()

    def offload(
        self, fn: Callable[P, Coroutine[Any, Any, T] | T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Call[T]:
        """Fill the slot with a call; the call that was there is cancelled.

        Raises:
            DisposedError: The scope has closed.
            NotOffloadableError: The function is bound to an object of this interpreter; the
                slot stays as it was.
        """
        call = cast("Call[T]", self._scope.submit(fn, args, kwargs))
        old = self._call.peek()
        with together(f"the beginning of {call.name}"):
            self._call.set(call)
            self.error.set(None)
            call.keep(self)
            if old is not None:
                old.cancel(f"overtaken in {self.name!r}")
        return call

    def offload_sync(
        self, fn: Callable[P, Coroutine[Any, Any, T] | T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do the same without ``await``; ``CancelledError`` is raised if it is overtaken.

        Raises:
            CannotWaitError: That cannot be done here; the slot stays as it was.
        """
        require_wait()
        return wait(self.offload(fn, *args, **kwargs))

    def cancel(self) -> None:
        """Cancel the pending call, if there is one; the value stays."""
        call = self._call.peek()
        if call is not None:
            call.cancel(f"{self.name!r} was emptied")

    def ended(self, call: Call[Any]) -> None:
        """Take the news that a call has ended; that of one that was overtaken changes nothing."""
        if self._call.peek() is not call:
            return
        self._call.set(None)
        if call.cancelled():
            return
        error = call.failure
        if error is None:
            self.value.set(call.result())
        else:
            self.error.set(error)

    def _progress(self) -> Any:
        call = self._call.value
        return None if call is None else call.progress.value

    def __repr__(self) -> str:
        return f"<slot {self.name!r}: {self._call.peek() or 'empty'}>"
