from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from bridge.reactivity import ImpureComputedError, Signal, batch, computed, effect


def test_a_subscriber_is_called_at_once_and_on_each_change() -> None:
    count = Signal(1)
    seen: list[Any] = []
    unsubscribe = count.subscribe(seen.append)
    count.value = 2
    count.set(3)
    count.update(lambda n: n + 1)
    unsubscribe()
    unsubscribe()
    count.value = 9
    assert seen == [1, 2, 3, 4]


def test_equal_values_of_one_type_are_no_change() -> None:
    seen: list[object] = []
    signal: Signal[object] = Signal([1])
    signal.subscribe(seen.append)
    signal.value = [1]
    assert seen == [[1]]


def test_values_of_different_types_are_a_change_though_equal() -> None:
    seen: list[object] = []
    signal: Signal[object] = Signal(1)
    signal.subscribe(seen.append)
    for value in (True, 1.0, 1):
        signal.value = value
    assert list(map(type, seen)) == [int, bool, float, int]


def test_arrays_count_as_changed_and_numpy_scalars_are_compared() -> None:
    arrays = Signal(np.arange(3))
    scalars = Signal(np.float64(2))
    runs: list[str] = []
    arrays.subscribe(lambda _: runs.append("array"))
    scalars.subscribe(lambda _: runs.append("scalar"))
    runs.clear()
    arrays.value = np.arange(3)
    arrays.value = np.arange(4)
    scalars.value = np.float64(2)
    assert runs == ["array", "array"]


def test_a_failing_comparison_counts_as_a_change() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        __hash__ = None  # type: ignore[assignment]

    signal = Signal(Odd())
    runs: list[Any] = []
    signal.subscribe(runs.append)
    signal.value = Odd()
    assert len(runs) == 2


def test_a_comparator_decides_and_false_lets_everything_through() -> None:
    rounded = Signal(1.0, equals=lambda old, new: round(old) == round(new))
    always = Signal([1], equals=False)
    seen: list[object] = []
    rounded.subscribe(seen.append)
    always.subscribe(lambda value: seen.append(list(value)))
    rounded.value = 1.2
    rounded.value = 1.8
    always.peek().append(2)
    always.value = always.peek()
    assert seen == [1.0, [1], 1.8, [1, 2]]


def test_a_comparator_that_raises_leaves_the_value() -> None:
    def broken(_old: int, _new: int) -> bool:
        raise KeyError("compare")

    signal = Signal(1, equals=broken)
    with pytest.raises(KeyError):
        signal.value = 2
    assert signal.value == 1


def test_comparing_tracks_nothing() -> None:
    hidden = Signal(0)
    runs: list[int] = []

    class Reads:
        def __eq__(self, other: object) -> bool:
            return hidden.value == -1

        __hash__ = None  # type: ignore[assignment]

    target: Signal[object] = Signal(Reads())

    @effect
    def write() -> None:
        runs.append(1)
        target.value = Reads()

    hidden.value = 5
    assert runs == [1]
    write.dispose()


def test_peek_and_update_do_not_track() -> None:
    count = Signal(0)
    runs: list[Any] = []

    @effect
    def once() -> None:
        runs.append(count.peek())
        count.update(lambda n: n + 1)

    count.value = 7
    assert runs == [0]
    once.dispose()


def test_a_callback_is_untracked() -> None:
    first, second = Signal(1), Signal(1)
    calls: list[Any] = []
    unsubscribe = first.subscribe(lambda value: calls.append((value, second.value)))
    second.value = 2
    assert calls == [(1, 1)]
    unsubscribe()


def test_subscribing_during_notification_calls_once_with_the_present_value() -> None:
    count = Signal(0)
    late: list[Any] = []

    def first(value: int) -> None:
        if value == 1:
            count.subscribe(late.append)

    count.subscribe(first)
    count.value = 1
    assert late == [1]
    # The inner subscription belonged to that run of the outer one.
    count.value = 2
    assert late == [1]


def test_unsubscribing_another_during_notification_silences_it() -> None:
    count = Signal(0)
    calls: list[Any] = []
    ends: list[Any] = []
    count.subscribe(lambda value: value == 1 and ends[0]())
    ends.append(count.subscribe(calls.append))
    count.value = 1
    assert calls == [0]


def test_a_computed_must_not_write() -> None:
    count = Signal(0, name="count")
    writer = computed(lambda: count.set(1), name="writer")
    with pytest.raises(ImpureComputedError) as caught:
        _ = writer.value
    assert (caught.value.computed, caught.value.signal) == ("computed 'writer'", "Signal 'count'")
    assert count.value == 0


def test_a_computed_may_write_what_it_has_made_itself() -> None:
    def build() -> int:
        inner = Signal(1)
        inner.value = 2
        return inner.value

    assert computed(build).value == 2


def test_a_signal_keeps_no_dead_observers() -> None:
    count = Signal(0)
    dead = weakref.ref(computed(lambda: count.value))
    gc.collect()
    assert dead() is None
    ends = [count.subscribe(lambda _: None) for _ in range(3)]
    for end in ends:
        end()
    assert not count._observers


def test_a_signal_shows_its_value_and_name() -> None:
    assert repr(Signal(1)) == "Signal(1)"
    assert repr(Signal("a", name="n")) == "Signal('a', name='n')"


def test_writes_in_a_batch_are_seen_at_once_by_reads() -> None:
    count = Signal(1)
    double = computed(lambda: count.value * 2)
    seen: list[int] = []
    double.subscribe(seen.append)
    with batch():
        count.value = 2
        assert double.value == 4
        count.value = 3
    assert seen == [2, 6]
