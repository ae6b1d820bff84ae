"""A task is a future, also to those who look closely."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.pool import Options
from tests.bridge.pool import jobs
from tests.bridge.pool.in_memory import memory_pool
from tests.pace import patience


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_listener_comes_and_goes_as_with_any_future() -> None:
    async def main() -> list[Any]:
        found: list[Any] = []
        async with memory_pool() as pool:
            task = await pool.submit(jobs.double, 4)
            gone: list[Any] = []
            task.add_done_callback(gone.append)
            task.add_done_callback(gone.append)
            task.add_done_callback(found.append)
            found.append(task.remove_done_callback(gone.append))
            found.append(await task)
            await settled()
            task.add_done_callback(found.append)
            await settled()
            assert gone == []
            assert found[1] is found[3] is task
        return found[::2]

    assert asyncio.run(main()) == [2, 8]


def test_who_stops_waiting_for_several_tasks_cancels_none() -> None:
    async def main() -> list[Any]:
        async with memory_pool(size=1) as pool:
            first, second = [await pool.submit(jobs.later, n, 0.01) for n in range(2)]
            waiting = asyncio.ensure_future(asyncio.wait({first}))
            await asyncio.sleep(0)
            waiting.cancel()
            await settled()
            return [await first, await asyncio.wait_for(second, patience(20)), first.cancel()]

    assert asyncio.run(main()) == [0, 1, False]


def test_a_time_limit_of_asyncio_and_a_task_group_cancel_it() -> None:
    async def main() -> None:
        async with memory_pool(size=1) as pool:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await pool.run(jobs.later, 1, 3600)
            held = await pool.submit(jobs.later, 2, 3600)

            async def waiting() -> None:
                await held

            async def failing() -> None:
                await asyncio.sleep(0.01)
                raise LookupError

            async def together() -> None:
                async with asyncio.TaskGroup() as group:
                    group.create_task(waiting())
                    group.create_task(failing())

            with pytest.raises(ExceptionGroup):
                await together()
            assert held.cancelled()
            assert await pool.run(jobs.double, 3) == 6

    asyncio.run(main())


def test_its_arguments_are_let_go_when_it_is_settled() -> None:
    async def main() -> None:
        async with memory_pool() as pool:
            task = await pool.submit(jobs.same, bytes(20_000))
            assert len(task.buffers) == 1
            assert "unsettled" in repr(task)
            assert len(await task) == 20_000
            assert (task.body, task.buffers) == (b"", ())
            assert task.options == Options()
            assert "settled" in repr(task)

    asyncio.run(main())


def test_a_stop_iteration_is_an_outcome_and_stops_nothing_else() -> None:
    async def main() -> list[Any]:
        async with memory_pool(size=1) as pool:
            task: Any = await pool.submit(next, iter([]))
            behind = await pool.submit(jobs.double, 2)
            with pytest.raises(RuntimeError, match="raised StopIteration") as raised:
                await asyncio.wait_for(task, patience(20))
            return [type(raised.value.__cause__), await asyncio.wait_for(behind, patience(20))]

    assert asyncio.run(main()) == [StopIteration, 4]
