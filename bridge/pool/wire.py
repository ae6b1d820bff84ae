"""What travels between a pool and its workers: messages of small tuples, many in one delivery.

A header is a pickled list of messages. Buffers of all its messages travel beside it, in order; each
message that has some says how many.

| to the worker                                             |                                     |
|-----------------------------------------------------------|-------------------------------------|
| ``WORD``                                                  | one buffer: the shared word         |
| ``MODULE, name, digest, archive``                         | the sources of a module             |
| ``FUNCTION, number, body``                                | a function, from now on a number    |
| ``FORGET, number``                                        | that function is not used any more  |
| ``PREPARE, body, buffers``                                | call ``(function, args)``, be ready |
| ``TASK, attempt, function, mode, body, buffers``          | call it                             |
| ``LEAVE, attempt``                                        | not wanted any more                 |

| to the pool                                               |                                     |
|-----------------------------------------------------------|-------------------------------------|
| ``READY`` / ``UNFIT, raised``                             | what came of ``PREPARE``            |
| ``BEGUN, attempt``                                        |                                     |
| ``DONE, attempt, body, buffers, seconds``                 | it returned                         |
| ``RAISED, attempt, raised, seconds``                      | it raised                           |
| ``BROKEN, attempt``                                       | an interrupt hit it                 |
| ``LEFT, attempt``                                         | it was left                         |
| ``PROGRESS, attempt, body, buffers``                      |                                     |
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge._browser.ports import Port

__all__ = [
    "BEGUN",
    "BROKEN",
    "CALL",
    "DONE",
    "EACH",
    "EVERY",
    "FORGET",
    "FUNCTION",
    "LEAVE",
    "LEFT",
    "LISTEN",
    "MODULE",
    "PREPARE",
    "PROGRESS",
    "RAISED",
    "READY",
    "TASK",
    "UNFIT",
    "WORD",
    "Message",
    "Outbox",
    "read",
]

Message: TypeAlias = "tuple[Any, ...]"

WORD: Final = 1
MODULE: Final = 2
FUNCTION: Final = 3
PREPARE: Final = 4
TASK: Final = 5
LEAVE: Final = 6
FORGET: Final = 7
READY: Final = 10
UNFIT: Final = 11
BEGUN: Final = 12
DONE: Final = 13
RAISED: Final = 14
BROKEN: Final = 15
LEFT: Final = 16
PROGRESS: Final = 17

CALL: Final = 0
"""Mode of a task: ``(args, named)``, call the function once."""
EACH: Final = 1
"""Mode of a task: a list of argument tuples, call the function with each."""
EVERY: Final = 4
"""Added to `EACH`: go on after a call that raised."""
LISTEN: Final = 2
"""Added to a mode: somebody listens to its progress."""


class Outbox:
    """Messages of one end, sent together.

    Args:
        port: Where they go.
    """

    __slots__ = ("_buffers", "_messages", "_port")

    def __init__(self, port: Port) -> None:
        self._port = port
        self._messages: list[Message] = []
        self._buffers: list[object] = []

    def add(self, message: Message, buffers: Sequence[object] = ()) -> None:
        """Send with the others at the next `flush`."""
        self._messages.append(message)
        if buffers:
            self._buffers.extend(buffers)

    def flush(self) -> None:
        """Send what waits."""
        if not self._messages:
            return
        header = pickle.dumps(self._messages, 5)
        buffers, self._buffers = self._buffers, []
        self._messages = []
        if buffers:
            self._port.post(header, buffers)
        else:
            self._port.post(header)

    def flush_at_once(self) -> None:
        """Send what waits although Python goes on computing, where the port can do that."""
        self.flush()
        at_once = getattr(self._port, "flush", None)
        if at_once is not None:
            at_once()


def read(header: bytes) -> list[Message]:
    """Read the messages of a delivery.

    Examples:
        >>> read(pickle.dumps([(LEAVE, 3)], 5))
        [(6, 3)]
    """
    found: list[Message] = pickle.loads(header)  # noqa: S301 - the pool's own other end
    return found
