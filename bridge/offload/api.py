"""The functions that an application calls: `offload`, and `offloaded` as its decorator."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from bridge.offload.naming import Wrapper
from bridge.offload.scopes import current_scope
from bridge.offload.waiting import require_wait, wait

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bridge.offload.calls import Call

__all__ = ["Offloaded", "offload", "offload_sync", "offloaded"]

P = ParamSpec("P")
T = TypeVar("T")


@overload
def offload(
    fn: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
) -> Call[T]: ...
@overload
def offload(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Call[T]: ...
def offload(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Call[Any]:
    """Call a function somewhere else, and await it here.

    The work starts at once. It belongs to the scope of the present code (`current_scope`), and is
    done by that scope's executor: one worker, if nobody says otherwise.

    Args:
        fn: A function, ``def`` or ``async def``: of a module, or it crosses by value.
        args: Its arguments; they cross by value.
        kwargs: The same.

    Returns:
        The call, which is awaited, cancelled, or bound to controls by its signals.

    Raises:
        NotOffloadableError: The function is bound to an object of this interpreter.
        DisposedError: The scope has closed.

    Examples:
        >>> await offload(pow, 2, 10)
        1024
    """
    return current_scope().submit(fn, args, kwargs)


@overload
def offload_sync(
    fn: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
) -> T: ...
@overload
def offload_sync(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
def offload_sync(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Do the same without ``await``, inside any function, where stacks can be switched.

    Other code runs meanwhile: what was read before it may have changed after it.

    Raises:
        CannotWaitError: That cannot be done here; no work was started.
    """
    require_wait()
    return wait(current_scope().submit(fn, args, kwargs))


class Offloaded(Wrapper, Generic[P, T]):
    """A function that is offloaded by calling it. Made by `offloaded`.

    Attributes:
        attempts: How often it may be begun, if workers die of it.
    """

    def __init__(self, fn: Callable[P, Any], *, idempotent: bool = False) -> None:
        self.attempts = 3 if idempotent else 1
        self.__wrapped__ = fn
        update_wrapper(self, fn)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """Call it somewhere else; await the result."""
        return current_scope().submit(self, args, kwargs)

    def sync(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it somewhere else, without ``await``.

        Raises:
            CannotWaitError: That cannot be done here; no work was started.
        """
        require_wait()
        return wait(self(*args, **kwargs))

    def here(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the function itself, where this is called."""
        return self.__wrapped__(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.__wrapped__.__qualname__}, offloaded>"


@overload
def offloaded(
    fn: Callable[P, Coroutine[Any, Any, T]], /, *, idempotent: bool = False
) -> Offloaded[P, T]: ...
@overload
def offloaded(fn: Callable[P, T], /, *, idempotent: bool = False) -> Offloaded[P, T]: ...
@overload
def offloaded(*, idempotent: bool = False) -> Callable[[Callable[P, T]], Offloaded[P, T]]: ...
def offloaded(
    fn: Callable[..., Any] | None = None, /, *, idempotent: bool = False
) -> Offloaded[..., Any] | Callable[[Callable[..., Any]], Offloaded[..., Any]]:
    """Let calls of a function be done somewhere else: ``await compute(x)``, or ``compute.sync(x)``.

    Args:
        fn: A function of a module.
        idempotent: Whether it is harmless to begin it again when the worker that had begun it died.
    """
    if fn is None:
        return lambda function: Offloaded(function, idempotent=idempotent)
    return Offloaded(fn, idempotent=idempotent)
