"""Runs in the page's Pyodide: pools of real workers. Each function returns plain data.

The page's folder holds ``pool_jobs.py``, which is what `jobs.py` says.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from bridge.environment import can_block
from bridge.pool import Event, EventKind, PoolTask, TaskExpiredError, TaskLostError, WorkerPool
from bridge.pool.errors import NoWorkerError
from bridge.pool.states import TaskState
from bridge.worker import Ending

if TYPE_CHECKING:
    from tests.bridge.pool import jobs
else:
    import pool_jobs as jobs


async def everything() -> dict[str, Any]:
    """What a pool offers, once."""
    found: dict[str, Any] = {}
    here = 10
    events: list[str] = []
    async with WorkerPool(2, initializer=jobs.prepare, initargs=(1, "two")) as pool:
        pool.listen(lambda event: events.append(event.kind.value))
        live: list[Any] = []
        unsubscribe = pool.live.subscribe(live.append)
        found["plain"] = await pool.run(jobs.double, 21)
        found["named"] = await pool.run(jobs.echo, 1, b=[2, None])
        found["async"] = await pool.run(jobs.later, "value", 0.01)
        found["by value"] = await pool.run(lambda number: number + here, 32)
        found["prepared"] = await pool.run(jobs.what_is_prepared)
        try:
            await pool.run(jobs.fail, "no")
        except ValueError as error:
            cause: Any = error.__cause__
            found["error"] = [str(error), "in fail" in cause.traceback]
        data = bytes(range(256)) * 4000
        found["bytes"] = await pool.run(jobs.same, data) == data
        found["map"] = [x async for x in pool.map(jobs.double, range(6))]
        found["several"] = [x async for x in pool.map(jobs.power, [2, 3], [5, 2])]
        unordered = pool.map(jobs.later, range(20), ordered=False, chunksize=3)
        found["unordered"] = sorted([x async for x in unordered])

        async def numbers() -> Any:
            for number in range(30):
                await asyncio.sleep(0)
                yield number

        many = pool.map(jobs.double, numbers(), chunksize="auto")
        found["async items"] = [x async for x in many] == [2 * n for n in range(30)]
        ticks: list[int] = []
        told = pool.options(on_progress=ticks.append)
        found["progress"] = [await told.run(jobs.count, 3), ticks]
        found["begun"] = await begun_while_computing(pool)
        unsubscribe()
        found["live"] = [live[0].accepted, live[-1].accepted > 0]
        held = [await pool.submit(jobs.later, n, 0.05) for n in range(4)]
    found["drained"] = [task.result() for task in held]
    found["left"] = len(pool.stats().workers)
    found["events"] = sorted(set(events))
    return found


async def begun_while_computing(pool: WorkerPool) -> bool:
    """Whether the report arrives long before the result, although the worker does not pause."""
    began: list[float] = []

    def note(event: Event) -> None:
        if event.kind is EventKind.BEGUN:
            began.append(time.time())

    unlisten = pool.listen(note)
    try:
        # A page that is held up hears late of a short one.
        for seconds in (0.3, 3.0, 30.0):
            began.clear()
            ended = await pool.run(jobs.compute_until, seconds)
            if len(began) == 1 and began[0] < ended:
                return True
        return False
    finally:
        unlisten()


async def broken_off() -> dict[str, Any]:
    """Tasks that are cancelled, whose time is up, and whose worker ends."""
    found: dict[str, Any] = {}
    causes: list[Any]
    async with WorkerPool(1, grace=0.2) as pool:
        await pool.run(jobs.double, 1)
        waiting = [await pool.submit(jobs.later, n, 0.2) for n in range(3)]
        waiting[2].cancel()
        waiting[0].cancel()
        await asyncio.wait(waiting)
        found["cancelled"] = [task.cancelled() for task in waiting]
        try:
            await pool.options(limit=0.2).run(jobs.forever)
        except TaskExpiredError as error:
            found["limit"] = error.which
        try:
            await pool.options(timeout=0.1).run(jobs.later, 1, 60)
        except TaskExpiredError as error:
            found["timeout"] = error.which
        found["overdue"] = await overdue(pool)
        found["goes on"] = await pool.run(jobs.double, 4)
        stubborn = await pool.submit(jobs.stubborn, 1000)
        await asyncio.sleep(0.1)
        stubborn.cancel()
        found["after a stubborn one"] = await pool.run(jobs.double, 5)
        try:
            await pool.run(jobs.die)
        except TaskLostError as error:
            causes = list(error.causes)
            found["lost"] = [len(causes), causes[0].ending.value]
        try:
            await pool.options(idempotent=True).run(jobs.die)
        except TaskLostError as error:
            causes = list(error.causes)
            found["poison"] = [len(causes), causes[-1].ending.value]
        found["after poison"] = await pool.run(jobs.double, 6)
    return found


async def suspended() -> Any:
    """Two tasks come back together, and who waits for the first switches stacks for a while."""
    if not can_block():
        return "not possible"
    from pyodide.ffi import run_sync  # noqa: PLC0415 - as the lines that have it

    order: list[str] = []

    async def first(task: PoolTask[Any]) -> None:
        await task
        run_sync(asyncio.sleep(0.3))
        order.append("first")

    async def second(task: PoolTask[Any]) -> None:
        await task
        order.append("second")

    async with WorkerPool(1) as pool:
        await asyncio.gather(*[await pool.submit(jobs.tiny, n) for n in range(20)])
        tasks = [await pool.submit(jobs.tiny, n) for n in range(2)]
        await asyncio.gather(first(tasks[0]), second(tasks[1]))
    return order


async def overdue(pool: WorkerPool) -> str:
    """A deadline that has passed before the pool looks at it; this loop refuses past moments."""
    late = await pool.options(timeout=0.02).submit(jobs.later, 1, 60)
    jobs.compute(0.05)
    pool._turn()
    try:
        return str(await late)
    except TaskExpiredError as error:
        return error.which


async def no_worker() -> dict[str, Any]:
    """Causes that will not pass reach what waits."""
    found: dict[str, Any] = {}
    async with WorkerPool(1, packages=["no-such-package"]) as pool:
        tasks = [await pool.submit(jobs.double, n) for n in range(3)]
        await asyncio.wait(tasks)
        errors: list[Any] = [task.exception() for task in tasks]
        found["package"] = sorted({type(error).__name__ for error in errors})
        found["cause"] = type(errors[0].__cause__).__name__
    async with WorkerPool(1, initializer=jobs.fail, initargs=("unfit",)) as pool:
        try:
            await pool.run(jobs.double, 1)
        except NoWorkerError as error:
            found["initializer"] = repr(error.__cause__)
    return found


class Killer:
    """Ends workers that are at work, at random moments, in two ways."""

    def __init__(self, pool: Any, pick: random.Random, tasks: int) -> None:
        self.pool = pool
        self.pick = pick
        self.most = max(5, tasks // 25)
        # Spread over the work: a pool of which all die at once does nothing but start workers.
        self.due = sorted(pick.randrange(3 * tasks // 4) for _ in range(self.most))
        self.kills = 0

    async def run(self) -> None:
        for due in self.due:
            while self.pool.stats().done < due or not (busy := self.busy()):  # noqa: ASYNC110 - a random pause
                await asyncio.sleep(self.pick.uniform(0.002, 0.02))
            self.kills += 1
            worker = self.pool._crew._seats[self.pick.choice(busy)].worker
            if self.pick.random() < 0.5:
                worker.terminate(Ending.FATAL, "killed by the test")
            else:
                # Behind the pool's back: only the browser notices.
                worker._worker.terminate()

    def busy(self) -> list[int]:
        """Workers that have tasks; mostly such as have begun one."""
        busy = {number: slot for number, slot in self.pool._scheduler.slots.items() if slot.line}
        began = [
            number
            for number, slot in busy.items()
            if any(each.record.state is TaskState.BEGUN for each in slot.line.values())
        ]
        return began if self.pick.random() < 0.8 else list(busy)


def judged(
    given: list[tuple[int, bool, PoolTask[Any]]], settled: Counter[int]
) -> tuple[Counter[str], list[Any]]:
    """Count how tasks ended, and collect those that should not have ended so."""
    endings: Counter[str] = Counter()
    wrong: list[Any] = []
    for number, idempotent, task in given:
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            endings["cancelled"] += 1
        elif error is not None:
            endings[type(error).__name__] += 1
            if not isinstance(error, TaskLostError) or (idempotent and len(error.causes) < 4):
                wrong.append([number, repr(error)])
        else:
            endings["result"] += 1
            if task.result() != number:
                wrong.append([number, task.result()])
        if settled[task.number] != 1:
            wrong.append([number, "settled", settled[task.number]])
    return endings, wrong


async def killed(tasks: int, seed: int, size: int = 2) -> dict[str, Any]:
    """Ends workers at random under load, and accounts for every task."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    started = time.perf_counter()
    settled: Counter[int] = Counter()

    def note(event: Any) -> None:
        if event.kind is EventKind.SETTLED:
            settled[event.task] += 1

    given: list[tuple[int, bool, PoolTask[Any]]] = []
    async with WorkerPool(size, attempts=4, capacity=max(40, tasks // 8)) as pool:
        pool.listen(note)
        killer = Killer(pool, pick, tasks)
        killing = asyncio.ensure_future(killer.run())
        for number in range(tasks):
            idempotent = pick.random() < 0.6
            seconds = pick.choice([0.0, 0.0, 0.005, 0.05])
            function = jobs.later if pick.random() < 0.3 else jobs.compute_and
            through = pool.options(idempotent=idempotent, priority=pick.randrange(2))
            given.append((number, idempotent, await through.submit(function, number, seconds)))
            if pick.random() < 0.05:
                pick.choice(given)[2].cancel()
        await asyncio.wait([task for *_, task in given])
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    stats = pool.stats()
    endings, wrong = judged(given, settled)
    return {
        "seed": seed,
        "tasks": len(given),
        "accounted": sum(endings.values()),
        "endings": dict(endings),
        "wrong": wrong,
        "kills": killer.kills,
        "died": stats.died,
        "retried": stats.retried,
        "settled": stats.done,
        "left": len(stats.workers),
        "seconds": round(time.perf_counter() - started, 1),
    }


async def overhead(tasks: int = 300, rounds: int = 20, size: int = 1) -> dict[str, Any]:
    """Microseconds of overhead per task, the best of several rounds."""
    submitted, done, chunked = [], [], []
    async with WorkerPool(size, capacity=tasks) as pool:
        await asyncio.gather(*[await pool.submit(jobs.tiny, n) for n in range(50)])
        for _ in range(rounds):
            began = time.perf_counter()
            given = [await pool.submit(jobs.tiny, n) for n in range(tasks)]
            submitted.append(time.perf_counter() - began)
            await asyncio.gather(*given)
            done.append(time.perf_counter() - began)
            began = time.perf_counter()
            async for _ in pool.map(jobs.tiny, range(4 * tasks), chunksize="auto"):
                pass
            chunked.append((time.perf_counter() - began) / 4)
    return {
        name: round(min(times) / tasks * 1e6, 1)
        for name, times in {"submitted": submitted, "done": done, "chunked": chunked}.items()
    }
