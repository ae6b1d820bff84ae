from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bridge.reactivity import NoEventLoopError, Scope, Signal, effect, resource

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await main()

    asyncio.run(limited())


async def double(value: int) -> int:
    await asyncio.sleep(0)
    return value * 2


def test_it_loads_and_loads_again_when_its_source_changes() -> None:
    async def main() -> None:
        number = Signal(1)
        seen: list[Any] = []
        data = resource(double, number)
        effect(lambda: seen.append((data.state, data.value, data.loading)))
        assert await data.settled() == 2
        number.value = 5
        assert await data.settled() == 10
        data.reload()
        await data.settled()
        assert seen == [
            ("loading", None, True),
            ("ready", 2, False),
            ("reloading", 2, True),
            ("ready", 10, False),
            ("reloading", 10, True),
            ("ready", 10, False),
        ]
        data.dispose()
        assert not number._observers

    run(main)


def test_the_latest_wins_though_an_earlier_one_resists_cancellation() -> None:
    async def main() -> None:
        number = Signal(1)
        log: list[Any] = []

        async def stubborn(value: int) -> int:
            try:
                await asyncio.sleep(0.01 if value == 1 else 0)
            except asyncio.CancelledError:
                log.append(f"cancelled {value}")
            return value

        data = resource(stubborn, number)
        await asyncio.sleep(0)
        number.value = 2
        assert await data.settled() == 2
        for _ in range(5):
            await asyncio.sleep(0)
        assert (data.value, log) == (2, ["cancelled 1"])
        data.dispose()

    run(main)


def test_a_failure_is_shown_and_the_last_value_kept() -> None:
    async def main() -> None:
        number = Signal(1)

        async def inverse(value: int) -> float:
            return 1 / value

        data = resource(inverse, number)
        await data.settled()
        number.value = 0
        with pytest.raises(ZeroDivisionError):
            await data.settled()
        assert (data.state, data.value) == ("failed", 1.0)
        assert repr(data.error) == "ZeroDivisionError('division by zero')"
        number.value = 2
        assert data.error is None
        assert await data.settled() == 0.5
        data.dispose()

    run(main)


def test_a_failing_source_is_a_failure_of_the_resource() -> None:
    async def main() -> None:
        number = Signal(0)
        data = resource(double, lambda: 1 // number.value)
        assert (data.state, type(data.error)) == ("failed", ZeroDivisionError)
        number.value = 1
        assert await data.settled() == 2
        data.dispose()

    run(main)


def test_nothing_is_fetched_while_the_source_is_none_or_false() -> None:
    async def main() -> None:
        number: Signal[int | None] = Signal(None)
        data = resource(double, number, initial=7)
        assert (data.state, data.value) == ("idle", 7)
        number.value = 0
        assert await data.settled() == 0
        data.dispose()

    run(main)


def test_only_the_source_is_tracked() -> None:
    async def main() -> None:
        number, other = Signal(1), Signal(1)
        calls: list[Any] = []

        async def fetch(value: int) -> int:
            calls.append(value)
            return value + other.value

        data = resource(fetch, lambda: number.value)
        await data.settled()
        other.value = 2
        await asyncio.sleep(0)
        assert calls == [1]
        data.dispose()

    run(main)


def test_it_ends_with_its_owner_and_cancels_what_is_under_way() -> None:
    async def main() -> None:
        log: list[str] = []

        async def slow() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                log.append("cancelled")

        with Scope() as scope:
            data = resource(slow)
        await asyncio.sleep(0)
        scope.dispose()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert log == ["cancelled"]
        assert data.value is None

    run(main)


def test_without_a_loop_the_error_says_so() -> None:
    with pytest.raises(NoEventLoopError):
        resource(double, Signal(1))
