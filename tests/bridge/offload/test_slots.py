"""Latest wins, whatever the order in which calls end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import DisposedError
from bridge.offload import CallScope, Slot
from tests.bridge.offload.manual import ManualExecutor, Stubborn, task, turns

ENDINGS = st.sampled_from(["value", "error"])
PLAYS = st.lists(
    st.one_of(
        st.just(("fill", 0, "")),
        st.tuples(st.just("end"), st.integers(0, 20), ENDINGS),
        st.tuples(st.just("report"), st.integers(0, 20), st.just("")),
        st.just(("turn", 0, "")),
        st.just(("empty", 0, "")),
    ),
    max_size=30,
)


async def play(moves: list[tuple[str, int, str]]) -> None:  # noqa: C901 - one branch per move
    """Fill one slot again and again, with work that cannot be stopped and ends in any order."""
    executor = ManualExecutor(Stubborn)
    scope = CallScope("a view", executor=executor)
    slot: Slot[int] = Slot("search", scope=scope)
    shown: list[Any] = []
    slot.value.subscribe(shown.append)
    calls: list[Any] = []
    expected: list[Any] = [None]
    latest: int | None = None
    for move, number, how in moves:
        place = number % len(calls) if calls else 0
        if move == "fill":
            calls.append(slot.offload(task, len(calls)))
            latest = len(calls) - 1
        elif move == "empty":
            slot.cancel()
            latest = None
        elif move == "turn":
            await turns()
        elif calls and not executor.work[place].future.done():
            work = executor.work[place]
            if move == "report":
                work.report(place)
            elif how == "value":
                work.future.set_result(place)
                await turns()
                if place == latest:
                    expected.append(place)
                    latest = None
            else:
                work.future.set_exception(ValueError(place))
                await turns()
                latest = None if place == latest else latest
        assert slot.busy.value is (latest is not None)
        assert scope.pending.value == (latest is not None)
    slot.cancel()
    for work in executor.work:
        if not work.future.done():
            work.future.set_result(-1)
    await turns()
    assert shown == expected
    assert (slot.busy.value, scope.pending.value, scope.busy.value) == (False, 0, False)
    # Asyncio asks who made a call to take notice of its failure.
    assert all(call.done() and (call.cancelled() or call.exception() or True) for call in calls)


@given(PLAYS)
def test_only_what_the_latest_call_delivers_is_ever_shown(
    moves: list[tuple[str, int, str]],
) -> None:
    asyncio.run(play(moves))


def test_who_awaits_an_overtaken_call_is_cancelled_and_its_work_told_to_stop() -> None:
    async def main() -> None:
        executor = ManualExecutor(Stubborn)
        slot: Slot[int] = Slot("search", scope=CallScope(executor=executor))
        first = slot.offload(task, 1)
        second = slot.offload(task, 2)
        assert slot.busy.value
        with pytest.raises(asyncio.CancelledError, match="overtaken in 'search'"):
            await first
        work = executor.work[0].future
        assert isinstance(work, Stubborn)
        assert work.asked == ["overtaken in 'search'"]
        executor.work[1].future.set_result(2)
        assert await second == 2

    asyncio.run(main())


def test_a_failure_is_shown_keeps_the_value_and_is_gone_with_the_next_call() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        slot: Slot[int] = Slot("search", initial=7, scope=CallScope(executor=executor))
        call = slot.offload(task)
        executor.work[0].future.set_exception(ValueError("no"))
        with pytest.raises(ValueError, match="no"):
            await call
        assert slot.error.value is call.exception()
        assert (slot.value.value, slot.busy.value) == (7, False)
        slot.offload(task)
        assert slot.error.peek() is None
        slot.cancel()

    asyncio.run(main())


def test_the_progress_of_a_slot_is_that_of_its_present_call() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        slot: Slot[int] = Slot("search", scope=CallScope(executor=executor))
        assert slot.progress.peek() is None
        slot.offload(task)
        executor.work[0].report(0.5)
        await asyncio.sleep(0.05)
        assert slot.progress.value == 0.5
        slot.offload(task)
        executor.work[0].report(0.9)
        await asyncio.sleep(0.05)
        assert slot.progress.value is None
        slot.cancel()

    asyncio.run(main())


def test_a_slot_whose_scope_has_closed_takes_nothing() -> None:
    async def main() -> None:
        scope = CallScope("a view", executor=ManualExecutor())
        slot: Slot[int] = Slot("search", scope=scope)
        call = slot.offload(task)
        scope.close()
        assert call.cancelled()
        assert not slot.busy.value
        with pytest.raises(DisposedError, match="a view"):
            slot.offload(task)

    asyncio.run(main())
