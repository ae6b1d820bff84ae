"""A worker that has started: its port, its end, and the ladder by which it is ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bridge._browser import workers as host
from bridge.worker.causes import ending_of
from bridge.worker.errors import Ending, WorkerDiedError

if TYPE_CHECKING:
    from types import TracebackType

    from bridge._browser.ports import HostPort
    from bridge._browser.workers import ErrorEvent, HostWorker
    from bridge.proxies import ProxyScope
    from bridge.worker.stages import Timings

__all__ = ["Worker", "WorkerEnd"]

logger = logging.getLogger("bridge.worker")

_INTERRUPT = 2
"""What Pyodide takes for SIGINT."""


@dataclass(frozen=True, slots=True)
class WorkerEnd:
    """How a worker ended.

    Attributes:
        ending: Which way.
        detail: What the browser or the interpreter said; may be empty.
    """

    ending: Ending
    detail: str = ""

    def error(self) -> WorkerDiedError:
        """Return the error for whoever still waited for the worker."""
        return WorkerDiedError(self.ending, self.detail)


class Worker:
    """One interpreter in a worker; made by `bridge.worker.spawn`, ended by its owner.

    It is a context manager that terminates the worker at its end. Nobody else may terminate it:
    the browser tells nobody, and who waited would wait for ever.

    Attributes:
        port: This end of the channel to what the worker serves.
        timings: What each stage of the start took, in seconds.
        fast_path: Which shortcuts the start took: ``"module"`` (WebAssembly that was compiled
            before), ``"snapshot"`` (Python restored from memory).
        packages: The names of the packages that were loaded.
        ended: Settles with a `WorkerEnd` when the worker has ended, however that happens.
    """

    def __init__(
        self,
        worker: HostWorker,
        port: HostPort,
        scope: ProxyScope,
        *,
        timings: Timings,
        fast_path: frozenset[str],
        packages: tuple[str, ...],
        interrupt: object | None,
    ) -> None:
        self.port = port
        self.timings = timings
        self.fast_path = fast_path
        self.packages = packages
        self.ended: asyncio.Future[WorkerEnd] = asyncio.get_running_loop().create_future()
        self._worker = worker
        self._scope = scope
        self._byte = interrupt
        self._pings: dict[int, asyncio.Future[None]] = {}
        self._number = 0
        self._watching: asyncio.Task[None] | None = None
        self._recovering: asyncio.Task[bool] | None = None

    @property
    def alive(self) -> bool:
        """Whether the worker has not ended, as far as is known."""
        return not self.ended.done()

    def interrupt(self) -> bool:
        """Raise ``KeyboardInterrupt`` in the Python that runs in the worker.

        An interrupt that finds no Python running hits what runs next, or the event loop between
        two tasks. `recover` asks first.

        Returns:
            Whether that is possible, which takes shared memory, and so an isolated page.
        """
        if self._byte is None or not self.alive:
            return False
        host.store_byte(self._byte, _INTERRUPT)
        return True

    async def responds(self, within: float) -> bool:
        """Ask the worker's event loop for a sign of life.

        While Python computes there, it cannot answer.

        Args:
            within: Seconds to wait.
        """
        if not self.alive:
            return False
        self._number += 1
        answered = asyncio.get_running_loop().create_future()
        self._pings[self._number] = answered
        try:
            self._worker.post({"kind": "ping", "number": self._number})
            await asyncio.wait(
                {answered, self.ended}, timeout=within, return_when=asyncio.FIRST_COMPLETED
            )
            return answered.done() and self.alive
        finally:
            self._pings.pop(self._number, None)

    async def recover(self, patience: float = 0.1, grace: float = 0.5) -> bool:
        """Get a worker to answer again: ask it, interrupt it, and at last terminate it.

        For calls whose deadline has passed. The last step is needed everywhere: on no line does an
        interrupt reach one long call into C, and up to 0.27 it never reaches a recursion.

        Args:
            patience: Seconds to wait for an answer before anything is done.
            grace: Seconds that an interrupt gets to work.

        Returns:
            Whether the worker answers; if not, it has ended with `Ending.DEADLINE`.
        """
        if self._recovering is None:
            self._recovering = asyncio.ensure_future(self._recover(patience, grace))
        # Of two who ask at the same time, the second must not interrupt what the first has freed.
        return await asyncio.shield(self._recovering)

    async def _recover(self, patience: float, grace: float) -> bool:
        try:
            return await self._climb(patience, grace)
        finally:
            self._recovering = None

    async def _climb(self, patience: float, grace: float) -> bool:
        if await self.responds(patience):
            return True
        if self.interrupt() and await self.responds(grace):
            if self._byte is not None:
                # One that came too late must not hit what runs next.
                host.store_byte(self._byte, 0)
            return True
        self.terminate(Ending.DEADLINE, f"silent for {patience:g} s and {grace:g} s")
        return False

    def watch(self, longest: float, grace: float = 0.5) -> None:
        """Recover the worker whenever its event loop has not turned for too long.

        Args:
            longest: Seconds that Python in the worker may compute without a pause.
            grace: Seconds that an interrupt gets to work before the worker is terminated.
        """

        async def watching() -> None:
            while self.alive:
                await self.recover(longest, grace)
                await asyncio.wait({self.ended}, timeout=longest)

        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.ensure_future(watching())

    def terminate(self, ending: Ending = Ending.TERMINATED, detail: str = "") -> None:
        """End the worker now; no ``finally`` of it runs. A second call does nothing.

        Args:
            ending: What `ended` and everybody who waits is told.
            detail: A text beside it.
        """
        if not self.alive:
            return
        end = WorkerEnd(ending, detail)
        self.ended.set_result(end)
        self._worker.terminate()
        self._scope.dispose()
        if self._watching is not None:
            self._watching.cancel()
        self.port.lose(end.error())

    def heard(self, message: dict[str, object]) -> None:
        """Take a message of the worker's own files (not of what it serves)."""
        text = str(message.get("text") or "")
        match message.get("kind"):
            case "pong":
                number = message.get("number")
                waiting = self._pings.get(number) if isinstance(number, int) else None
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)
            case "fatal":
                self.terminate(ending_of(text), text)
            case "rejection" if message.get("fatal"):
                self.terminate(ending_of(text), text)
            case "rejection":
                logger.warning("unhandled rejection in a worker: %s", text)

    def failed(self, event: ErrorEvent) -> None:
        """Take an ``error`` event: something raised in the worker, which goes on."""
        logger.warning("uncaught error in a worker: %s", event.message)

    def gone(self) -> None:
        """Take the news that the worker no longer exists."""
        self.terminate(Ending.CLOSED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.terminate()
