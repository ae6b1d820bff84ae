"""An executor whose work ends when a test says so: real futures, in any order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Work(NamedTuple):
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    named: Mapping[str, Any]
    report: Callable[[Any], object]
    future: asyncio.Future[Any]


class Stubborn(asyncio.Future[Any]):
    """Work that listens to nobody: it goes on when it is cancelled, and ends all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []

    def cancel(self, msg: Any = None) -> bool:
        self.asked.append(msg)
        return False


class ManualExecutor:
    def __init__(self, make: Callable[[], asyncio.Future[Any]] | None = None) -> None:
        self.work: list[Work] = []
        self._make = make or (lambda: asyncio.get_running_loop().create_future())

    def execute(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        /,
    ) -> asyncio.Future[Any]:
        assert on_progress is not None
        future = self._make()
        self.work.append(Work(fn, args, kwargs, on_progress, future))
        return future


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def task(number: int = 0) -> int:
    return number
