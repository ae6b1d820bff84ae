"""The pool: what the scheduler decides, done with real workers."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from bridge._browser import ffi
from bridge.pool import wire
from bridge.pool.callbacks import Callbacks
from bridge.pool.crew import Crew, PoolWorker
from bridge.pool.errors import (
    CloudpickleNeededError,
    PoolClosedError,
    PoolFullError,
    TaskInterruptedError,
)
from bridge.pool.functions import load_by_value
from bridge.pool.outcomes import settle
from bridge.pool.packing import pack, pack_call, unpack
from bridge.pool.scheduler import Scheduler
from bridge.pool.states import (
    Command,
    End,
    Hand,
    Outcome,
    Policy,
    Recover,
    Settle,
    Start,
    Withdraw,
)
from bridge.pool.stats import Event, EventKind, Stats, snapshot
from bridge.pool.submitting import Submitter
from bridge.pool.task import Options, PoolTask
from bridge.reactivity import Signal
from bridge.worker import Limits, WorkerDiedError, WorkerLoadError, spawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from types import TracebackType

__all__ = ["WorkerPool"]

T = TypeVar("T")

_SERVE = "bridge.pool.inside:serve"
_LIVE = 0.05
"""Seconds between two updates of the live view."""


def _default_size() -> int:
    found: object = os.cpu_count()
    if ffi.is_pyodide():
        navigator = ffi.get(ffi.js_globals("the number of processors"), "navigator")
        found = ffi.get(navigator, "hardwareConcurrency")
    return max(1, found - 1) if isinstance(found, int) else 1


class WorkerPool(Submitter):
    """Runs functions on a bounded number of workers, each task exactly one outcome.

    An asynchronous context manager: at its end it finishes what was accepted, or, if its block
    raised, abandons that; no worker is left either way. Workers are started when tasks wait, and
    ended when they have been idle.

    Args:
        size: Most workers; left out, the number of processors less one for the page.
        packages: Packages of the Pyodide distribution, or URLs of wheels, for every worker.
        modules: Top-level modules of this interpreter to send along. Those of submitted functions
            are sent by themselves.
        initializer: Called in each worker before its first task; an ``async`` one is awaited.
        initargs: What it is called with.
        minimum: Workers that are started ahead, and kept when idle.
        capacity: Most tasks that are accepted and not settled.
        attempts: How many workers may die with an idempotent task before it fails.
        idle: Seconds after which an idle worker is ended.
        grace: Seconds that a worker gets to leave a task that nobody wants any more.
        prefetch: Most tasks that one worker holds; left out, it depends on how short they are and
            on what is known when a worker dies.
        tasks_per_worker: After how many tasks a worker is replaced.
        limits: Of a worker's start.
        spawning: Starts a worker that serves `bridge.pool.inside.serve`, given a name for it; left
            out, `bridge.worker.spawn` in the browser.
        name: Shown in the browser's tools.

    Examples:
        .. code-block:: python

            import statistics

            from bridge.pool import WorkerPool

            async with WorkerPool(2, minimum=1) as pool:
                task = await pool.submit(statistics.fmean, [1, 2, 6])
                spreads = [each async for each in pool.map(statistics.pstdev, [[1, 3], [4, 4]])]
                assert (await task, spreads) == (3.0, [1.0, 0.0])
    """

    def __init__(
        self,
        size: int | None = None,
        *,
        packages: Iterable[str] = (),
        modules: Iterable[str] = (),
        initializer: Callable[..., object] | None = None,
        initargs: Sequence[object] = (),
        minimum: int = 0,
        capacity: int = 1000,
        attempts: int = 3,
        idle: float = 30.0,
        grace: float = 0.5,
        prefetch: int | None = None,
        tasks_per_worker: int | None = None,
        limits: Limits | None = None,
        spawning: Callable[[str], Awaitable[PoolWorker]] | None = None,
        name: str = "pool",
    ) -> None:
        super().__init__(self, Options())
        for what, number in (("size", size), ("capacity", capacity), ("attempts", attempts)):
            if number is not None and number < 1:
                raise ValueError(f"expected a positive {what}, found {number}")
        self.policy = Policy(
            size=_default_size() if size is None else size,
            minimum=minimum,
            capacity=capacity,
            attempts=attempts,
            idle=idle,
            grace=grace,
            prefetch=prefetch,
            per_worker=tasks_per_worker,
        )
        self.name = name
        self._packages = tuple(packages)
        self._modules = tuple(modules)
        self._limits = limits
        self._scheduler = Scheduler(self.policy)
        initial = (initializer, tuple(initargs))
        self._crew = Crew(
            spawning or self._spawn, self, initial, name, grace, modules=self._modules
        )
        self._tasks: dict[int, PoolTask[Any]] = {}
        self._places: deque[asyncio.Future[None]] = deque()
        self._listeners: dict[object, Callable[[Event], object]] = {}
        self._number = 0
        self._due = False
        self._timer: asyncio.TimerHandle | None = None
        self._live: Signal[Stats] | None = None
        self._live_due = False
        self._opened = False
        self._finished: asyncio.Future[None] | None = None

    # For whoever looks at it.

    def stats(self) -> Stats:
        """Describe the pool as it is now."""
        return snapshot(self._scheduler)

    @property
    def live(self) -> Signal[Stats]:
        """The same as a signal, renewed some twenty times a second while something happens."""
        if self._live is None:
            self._live = Signal(self.stats(), name=f"{self.name}.live")
        return self._live

    def listen(self, callback: Callable[[Event], object]) -> Callable[[], None]:
        """Call a function with every event; the result ends that.

        It is called in the middle of the pool's work and should be quick. What it raises is
        reported to the event loop.
        """
        key = object()
        self._listeners[key] = callback
        return lambda: self._listeners.pop(key, None) and None

    # Opening and closing.

    async def __aenter__(self) -> Self:
        if self._opened:
            raise PoolClosedError("it was opened before")
        self._opened = True
        self._loop = asyncio.get_running_loop()
        self._finished = self._loop.create_future()
        self._callbacks = Callbacks(self._loop)
        self._scheduler.warm(self._loop.time())
        self._turn()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close(drain=kind is None)

    async def close(self, *, drain: bool = True) -> None:
        """Accept nothing more; return when every task is settled and no worker is left.

        Args:
            drain: Whether what was accepted is still done; else it is cancelled. A drain that is
                cancelled itself abandons the rest.
        """
        if self._finished is None or self._finished.done():
            self._opened = True
            return
        self._scheduler.close(self._loop.time(), drain=drain)
        self._refuse()
        self._turn()
        try:
            await asyncio.shield(self._finished)
        except asyncio.CancelledError:
            self._scheduler.close(self._loop.time(), drain=False)
            self._turn()
            raise

    def _refuse(self) -> None:
        while self._places:
            place = self._places.popleft()
            if not place.done():
                place.set_exception(PoolClosedError("it was closed while the task waited"))

    # Accepting.

    async def accept(
        self, function: Callable[..., object], mode: int, value: object, options: Options
    ) -> PoolTask[Any]:
        """Take a task as soon as there is room for it.

        Raises:
            PoolClosedError: The pool is not open.
            FunctionError: The function or its arguments cannot be sent.
        """
        while True:
            if not self._scheduler.room or self._places:
                await self._place()
            try:
                return self.accept_now(function, mode, value, options)
            except CloudpickleNeededError:
                await load_by_value()
            except PoolFullError:
                continue

    def accept_now(
        self, function: Callable[..., object], mode: int, value: Any, options: Options
    ) -> PoolTask[Any]:
        """Take a task if there is room for it.

        Raises:
            PoolFullError: There is none.
            PoolClosedError: The pool is not open.
            FunctionError: The function or its arguments cannot be sent.
        """
        scheduler = self._scheduler
        if self._finished is None or scheduler.closing:
            raise PoolClosedError("it was closed" if self._opened else "it has not been opened")
        if not scheduler.room:
            raise PoolFullError(self.policy.capacity)
        entry = self._crew.functions.find(function)
        each = mode & wire.EACH
        packed = pack(value, "the arguments") if each else pack_call(*value)
        now = self._loop.time()
        self._number = number = self._number + 1
        if options.on_progress is not None:
            mode |= wire.LISTEN
        task: PoolTask[Any] = PoolTask(
            number, entry, mode, packed, options, self._cancel, self._callbacks
        )
        self._tasks[number] = task
        entry.users += 1
        scheduler.submit(
            number,
            kind=(entry.number, each),
            priority=options.priority,
            idempotent=options.idempotent,
            expires=None if options.timeout is None else now + options.timeout,
            limit=options.limit,
            now=now,
        )
        self._soon()
        return task

    async def _place(self) -> None:
        """Wait for room, first come, first served."""
        if self._finished is None or self._scheduler.closing:
            return
        place: asyncio.Future[None] = self._loop.create_future()
        self._places.append(place)
        try:
            await place
        except BaseException:
            # The place that it may have been given is somebody else's now.
            if place in self._places:
                self._places.remove(place)
            self._offer()
            raise

    def _offer(self) -> None:
        room = self._scheduler.room
        while self._places and room > 0:
            place = self._places.popleft()
            if not place.done():
                place.set_result(None)
                room -= 1

    def _cancel(self, number: int) -> None:
        self._scheduler.cancel(number, self._loop.time())
        self._soon()

    # Carrying out what the scheduler decides.

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._due = False
        scheduler = self._scheduler
        settled = False
        while commands := scheduler.take():
            for command in commands:
                settled |= isinstance(command, Settle)
                self._do(command)
        self._crew.flush()
        if settled:
            self._offer()
            self._crew.forget(self._crew.functions.forget())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wake = scheduler.next_wake()
        if wake is not None:
            # A moment that has passed already is refused by the loop of Pyodide.
            self._timer = self._loop.call_later(max(0.0, wake - self._loop.time()), self._tick)
        if self._live is not None and not self._live_due:
            self._live_due = True
            self._loop.call_later(_LIVE, self._show)
        if scheduler.closed and not self._crew.working and self._finished is not None:
            if not self._finished.done():
                self._finished.set_result(None)
            self._show()

    def _tick(self) -> None:
        self._timer = None
        self._scheduler.tick(self._loop.time())
        self._turn()

    def _show(self) -> None:
        self._live_due = False
        if self._live is not None:
            self._live.value = self.stats()

    def _do(self, command: Command) -> None:
        if type(command) is Hand:
            task = self._tasks.get(command.task)
            if task is not None:
                self._crew.hand(command.slot, command.attempt, task)
                self._tell(EventKind.HANDED, command.slot, command.task)
        elif type(command) is Settle:
            self._settle(command)
        elif type(command) is Start:
            self._tell(EventKind.STARTING, command.slot)
            self._crew.start(command.slot)
        elif type(command) is Withdraw:
            self._crew.withdraw(command.slot, command.attempt)
        elif type(command) is Recover:
            self._crew.recover(command.slot, command.attempt, partial(self._has, command))
        elif type(command) is End:
            self._tell(EventKind.ENDED, command.slot)
            self._crew.end(command.slot)

    def _has(self, command: Recover) -> bool:
        slot = self._scheduler.slots.get(command.slot)
        return slot is not None and command.attempt in slot.line

    def _tell(self, kind: EventKind, *about: Any) -> None:
        if self._listeners:
            event = Event(kind, *about)
            for callback in list(self._listeners.values()):
                try:
                    callback(event)
                except Exception as error:  # noqa: BLE001 - reported: a bad listener harms no task
                    message = f"a listener of {self.name!r} failed"
                    self._loop.call_exception_handler({"message": message, "exception": error})

    def _settle(self, command: Settle) -> None:
        task = self._tasks.pop(command.task)
        task.function.users -= 1
        task.release()
        settle(task, command.outcome, command.detail)
        if self._listeners:
            self._tell(EventKind.SETTLED, 0, command.task, command.outcome)

    # Workers.

    async def _spawn(self, name: str) -> PoolWorker:
        return await spawn(
            _SERVE,
            packages=self._packages,
            modules=self._modules,
            limits=self._limits,
            name=name,
        )

    def started(self, number: int, *, certain: bool) -> None:
        """Take note that a worker is ready; the crew's business, as what follows."""
        self._tell(EventKind.READY, number)
        self._scheduler.ready(number, self._loop.time(), certain=certain)

    def not_started(self, number: int, error: Exception) -> None:
        """Take note that a worker did not start."""
        self._tell(EventKind.FAILED, number, 0, None, error)
        lasting = not (isinstance(error, (WorkerLoadError, WorkerDiedError)) and _may_pass(error))
        self._scheduler.start_failed(number, error, self._loop.time(), lasting=lasting)

    def died(self, number: int, error: Exception, running: int | None) -> None:
        """Take note that a worker has ended by itself."""
        self._tell(EventKind.DIED, number, 0, None, error)
        self._scheduler.ended(number, error, self._loop.time(), running)
        self._turn()

    def went_on(self) -> None:
        """See to what follows."""
        self._soon()

    def said(self, number: int, messages: list[wire.Message], buffers: list[Any]) -> None:
        """Take messages of a worker."""
        scheduler = self._scheduler
        now = self._loop.time()
        start = 0
        for message in messages:
            kind = message[0]
            if kind == wire.DONE:
                _, attempt, body, count, seconds = message
                own, start = buffers[start : start + count], start + count
                outcome = Outcome.RESULT
                scheduler.finished(number, attempt, outcome, (body, own, seconds), now, seconds)
            elif kind == wire.BEGUN:
                task = scheduler.begun(number, message[1], now)
                if task:
                    self._tell(EventKind.BEGUN, number, task)
            elif kind == wire.RAISED:
                _, attempt, described, seconds = message
                scheduler.finished(number, attempt, Outcome.ERROR, described, now, seconds)
            elif kind == wire.PROGRESS:
                _, attempt, body, count = message
                own, start = buffers[start : start + count], start + count
                self._progress(number, attempt, body, own)
            elif kind == wire.LEFT:
                scheduler.finished(number, message[1], Outcome.CANCELLED, None, now)
            elif kind == wire.BROKEN:
                scheduler.disturbed(number, message[1], TaskInterruptedError(), now)
        self._turn()

    def _progress(self, number: int, attempt: int, body: bytes, buffers: list[Any]) -> None:
        slot = self._scheduler.slots.get(number)
        found = None if slot is None else slot.line.get(attempt)
        task = None if found is None else self._tasks.get(found.record.number)
        if task is None or task.done() or task.options.on_progress is None:
            return
        try:
            task.options.on_progress(unpack(body, buffers))
        except Exception as error:  # noqa: BLE001 - reported: a bad listener harms no task
            message = f"the progress listener of {task.function.name} failed"
            self._loop.call_exception_handler({"message": message, "exception": error})


def _may_pass(error: WorkerLoadError | WorkerDiedError) -> bool:
    return not isinstance(error, WorkerLoadError) or error.retry
