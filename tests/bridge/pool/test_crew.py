"""The crew tells what becomes of each worker, once, and leaves none behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bridge.pool.crew import Crew
from bridge.worker import Ending, WorkerDiedError
from tests.bridge.pool import in_memory, jobs
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.pool import wire
    from tests.bridge.pool.in_memory import MemoryWorker


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.turns = 0

    def started(self, number: int, *, certain: bool) -> None:
        self.told.append(("started", number, certain))

    def not_started(self, number: int, error: Exception) -> None:
        self.told.append(("not started", number, type(error)))

    def died(self, number: int, error: Exception, running: int | None) -> None:
        self.told.append(("died", number, type(error), running))

    def said(self, number: int, messages: list[wire.Message], buffers: list[Any]) -> None:
        self.told += [("said", number, message[0], len(buffers)) for message in messages]

    def went_on(self) -> None:
        self.turns += 1


class Scene:
    """A crew of workers in memory, and who listens to it."""

    def __init__(
        self,
        initial: tuple[Callable[..., object] | None, tuple[object, ...]] = (None, ()),
        failing: Callable[[int], Exception | None] = lambda _: None,
    ) -> None:
        self.heard = Heard()
        self.source = in_memory.Crew(failing)
        self.crew = Crew(self.source.spawn, self.heard, initial, "scene", 0.01)

    async def idle(self) -> list[tuple[Any, ...]]:
        """Wait until nothing goes on; return what was told."""
        while self.crew.working:
            await asyncio.wait(self.crew._work.values())
        await turns()
        return self.heard.told

    async def one(self) -> MemoryWorker:
        self.crew.start(1)
        await self.idle()
        self.heard.told.clear()
        return self.source.workers[0]


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, patience(30)))


async def turns() -> None:
    """Let a start get as far as it gets without time."""
    for _ in range(20):
        await asyncio.sleep(0)


async def preparing() -> Scene:
    """A crew whose worker has started and is not prepared for a long time."""
    scene = Scene((jobs.later, (1, 60.0)))
    scene.crew.start(1)
    await turns()
    assert scene.source.alive
    assert not scene.heard.told
    return scene


def refuse() -> None:
    raise ValueError("no")


def test_a_worker_is_told_of_when_it_is_ready_and_not_when_it_was_ended() -> None:
    async def main() -> None:
        scene = Scene()
        scene.crew.start(7)
        assert scene.crew.working
        # Without an isolated page, nobody knows what a dead worker had begun.
        assert await scene.idle() == [("started", 7, False)]
        scene.crew.end(7)
        assert scene.source.workers[0].ended.result().ending is Ending.TERMINATED
        assert await scene.idle() == [("started", 7, False)]
        assert scene.heard.turns == 1

    run(main())


def test_a_worker_that_cannot_be_started_is_told_with_its_error() -> None:
    async def main() -> None:
        scene = Scene(failing=lambda _: ConnectionError("unreachable"))
        scene.crew.start(1)
        assert await scene.idle() == [("not started", 1, ConnectionError)]
        assert not scene.crew.working
        assert scene.heard.turns == 1

    run(main())


def test_the_initializer_comes_first_and_its_error_ends_the_start() -> None:
    async def main() -> None:
        ready = Scene((jobs.double, (2,)))
        ready.crew.start(1)
        assert ("started", 1, False) in await ready.idle()
        unfit = Scene((refuse, ()))
        unfit.crew.start(1)
        assert await unfit.idle() == [("not started", 1, ValueError)]
        assert unfit.source.alive == []

    run(main())


def test_a_worker_that_dies_while_it_is_prepared_did_not_start() -> None:
    async def main() -> None:
        scene = await preparing()
        scene.source.workers[0].terminate(Ending.CLOSED)
        assert await scene.idle() == [("not started", 1, WorkerDiedError)]

    run(main())


def test_a_start_that_is_ended_leaves_no_worker() -> None:
    async def main() -> None:
        scene = await preparing()
        scene.crew.end(1)
        assert await scene.idle() == []
        assert scene.source.alive == []

    run(main())


def test_the_death_of_a_ready_worker_is_told_once() -> None:
    async def main() -> None:
        scene = Scene()
        worker = await scene.one()
        worker.terminate(Ending.FATAL, "aborted")
        assert await scene.idle() == [("died", 1, WorkerDiedError, None)]
        scene.crew.end(1)
        assert len(await scene.idle()) == 1

    run(main())


def test_what_is_for_a_worker_that_is_gone_goes_nowhere() -> None:
    async def main() -> None:
        scene = Scene()
        scene.crew.hand(3, 1, None)  # type: ignore[arg-type]
        scene.crew.withdraw(3, 1)
        scene.crew.end(3)
        scene.crew.forget([1, 2])
        scene.crew.flush()
        scene.crew.recover(3, 1, lambda: True)
        assert await scene.idle() == []

    run(main())


@pytest.mark.parametrize("leaves", [True, False])
def test_a_worker_that_answers_and_keeps_what_it_shall_leave_is_ended(leaves: bool) -> None:
    async def main() -> None:
        scene = Scene()
        worker = await scene.one()
        asked = 0

        def stuck() -> bool:
            nonlocal asked
            asked += 1
            return not leaves or asked == 1

        scene.crew.recover(1, 5, stuck)
        told = await scene.idle()
        if leaves:
            assert told == []
            assert not worker.ended.done()
        else:
            assert told == [("died", 1, WorkerDiedError, None)]
            assert worker.ended.result().ending is Ending.DEADLINE

    run(main())
