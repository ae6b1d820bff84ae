from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bridge.reactivity import NoEventLoopError, Signal, effect, on_cleanup
from bridge.reactivity.tasks import AsyncEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> list[dict[str, Any]]:
    """Run a coroutine with a time limit and return what the loop's handler was told."""
    reports: list[dict[str, Any]] = []

    async def limited() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
        async with asyncio.timeout(10):
            await main()

    asyncio.run(limited())
    return reports


async def turns(count: int = 8) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_reads_before_and_after_an_await_are_tracked() -> None:
    async def main() -> None:
        first, second = Signal(1), Signal(1)
        seen: list[Any] = []

        async def work() -> None:
            a = first.value
            await asyncio.sleep(0)
            seen.append((a, second.value))

        watch = effect(work)
        await turns()
        second.value = 2
        await turns()
        first.value = 3
        await turns()
        assert seen == [(1, 1), (1, 2), (3, 2)]
        watch.dispose()
        assert not any(signal._observers for signal in (first, second))

    assert run(main) == []


def test_a_change_cancels_the_run_under_way_and_waits_for_its_end() -> None:
    async def main() -> None:
        count = Signal(0)
        log: list[Any] = []

        async def work() -> None:
            now = count.value
            log.append(f"start {now}")
            try:
                await asyncio.sleep(0 if now == 2 else 100)
                log.append(f"done {now}")
            finally:
                log.append(f"finally {now}")

        watch = effect(work)
        await turns()
        count.value = 1
        await turns()
        count.value = 2
        await turns()
        assert log == [
            "start 0", "finally 0", "start 1", "finally 1", "start 2", "done 2", "finally 2",
        ]  # fmt: skip
        watch.dispose()

    assert run(main) == []


def test_reads_of_other_code_meanwhile_are_not_tracked() -> None:
    async def main() -> None:
        count, other = Signal(0), Signal(0)
        runs: list[Any] = []

        async def work() -> None:
            runs.append(count.value)
            await asyncio.sleep(0)
            await asyncio.sleep(0)

        watch = effect(work)
        for _ in range(4):
            _ = other.value
            await asyncio.sleep(0)
        other.value = 1
        await turns()
        assert runs == [0]
        assert not other._observers
        watch.dispose()

    assert run(main) == []


def test_clean_ups_and_inner_effects_belong_to_the_run_after_an_await_too() -> None:
    async def main() -> None:
        count, inner = Signal(0), Signal(0)
        log: list[Any] = []

        async def work() -> Callable[[], None]:
            now = count.value
            await asyncio.sleep(0)
            on_cleanup(lambda: log.append(f"cleanup {now}"))
            inner.subscribe(lambda value: log.append((now, value)))
            return lambda: log.append(f"returned {now}")

        watch = effect(work)
        await turns()
        count.value = 1
        await turns()
        inner.value = 5
        watch.dispose()
        assert log == [(0, 0), "returned 0", "cleanup 0", (1, 0), (1, 5), "returned 1", "cleanup 1"]
        assert not inner._observers

    assert run(main) == []


def test_an_error_is_reported_to_the_loop_and_the_effect_lives_on() -> None:
    async def main() -> None:
        count = Signal(0)
        seen: list[Any] = []

        async def work() -> None:
            value = count.value
            await asyncio.sleep(0)
            seen.append(1 / value)

        watch = effect(work, name="divide")
        await turns()
        count.value = 2
        await turns()
        assert seen == [0.5]
        watch.dispose()

    (report,) = run(main)
    assert isinstance(report["exception"], ZeroDivisionError)
    assert "effect 'divide'" in report["message"]


def test_writes_between_two_awaits_are_one_batch() -> None:
    async def main() -> None:
        first, second = Signal(0), Signal(0)
        seen: list[Any] = []
        effect(lambda: seen.append((first.value, second.value)))

        async def work() -> None:
            first.value = 1
            second.value = 1
            assert seen == [(0, 0)]
            await asyncio.sleep(0)
            assert seen == [(0, 0), (1, 1)]
            first.value = 2

        watch = effect(work)
        await turns()
        assert seen == [(0, 0), (1, 1), (2, 1)]
        watch.dispose()

    assert run(main) == []


def test_an_effect_that_ends_itself_is_cancelled_at_the_next_await() -> None:
    async def main() -> None:
        log: list[Any] = []

        async def work() -> None:
            watch.dispose()
            log.append("ended")
            await asyncio.sleep(0)
            log.append("never")

        watch = effect(work)
        assert isinstance(watch, AsyncEffect)
        await turns()
        assert log == ["ended"]
        assert watch.task is not None
        assert watch.task.cancelled() or watch.task.done()

    assert run(main) == []


def test_disposing_before_the_first_turn_runs_nothing() -> None:
    async def main() -> None:
        async def work() -> None:
            raise AssertionError

        effect(work).dispose()
        await turns()

    assert run(main) == []


def test_without_a_loop_the_error_says_so() -> None:
    async def work() -> None: ...

    with pytest.raises(NoEventLoopError, match="asyncio"):
        effect(work)
