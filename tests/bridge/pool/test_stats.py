"""What a pool shows of itself agrees with what its scheduler knows."""

from __future__ import annotations

from bridge.pool import Outcome, SlotState, Stats, WorkerView
from bridge.pool.scheduler import Scheduler
from bridge.pool.states import Policy
from bridge.pool.stats import snapshot


def test_a_snapshot_counts_what_waits_what_is_held_and_what_is_done() -> None:
    scheduler = Scheduler(Policy(size=2, prefetch=1))
    for number in range(1, 5):
        scheduler.submit(number, now=0.0)
    scheduler.ready(1, now=1.0)
    scheduler.finished(1, 1, Outcome.RESULT, None, 1.5, 0.5)
    found = snapshot(scheduler)
    assert found == Stats(
        waiting=2,
        held=1,
        workers=(WorkerView(1, SlotState.BUSY, 1, 1), WorkerView(2, SlotState.STARTING, 0, 0)),
        accepted=4,
        settled={**dict.fromkeys(Outcome, 0), Outcome.RESULT: 1},
        waited=2.5,
        worked=0.5,
    )
    assert found.done == 1


def test_a_snapshot_stays_as_it_was() -> None:
    scheduler = Scheduler(Policy(size=1))
    scheduler.submit(1, now=0.0)
    before = snapshot(scheduler)
    scheduler.cancel(1, now=0.1)
    assert before.done == 0
    assert snapshot(scheduler).done == 1
    assert Stats().done == 0
