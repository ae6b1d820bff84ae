"""Each outcome of a task settles its future in its own way, and only if that is still open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge._marshal.exceptions import describe
from bridge.errors import MissingModuleError
from bridge.pool import (
    FunctionError,
    NoWorkerError,
    Options,
    Outcome,
    PoolTask,
    TaskExpiredError,
    TaskLostError,
)
from bridge.pool.callbacks import Callbacks
from bridge.pool.functions import Functions
from bridge.pool.outcomes import settle
from bridge.pool.packing import pack, pack_call
from tests.bridge.pool import jobs


def settled(outcome: Outcome, detail: Any, *, first: bool = False, **options: Any) -> PoolTask[Any]:
    async def main() -> PoolTask[Any]:
        task: PoolTask[Any] = PoolTask(
            1,
            Functions().find(jobs.double),
            0,
            pack_call((1,), {}),
            Options(**options),
            lambda _: None,
            Callbacks(asyncio.get_running_loop()),
        )
        if first:
            task.cancel()
        settle(task, outcome, detail)
        return task

    return asyncio.run(main())


def test_a_result_is_unpacked_and_its_time_kept() -> None:
    body, buffers, _ = pack([1, bytes(9000)])
    task = settled(Outcome.RESULT, (body, buffers, 0.25))
    assert task.result() == [1, bytes(9000)]
    assert task.seconds == 0.25


def test_a_result_that_cannot_be_read_here_is_an_error_with_the_reason() -> None:
    error = settled(Outcome.RESULT, (b"cno_such_module\nname\n.", [], 0.1)).exception()
    assert isinstance(error, MissingModuleError)
    assert (error.name, error.what) == ("no_such_module", "the result of double")
    error = settled(Outcome.RESULT, (b"cjson\nno_such_name\n.", [], 0.1)).exception()
    assert isinstance(error, FunctionError)
    assert isinstance(error.__cause__, AttributeError)
    assert error.what == "the result of double"


@pytest.mark.parametrize(
    ("outcome", "detail", "options", "expected", "facts"),
    [
        (Outcome.ERROR, describe(LookupError("key")), {}, LookupError, {"args": ("key",)}),
        (Outcome.LOST, ("gone",), {"idempotent": True}, TaskLostError, {"causes": ("gone",)}),
        (Outcome.EXPIRED, "limit", {"limit": 2.0}, TaskExpiredError, {"seconds": 2.0}),
        (Outcome.EXPIRED, "timeout", {"timeout": 3.0}, TaskExpiredError, {"seconds": 3.0}),
        (Outcome.NO_WORKER, "unfit", {}, NoWorkerError, {"cause": "unfit"}),
    ],
)
def test_other_outcomes_are_errors_of_their_own_class(
    outcome: Outcome,
    detail: Any,
    options: dict[str, Any],
    expected: type[Exception],
    facts: dict[str, Any],
) -> None:
    error = settled(outcome, detail, **options).exception()
    assert type(error) is expected
    assert facts.items() <= {name: getattr(error, name) for name in facts}.items()


def test_a_task_that_was_cancelled_stays_so_whatever_comes() -> None:
    body, buffers, _ = pack("late")
    assert settled(Outcome.CANCELLED, None).cancelled()
    assert settled(Outcome.RESULT, (body, buffers, 0.1), first=True).cancelled()
    assert settled(Outcome.NO_WORKER, "none", first=True).cancelled()
