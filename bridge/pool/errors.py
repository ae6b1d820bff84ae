"""Errors of a pool: one class for each way in which a task ends without its function's outcome."""

from __future__ import annotations

from bridge.errors import BridgeError

__all__ = [
    "CloudpickleNeededError",
    "FunctionError",
    "NoWorkerError",
    "PoolClosedError",
    "PoolError",
    "PoolFullError",
    "TaskExpiredError",
    "TaskInterruptedError",
    "TaskLostError",
]


class PoolError(BridgeError):
    """The base of the errors of pools."""


class PoolFullError(PoolError, RuntimeError):
    """As many tasks are accepted and not settled as the pool holds.

    Attributes:
        capacity: How many that is.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__(
            f"the pool has {capacity} unsettled tasks, which is all that it holds. Use "
            "`await pool.submit(...)`, which waits for a place, or make it larger by 'capacity'."
        )
        self.capacity = capacity


class PoolClosedError(PoolError, RuntimeError):
    """A task was given to a pool that accepts none."""

    def __init__(self, reason: str = "it was closed") -> None:
        super().__init__(
            f"the pool accepts no task: {reason}. Submit inside of `async with WorkerPool(...)`."
        )
        self.reason = reason


class TaskLostError(PoolError, ConnectionError):
    """A worker died while it had the task, and the task was not to be repeated (again).

    It may have been done, half done, or not begun. The last cause is the ``__cause__``.

    Attributes:
        function: Name of its function.
        causes: Why each worker died that had it.
        idempotent: Whether it had been declared harmless to repeat.
    """

    def __init__(self, function: str, causes: tuple[object, ...], *, idempotent: bool) -> None:
        ends = "; ".join(str(cause).split(". ")[0] for cause in causes)
        advice = (
            "It seems to end its workers."
            if idempotent
            else "If repeating it does no harm, submit it by pool.options(idempotent=True)."
        )
        super().__init__(
            f"the task of {function} was lost with {len(causes)} worker(s): {ends}. It may have "
            f"taken effect. {advice}"
        )
        self.function = function
        self.causes = causes
        self.idempotent = idempotent
        if causes and isinstance(causes[-1], BaseException):
            self.__cause__ = causes[-1]


class TaskExpiredError(PoolError, TimeoutError):
    """The task exceeded its time limit and was cancelled.

    Attributes:
        function: Name of its function.
        which: ``"timeout"``, counted from its acceptance, or ``"limit"``, from its beginning.
        seconds: How long that was.
    """

    def __init__(self, function: str, which: str, seconds: float) -> None:
        since = "its acceptance" if which == "timeout" else "its beginning"
        super().__init__(
            f"the task of {function} did not end within {seconds:g} s of {since} ('{which}'). It "
            "may have taken effect: give it more time, or more workers."
        )
        self.function = function
        self.which = which
        self.seconds = seconds


class NoWorkerError(PoolError, ConnectionError):
    """No worker could be started for the task. The reason is the ``__cause__``.

    Attributes:
        cause: The reason.
    """

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"the pool has no worker: {cause} The next task is tried again when that is mended."
        )
        self.cause = cause
        if isinstance(cause, BaseException):
            self.__cause__ = cause


class FunctionError(PoolError, TypeError):
    """A function, argument or result cannot be sent between the page and its workers.

    Attributes:
        what: What it is.
        reason: What is in the way.
    """

    def __init__(self, what: str, reason: str, advice: str) -> None:
        super().__init__(f"{what} cannot be sent: {reason}. {advice}")
        self.what = what
        self.reason = reason


class CloudpickleNeededError(FunctionError):
    """A function or class can only be sent by value, and cloudpickle is not here."""

    def __init__(self, what: str = "a function or class that cannot be imported") -> None:
        super().__init__(
            what,
            "cloudpickle is not here",
            "Move it into a module, or load the package 'cloudpickle'.",
        )


class TaskInterruptedError(PoolError, RuntimeError):
    """A task was broken off by an interrupt that was meant for another one."""

    def __init__(self) -> None:
        super().__init__(
            "the task was interrupted, although it was wanted. It may have taken effect; repeat "
            "it if that does no harm."
        )
