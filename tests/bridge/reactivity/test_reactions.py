from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bridge.reactivity import RunawayError, Signal, batch, computed, effect, untracked


def test_a_batch_lets_each_effect_run_once() -> None:
    first, second = Signal(1), Signal(1)
    runs: list[Any] = []
    effect(lambda: runs.append(first.value + second.value))
    with batch():
        first.value = 2
        with batch():
            second.value = 2
        assert runs == [2]
    assert runs == [2, 4]
    assert batch(lambda: first.update(lambda n: n + 1)) is None
    assert runs == [2, 4, 5]


def test_all_due_effects_run_though_one_fails_and_its_error_is_raised_as_it_is() -> None:
    count = Signal(1)
    seen: list[Any] = []
    effect(lambda: 1 / (count.value - 2))
    effect(lambda: seen.append(count.value))
    with pytest.raises(ZeroDivisionError):
        count.value = 2
    assert seen == [1, 2]
    count.value = 3
    assert seen == [1, 2, 3]


def test_several_errors_are_raised_together() -> None:
    count = Signal(1)
    effect(lambda: 1 / (count.value - 2))
    effect(lambda: [0, 0][count.value])
    with pytest.raises(ExceptionGroup) as caught:
        count.value = 2
    assert [type(e) for e in caught.value.exceptions] == [ZeroDivisionError, IndexError]


def test_one_failing_computed_is_reported_once_however_many_effects_read_it() -> None:
    count = Signal(1)
    broken = computed(lambda: 1 / (count.value - 2))
    for _ in range(3):
        effect(lambda: broken.value)
    with pytest.raises(ZeroDivisionError):
        count.value = 2


def test_a_failing_batch_still_settles_and_loses_no_error() -> None:
    count = Signal(1)
    seen: list[Any] = []
    end = count.subscribe(seen.append)

    def fail(value: int) -> None:
        count.value = value
        raise LookupError

    with pytest.raises(LookupError), batch():
        fail(2)
    assert seen == [1, 2]
    end()
    effect(lambda: 1 / (count.value - 3))
    with pytest.raises(ExceptionGroup) as caught, batch():
        fail(3)
    assert [type(e) for e in caught.value.exceptions] == [LookupError, ZeroDivisionError]


def test_writes_in_effects_settle_before_the_first_write_returns() -> None:
    source, copy = Signal(1), Signal(0)
    log: list[Any] = []
    effect(lambda: copy.set(source.value * 10))
    effect(lambda: log.append((source.value, copy.value)))
    source.value = 2
    assert log[-1] == (2, 20)


def test_an_effect_that_writes_what_it_reads_runs_until_it_is_stable() -> None:
    count = Signal(0)
    clamp = effect(lambda: count.set(min(count.value, 10)))
    count.value = 50
    assert count.value == 10

    @effect
    def grow() -> None:
        if count.value < 10:
            count.value += 1

    with batch():
        clamp.dispose()
        count.value = 3
    assert count.value == 10
    grow.dispose()


def test_effects_that_keep_each_other_running_are_stopped_and_named() -> None:
    ping, pong = Signal(0), Signal(0)
    effect(lambda: pong.set(ping.value + 1), name="ping to pong")
    with pytest.raises(RunawayError) as caught:
        effect(lambda: ping.set(pong.value + 1), name="pong to ping")
    assert set(caught.value.effects) == {"effect 'ping to pong'", "effect 'pong to ping'"}
    assert caught.value.runs > 100


def test_a_long_cascade_is_no_runaway() -> None:
    chain = [Signal(0) for _ in range(500)]
    for before, after in pairwise(chain):
        before.subscribe(after.set)
    chain[0].value = 7
    assert chain[-1].value == 7


def test_after_a_runaway_the_graph_still_works() -> None:
    count = Signal(0)
    seen: list[Any] = []
    with pytest.raises(RunawayError):
        effect(lambda: count.set(count.value + 1))
    count.subscribe(seen.append)
    count.value = -5
    assert seen[-1] == -5


def test_an_interrupt_leaves_what_is_due_for_the_next_write() -> None:
    count, other = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    def interrupted() -> None:
        if count.value and interrupts:
            raise interrupts.pop()
        seen.append(("first", count.value))

    effect(interrupted)
    effect(lambda: seen.append(("second", count.value)))
    other.subscribe(lambda _: None)
    seen.clear()
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    assert seen == []
    other.value = 1
    assert seen == [("first", 1), ("second", 1)]


def test_untracked_reads_make_no_dependency() -> None:
    count = Signal(0)
    runs: list[Any] = []

    @effect
    def work() -> None:
        with untracked():
            runs.append(count.value)
        runs.append(untracked(lambda: count.value))

    count.value = 1
    assert runs == [0, 0]
    assert untracked(lambda: count.value) == 1
    work.dispose()


def test_an_effect_does_not_run_when_nothing_that_it_read_changed() -> None:
    count = Signal(1)
    runs: list[Any] = []
    sign = computed(lambda: count.value > 0)
    effect(lambda: runs.append(sign.value))
    count.value = 5
    with batch():
        count.value = -1
        count.value = 1
    assert runs == [True]


def test_an_interrupt_while_looking_for_changes_loses_none() -> None:
    count, other = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    def work() -> int:
        if count.value and interrupts:
            raise interrupts.pop()
        return count.value

    middle = computed(work)
    middle.subscribe(seen.append)
    other.subscribe(lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    other.value = 1
    assert seen == [0, 1]
    count.value = 2
    assert seen == [0, 1, 2]


def test_an_interrupted_owner_still_runs_before_what_it_owns() -> None:
    count, trigger = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    @effect
    def parent() -> None:
        at = count.value
        if at and interrupts:
            raise interrupts.pop()
        effect(lambda: seen.append((at, count.value)))

    trigger.subscribe(lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    trigger.value = 1
    assert seen == [(0, 0), (1, 1)]
    parent.dispose()
