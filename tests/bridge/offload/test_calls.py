"""A call ends once, shows its progress once per frame, and may outlive its worker."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

import pytest

from bridge.offload import Call, CallScope, WaitInSectionError, uninterrupted
from bridge.offload.api import offloaded
from bridge.rpc import PeerLostError
from bridge.worker import Ending, WorkerDiedError
from tests.bridge.offload.manual import ManualExecutor, Stubborn, task, turns
from tests.pace import patience


def lost() -> PeerLostError:
    error = PeerLostError("task", "the worker is gone")
    error.__cause__ = WorkerDiedError(Ending.CLOSED, "")
    return error


def test_of_the_progress_within_a_frame_the_last_is_shown_and_the_final_one_never_lost() -> None:
    async def main() -> list[Any]:
        executor = ManualExecutor()
        call = CallScope(executor=executor).offload(task)
        shown: list[Any] = []
        call.progress.subscribe(shown.append)
        report = executor.work[0].report
        for number in range(1000):
            report(number)
        await asyncio.sleep(0.1)
        for number in range(1000, 2000):
            report(number)
        executor.work[0].future.set_result(1)
        await call
        report("too late")
        await asyncio.sleep(0.05)
        return shown

    assert asyncio.run(main()) == [None, 999, 1999]


def test_cancelling_who_awaits_cancels_the_work() -> None:
    async def main() -> bool:
        executor = ManualExecutor()
        call = CallScope(executor=executor).offload(task)

        async def handler() -> None:
            await call

        waiting = asyncio.create_task(handler())
        await turns()
        waiting.cancel()
        await asyncio.wait([waiting])
        return executor.work[0].future.cancelled() and call.cancelled()

    assert asyncio.run(main())


def test_a_deadline_around_a_call_cancels_the_work() -> None:
    async def main() -> bool:
        executor = ManualExecutor()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(CallScope(executor=executor).offload(task), 0.01)
        return executor.work[0].future.cancelled()

    assert asyncio.run(main())


def test_work_that_its_executor_cancels_is_a_cancelled_call() -> None:
    async def main() -> None:
        executor = ManualExecutor()
        scope = CallScope(executor=executor)
        call = scope.offload(task)
        executor.work[0].future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert scope.pending.value == 0

    asyncio.run(main())


def test_what_fails_after_it_was_given_up_is_noted_and_reaches_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> list[Any]:
        reported: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: reported.append(about))
        executor = ManualExecutor(Stubborn)
        call = CallScope(executor=executor).offload(task)
        call.cancel()
        executor.work[0].future.set_exception(ValueError("late"))
        await turns()
        del call
        executor.work.clear()
        gc.collect()
        return reported

    with caplog.at_level(logging.INFO, "bridge.offload"):
        assert asyncio.run(main()) == []
    assert "after it had been given up" in caplog.text


def test_a_failure_that_nobody_awaits_is_reported() -> None:
    async def main() -> list[Any]:
        reported: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, about: reported.append(str(about["exception"]))
        )
        executor = ManualExecutor()
        CallScope(executor=executor).offload(task)
        executor.work.pop().future.set_exception(ValueError("unheard"))
        await turns()
        gc.collect()
        return reported

    assert asyncio.run(main()) == ["unheard"]


@pytest.mark.parametrize(("idempotent", "begun"), [(True, 3), (False, 1)])
def test_only_what_is_harmless_to_repeat_is_repeated_when_its_worker_dies(
    idempotent: bool, begun: int
) -> None:
    async def main() -> int:
        executor = ManualExecutor()
        call = CallScope(executor=executor).offload(offloaded(idempotent=idempotent)(task))
        for _ in range(begun):
            executor.work[-1].future.set_exception(lost())
            await turns()
        with pytest.raises(PeerLostError) as caught:
            await asyncio.wait_for(call, patience(0.5))
        assert isinstance(caught.value.__cause__, WorkerDiedError)
        return len(executor.work)

    assert asyncio.run(main()) == begun


def test_a_repeated_call_delivers_what_the_second_worker_returned() -> None:
    async def main() -> Any:
        executor = ManualExecutor()
        scope = CallScope(executor=executor)
        call = scope.offload(offloaded(idempotent=True)(task))
        executor.work[0].future.set_exception(lost())
        await turns()
        assert scope.pending.value == 1
        executor.work[1].future.set_result(5)
        return await call

    assert asyncio.run(main()) == 5


def test_an_error_of_what_follows_a_call_is_not_the_error_of_the_call() -> None:
    async def main() -> list[str]:
        reported: list[str] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, about: reported.append(str(about["exception"]))
        )
        executor = ManualExecutor()
        scope = CallScope(executor=executor)
        armed: list[bool] = []

        def show(busy: bool) -> None:
            if armed:
                raise ValueError(f"in an effect, {busy}")

        scope.busy.subscribe(show)
        armed.append(True)
        call = scope.offload(task)
        executor.work[0].future.set_result(1)
        assert await call == 1
        return reported

    assert asyncio.run(main()) == ["in an effect, True", "in an effect, False"]


def test_awaiting_a_call_inside_a_section_is_an_error_and_after_it_is_none() -> None:
    async def main() -> int:
        executor = ManualExecutor()
        call: Call[int] = CallScope(executor=executor).offload(task)
        with (
            pytest.raises(WaitInSectionError, match="transfer") as caught,
            uninterrupted("transfer"),
        ):
            await call
        assert caught.value.section == "transfer"
        executor.work[0].future.set_result(3)
        return await call

    assert asyncio.run(main()) == 3


def test_an_error_of_the_function_itself_is_not_repeated() -> None:
    async def main() -> int:
        executor = ManualExecutor()
        call = CallScope(executor=executor).offload(offloaded(idempotent=True)(task))
        executor.work[0].future.set_exception(ValueError("no"))
        with pytest.raises(ValueError, match="no"):
            await asyncio.wait_for(call, patience(0.5))
        return len(executor.work)

    assert asyncio.run(main()) == 1
