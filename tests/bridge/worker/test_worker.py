"""Recoveries where they overlap: whose answer is whose, by a worker that is played.

What a real worker does when it is recovered stands in `test_in_browser`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from bridge._browser.interrupts import HEARD, RAISED, SIZE
from bridge.proxies import ProxyScope
from bridge.worker import Ending, Timings, Worker, WorkerDiedError
from bridge.worker import worker as module
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import pytest


class Played(list[int]):
    """The browser's worker, its port and its shared words in one; it computes until `turn`."""

    def __init__(self) -> None:
        super().__init__([0] * SIZE)
        self.asked: list[int] = []
        self.meant: list[int] = []
        self.ended = False
        self.lost: list[Exception] = []
        self.closed_there: Callable[[], object]
        self.pressed = asyncio.Event()
        """Interrupted, and asked whether that has helped."""
        self.worker = Worker(
            cast("Any", self),
            cast("Any", self),
            ProxyScope("test"),
            timings=Timings(),
            fast_path=frozenset(),
            packages=(),
            words=cast("Any", self),
        )

    def post(self, message: dict[str, Any]) -> None:
        self.asked.append(message["number"])
        if self.meant:
            self.pressed.set()

    def interrupt(self, target: int) -> None:
        self.meant.append(target)

    def withdraw(self) -> None:
        self[0] = 0

    def terminate(self) -> None:
        self.ended = True

    def lose(self, reason: Exception) -> None:
        self.lost.append(reason)

    def turn(self) -> None:
        """Answer what was asked: the worker's event loop has turned."""
        for number in self.asked:
            self[HEARD] = number
            self.worker.heard({"kind": "pong", "number": number})
        self.asked.clear()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, patience(20)))


def test_a_recovery_takes_no_answer_for_its_own_that_came_before_it() -> None:
    async def main() -> list[object]:
        played = Played()
        first = asyncio.ensure_future(played.worker.recover(patience=0.01, grace=10))
        await played.pressed.wait()
        played.turn()
        # Something else computes now. The first recovery has not noticed yet that it is over.
        second = asyncio.ensure_future(played.worker.recover(patience=0.01, grace=0.02))
        found = [await first, await second, played.ended]
        return [*found, (await played.worker.ended).ending]

    assert run(main()) == [True, False, True, Ending.DEADLINE]


def test_of_two_recoveries_of_the_same_the_second_leaves_alone_what_begins_after_it() -> None:
    async def main() -> tuple[list[bool], set[int], bool]:
        played = Played()
        both = [
            asyncio.ensure_future(played.worker.recover(patience=0.01, grace=10)) for _ in range(2)
        ]
        await played.pressed.wait()
        played.turn()
        # What computes from now on answers nobody, and nobody has complained of it.
        return [await each for each in both], set(played.meant), played.ended

    assert run(main()) == ([True, True], {-1}, False)


def test_a_recovery_goes_on_when_nobody_waits_for_it_any_more() -> None:
    async def main() -> bool:
        played = Played()
        recovery = asyncio.ensure_future(played.worker.recover(patience=0.01, grace=0.02))
        await played.pressed.wait()
        recovery.cancel()
        await played.worker.ended
        return played.ended

    assert run(main())


def interrupts_before_and_after(happens: Callable[[Played], None]) -> tuple[bool, int]:
    """Interrupt a worker that does not hear it; tell what came before something, and after."""

    async def main() -> tuple[bool, int]:
        played = Played()
        assert played.worker.interrupt(7)
        while len(played.meant) < 3:  # noqa: ASYNC110 - nothing tells of it but the count
            await asyncio.sleep(module._REPEAT)
        happens(played)
        before = len(played.meant)
        await asyncio.sleep(10 * module._REPEAT)
        return set(played.meant) == {7}, len(played.meant) - before

    return cast("tuple[bool, int]", run(main()))


def test_an_interrupt_that_the_runtime_lost_is_repeated_until_one_was_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_REPEAT", 0.005)

    def raised(played: Played) -> None:
        played[RAISED] += 1

    assert interrupts_before_and_after(raised) == (True, 0)


def test_an_interrupt_is_not_repeated_when_what_ran_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_REPEAT", 0.005)
    assert interrupts_before_and_after(Played.turn) == (True, 0)
    assert interrupts_before_and_after(lambda played: played.worker.terminate()) == (True, 0)


def test_a_port_closed_by_the_worker_is_lost_and_an_end_of_the_worker_says_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_NEWS", 0.05)

    async def main() -> None:
        alive, dying = Played(), Played()
        alive.closed_there()
        dying.closed_there()
        dying.worker.gone()
        await asyncio.gather(*alive.worker._going_on, *dying.worker._going_on)
        assert [type(each) for each in alive.lost] == [ConnectionResetError]
        assert [type(each) for each in dying.lost] == [WorkerDiedError]
        assert alive.worker.alive

    run(main())
