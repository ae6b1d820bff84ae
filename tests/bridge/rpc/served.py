"""What the tests serve; importable, so that it also runs in Pyodide from its source."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from bridge.rpc import by_reference, report_progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


@by_reference
class Account:
    """Crosses by reference."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.balance = 0
        self._pin = 1234
        self.opened = 0
        self.last: str | None = None

    def pay_in(self, amount: int, *, times: int = 1) -> int:
        self.balance += amount * times
        return self.balance

    def __enter__(self) -> Account:  # noqa: PYI034 - as a user without typing habits writes it
        self.opened += 1
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.opened -= 1
        self.last = None if error is None else repr(error)
        return isinstance(error, KeyError)


class Bank:
    """The root of most tests."""

    name: str

    def __init__(self) -> None:
        self.name = "First"
        self.closed: list[str] = []
        self.accounts: dict[str, Account] = {}
        self.kept: list[Any] = []
        self.started = 0
        self.cancelled = 0

    def echo(self, value: Any) -> Any:
        return value

    def keep(self, value: Any) -> None:
        self.kept.append(value)

    def drop(self) -> None:
        self.kept.clear()

    def open(self, owner: str) -> Account:
        return self.accounts.setdefault(owner, Account(owner))

    def owner_of(self, account: Account) -> tuple[str, bool]:
        return account.owner, account is self.accounts.get(account.owner)

    def fail(self, message: str) -> None:
        raise ValueError(message)

    async def fail_later(self, message: str) -> None:
        await asyncio.sleep(0)
        raise LookupError(message)

    async def sleep(self, seconds: float) -> float:
        self.started += 1
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return seconds

    def count(self, to: int) -> Iterator[int]:
        try:
            yield from range(to)
        finally:
            self.closed.append("count")

    async def count_slowly(self, to: int, fail_at: int = -1) -> AsyncIterator[int]:
        try:
            for number in range(to):
                await asyncio.sleep(0)
                if number == fail_at:
                    raise ValueError(f"at {number}")
                yield number
        finally:
            self.closed.append("count_slowly")

    async def each(self, function: Callable[[int], Awaitable[Any]], to: int) -> list[Any]:
        return [await function(number) for number in range(to)]

    def work(self, steps: int) -> str:
        for step in range(steps):
            report_progress((step + 1, steps))
        return "done"

    def compute(self, steps: int, seconds: float) -> int:
        """Compute without a pause, and report at the beginning of each step."""
        for step in range(steps):
            report_progress(step)
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                pass
        return steps

    def fill(self, shared: Any, number: int) -> None:
        shared.fill(number)

    def peek(self) -> list[int]:
        """What stands in the memory that was kept."""
        return list(self.kept[0].to_py())

    def wait_for(self, shared: Any, number: int, seconds: float) -> bool:
        """Compute until somebody else writes a number; messages cannot come in meanwhile."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if shared.at(0) == number:
                return True
        return False

    def spy(self, source: str) -> None:
        """Run JavaScript in this worker, and keep what it returns."""
        from pyodide.code import run_js  # noqa: PLC0415 - only a worker has it

        self.kept.append(run_js(source))

    def spied(self) -> list[int]:
        return list(self.kept[-1].to_py())

    async def ask_back(self, function: Any, number: int) -> Any:
        """Wait for the caller's side in the middle of a statement, and report before and after."""
        report_progress(("before", number))
        value = function.sync(number)
        report_progress(("after", number))
        return value

    async def cancel_myself(self) -> None:
        raise asyncio.CancelledError

    def make_lambda(self) -> Callable[[int], int]:
        return lambda number: number * 2

    def unsendable(self) -> object:
        return asyncio.sleep

    def local_instance(self) -> object:
        class Local:
            pass

        return Local()

    def leave(self) -> None:
        raise SystemExit(3)

    @property
    def broken(self) -> int:
        raise RuntimeError("broken property")
