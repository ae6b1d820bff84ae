"""Types for remote objects.

What a remote object offers is described by a Protocol with asynchronous methods, by hand or by
``python -m bridge.rpc.stub module:Class``. A checker then sees the calls, and whether the served
class fits.

Examples:
    >>> class Counter(Protocol):
    ...     @property
    ...     def total(self) -> Attribute[int]: ...
    ...     async def add(self, number: int) -> int: ...
    ...     def count(self, to: int) -> Stream[int]: ...
    >>> async def use(counter: Remote[Counter]) -> int:
    ...     await counter.total.set(1)
    ...     return await counter.add(3)
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Generator

__all__ = ["Attribute", "ReadOnly", "Remote", "Served", "Stream"]

P = TypeVar("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Remote: TypeAlias = Annotated[P, "an object of the other side"]
"""What stands for an object of the other side that offers P, as ``Remote[P]``."""

Served: TypeAlias = T | Awaitable[T]
"""What a served method may return; synchronous or not, its caller awaits it."""


class ReadOnly(Protocol[T_co]):
    """An attribute of a remote object whose class does not declare it as data: await its value."""

    def __await__(self) -> Generator[Any, Any, T_co]:
        """Ask for the value."""


class Attribute(Protocol[T]):
    """An attribute of a remote object: await its value, or set it."""

    def __await__(self) -> Generator[Any, Any, T]:
        """Ask for the value."""

    def set(self, value: T) -> Coroutine[Any, Any, None]:
        """Assign it on the other side."""


class Stream(Protocol[T_co]):
    """What a generator function gives remotely: iterate over it by ``async for``."""

    def __aiter__(self) -> AsyncIterator[T_co]:
        """Read it, item by item."""
