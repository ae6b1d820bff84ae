"""The pool with workers in memory: the same driver and the same inside as in the browser."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from bridge.pool import (
    Event,
    EventKind,
    FunctionError,
    NoWorkerError,
    Outcome,
    PoolClosedError,
    PoolFullError,
    TaskExpiredError,
    TaskLostError,
    WorkerPool,
)
from bridge.worker import Ending, Stage, UnreachableError
from tests.bridge.pool import jobs
from tests.bridge.pool.in_memory import Crew, memory_pool
from tests.pace import patience


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, patience(30)))


def test_functions_are_called_with_what_was_submitted_as_it_was_then() -> None:
    async def main() -> None:
        async with memory_pool() as pool:
            assert await pool.run(jobs.echo, 1, x=2) == [[1], {"x": 2}]
            assert await pool.run(jobs.later, 3) == 3
            values = [1]
            task = await pool.submit(jobs.same, values)
            values.append(2)
            assert await task == [1]
            assert "settled" in repr(task)

    run(main())


def test_errors_of_functions_come_with_their_traceback() -> None:
    async def main() -> None:
        async with memory_pool() as pool:
            with pytest.raises(ValueError, match="no") as caught:
                await pool.run(jobs.fail, "no")
            assert "in fail" in str(caught.value.__cause__)
            with pytest.raises(FunctionError, match="the result cannot be sent"):
                await pool.run(jobs.unsendable)
            with pytest.raises(FunctionError, match="the arguments cannot be sent"):
                await pool.run(jobs.same, jobs.unsendable())

    run(main())


def test_submitting_waits_for_a_place_and_without_waiting_is_refused() -> None:
    async def main() -> None:
        async with memory_pool(size=1, capacity=2) as pool:
            held = [await pool.submit(jobs.later, n, 0.01) for n in range(2)]
            with pytest.raises(PoolFullError) as caught:
                pool.submit_nowait(jobs.double, 1)
            assert caught.value.capacity == 2
            order: list[int] = []

            async def one(number: int) -> None:
                await pool.submit(jobs.double, number)
                order.append(number)

            await asyncio.gather(*[one(number) for number in range(6)])
            assert order == sorted(order)
            assert all(task.done() for task in held)
        assert pool.stats().settled == dict.fromkeys(Outcome, 0) | {Outcome.RESULT: 8}

    run(main())


def test_who_waits_for_a_place_and_is_cancelled_takes_none() -> None:
    async def main() -> None:
        async with memory_pool(size=1, capacity=1) as pool:
            first = await pool.submit(jobs.later, 1, 0.02)
            waiting = [asyncio.create_task(pool.submit(jobs.double, n)) for n in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            await first
            assert await (await waiting[1]) == 2
            assert await (await waiting[2]) == 4
            assert waiting[0].cancelled()

    run(main())


def test_a_pool_accepts_only_while_it_is_open() -> None:
    async def main() -> None:
        pool = memory_pool()
        with pytest.raises(PoolClosedError, match="not been opened"):
            await pool.submit(jobs.double, 1)
        async with pool:
            assert await pool.run(jobs.double, 1) == 2
        for again in (pool.submit(jobs.double, 1), pool.__aenter__()):
            with pytest.raises(PoolClosedError):
                await again
        await pool.close()
        with pytest.raises(ValueError, match="positive size"):
            WorkerPool(0)

    run(main())


def test_leaving_drains_and_an_error_abandons_and_no_worker_is_left() -> None:
    async def main() -> None:
        crew = Crew()
        async with memory_pool(crew) as pool:
            tasks = [await pool.submit(jobs.later, n, 0.01) for n in range(5)]
        assert [task.result() for task in tasks] == list(range(5))
        assert not crew.alive
        crew = Crew()
        abandoned: list[Any] = []
        pool = memory_pool(crew, 1, capacity=3)
        await pool.__aenter__()
        abandoned += [await pool.submit(jobs.later, n, 60) for n in range(3)]
        abandoned.append(asyncio.ensure_future(pool.submit(jobs.double, 1)))
        await asyncio.sleep(0.01)
        await pool.__aexit__(KeyError, KeyError(), None)
        await asyncio.sleep(0)
        assert all(task.cancelled() for task in abandoned[:3])
        assert isinstance(abandoned[3].exception(), PoolClosedError)
        assert not crew.alive

    run(main())


def test_a_drain_that_is_cancelled_abandons() -> None:
    async def main() -> None:
        crew = Crew()
        pool = memory_pool(crew)
        await pool.__aenter__()
        task = await pool.submit(jobs.later, 1, 60)
        await asyncio.sleep(0.01)
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0.01)
        closing.cancel()
        await asyncio.wait([closing, task])
        assert closing.cancelled()
        assert task.cancelled()
        assert not crew.alive

    run(main())


def test_cancelling_reaches_the_function_and_frees_the_worker() -> None:
    async def main() -> None:
        async with memory_pool(size=1) as pool:
            running = await pool.submit(jobs.later, 1, 60)
            waiting = await pool.submit(jobs.double, 2)
            await asyncio.sleep(0.01)
            assert running.cancel()
            assert not running.cancel()
            assert await asyncio.wait_for(waiting, patience(5)) == 4
            with pytest.raises(asyncio.CancelledError):
                await running
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(pool.run(jobs.later, 1, 60), 0.01)
            assert await asyncio.wait_for(pool.run(jobs.double, 3), patience(5)) == 6

    run(main())


def test_time_that_is_up_is_told_by_name_and_a_stubborn_task_ends_its_worker() -> None:
    async def main() -> None:
        crew = Crew()
        async with memory_pool(crew, 1, grace=0.01) as pool:
            with pytest.raises(TaskExpiredError, match="its acceptance") as late:
                await pool.options(timeout=0.01).run(jobs.later, 1, 60)
            with pytest.raises(TaskExpiredError, match="its beginning"):
                await pool.options(limit=0.01).run(jobs.stubborn, 2)
            assert await asyncio.wait_for(pool.run(jobs.double, 3), patience(5)) == 6
        assert (late.value.function, late.value.seconds) == ("later", 0.01)
        assert crew.starts == 2

    run(main())


def test_a_lost_task_names_its_causes_and_an_idempotent_one_is_run_again() -> None:
    async def main() -> None:
        crew = Crew()
        async with memory_pool(crew, 1, attempts=2) as pool:

            async def end_them(times: int) -> None:
                for _ in range(times):
                    while not crew.alive or crew.alive[-1].bench._busy is None:  # noqa: ASYNC110 - a turn
                        await asyncio.sleep(0)
                    crew.alive[-1].terminate(Ending.FATAL, "by the test")

            ending = asyncio.create_task(end_them(1))
            with pytest.raises(TaskLostError, match="idempotent=True") as caught:
                await pool.run(jobs.later, 1, 0.05)
            assert len(caught.value.causes) == 1
            assert caught.value.__cause__ is caught.value.causes[0]
            await ending
            repeated = pool.options(idempotent=True)
            ending = asyncio.create_task(end_them(1))
            assert await repeated.run(jobs.later, 2, 0.05) == 2
            await ending
            ending = asyncio.create_task(end_them(2))
            with pytest.raises(TaskLostError, match="seems to end its workers"):
                await repeated.run(jobs.later, 3, 0.05)
            await ending
            assert pool.stats().died == 4
            assert pool.stats().retried == 2

    run(main())


def test_a_start_that_fails_for_good_fails_what_waits_and_later_ones_are_tried_again() -> None:
    async def main() -> None:
        crew = Crew(lambda start: RuntimeError("no worker today") if start == 1 else None)
        async with memory_pool(crew, 1) as pool:
            tasks = [await pool.submit(jobs.double, n) for n in range(3)]
            await asyncio.wait(tasks)
            for task in tasks:
                error = task.exception()
                assert isinstance(error, NoWorkerError)
                assert repr(error.__cause__) == "RuntimeError('no worker today')"
            assert await pool.run(jobs.double, 4) == 8

    run(main())


def test_a_start_that_fails_for_a_moment_is_repeated() -> None:
    async def main() -> None:
        gone = UnreachableError(Stage.SCRIPT, "worker.mjs")
        crew = Crew(lambda start: gone if start <= 2 else None)
        async with memory_pool(crew, 1) as pool:
            assert await pool.run(jobs.double, 4) == 8
        assert crew.starts == 3

    run(main())


def test_each_worker_is_prepared_before_its_first_task() -> None:
    async def main() -> None:
        jobs.prepared.clear()
        async with memory_pool(size=1, initializer=jobs.prepare, initargs=(1, 2)) as pool:
            assert await pool.run(jobs.what_is_prepared) == [1, 2]
        async with memory_pool(size=1, initializer=jobs.fail, initargs=("unfit",)) as pool:
            with pytest.raises(NoWorkerError, match="unfit"):
                await pool.run(jobs.double, 1)

    run(main())


def test_progress_reaches_who_listens_and_a_bad_listener_harms_no_task() -> None:
    async def main() -> None:
        faults: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        async with memory_pool(size=1) as pool:
            seen: list[int] = []
            assert await pool.options(on_progress=seen.append).run(jobs.count, 3) == "counted"
            assert seen == [0, 1, 2]
            bad: Any = {}.__getitem__
            assert await pool.options(on_progress=bad).run(jobs.count, 2) == "counted"
            assert len(faults) == 2
            assert await pool.run(jobs.count, 2) == "counted"

    run(main())


def test_events_and_the_live_view_tell_what_happens() -> None:
    async def main() -> None:
        events: list[Event] = []
        async with memory_pool(size=1) as pool:
            stop = pool.listen(events.append)
            seen: list[int] = []
            unsubscribe = pool.live.subscribe(lambda stats: seen.append(stats.done))
            await asyncio.gather(*[pool.run(jobs.double, n) for n in range(5)])
        assert seen[0] == 0
        assert seen[-1] == 5
        unsubscribe()
        kinds = [event.kind for event in events]
        assert kinds[:2] == [EventKind.STARTING, EventKind.READY]
        assert kinds.count(EventKind.HANDED) == kinds.count(EventKind.SETTLED) == 5
        assert kinds[-1] is EventKind.ENDED
        stop()
        stop()
        assert pool.stats().done == 5
        assert pool.stats().workers == ()

    run(main())


def test_priorities_decide_who_is_first() -> None:
    async def main() -> None:
        order: list[int] = []
        async with memory_pool(size=1) as pool:
            tasks = []
            for number, priority in enumerate([0, 2, 1]):
                task = await pool.options(priority=priority).submit(jobs.later, number)
                task.add_done_callback(lambda done: order.append(done.result()))
                tasks.append(task)
            await asyncio.gather(*tasks)
        assert order == [1, 2, 0]

    run(main())


@pytest.mark.parametrize("seed", range(15))
def test_whatever_happens_every_task_ends_once_and_nothing_is_left(seed: int) -> None:
    async def main() -> None:
        pick = random.Random(seed)  # noqa: S311 - no secret
        crew = Crew()
        settled: list[int] = []
        given: list[tuple[int, Any]] = []
        async with memory_pool(crew, 3, capacity=10, attempts=3, grace=0.01) as pool:
            pool.listen(lambda e: settled.append(e.task) if e.kind is EventKind.SETTLED else None)
            for number in range(80):
                through = pool.options(
                    idempotent=pick.random() < 0.5,
                    priority=pick.randrange(3),
                    timeout=pick.choice([None, None, None, 0.01]),
                )
                function: Any = pick.choice([jobs.same, jobs.later])
                given.append((number, await through.submit(function, number)))
                if pick.random() < 0.15:
                    pick.choice(given)[1].cancel()
                if pick.random() < 0.1 and crew.alive:
                    pick.choice(crew.alive).terminate(Ending.FATAL)
                if pick.random() < 0.3:
                    await asyncio.sleep(pick.choice([0, 0.001]))
        assert sorted(settled) == list(range(1, 81))
        for number, task in given:
            if not task.cancelled():
                error = task.exception()
                assert isinstance(error, (TaskLostError, TaskExpiredError)) or error is None
                assert error is not None or task.result() == number
        assert not crew.alive
        assert not pool._tasks

    run(main())


def test_a_place_that_was_given_to_who_is_cancelled_at_that_moment_goes_to_the_next() -> None:
    async def main() -> int:
        async with memory_pool(size=1, capacity=1) as pool:
            first = await pool.submit(jobs.later, 1, 0.02)
            waiting = [asyncio.create_task(pool.submit(jobs.double, n)) for n in range(2)]
            # Called after the place was given, and before who waits for it goes on.
            first.add_done_callback(lambda _: waiting[0].cancel())
            return await (await asyncio.wait_for(waiting[1], patience(0.5)))

    assert run(main()) == 2


def test_a_listener_that_raises_is_reported_and_harms_no_task() -> None:
    async def main() -> tuple[list[int], set[str]]:
        told: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(str(context["message"])))

        def bad(event: Event) -> None:
            raise ValueError(event.kind)

        async with memory_pool(size=1) as pool:
            pool.listen(bad)
            tasks = [await pool.submit(jobs.double, n) for n in range(3)]
            return [await task for task in tasks], set(told)

    assert run(main()) == ([0, 2, 4], {"a listener of 'pool' failed"})


def test_the_initializer_is_called_again_when_a_module_that_it_stands_on_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        jobs.prepared.clear()
        crew = Crew()
        async with memory_pool(crew, 1, initializer=jobs.prepare, initargs=(1, 2)) as pool:
            assert await pool.run(jobs.double, 1) == 2
            assert jobs.prepared == [1, 2]
            changes = [True]
            change = lambda *_: bool(changes) and changes.pop()  # noqa: E731 - once
            monkeypatch.setattr(pool._crew.functions, "ship_changed", change)
            assert await pool.run(jobs.double, 2) == 4
            assert jobs.prepared == [1, 2, 1, 2]
            # One that fails then ends its worker: no task finds it half prepared.
            refusals = [ValueError("unfit")]

            def refuse_once(*_values: int) -> None:
                if refusals:
                    raise refusals.pop()

            monkeypatch.setattr(jobs, "prepare", refuse_once)
            changes.append(True)
            assert await pool.options(idempotent=True).run(jobs.double, 3) == 6
            assert crew.starts == 2

    run(main())
