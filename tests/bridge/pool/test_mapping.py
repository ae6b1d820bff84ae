"""Mapping over iterables, on workers in memory."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.pool.mapping import ChunkSize
from tests.bridge.pool import jobs
from tests.bridge.pool.in_memory import memory_pool
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def slowly(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


@given(
    count=st.integers(0, 40),
    chunksize=st.sampled_from([1, 3, "auto"]),
    ahead=st.sampled_from([None, 1, 4]),
    ordered=st.booleans(),
    waiting=st.booleans(),
    later=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_item_has_one_result_and_order_is_kept_if_asked(
    count: int, chunksize: Any, ahead: int | None, *, ordered: bool, waiting: bool, later: bool
) -> None:
    async def main() -> list[int]:
        items = list(range(count))
        source: Any = slowly(items) if waiting else items
        function = jobs.later if later else jobs.same
        async with memory_pool() as pool:
            results = pool.map(function, source, ordered=ordered, chunksize=chunksize, ahead=ahead)
            return [result async for result in results]

    found = asyncio.run(asyncio.wait_for(main(), 20))
    assert (found if ordered else sorted(found)) == list(range(count))


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, patience(20)))


def test_items_are_drawn_only_as_results_are_taken() -> None:
    drawn: list[int] = []

    def source() -> Any:
        for number in range(100):
            drawn.append(number)
            yield number

    async def main() -> list[int]:
        seen = []
        async with (
            memory_pool() as pool,
            aclosing(pool.map(jobs.double, source(), ahead=4)) as results,  # type: ignore[type-var]
        ):
            async for _ in results:
                await asyncio.sleep(0.002)
                seen.append(len(drawn))
                if len(seen) == 5:
                    break
        return seen

    assert run(main()) == [4, 5, 6, 7, 8]


def test_more_is_drawn_ahead_only_while_tasks_are_very_short() -> None:
    async def main(seconds: float) -> int:
        drawn = taken = most = 0

        def source() -> Any:
            nonlocal drawn
            for _ in range(60):
                drawn += 1
                yield seconds

        async with memory_pool(size=1) as pool:
            async for _ in pool.map(jobs.compute, source()):
                taken += 1
                most = max(most, drawn - taken)
        return most

    assert run(main(0.002)) == 2, "three per worker, one of which is with who takes the results"
    assert run(main(0.0)) == 15


def test_the_first_error_ends_it_at_its_place_and_the_rest_is_cancelled() -> None:
    async def main(**options: Any) -> tuple[list[Any], int]:
        seen: list[Any] = []
        async with memory_pool() as pool:
            results: AsyncIterator[Any] = pool.map(jobs.fail_at, range(10), [5] * 10, **options)
            try:
                async for value in results:
                    seen += [value if isinstance(value, int) else repr(value)]
            except LookupError as error:
                seen.append(repr(error))
            await asyncio.sleep(0)
            return seen, pool.stats().held

    for chunksize in (1, 4, "auto"):
        seen, left = run(main(chunksize=chunksize))
        assert seen == [0, 1, 2, 3, 4, "LookupError(5)"]
        assert left == 0
        seen, _ = run(main(chunksize=chunksize, errors="yield"))
        assert seen == [0, 1, 2, 3, 4, "LookupError(5)", 6, 7, 8, 9]


def test_results_come_although_an_asynchronous_source_does_not_go_on() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1
        yield 2
        await asyncio.sleep(60)

    async def main() -> list[int]:
        seen: list[int] = []
        async with memory_pool() as pool:
            results = pool.map(jobs.double, source(), chunksize=100)
            async with aclosing(results):  # type: ignore[type-var]
                async for value in results:
                    seen += [value]
                    if len(seen) == 2:
                        break
        return seen

    assert run(main()) == [2, 4]


def test_errors_of_the_source_are_raised() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def main() -> None:
        async with memory_pool() as pool:
            with pytest.raises(OSError, match="gone"):
                [value async for value in pool.map(jobs.double, source())]

    run(main())


def test_what_makes_no_sense_is_refused() -> None:
    async def main() -> None:
        async with memory_pool() as pool:
            for wrong in ({"chunksize": 0}, {"ahead": 0}):
                with pytest.raises(ValueError, match="positive"):
                    pool.map(jobs.double, [1], **wrong)  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="at least one iterable"):
                pool.map(jobs.double)

    run(main())


def test_chunks_grow_to_what_takes_the_time_that_is_aimed_at() -> None:
    size = ChunkSize("auto")
    seconds = 0.0001
    sizes = []
    for _ in range(6):
        sizes.append(size.next())
        size.learn(sizes[-1], sizes[-1] * seconds)
    assert sizes == [1, 8, 64, 200, 200, 200]
    fixed = ChunkSize(5)
    fixed.learn(5, 100.0)
    assert fixed.next() == 5
