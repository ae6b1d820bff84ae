"""What the scheduler knows is told apart by who it is, not by what it holds."""

from __future__ import annotations

from bridge.pool.states import Attempt, Counts, Outcome, Policy, Record, Slot, SlotState, TaskState


def test_tasks_and_slots_that_hold_the_same_are_different_ones() -> None:
    assert Record(1) != Record(1)
    assert Slot(1) != Slot(1)
    assert len({Record(1), Record(1), Slot(1), Slot(1)}) == 4


def test_nothing_is_shared_between_two_of_them() -> None:
    one, other = Record(1), Record(2)
    one.causes.append("died")
    assert other.causes == []
    counts, fresh = Counts(), Counts()
    counts.settled[Outcome.RESULT] += 1
    assert fresh.settled == dict.fromkeys(Outcome, 0)
    slot, empty = Slot(1), Slot(2)
    slot.line[1] = Attempt(1, one, 0.0)
    assert empty.line == {}


def test_what_is_new_waits_and_starts() -> None:
    assert (Record(1).state, Slot(1).state) == (TaskState.WAITING, SlotState.STARTING)


def test_a_policy_is_one_worker_on_demand_unless_told_otherwise() -> None:
    assert (Policy().size, Policy().minimum) == (1, 0)
    assert hash(Policy()) == hash(Policy(size=1))
