"""Every call belongs to a scope, is counted by it, and ends with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import DisposedError
from bridge.offload import CallScope, NotOffloadableError, ThreadExecutor, current_scope, offload
from bridge.reactivity import ImpureComputedError, Scope, computed
from tests.bridge.offload.manual import ManualExecutor, Stubborn, task, turns

MOVES = st.sampled_from(
    ["call", "call inside", "return", "raise", "cancel", "move on", "report", "turn", "await"]
)


async def play(  # noqa: C901 - one branch per move
    moves: list[tuple[str, int]], *, stubborn: bool
) -> None:
    executor = ManualExecutor(Stubborn if stubborn else None)
    outer = CallScope("page", executor=executor)
    inner = CallScope("dialog", parent=outer)
    calls: list[Any] = []
    waiting: list[asyncio.Task[Any]] = []

    async def waiter(call: Any) -> None:
        await call

    for move, number in moves:
        place = number % len(calls) if calls else 0
        if move.startswith("call"):
            calls.append((inner if move == "call inside" else outer).offload(task, number))
        elif move == "move on":
            (inner if number % 2 else outer).cancel()
        elif move == "turn":
            await turns()
        elif calls and move == "cancel":
            calls[place].cancel()
        elif calls and move == "await":
            waiting.append(asyncio.ensure_future(waiter(calls[place])))
        elif calls and not executor.work[place].future.done():
            work = executor.work[place]
            if move == "report":
                work.report(number)
            elif move == "return":
                work.future.set_result(number)
            else:
                work.future.set_exception(ValueError(number))
            await turns()
        pending = sum(not call.done() for call in calls)
        assert outer.pending.value == pending
        assert all(call.pending.value is not call.done() for call in calls)
        assert inner.pending.value <= pending
    outer.close()
    assert all(call.done() for call in calls)
    assert [scope.pending.value for scope in (outer, inner)] == [0, 0]
    assert not outer.busy.value
    for work in executor.work:
        if not work.future.done():
            work.future.set_exception(ValueError("after the end"))
    await asyncio.gather(*waiting, return_exceptions=True)
    await turns()
    assert [scope.pending.value for scope in (outer, inner)] == [0, 0]
    assert all(call.cancelled() or call.exception() or True for call in calls)


@given(st.lists(st.tuples(MOVES, st.integers(0, 99)), max_size=30), st.booleans())
def test_the_count_of_pending_calls_is_right_and_returns_to_zero(
    moves: list[tuple[str, int]], stubborn: bool
) -> None:
    asyncio.run(play(moves, stubborn=stubborn))


def test_leaving_the_block_of_a_scope_cancels_what_is_pending() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        with CallScope("view", executor=executor) as view:
            assert current_scope() is view
            call = offload(task)
            assert view.busy.value
        assert current_scope() is not view
        assert call.cancelled()
        assert executor.work[0].future.cancelled()
        with pytest.raises(DisposedError):
            view.offload(task)

    asyncio.run(main())


def test_a_scope_closes_with_the_reactive_scope_in_which_it_was_made() -> None:
    async def main() -> None:
        with Scope("component") as component:
            view = CallScope("view", executor=ManualExecutor())
        call = view.offload(task)
        component.dispose()
        assert view.closed
        assert call.cancelled()

    asyncio.run(main())


def test_a_scope_closes_those_inside_it_and_what_comes_later_in_them_is_refused() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        outer = CallScope("page", executor=executor)
        inner = CallScope("dialog", parent=outer)
        call = inner.offload(task)
        outer.close()
        assert call.cancelled()
        with pytest.raises(DisposedError, match="dialog"):
            inner.offload(task)
        with pytest.raises(DisposedError, match="page"):
            CallScope("another dialog", parent=outer)
        assert len(executor.work) == 1

    asyncio.run(main())


def test_a_task_of_a_scope_makes_its_calls_for_the_scope_and_ends_with_it() -> None:
    async def main() -> None:
        view = CallScope("view", executor=ManualExecutor())
        reached: list[str] = []

        async def work() -> None:
            try:
                await offload(task)
                reached.append("resumed")
            finally:
                reached.append("cleaned up")

        run = view.start(work())
        await turns()
        assert view.pending.value == 1
        view.close()
        await asyncio.wait([run])
        assert run.cancelled()
        assert reached == ["cleaned up"]

    asyncio.run(main())


def test_moving_on_does_not_cancel_the_task_that_says_so() -> None:
    async def main() -> str:
        view = CallScope("view", executor=ManualExecutor())

        async def work() -> str:
            call = offload(task)
            view.cancel()
            assert call.cancelled()
            await asyncio.sleep(0)
            return "went on"

        return str(await view.start(work()))

    assert asyncio.run(main()) == "went on"


def test_a_call_that_could_not_begin_is_not_counted() -> None:
    class Refusing(ManualExecutor):
        def execute(self, *given: Any) -> asyncio.Future[Any]:
            raise NotOffloadableError(repr(given), "nothing can be")

    async def main() -> None:
        view = CallScope("view", executor=Refusing())
        with pytest.raises(NotOffloadableError):
            view.offload(task)
        assert view.pending.value == 0

    asyncio.run(main())


def test_a_computed_value_cannot_offload_and_nothing_is_started() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        view = CallScope("view", executor=executor)
        value = computed(lambda: view.offload(task))
        with pytest.raises(ImpureComputedError):
            _ = value.value
        assert (executor.work, view.pending.value) == ([], 0)

    asyncio.run(main())


def test_threads_do_the_work_where_no_worker_is() -> None:
    async def main() -> list[Any]:
        with CallScope("view", executor=ThreadExecutor()) as view:
            return await asyncio.gather(*[view.offload(pow, 2, number) for number in range(5)])

    assert asyncio.run(main()) == [1, 2, 4, 8, 16]
