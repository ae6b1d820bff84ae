"""Laws of the scheduler, played against workers that lose messages and die at any point."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bridge.pool.scheduler import Scheduler
from bridge.pool.states import (
    End,
    Hand,
    Outcome,
    Policy,
    Recover,
    Settle,
    SlotState,
    Start,
    TaskState,
    Withdraw,
)


@dataclass
class Worker:
    """A worker with a wire in each direction; what is on a wire can be lost with it."""

    certain: bool
    arriving: list[tuple[Any, ...]] = field(default_factory=list)
    line: list[tuple[int, int]] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    running: tuple[int, int] | None = None
    word: int = 0
    leaving: list[tuple[Any, ...]] = field(default_factory=list)


class Pool(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.starting: set[int] = set()
        self.workers: dict[int, Worker] = {}
        self.settled: dict[int, Settle] = {}
        self.executed: Counter[int] = Counter()
        self.returned: set[tuple[int, int]] = set()
        self.tasks: dict[int, bool] = {}
        self.number = 0

    @initialize(
        size=st.integers(1, 3),
        capacity=st.integers(1, 12),
        attempts=st.integers(1, 3),
        prefetch=st.sampled_from([None, 1, 3]),
        per_worker=st.sampled_from([None, None, 1, 3]),
        minimum=st.integers(0, 2),
    )
    def begin(self, minimum: int, **numbers: Any) -> None:
        self.policy = Policy(minimum=minimum, idle=5.0, grace=1.0, **numbers)
        self.scheduler = Scheduler(self.policy)
        self.scheduler.warm(self.now)
        self.follow()

    def follow(self) -> None:
        for command in self.scheduler.take():
            match command:
                case Start(slot):
                    self.starting.add(slot)
                case Hand(slot, attempt, task):
                    assert task not in self.settled, "a settled task was handed over"
                    self.workers[slot].arriving.append(("task", attempt, task))
                case Withdraw(slot, attempt):
                    self.workers[slot].arriving.append(("leave", attempt))
                case Recover(slot, attempt):
                    worker = self.workers[slot]
                    if worker.running is not None and worker.running[0] == attempt:
                        worker.running = None
                        worker.leaving.append(("finished", attempt, Outcome.ERROR, "interrupted"))
                case End(slot):
                    self.starting.discard(slot)
                    self.workers.pop(slot, None)
                case Settle(task, outcome, detail):
                    assert task not in self.settled, "a task was settled twice"
                    assert task in self.tasks
                    if outcome is Outcome.RESULT:
                        assert detail in self.returned
                    self.settled[task] = command

    # What can happen, in any order.

    @rule(
        priority=st.integers(-1, 1),
        idempotent=st.booleans(),
        kind=st.sampled_from("ab"),
        timeout=st.sampled_from([None, None, 3.0]),
        limit=st.sampled_from([None, None, 2.0]),
    )
    def submit(self, timeout: float | None, *, idempotent: bool, **options: Any) -> None:
        self.number += 1
        expires = None if timeout is None else self.now + timeout
        if not self.scheduler.room:
            with pytest.raises(OverflowError):
                self.scheduler.submit(self.number, now=self.now)
            return
        self.tasks[self.number] = idempotent
        self.scheduler.submit(
            self.number, idempotent=idempotent, expires=expires, now=self.now, **options
        )
        self.follow()

    @precondition(lambda self: self.starting)
    @rule(data=st.data(), how=st.sampled_from(["certain", "not", "certain", "fail", "lasting"]))
    def start(self, data: st.DataObject, how: str) -> None:
        slot = data.draw(st.sampled_from(sorted(self.starting)))
        self.starting.discard(slot)
        if how in ("fail", "lasting"):
            self.scheduler.start_failed(slot, how, self.now, lasting=how == "lasting")
        else:
            self.workers[slot] = Worker(certain=how == "certain")
            self.scheduler.ready(slot, self.now, certain=how == "certain")
        self.follow()

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), steps=st.integers(1, 6), seconds=st.sampled_from([0.001, 0.1]))
    def work(self, data: st.DataObject, steps: int, seconds: float) -> None:
        slot = data.draw(st.sampled_from(sorted(self.workers)))
        for _ in range(steps):
            step = data.draw(st.sampled_from(["arrive", "work", "leave"]))
            if slot in self.workers:
                self.step(slot, step, seconds)

    def step(self, slot: int, step: str, seconds: float = 0.001) -> None:
        worker = self.workers[slot]
        if step == "arrive" and worker.arriving:
            kind, attempt, *rest = worker.arriving.pop(0)
            if kind == "task":
                worker.line.append((attempt, rest[0]))
            else:
                worker.left.add(attempt)
        elif step == "work" and worker.running is not None:
            attempt, task = worker.running
            worker.running = None
            self.returned.add((task, attempt))
            outcome = Outcome.CANCELLED if attempt in worker.left else Outcome.RESULT
            worker.leaving.append(("finished", attempt, outcome, (task, attempt), seconds))
        elif step == "work" and worker.line:
            attempt, task = worker.line.pop(0)
            if attempt in worker.left:
                worker.leaving.append(("finished", attempt, Outcome.CANCELLED, None))
                return
            worker.running = attempt, task
            worker.word = attempt
            self.executed[task] += 1
            worker.leaving.append(("begun", attempt))
        elif step == "leave" and worker.leaving:
            kind, attempt, *rest = worker.leaving.pop(0)
            if kind == "begun":
                self.scheduler.begun(slot, attempt, self.now)
            else:
                outcome, detail, *took = rest
                self.scheduler.finished(slot, attempt, outcome, detail, self.now, *took)
            self.follow()

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.workers)))
        worker = self.workers.pop(slot)
        self.scheduler.ended(slot, "died", self.now, worker.word if worker.certain else None)
        self.follow()

    @precondition(lambda self: self.scheduler.slots)
    @rule(data=st.data())
    def late_message(self, data: st.DataObject) -> None:
        """Messages of attempts and slots that are over, or never were, change nothing."""
        slot = data.draw(st.integers(0, 5))
        attempt = data.draw(st.integers(0, 20))
        known = self.scheduler.slots.get(slot)
        if known is None or attempt not in known.line:
            before = dict(self.scheduler.records)
            self.scheduler.finished(slot, attempt, Outcome.RESULT, "late", self.now)
            self.scheduler.begun(slot, attempt, self.now)
            assert self.scheduler.records == before
            self.follow()

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        task = data.draw(st.sampled_from(sorted(self.tasks)))
        was = task in self.settled
        self.scheduler.cancel(task, self.now)
        self.follow()
        assert self.settled[task].outcome is Outcome.CANCELLED or was

    @rule(seconds=st.sampled_from([0.0, 0.5, 2.0, 6.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.scheduler.tick(self.now)
        self.follow()

    @rule(drain=st.booleans(), often=st.integers(0, 5))
    def close(self, *, drain: bool, often: int) -> None:
        if often:
            return
        self.scheduler.close(self.now, drain=drain)
        self.follow()
        assert not self.scheduler.room
        if not drain:
            assert self.scheduler.closed

    # What holds at every moment.

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "scheduler"):
            return
        scheduler, policy = self.scheduler, self.policy
        states = [slot.state for slot in scheduler.slots.values()]
        waiting = [r for r in scheduler.records.values() if r.state is TaskState.WAITING]
        assert len(waiting) == scheduler.waiting
        assert not (waiting and SlotState.IDLE in states), "a task waits beside an idle worker"
        assert len(scheduler.slots) <= policy.size
        assert len(scheduler.records) <= policy.capacity
        assert set(scheduler.slots) == self.starting | set(self.workers)
        for slot in scheduler.slots.values():
            assert len(slot.line) <= (policy.prefetch or policy.certain)
            assert bool(slot.line) == (slot.state in (SlotState.BUSY, SlotState.CLOSING))
        assert set(self.tasks) == set(self.settled) | set(scheduler.records)
        counts = scheduler.counts
        assert counts.accepted == len(self.tasks)
        assert sum(counts.settled.values()) == len(self.settled)
        for task, times in self.executed.items():
            assert times <= (policy.attempts if self.tasks[task] else 1), "repeated unasked"
        if waiting and not scheduler.slots:
            assert scheduler.next_wake() is not None, "nothing will ever happen"

    def teardown(self) -> None:
        if not hasattr(self, "scheduler"):
            return
        # From here on all goes well: then everything accepted ends, and closing leaves nothing.
        self.scheduler.close(self.now, drain=True)
        self.follow()
        for _ in range(2000):
            if self.scheduler.closed:
                break
            for slot in sorted(self.starting):
                self.starting.discard(slot)
                self.workers[slot] = Worker(certain=True)
                self.scheduler.ready(slot, self.now, certain=True)
                self.follow()
            for slot in sorted(self.workers):
                for step in ("arrive", "work", "leave"):
                    if slot in self.workers:
                        self.step(slot, step)
            self.now += 0.01
            wake = self.scheduler.next_wake()
            if wake is not None and wake <= self.now:
                self.scheduler.tick(self.now)
                self.follow()
            elif not self.workers and not self.starting and wake is not None:
                self.now = wake
        assert self.scheduler.closed
        assert set(self.settled) == set(self.tasks)
        assert not self.workers


TestPool = Pool.TestCase
TestPool.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


def ready_pool(**numbers: Any) -> Scheduler:
    scheduler = Scheduler(Policy(**numbers))
    for number in range(1, scheduler.policy.size + 1):
        scheduler.submit(-number, kind="warm up", now=0.0)
        scheduler.ready(number, 0.0)
    for number in range(1, scheduler.policy.size + 1):
        (attempt,) = scheduler.slots[number].line
        scheduler.finished(number, attempt, Outcome.RESULT, None, 0.0, 0.0001)
    scheduler.take()
    return scheduler


def test_larger_priorities_go_first_and_then_age() -> None:
    scheduler = Scheduler(Policy(size=1))
    for task, priority in enumerate([0, 1, 0, 2, 1]):
        scheduler.submit(task, priority=priority, now=0.0)
    scheduler.ready(1, 0.0)
    order = []
    for attempt in range(1, 6):
        (hand,) = [each for each in scheduler.take() if isinstance(each, Hand)]
        order.append(hand.task)
        scheduler.finished(1, attempt, Outcome.RESULT, None, 1.0, 1.0)
    assert order == [3, 1, 4, 0, 2]


def test_only_short_tasks_are_handed_over_ahead() -> None:
    scheduler = ready_pool(size=1)
    for task in range(10):
        scheduler.submit(task, kind="warm up", idempotent=True, now=1.0)
    scheduler.submit(10, kind="unknown", idempotent=True, now=1.0)
    hands = [each for each in scheduler.take() if isinstance(each, Hand)]
    assert [each.task for each in hands] == list(range(10))
    doubtful = ready_pool(size=1)
    for task in range(10):
        doubtful.submit(task, kind="warm up", now=1.0)
    assert len(doubtful.slots[1].line) == 2


def test_what_had_not_begun_goes_back_and_is_not_charged() -> None:
    scheduler = ready_pool(size=1)
    scheduler.slots[1].certain = True
    for task in range(3):
        scheduler.submit(task, kind="warm up", now=1.0)
    first, second, _ = scheduler.slots[1].line
    scheduler.finished(1, first, Outcome.RESULT, "done", 1.0)
    scheduler.take()
    scheduler.ended(1, "crash", 1.0, running=second)
    assert scheduler.take() == [Settle(1, Outcome.LOST, ("crash",)), Start(2)]
    scheduler.ready(2, 2.0)
    assert [each.task for each in scheduler.take() if isinstance(each, Hand)] == [2]


def test_a_poisonous_task_ends_a_bounded_number_of_workers_and_no_other_task() -> None:
    scheduler = ready_pool(size=1, attempts=3)
    for task in range(5):
        scheduler.submit(task, kind="warm up", idempotent=True, now=1.0)
    deaths = 0
    outcomes: dict[int, Outcome] = {}
    for _ in range(50):
        for command in scheduler.take():
            if isinstance(command, Start):
                scheduler.ready(command.slot, 1.0)
            elif isinstance(command, Settle):
                outcomes[command.task] = command.outcome
        for number, slot in list(scheduler.slots.items()):
            if slot.line:
                attempt = next(iter(slot.line.values()))
                if attempt.record.number == 0:
                    deaths += 1
                    scheduler.ended(number, "poison", 1.0)
                else:
                    scheduler.finished(number, attempt.number, Outcome.RESULT, None, 1.0, 0.001)
    assert deaths == 3
    assert outcomes == {0: Outcome.LOST} | dict.fromkeys(range(1, 5), Outcome.RESULT)


def test_a_cause_that_will_not_pass_fails_what_waits_and_the_next_task_tries_again() -> None:
    scheduler = Scheduler(Policy(size=1))
    scheduler.submit(1, now=0.0)
    scheduler.take()
    scheduler.start_failed(1, "404", 0.0, lasting=True)
    assert scheduler.take() == [Settle(1, Outcome.NO_WORKER, "404")]
    scheduler.submit(2, now=1.0)
    assert scheduler.take() == [Start(2)]


def test_a_cause_that_may_pass_is_tried_a_few_times_with_growing_pauses() -> None:
    scheduler = Scheduler(Policy(size=1, starts=3, backoff=1.0))
    scheduler.submit(1, now=0.0)
    pauses = []
    now = 0.0
    for number in (1, 2):
        assert scheduler.take() == [Start(number)]
        scheduler.start_failed(number, "503", now, lasting=False)
        wake = scheduler.next_wake()
        assert wake is not None
        pauses.append(wake - now)
        now = wake
        scheduler.tick(now)
    assert pauses == [1.0, 2.0]
    scheduler.take()
    scheduler.start_failed(3, "503", now, lasting=False)
    assert scheduler.take() == [Settle(1, Outcome.NO_WORKER, "503")]


def test_workers_that_die_before_they_do_anything_are_not_started_for_ever() -> None:
    scheduler = Scheduler(Policy(size=1, starts=3))
    scheduler.submit(1, now=0.0)
    for number in (1, 2, 3):
        scheduler.ready(number, 0.0, certain=True)
        scheduler.ended(number, "crash", 0.0, running=0)
        scheduler.tick(100.0)
    assert scheduler.take()[-1] == Settle(1, Outcome.NO_WORKER, "crash")


def test_an_idle_worker_is_ended_after_a_while_and_the_minimum_is_kept() -> None:
    scheduler = ready_pool(size=3, minimum=1, idle=10.0)
    assert scheduler.next_wake() == 10.0
    scheduler.tick(9.0)
    assert len(scheduler.slots) == 3
    scheduler.tick(10.0)
    assert len(scheduler.slots) == 1
    assert scheduler.next_wake() is None


def test_a_worker_that_does_not_leave_a_withdrawn_task_is_recovered_after_the_grace_period() -> (
    None
):
    scheduler = Scheduler(Policy(size=1, grace=0.5))
    scheduler.submit(1, limit=2.0, now=0.0)
    scheduler.ready(1, 1.0)
    scheduler.take()
    assert scheduler.next_wake() == 3.0
    scheduler.tick(3.0)
    assert scheduler.take() == [Settle(1, Outcome.EXPIRED, "limit"), Withdraw(1, 1)]
    assert scheduler.next_wake() == 3.5
    scheduler.tick(3.5)
    assert scheduler.take() == [Recover(1, 1)]


def test_a_worker_is_replaced_after_a_number_of_tasks() -> None:
    scheduler = Scheduler(Policy(size=1, per_worker=1))
    scheduler.submit(1, now=0.0)
    scheduler.submit(2, now=0.0)
    scheduler.ready(1, 0.0)
    scheduler.finished(1, 1, Outcome.RESULT, None, 1.0, 1.0)
    assert [each for each in scheduler.take() if not isinstance(each, Settle)][-2:] == [
        End(1),
        Start(2),
    ]


def test_what_was_on_a_worker_that_died_is_alone_on_the_next_one() -> None:
    scheduler = ready_pool(size=1)
    scheduler.submit(1, kind="warm up", idempotent=True, now=1.0)
    scheduler.ended(1, "crash", 1.0)
    scheduler.ready(2, 1.0)
    scheduler.submit(2, kind="warm up", idempotent=True, now=1.0)
    assert [each.record.number for each in scheduler.slots[2].line.values()] == [1]
