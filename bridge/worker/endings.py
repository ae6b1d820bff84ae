"""How a worker that had started came to its end."""

from __future__ import annotations

from enum import Enum

from bridge.errors import BridgeError

__all__ = ["Ending", "WorkerDiedError"]


class Ending(Enum):
    """How a worker that had started came to its end.

    Attributes:
        CLOSED: It closed itself, or the browser ended it.
        TERMINATED: Its owner terminated it.
        FATAL: Its interpreter failed for good.
        OUT_OF_MEMORY: Its interpreter failed for want of memory: for good, or with a
            ``MemoryError`` that nothing in it has caught.
        DEADLINE: It did not answer, was interrupted, and still did not answer.
    """

    CLOSED = "closed"
    TERMINATED = "terminated"
    FATAL = "fatal"
    OUT_OF_MEMORY = "out of memory"
    DEADLINE = "deadline"


_ENDINGS = {
    Ending.CLOSED: "it closed itself, or the browser ended it",
    Ending.TERMINATED: "its owner terminated it",
    Ending.FATAL: "its interpreter failed for good",
    Ending.OUT_OF_MEMORY: "its interpreter ran out of memory",
    Ending.DEADLINE: "it did not answer in time, and an interrupt did not help",
}


class WorkerDiedError(BridgeError, ConnectionError):
    """A worker has ended while something was wanted of it.

    What it was doing may have been done, half done, or not begun.

    Attributes:
        ending: How it ended.
        detail: What the browser or the interpreter said.

    Examples:
        >>> WorkerDiedError(Ending.FATAL, "Aborted()").ending.value
        'fatal'
    """

    def __init__(self, ending: Ending, detail: str = "") -> None:
        said = f": {detail}" if detail else ""
        super().__init__(f"the worker has ended: {_ENDINGS[ending]}{said}. Start a new one.")
        self.ending = ending
        self.detail = detail
