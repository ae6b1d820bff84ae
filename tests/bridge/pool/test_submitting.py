"""What submitting refuses at once, and options that are a view of the same pool."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.pool import Submitter
from tests.bridge.pool import jobs
from tests.bridge.pool.in_memory import memory_pool


def test_options_leave_the_pool_as_it_was_and_add_up() -> None:
    async def main() -> None:
        async with memory_pool() as pool:
            urgent = pool.options(priority=5)
            both = urgent.options(idempotent=True)
            tasks = [await each.submit(jobs.double, 1) for each in (pool, urgent, both)]
            found = [(task.options.priority, task.options.idempotent) for task in tasks]
            assert found == [(0, False), (5, False), (5, True)]
            assert isinstance(both, Submitter)
            assert await both.run(jobs.double, 2) == 4
            assert [x async for x in both.map(jobs.double, [1, 2])] == [2, 4]

    asyncio.run(main())


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="urgency"):
        memory_pool().options(urgency=1)


@pytest.mark.parametrize(
    ("iterables", "options", "text"),
    [
        ([], {}, "at least one iterable"),
        ([[1]], {"chunksize": 0}, "chunksize or 'auto', found 0"),
        ([[1]], {"ahead": 0}, "tasks ahead, found 0"),
    ],
)
def test_a_mapping_without_items_or_with_a_number_below_one_is_refused(
    iterables: list[Any], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        memory_pool().map(jobs.double, *iterables, **options)
