"""The worker's end: in order, one at a time, and every task that came is answered."""

from __future__ import annotations

import asyncio
from typing import Any

from bridge.pool import wire
from bridge.pool.inside import Bench
from bridge.pool.packing import pack, pack_call, rebuilt, unpack
from bridge.rpc.loopback import pair
from tests.bridge.pool import jobs


class Page:
    """The other end, by hand."""

    def __init__(self) -> None:
        self.port, far = pair()
        self.words = [0]
        self.bench = Bench(far, self.words)
        self.heard: list[wire.Message] = []
        self.deliveries: list[int] = []
        self.out = wire.Outbox(self.port)
        self._more = asyncio.Event()
        self.port.listen(self._receive)

    def _receive(self, header: bytes, buffers: list[Any]) -> None:
        assert buffers == []
        messages = wire.read(header)
        self.deliveries.append(len(messages))
        self.heard += messages
        self._more.set()

    def function(self, number: int, function: Any) -> None:
        self.out.add((wire.FUNCTION, number, pack(function, whole=True).body))

    def task(self, attempt: int, function: int, *args: Any, mode: int = wire.CALL) -> None:
        body = pack(list(args)).body if mode & wire.EACH else pack_call(args, {}).body
        self.out.add((wire.TASK, attempt, function, mode, body, 0))

    async def hears(self, *kinds: int) -> list[wire.Message]:
        """Wait for messages of these kinds, and return those."""
        self.out.flush()

        async def waiting() -> None:
            while sum(message[0] in kinds for message in self.heard) < len(kinds):
                self._more.clear()
                await self._more.wait()

        await asyncio.wait_for(waiting(), 20)
        return [message for message in self.heard if message[0] in kinds]


def run(work: Any) -> Any:
    return asyncio.run(work)


def test_a_task_is_reported_as_begun_until_its_function_is_known_to_be_short() -> None:
    async def main() -> None:
        page = Page()
        page.function(1, jobs.tiny)
        for attempt in range(1, 61):
            page.task(attempt, 1, -attempt)
        done = await page.hears(*[wire.DONE] * 60)
        found = [(message[1], unpack(message[2])) for message in done]
        assert found == [(attempt, -attempt) for attempt in range(1, 61)]
        begun = [message[1] for message in page.heard if message[0] == wire.BEGUN]
        assert begun[0] == 1
        assert len(begun) < 60
        assert page.words == [60], "the word has the last one that began, reported or not"

    run(main())


def test_results_of_short_tasks_travel_together() -> None:
    async def main() -> None:
        page = Page()
        page.function(1, jobs.tiny)
        for attempt in range(1, 31):
            page.task(attempt, 1, attempt)
        await page.hears(*[wire.DONE] * 30)
        assert max(page.deliveries) > 3

    run(main())


def test_a_task_that_was_left_before_it_began_is_not_run() -> None:
    async def main() -> None:
        page = Page()
        page.function(1, jobs.prepare)
        page.function(2, jobs.later)
        jobs.prepared.clear()
        page.task(1, 2, "value", 0.02)
        page.task(2, 1, "not wanted")
        page.task(3, 1, "wanted")
        page.out.add((wire.LEAVE, 2))
        page.out.add((wire.LEAVE, 77))  # of one that came back already
        left = await page.hears(wire.LEFT, wire.DONE, wire.DONE)
        assert [message[:2] for message in left] == [(wire.DONE, 1), (wire.LEFT, 2), (wire.DONE, 3)]
        assert jobs.prepared == ["wanted"]

    run(main())


def test_a_function_that_cannot_be_had_is_an_error_of_each_task_that_calls_it() -> None:
    async def main() -> None:
        page = Page()
        page.out.add((wire.FUNCTION, 1, b"cno_such_module\nname\n."))
        page.out.add((wire.FUNCTION, 2, pack(42).body))
        page.task(1, 1)
        page.task(2, 2)
        page.task(3, 99)
        raised = await page.hears(*[wire.RAISED] * 3)
        names = [type(rebuilt(message[2])).__name__ for message in raised]
        assert names == ["MissingModuleError", "FunctionError", "KeyError"]

    run(main())


def test_a_chunk_ends_at_its_first_error_or_goes_on_as_asked() -> None:
    async def main() -> None:
        page = Page()
        page.function(1, jobs.fail_at)
        items = [(number, 1) for number in range(3)]
        page.task(1, 1, *items, mode=wire.EACH)
        page.task(2, 1, *items, mode=wire.EACH | wire.EVERY)
        first, second = [unpack(message[2]) for message in await page.hears(*[wire.DONE] * 2)]
        assert first[0] == [0]
        assert second[0] == [0, 2]
        assert list(first[1]) == list(second[1]) == [1]
        assert repr(rebuilt(first[1][1])) == "LookupError(1)"

    run(main())
