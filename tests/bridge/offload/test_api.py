"""One call, three spellings; the decorated function is found by its name on the other side."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

from bridge.offload import (
    CallScope,
    CannotWaitError,
    ThreadExecutor,
    offload,
    offload_sync,
    offloaded,
    report_progress,
    use,
)
from tests.bridge.offload.manual import ManualExecutor, task


@offloaded
def double(number: int) -> int:
    """Twice the number."""
    report_progress(number)
    return number * 2


@offloaded
async def later(number: int) -> int:
    await asyncio.sleep(0)
    return number + 1


def test_a_decorated_function_is_awaited_or_called_here() -> None:
    async def main() -> list[Any]:
        call = double(21)
        found = await call
        return [found, call.progress.value, double.here(4), await later(1)]

    assert asyncio.run(main()) == [42, 21, 8, 2]
    assert double.__doc__ == "Twice the number."


def test_a_decorated_function_crosses_as_what_it_was() -> None:
    there = pickle.loads(pickle.dumps(double))  # noqa: S301 - our own bytes
    assert there is double.__wrapped__


def test_an_error_is_raised_at_the_line_that_waits_as_its_own_class() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await offload(pow, 0, -1)

    asyncio.run(main())


def test_without_await_nothing_is_started_where_nothing_can_wait() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        with CallScope("view", executor=executor) as view:
            for attempt in (offload_sync, view.offload_sync):
                with pytest.raises(CannotWaitError, match="does not run inside a browser"):
                    attempt(task, 1)
            with pytest.raises(CannotWaitError) as caught:
                double.sync(1)
        assert executor.work == []
        error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
        assert (error.feature, error.entry) == ("waiting without await", "")
        assert any("await" in remedy for remedy in error.remedies)

    asyncio.run(main())


def test_what_cannot_take_work_is_refused_where_it_is_named() -> None:
    with pytest.raises(TypeError, match="expected an executor, found object"):
        CallScope(executor=object())  # type: ignore[arg-type]


def test_the_default_executor_can_be_named() -> None:
    async def main() -> int:
        executor = ManualExecutor()
        use(executor)
        try:
            call = offload(task, 1)
            executor.work[0].future.set_result(9)
            return await call
        finally:
            use(ThreadExecutor())

    assert asyncio.run(main()) == 9
