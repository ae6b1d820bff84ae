"""A call in flight: it ends once, whoever ends it, and whoever waits is told once."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc.call import Call
from bridge.rpc.remote import Options
from tests.bridge.rpc.both_ends import run
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable


class Home:
    """An end that notes what was abandoned."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.loop = asyncio.get_running_loop()
        self.continuing: Callable[[], bool] = lambda: at_once
        self.abandoned: list[Call[Any]] = []

    def abandon(self, call: Call[Any]) -> None:
        self.abandoned.append(call)

    def call(self, name: str = "add") -> Call[Any]:
        return Call(1, name, Options(), self)


ENDINGS: dict[str, Callable[[Call[Any]], object]] = {
    "settle": lambda call: call.settle(1),
    "fail": lambda call: call.fail(ValueError("no")),
    "drop": lambda call: call.drop(),
    "cancel": lambda call: call.cancel(),
    "close": lambda call: call.close(),
}


@given(
    st.lists(st.sampled_from([*ENDINGS, "listen", "forget", "turn"]), max_size=12), st.booleans()
)
def test_the_first_ending_counts_and_is_told_once(names: list[str], at_once: bool) -> None:
    async def main() -> None:
        home = Home(at_once=at_once)
        call = home.call()
        told: list[int] = []
        listening: set[int] = set()
        ending = ""
        listeners: list[Callable[[Any], None]] = []
        for place, name in enumerate(names):
            if name == "turn":
                await asyncio.sleep(0)
            elif name == "listen":
                listeners.append(lambda _, place=place: told.append(place))  # type: ignore[misc]
                call.add_done_callback(listeners[-1])
                listening.add(place)
            elif name == "forget":
                if listeners and not ending:
                    assert call.remove_done_callback(listeners.pop()) == 1
                    listening.remove(max(listening))
            else:
                ENDINGS[name](call)
                ending = ending or name
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert call.done() == bool(ending)
        assert sorted(told) == (sorted(listening) if ending else [])
        assert bool(home.abandoned) == (ending in ("cancel", "close"))
        assert len(home.abandoned) <= 1
        if ending == "settle":
            assert call.result() == 1
        elif ending == "fail":
            assert isinstance(call.exception(), ValueError)
        elif ending:
            assert call.cancelled()

    run(main())


@pytest.mark.parametrize("at_once", [True, False])
def test_who_waits_is_continued_at_once_only_where_that_is_possible(at_once: bool) -> None:
    async def main() -> None:
        home = Home(at_once=at_once)
        call = home.call()
        seen: list[object] = []

        async def wait() -> None:
            seen.append(await call)

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        # As a port does it: outside of every task.
        arrived = home.loop.create_future()

        def arrive() -> None:
            call.settle("answer")
            arrived.set_result(list(seen))

        home.loop.call_soon(arrive)
        assert await arrived == (["answer"] if at_once else [])
        await task
        assert seen == ["answer"]

    run(main())


def test_inside_of_a_task_nobody_else_is_continued() -> None:
    async def main() -> None:
        call = Home().call()
        seen: list[object] = []

        async def wait() -> None:
            seen.append(await call)

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        call.settle(1)
        assert seen == []
        await task

    run(main())


def test_a_listener_has_its_own_context_and_may_fail() -> None:
    async def main() -> None:
        variable = contextvars.ContextVar("variable", default="main")
        home = Home()
        call = home.call()
        seen: list[str] = []
        context = contextvars.copy_context()
        context.run(variable.set, "own")
        reported: list[dict[str, Any]] = []
        home.loop.set_exception_handler(lambda _, context: reported.append(context))

        def fail(_: object) -> None:
            raise RuntimeError("on purpose")

        call.add_done_callback(fail)
        call.add_done_callback(lambda _: seen.append(variable.get()), context=context)
        home.loop.call_soon(call.settle, 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert seen == ["own"]
        assert [str(each["exception"]) for each in reported] == ["on purpose"]

    run(main())


def test_it_passes_for_a_coroutine_and_for_a_future() -> None:
    async def main() -> None:
        home = Home()
        call = home.call()
        assert asyncio.iscoroutine(call)
        assert inspect.isawaitable(call)
        task = asyncio.create_task(call)
        home.loop.call_soon(call.settle, 5)
        assert await task == 5
        other = home.call()
        home.loop.call_soon(other.settle, 6)
        assert await asyncio.wait_for(other, patience(1)) == 6
        third = home.call()
        running = asyncio.create_task(third)
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert home.abandoned == [third]

    run(main())


def test_a_timer_of_its_own_ends_with_it() -> None:
    async def main() -> None:
        call = Home().call()
        call.timer = timer = asyncio.get_running_loop().call_later(60, call.fail, TimeoutError())
        call.settle(1)
        assert timer.cancelled()
        assert call.timer is None

    run(main())


def test_errors_name_it() -> None:
    async def main() -> None:
        assert Home().call("add").what == "the call of 'add'"
        assert Home().call("").what == "the call"

    run(main())
