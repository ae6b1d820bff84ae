"""What a pool shows of itself: a snapshot for a live view, and events one by one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.pool.scheduler import Scheduler
    from bridge.pool.states import Outcome, SlotState

__all__ = ["Event", "EventKind", "Stats", "WorkerView", "snapshot"]


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker of a pool.

    Attributes:
        number: Grows with every worker that is started.
        state: ``starting``, ``idle``, ``busy`` or ``closing``.
        held: Tasks that it has.
        done: Tasks that came back from it.
    """

    number: int
    state: SlotState
    held: int
    done: int


@dataclass(frozen=True, slots=True)
class Stats:
    """A pool at a moment; times are in seconds.

    Attributes:
        waiting: Tasks in the queue.
        held: Tasks that workers have.
        workers: The workers, oldest first.
        accepted: Tasks so far.
        settled: Tasks so far, by outcome.
        retried: Attempts after a worker's death.
        died: Workers that ended without having been told to.
        failed: Workers that did not start.
        waited: What all tasks together waited before they were handed over.
        worked: What all workers together say they worked.
    """

    waiting: int = 0
    held: int = 0
    workers: tuple[WorkerView, ...] = ()
    accepted: int = 0
    settled: Mapping[Outcome, int] | None = None
    retried: int = 0
    died: int = 0
    failed: int = 0
    waited: float = 0.0
    worked: float = 0.0

    @property
    def done(self) -> int:
        """Tasks that are settled, however."""
        return sum((self.settled or {}).values())


def snapshot(scheduler: Scheduler) -> Stats:
    """Describe a scheduler."""
    counts = scheduler.counts
    return Stats(
        waiting=scheduler.waiting,
        held=len(scheduler.records) - scheduler.waiting,
        workers=tuple(
            WorkerView(slot.number, slot.state, len(slot.line), slot.done)
            for slot in scheduler.slots.values()
        ),
        accepted=counts.accepted,
        settled=dict(counts.settled),
        retried=counts.retried,
        died=counts.died,
        failed=counts.failed,
        waited=counts.waited,
        worked=counts.worked,
    )


class EventKind(Enum):
    """What happened.

    Attributes:
        HANDED: A task was handed to a worker.
        BEGUN: A worker says that it begins a task; of tasks that take less than a millisecond, it
            does not say so.
        SETTLED: A task has its outcome.
        STARTING: A worker is being started.
        READY: A worker has started.
        FAILED: A worker did not start.
        DIED: A worker ended without having been told to.
        ENDED: A worker was ended.
    """

    HANDED = "handed over"
    BEGUN = "begun"
    SETTLED = "settled"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    DIED = "died"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a pool.

    Attributes:
        kind: What.
        worker: Number of the worker; 0 if it is about none.
        task: Number of the task; 0 if it is about none.
        outcome: Of a settled task.
        cause: Of a failed start or a death.
    """

    kind: EventKind
    worker: int = 0
    task: int = 0
    outcome: Outcome | None = None
    cause: object = None
