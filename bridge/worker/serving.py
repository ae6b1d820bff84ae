"""Remote calls over a worker's port: what the worker exposes, and how the page calls it.

`bridge.rpc` is imported on use: a worker that serves its port by itself needs none of it.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge._browser.ports import Port
    from bridge.rpc import Peer
    from bridge.worker.worker import Worker

__all__ = ["Interpreter", "connect", "expose"]


class Interpreter:
    """What a worker exposes if nothing else was named: this interpreter, function by function.

    Functions cross by name, so that both sides need their module.
    """

    async def call(
        self, function: Callable[..., object], /, *args: object, **named: object
    ) -> object:
        """Call a function here; an awaitable that it returns is awaited."""
        result = function(*args, **named)
        return await result if inspect.isawaitable(result) else result


def expose(port: Port, target: object) -> Peer:
    """Serve an object to the other end of a port; of a class, a new instance."""
    from bridge.rpc import Peer  # noqa: PLC0415 - see the module's text

    served = target() if isinstance(target, type) else target
    return Peer(port, served, trusted=True, name="worker", heartbeat=None)


def connect(worker: Worker, serve: object = None, *, grace: float = 0.5) -> Peer:
    """Open remote calls to a worker; what it exposes is the ``remote`` of the result.

    When the worker ends, calls in flight are told. When a call was abandoned and the worker
    computes on, it is recovered: interrupted, and terminated if that does not help.

    Args:
        worker: One that was spawned with ``expose``, or with neither ``serve`` nor ``expose``.
        serve: What the worker finds as its own remote.
        grace: Seconds that an abandoned call gets to notice, and an interrupt to work.
    """
    from bridge.rpc import Peer  # noqa: PLC0415 - see the module's text

    recovering: set[asyncio.Future[bool]] = set()

    def recover(number: int) -> None:
        task = asyncio.ensure_future(worker.recover(grace=grace, number=number))
        recovering.add(task)
        task.add_done_callback(recovering.discard)

    # The worker is watched: its end is told to the port.
    return Peer(
        worker.port,
        serve,
        trusted=True,
        name="page",
        interrupt=recover,
        grace=grace,
        heartbeat=None,
    )
