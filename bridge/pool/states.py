"""What the scheduler knows and says: tasks, attempts, slots, and its commands to whoever drives it.

Plain data without behaviour, so that the scheduler, its driver and a view can share it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = [
    "Attempt",
    "Command",
    "Counts",
    "End",
    "Hand",
    "Outcome",
    "Policy",
    "Record",
    "Recover",
    "Settle",
    "Slot",
    "SlotState",
    "Start",
    "TaskState",
    "Withdraw",
]


class TaskState(Enum):
    """Where a task is.

    Attributes:
        WAITING: In the queue; no worker has seen it.
        HANDED: Handed to a worker, which has not reported that it began.
        BEGUN: A worker has begun it.
        SETTLED: It has its outcome, for good.
    """

    WAITING = "waiting"
    HANDED = "handed over"
    BEGUN = "begun"
    SETTLED = "settled"


class SlotState(Enum):
    """What becomes of a place for a worker."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    CLOSING = "closing"


class Outcome(Enum):
    """How a task ended; each has exactly one.

    Attributes:
        RESULT: Its function returned.
        ERROR: Its function raised.
        CANCELLED: Nobody wants it any more.
        EXPIRED: Its time was up.
        LOST: A worker died while it had the task, and repeating it was not allowed (any more).
        NO_WORKER: No worker could be started.
    """

    RESULT = "result"
    ERROR = "error"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOST = "lost"
    NO_WORKER = "no worker"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers that a scheduler decides by; times are in seconds.

    Attributes:
        size: Most workers at a time.
        minimum: Workers that are started ahead and kept when idle.
        capacity: Most tasks that are accepted and not settled.
        attempts: How many workers a task may be on when they die.
        prefetch: Most tasks that one worker holds; ``None`` lets certainty decide: `certain` of
            them where it is known which one a dead worker had begun, or where repeating does
            no harm, else `doubtful`.
        certain: See ``prefetch``.
        doubtful: See ``prefetch``.
        short: Only tasks that take less than this are handed over ahead.
        window: How much work one worker may hold ahead.
        idle: After how long an idle worker is ended.
        grace: How long a worker gets to notice that its task is not wanted any more.
        per_worker: After how many tasks a worker is replaced; ``None`` for never.
        starts: After how many failures in a row to start a worker is given up.
        backoff: Pause after the first of these failures; it doubles.
    """

    size: int = 1
    minimum: int = 0
    capacity: int = 1000
    attempts: int = 3
    prefetch: int | None = None
    certain: int = 16
    doubtful: int = 2
    short: float = 0.03
    window: float = 0.05
    idle: float = 30.0
    grace: float = 0.5
    per_worker: int | None = None
    starts: int = 3
    backoff: float = 0.25


@dataclass(slots=True, eq=False)
class Record:
    """A task, from acceptance to its outcome.

    Attributes:
        number: Its number; younger tasks have larger ones.
        kind: Which function it calls: tasks of one kind are taken to last about as long.
        priority: Larger ones are handed over first.
        idempotent: Whether its author says that repeating it does no harm.
        expires: When its time is up, whatever it is doing.
        limit: How long it may run.
        accepted: When it was accepted.
        state: Where it is.
        attempt: The attempt that may still settle it.
        causes: Why the workers died that had it.
    """

    number: int
    kind: Hashable = None
    priority: int = 0
    idempotent: bool = False
    expires: float | None = None
    limit: float | None = None
    accepted: float = 0.0
    state: TaskState = TaskState.WAITING
    attempt: Attempt | None = None
    causes: list[object] = field(default_factory=list)


class Attempt:
    """One handing over of a task to one worker.

    Attributes:
        number: Grows with every handing over of the scheduler.
        record: The task.
        weight: How long it is expected to take.
        first: Since when it is the first of its worker's line; ``None`` while others are before it.
        withdrawn: Whether the worker was told to leave it.
        recovering: Whether the worker is being made to leave it.
    """

    __slots__ = ("first", "number", "record", "recovering", "stop_at", "weight", "withdrawn")

    def __init__(self, number: int, record: Record, weight: float) -> None:
        self.number = number
        self.record = record
        self.weight = weight
        self.first: float | None = None
        self.withdrawn = False
        self.recovering = False
        self.stop_at: float | None = None


@dataclass(slots=True, eq=False)
class Slot:
    """A place for a worker, while there is one.

    Attributes:
        number: Grows with every start.
        state: What it is doing.
        line: What was handed over and has not come back, in order, by the attempt's number.
        load: How long the line is expected to take.
        since: Since when it is in its state.
        done: How many attempts came back.
        certain: Whether its death tells what it had begun.
    """

    number: int
    state: SlotState = SlotState.STARTING
    line: dict[int, Attempt] = field(default_factory=dict)
    load: float = 0.0
    since: float = 0.0
    done: int = 0
    given: int = 0
    certain: bool = False


@dataclass(slots=True)
class Counts:
    """What has happened so far.

    Attributes:
        accepted: Tasks.
        settled: Tasks by outcome.
        handed: Attempts.
        retried: Attempts after a worker's death.
        started: Workers that became ready.
        died: Workers that ended without having been told to.
        failed: Workers that did not start.
        waited: Seconds that settled tasks had waited before they were handed over first.
        worked: Seconds that workers say they worked.
    """

    accepted: int = 0
    settled: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    handed: int = 0
    retried: int = 0
    started: int = 0
    died: int = 0
    failed: int = 0
    waited: float = 0.0
    worked: float = 0.0


class Start(NamedTuple):
    """Start a worker; answer with `ready` or `start_failed`."""

    slot: int


class Hand(NamedTuple):
    """Hand a task to a worker, behind what it has."""

    slot: int
    attempt: int
    task: int


class Withdraw(NamedTuple):
    """Tell a worker that an attempt is not wanted any more."""

    slot: int
    attempt: int


class Recover(NamedTuple):
    """Make a worker leave its present attempt: interrupt it, or end it."""

    slot: int
    attempt: int


class End(NamedTuple):
    """End a worker, or its start; nothing more is heard of it."""

    slot: int


class Settle(NamedTuple):
    """A task has its outcome.

    Attributes:
        detail: What came with the result or error; of a lost task its causes, of an expired one
            ``"limit"`` or ``"timeout"``; of one without worker, why.
    """

    task: int
    outcome: Outcome
    detail: object = None


Command: TypeAlias = "Start | Hand | Withdraw | Recover | End | Settle"
