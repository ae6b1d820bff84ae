"""A worker that has started: its port, its end, and the ladder by which it is ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from bridge._browser.interrupts import HEARD, MISSED, PRESENT, RAISED
from bridge.worker.causes import ending_of
from bridge.worker.errors import Ending, WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

    from bridge._browser.ports import HostPort
    from bridge._browser.workers import ErrorEvent, HostWorker, SharedWords
    from bridge.proxies import ProxyScope
    from bridge.worker.stages import Timings

__all__ = ["Worker", "WorkerEnd"]

T = TypeVar("T")

logger = logging.getLogger("bridge.worker")

_REPEAT: Final = 0.05
"""Seconds after which an interrupt is repeated: it may have found protocol code running, or have
been written between the two steps in which the runtime reads and clears it."""
_NEWS: Final = 1.0
"""Seconds that the news of a worker's end may come after that of its port's: it says more."""


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
        words: SharedWords | None,
    ) -> None:
        self.port = port
        self.timings = timings
        self.fast_path = fast_path
        self.packages = packages
        self.ended: asyncio.Future[WorkerEnd] = asyncio.get_running_loop().create_future()
        self._worker = worker
        self._scope = scope
        self._words = words
        self._pings: dict[int, asyncio.Future[None]] = {}
        self._number = 0
        self._watching: asyncio.Task[None] | None = None
        self._going_on: set[asyncio.Task[Any]] = set()
        self._turn = asyncio.Lock()
        port.closed_there = lambda: self._go_on(self._port_closed())

    @property
    def alive(self) -> bool:
        """Whether the worker has not ended, as far as is known."""
        return not self.ended.done()

    def interrupt(self, number: int = 0) -> bool:
        """Raise ``KeyboardInterrupt`` in the Python that runs in the worker.

        It ends what it is meant for, or nothing: code that begins later is never hit, nor the
        sending of an answer. Code that catches it goes on, and so does a long call into C.
        `recover` sees to it that the worker answers again.

        Args:
            number: The number of a call over `port`, which alone is meant then. Left out: whatever
                the worker runs until its event loop turns.

        Returns:
            Whether that is possible, which takes shared memory, and so an isolated page.
        """
        words = self._words
        if words is None or not self.alive:
            return False
        # Its answer says that what ran is over, which makes the interrupt void.
        question = self._ask()
        target = number or -(words[HEARD] + 1)
        self._go_on(self._insist(words, target, question, words[RAISED]))
        words.interrupt(target)
        return True

    def _go_on(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something that goes on although nobody waits for it."""
        task = asyncio.ensure_future(work)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return task

    async def _insist(self, words: SharedWords, target: int, question: int, raised: int) -> None:
        """Repeat an interrupt until it was raised, or the worker's event loop has turned."""
        while True:
            await asyncio.wait({self.ended}, timeout=_REPEAT)
            if not self.alive or words[RAISED] != raised or words[HEARD] >= question:
                return
            words.interrupt(target)

    async def responds(self, within: float) -> bool:
        """Ask the worker's event loop for a sign of life.

        While Python computes there, it cannot answer.

        Args:
            within: Seconds to wait.
        """
        if not self.alive:
            return False
        number = self._ask()
        answered = self._pings[number] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait(
                {answered, self.ended}, timeout=within, return_when=asyncio.FIRST_COMPLETED
            )
            return answered.done() and self.alive
        finally:
            del self._pings[number]

    def _ask(self) -> int:
        self._number += 1
        self._worker.post({"kind": "ping", "number": self._number})
        return self._number

    async def recover(self, patience: float = 0.1, grace: float = 0.5, number: int = 0) -> bool:
        """Get a worker to answer again: ask it, interrupt it, and at last terminate it.

        For calls whose deadline has passed. The last step is needed everywhere: on no line does an
        interrupt reach one long call into C, and up to 0.27 it never reaches a recursion.

        Args:
            patience: Seconds to wait for an answer before anything is done.
            grace: Seconds that an interrupt gets to work.
            number: The number of the call over `port` that is to end. While another one keeps the
                worker busy, that one is neither interrupted nor terminated: it is waited for. Left
                out: whatever runs.

        Returns:
            Whether the worker answers; if not, it has ended with `Ending.DEADLINE`.
        """
        heard = 0 if self._words is None else self._words[HEARD]
        # Whoever gives up waiting does not leave the worker stuck.
        return await asyncio.shield(self._go_on(self._recover(patience, grace, number, heard)))

    async def _recover(self, patience: float, grace: float, number: int, heard: int) -> bool:
        while True:
            # One at a time: there is one place for what is meant.
            async with self._turn:
                if self._is_over(number, heard) or await self.responds(patience):
                    return True
                if await self._interrupted(grace, number or -(heard + 1)):
                    return True
                if self._is_over(number, heard):
                    return True
                if not self._works_on_another(number):
                    break
        self.terminate(Ending.DEADLINE, f"silent for {patience:g} s and {grace:g} s")
        return False

    def _is_over(self, number: int, heard: int) -> bool:
        """Tell whether the worker's event loop has turned since a recovery was asked for."""
        return not number and self.alive and self._words is not None and self._words[HEARD] > heard

    async def _interrupted(self, grace: float, target: int) -> bool:
        """Interrupt, and again, until the worker answers."""
        words = self._words
        if words is None or not self.alive:
            return False
        words[MISSED] = 0
        answer = asyncio.ensure_future(self.responds(grace))
        try:
            while not answer.done():
                words.interrupt(target)
                await asyncio.wait({answer}, timeout=_REPEAT)
        finally:
            words.withdraw()
            answer.cancel()
        return answer.result()

    def _works_on_another(self, number: int) -> bool:
        words = self._words
        if words is None or not number or not self.alive:
            return False
        # By what it noted when it began, or by what the interrupt came upon.
        return any(found > 0 and found != number for found in (words[PRESENT], words[MISSED]))

    def watch(self, longest: float, grace: float = 0.5) -> None:
        """Recover the worker whenever its event loop has not turned for too long.

        Args:
            longest: Seconds that Python in the worker may compute without a pause.
            grace: Seconds that an interrupt gets to work before the worker is terminated.
        """

        async def watching() -> None:
            while self.alive:
                # Asked here, so that nobody else's recovery has to wait for this one's patience.
                if not await self.responds(longest):
                    await self.recover(grace=grace)
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

    async def _port_closed(self) -> None:
        """Take the news that the worker's port is closed, mostly because the worker has ended."""
        await asyncio.wait({self.ended}, timeout=_NEWS)
        if self.alive:
            self.port.lose(ConnectionResetError("the worker closed its port"))

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
