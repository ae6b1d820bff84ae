"""Tasks of handlers."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

from bridge._browser.tasks import follow


def test_a_task_that_nobody_else_knows_goes_on() -> None:
    async def check() -> list[str]:
        done: list[str] = []

        async def wait() -> None:
            answer = Answer()
            known = weakref.ref(answer)
            asyncio.get_running_loop().call_later(0, lambda: _settle(known()))
            waiting, answer = answer, None  # type: ignore[assignment]
            await waiting
            done.append("went on")

        follow(wait())
        for _ in range(5):
            await asyncio.sleep(0)
            gc.collect()
        return done

    assert asyncio.run(check()) == ["went on"]


class Answer(asyncio.Future[None]):
    """Known to nobody but the task that waits for it."""


def _settle(answer: Answer | None) -> None:
    if answer is not None and not answer.done():
        answer.set_result(None)


def test_an_error_is_reported_to_the_loop_and_a_cancellation_is_not() -> None:
    async def check() -> list[Any]:
        reported: list[Any] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))

        async def fail() -> None:
            raise ZeroDivisionError

        async def leave() -> None:
            raise asyncio.CancelledError

        follow(fail())
        follow(leave())
        for _ in range(3):
            await asyncio.sleep(0)
        return reported

    assert [type(error) for error in asyncio.run(check())] == [ZeroDivisionError]
