"""The workers of a pool: started, prepared, heard, recovered and ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from bridge._marshal.modules import parcels
from bridge.pool import wire
from bridge.pool.errors import CloudpickleNeededError
from bridge.pool.functions import BY_VALUE, Function, Functions, Known, load_by_value
from bridge.pool.packing import Packed, pack, rebuilt
from bridge.pool.words import Word, shared_word
from bridge.worker import Ending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bridge._browser.ports import Port
    from bridge.pool.task import PoolTask
    from bridge.worker import WorkerEnd

__all__ = ["Crew", "Heard", "PoolWorker"]

logger = logging.getLogger("bridge.pool")


class PoolWorker(Protocol):
    """What a pool needs of a worker; `bridge.worker.Worker` is one."""

    @property
    def port(self) -> Port:
        """Where `bridge.pool.inside.serve` is."""

    @property
    def ended(self) -> asyncio.Future[WorkerEnd]:
        """Settles when the worker has ended."""

    async def recover(self, patience: float = 0.1, grace: float = 0.5, number: int = 0) -> bool:
        """Get it to answer again, or end it."""

    def terminate(self, ending: Ending = Ending.TERMINATED, detail: str = "") -> None:
        """End it."""


class Heard(Protocol):
    """Who is told what becomes of the workers."""

    def started(self, number: int, *, certain: bool) -> None:
        """A worker is ready; ``certain`` if its death will tell what it had begun."""

    def not_started(self, number: int, error: Exception) -> None:
        """A worker did not start."""

    def died(self, number: int, error: Exception, running: int | None) -> None:
        """A worker ended by itself; ``running`` is the attempt that it began last, if known."""

    def said(self, number: int, messages: list[wire.Message], buffers: list[Any]) -> None:
        """A worker sent messages."""

    def went_on(self) -> None:
        """Some work of the crew is over."""


@dataclass(slots=True, eq=False)
class _Seat:
    """A worker in its place."""

    worker: PoolWorker
    out: wire.Outbox
    word: Word | None
    prepared: asyncio.Future[None]
    known: Known
    ready: bool = False
    looked: bool = False


class Crew:
    """Workers by the numbers of their slots.

    Args:
        spawning: Starts one, given a name.
        heard: Is told what becomes of them.
        initial: A function to call in each before it is ready, and its arguments.
        name: Part of their names.
        grace: Seconds that one gets to leave a task.
        modules: The modules that they start with.
    """

    def __init__(
        self,
        spawning: Callable[[str], Awaitable[PoolWorker]],
        heard: Heard,
        initial: tuple[Callable[..., object] | None, tuple[object, ...]],
        name: str,
        grace: float,
        *,
        modules: Iterable[str] = (),
    ) -> None:
        self.functions = Functions()
        self._spawning = spawning
        self._heard = heard
        self._initial = initial
        self._name = name
        self._grace = grace
        self._packed: tuple[Function, Packed] | None = None
        self._modules = tuple(modules)
        self._seats: dict[int, _Seat] = {}
        self._work: dict[object, asyncio.Future[Any]] = {}

    @property
    def working(self) -> bool:
        """Whether some start or recovery goes on."""
        return bool(self._work)

    def start(self, number: int) -> None:
        """Start a worker."""
        self._begin(("start", number), self._start(number))

    def hand(self, number: int, attempt: int, task: PoolTask[Any]) -> None:
        """Send a task at the next `flush`."""
        seat = self._seats.get(number)
        if seat is None:
            return
        if not seat.looked:
            seat.looked = True
            if self.functions.ship_changed(seat.known, seat.out):
                # What the initializer has made is gone with the modules that it was made in.
                self._send_initial(seat)
        self.functions.ship(task.function, seat.known, seat.out)
        if task.by_value:
            self.functions.ship_module(BY_VALUE, seat.known, seat.out)
        buffers = task.buffers
        message = (wire.TASK, attempt, task.function.number, task.mode, task.body, len(buffers))
        seat.out.add(message, buffers)

    def withdraw(self, number: int, attempt: int) -> None:
        """Say at the next `flush` that an attempt is not wanted any more."""
        seat = self._seats.get(number)
        if seat is not None:
            seat.out.add((wire.LEAVE, attempt))

    def recover(self, number: int, attempt: int, stuck: Callable[[], bool]) -> None:
        """Make a worker leave an attempt that it was told to leave, and has not.

        Args:
            number: The slot.
            attempt: The attempt.
            stuck: Tells whether the worker still has the attempt.
        """
        self._begin(("recover", attempt), self._recover(number, attempt, stuck))

    def end(self, number: int) -> None:
        """End a worker, or its start."""
        starting = self._work.get(("start", number))
        if starting is not None:
            starting.cancel()
        seat = self._seats.pop(number, None)
        if seat is not None:
            seat.worker.terminate()

    def forget(self, functions: Iterable[int]) -> None:
        """Tell who has them that functions are not used any more."""
        for function in functions:
            for seat in self._seats.values():
                if function in seat.known.functions:
                    seat.known.functions.discard(function)
                    seat.out.add((wire.FORGET, function))

    def flush(self) -> None:
        """Send what waits."""
        for seat in self._seats.values():
            seat.looked = False
            seat.out.flush()

    def _begin(self, key: object, work: Any) -> None:
        task = self._work[key] = asyncio.get_running_loop().create_task(work)

        def over(_: object) -> None:
            self._work.pop(key, None)
            self._heard.went_on()

        task.add_done_callback(over)

    async def _start(self, number: int) -> None:
        worker: PoolWorker | None = None
        try:
            digests = await self._digests()
            worker = await self._spawning(f"{self._name} {number}")
            word = shared_word()
            prepared = asyncio.get_running_loop().create_future()
            known = Known(digests, getattr(worker, "packages", ()))
            seat = _Seat(worker, wire.Outbox(worker.port), word, prepared, known)
            self._seats[number] = seat
            worker.port.listen(partial(self._receive, number))
            worker.ended.add_done_callback(partial(self._ended, number))
            if word is not None:
                seat.out.add((wire.WORD,), (word.memory,))
            await self._prepare(seat)
            _check_alive(worker)
            seat.ready = True
        except asyncio.CancelledError:
            self._seats.pop(number, None)
            if worker is not None:
                worker.terminate()
            raise
        except Exception as error:  # noqa: BLE001 - told to the tasks that wait
            self._seats.pop(number, None)
            if worker is not None:
                worker.terminate()
            self._heard.not_started(number, error)
        else:
            self._heard.started(number, certain=seat.word is not None)

    async def _digests(self) -> dict[str, str]:
        # Before the start: what changes meanwhile is sent again.
        found = [await parcels.get_in_turns(module) for module in self._modules]
        return {parcel.module: parcel.digest for parcel in found if parcel is not None}

    async def _prepare(self, seat: _Seat) -> None:
        function = self._initial[0]
        if function is None:
            return
        if self._packed is None:
            try:
                self._packed = self._pack_initial(function)
            except CloudpickleNeededError:
                await load_by_value()
                self._packed = self._pack_initial(function)
        entry, packed = self._packed
        self.functions.ship(entry, seat.known, seat.out)
        if packed.by_value:
            self.functions.ship_module(BY_VALUE, seat.known, seat.out)
        self._send_initial(seat)
        seat.out.flush()
        waited: set[asyncio.Future[Any]] = {seat.prepared, seat.worker.ended}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if seat.prepared.done():
            seat.prepared.result()

    def _pack_initial(self, function: Callable[..., object]) -> tuple[Function, Packed]:
        return self.functions.find(function), pack(self._initial, "the initializer")

    def _send_initial(self, seat: _Seat) -> None:
        """Let a worker call the initializer: what its module has under its name now."""
        if self._packed is not None:
            body, buffers, _ = self._packed[1]
            seat.out.add((wire.PREPARE, body, len(buffers)), buffers)

    def _ended(self, number: int, ended: asyncio.Future[WorkerEnd]) -> None:
        seat = self._seats.get(number)
        if seat is None or ended.cancelled():
            return
        if not seat.ready:
            return  # its start finds out
        del self._seats[number]
        running = None if seat.word is None else seat.word.get()
        self._heard.died(number, ended.result().error(), running)

    async def _recover(self, number: int, attempt: int, stuck: Callable[[], bool]) -> None:
        seat = self._seats.get(number)
        # Again, for it may not have begun: the worker may be busy with another one, or be late.
        while seat is not None and stuck():
            if not await seat.worker.recover(grace=self._grace, number=attempt):
                return
            # Its event loop turns, and yet the task may ignore that it was cancelled.
            await asyncio.sleep(self._grace)
            if stuck() and (seat.word is None or seat.word.get() == attempt):
                seat.worker.terminate(Ending.DEADLINE, "a task ignored its cancellation")
                return

    def _receive(self, number: int, header: bytes, buffers: list[Any]) -> None:
        messages = wire.read(header)
        if messages[0][0] in (wire.READY, wire.UNFIT):
            self._prepared(number, messages.pop(0))
        self._heard.said(number, messages, buffers)

    def _prepared(self, number: int, message: wire.Message) -> None:
        seat = self._seats.get(number)
        if seat is None:
            return
        if seat.prepared.done():
            if message[0] == wire.UNFIT:
                # Called again, since its module had changed: no task may find it half prepared.
                logger.warning("the initializer failed", exc_info=rebuilt(message[1]))
                seat.worker.terminate(Ending.FATAL, "the initializer raised when called again")
            return
        if message[0] == wire.READY:
            seat.prepared.set_result(None)
        elif message[0] == wire.UNFIT:
            seat.prepared.set_exception(rebuilt(message[1]))


def _check_alive(worker: PoolWorker) -> None:
    if worker.ended.done():
        raise worker.ended.result().error()
