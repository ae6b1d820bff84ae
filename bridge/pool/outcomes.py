"""How a task's future is settled by what became of the task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import MissingModuleError
from bridge.pool.errors import FunctionError, NoWorkerError, TaskExpiredError, TaskLostError
from bridge.pool.packing import rebuilt, unpack
from bridge.pool.states import Outcome

if TYPE_CHECKING:
    from bridge.pool.task import PoolTask

__all__ = ["settle"]


def settle(task: PoolTask[Any], outcome: Outcome, detail: Any) -> None:
    """Settle a task, unless its author has cancelled it.

    Args:
        task: The task.
        outcome: How it ended.
        detail: What came with that; see `bridge.pool.states.Settle`.
    """
    if task.done():
        return
    if outcome is Outcome.RESULT:
        _return(task, detail)
    elif outcome is Outcome.CANCELLED:
        # Not by `cancel` of the task, which would tell the scheduler.
        task.drop("the pool cancelled the task")
    else:
        task.set_exception(_error_of(task, outcome, detail))


def _return(task: PoolTask[Any], detail: Any) -> None:
    body, buffers, task.seconds = detail
    try:
        value = unpack(body, buffers, f"the result of {task.function.name}")
    except MissingModuleError as error:
        task.set_exception(error)
    except Exception as error:  # noqa: BLE001 - the task's outcome
        fault = FunctionError(
            f"the result of {task.function.name}",
            f"it cannot be read here: {type(error).__name__}: {error}",
            "Return plain values, or load here what their classes need.",
        )
        fault.__cause__ = error
        task.set_exception(fault)
    else:
        task.set_result(value)


def _error_of(task: PoolTask[Any], outcome: Outcome, detail: Any) -> Exception:
    name, options = task.function.name, task.options
    if outcome is Outcome.ERROR:
        return rebuilt(detail)
    if outcome is Outcome.LOST:
        return TaskLostError(name, detail, idempotent=options.idempotent)
    if outcome is Outcome.EXPIRED:
        seconds = options.limit if detail == "limit" else options.timeout
        return TaskExpiredError(name, detail, seconds or 0.0)
    return NoWorkerError(detail)
