"""Which task goes to which worker, and what becomes of it: decisions only.

Events come in as method calls with the time, decisions go out as commands; nothing here waits,
sends or reads a clock. So every interleaving of results, deaths and cancellations can be played
through in a test without a worker.

The rules are those of the pattern page: the record stays here until the outcome is here, a worker
holds little more than it is running, an outcome counts once and by its attempt's number.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from bridge.pool.states import (
    Attempt,
    Command,
    Counts,
    End,
    Hand,
    Outcome,
    Policy,
    Record,
    Recover,
    Settle,
    Slot,
    SlotState,
    Start,
    TaskState,
    Withdraw,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Scheduler"]

_UNKNOWN: Final = float("inf")
"""What a task of an unknown kind may last: nothing is put behind it."""
_MEMORY: Final = 0.2
"""How much the latest task counts in what its kind is expected to last."""


class Scheduler:
    """Tasks in, commands out.

    Args:
        policy: The numbers to decide by.

    Attributes:
        counts: What has happened so far.
        slots: The places that have a worker, or wait for one, by number.
        records: The tasks that are not settled, by number.

    Examples:
        >>> scheduler = Scheduler(Policy(size=1))
        >>> scheduler.submit(7, now=0.0)
        >>> scheduler.take()
        [Start(slot=1)]
        >>> scheduler.ready(1, now=0.3)
        >>> scheduler.take()
        [Hand(slot=1, attempt=1, task=7)]
        >>> scheduler.finished(1, 1, Outcome.RESULT, "value", now=0.4)
        >>> scheduler.take()
        [Settle(task=7, outcome=<Outcome.RESULT: 'result'>, detail='value')]
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.counts = Counts()
        self.slots: dict[int, Slot] = {}
        self.records: dict[int, Record] = {}
        self.waiting = 0
        self._queue: list[tuple[int, int, Record]] = []
        self._expiries: list[tuple[float, int, Record]] = []
        self._commands: list[Command] = []
        self._paces: dict[Hashable, float] = {}
        self._attempts = 0
        self._numbers = 0
        self._starting = 0
        self._failures = 0
        self._cause: object = None
        self._barred = False
        self._retry_at = 0.0
        self._closing = False

    # What the driver reads.

    def take(self) -> list[Command]:
        """Return the commands since the last call, in the order in which they were decided."""
        commands, self._commands = self._commands, []
        return commands

    @property
    def room(self) -> int:
        """How many more tasks can be accepted."""
        return 0 if self._closing else max(0, self.policy.capacity - len(self.records))

    @property
    def closing(self) -> bool:
        """Whether `close` was called."""
        return self._closing

    @property
    def closed(self) -> bool:
        """Whether everything is settled and no worker is left, for good."""
        return self._closing and not self.records and not self.slots

    def pace(self, kind: Hashable) -> float | None:
        """Return how many seconds a task of this kind is expected to last, if that is known."""
        return self._paces.get(kind)

    def next_wake(self) -> float | None:
        """Return when `tick` has something to do next."""
        times: list[float] = []
        expiries = self._expiries
        while expiries and expiries[0][2].state is TaskState.SETTLED:
            heappop(expiries)
        if expiries:
            times.append(expiries[0][0])
        if self.waiting and self._retry_at > 0 and len(self.slots) < self.policy.size:
            times.append(self._retry_at)
        spare = len(self.slots) > self.policy.minimum
        for slot in self.slots.values():
            if slot.line:
                first = next(iter(slot.line.values()))
                due = self._due(first)
                if due is not None:
                    times.append(due)
            elif spare and slot.state is SlotState.IDLE:
                times.append(slot.since + self.policy.idle)
        return min(times, default=None)

    # What its owner wants.

    def warm(self, now: float) -> None:
        """Start the workers that are kept ahead of tasks."""
        while len(self.slots) < min(self.policy.minimum, self.policy.size) and not self._closing:
            self._start(now)

    def submit(
        self,
        task: int,
        *,
        kind: Hashable = None,
        priority: int = 0,
        idempotent: bool = False,
        expires: float | None = None,
        limit: float | None = None,
        now: float,
    ) -> None:
        """Accept a task; the caller has looked for `room`.

        Args:
            task: Its number, larger than those before it.
            kind: Which function it calls.
            priority: Larger ones are handed over first.
            idempotent: Whether it may be run again after a worker's death.
            expires: When its time is up, whatever it is doing.
            limit: Seconds that it may run.
            now: The time.

        Raises:
            OverflowError: There is no room.
        """
        if not self.room:
            raise OverflowError("there is no room for another task")
        record = Record(task, kind, priority, idempotent, expires, limit, now)
        self.records[task] = record
        self.counts.accepted += 1
        if expires is not None:
            heappush(self._expiries, (expires, task, record))
        self._enqueue(record)
        self._dispatch(now)

    def cancel(self, task: int, now: float) -> None:
        """Settle a task as cancelled; what a worker still does with it counts no more."""
        record = self.records.get(task)
        if record is not None:
            self._drop(record, Outcome.CANCELLED, None, now)
            self._dispatch(now)

    def close(self, now: float, *, drain: bool) -> None:
        """Accept nothing more, and end when all is settled.

        Args:
            now: The time.
            drain: Whether what was accepted is still done; else it is cancelled.
        """
        self._closing = True
        if not drain:
            for record in list(self.records.values()):
                self._settle(record, Outcome.CANCELLED, None)
            for slot in list(self.slots.values()):
                self._end(slot)
        self._dispatch(now)

    # What workers do.

    def ready(self, number: int, now: float, *, certain: bool = False) -> None:
        """Take note that a worker has started.

        Args:
            number: Its slot.
            now: The time.
            certain: Whether its death will tell which attempt it had begun.
        """
        slot = self.slots.get(number)
        if slot is None or slot.state is not SlotState.STARTING:
            return
        self._starting -= 1
        self.counts.started += 1
        self._barred = False
        slot.certain = certain
        slot.state, slot.since = SlotState.IDLE, now
        self._dispatch(now)

    def start_failed(self, number: int, cause: object, now: float, *, lasting: bool) -> None:
        """Take note that a worker did not start.

        Args:
            number: Its slot.
            cause: Why.
            now: The time.
            lasting: Whether trying again makes no sense.
        """
        slot = self.slots.pop(number, None)
        if slot is None:
            return
        if slot.state is SlotState.STARTING:
            self._starting -= 1
        self.counts.failed += 1
        self._no_worker(cause, now, lasting=lasting)
        self._dispatch(now)

    def begun(self, number: int, attempt: int, now: float) -> int:
        """Take note that a worker has begun an attempt.

        Returns:
            The number of its task; 0 if that was settled meanwhile, or handed to another worker.
        """
        slot = self.slots.get(number)
        found = None if slot is None else slot.line.get(attempt)
        if found is None or found.record.attempt is not found:
            return 0
        if found.first is not None:
            found.first = now
        found.record.state = TaskState.BEGUN
        return found.record.number

    def finished(  # noqa: PLR0917 - called for every task: by position, that costs least
        self,
        number: int,
        attempt: int,
        outcome: Outcome,
        detail: object,
        now: float,
        seconds: float | None = None,
    ) -> None:
        """Take what came of an attempt; only the first outcome of a task counts.

        Args:
            number: The slot.
            attempt: The attempt.
            outcome: ``RESULT``, ``ERROR``, or ``CANCELLED`` for one that the worker left.
            detail: Goes into the `Settle` command.
            now: The time.
            seconds: How long the worker worked on it.
        """
        slot = self.slots.get(number)
        found = None if slot is None else slot.line.pop(attempt, None)
        if slot is None or found is None:
            return
        self._came_back(slot, found, now)
        record = found.record
        if seconds is not None:
            self._failures = 0
            self.counts.worked += seconds
            known = self._paces.get(record.kind)
            self._paces[record.kind] = (
                seconds if known is None else known + _MEMORY * (seconds - known)
            )
        if record.attempt is found:
            self._settle(record, outcome, detail)
        self._dispatch(now)

    def disturbed(self, number: int, attempt: int, cause: object, now: float) -> None:
        """Take note that an attempt was broken off by what was meant for another one."""
        slot = self.slots.get(number)
        found = None if slot is None else slot.line.pop(attempt, None)
        if slot is None or found is None:
            return
        self._came_back(slot, found, now)
        if found.record.attempt is found:
            self._in_doubt(found.record, cause)
        self._dispatch(now)

    def ended(self, number: int, cause: object, now: float, running: int | None = None) -> None:
        """Take note that a worker has died, and judge what it had.

        Args:
            number: Its slot.
            cause: Why.
            now: The time.
            running: The attempt that it began last, if that is known (0 for none): what came
                behind it has certainly not begun.
        """
        slot = self.slots.pop(number, None)
        if slot is None:
            return
        if slot.state is SlotState.STARTING:
            self._starting -= 1
        self.counts.died += 1
        fruitless = not slot.done
        for attempt in slot.line.values():
            record = attempt.record
            if record.attempt is not attempt:
                fruitless = False
            elif running is not None and attempt.number > running:
                record.attempt = None
                self._enqueue(record)
            else:
                fruitless = False
                self._in_doubt(record, cause)
        if fruitless:
            # It died before it did anything: as good as not started, and bounded like it.
            self._no_worker(cause, now, lasting=False)
        self._dispatch(now)

    def tick(self, now: float) -> None:
        """Do what time demands: deadlines, grace periods, idle workers, another try to start."""
        expiries = self._expiries
        while expiries and expiries[0][0] <= now:
            _, _, record = heappop(expiries)
            if record.state is not TaskState.SETTLED:
                self._drop(record, Outcome.EXPIRED, "timeout", now)
        for slot in list(self.slots.values()):
            if slot.line:
                self._press(slot, now)
        idle = [slot for slot in self.slots.values() if slot.state is SlotState.IDLE]
        for slot in sorted(idle, key=lambda each: each.since):
            spare = len(self.slots) > self.policy.minimum
            if spare and not self.waiting and now >= slot.since + self.policy.idle:
                self._end(slot)
        if self._retry_at and now >= self._retry_at:
            self._retry_at = 0.0
        self._dispatch(now)

    # Decisions.

    def _enqueue(self, record: Record) -> None:
        record.state = TaskState.WAITING
        self.waiting += 1
        heappush(self._queue, (-record.priority, record.number, record))

    def _settle(self, record: Record, outcome: Outcome, detail: object) -> None:
        if record.state is TaskState.WAITING:
            self.waiting -= 1
        record.state = TaskState.SETTLED
        record.attempt = None
        del self.records[record.number]
        self.counts.settled[outcome] += 1
        self._commands.append(Settle(record.number, outcome, detail))

    def _drop(self, record: Record, outcome: Outcome, detail: object, now: float) -> None:
        """Settle a task for a reason of its own; its worker has to be told."""
        attempt = record.attempt
        self._settle(record, outcome, detail)
        if attempt is None:
            return
        slot = next(
            slot for slot in self.slots.values() if slot.line.get(attempt.number) is attempt
        )
        attempt.withdrawn = True
        if attempt.first is not None:
            attempt.stop_at = now + self.policy.grace
        self._commands.append(Withdraw(slot.number, attempt.number))

    def _in_doubt(self, record: Record, cause: object) -> None:
        """Judge a task that may have taken effect."""
        record.attempt = None
        record.causes.append(cause)
        if record.idempotent and len(record.causes) < self.policy.attempts:
            self.counts.retried += 1
            self._enqueue(record)
        else:
            self._settle(record, Outcome.LOST, tuple(record.causes))

    def _due(self, first: Attempt) -> float | None:
        """Return when something has to be done about the first attempt of a line."""
        if first.recovering or first.first is None:
            return None
        if first.withdrawn:
            return first.stop_at
        limit = first.record.limit
        return None if limit is None else first.first + limit

    def _press(self, slot: Slot, now: float) -> None:
        first = next(iter(slot.line.values()))
        due = self._due(first)
        if due is None or now < due:
            return
        if first.withdrawn:
            first.recovering = True
            self._commands.append(Recover(slot.number, first.number))
        else:
            self._drop(first.record, Outcome.EXPIRED, "limit", now)

    def _came_back(self, slot: Slot, attempt: Attempt, now: float) -> None:
        slot.done += 1
        if slot.line:
            slot.load -= attempt.weight
            first = next(iter(slot.line.values()))
            if first.first is None:
                first.first = now
                if first.withdrawn:
                    first.stop_at = now + self.policy.grace
        else:
            slot.load = 0.0
            if slot.state is SlotState.BUSY:
                slot.state, slot.since = SlotState.IDLE, now
            elif slot.state is SlotState.CLOSING:
                self._end(slot)

    def _end(self, slot: Slot) -> None:
        if slot.state is SlotState.STARTING:
            self._starting -= 1
        del self.slots[slot.number]
        self._commands.append(End(slot.number))

    def _start(self, now: float) -> None:
        self._numbers += 1
        self._starting += 1
        self.slots[self._numbers] = Slot(self._numbers, since=now)
        self._commands.append(Start(self._numbers))

    def _no_worker(self, cause: object, now: float, *, lasting: bool) -> None:
        self._failures += 1
        self._cause = cause
        if not lasting and self._failures < self.policy.starts:
            self._retry_at = now + self.policy.backoff * 2 ** (self._failures - 1)
            return
        self._retry_at = 0.0
        self._barred = True

    def _dispatch(self, now: float) -> None:
        while self.waiting:
            queue = self._queue
            while queue[0][2].state is not TaskState.WAITING:
                heappop(queue)
            record = queue[0][2]
            slot = self._place_for(record)
            if slot is None:
                break
            heappop(queue)
            self._hand(slot, record, now)
        else:
            self._queue.clear()
        if not self.slots and self._barred:
            # Nobody works, and nobody can be had: what waits would wait for ever. Who comes
            # later is tried again, since what was missing may be there by then.
            self._barred = False
            self._failures = 0
            for record in list(self.records.values()):
                self._settle(record, Outcome.NO_WORKER, self._cause)
        self._grow(now)
        if self._closing and not self.records:
            for slot in list(self.slots.values()):
                self._end(slot)

    def _grow(self, now: float) -> None:
        if self._barred or now < self._retry_at:
            return
        while self._starting < self.waiting and len(self.slots) < self.policy.size:
            self._start(now)

    def _place_for(self, record: Record) -> Slot | None:
        """Choose an idle worker, else the least loaded one that may hold another task."""
        best: Slot | None = None
        for slot in self.slots.values():
            if slot.state is SlotState.IDLE:
                # The one that worked last, so that the others can be ended some day.
                if best is None or best.line or best.since < slot.since:
                    best = slot
            elif (
                slot.state is SlotState.BUSY
                and (best is None or (best.line and slot.load < best.load))
                and self._may_hold(slot, record)
            ):
                best = slot
        return best

    def _may_hold(self, slot: Slot, record: Record) -> bool:
        policy = self.policy
        pace = self._paces.get(record.kind, _UNKNOWN)
        if pace > policy.short or record.causes or slot.load + pace > policy.window:
            return False
        most = policy.prefetch
        if most is None:
            most = policy.certain if slot.certain or record.idempotent else policy.doubtful
        return len(slot.line) < most

    def _hand(self, slot: Slot, record: Record, now: float) -> None:
        self._attempts += 1
        # Who has been on a dying worker runs alone: nobody shall die with it.
        weight = _UNKNOWN if record.causes else self._paces.get(record.kind, _UNKNOWN)
        attempt = Attempt(self._attempts, record, weight)
        if not slot.line:
            attempt.first = now
            slot.load = 0.0
        slot.line[attempt.number] = attempt
        slot.load += weight
        slot.given += 1
        full = self.policy.per_worker is not None and slot.given >= self.policy.per_worker
        slot.state = SlotState.CLOSING if full else SlotState.BUSY
        self.waiting -= 1
        if not record.causes:
            self.counts.waited += now - record.accepted
        record.state = TaskState.HANDED
        record.attempt = attempt
        self.counts.handed += 1
        self._commands.append(Hand(slot.number, attempt.number, record.number))
