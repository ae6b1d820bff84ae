"""Listeners of many tasks in one turn: in order, apart from each other, and not for too long."""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar, copy_context

from bridge.pool.callbacks import Callbacks

name: ContextVar[str] = ContextVar("name", default="none")


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_all_are_called_in_order_and_each_in_its_context() -> None:
    async def main() -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        callbacks = Callbacks(asyncio.get_running_loop())
        name.set("first")
        first = copy_context()
        name.set("second")
        for number in range(6):
            context = first if number % 2 else copy_context()
            callbacks.soon(lambda number: found.append((name.get(), number)), number, context)
        assert found == []
        await settled()
        return found

    assert asyncio.run(main()) == [("first" if n % 2 else "second", n) for n in range(6)]


def test_one_that_raises_is_reported_and_harms_no_other() -> None:
    async def main() -> tuple[list[str], list[int]]:
        loop = asyncio.get_running_loop()
        reported: list[str] = []
        loop.set_exception_handler(lambda _, context: reported.append(repr(context["exception"])))
        found: list[int] = []
        callbacks = Callbacks(loop)
        for function in (found.append, lambda number: 1 // (number - 1), found.append):
            callbacks.soon(function, 1, copy_context())
        await settled()
        return reported, found

    assert asyncio.run(main()) == (
        ["ZeroDivisionError('integer division or modulo by zero')"],
        [1, 1],
    )


def test_the_loop_turns_between_listeners_that_take_long() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        found: list[str] = []
        callbacks = Callbacks(loop)

        def slow(_: object) -> None:
            time.sleep(0.01)
            found.append("slow")
            loop.call_soon(found.append, "other")

        for _ in range(3):
            callbacks.soon(slow, None, copy_context())
        await settled()
        return found

    found = asyncio.run(main())
    assert sorted(found) == ["other"] * 3 + ["slow"] * 3
    assert found.index("other") < 5 - found[::-1].index("slow"), "the last came after another"
